"""A verb that fails in the way it is told to."""

from __future__ import annotations

import argparse

from unifi_scanner.errors import (
    CertificateNotTrusted,
    ConfigError,
    ControllerUnreachable,
    DataDirectoryError,
    DeliveryError,
    SignInRefused,
    SignInThrottled,
    StoreError,
    UnknownSite,
)

FAILURES: dict[str, Exception | KeyboardInterrupt] = {
    "config": ConfigError(["UNIFI_PORT: bad.", "UNIFI_HOST: bad."], hint="Mend both."),
    "site": UnknownSite("lab", ["default", "home"]),
    "data": DataDirectoryError("/x cannot be written."),
    "unreachable": ControllerUnreachable("Nothing answers at 10.0.0.1.", hint="Is it on?"),
    "certificate": CertificateNotTrusted("The certificate is self-signed."),
    "refused": SignInRefused("Wrong password."),
    "throttled": SignInThrottled("Too many sign-ins."),
    "store": StoreError("The disk is full."),
    "delivery": DeliveryError("email", "The mail server is away."),
    "disk": OSError(28, "No space left on device"),
    "interrupt": KeyboardInterrupt(),
    "pipe": BrokenPipeError(),
    "bug": ZeroDivisionError("division by zero"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which failure."""
    parser.add_argument("how", choices=FAILURES)


def run(args: argparse.Namespace) -> int:
    """Fail."""
    raise FAILURES[args.how]
