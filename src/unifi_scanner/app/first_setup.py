"""`init`: the first hour, guided: find the controller, try each answer at once, write the settings, make a first report."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from unifi_scanner import clock
from unifi_scanner.app.check import line_of
from unifi_scanner.app.consoles_nearby import Found, find_nearby, look_at
from unifi_scanner.app.controller import Controller
from unifi_scanner.app.dialog import ask, ask_secret, choose, confirm, needs_a_person, say
from unifi_scanner.app.doctor_checks import examine_site
from unifi_scanner.app.report_now import report
from unifi_scanner.config import Settings, load_settings
from unifi_scanner.config.schedule import crontab_of_preset
from unifi_scanner.config.writing import Value, settings_file
from unifi_scanner.errors import ConfigError, ControllerError, InputError, ScannerError, SignInRefused

FIRST_REPORT = timedelta(days=7)
WELCOME = (
    "This sets up UniFi Scanner: your controller, an account to read it with, and when to report. Each answer is tried at "
    "once, and nothing is written before the end. Press Enter to take the answer in brackets. Ctrl-C ends it."
)
ACCOUNT = (
    "\nThe scanner reads and never changes anything. Give it an account of its own, that may only view:\n"
    "- On a UniFi OS console: Settings > Control Plane > Admins & Users. Add an admin for local access only, with the role "
    "View Only.\n"
    "- Self-hosted: Settings > Admins. Add an admin with the role View Only.\n"
    "An account without two-factor sign-in is best: nobody is there at night to type a code."
)
KEY = (
    "An API key is made under Settings > Control Plane > Integrations, in Network 9 and newer. With a key alone the scanner "
    "reads history. The live stream wants an account, so an account is the better choice."
)


def init(file: Path) -> int:
    """Ask, try, write the settings to `file` (mode 0600) and print a first report; return 0.

    Raises ConfigError without a terminal, InputError where the file cannot be written, and what a first report raises.
    """
    needs_a_person()
    if file.exists():
        raise InputError(
            f"{file} is there already.",
            hint="Change it by hand, or name another file: `init --config other.toml`.",
        )
    say(WELCOME)
    values: dict[str, Value] = {}
    _find_controller(values)
    _sign_in(values)
    _plan_reports(values)
    _write(file, settings_file(values))
    say(f"\nThe settings are in {file}; only you can read them. Change them there whenever you like.")
    _first_report(file)
    say(
        f"\nFrom now on:\n- unifi-scanner run --config {file} listens, and reports when you said.\n"
        f"- unifi-scanner doctor --config {file} tries every step again, and says what to mend."
    )
    return 0


def _find_controller(values: dict[str, Value]) -> None:
    say("\nLooking for a UniFi console on this network…")
    nearby = find_nearby()
    if not nearby:
        say("None was found by itself. That is normal where the controller is on another network.")
        _take(values, _asked_for())
        return
    at = choose("Which one?", [*(found.label for found in nearby), "another address"])
    _take(values, nearby[at] if at < len(nearby) else _asked_for())


def _asked_for() -> Found:
    while True:
        address = ask("Address of your controller, such as 192.168.1.1", "", _not_empty)
        try:
            return look_at(address)
        except (ControllerError, ConfigError) as exc:
            say(f"{exc}")


def _not_empty(answer: str) -> str:
    if not answer:
        raise ValueError("This is needed.")
    return answer


def _take(values: dict[str, Value], found: Found) -> None:
    say(f"Found: {found.label}.")
    values |= {"host": found.host, "port": found.port}
    if not found.fingerprint:
        say("Its certificate is vouched for by an authority, so nothing needs pinning.")
        return
    say(
        "\nIts certificate is its own, so nobody else vouches for it. It shows the fingerprint below. "
        "Pinned, the scanner talks to this very certificate and to nothing else. Compare it in a browser if you want to be sure."
    )
    print(f"\n{found.fingerprint}\n")  # in one piece, to compare and copy
    if not confirm("Pin it?", default=True):
        raise ConfigError(
            "Without a certificate to trust, nothing secret is sent.",
            hint="Find out what answers there, then start again.",
        )
    values["tls_fingerprint"] = found.fingerprint


def _sign_in(values: dict[str, Value]) -> None:
    say(ACCOUNT)
    while True:
        _ask_account(values)
        try:
            _try_out(values)
            return
        except SignInRefused as exc:
            say(f"\n{exc}")
            if "two-factor" in exc.message and confirm(
                "Do you have the secret of that two-factor sign-in?", default=False
            ):
                values["totp_secret"] = ask_secret("The text beside the QR code")
        except ControllerError as exc:
            say(f"\n{exc}")
            if not confirm("Try again?", default=True):
                raise


def _ask_account(values: dict[str, Value]) -> None:
    if "totp_secret" in values:
        return  # the password was right; only the code was missing
    for name in ("username", "password", "api_key"):
        values.pop(name, None)
    if choose("How should it sign in?", ["with a name and a password", "with an API key"]) == 1:
        say(KEY)
        values["api_key"] = ask_secret("API key")
        return
    values["username"] = ask("Name of the account", "", _not_empty)
    values["password"] = ask_secret("Password")


def _try_out(values: dict[str, Value]) -> None:
    """Sign in, let the person choose the site, and tell what each source answers."""
    settings = _settings(values)
    (connection,) = settings.connections()
    with closing(Controller(settings, connection)) as controller:
        controller.client.sign_in()
        rows = controller.client.sites()
        names = [str(row.get("desc") or row["name"]) for row in rows if row.get("name")]
        say(f"\nSigned in: UniFi Network {controller.client.version or 'of unknown version'}.")
        if len(names) > 1:
            at = choose("Which site?", [*names, "all of them"])
            values["site"] = names[at] if at < len(names) else "all"
    settings = _settings(values)
    with closing(Controller(settings, settings.connections()[0])) as controller:
        controller.sign_in()
        for site in controller.sites:
            for check in examine_site(settings, site):
                print(line_of(check))


def _plan_reports(values: dict[str, Value]) -> None:
    say(
        "\nWhen should it report? For example: daily at 07:00, weekly on mon at 07:00, monthly on 1 at 07:00."
    )
    values["schedule_preset"] = ask("When", "daily at 07:00", _preset)
    say(
        "\nReports are kept as files in the data directory. By e-mail they reach you on the phone; you can also set that up later."
    )
    if not confirm("Set up e-mail now?", default=False):
        return
    values["smtp_host"] = ask("Mail server, such as smtp.example.com", "", _not_empty)
    values["email_to"] = ask("Send reports to", "", _not_empty)
    name = ask("User name at the mail server, empty for none")
    if name:
        values |= {"smtp_username": name, "smtp_password": ask_secret("Password at the mail server")}


def _preset(answer: str) -> str:
    crontab_of_preset(answer)
    return answer


def _settings(values: Mapping[str, Value]) -> Settings:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("UNIFI_")}
    return load_settings(overrides=values, environ=environ, for_controller=True)


def _write(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as exc:
        raise InputError(
            f"{file} cannot be written: {exc.strerror or exc}.", hint="Name another place."
        ) from exc


def _first_report(file: Path) -> None:
    say("\nReading what your controller still remembers of the last seven days…\n")
    try:
        settings = load_settings(config_path=file, for_controller=True)
        report(settings, clock.now() - FIRST_REPORT)
    except ScannerError as exc:
        say(f"A first report could not be made: {exc}")
