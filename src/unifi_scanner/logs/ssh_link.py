"""The way to a console over SSH: one connection, a pinned host key, one key of ours, and time limits on everything."""

from __future__ import annotations

import logging
import socket
import threading
from base64 import b64encode
from hashlib import sha256

import paramiko
import structlog

from unifi_scanner.errors import SSHCollectionError
from unifi_scanner.logs.commands import Output
from unifi_scanner.logs.host_keys import remember_key, remembered_key
from unifi_scanner.logs.ssh_channel import Lost, Reading, Watchdog
from unifi_scanner.logs.ssh_place import Patience, Place

__all__ = ["Patience", "Place", "SSHLink", "fingerprint_of"]

KEEPALIVE_S = 30
log = structlog.get_logger(__name__)
logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what it would log is raised to us as well


DEFAULT_PATIENCE = Patience()


class SSHLink:
    """Runs commands on one console over one connection, dialled when needed and kept open between commands.

    Signs in with the key of `place` and nothing else: no agent, no other key, no password.
    """

    def __init__(self, place: Place, patience: Patience = DEFAULT_PATIENCE) -> None:
        self.place = place
        self.patience = patience
        self._transport: paramiko.Transport | None = None
        self._guard = threading.Lock()
        self._closed = threading.Event()

    def run(self, command: str, max_bytes: int) -> Output:
        """Return what `command` printed; raises SSHCollectionError for all that can go wrong, with a hint.

        Reading only, so that a command cut off by a connection that had died since is simply given again.
        """
        kept = self._transport is not None and self._transport.is_active()
        try:
            return self._run_once(command, max_bytes)
        except Lost as exc:
            self._drop()
            if not kept:
                raise self._lost(exc) from exc
        try:
            return self._run_once(command, max_bytes)
        except Lost as exc:
            self._drop()
            raise self._lost(exc) from exc

    def close(self) -> None:
        """Let go of the connection for good, also while a command runs in another thread, which then fails."""
        self._closed.set()
        self._drop()

    def _drop(self) -> None:
        with self._guard:
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _run_once(self, command: str, max_bytes: int) -> Output:
        transport = self._connected()
        watchdog = Watchdog(transport, self.patience.command_s)
        try:
            with watchdog, transport.open_session(timeout=self.patience.sign_in_s) as channel:
                channel.exec_command(command)
                return Reading(channel, self.patience, max_bytes).read()
        except TimeoutError as exc:
            self._drop()
            raise self._too_slow(exc) from exc
        except (paramiko.SSHException, EOFError, OSError, Lost) as exc:
            if watchdog.bit:
                raise self._too_slow(exc) from exc
            raise Lost(str(exc) or type(exc).__name__) from exc

    def _connected(self) -> paramiko.Transport:
        with self._guard:
            transport = self._transport
        if transport is not None and transport.is_active():
            return transport
        self._drop()
        return self._dial()

    def _dial(self) -> paramiko.Transport:
        if self._closed.is_set():
            raise Lost("the connection was closed")
        key = self._key()
        transport = self._transport_to()
        with self._guard:
            self._transport = transport  # from here on, `close` reaches it
        try:
            self._check(self._greet(transport))
            self._sign_in(transport, key)
            transport.set_keepalive(KEEPALIVE_S)
        except BaseException:
            self._drop()
            transport.close()
            raise
        if self._closed.is_set():  # while we dialled
            self._drop()
            raise Lost("the connection was closed")
        log.info("ssh_opened", host=self.place.host, port=self.place.port)
        return transport

    def _key(self) -> paramiko.PKey:
        file = self.place.key_file
        try:
            secret = _encoded(self.place.passphrase)
            return paramiko.PKey.from_path(file, secret)  # type: ignore[arg-type] # bytes are what it needs
        except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType) as exc:
            raise SSHCollectionError(
                f"The SSH key {file} cannot be used.",
                exc,
                hint="Name a private key (not the .pub file) in UNIFI_SSH_KEY_FILE, and its passphrase, if it has one, in "
                "UNIFI_SSH_KEY_PASSPHRASE.",
            ) from exc

    def _transport_to(self) -> paramiko.Transport:
        address = (self.place.host, self.place.port)
        try:
            sock = socket.create_connection(address, timeout=self.patience.sign_in_s)
        except OSError as exc:
            raise SSHCollectionError(
                f"SSH at {self.place.host}, port {self.place.port}, cannot be reached ({exc.strerror or exc}).",
                exc,
                hint="Is SSH switched on in the console, and are UNIFI_SSH_HOST and UNIFI_SSH_PORT right?",
            ) from exc
        transport = paramiko.Transport(sock)
        transport.banner_timeout = transport.handshake_timeout = self.patience.sign_in_s
        transport.auth_timeout = transport.channel_timeout = self.patience.sign_in_s
        return transport

    def _greet(self, transport: paramiko.Transport) -> paramiko.PKey:
        try:
            transport.start_client(timeout=self.patience.sign_in_s)
            return transport.get_remote_server_key()  # raises where the time ran out
        except (paramiko.SSHException, EOFError, OSError) as exc:
            raise SSHCollectionError(
                f"{self.place.host}, port {self.place.port}, does not answer as an SSH server in time.",
                exc,
                hint="Check UNIFI_SSH_PORT, and that SSH is switched on in the console.",
            ) from exc

    def _check(self, shown: paramiko.PKey) -> None:
        """Go on only with the host key we know; before this, nothing of ours has been sent."""
        fingerprint = fingerprint_of(shown.asbytes())
        where = f"{self.place.host}:{self.place.port}"
        known = self.place.fingerprint
        if known is None and self.place.trust_first_use:
            known = remembered_key(self.place.known_keys_file, where)
            if known is None:
                remember_key(self.place.known_keys_file, where, fingerprint)
                log.warning("ssh_host_key_trusted", host=self.place.host, fingerprint=fingerprint)
                return
        if known is None:
            raise SSHCollectionError(
                f"The host key of {where} is not known. It showed {fingerprint} ({shown.get_name()}).",
                hint="If `ssh-keygen -lf` on the console prints the same, set UNIFI_SSH_HOST_FINGERPRINT to it.",
            )
        if known != fingerprint:
            raise SSHCollectionError(
                f"The host key of {where} is not the one we know: it showed {fingerprint} ({shown.get_name()}), "
                f"we know {known}. Nothing was sent.",
                hint=self._changed_hint(),
            )

    def _changed_hint(self) -> str:
        mend = "set UNIFI_SSH_HOST_FINGERPRINT to the new one"
        if self.place.fingerprint is None:
            mend += f", or remove {self.place.known_keys_file}"
        return (
            f"A factory reset changes it, and a console has one key of each kind. If that is the reason, {mend}. If not, "
            "another machine may be answering in its place."
        )

    def _sign_in(self, transport: paramiko.Transport, key: paramiko.PKey) -> None:
        try:
            still_asked = transport.auth_publickey(self.place.username, key)
        except paramiko.AuthenticationException as exc:
            # the library has one error for a refusal, a silence and a hang-up
            silent = not transport.is_active() or "timeout" in str(exc).lower()
            raise (self._too_slow(exc) if silent else self._refused(exc)) from exc
        except (paramiko.SSHException, EOFError, OSError) as exc:
            raise self._too_slow(exc) from exc
        if still_asked:
            raise self._refused(None)

    def _refused(self, exc: Exception | None) -> SSHCollectionError:
        return SSHCollectionError(
            f"{self.place.host} refused the SSH key for user {self.place.username}.",
            exc,
            hint="Add the public key to that user's authorized_keys on the console, or correct UNIFI_SSH_USERNAME and "
            "UNIFI_SSH_KEY_FILE. Passwords are never tried.",
        )

    def _too_slow(self, exc: Exception) -> SSHCollectionError:
        return SSHCollectionError(
            f"{self.place.host} did not answer over SSH in time.",
            exc,
            hint="It may be overloaded or restarting; it is asked again next time.",
        )

    def _lost(self, exc: Exception) -> SSHCollectionError:
        return SSHCollectionError(
            f"The SSH connection to {self.place.host} was lost ({exc}).",
            exc,
            hint="It is dialled again next time.",
        )


def fingerprint_of(public_key: bytes) -> str:
    """Return a public key's SHA-256 fingerprint as ssh-keygen prints it."""
    return f"SHA256:{b64encode(sha256(public_key).digest()).decode().rstrip('=')}"


def _encoded(passphrase: str | None) -> bytes | None:
    return passphrase.encode() if passphrase is not None else None
