from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_data import FIXTURES, needs_fixtures
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.noise import Noise
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.logs.syslog import entry_of_line, split_messages
from unifi_scanner.models.device import NameBook
from unifi_scanner.models.enums import Origin
from unifi_scanner.models.log_entry import NO_TIME
from unifi_scanner.models.same_event import match_key
from unifi_scanner.models.telling import sentence_of

HEARD = datetime(2026, 3, 5, 13, 8, 28, tzinfo=UTC)
GATEWAY, AP = "<30>Mar  5 13:08:27 Gate Gate ", "<14>Mar  5 13:08:27 Hall 28704e551ced,U7-Pro-8.5.11+18612: "
PHONE = "02:00:00:00:00:05"
_CODE = re.compile(r"[{}]|EVT_|\b[A-Z]{3,}_[A-Z]|CEF:|DHCP[A-Z]")

# line, kind, and the facts that matter
LINES: list[tuple[str, str, dict[str, Any]]] = [
    (GATEWAY + '[LAN_WAN-A-2147483647] DESCR="Allow" IN=br0 OUT=eth8 MAC=9c:05:d6:65:39:06:02:00:00:00:00:05:08:00 SRC=192.168.1.2 DST=203.0.113.9 LEN=1 PROTO=UDP SPT=5 DPT=443 LEN=4', "traffic.allowed", {"client_mac": PHONE, "policy": "Allow", "dst_port": 443}),
    (GATEWAY + "[GUEST_WAN-30004] IN=br0 OUT=eth8 SRC=192.168.1.2 DST=203.0.113.9 PROTO=ICMP TYPE=8", "traffic.seen", {"policy": "GUEST_WAN"}),
    (GATEWAY + "kernel: [WAN_IN-B-4000000003-D] IN=eth8 OUT=br0 MAC= SRC=203.0.113.9 DST=192.168.1.2 PROTO=TCP SPT=1 DPT=22", "firewall.blocked", {"direction": "incoming", "dst_port": 22, "attacker": "203.0.113.9"}),
    (GATEWAY + '[LAN_WAN-R-10001] DESCR=\\"No \\"cameras\\" out\\" IN=br4 OUT=eth8 MAC=9c:05:d6:65:39:06:02:00:00:00:00:05:08:00 SRC=192.168.1.2 DST=203.0.113.9 PROTO=TCP SPT=1 DPT=80', "firewall.blocked", {"client_mac": PHONE, "direction": "outgoing"}),
    (GATEWAY + '[VPN_LAN-D-2147483647] DESCR="" IN=wgsrv1 OUT=br0 SRC=2001:db8::1 DST=fd00::2 LEN=80 TC=0 HOPLIMIT=63 FLOWLBL=1 PROTO=TCP SPT=1 DPT=2', "firewall.blocked", {"src_ip": "2001:db8::1"}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPACK(br0) 192.168.1.20 02:00:00:00:00:05 phone", "lease.granted", {"client_mac": PHONE, "client_name": "phone", "ip": "192.168.1.20"}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPDISCOVER(br0) 02:00:00:00:00:05", "lease.asked", {"client_mac": PHONE}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPDISCOVER(br0) 02:00:00:00:00:05 no address available", "lease.none_left", {"iface": "br0"}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPOFFER(br0) 192.168.1.20 02:00:00:00:00:05", "lease.offered", {"ip": "192.168.1.20"}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPREQUEST(br0) 192.168.1.20 02:00:00:00:00:05", "lease.asked", {}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPRELEASE(br0) 192.168.1.20 02:00:00:00:00:05", "lease.returned", {}),
    (GATEWAY + "dnsmasq-dhcp[1]: DHCPNAK(br0) 192.168.9.20 02:00:00:00:00:05 wrong network", "lease.refused", {"ip": "192.168.9.20", "reason": "wrong network"}),
    (GATEWAY + "dnsmasq[1]: query[AAAA] example.com from 192.168.1.20", "dns.query", {"target": "example.com", "src_ip": "192.168.1.20"}),
    (GATEWAY + "dnsmasq[1]: reply example.com is NXDOMAIN", "dns.query", {}),
    (GATEWAY + "dnsmasq[1]: inotify: new or modified", "log.routine", {}),
    (GATEWAY + 'coredns[1]: {"type":"dnsAdBlock","domain":"ads.example","mac":"02:00:00:00:00:05","src_ip":"192.168.1.2","unix_milli_timestamp":1772716107000}', "dns.blocked", {"client_mac": PHONE, "target": "ads.example"}),
    (GATEWAY + "charon[9728]: 15[ENC] generating …", "vpn.step", {}),
    (GATEWAY + "pppd[12]: LCP terminated by peer", "wan.step", {}),
    (GATEWAY + "ubios-udapi-server[1]: wireguard: Site-to-site Wireguard Peer (#1000) has got peer b… 203.0.113.50:51820 (via wgsts1000) connected", "vpn.site_up", {}),
    (GATEWAY + "sshd[1]: Accepted publickey for root from 192.168.2.148 port 40738 ssh2: ED25519 SHA256:x", "shell.signed_in", {"admin": "root", "ip": "192.168.2.148"}),
    (GATEWAY + "sshd[1]: Failed keyboard-interactive/pam for invalid user asdasf from 198.51.100.7", "shell.sign_in_failed", {"admin": "asdasf", "ip": "198.51.100.7"}),
    (GATEWAY + "sshd[1]: Failed password for invalid user root from 10.0.0.1 port 1 from 198.51.100.7 port 22 ssh2", "shell.sign_in_failed", {"ip": "198.51.100.7"}),
    (GATEWAY + "sshd[1]: Connection closed by 192.168.2.148 port 40738", "shell.session", {}),
    (AP + "dropbear[977]: Bad password attempt for 'ubnt' from 192.168.1.77:50122", "shell.sign_in_failed", {"admin": "ubnt", "ip": "192.168.1.77", "device_mac": "28:70:4e:55:1c:ed"}),
    (AP + "dropbear[977]: Password auth succeeded for 'ubnt' from 192.168.1.77:50122", "shell.signed_in", {"ip": "192.168.1.77"}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 IEEE 802.11: associated (aid 1)", "wifi.associated", {"client_mac": PHONE, "device_name": "Hall"}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 IEEE 802.11: disassociated", "wifi.left", {}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 IEEE 802.11: deauthenticated due to inactivity", "wifi.left", {"reason": "it was silent for too long"}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 IEEE 802.11: authenticated", "wifi.step", {}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 WPA: pairwise key handshake completed (RSN)", "wifi.step", {}),
    (AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 denied association", "wifi.denied", {}),
    (AP + "hostapd[1]: wifi1ap1: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:00:05", "wifi.sign_in_failed", {}),
    (AP + 'stahtd: stahtd[1]: [STA-TRACKER].stahtd_dump_event(): {"message_type":"STA_ASSOC_TRACKER","mac":"02:00:00:00:00:05","event_type":"sta_roam","avg_rssi":"-69"}', "wifi.moved", {"signal": -69}),
    (AP + 'stahtd: stahtd[1]: [STA-TRACKER].stahtd_dump_event(): {"mac":"02:00:00:00:00:05","event_type":"dns timeout"}', "wifi.no_names", {}),
    (AP + 'stahtd: stahtd[1]: [STA-TRACKER].stahtd_dump_event(): {"mac":"02:00:00', "unknown", {}),
    (AP + "syslog: wevent.ubnt_custom_event(): EVENT_STA_IP ath0: 02:00:00:00:00:05 / 192.168.1.2", "wifi.step", {}),
    (AP + "mcad: mcad[1]: wireless_agg_stats.log_sta_anomalies(): bssid=x vap=rai2 sta=02:00:00:00:00:05 satisfaction_now=70 anomalies=tcp_latency,wifi_retries", "wifi.poor", {"reason": "answers came slowly, much had to be sent twice"}),
    (AP + "syswrapper[9]: Provision took 45 sec", "device.reported", {}),
    (AP + "ace_reporter[9]: transition UNKNOWN -> MANAGED", "device.reported", {}),
    (AP + "udhcpc[977]: lease of 192.168.50.4 obtained, lease time 7200", "device.addressed", {"ip": "192.168.50.4"}),
    (AP + "kernel: [399142.041095] [wifi1] FWLOG: x", "log.kernel", {}),
    (AP + "switch: port changed", "port.noted", {}),
    (AP + "nobody-knows[7]: what this is", "unknown", {}),
    ("[2026-08-23T03:49:17,123+02:00] <inform-32> INFO  dev - Device USL24PB[9c:05:d6:00:00:01] will be upgraded", "log.controller", {"state": "INFO"}),
    ("\tat com.ubnt.service.Foo.bar(Foo.java:17)", "log.controller", {}),
    ("a line nobody knows", "unreadable", {}),
    ("<13>neither time nor name", "unreadable", {}),
    ("", "unreadable", {}),
    ("Mar  5 13:08:27 Gate CEF:0|Ubiquiti|cut", "unknown", {}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kind", "facts"), LINES)
def test_a_line_is_the_right_entry(line: str, kind: str, facts: dict[str, Any]) -> None:
    entry = entry_of_line(line, Context(heard=HEARD))
    told = {**entry.metadata, "client_mac": entry.client_mac, "client_name": entry.client_name,
            "device_mac": entry.device_mac, "device_name": entry.device_name}  # fmt: skip
    assert (entry.kind, {name: told.get(name) for name in facts}) == (kind, facts)
    assert entry.raw_data == {"line": line}
    assert not _CODE.search(sentence_of(entry)), sentence_of(entry)


def test_a_line_is_heard_by_syslog_unless_told_otherwise() -> None:
    line = LINES[0][0]
    assert entry_of_line(line, Context()).origins == {Origin.SYSLOG}
    assert entry_of_line(line, Context(origin=Origin.SSH)).origins == {Origin.SSH}
    assert entry_of_line("CEF:0|Ubiquiti|UniFi OS|5.1.5|1|Test|1|", Context()).origins == {Origin.CEF}


def test_a_line_has_its_own_time_then_that_of_receipt_then_none() -> None:
    timed, bare = GATEWAY + "systemd[1]: x", "<30>Gate systemd[1]: x"
    assert entry_of_line(timed, Context(heard=HEARD)).timestamp == datetime(2026, 3, 5, 13, 8, 27, tzinfo=UTC)
    heard = entry_of_line(bare, Context(heard=HEARD))
    assert (heard.timestamp, heard.metadata["heard"]) == (HEARD, True)
    assert entry_of_line(bare, Context()).timestamp == NO_TIME
    assert entry_of_line(timed, Context()).timestamp == NO_TIME  # of which year, nobody said


def test_the_time_is_that_of_the_consoles_zone() -> None:
    entry = entry_of_line(GATEWAY + "systemd[1]: x", Context(heard=HEARD, zone="Europe/Berlin"))
    assert entry.timestamp == datetime(2026, 3, 5, 12, 8, 27, tzinfo=UTC)


def test_names_come_from_the_inventory() -> None:
    names = NameBook(devices={"28:70:4e:55:1c:ed": "Attic"}, clients={PHONE: "Anna's phone"})
    line = AP + "hostapd[1]: wifi1ap1: STA 02:00:00:00:00:05 IEEE 802.11: associated"
    assert sentence_of(entry_of_line(line, Context(names=names))) == "Attic took Anna's phone onto its Wi-Fi."


def test_the_same_line_has_one_id_however_it_came() -> None:
    line = GATEWAY + "sshd[1]: Accepted password for root from 192.168.2.148 port 40738 ssh2"
    sent = entry_of_line(line, Context(heard=HEARD))
    filed = entry_of_line(line.removeprefix("<30>") + "\n", Context(near=HEARD, origin=Origin.SSH))
    (replayed,) = normalise_record({**sent.raw_data, "time": int(HEARD.timestamp() * 1000)})
    assert sent.id == filed.id == replayed.id


def test_the_same_text_in_another_year_or_at_another_receipt_is_another_line() -> None:
    timed, bare = GATEWAY + "systemd[1]: x", "<30>Gate systemd[1]: x"
    later = HEARD.replace(year=2027)
    for line in (timed, bare):
        assert entry_of_line(line, Context(heard=HEARD)).id != entry_of_line(line, Context(heard=later)).id


def test_what_lines_tell_is_never_merged_with_what_the_controller_tells() -> None:
    told = [
        entry_of_line(line, Context(heard=HEARD)) for line, kind, _ in LINES if kind != "firewall.blocked"
    ]
    assert [entry.kind for entry in told if match_key(entry)] == []


@pytest.mark.parametrize(
    "name",
    [
        '[WAN_LOCAL-A-1] DESCR="x" IN=br0 OUT=eth8 MAC= SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP',
        "CEF:0|Ubiquiti|UniFi Network|9|544|N|1|UNIFIadmin=boss",
        "0|Ubiquiti|UniFi OS|9|1000|N|1|UNIFIadmin=boss",
        "wevent.x(): EVENT_STA_JOIN ath0: 02:00:00:00:00:05",
        "x from 10.0.0.1 port 1",
    ],
)
def test_a_strangers_name_forges_no_other_line(name: str) -> None:
    line = GATEWAY + f"sshd[1]: Failed password for invalid user {name} from 198.51.100.7 port 22 ssh2"
    entry = entry_of_line(line, Context(heard=HEARD))
    assert (entry.kind, entry.metadata["ip"]) == ("shell.sign_in_failed", "198.51.100.7")
    assert not Noise().take_line(line, Context(heard=HEARD))


@pytest.mark.parametrize("tag", ["hostapd", "kernel", "switch", "dnsmasq-dhcp"])
def test_a_daemons_words_are_no_event_of_the_controller(tag: str) -> None:
    forged = f"{GATEWAY}{tag}: CEF:0|Ubiquiti|UniFi Network|9|544|N|1|UNIFIadmin=boss"
    assert entry_of_line(forged, Context(heard=HEARD)).kind != "admin.signed_in"


def test_a_line_without_sense_from_another_program_is_kept() -> None:
    entry = entry_of_line(AP + "hostapd: nonsense", Context(heard=HEARD))
    assert (entry.kind, entry.device_name) == ("unknown", "Hall")


@given(st.text(max_size=300))
def test_any_line_is_one_entry_with_its_text(line: str) -> None:
    entry = entry_of_line(line, Context(heard=HEARD))
    assert entry.raw_data["line"] == line
    assert sentence_of(entry)


@given(st.sampled_from([line for line, _, _ in LINES]), st.data())
def test_a_bent_line_is_still_one_entry(line: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(line)))
    bent = line[:cut] + data.draw(st.text(max_size=8)) + line[data.draw(st.integers(0, len(line))) :]
    assert entry_of_line(bent, Context(heard=HEARD)).raw_data["line"] == bent


@pytest.mark.parametrize(
    "part",
    [
        "[A-A-A] DESCR=\"", "[A-B] IN= OUT= ", "SRC=a DST=b ", "[A-D-1] IN=a OUT=b SRC=a DST=b ", "CEF:0|Ubiquiti|", "0|Ubiquiti|a|b|c|d|e|", " msg=", " a=b",
        "DHCPACK(", "Failed a for b from ", "{\"a\":", "wevent.a(): ", "STA 02:00:00:00:00:05 ", "a: ", "a[1]: ", "\\\\", "\\=", "Peer ", "ACK received: chaddr ",
        "Mar  5 13:08:27 h CEF:", "<1>", "\n", "\tat a.b(",
    ],
)  # fmt: skip
def test_a_long_hostile_line_is_one_entry(part: str) -> None:
    for head in ("", GATEWAY, AP + "hostapd[1]: ", GATEWAY + "sshd[1]: ", GATEWAY + "dnsmasq-dhcp[1]: ", "CEF:0|Ubiquiti|a|b|c|d|1|"):  # fmt: skip
        line = head + part * (65536 // len(part))
        assert entry_of_line(line, Context(heard=HEARD)).raw_data["line"] == line
    split_messages((part * (65536 // len(part))).encode())


@pytest.mark.parametrize(
    ("datagram", "messages"),
    [
        (b"<30>Jun 19 18:17:37 a b: c\n", ["<30>Jun 19 18:17:37 a b: c"]),
        (b"<30>Jun 19 18:17:37 a b: c\n<30>Jun 19 18:17:38 a b: d\n", ["<30>Jun 19 18:17:37 a b: c", "<30>Jun 19 18:17:38 a b: d"]),
        (b"<30>Jun 19 18:17:37 a b: c\r\nsecond line\n\tthird", ["<30>Jun 19 18:17:37 a b: c\nsecond line\n\tthird"]),
        (
            b"Jun 19 18:17:37 a CEF:0|Ubiquiti|x|1|2|n|3|msg=oneJun 19 18:17:38 a CEF:0|Ubiquiti|x|1|2|n|3|msg=two",
            ["Jun 19 18:17:37 a CEF:0|Ubiquiti|x|1|2|n|3|msg=one", "Jun 19 18:17:38 a CEF:0|Ubiquiti|x|1|2|n|3|msg=two"],
        ),
        (
            b"<14>Jun 19 18:17:37 a CEF:0|Ubiquiti|x|1|2|n|3|msg=one <14>Jun 19 18:17:38 a CEF:0|Ubiquiti|x|1|2|n|3|msg=two\n",
            ["<14>Jun 19 18:17:37 a CEF:0|Ubiquiti|x|1|2|n|3|msg=one", "<14>Jun 19 18:17:38 a CEF:0|Ubiquiti|x|1|2|n|3|msg=two"],
        ),
        (b"\xff\xfe junk", ["\ufffd\ufffd junk"]),
        (b"\n\n", []),
        (b"", []),
    ],
)  # fmt: skip
def test_a_datagram_holds_its_messages(datagram: bytes, messages: list[str]) -> None:
    assert split_messages(datagram) == messages


@given(st.binary(max_size=400))
def test_nothing_of_a_datagram_is_lost(datagram: bytes) -> None:
    text = datagram.decode("utf-8", errors="replace")
    kept = "".join("".join(split_messages(datagram)).split())
    assert kept.replace("\0", "") == "".join(text.split()).replace("\0", "")


@needs_fixtures
def test_every_recorded_line_is_known_but_for_those_nobody_can_know() -> None:
    lines = [
        line for path in sorted(FIXTURES.rglob("*.log")) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]  # fmt: skip
    told = [entry_of_line(line, Context(near=HEARD)) for line in lines]
    unknown = [entry.raw_data["line"] for entry in told if entry.kind in ("unknown", "unreadable")]
    # a console's id that no list has, a nonsense line, and a daemon UniFi does not let log
    assert len(lines) > 80
    assert [next(word for word in ("|101|", "nonsense", "suricata") if word in line) for line in unknown] == [
        "|101|",
        "nonsense",
        "suricata",
    ]
