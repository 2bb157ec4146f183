"""`simulate`: a controller to try things against, in the foreground."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from unifi_scanner.cli.options import add_format_options
from unifi_scanner.errors import ConfigError, InputError

FLAVOURS = ("unifi_os", "unifi_os_server", "classic")
PASSWORD = "correct horse"  # noqa: S105 - of an account that exists nowhere else


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `simulate` takes."""
    parser.add_argument(
        "--scenario", default="busy-day", help="built-in name or TOML file; default: busy-day"
    )
    parser.add_argument("--flavour", choices=FLAVOURS, default=FLAVOURS[0], help=f"default: {FLAVOURS[0]}")
    parser.add_argument("--network-version", default="9.3.43", metavar="X.Y.Z", help="default: 9.3.43")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; default: any that is free")
    parser.add_argument("--api-key", metavar="KEY", help="accept this API key besides the account")
    parser.add_argument(
        "--totp-secret", metavar="BASE32", help="ask the account for codes made of this secret"
    )
    parser.add_argument("--speed", type=float, help="how many times faster than real time the day goes by")
    parser.add_argument(
        "--syslog-to", metavar="HOST:PORT", help="send the network's syslog there as things happen"
    )
    parser.add_argument("--syslog-proto", choices=("udp", "tcp"), help="default: udp")
    add_format_options(parser, "text", "json")


def run(args: argparse.Namespace) -> int:
    """Play the scenario until interrupted."""
    from unifi_scanner.log import set_up_logging
    from unifi_scanner.sim import Flavour, ScenarioError, SimulatedController, load_scenario

    set_up_logging(args.log_level or "WARNING")
    try:
        scenario = load_scenario(args.scenario)
    except ScenarioError as exc:
        raise InputError(f"{exc}.") from exc
    _check_secret(args.totp_secret)
    try:
        controller = SimulatedController(
            scenario,
            flavour=Flavour(args.flavour),
            network_version=args.network_version,
            host=args.host,
            port=args.port,
            password=PASSWORD,
            api_key=args.api_key,
            totp_secret=args.totp_secret,
            speed=args.speed,
            syslog_to=_syslog_address(args.syslog_to),
            syslog_proto=args.syslog_proto,
        )
    except ValueError as exc:
        raise InputError(f"{exc}.") from exc
    _start(controller.start, args)
    access = {
        "UNIFI_HOST": controller.base_url,
        "UNIFI_USERNAME": "scanner",
        "UNIFI_PASSWORD": PASSWORD,
        "UNIFI_TLS_FINGERPRINT": controller.fingerprint,
    }
    access |= {"UNIFI_API_KEY": args.api_key} if args.api_key else {}
    access |= {"UNIFI_TOTP_SECRET": args.totp_secret} if args.totp_secret else {}
    try:
        with _until_told_to_end() as ended:
            print(json.dumps(access) if args.format == "json" else _how_to_connect(access), flush=True)
            controller.play()
            ended.wait()
    finally:
        controller.stop()
    return 0


def _check_secret(secret: str | None) -> None:
    from unifi_scanner.config.values import two_factor_secret

    if secret is None:
        return
    if ":" in secret:
        raise ConfigError("--totp-secret: give the bare secret, not an otpauth:// address.")
    try:
        two_factor_secret(secret)
    except ValueError as exc:
        raise ConfigError(f"--totp-secret: {exc}.") from exc


def _syslog_address(text: str | None) -> tuple[str, int] | None:
    from unifi_scanner.sim import read_address

    if text is None:
        return None
    try:
        return read_address(text)
    except ValueError as exc:
        raise ConfigError(f"--syslog-to: {exc}.", hint="Name a host and a port.") from exc


def _start(start: Callable[[], None], args: argparse.Namespace) -> None:
    try:
        start()
    except OSError as exc:
        raise ConfigError(
            f"--port: {args.host}:{args.port} cannot be listened on ({exc.strerror}).",
            hint="Choose another port.",
        ) from exc


def _how_to_connect(access: dict[str, str]) -> str:
    lines = [f"  export {name}={shlex.quote(value)}" for name, value in access.items()]
    return "\n".join([
        f"A simulated controller answers at {access['UNIFI_HOST']}. Ctrl-C ends it.",
        "To try it, in another terminal:",
        *lines,
        "  unifi-scanner tail",
    ])  # fmt: skip


@contextmanager
def _until_told_to_end() -> Iterator[threading.Event]:
    """Yield what is set by SIGTERM; whoever reads our output may send it at once."""
    ended = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    try:
        yield ended
    finally:
        signal.signal(signal.SIGTERM, before)
