"""Who may send log lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unifi_scanner.logs.senders import AllowList, plain_address


@pytest.mark.parametrize(
    "sender",
    ["10.1.2.3", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.7.7", "::1", "fd00::7", "fe80::1"],
)
def test_a_private_address_may_send_by_default(sender: str) -> None:
    assert AllowList().allows(sender)


@pytest.mark.parametrize(
    "sender",
    [
        "8.8.8.8",
        "172.32.0.1",
        "192.0.2.1",
        "100.64.0.1",
        "2001:db8::1",
        "224.0.0.1",
        "0.0.0.0",  # noqa: S104
        "no address",
        "",
    ],
)
def test_the_internet_may_not_by_default(sender: str) -> None:
    assert not AllowList().allows(sender)


def test_where_senders_are_named_nobody_else_may_send() -> None:
    allow = AllowList(["192.168.1.1", "10.9.0.0/16", "2001:db8::/32"])
    assert [allow.allows(s) for s in ("192.168.1.1", "10.9.8.7", "2001:db8::5")] == [True] * 3
    assert [allow.allows(s) for s in ("192.168.1.2", "10.8.0.1", "127.0.0.1", "::1")] == [False] * 4


@pytest.mark.parametrize(
    ("raw", "plain"),
    [("fe80::1%eth0", "fe80::1"), ("::ffff:192.168.1.7", "192.168.1.7"), ("10.0.0.1", "10.0.0.1")],
)
def test_a_sender_has_one_spelling(raw: str, plain: str) -> None:
    assert plain_address(raw) == plain


@given(st.ip_addresses())
@settings(deadline=None)
def test_no_public_address_is_let_in_by_default(address: object) -> None:
    text = str(address)
    if AllowList().allows(text):
        assert not getattr(address, "is_global", False)
