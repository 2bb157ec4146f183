from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unifi_scanner.logs.envelope import Stamp, iso_within, moment_of, open_envelope, read_head

HEARD = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)

# every variant of docs/protocol.md F.1: line, host, MAC, model, version, tag, pid, text
VARIANTS = [
    ("<30>Jun 19 18:17:37 UDM-Pro UDM-Pro systemd[1]: Started.", "UDM-Pro", None, None, None, "systemd", "1", "Started."),
    ("Jun 19 18:17:37 UDM-Pro systemd[1]: Started.", "UDM-Pro", None, None, None, "systemd", "1", "Started."),
    ("<13>Sep 24 19:54:14 U7-Pro 8cede1889798,U7-Pro-8.7.11+19419: hostapd[4429]: x", "U7-Pro", "8c:ed:e1:88:97:98", "U7-Pro", "8.7.11+19419", "hostapd", "4429", "x"),
    ("<30>Jun  3 16:33:07 Hall e063daccbd48,UAP-nanoHD-6.7.41+15623: mcad: mcad[981]: x", "Hall", "e0:63:da:cc:bd:48", "UAP-nanoHD", "6.7.41+15623", "mcad", "981", "x"),
    ("<30>Jun  3 16:33:07 Hall e063daccbd48,UAP-nanoHD-6.7.41: libubnt[15024]: mcad[15024]: x", "Hall", "e0:63:da:cc:bd:48", "UAP-nanoHD", "6.7.41", "mcad", "15024", "x"),
    ("<30>Jun  3 16:33:07 Hall e063daccbd48,UAP-nanoHD-6.7.41: : utermd[984]: x", "Hall", "e0:63:da:cc:bd:48", "UAP-nanoHD", "6.7.41", "utermd", "984", "x"),
    ("<30>Jun  3 16:33:07 Hall e063daccbd48,UAP-nanoHD-6.7.41: /usr/sbin/hostapd[4628]: x", "Hall", "e0:63:da:cc:bd:48", "UAP-nanoHD", "6.7.41", "hostapd", "4628", "x"),
    ("<30>USWUltra210W 6c63f82a3348,USW-Ultra-210W-2.1.8.971: switch: x", "USWUltra210W", "6c:63:f8:2a:33:48", "USW-Ultra-210W", "2.1.8.971", "switch", None, "x"),
    ("Mar  6 15:43:20 44d9e7f618f2,UAP-AC-LR-6.5.28+14491: hostapd[15580]: x", None, "44:d9:e7:f6:18:f2", "UAP-AC-LR", "6.5.28+14491", "hostapd", "15580", "x"),
    ("Oct  5 16:28:50 U7LR,44d9e7f618f2,v4.3.21.11325: : stahtd[2839]: x", None, "44:d9:e7:f6:18:f2", "U7LR", "4.3.21.11325", "stahtd", "2839", "x"),
    ('Oct  6 18:21:22 ("U7LR,44d9e7f618f2,v3.7.17.5220") libubnt[16915]: x', None, "44:d9:e7:f6:18:f2", "U7LR", "3.7.17.5220", "libubnt", "16915", "x"),
    ("Dec 12 09:36:39 (BZ2LR,00272250c1cd,v3.2.5.2791) hostapd: x", None, "00:27:22:50:c1:cd", "BZ2LR", "3.2.5.2791", "hostapd", None, "x"),
    ("hostapd: ath2: STA x", None, None, None, None, "hostapd", None, "ath2: STA x"),
    ('2017-11-23T09:57:09-05:00 192.0.2.2 ("US8P60,f09fc2001122,v3.9.6.7613") syslog: x', "192.0.2.2", "f0:9f:c2:00:11:22", "US8P60", "3.9.6.7613", "syslog", None, "x"),
    ("942a6f40d752,ECS-Aggregation-3.0.2+821 Mar  5 13:08:27 Agg daemon.info swss#autodetectd[125]: x", "Agg", "94:2a:6f:40:d7:52", "ECS-Aggregation", "3.0.2+821", "autodetectd", "125", "x"),
    ("<14>1 2026-03-29T02:52:21+00:00 console unifi-core 512 - - x", "console", None, None, None, "unifi-core", "512", "x"),
    ("Jul 18 11:29:35 ap xxxxxxxxxxxxx,NAME-6.6.78+15404: stahtd: stahtd[1]: x", "ap", None, "NAME", "6.6.78+15404", "stahtd", "1", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "host", "mac", "model", "version", "tag", "pid", "text"), VARIANTS)
def test_every_envelope_comes_apart(
    line: str,
    host: str | None,
    mac: str | None,
    model: str | None,
    version: str | None,
    tag: str,
    pid: str | None,
    text: str,
) -> None:
    envelope = open_envelope(line)
    assert (envelope.host, envelope.mac, envelope.model, envelope.version) == (host, mac, model, version)
    assert (envelope.tag, envelope.pid, envelope.text) == (tag, pid, text)


def moment(line: str, *, zone: str = "UTC", near: datetime | None = HEARD) -> str | None:
    told = moment_of(open_envelope(line).stamp, zone, near)
    return None if told is None else told.isoformat()


@pytest.mark.parametrize(
    ("line", "zone", "near", "expected"),
    [
        ("Dec 31 23:59:59 h x: y", "UTC", HEARD, "2025-12-31T23:59:59+00:00"),
        ("Jan  1 00:00:31 h x: y", "UTC", HEARD, "2026-01-01T00:00:31+00:00"),
        ("Jan  1 00:00:31 h x: y", "UTC", datetime(2025, 12, 31, 23, 59, tzinfo=UTC), "2026-01-01T00:00:31+00:00"),
        ("Aug  1 12:00:00 h x: y", "Europe/Berlin", HEARD, "2025-08-01T10:00:00+00:00"),
        ("Jan  1 01:00:31 h x: y", "Europe/Berlin", HEARD, "2026-01-01T00:00:31+00:00"),
        # the hour a clock change repeats: whichever is nearer to when it was heard
        ("Oct 26 02:30:00 h x: y", "Europe/Berlin", datetime(2025, 10, 26, 0, 30, 5, tzinfo=UTC), "2025-10-26T00:30:00+00:00"),
        ("Oct 26 02:30:00 h x: y", "Europe/Berlin", datetime(2025, 10, 26, 1, 30, 5, tzinfo=UTC), "2025-10-26T01:30:00+00:00"),
        # an hour that does not exist there
        ("Mar 29 02:30:00 h x: y", "Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC), "2026-03-29T01:30:00+00:00"),
        ("Feb 29 10:00:00 h x: y", "UTC", datetime(2024, 6, 1, tzinfo=UTC), "2024-02-29T10:00:00+00:00"),
        ("Feb 29 10:00:00 h x: y", "UTC", datetime(2026, 6, 1, tzinfo=UTC), None),
        ("Feb 30 10:00:00 h x: y", "UTC", HEARD, None),
        ("Abc 10 10:00:00 h x: y", "UTC", HEARD, None),
        ("Jan 10 10:00:00 h x: y", "UTC", None, None),
        ("Jan 10 10:00:00 h x: y", "No/Such_Zone", HEARD, "2026-01-10T10:00:00+00:00"),
        ("2017-11-24T01:15:31-05:00 h x: y", "Asia/Tokyo", None, "2017-11-24T06:15:31+00:00"),
        ("2017-11-24T01:15:31 h x: y", "America/New_York", None, "2017-11-24T06:15:31+00:00"),
        ("x: y", "UTC", HEARD, None),
    ],
)  # fmt: skip
def test_a_year_that_is_missing_is_the_nearest_and_the_zone_the_consoles(
    line: str, zone: str, near: datetime | None, expected: str | None
) -> None:
    assert moment(line, zone=zone, near=near) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Jul  5 04:17:21 unifi.fqdn 2025-07-05T04: 17:21.976Z unifi CEF:0|",
        "Jul  5 04:17:21 2025-07-05T04:17:21.976Z unifi CEF:0|",
    ],
)
def test_a_whole_time_is_found_and_repaired_where_a_relay_split_it(line: str) -> None:
    assert iso_within(line, line.find("CEF")) == Stamp("2025-07-05T04:17:21.976Z", True)


@given(st.text(max_size=400))
def test_any_line_has_an_envelope_and_keeps_its_text(line: str) -> None:
    envelope = open_envelope(line)
    assert envelope.text in line
    moment_of(envelope.stamp, "Europe/Berlin", HEARD)


@given(
    st.integers(7305, 43829), st.integers(-180 * 86400, 180 * 86400),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
)  # fmt: skip
def test_the_moment_is_within_half_a_year_of_the_reference(day: int, apart: int, zone: str) -> None:
    when = datetime(1970, 1, 1, 13, 7, 9, tzinfo=UTC) + timedelta(days=day)
    near = when + timedelta(seconds=apart)
    told = moment_of(Stamp(when.strftime("%b %e %H:%M:%S"), False), zone, near)
    assert told is None or abs(told - near) < timedelta(days=185) or (when.month, when.day) == (2, 29)


@pytest.mark.parametrize(
    "part", ["<", "<1", "a,", ": ", "a: ", "[", "(", "Jan  1 00:00:00 ", "2025-07-05T04: ", "1 ", "a[1]: "]
)
def test_a_long_hostile_line_is_read_once_through(part: str) -> None:
    line = part * (65536 // len(part))
    read_head(line)
    assert open_envelope(line) is not None
    iso_within(line, len(line))
