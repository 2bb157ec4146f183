"""From a path inside the Network application to the one who answers it. Pure."""

from __future__ import annotations

import msgspec

from unifi_scanner.sim import rest_v1, rest_v2
from unifi_scanner.sim.call import Call
from unifi_scanner.sim.console import Console
from unifi_scanner.sim.http import Ask, Reply, html_reply, json_reply, v1_error, v1_ok, v2_error
from unifi_scanner.sim.network import digest
from unifi_scanner.sim.wire import site_id


def route(console: Console, ask: Ask, path: str) -> Reply:
    """Return the answer to a request whose sender may ask."""
    words = path.strip("/").split("/")
    try:
        match words:
            case ["api", "self", "sites"] | ["api", "stat", "sites"]:
                return v1_ok(site_objects(console))
            case ["api", "self"]:
                return v1_ok([{"name": console.sessions.username, "is_super": False}])
            case ["api", "s", site, *rest]:
                return _v1(console, ask, site, "/".join(rest))
            case ["v2", "api", "site", site, *rest]:
                return _v2(console, ask, site, "/".join(rest))
            case ["integration", "v1", *rest]:
                return _integration(console, rest)
    except msgspec.DecodeError:
        return v2_error(400, "JSON parse error") if words[0] == "v2" else v1_error("InvalidPayload")
    return html_reply("Not Found", 404)


def site_objects(console: Console) -> list[dict[str, object]]:
    """Return the items of `/api/self/sites` (docs/protocol.md C)."""
    return [
        {"_id": site_id(name), "name": name, "desc": desc, "role": "readonly"}
        for name, desc in console.scenario.sites
    ]


def _v1(console: Console, ask: Ask, site: str, rest: str) -> Reply:
    if site == "super" and console.answers.super_site:
        return rest_v1.answer_super(Call(console=console, ask=ask, site=site, here=True), rest)
    if not console.site_known(site):
        return v1_error("NoSiteContext")
    call = Call(console=console, ask=ask, site=site, here=site == console.scenario.sites[0][0])
    if rest == "self/sites":
        return v1_ok(site_objects(console))
    return rest_v1.answer(call, rest)


def _v2(console: Console, ask: Ask, site: str, rest: str) -> Reply:
    if not console.site_known(site):
        return json_reply({"code": "api.err.NoSiteContext", "errorCode": 400, "message": "Unknown site"}, 400)
    call = Call(console=console, ask=ask, site=site, here=site == console.scenario.sites[0][0])
    return rest_v2.answer(call, rest)


def _integration(console: Console, rest: list[str]) -> Reply:
    """Answer the two questions of the official API that a reader may try a key with (docs/protocol.md A.8)."""
    if not console.answers.api_key:
        return html_reply("Not Found", 404)
    if rest == ["info"]:
        return json_reply({"applicationVersion": console.version})
    if rest == ["sites"]:
        data = [
            {"id": digest("uuid", name, length=32), "internalReference": name, "name": desc}
            for name, desc in console.scenario.sites
        ]
        return json_reply(
            {"offset": 0, "limit": 25, "count": len(data), "totalCount": len(data), "data": data}
        )
    return v2_error(404, "Not Found")
