"""Structured logging: snake_case past-tense events on stderr, secrets redacted first."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

SECRET_KEYS = re.compile(
    r"pass(word|phrase|wd)?|secret|token|cookie|csrf|api_?key|authorization|session", re.IGNORECASE
)
REDACTED = "[redacted]"
SHORT, LONG = 6, 12
# what our own sentences and answers say anyway: as a password it is no secret, and blanking it would garble them
COMMON = frozenset(
    {"account", "administrator", "changeme", "controller", "default", "gateway", "internet", "network", "password",
     "readonly", "scanner", "switch", "ubiquiti", "unifi-scanner", "viewer", "welcome", "wireless"}
)  # fmt: skip
MOST_PASSING = 1000
_BESIDE_ITS_NAME = rf"((?:{SECRET_KEYS.pattern})[\w-]*[\"']?\s*[:=]\s*[\"']?)"
_guard = threading.Lock()
_lasting: dict[str, re.Pattern[str]] = {}
_passing: deque[tuple[str, re.Pattern[str]]] = deque(maxlen=MOST_PASSING)
# replaced, never changed: other threads are reading it
_known_secrets: tuple[tuple[str, re.Pattern[str]], ...] = ()


def register_secret(value: str, *, passing: bool = False) -> None:
    """Promise that `value` never appears in a log line from now on.

    A short or common one is blanked beside the name of a secret only, where it is no ordinary word. A `passing` one, such
    as a cookie that is replaced with every answer, is forgotten when 1000 newer ones are known.
    """
    global _known_secrets  # noqa: PLW0603 - one list for the whole program, whoever logs
    if not value or any(value == known for known, _ in _known_secrets):
        return
    with _guard:
        if passing:
            _passing.append((value, _places_of(value)))
        else:
            _lasting[value] = _places_of(value)
        # the longest first: a part of one may be another
        known = {**_lasting, **dict(_passing)}
        _known_secrets = tuple(sorted(known.items(), key=lambda item: -len(item[0])))


def _places_of(secret: str) -> re.Pattern[str]:
    """Return where a secret is blanked: anywhere, as a word of its own, or beside the name of a secret only."""
    begins = r"(?<![^\W_])" if secret[0].isalnum() else ""
    ends = r"(?![^\W_])" if secret[-1].isalnum() else ""
    escaped = re.escape(secret)
    if len(secret) < SHORT or secret.lower() in COMMON:
        return re.compile(f"{_BESIDE_ITS_NAME}{escaped}{ends}", re.IGNORECASE)
    return re.compile(f"(){escaped}" if len(secret) >= LONG else f"(){begins}{escaped}{ends}")


def redact(text: str) -> str:
    """Return `text` with every registered secret blanked out."""
    for secret, places in _known_secrets:
        if secret in text:
            text = places.sub(rf"\g<1>{REDACTED}", text)
    return text


def inert(text: str) -> str:
    """Return `text` with all that is not visible written as an escape: one line, and no command to a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def inert_block(text: str) -> str:
    """Return several lines as such, indented: none of them can be taken for a line of its own."""
    return "\n".join(f"    {inert(line)}" for line in text.rstrip("\n").split("\n"))


def _clean(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case dict():
            return {_clean(k): _clean_item(k, v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(v) for v in value]
        case BaseException():
            return redact(f"{type(value).__name__}: {value}")
        case _:
            return value


def _clean_item(key: Any, value: Any) -> Any:
    if isinstance(key, str) and SECRET_KEYS.search(key) and not isinstance(value, bool | int | float | None):
        return REDACTED
    return _clean(value)


def redact_event(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank out secrets by key name and by value before anything is rendered."""
    return {key: _clean_item(key, value) for key, value in event.items()}


def calm_event(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Let one event stay one line, whatever a stranger put into it; a traceback stays below its event."""
    return {key: _calm(key, value) for key, value in event.items()}


def _calm(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return inert_block(value) if key in ("exception", "stack") else inert(value)


class RedactingFilter(logging.Filter):
    """Keeps secrets, line breaks and commands to a terminal out of what libraries write through stdlib logging."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its text redacted."""
        record.msg = inert(redact(record.getMessage()))
        record.args = ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = inert_block(redact("".join(traceback.format_exception(*record.exc_info))))
        return True


def quiet_libraries() -> None:
    """Keep the network libraries from logging headers, which hold cookies and keys, at any level."""
    for name in ("httpcore2", "httpx2", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Stderr:
    """Standard error as it is when written to, not as it was when logging was set up."""

    def write(self, text: str) -> int:
        """Write to wherever standard error goes now; a log that cannot be written stops nothing else."""
        with suppress(OSError, ValueError):  # a full disk, a closed pipe
            return sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Let nothing wait in a buffer."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def set_up_logging(level: str = "INFO", *, as_json: bool = False) -> None:
    """Send structured logs to stderr at `level`; libraries only from WARNING up."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_plain_traceback)
    rendering: list[Any] = [structlog.processors.JSONRenderer()] if as_json else [calm_event, console]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            redact_event,
            *rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Stderr())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(cast("TextIO", Stderr()))
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(number, logging.WARNING))


def _plain_traceback(stream: Any, exc_info: Any) -> None:
    stream.write(inert_block(redact("".join(traceback.format_exception(*exc_info)))))
