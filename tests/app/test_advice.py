"""What `doctor` says of each source, by table."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from unifi_scanner.app.advice import INTEGRATIONS, NAMES, Situation, advice_for, result_of
from unifi_scanner.models.capability import ENDPOINTS, Capability, State

ON_9 = Situation(version="9.3.43", log=State.WORKS, own_address="192.168.1.9")
ON_10 = Situation(version="10.4.57", log=State.WORKS, own_address="192.168.1.9")
ON_7 = Situation(version="7.5.187", own_address="192.168.1.9")
KEY_ONLY = Situation(version="10.4.57", has_account=False, has_key=True)
PATHS = ("Settings >", "CyberSecure >", "Admins & Users")


@pytest.mark.parametrize(
    ("source", "state", "facts", "result", "said", "fix"),
    [
        ("rest", State.WORKS, ON_9, "ok", "works", ""),
        ("rest", State.EMPTY, ON_9, "ok", "answers with nothing", ""),
        ("rest", State.FROZEN, ON_10, "note", "UniFi Network 10.4", "the system log tells it instead"),
        ("rest", State.GONE, ON_10, "note", "not there in UniFi Network 10.4", "the system log tells it instead"),
        ("rest", State.GONE, Situation(version="10.4.57", log=State.FORBIDDEN), "note", "gone", INTEGRATIONS),
        ("rest", State.GONE, ON_9, "failed", "known to have it", "try again in a few minutes"),
        ("system_log", State.GONE, ON_7, "note", "7.5", "came with UniFi Network 9"),
        ("system_log", State.GONE, ON_9, "failed", "known to have it", "try again"),
        ("system_log", State.FORBIDDEN, ON_9, "failed", "not allowed for this account", "Site Admin"),
        ("system_log", State.FORBIDDEN, KEY_ONLY, "failed", "not allowed for this key", INTEGRATIONS),
        ("system_log", State.FAILED, ON_9, "failed", "failed", "few minutes"),
        ("ips", State.UNKNOWN, ON_9, "note", "cannot be believed", "the system log tells it instead"),
        ("ips", State.EMPTY, ON_9, "ok", "nothing", "Intrusion Prevention"),
        ("flows", State.GONE, ON_10, "note", "gone", "no UniFi gateway"),
        ("flows", State.GONE, ON_7, "note", "gone", "came with UniFi Network 9"),
        ("flows", State.EMPTY, ON_10, "ok", "nothing", "may be off"),
        ("websocket", State.WORKS, ON_9, "ok", "works", ""),
        ("websocket", State.FAILED, ON_9, "failed", "did not open", "reverse proxy"),
        ("websocket", State.FAILED, KEY_ONLY, "note", "does not work with an API key; add a user name and password", "UNIFI_PASSWORD"),
        ("websocket", State.UNKNOWN, Situation(stream_wanted=False), "note", "switched off", "UNIFI_WEBSOCKET_ENABLED=true"),
        ("syslog", State.UNKNOWN, ON_9, "note", "no port is set", f"{INTEGRATIONS} (in other versions CyberSecure"),
        ("syslog", State.UNKNOWN, ON_9, "note", "no port is set", "192.168.1.9, port 5514"),
        ("syslog", State.UNKNOWN, ON_7, "note", "no port is set", "we are not sure of the place"),
        ("syslog", State.UNKNOWN, Situation(version="8.6.9"), "note", "no port is set", "We are not sure"),
        ("syslog", State.UNKNOWN, Situation(version="9.4.1", ports={"udp": 514, "tls": 6514}), "note", "514 (UDP) and 6514 (TLS)", "port 514"),
        ("ssh", State.UNKNOWN, ON_9, "note", "off unless you want it", "UNIFI_SSH_ENABLED=true"),
    ],
)  # fmt: skip
def test_each_source_is_told_in_plain_words_with_what_to_do(
    source: str, state: State, facts: Situation, result: str, said: str, fix: str
) -> None:
    told = advice_for(source, Capability(state=state), facts)
    assert result_of(source, Capability(state=state), facts) == result
    assert said in told.said
    assert fix in told.fix
    if not fix:
        assert told.fix == ""


def test_a_key_alone_is_never_blamed_on_a_proxy() -> None:
    told = advice_for("websocket", Capability(state=State.FAILED), KEY_ONLY)
    assert "proxy" not in told.fix


@pytest.mark.parametrize("version", ["7.5.187", "8.4.0"])
def test_no_menu_path_is_named_that_nobody_knows(version: str) -> None:
    told = advice_for("syslog", Capability(), Situation(version=version))
    assert not any(path in told.fix for path in PATHS)


@pytest.mark.parametrize(
    ("source", "state"), list(product((*ENDPOINTS, "websocket", "syslog", "ssh"), State))
)
@pytest.mark.parametrize(
    "facts",
    [
        Situation(),
        ON_7,
        ON_9,
        ON_10,
        KEY_ONLY,
        Situation(version="", ssh_enabled=True),
        Situation(version="odd"),
    ],
)
def test_whatever_is_found_is_told_without_codes(source: str, state: State, facts: Any) -> None:
    told = advice_for(source, Capability(state=state), facts)
    assert told.said
    assert NAMES[source]
    assert not any(mark in told.said + told.fix for mark in ("{", "None", "/api", "stat/"))
    assert result_of(source, Capability(state=state), facts) in ("ok", "note", "failed")
