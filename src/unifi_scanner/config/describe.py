"""docs/configuration.md, made from the settings themselves: `python -m unifi_scanner.config.describe`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from unifi_scanner.config.groups import GROUPS, SECRETS, Group
from unifi_scanner.config.layers import variable

INTRODUCTION = """# Settings

<!-- Made from the code by `make docs`; a test fails when it is out of date. -->

A setting can be given in five places. The first one that has it wins:

1. an option on the command line, such as `--host` (no secrets: other users can see a command line);
2. an environment variable, such as `UNIFI_HOST`;
3. a file named by that variable with `_FILE` appended: `UNIFI_PASSWORD_FILE=/run/secrets/unifi` reads the
   password from there;
4. one TOML file, named by `--config` or `UNIFI_CONFIG`, with the same names in lower case and without `UNIFI_`;
5. the default.

An empty value counts as not given. All mistakes are told at once, each with its fix, and end the program with
exit code 2. `unifi-scanner config show` prints what is in force and where it comes from; secrets are never shown.
`unifi-scanner config schema` prints a JSON Schema of the file.

A whole configuration can be this short:

```toml
host = "192.168.1.1"
username = "scanner"
tls_fingerprint = "AA:BB:..."
schedule_preset = "daily at 07:00"
smtp_host = "mail.example.org"
email_to = "me@example.org"
```

The password then comes from `UNIFI_PASSWORD` or `UNIFI_PASSWORD_FILE`.

Several controllers are as many tables. What is given outside the tables, an account for example, holds for those
that do not say it themselves; a secret may be read from a file (`password_file = "/run/secrets/office"`):

```toml
username = "scanner"

[[controllers]]
host = "192.168.1.1"
password_file = "/run/secrets/home"
tls_fingerprint = "AA:BB:..."

[[controllers]]
host = "office.example.org"
password_file = "/run/secrets/office"
site = "all"
```
"""


def configuration_page() -> str:
    """Return docs/configuration.md."""
    return "\n".join([INTRODUCTION, *(line for group in GROUPS for line in _section(group))])


def _section(group: type[Group]) -> Iterator[str]:
    yield f"## {(group.__doc__ or '').rstrip('.')}\n"
    yield "| Variable | TOML key | Default | Meaning |"
    yield "|---|---|---|---|"
    for name, field in group.model_fields.items():
        yield f"| `{variable(name)}` | `{name}` | {_default(field)} | {_meaning(name, field)} |"
    yield ""


def _meaning(name: str, field: FieldInfo) -> str:
    secret = " Secret: never shown." if name in SECRETS else ""
    return f"{field.description}{secret}"


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    match value:
        case None | () | SecretStr():
            return ""
        case bool():
            return f"`{str(value).lower()}`"
        case str() | Path():
            return f'`"{value}"`'
        case _:
            return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(configuration_page())
