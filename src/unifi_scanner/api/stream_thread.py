"""One asyncio loop in one daemon thread: a stream's own, or shared by the streams of many controllers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

JOIN_S, LAST_STEPS_S = 4.5, 0.005


class StreamThread:
    """Runs coroutines in the background for a program that is not async."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="unifi-streams", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.loop.run_forever()
        finally:
            wind_up(self.loop)

    def run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """Begin `work` in the loop; its end can be waited for from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def close(self) -> None:
        """End everything that still runs, and the thread."""
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(JOIN_S)


def wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs in a loop that has stopped, and close it; no task and no transport is left behind."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(asyncio.sleep(LAST_STEPS_S))  # transports close in steps of the loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
