"""What happened to a client, in the wire's own field names (docs/protocol.md B.5). Pure."""

from __future__ import annotations

from typing import Final

from unifi_scanner.sim.codes import Code
from unifi_scanner.sim.moment import Facts, Moment, admin_name, client_role, device_fields
from unifi_scanner.sim.network import Client, Device
from unifi_scanner.sim.state import Presence

RADIOS: Final = ("na", "na", "na", "ng")


def _signal(moment: Moment) -> int:
    return int(moment.ask("signal", -moment.rng.randint(42, 71)))


def wifi_facts(code: Code, group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a client on the air."""
    client, state = moment.client, moment.state
    assert client is not None  # noqa: S101 - the caller resolves the client of a wifi code first
    presence = state.online.get(client.mac)
    ap = moment.device or moment.network.device(presence.ap if presence else None) or moment.network.aps[0]
    radio = str(moment.ask("radio", presence.radio if presence else moment.rng.choice(RADIOS)))
    who: Facts = {"guest" if group == "WG" else "user" if group == "WU" else client_role(client): client.mac}
    signal = _signal(moment)
    match code.name:
        case "client_connects":
            return _connect_facts(who, client, ap, radio, moment), {"signal": signal}
        case "client_leaves":
            named = {"ssid": client.ssid, "hostname": client.hostname, **device_fields(ap)}
            extra = {"signal": signal, "radio": radio, "channel": state.channel(ap, radio)}
            return {**who, **named, **_stay_facts(client, moment)}, extra
        case "client_roams":
            origin = moment.network.device(moment.ask("ap_from", None)) or _other_ap(moment, ap, presence)
            before = -moment.rng.randint(70, 84)
            return _roam_facts(who, client, (origin, ap), radio, moment), {
                "signal": signal,
                "previous_signal": before,
            }
        case _:
            extra = {"ap_from": ap.mac, "ap_to": ap.mac, "signal": signal, "previous_signal": signal - 6}
            return _radio_facts(who, ap, radio, moment), extra


def _stay_facts(client: Client, moment: Moment) -> Facts:
    """Return how long the client stayed, in seconds, and how much it moved, in bytes."""
    presence = moment.state.online.get(client.mac)
    guess = moment.rng.randint(60, 7200)
    stay = max(1, (moment.at_ms - presence.since_ms) // 1000) if presence else guess
    return {"duration": stay, "bytes": moment.rng.randint(500, 90_000) * max(stay, 30)}


def _other_ap(moment: Moment, ap: Device, presence: Presence | None) -> Device:
    """Return where the client roams from: where it is, if that is elsewhere, else any other access point."""
    current = moment.network.device(presence.ap if presence else None)
    if current is not None and current.mac != ap.mac:
        return current
    return next((other for other in moment.network.aps if other.mac != ap.mac), ap)


def _connect_facts(who: Facts, client: Client, ap: Device, radio: str, moment: Moment) -> Facts:
    return {
        **who,
        "ssid": client.ssid,
        **device_fields(ap),
        "radio": radio,
        "channel": moment.state.channel(ap, radio),
        "channelWidth": "80" if radio == "na" else "20",
        "hostname": client.hostname,
    }


def _roam_facts(who: Facts, client: Client, aps: tuple[Device, Device], radio: str, moment: Moment) -> Facts:
    origin, target = aps
    channel_to = moment.state.channel(target, radio)
    return {
        **who,
        "ap_from": origin.mac,
        "ap_to": target.mac,
        "radio_from": radio,
        "radio_to": radio,
        "radio": radio,
        "channel_from": moment.state.channel(origin, radio),
        "channel_to": channel_to,
        "channel": channel_to,
        "ssid": client.ssid,
    }


def _radio_facts(who: Facts, ap: Device, radio: str, moment: Moment) -> Facts:
    other = "ng" if radio == "na" else "na"
    return {
        "ap": ap.mac,
        **who,
        "radio_from": radio,
        "radio_to": other,
        "channel_from": moment.state.channel(ap, radio),
        "channel_to": moment.state.channel(ap, other),
    }


def wired_facts(code: Code, group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a client on a cable."""
    client = moment.client
    assert client is not None  # noqa: S101 - the caller resolves the client of a wired code first
    who = "guest" if group == "LG" else "user" if group == "LU" else client_role(client)
    facts: Facts = {who: client.mac, "hostname": client.hostname, "network": client.network}
    switch = moment.network.device(client.switch) or (moment.network.switches or (moment.network.gateway,))[0]
    extra: Facts = {"switch": switch.mac, "port": client.port, "speed": "GbE"}
    if code.name == "client_unplugs":
        facts |= _stay_facts(client, moment)
    return facts, extra


def client_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what system-log tells of a client that v1 has no word for."""
    address = f"198.51.100.{moment.rng.randint(2, 250)}"
    return {}, {
        "dest_ip": address,
        "policy": "Block cameras to internet",
        "ip": moment.client and moment.client.ip,
    }


def line_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what an access point's own log line tells of a client that tries to join."""
    client, ap = moment.client, moment.device
    if ap is None:
        home = client.home if client else ()
        ap = next((d for name in home if (d := moment.network.device(name))), None) or moment.network.aps[0]
    return {"user": client.mac if client else "", "ap": ap.mac}, {}


def guest_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a guest who was let in."""
    return {"guest": moment.client.mac if moment.client else ""}, {}


def blocking_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what is told of a client an admin shut out or let back in."""
    mac = moment.client.mac if moment.client else ""
    return {"client": mac, "admin": admin_name(moment), "is_admin": True}, {}


def anomaly_facts(_code: Code, _group: str, moment: Moment) -> tuple[Facts, Facts]:
    """Return what the controller noticed of a client's Wi-Fi (docs/protocol.md C, `stat/anomalies`)."""
    return {}, {"anomaly": moment.ask("anomaly", "USER_HIGH_TCP_LATENCY")}
