from __future__ import annotations

import logging
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import MakeClient, MakeTwin
from unifi_scanner.api.client import UnifiClient
from unifi_scanner.api.connection import Connection
from unifi_scanner.errors import (
    CertificateNotTrusted,
    ControllerUnreachable,
    EndpointForbidden,
    EndpointGone,
    ScannerError,
    SignInRefused,
    SignInThrottled,
    UnknownSite,
)
from unifi_scanner.models.enums import DeviceType
from unifi_scanner.sim import Flavour

LATELY = timedelta(hours=1)


@pytest.mark.parametrize(
    ("flavour", "version", "device_type"),
    [
        (Flavour.CLASSIC, "8.6.9", DeviceType.SELF_HOSTED),
        (Flavour.UNIFI_OS, "9.3.43", DeviceType.UDM_PRO),
        (Flavour.UNIFI_OS_SERVER, "10.4.57", DeviceType.UDM_PRO),
    ],
)
def test_the_flavour_is_found_on_any_port(
    twins: MakeTwin, clients: MakeClient, flavour: Flavour, version: str, device_type: DeviceType
) -> None:
    client = clients(twins(flavour, version))
    client.sign_in()
    assert (client.device_type, client.version, client.site) == (device_type, version, "default")
    assert client.devices()
    assert client.health()


@pytest.mark.parametrize("site", ["default", "Default", "h0l1day7", "Holiday Cottage", "holiday cottage"])
def test_a_site_is_found_by_id_and_by_name(twins: MakeTwin, clients: MakeClient, site: str) -> None:
    client = clients(twins(), site=site)
    client.sign_in()
    assert client.site == ("default" if site.lower() == "default" else "h0l1day7")


def test_an_unknown_site_lists_the_sites(twins: MakeTwin, clients: MakeClient) -> None:
    with pytest.raises(UnknownSite, match="Holiday Cottage") as caught:
        clients(twins(), site="Attic").sign_in()
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_wrong_password_says_so_and_is_not_repeated(
    twins: MakeTwin, clients: MakeClient, flavour: Flavour
) -> None:
    twin = twins(flavour)
    client = clients(twin, password="wrong horse")
    for _ in range(3):
        with pytest.raises(SignInRefused, match="password") as caught:
            client.sign_in()
    assert caught.value.exit_code == 4
    assert sum("login" in path for _, path, _ in twin.requests()) == 1


def test_an_expired_session_signs_in_once_and_repeats_the_question(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.expire_sessions()
    assert client.devices()
    assert twin.sign_ins() == 2


def test_an_endpoint_the_role_may_not_read_does_not_mean_a_sign_in(
    twins: MakeTwin, clients: MakeClient
) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.fail("system-log", 401, "Unauthorized")
    for _ in range(4):
        with pytest.raises(EndpointForbidden, match="View Only"):
            client.system_log(datetime.now(UTC) - LATELY)
    assert twin.sign_ins() == 1


def test_a_rotated_csrf_token_is_followed(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.rotate_csrf()
    client.devices()
    client.system_log(datetime.now(UTC) - LATELY)
    assert [
        status for method, path, status in twin.requests() if method == "POST" and "system-log" in path
    ] == [200]


def test_callers_with_the_same_old_cookies_share_one_sign_in(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    old = client.get_session_cookies()
    twin.expire_sessions()
    fresh = client.sign_in_again(old)
    assert client.sign_in_again(old) == fresh != old
    assert twin.sign_ins() == 2


def test_a_throttled_sign_in_waits_its_time(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.limit_logins(True, retry_after=120)
    client = clients(twin)
    for _ in range(3):
        with pytest.raises(SignInThrottled) as caught:
            client.sign_in()
    assert caught.value.retry_after == pytest.approx(120, abs=2)
    assert sum("login" in path for _, path, _ in twin.requests()) == 1


def test_nothing_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        client = UnifiClient(
            Connection(host="127.0.0.1", port=port, username="a", password="secret!", verify_ssl=False)
        )
        with pytest.raises(ControllerUnreachable, match="UNIFI_HOST") as caught:
            client.sign_in()
        client.close()
    assert caught.value.exit_code == 3


def test_a_self_signed_certificate_is_named_and_can_be_pinned(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    with pytest.raises(CertificateNotTrusted, match="self-signed") as caught:
        clients(twin, tls_fingerprint=None).sign_in()
    assert twin.fingerprint in str(caught.value)
    assert caught.value.exit_code == 3
    assert twin.requests() == []
    clients(twin, tls_fingerprint=twin.fingerprint.lower().replace(":", "")).sign_in()


def test_another_certificate_than_the_pinned_one_gets_nothing(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    with pytest.raises(CertificateNotTrusted, match="not the pinned one"):
        clients(twin, tls_fingerprint="AA:" * 31 + "AA").sign_in()
    assert twin.requests() == []


def test_a_ca_file_is_trusted(twins: MakeTwin, clients: MakeClient, tmp_path: Path) -> None:
    twin = twins()
    authority = tmp_path / "ca.pem"
    authority.write_text(twin.certificate_pem)
    client = clients(twin, tls_fingerprint=None, tls_ca_file=authority)
    client.sign_in()
    assert client.devices()


def test_verification_can_be_switched_off(twins: MakeTwin, clients: MakeClient) -> None:
    client = clients(twins(), tls_fingerprint=None, verify_ssl=False)
    client.sign_in()
    assert client.devices()


def test_an_api_key_needs_no_sign_in(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins(api_key="key-0123456789")
    client = clients(twin, username=None, password=None, api_key="key-0123456789")
    client.sign_in()
    assert client.devices()
    assert twin.sign_ins() == 0


def test_the_system_log_is_paged_to_the_cutoff(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    rows = [
        twin.emit("EVT_WU_Connected", user=f"02:00:00:00:{n // 256:02x}:{n % 256:02x}", ssid="Home")
        for n in range(250)
    ]
    client = clients(twin)
    client.sign_in()
    read = client.system_log(datetime.now(UTC) - LATELY)
    assert {row["id"] for row in read} >= {row.v2_id for row in rows}
    assert [row["timestamp"] for row in read] == sorted(row["timestamp"] for row in read)
    since = datetime.fromtimestamp(rows[200].time_ms / 1000, UTC)
    assert all(row["timestamp"] >= rows[200].time_ms for row in client.system_log(since))


@pytest.mark.parametrize(
    ("version", "answered"),
    [("8.3.32", {"events", "alarms", "ips_events"}), ("8.6.9", {"events", "alarms", "ips_events", "system_log"}), ("9.3.43", {"events", "alarms", "ips_events", "system_log"}), ("10.4.57", {"system_log"})],
)  # fmt: skip
def test_an_endpoint_that_is_gone_costs_no_other(
    twins: MakeTwin, clients: MakeClient, version: str, answered: set[str]
) -> None:
    client = clients(twins(version=version))
    client.sign_in()
    heard = set()
    for question in ("events", "alarms", "ips_events", "system_log"):
        try:
            getattr(client, question)(datetime.now(UTC) - LATELY)
            heard.add(question)
        except EndpointGone:
            continue
    assert heard == answered


@pytest.mark.parametrize(
    ("status", "body"), [(500, "x"), (503, "<html>"), (200, "<html>"), (200, "{"), (403, ""), (200, '{"meta":{"rc":"error","msg":"api.err.X"}}'), (200, "[]")]
)  # fmt: skip
def test_an_answer_that_is_no_answer_is_an_error_and_not_nothing(
    twins: MakeTwin, clients: MakeClient, status: int, body: str
) -> None:
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.fail("stat/device", status, body)
    with pytest.raises(ScannerError):
        client.devices()


def test_no_secret_is_in_a_repr_a_log_or_an_error(
    twins: MakeTwin, clients: MakeClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    twin = twins()
    client = clients(twin)
    client.sign_in()
    twin.fail("stat/device", 403, "")
    shown: list[Any] = [client, client.transport, client.transport._sign_in.session, client._connection]
    try:
        client.devices()
    except ScannerError as exc:
        shown.append(exc)
    told = " ".join(map(repr, shown)) + " ".join(map(str, shown)) + caplog.text + "".join(capsys.readouterr())
    secrets = ["correct horse", *client.get_session_cookies().values()]
    assert not [secret for secret in secrets if secret in told]


def test_a_name_that_is_no_text_hides_no_history(twins: MakeTwin, clients: MakeClient) -> None:
    twin = twins()
    twin.emit("EVT_WU_Connected", user="02:00:00:00:00:01", hostname="a\ud800b", ssid="Home")
    twin.emit("EVT_WU_Connected", user="02:00:00:00:00:02", ssid="Home")
    client = clients(twin)
    client.sign_in()
    since = datetime.now(UTC) - LATELY
    told = [row.get("user") for row in client.events(since)]
    assert {"02:00:00:00:00:01", "02:00:00:00:00:02"} <= set(told)
