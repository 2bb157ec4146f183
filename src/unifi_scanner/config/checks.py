"""What is wrong between settings, each in a sentence with its fix. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from unifi_scanner.config.layers import Given
from unifi_scanner.config.values import split_host


def conflicts(given: Mapping[str, Given]) -> Iterator[str]:
    """Yield a sentence for every pair of settings that cannot stand together."""
    yield from _schedule(given)
    yield from _mail(given)
    yield from _syslog(given)
    yield from _ssh(given)
    yield from _neighbours(given)


def _schedule(given: Mapping[str, Given]) -> Iterator[str]:
    if "schedule_cron" in given and "schedule_preset" in given:
        yield (
            f"{given['schedule_cron'].origin}: schedule_preset is given too "
            f"({given['schedule_preset'].origin}); keep one of the two."
        )


def _mail(given: Mapping[str, Given]) -> Iterator[str]:
    for there, lacking, what in (
        ("smtp_host", "email_to", "who gets the e-mail"),
        ("email_to", "smtp_host", "which server sends the e-mail"),
        ("smtp_username", "smtp_password", "the password at the mail server"),
        ("smtp_password", "smtp_username", "the user name at the mail server"),
    ):
        if there in given and lacking not in given:
            yield f"{given[there].origin}: {lacking} is missing, {what}; set UNIFI_{lacking.upper()} or {lacking}."


def _syslog(given: Mapping[str, Given]) -> Iterator[str]:
    for there, lacking, what in (
        ("syslog_tls_port", "syslog_tls_cert_file", "the certificate to show"),
        ("syslog_tls_port", "syslog_tls_key_file", "the key of the certificate"),
        ("syslog_tls_cert_file", "syslog_tls_port", "the port to show the certificate on"),
    ):
        if there in given and lacking not in given:
            yield f"{given[there].origin}: {lacking} is missing, {what}; set UNIFI_{lacking.upper()} or {lacking}."
    tcp, tls = given.get("syslog_tcp_port"), given.get("syslog_tls_port")
    if tcp is not None and tls is not None and str(tcp.value) == str(tls.value):
        yield f"{tls.origin}: {tcp.origin} names the same port; choose two different ones."


def _ssh(given: Mapping[str, Given]) -> Iterator[str]:
    enabled = given.get("ssh_enabled")
    if enabled is None or not is_yes(enabled.value):
        return
    if "ssh_key_file" not in given:
        yield (
            f"{enabled.origin}: ssh_key_file is missing, the private key to sign in with; set UNIFI_SSH_KEY_FILE or "
            "ssh_key_file. Passwords are not used for SSH."
        )
    trusts = given.get("ssh_trust_first_use")
    if "ssh_host_fingerprint" not in given and (trusts is None or not is_yes(trusts.value)):
        yield (
            f"{enabled.origin}: ssh_host_fingerprint is missing, by which the console is known; set "
            "UNIFI_SSH_HOST_FINGERPRINT to what `ssh-keyscan HOST | ssh-keygen -lf -` prints, or set "
            "UNIFI_SSH_TRUST_FIRST_USE=true to trust the first key shown."
        )
    if "ssh_host" not in given and "host" not in given:
        yield f"{enabled.origin}: ssh_host is missing, the address to reach over SSH; set UNIFI_SSH_HOST or UNIFI_HOST."


def _neighbours(given: Mapping[str, Given]) -> Iterator[str]:
    for there, lacking, what in (
        ("cloudflare_zones", "cloudflare_token", "the token to ask Cloudflare with"),
        ("cloudflare_account", "cloudflare_token", "the token to ask Cloudflare with"),
        ("mqtt_username", "mqtt_host", "the broker"),
        ("mqtt_password", "mqtt_username", "the user name at the broker"),
        ("mqtt_ca_file", "mqtt_host", "the broker"),
    ):
        if there in given and lacking not in given:
            yield f"{given[there].origin}: {lacking} is missing, {what}; set UNIFI_{lacking.upper()} or {lacking}."
    token = given.get("cloudflare_token")
    if token is not None and not given.keys() & {"cloudflare_zones", "cloudflare_account"}:
        yield (
            f"{token.origin}: there is nothing to ask Cloudflare about; set UNIFI_CLOUDFLARE_ZONES, "
            "UNIFI_CLOUDFLARE_ACCOUNT or both."
        )
    tls, ca_file = given.get("mqtt_tls"), given.get("mqtt_ca_file")
    if ca_file is not None and (tls is None or not is_yes(tls.value)):
        yield f"{ca_file.origin}: mqtt_tls is missing, without which no certificate is looked at; set UNIFI_MQTT_TLS=true."


def is_yes(value: object) -> bool:
    """Return whether a value, as it was written, means yes."""
    return value is True or str(value).strip().lower() in {"true", "yes", "on", "1", "t", "y"}


def missing_for_controller(given: Mapping[str, Given]) -> list[str]:
    """Return a sentence for each thing that must still be said before a controller can be reached."""
    missing = []
    if "host" not in given:
        missing.append(
            "UNIFI_HOST is missing: set it (or host in the TOML file) to the controller's address."
        )
    if "api_key" not in given:
        lacking = [name for name in ("username", "password") if name not in given]
        missing += [
            f"UNIFI_{name.upper()} is missing: set it (or {name} in the TOML file), or give an API key "
            "(UNIFI_API_KEY)."
            for name in lacking
        ]
    return missing


def with_port_of_host(given: Mapping[str, Given]) -> tuple[dict[str, Given], list[str]]:
    """Return the settings with a port written in the host as the port, and what speaks against it."""
    host = given.get("host")
    port = _port_in(host)
    if host is None or port is None:
        return dict(given), []
    said = given.get("port")
    if said is not None and str(said.value) != str(port):
        return dict(given), [
            f"{host.origin}: the address names port {port}, but {said.origin} says otherwise; keep one of the two."
        ]
    return {**given, "port": Given(port, host.origin)}, []


def _port_in(host: Given | None) -> int | None:
    if host is None or not isinstance(host.value, str):
        return None
    try:
        return split_host(host.value)[1]
    except ValueError:
        return None  # told when the host itself is checked
