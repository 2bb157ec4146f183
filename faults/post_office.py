"""The outbox at work in a process of its own, with channels that are real and quick to give up."""

from __future__ import annotations

import os
import resource
import threading
import time
from pathlib import Path

import msgspec

from unifi_scanner.delivery import (
    Channel,
    ChatChannel,
    EmailChannel,
    FileChannel,
    Message,
    Receipt,
    WebhookChannel,
)
from unifi_scanner.log import set_up_logging
from unifi_scanner.pipeline import Post, fold_held
from unifi_scanner.store import open_store

QUICK = (0.05, 0.1, 0.2)  # seconds between two tries, where the service takes its time
GIVE_UP_S = 1.5
FULL_S = 0.4


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """Where the channels lead; `full` is when the disk is full: never, before, or after a message went out."""

    data: str
    log: str
    smtp_port: int = 0
    http_port: int = 0
    chat_port: int = 0
    files: str = ""
    full: str = "never"


def deliver(spec: Spec) -> None:
    """Deliver whatever waits, until killed."""
    handle = os.open(spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    set_up_logging("INFO", as_json=True)
    store = open_store(Path(spec.data))
    channels = channels_of(spec)
    if spec.full == "after":
        channels = [_FillsTheDisk(channel) for channel in channels]
    post = Post(store, channels, fold=fold_held)
    for postman in post.postmen:
        postman._pauses = QUICK  # noqa: SLF001 - time is a parameter
    if spec.full == "before":
        _fill_disk()
    post.start()
    while True:
        time.sleep(0.05)
        post.wake()


def channels_of(spec: Spec) -> list[Channel]:
    """Return the channels of a run."""
    channels: list[Channel] = []
    if spec.smtp_port:
        channels.append(
            EmailChannel(
                "127.0.0.1", spec.smtp_port, "none", None, None, "a@example.org", ["b@example.org"],
                timeout=GIVE_UP_S,
            )
        )  # fmt: skip
    if spec.http_port:
        channels.append(WebhookChannel(f"http://127.0.0.1:{spec.http_port}/", "secret", timeout=GIVE_UP_S))
    if spec.chat_port:
        channels.append(ChatChannel(f"ntfy://127.0.0.1:{spec.chat_port}/home"))
    if spec.files:
        channels.append(FileChannel(spec.files))
    return channels


class _FillsTheDisk:
    """A channel after whose first message there is no room to note that it went out."""

    def __init__(self, inner: Channel) -> None:
        self.name = inner.name
        self._inner = inner
        self._filled = False

    def send(self, message: Message) -> Receipt:
        receipt = self._inner.send(message)
        if not self._filled:
            self._filled = True
            _fill_disk()
        return receipt


def _fill_disk() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    threading.Timer(
        FULL_S, resource.setrlimit, (resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    ).start()
