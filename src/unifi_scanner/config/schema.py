"""The settings as a JSON Schema of the TOML file, for editors that complete and check it."""

from __future__ import annotations

from typing import Any

from unifi_scanner.config.groups import Controller
from unifi_scanner.config.settings import Settings
from unifi_scanner.config.toml_file import CONTROLLERS


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the configuration file."""
    schema = Settings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["description"] = "The configuration file of UniFi Scanner."
    schema["properties"][CONTROLLERS] = {
        "type": "array",
        "items": Controller.model_json_schema(),
        "description": "One table per controller; what is given outside holds for those that do not say it.",
    }
    return schema
