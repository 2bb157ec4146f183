"""What happens to messages when what should take them fails: `python -m faults.delivery`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from faults.life import CONTEXT, wait_for
from faults.post_office import Spec, deliver
from faults.receivers import Hook, Mailbox, Trouble, free_port
from unifi_scanner.delivery import Attachment, Message
from unifi_scanner.pipeline.post import encode_message
from unifi_scanner.store import Outgoing, Shard, SqliteStore, open_store

RUNS, MESSAGES, WAIT_S = 20, 4, 60.0
SHARD = Shard("10.0.0.1", "default")
CHANNELS = ("e-mail", "webhook", "chat", "file")
NOT_ITS_TROUBLE = {"down", "refuses", "hangs", "drops"}  # a directory of files has no server
FAULTS: Mapping[str, str] = {
    "down": "the server is down, and comes back",
    "refuses": "the server says: not now",
    "hangs": "the server does not answer in time",
    "drops": "the server takes it and hangs up before it says so",
    "kill": "`kill -9` after it was taken and before that was noted",
    "disk-full-before": "the disk is full when it should go out",
    "disk-full-after": "the disk is full when it went out",
}
PAGE = """# What becomes of messages when their way out fails

<!-- Made by `make delivery-faults`. -->

Each fault is played {runs} times, with {messages} messages for every channel: real servers, the real outbox in a process of its own.
*Lost*: never arrived. *Twice*: arrived twice under two names, so that nobody could tell. *Copies*: the same message again, under
the same name (the same `Message-ID`, the same `webhook-id`), where the other side had not said that it took it. Mail
programs and receivers of webhooks can drop such a copy. A chat can not: it has no names for messages.

{table}
"""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one run did to one channel's messages."""

    fault: str
    channel: str
    lost: int
    twice: int
    copies: int


class Stage:
    """One run: servers, a store, and the outbox as a process."""

    def __init__(self, directory: Path, fault: str, seed: int, *, chat: bool) -> None:
        self.rng = Random(seed)
        self.fault = fault
        self.directory = directory
        self.trouble = Trouble(fault if fault in NOT_ITS_TROUBLE else "")
        self.mailbox = Mailbox(self.trouble, free_port())
        self.hook = Hook(self.trouble, free_port())
        self.chat = Hook(self.trouble, free_port()) if chat else None
        self.store: SqliteStore = open_store(directory / "data.db")
        self.process: Any = None

    @property
    def servers(self) -> list[Mailbox | Hook]:
        """Return every server of the run."""
        return [self.mailbox, self.hook, *([self.chat] if self.chat is not None else [])]

    def play(self) -> list[Outcome]:
        """Let it go wrong, mend it, and count."""
        try:
            if self.fault != "down":
                self._start_servers()
            self._begin()
            self._queue()
            self._go_wrong()
            settled = wait_for(lambda: not self.store.pending(), WAIT_S)
        finally:
            self._kill()
            for server in self.servers:
                server.stop()
            self.store.close()
        return self._count(settled=settled)

    def _start_servers(self) -> None:
        for server in self.servers:
            server.start()

    def _go_wrong(self) -> None:
        if self.fault == "down":
            wait_for(lambda: all(self._was_tried(name) for name in self._channels()), 15)
            self._start_servers()
        elif self.fault == "kill":
            for _ in range(3):
                wait_for(lambda: self.process is None or not self.process.is_alive(), 5)
                self._begin()
            self.trouble.on_taken = None
        else:
            enough = self.rng.randint(1, 3)
            wait_for(lambda: all(server.tries >= enough for server in self.servers), 15)
        self.trouble.how = ""

    def _was_tried(self, channel: str) -> bool:
        return channel == "file" or any(one.attempts for one in self.store.waiting_for(channel))

    def _channels(self) -> list[str]:
        chat = [_chat_name(self.chat.port)] if self.chat is not None else []
        return ["email", "webhook", "file", *chat]

    def _begin(self) -> None:
        full = self.fault.removeprefix("disk-full-") if self.fault.startswith("disk-full") else "never"
        spec = Spec(
            data=str(self.directory / "data.db"),
            log=str(self.directory / "log"),
            smtp_port=self.mailbox.port,
            http_port=self.hook.port,
            chat_port=self.chat.port if self.chat is not None else 0,
            files=str(self.directory / "reports"),
            full=full,
        )
        self.process = CONTEXT.Process(target=deliver, args=(spec,), daemon=True)
        if self.fault == "kill":
            self.trouble.on_taken = self._kill_at(self.rng.randint(1, 4))
        self.process.start()

    def _kill_at(self, count: int) -> Callable[[], None]:
        left = Counter(messages=count)

        def taken() -> None:
            left["messages"] -= 1
            if left["messages"] == 0 and self.process is not None:
                self.process.kill()

        return taken

    def _kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join(5)

    def _queue(self) -> None:
        now = datetime.now(UTC)
        channels = tuple(self._channels())
        for number in range(MESSAGES):
            name = f"report.{number}"
            text = f"Message {number}\n"
            file = Attachment(
                name=f"report-2026-03-01T120{number}.txt", media_type="text/plain", data=text.encode()
            )
            message = Message(message_id=name, subject=name, text=text, html=text, attachments=(file,))
            self.store.post(
                [
                    Outgoing(
                        id=name,
                        kind="report",
                        shard=SHARD,
                        body=encode_message(message),
                        channels=channels,
                        at=now + timedelta(milliseconds=number),
                        upto_seq=number,
                    )
                ],
                at=now,
            )

    def _count(self, *, settled: bool) -> list[Outcome]:
        files = sorted((self.directory / "reports").glob("report-*.txt"))
        written = Counter(path.read_text() for path in files)
        took = {"e-mail": self.mailbox.took, "webhook": self.hook.took, "file": written}
        if self.chat is not None:
            took["chat"] = self.chat.took
        return [self._outcome(channel, names, settled=settled) for channel, names in took.items()]

    def _outcome(self, channel: str, names: Counter[str], *, settled: bool) -> Outcome:
        again = sum(count - 1 for count in names.values())
        has_names = channel in ("e-mail", "webhook")
        strangers = max(0, len(names) - MESSAGES)
        return Outcome(
            fault=self.fault,
            channel=channel,
            lost=max(0, MESSAGES - len(names)) + (0 if settled else 1),
            twice=strangers + (0 if has_names else again),
            copies=again if has_names else 0,
        )


def play(fault: str, seed: int, *, chat: bool = False) -> list[Outcome]:
    """Return what one run of a fault did to each channel's messages."""
    with tempfile.TemporaryDirectory(prefix="delivery-") as directory:
        return Stage(Path(directory), fault, seed, chat=chat).play()


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the table of lost, twice and copies, by fault and channel."""
    shown = [name for name in CHANNELS if any(one.channel == name for one in outcomes)]
    lines = [f"| fault | {' | '.join(shown)} |", f"|---|{'---|' * len(shown)}"]
    for fault, words in FAULTS.items():
        cells = [
            _cell([one for one in outcomes if (one.fault, one.channel) == (fault, name)]) for name in shown
        ]
        if any(cells):
            lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return ""
    if outcomes[0].channel == "file" and outcomes[0].fault in NOT_ITS_TROUBLE:
        return "no server"
    lost, twice, copies = (
        sum(getattr(one, what) for one in outcomes) for what in ("lost", "twice", "copies")
    )
    return f"{lost} lost, {twice} twice" + (f", {copies} copies" if copies else "")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table and return 0 when nothing was lost, and twice only what has no name, else 1."""
    parser = argparse.ArgumentParser(prog="python -m faults.delivery", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each fault (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=list(FAULTS), metavar="NAME", help=", ".join(FAULTS))
    parser.add_argument("--short", action="store_true", help="one run of each, without chats")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as a page, too")
    args = parser.parse_args(argv)
    chat = not args.short and find_spec("apprise") is not None
    outcomes: list[Outcome] = []
    for seed in range(1 if args.short else args.runs):
        for fault in args.only or FAULTS:
            outcomes += play(fault, seed, chat=chat)
            print(f"… {fault} {seed}", file=sys.stderr, flush=True)
    print(table(outcomes))
    if args.write is not None:
        args.write.write_text(
            PAGE.format(runs=args.runs, messages=MESSAGES, table=table(outcomes)), encoding="utf-8"
        )
    return 0 if all(held(one) for one in outcomes) else 1


def held(one: Outcome) -> bool:
    """Return whether the promise was kept; a chat has no names, so that a copy there is one too many."""
    may_double = one.channel == "chat" and one.fault in ("drops", "kill")
    return not one.lost and (may_double or not one.twice)


def _chat_name(port: int) -> str:
    from unifi_scanner.delivery import ChatChannel

    return ChatChannel(f"ntfy://127.0.0.1:{port}/home").name


if __name__ == "__main__":
    raise SystemExit(main())
