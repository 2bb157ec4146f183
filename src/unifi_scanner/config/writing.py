"""Settings as a TOML file with comments, for a person to read and change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from unifi_scanner.config.groups import GROUPS

Value = str | int | bool
HEAD = "# Settings of UniFi Scanner. Every other setting there is: `unifi-scanner config show`, docs/configuration.md.\n"


def settings_file(values: Mapping[str, Value]) -> str:
    """Return a settings file that says `values`, each under what it means; names there are none of are left out."""
    return HEAD + "".join(_groups(values))


def _groups(values: Mapping[str, Value]) -> Iterator[str]:
    for group in GROUPS:
        named = [name for name in group.model_fields if name in values]
        if named:
            yield f"\n# {group.__doc__ or group.__name__}\n"
        for name in named:
            said = (group.model_fields[name].description or "").splitlines()
            yield "".join(f"# {line}\n" for line in said)
            yield f"{name} = {_written(values[name])}\n"


def _written(value: Value) -> str:
    if isinstance(value, bool | int):
        return json.dumps(value)
    # what JSON escapes, TOML escapes in the same way; DEL it wants escaped as well
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
