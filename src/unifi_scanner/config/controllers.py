"""Several controllers: each [[controllers]] table, completed by what is said for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from unifi_scanner.config.checks import missing_for_controller, with_port_of_host
from unifi_scanner.config.complaints import sentences
from unifi_scanner.config.groups import Controller
from unifi_scanner.config.layers import Given

OWN = ("host", "port", "tls_fingerprint")  # never the same for two controllers
SHARED = tuple(name for name in Controller.model_fields if name not in OWN)


def several_controllers(
    given: Mapping[str, Given], tables: Sequence[Mapping[str, Given]], *, complete: bool = True
) -> tuple[tuple[Controller, ...], list[str]]:
    """Return one controller a table, and what is wrong; nothing where fewer than two are named.

    What is given outside the tables, an account for example, holds for those that do not say it themselves. What is
    missing is a problem where they must be `complete`.
    """
    problems = [
        f"{given[name].origin}: {len(tables)} controllers are named in [[controllers]], and this can be of one only; "
        "write it into the table it belongs to."
        for name in OWN
        if tables and name in given
    ]
    shared = {name: given[name] for name in SHARED if name in given}
    controllers: list[Controller] = []
    for number, table in enumerate(tables, start=1):
        made, wrong = _controller({**shared, **table})
        problems += wrong
        if complete:
            problems += [
                f"controllers[{number}]: {one}" for one in missing_for_controller({**shared, **table})
            ]
        controllers += made
    return tuple(controllers), [*problems, *_twice(controllers)]


def _controller(said: Mapping[str, Given]) -> tuple[list[Controller], list[str]]:
    given, problems = with_port_of_host(said)
    try:
        made = Controller.model_validate({name: one.value for name, one in given.items()})
    except ValidationError as exc:
        return [], problems + sentences(exc, given)
    return [made], problems


def _twice(controllers: Sequence[Controller]) -> list[str]:
    seen: set[tuple[str | None, int | None, str]] = set()
    problems = []
    for controller in controllers:
        place = (controller.host, controller.port, controller.site)
        if place in seen:
            problems.append(
                f"[[controllers]]: {controller.host} is named twice with the site {controller.site}; remove one."
            )
        seen.add(place)
    return problems
