"""What running the command line inside a test must not leave behind."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def tidy_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give back the process as it was: crash hook, logging, and an environment without UNIFI_*."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    for name in [name for name in os.environ if name.startswith("UNIFI_")]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
