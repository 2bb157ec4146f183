from __future__ import annotations

from tests.api.conftest import clients, twins

__all__ = ["clients", "twins"]
