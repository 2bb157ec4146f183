"""A twin that shared code with what it tests would prove nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import unifi_scanner.sim

FOLDER = Path(unifi_scanner.sim.__file__).parent
PURE = ("world", "wire", "roles", "moment", "facts", "facts_clients", "facts_devices", "casting", "state", "network",
        "codes", "code_table", "versions", "ledger", "frames", "inventory", "router", "rest_v1", "rest_v2",
        "cef", "device_lines", "voice")  # fmt: skip
IMPURE = {"aiohttp", "asyncio", "threading", "socket", "time", "structlog", "logging"}


def _imports(path: Path) -> set[tuple[str, str]]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {(node.module, name.name) for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {(name.name, "") for name in node.names}
    return found


def test_the_simulator_uses_nothing_of_the_product_but_its_clock() -> None:
    for path in sorted(FOLDER.rglob("*.py")):
        for module, name in _imports(path):
            if module.startswith("unifi_scanner") and not module.startswith("unifi_scanner.sim"):
                assert (module, name) == ("unifi_scanner", "clock"), path.name


def test_the_world_and_its_wire_form_do_no_input_or_output() -> None:
    for stem in PURE:
        modules = {module.split(".")[0] for module, _ in _imports(FOLDER / f"{stem}.py")}
        assert modules & IMPURE == set(), stem
