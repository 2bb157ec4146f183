from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import FIXTURES, json_lines, needs_fixtures
from unifi_scanner.api.answers import Received, is_session_over, understand
from unifi_scanner.api.auth import Answer, CodeWanted, flavour_of, read_sign_in
from unifi_scanner.api.session import (
    Session,
    began,
    claims_of,
    cookies_from,
    csrf_from,
    end_of,
    is_sendable,
    renewed,
)
from unifi_scanner.errors import (
    ControllerError,
    ControllerUnreachable,
    EndpointForbidden,
    EndpointGone,
    SignInRefused,
    SignInThrottled,
    Throttled,
)
from unifi_scanner.models.enums import DeviceType

NOW = 1_700_000_000.0


def jwt(**claims: Any) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


def v1_error(code: str) -> str:
    return json.dumps({"meta": {"rc": "error", "msg": code}, "data": []})


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (200, '{"unique_id":"x"}', None),
        (200, '{"meta":{"rc":"ok"},"data":[]}', None),
        (400, v1_error("api.err.Invalid"), SignInRefused),
        (200, v1_error("api.err.Invalid"), SignInRefused),
        (401, '{"errors":["Invalid username or password"]}', SignInRefused),
        (403, '{"code":"AUTHENTICATION_FAILED_INVALID_CREDENTIALS"}', SignInRefused),
        (200, '{"code":"AUTHENTICATION_FAILED_INVALID_CREDENTIALS"}', SignInRefused),
        (403, "", SignInRefused),
        (200, v1_error("api.err.Ubic2faTokenRequired"), CodeWanted),
        (400, v1_error("api.err.Ubic2faTokenRequired"), CodeWanted),
        (499, '{"data":{"mfaCookie":"UBIC_2FA=a=b; Path=/"}}', CodeWanted),
        (499, "", CodeWanted),
        (429, "", SignInThrottled),
        (429, '{"code":"AUTHENTICATION_FAILED_LIMIT_REACHED"}', SignInThrottled),
        (403, '{"code":"AUTHENTICATION_FAILED_LIMIT_REACHED"}', SignInThrottled),
        (200, "<html>starting</html>", ControllerUnreachable),
        (200, "Login Failed: Host starting up", ControllerUnreachable),
        (200, "", ControllerUnreachable),
        (200, "[]", ControllerUnreachable),
        (502, "<html>", ControllerUnreachable),
        (503, "{}", ControllerUnreachable),
        (200, v1_error("api.err.ServerError"), ControllerUnreachable),
        (404, "<html>", ControllerUnreachable),
        (302, "", ControllerUnreachable),
        (418, "{}", SignInRefused),
    ],
)
def test_an_answer_to_a_sign_in_means(status: int, body: str, meaning: type | None) -> None:
    told = read_sign_in(Answer(status, body))
    assert (type(told) if told is not None else None) is meaning


def test_each_flow_of_the_second_factor_says_where_the_code_goes() -> None:
    local = read_sign_in(Answer(400, v1_error("api.err.Ubic2faTokenRequired")))
    sso = read_sign_in(Answer(499, '{"data":{"mfaCookie":"UBIC_2FA=a=b; Path=/"}}'))
    assert local == CodeWanted("ubic_2fa_token")
    assert sso == CodeWanted("token", {"UBIC_2FA": "a=b"})


@pytest.mark.parametrize(
    ("status", "body", "meaning"),
    [
        (401, "Unauthorized", EndpointForbidden),
        (403, v1_error("api.err.NoPermission"), EndpointForbidden),
        (200, v1_error("api.err.NoPermission"), EndpointForbidden),
        (429, "", Throttled),
        (404, "<html>", EndpointGone),
        (400, v1_error("api.err.InvalidObject"), EndpointGone),
        (502, "<html>", ControllerUnreachable),
        (200, "<!doctype html>", ControllerUnreachable),
    ],
)
def test_an_ordinary_answer_that_gives_nothing_is_the_error_that_fits(
    status: int, body: str, meaning: type[Exception]
) -> None:
    with pytest.raises(meaning) as told:
        understand(Received(status, body.encode()), "/proxy/network/api/s/default/stat/sta?x=1")
    assert type(told.value) is meaning


@pytest.mark.parametrize(
    ("status", "body", "over"),
    [
        (401, "Unauthorized", True),
        (401, "<html>", True),
        (401, v1_error("api.err.LoginRequired"), True),
        (401, v1_error("api.err.NoPermission"), False),
        (200, v1_error("api.err.LoginRequired"), True),
        (403, "", False),
        (200, "{}", False),
    ],
)
def test_a_session_that_is_over_is_told_from_a_role_that_may_not(status: int, body: str, over: bool) -> None:
    assert is_session_over(Received(status, body.encode())) is over


def test_a_cookie_is_kept_whatever_attributes_it_has() -> None:
    header = "TOKEN=abc.def.ghi; Path=/; HttpOnly; Secure; SameSite=Strict; Partitioned; Priority=High"
    assert cookies_from([header, "csrf_token=x==", "empty=", "none"]) == {
        "TOKEN": "abc.def.ghi",
        "csrf_token": "x==",
    }


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "naïve", "a b", "x" * 10_000, "", None, 7])
def test_what_cannot_stand_in_a_header_is_no_cookie_and_no_token(value: Any) -> None:
    assert not is_sendable(value)
    assert csrf_from({}, {"TOKEN": jwt(csrfToken=value)}) is None


def test_the_updated_token_wins_over_the_plain_one_and_that_over_the_one_inside() -> None:
    headers = {"x-updated-csrf-token": "new", "x-csrf-token": "plain"}
    inside = {"TOKEN": jwt(csrfToken="inside")}
    assert csrf_from(headers, inside) == "new"
    assert csrf_from({"x-csrf-token": "plain"}, inside) == "plain"
    assert csrf_from({}, inside) == "inside"
    assert csrf_from({}, {"csrf_token": "classic"}) == "classic"


def test_a_session_follows_what_answers_reissue_and_keeps_when_it_was_made() -> None:
    session = began({}, [f"TOKEN={jwt(csrfToken='a', iat=100, exp=700)}"], NOW)
    assert (session.csrf, session.made, session.ends) == ("a", NOW, NOW + 600)
    assert renewed(session, {}, [], NOW + 1) is session
    later = renewed(session, {}, [f"TOKEN={jwt(csrfToken='b', iat=200, exp=800)}; Partitioned"], NOW + 100)
    assert (later.csrf, later.made, later.ends) == ("b", NOW, NOW + 700)
    assert renewed(later, {"x-csrf-token": "c"}, [], NOW).cookies == later.cookies


@pytest.mark.parametrize(
    ("claims", "ends"),
    [
        ({"iat": 5, "exp": 65}, NOW + 60),
        ({"exp": NOW + 60}, None),
        ({"iat": 65, "exp": 5}, None),
        ({"iat": "x", "exp": None}, None),
        ({"iat": -1e308, "exp": 1e308}, None),
    ],
)
def test_a_token_ends_by_our_clock_after_the_span_it_tells(
    claims: dict[str, Any], ends: float | None
) -> None:
    assert end_of(jwt(**claims), NOW) == ends


@given(st.text() | st.builds(lambda middle: f"a.{middle}.c", st.text(alphabet="ABCXYZabc019-_=é.")))
def test_any_token_has_claims_or_none(token: str) -> None:
    assert isinstance(claims_of(token), dict)
    end_of(token, NOW)


def test_a_token_of_a_hundred_thousand_brackets_has_no_claims() -> None:
    middle = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    assert claims_of(f"a.{middle}.c") == {}


HEADERS = st.dictionaries(st.sampled_from(["x-csrf-token", "x-updated-csrf-token", "date"]), st.text())


@given(HEADERS, st.lists(st.text() | st.text().map(lambda v: f"TOKEN={v}")))
def test_any_headers_leave_a_session_that_can_be_sent(headers: dict[str, str], cookies: list[str]) -> None:
    session = renewed(began(headers, cookies, NOW), headers, cookies, NOW)
    for value in (*session.cookies.values(), *([session.csrf] if session.csrf else [])):
        value.encode("ascii")
        assert "\n" not in value
        assert ";" not in value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["meta", "rc", "msg", "data", "code", "mfaCookie", "errorCode"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
BODIES = st.binary() | JSON.map(lambda value: json.dumps(value).encode())


@given(st.integers(100, 599), BODIES)
def test_any_answer_is_a_meaning_and_no_foreign_error(status: int, body: bytes) -> None:
    told = read_sign_in(Answer(status, body.decode("utf-8", "replace")))
    assert told is None or isinstance(told, ControllerError | CodeWanted)
    received = Received(status, body)
    is_session_over(received)
    with suppress(ControllerError):
        understand(received, "/api/x")


def exchanges() -> Iterator[tuple[str, Any, Any]]:
    for row in json_lines("thib3113-unifi-client/http_exchanges.jsonl"):
        yield row["fixture"], row["request"], row["response"]


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _meaning(request: Any, response: Any) -> str:
    path, status, body = urlsplit(request["url"]).path, response["status"], _bytes(response["body"])
    if path == "/":
        found = flavour_of(status, "", body.decode())
        return found.value if found is not None else "unknown"
    if path == "/api/auth/login":
        told = read_sign_in(Answer(status, body.decode()))
        return "signed in" if told is None else type(told).__name__
    if is_session_over(Received(status, body)):
        return "session over"
    return "signed out" if path == "/api/auth/logout" and understand(Received(status, body), path) else "read"


RECORDED = {
    ("list-sites.json", "/proxy/network/api/self/sites"): ["read"],
    ("local-logout.json", "/api/auth/logout"): ["signed out"],
    ("local-logout.json", "/proxy/network/api/self/sites"): ["session over"],
    ("login-2FA-not-renew.json", "/"): [DeviceType.UDM_PRO.value],
    ("login-2FA-not-renew.json", "/api/auth/login"): ["signed in"],
    ("login-2FA-not-renew.json", "/proxy/network/api/s/default/stat/sysinfo"): ["read"],
    ("login-2FA-not-renew.json", "/proxy/network/api/self/sites"): ["session over"],
    ("login-2FA.json", "/"): [DeviceType.UDM_PRO.value],
    ("login-2FA.json", "/api/auth/login"): ["signed in"],
    ("login-2FA.json", "/proxy/network/api/s/default/stat/sysinfo"): ["read"],
    ("login-local-fail.json", "/"): [DeviceType.UDM_PRO.value],
    ("login-local-fail.json", "/api/auth/login"): ["SignInRefused"],
    ("login-select-sites.json", "/proxy/network/api/self/sites"): ["read"],
    ("login.json", "/"): [DeviceType.UDM_PRO.value],
    ("login.json", "/api/auth/login"): ["signed in"],
    ("login.json", "/proxy/network/api/s/default/stat/sysinfo"): ["read"],
    ("renew-local-login.json", "/api/auth/login"): ["signed in"],
    ("renew-local-login.json", "/proxy/network/api/self/sites"): ["read"],
    ("sites-network-status.json", "/proxy/network/v2/api/site/default/network_status"): ["read"],
}


@needs_fixtures
def test_every_recorded_exchange_is_understood_as_what_it_was() -> None:
    told: dict[tuple[str, str], list[str]] = {}
    for name, request, response in exchanges():
        told.setdefault((name, urlsplit(request["url"]).path), []).append(_meaning(request, response))
    assert told == RECORDED


@needs_fixtures
def test_every_recorded_code_was_sent_in_the_field_of_its_flow() -> None:
    coded = [
        request["body"] for name, request, _ in exchanges() if "2FA" in name and "login" in request["url"]
    ]
    assert [set(body) for body in coded] == [{"username", "password", "rememberMe", "token"}] * len(coded)


@needs_fixtures
def test_every_recorded_refusal_of_a_sign_in_is_understood() -> None:
    rows = list(json_lines("aiounifi/login_errors.jsonl"))
    told = [read_sign_in(Answer(row["http"], _bytes(row["body"]).decode())) for row in rows]
    assert [type(one) for one in told] == [
        SignInRefused,
        SignInRefused,
        SignInRefused,
        CodeWanted,
        SignInRefused,
        CodeWanted,
        SignInThrottled,
        ControllerUnreachable,
    ]
    assert told[5] == CodeWanted("token", {"UBIC_2FA": "abc123def456"})


@needs_fixtures
def test_the_recorded_user_object_is_a_sign_in() -> None:
    body = (FIXTURES / "aiounifi/login_unifi_os.json").read_text(encoding="utf-8")
    assert read_sign_in(Answer(200, body)) is None
    assert Session().cookies == {}
