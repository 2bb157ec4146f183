"""With what a stream is opened: cookies that are young enough, or an API key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog

from unifi_scanner.errors import ControllerError

SignIn = Callable[[Mapping[str, str]], Mapping[str, str]]  # old cookies -> newer ones, from any thread
FreshCookies = Callable[[], Mapping[str, str]]  # cookies fit to open a stream with, from any thread
log = structlog.get_logger(__name__)


class StreamCookies:
    """The cookies of one stream, renewed in a thread beside its loop."""

    def __init__(
        self,
        cookies: Mapping[str, str],
        sign_in: SignIn | None = None,
        fresh_cookies: FreshCookies | None = None,
        api_key: str | None = None,
    ) -> None:
        self._cookies = dict(cookies)
        self._sign_in = sign_in
        self._fresh_cookies = fresh_cookies
        self._api_key = api_key

    @property
    def is_key(self) -> bool:
        """Return whether there is nothing but an API key."""
        return bool(self._api_key) and not self._cookies

    def headers(self) -> dict[str, str]:
        """Return the headers of the handshake."""
        if self._api_key and self.is_key:
            return {"X-API-KEY": self._api_key}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    async def renew(self) -> None:
        """Sign in anew, where somebody can. Raises ControllerError."""
        if self._sign_in is not None:
            self._cookies = dict(await _beside(partial(self._sign_in, self._cookies)))

    async def freshen(self) -> None:
        """Take cookies that are young enough; keep those we have where there are no younger ones."""
        if self._fresh_cookies is None:
            return
        try:
            self._cookies = dict(await _beside(self._fresh_cookies))
        except ControllerError as exc:
            log.info("stream_cookies_not_renewed", reason=str(exc))


async def _beside(sign_in: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Return what `sign_in` gives, from a daemon thread: one that hangs must not keep the program from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Mapping[str, str]] = loop.create_future()

    def hand_over(tell: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(lambda: None if answer.done() else tell())

    def work() -> None:
        try:
            cookies = sign_in()
        except BaseException as exc:  # noqa: BLE001 - raised again where it is awaited
            hand_over(partial(answer.set_exception, exc))
        else:
            hand_over(partial(answer.set_result, cookies))

    threading.Thread(target=work, name="unifi-sign-in", daemon=True).start()
    return await answer
