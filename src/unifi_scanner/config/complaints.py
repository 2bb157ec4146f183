"""What is wrong with a setting's value, in a sentence that names where it was given and what is expected."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from unifi_scanner.config.groups import GROUPS, NAMES, SECRETS
from unifi_scanner.config.layers import Given
from unifi_scanner.config.types import expectation

MAX_SHOWN = 60
FIELDS = {name: field for group in GROUPS for name, field in group.model_fields.items()}


def sentences(exc: ValidationError, given: Mapping[str, Given]) -> list[str]:
    """Return a sentence for every value that will not do, in the order of the settings."""
    errors = sorted(exc.errors(include_url=False), key=lambda error: NAMES.index(str(error["loc"][0])))
    return [_sentence(error, given) for error in errors]


def _sentence(error: ErrorDetails, given: Mapping[str, Given]) -> str:
    name = str(error["loc"][0])
    origin = given[name].origin
    if error["type"] == "value_error":
        return f"{origin}: {error['ctx']['error']}."
    field = FIELDS[name]
    return (
        f"{origin}: {_quoted(name, given)} will not do; give {expectation(field.annotation, field.metadata)}."
    )


def _quoted(name: str, given: Mapping[str, Given]) -> str:
    value = given[name].value
    if name in SECRETS or not isinstance(value, str | int | float):
        return "the value"  # a table may hold a secret in the wrong place
    return repr(value)[:MAX_SHOWN]
