"""A simulated controller, and a client of it, for what is put together in app."""

from tests.api.conftest import clients, twins

__all__ = ["clients", "twins"]
