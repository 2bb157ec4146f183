"""HTTPS to Cloudflare: one question, one answer, within the time there is."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpx2

from unifi_scanner import clock
from unifi_scanner.errors import IntegrationError, PartUnavailable
from unifi_scanner.integrations import cloudflare_answers as answers
from unifi_scanner.log import quiet_libraries

API = "https://api.cloudflare.com/client/v4"
ANSWER_S = 10.0  # for one answer
MOST_BYTES = 8 * 1024 * 1024
MOST_PAGES = 20
PER_PAGE = 100


class CloudflareLine:
    """Asks Cloudflare until `seconds` after it was made; raises IntegrationError from then on."""

    def __init__(self, token: str, *, seconds: float, base_url: str = API) -> None:
        quiet_libraries()
        self._until = clock.monotonic() + seconds
        self._base_url = base_url
        self._http = httpx2.Client(
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            verify=ssl.create_default_context(),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def graph(self, query: str, zone: str, **variables: Any) -> Mapping[str, Any]:
        """Return what a GraphQL question brings for one zone; raises IntegrationError."""
        body = self._ask("POST", "/graphql", {"query": query, "variables": {"zone": zone, **variables}})
        return answers.read_graph(body, zone)

    def zone_name(self, zone: str) -> str:
        """Return what a zone is called; its id, shortened, where the token may not read that."""
        try:
            envelope = answers.read_envelope(self._ask("GET", f"/zones/{zone}"))
            name = str(answers.read_result(envelope, dict).get("name") or "")
        except PartUnavailable:
            name = ""
        return name or f"the zone {zone[:8]}…"

    def tunnels(self, account: str) -> list[answers.Tunnel]:
        """Return every tunnel of the account that was not deleted; raises IntegrationError."""
        found: list[answers.Tunnel] = []
        for page in range(1, MOST_PAGES + 1):
            where = f"/accounts/{account}/cfd_tunnel?is_deleted=false&page={page}&per_page={PER_PAGE}"
            envelope = answers.read_envelope(self._ask("GET", where))
            got = answers.read_result(envelope, list[answers.Tunnel])
            found += got
            if answers.is_last_page(envelope.result_info, len(got), len(found)):
                break
        return found

    def _ask(self, method: str, path: str, question: Any = None) -> bytes:
        left = self._until - clock.monotonic()
        if left <= 0:
            raise IntegrationError("Cloudflare took too long to answer everything.")
        try:
            with self._http.stream(
                method, self._base_url + path, json=question, timeout=min(left, ANSWER_S)
            ) as answer:
                body = self._body(answer)
        except httpx2.TimeoutException as exc:
            raise IntegrationError("Cloudflare did not answer in time.") from exc
        except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
            raise IntegrationError(
                "Cloudflare could not be reached.", hint="Does this machine reach the Internet?"
            ) from exc
        trouble = answers.trouble_of(answer.status_code, body, answer.headers.get("retry-after"))
        if trouble is not None:
            raise trouble
        return body

    def _body(self, answer: httpx2.Response) -> bytes:
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise PartUnavailable("Cloudflare answered with more than we can read.")
            if clock.monotonic() > self._until:
                raise IntegrationError("Cloudflare took too long to answer everything.")
        return bytes(body)
