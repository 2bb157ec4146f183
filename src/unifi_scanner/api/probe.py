"""What does this controller answer? Asked after each sign-in and update, and daily: one small question each.

Deciding what the answers mean is in models/capability.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from unifi_scanner.api import endpoints
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.history import AHEAD
from unifi_scanner.api.paging import newest_of, rows_of
from unifi_scanner.errors import (
    AnswerUnusable,
    ControllerError,
    ControllerUnreachable,
    EndpointForbidden,
    EndpointGone,
    SignInRefused,
    SignInThrottled,
)
from unifi_scanner.models.capability import (
    Capabilities,
    Outcome,
    Trial,
    judge,
)
from unifi_scanner.models.enums import DeviceType

LATELY = timedelta(days=1)
WHOLE_LOG = "system-log/all"
MOST_UNREACHABLE = 3  # in a row: then the controller as a whole is away, and waiting longer tells nothing
# what says, beside an old list, whether its silence can be believed
NEWER = {"stat/event": WHOLE_LOG, "list/alarm": WHOLE_LOG, "stat/ips/event": "system-log/threat-alert"}
LOG_LISTS = ("all", "admin-activity", "admin-access", "threats", "threat-alert", "triggers")
log = structlog.get_logger(__name__)
Rows = Sequence[Any]
Question = Callable[[UnifiClient, datetime], Rows]


def probe(client: UnifiClient, now: datetime) -> Capabilities:
    """Return what the controller answers, each endpoint judged by itself; one that fails costs only itself.

    Learns the version anew. Raises SignInRefused or SignInThrottled, and ControllerUnreachable where nothing answers.
    """
    client.learn_version()
    trials = _ask_all(client, now, _questions(client))
    if trials.get(WHOLE_LOG, _ANSWERED).outcome is Outcome.GONE:
        parts = {f"system-log/{name}": _log_question(name) for name in endpoints.LOG_CLASSES}
        trials |= _ask_all(client, now, {name: ask for name, ask in parts.items() if name not in trials})
    found = Capabilities(
        flavour=client.device_type.value,
        version=client.version,
        at=now,
        endpoints={
            name: judge(name, trial, version=client.version, newer=trials.get(NEWER.get(name, "")), at=now)
            for name, trial in trials.items()
        },
    )
    log.info("controller_probed", version=found.version, sources=found.sources())
    return found


_ANSWERED = Trial(outcome=Outcome.ANSWERED)


def _questions(client: UnifiClient) -> dict[str, Question]:
    asked: dict[str, Question] = {f"system-log/{name}": _log_question(name) for name in LOG_LISTS}
    asked |= {
        "system-log/count": _count,
        "system-log/setting": _labels,
        "traffic-flows": _flows,
        "stat/event": lambda c, now: _v1_list(c, c.site, "stat/event", now),
        "list/alarm": _alarms,
        "stat/ips/event": lambda c, now: _v1_list(c, c.site, "stat/ips/event", now),
        "stat/anomalies": _anomalies,
        "integration/v1/info": _info,
    }
    if client.device_type is DeviceType.SELF_HOSTED:
        asked["super/stat/event"] = lambda c, now: _v1_list(c, endpoints.SUPER, "stat/event", now)
    return asked


def _ask_all(client: UnifiClient, now: datetime, questions: Mapping[str, Question]) -> dict[str, Trial]:
    trials: dict[str, Trial] = {}
    silent = 0
    for name, question in questions.items():
        try:
            trials[name] = _understood(question(client, now))
            silent = 0
        except (SignInRefused, SignInThrottled):
            raise
        except ControllerError as exc:
            trials[name] = Trial(outcome=_outcome_of(exc), reason=str(exc))
            silent = silent + 1 if isinstance(exc, ControllerUnreachable) else 0
            if silent == len(trials) == MOST_UNREACHABLE:
                raise
    return trials


def _outcome_of(problem: ControllerError) -> Outcome:
    match problem:
        case EndpointGone():
            return Outcome.GONE
        case EndpointForbidden():
            return Outcome.FORBIDDEN
        case _:
            return Outcome.FAILED


def _understood(rows: Rows) -> Trial:
    return Trial(outcome=Outcome.ANSWERED, rows=len(rows), newest=newest_of(rows))


def _log_question(name: str) -> Question:
    def ask(client: UnifiClient, now: datetime) -> Rows:
        path = endpoints.v2(client.device_type, client.site, f"system-log/{name}")
        return rows_of(client.newest_row(path, {}, now + AHEAD))

    return ask


def _count(client: UnifiClient, now: datetime) -> Rows:
    path = endpoints.v2(client.device_type, client.site, "system-log/count")
    return [*_part_of(client.newest_row(path, {}, now + AHEAD), "events", list)]


def _labels(client: UnifiClient, _now: datetime) -> Rows:
    path = endpoints.v2(client.device_type, client.site, "system-log/setting")
    return [*_part_of(client.ask("GET", path), "settings", dict)]


def _info(client: UnifiClient, _now: datetime) -> Rows:
    return [
        _part_of(
            client.ask("GET", endpoints.integration(client.device_type, "info")), "applicationVersion", str
        )
    ]


def _part_of(answer: Any, name: str, kind: type) -> Any:
    part = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(part, kind):
        raise AnswerUnusable(f"It answered without {name}.")
    return part


def _flows(client: UnifiClient, now: datetime) -> Rows:
    path = endpoints.v2(client.device_type, client.site, "traffic-flows")
    asked = endpoints.FLOW_QUESTIONS[0]
    try:
        return rows_of(client.newest_row(path, {**endpoints.FLOW_LISTS, **asked}, now + AHEAD))
    except EndpointGone as exc:
        if exc.status != 400:
            raise
        return rows_of(client.newest_row(path, asked, now + AHEAD))


def _v1_list(client: UnifiClient, site: str, what: str, now: datetime) -> Rows:
    return rows_of(client.newest_row_v1(endpoints.v1(client.device_type, site, what), now + AHEAD))


def _alarms(client: UnifiClient, _now: datetime) -> Rows:
    path = endpoints.v1(client.device_type, client.site, "list/alarm")
    return rows_of(client.ask("GET", path + "?archived=false&_limit=1"))


def _anomalies(client: UnifiClient, now: datetime) -> Rows:
    return client.anomalies(now - LATELY).rows
