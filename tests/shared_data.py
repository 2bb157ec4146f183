"""Where the recorded payloads lie; tests that read them skip where they are absent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
FIXTURES = SHARED / "fixtures"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the recorded payloads (../shared) are not here"
)


def json_lines(name: str) -> Iterator[Any]:
    """Yield the values of a recorded JSON-lines file."""
    for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
