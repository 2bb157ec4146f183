"""Rows of the controller's database in the spelling of its v2 answers (docs/protocol.md G). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# extended JSON: a value in an object that names its type
_WRAPPERS = ("$oid", "$numberLong", "$numberInt", "$numberDouble", "$date")


def from_mongo(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of `ace.alert` with the names v2 uses: its own `id`, and that of whom it is about."""
    plain: dict[str, Any] = {name: _bare(value) for name, value in row.items()}
    roles = plain.get("parameters")
    if isinstance(roles, Mapping):
        plain["parameters"] = {name: _role(role) for name, role in roles.items()}
    if "id" not in plain and "_id" in plain:
        plain["id"] = plain["_id"]
    return plain


def _role(role: Any) -> Any:
    if not isinstance(role, Mapping):
        return role
    bare = {name: _bare(value) for name, value in role.items()}
    return {"id": bare["target_id"], **bare} if "target_id" in bare else bare


def _bare(value: Any) -> Any:
    """Return a value without the object that tells its type."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    (name, inner), *_ = value.items()
    return _bare(inner) if name in _WRAPPERS else value
