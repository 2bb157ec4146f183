"""One controller at work: signed in, read in the background at its own pace, never in the way of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from random import SystemRandom

import structlog

from unifi_scanner import clock
from unifi_scanner.app.controller import Controller, Site
from unifi_scanner.app.pace import Pace
from unifi_scanner.app.site_watch import Learned, SiteWatch
from unifi_scanner.errors import ControllerError, ScannerError, SignInThrottled

log = structlog.get_logger(__name__)
Round = Sequence[tuple[SiteWatch, Learned]]


class ControllerWatch:
    """A controller and its sites. Only `_sign_in` and `_read` run on threads of the pool."""

    def __init__(
        self, controller: Controller, pool: Executor, *, every: float, watch: Callable[[Site], SiteWatch]
    ) -> None:
        self.controller = controller
        self.sites: list[SiteWatch] = []
        self._pool = pool
        self._watch = watch
        self._pace = Pace(every=every)
        self._round: Future[Round] | None = None
        self._lost_told = False

    def sign_in(self) -> None:
        """Begin to sign in, on a thread that may wait."""
        self._round = self._pool.submit(self._sign_in)

    @property
    def has_answered(self) -> bool:
        """Return whether what was begun has come to an end."""
        return self._round is not None and self._round.done()

    def answer(self) -> ScannerError | None:
        """Take the end of a sign-in and return why it failed, or None."""
        finished, self._round = self._round, None
        try:
            if finished is not None:
                finished.result()
        except ScannerError as exc:
            self._note_trouble(exc)
            return exc
        return None

    def begin(self) -> None:
        """Listen to the sites of a controller that is signed in."""
        if self.controller.sites and not self.sites:
            self.sites = [self._watch(site) for site in self.controller.sites]
            for site in self.sites:
                site.begin()

    def step(self, now: datetime) -> int:
        """Store what was heard and read since the last step, ask anew when it is time; return what was new."""
        new = self._take_round(now)
        for site in self.sites:
            drained, missed = site.drain(now)
            new += drained
            if missed:
                self._pace = self._pace.at_once()
        if self._round is None and self._pace.is_due(clock.monotonic()):
            self._round = self._begin_round(now)
        return new

    def _begin_round(self, now: datetime) -> Future[Round]:
        if not self.controller.sites:
            return self._pool.submit(self._sign_in)
        self.begin()
        plans = [(site, site.plan(now)) for site in self.sites]
        return self._pool.submit(lambda: [(site, site.read(plan, now)) for site, plan in plans])

    def _sign_in(self) -> Round:
        self.controller.sign_in()
        return ()

    def _take_round(self, now: datetime) -> int:
        if self._round is None or not self._round.done():
            return 0
        finished, self._round = self._round, None
        try:
            round_ = finished.result()
        except ScannerError as exc:
            self._note_trouble(exc)
            return 0
        if not round_:
            self._pace = self._pace.at_once()  # signed in just now
            return 0
        new = sum(site.take(learned, now) for site, learned in round_)
        troubles = [one.found.trouble for _, one in round_ if one.found.trouble is not None]
        if troubles:
            self._note_trouble(troubles[0])
        else:
            self._note(worked=True)
        return new

    def _note_trouble(self, exc: ScannerError) -> None:
        wait = exc.retry_after if isinstance(exc, SignInThrottled) else None
        self._note(worked=False, reason=str(exc), wait=wait)

    def _note(self, *, worked: bool, reason: str = "", wait: float | None = None) -> None:
        self._pace = self._pace.after(clock.monotonic(), worked=worked, rng=SystemRandom(), wait=wait)
        if worked and self._lost_told:
            log.info("controller_answered_again", controller=self.controller.connection.label)
        elif not worked and not self._lost_told:
            log.warning("controller_lost", controller=self.controller.connection.label, reason=reason)
        self._lost_told = not worked

    @property
    def is_reading(self) -> bool:
        """Return whether a round is under way."""
        return self._round is not None

    def hurry(self) -> None:
        """Ask at the next step, whatever the pace, unless the controller is failing."""
        if not self._pace.failures:
            self._pace = self._pace.at_once()

    def hang_up(self) -> None:
        """Close the connections, so that a request that hangs ends."""
        self.controller.hang_up()


__all__ = ["ControllerError", "ControllerWatch"]
