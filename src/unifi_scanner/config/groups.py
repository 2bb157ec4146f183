"""Every setting there is, by group: its type, its default, and what people are told about it.

The documentation, the JSON Schema and the list of known names are all made from these classes.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from unifi_scanner.config import types


class Group(BaseModel):
    """Settings that belong together; values in error messages are ours to show or hide."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


class Controller(Group):
    """The controller."""

    host: types.Host | None = None
    """Address of the controller: `192.168.1.1`, a name, or `https://192.168.1.1:8443`."""
    port: types.Port | None = None
    """Port of the controller, where it is none of the usual ones, which are found by themselves."""
    username: str | None = None
    """Name of a local, read-only account on the controller."""
    password: SecretStr | None = None
    """Password of that account."""
    api_key: SecretStr | None = None
    """API key. Alone it reads history; with name and password besides, they open the live stream."""
    totp_secret: types.TotpSecret | None = None
    """Secret of the account's two-factor sign-in: the text beside the QR code, or the `otpauth://` address in it."""
    site: str = "default"
    """Site to watch, by its id or by the name shown on screen; several separated by commas, or `all`."""
    verify_ssl: types.YesNo = True
    """Whether the controller's certificate must be one we trust."""
    tls_fingerprint: types.Fingerprint | None = None
    """SHA-256 fingerprint of the certificate to trust, as openssl prints it (`AA:BB:…`). Enough by itself."""
    tls_ca_file: types.ReadableFile | None = None
    """PEM file of the authority that signed the controller's certificate."""


class Listening(Group):
    """Listening."""

    websocket_enabled: types.YesNo = True
    """Whether to listen to the live stream; without it the controller is only asked at intervals."""
    websocket_buffer_size: types.BufferSize = 10_000
    """Events held in memory between two writes to disk."""
    ingest_interval_s: types.Seconds = 5.0
    """Seconds between two writes of what was heard."""
    poll_interval_s: types.Seconds = 60.0
    """Seconds between two questions to the controller over REST."""


class Syslog(Group):
    """Syslog."""

    syslog_udp_port: types.Port | None = None
    """Port for syslog over UDP, such as 5514; off without it. Name it in the console as the log server's port."""
    syslog_tcp_port: types.Port | None = None
    """Port for syslog over TCP; off without it."""
    syslog_tls_port: types.Port | None = None
    """Port for syslog over TLS, such as 6514; off without it."""
    syslog_bind: types.OwnAddress | None = None
    """Address of this machine to listen on; without it all of them, IPv4 and IPv6."""
    syslog_allow: types.Networks = ()
    """Who may send: addresses and networks like `192.168.1.0/24`, separated by commas. Without it, every private address."""
    syslog_tls_cert_file: types.ReadableFile | None = None
    """PEM file of the certificate that `syslog_tls_port` shows."""
    syslog_tls_key_file: types.ReadableFile | None = None
    """PEM file of that certificate's key, without a password."""
    syslog_lines_per_s: types.LinesPerSecond = 1000.0
    """Lines that one sender may send in a second, in the long run; what is beyond is counted and told, not kept."""


class Ssh(Group):
    """SSH."""

    ssh_enabled: types.YesNo = False
    """Whether to read log files on the console over SSH."""
    ssh_host: types.Host | None = None
    """Address to reach over SSH; without it the controller's."""
    ssh_port: types.Port = 22
    """Port of SSH there."""
    ssh_username: str = "root"
    """User name for SSH. The controller's own user name and password are never used here."""
    ssh_key_file: types.ReadableFile | None = None
    """File of the private key to sign in with."""
    ssh_key_passphrase: SecretStr | None = None
    """Passphrase of that key, if it has one."""
    ssh_host_fingerprint: types.HostKey | None = None
    """Fingerprint of the host key to trust, as `ssh-keygen -lf` prints it (`SHA256:…`)."""
    ssh_trust_first_use: types.YesNo = False
    """Whether to trust whatever host key is shown the first time, and only that one from then on."""
    ssh_files: types.RemotePaths = ()
    """Log files to read there, whole paths separated by commas; without it the usual ones."""
    ssh_alerts: types.YesNo = False
    """Whether to read the console's alert list from its database too: the last resort, where nothing else has it."""


class Reporting(Group):
    """Reports."""

    schedule_preset: types.Preset | None = None
    """When to report: `hourly`, `daily at 07:00`, `weekly on mon at 07:00` or `monthly on 1 at 07:00`."""
    schedule_cron: types.Crontab | None = None
    """When to report, as five crontab fields: minute, hour, day, month, weekday (0 and 7 are Sunday)."""
    schedule_timezone: types.Zone = types.LOCAL
    """Time zone of the schedule and of the times in reports, like `Europe/Oslo`; `local` is this machine's."""
    report_title: types.Title = "UniFi network report"
    """Title of the reports."""
    report_voice: types.ReportVoice = "home"
    """Whom reports speak to: `home`, `it` (with addresses, rules and ids) or `msp` (with service figures for a client)."""
    rules_dir: types.ExistingDirectory | None = None
    """Directory with rules of your own, used besides the built-in ones."""


class Email(Group):
    """E-mail."""

    smtp_host: str | None = None
    """Mail server. E-mail is on when this and `email_to` are set."""
    smtp_port: types.Port | None = None
    """Port of the mail server; without it 587, 465 or 25, as `smtp_security` asks."""
    smtp_security: types.MailSecurity = "starttls"
    """How the way to the mail server is encrypted: `starttls`, `tls` or `none`."""
    smtp_username: str | None = None
    """User name at the mail server, if it asks for one."""
    smtp_password: SecretStr | None = None
    """Password at the mail server."""
    email_from: types.Address | None = None
    """Sender of the reports; without it the mail user name, or else the first recipient."""
    email_to: types.Addresses = ()
    """Recipients, separated by commas."""


class Alerts(Group):
    """Alerts."""

    alert_severity: types.AlertSeverity = "high"
    """What cannot wait for the next report: this and worse is told at once, by every channel but files. `off`: nothing."""
    alert_rules: types.Names = ()
    """Rules whose findings are always told at once, by name, separated by commas; `unifi-scanner rules` lists them."""
    alert_quiet_hours: types.Hours | None = None
    """When only what is critical may wake you, like `22:00-07:00`; the rest is told in the morning."""
    alert_budget_per_day: types.Budget = 10
    """Most messages for one day and site; what is beyond is summed up the next day. That something is over is always told."""
    alert_debounce_s: types.Patience = 60.0
    """Seconds that trouble must last before it is told, and be over before that is told. 0: at once."""
    heartbeat_url: types.WebAddress | None = None
    """Address asked while all is well; whoever runs it tells you when that stops. `unifi-scanner health` says the same on request."""
    heartbeat_interval_s: types.Seconds = 300.0
    """Seconds between two of these."""


class Chat(Group):
    """Webhook and chat."""

    webhook_url: types.WebAddress | None = None
    """Address that gets every report and alert as JSON, by POST (docs/webhook.md says how it looks)."""
    webhook_secret: SecretStr | None = None
    """Secret that signs what goes there, so that the receiver knows it is from you."""
    apprise_urls: SecretStr | None = None
    """Slack, Discord, Teams, ntfy, Telegram, Pushover, Gotify, Matrix, …: addresses as Apprise writes them, separated by spaces. Needs the extra `chat`."""


class Files(Group):
    """Report files."""

    file_dir: types.DirectoryToBe | None = None
    """Directory that gets every report as files."""
    file_keep: types.Count = 100
    """Reports kept there; older ones are removed. 0 keeps all."""


class Cloudflare(Group):
    """Cloudflare."""

    cloudflare_token: SecretStr | None = None
    """API token of Cloudflare; with it and one of the two below, reports have a part about Cloudflare. It needs only to read: Zone > Analytics, Zone > Zone, Account > Cloudflare Tunnel."""
    cloudflare_zones: types.CloudflareIds = ()
    """Ids of the zones to tell about, separated by commas: attacks stopped and names looked up. An id stands on the zone's Overview page."""
    cloudflare_account: types.CloudflareId | None = None
    """Id of the account whose tunnels to tell about."""


class Mqtt(Group):
    """MQTT and Home Assistant."""

    mqtt_host: types.Host | None = None
    """MQTT broker to tell how things stand; off without it. Home Assistant finds the sensors by itself."""
    mqtt_port: types.Port | None = None
    """Port of the broker; without it 1883, or 8883 with `mqtt_tls`."""
    mqtt_username: str | None = None
    """User name at the broker, if it asks for one."""
    mqtt_password: SecretStr | None = None
    """Password at the broker."""
    mqtt_tls: types.YesNo = False
    """Whether to reach the broker over TLS; its certificate must be one we trust."""
    mqtt_ca_file: types.ReadableFile | None = None
    """PEM file of the authority that signed the broker's certificate."""
    mqtt_topic: types.Topic = "unifi-scanner"
    """First part of every topic."""
    mqtt_discovery_topic: types.Topic = "homeassistant"
    """Where Home Assistant looks for sensors."""


class Metrics(Group):
    """Metrics."""

    metrics_port: types.Port | None = None
    """Port of `/metrics` for Prometheus; off without it."""
    metrics_bind: types.OwnAddress = "127.0.0.1"
    """Address of this machine to offer it on. Whoever reaches it can read the names of sites."""


class Data(Group):
    """Data."""

    data_dir: types.DirectoryToBe = Field(Path("~/.local/state/unifi-scanner"), validate_default=True)
    """Directory of the database and all else that outlives a restart (`$XDG_STATE_HOME` is honoured)."""
    retention_days: types.Days = 90
    """Days that entries are kept."""
    retention_mb: types.Megabytes = 1024
    """Megabytes that the database may take; the oldest entries go first."""


class Logging(Group):
    """Logging."""

    log_level: types.LogLevelName = "INFO"
    """How much is logged, always to stderr."""
    log_format: types.LogFormat = "text"
    """Shape of the log: `text` for people, `json` for programs."""


GROUPS: tuple[type[Group], ...] = (
    Controller,
    Listening,
    Syslog,
    Ssh,
    Reporting,
    Alerts,
    Email,
    Chat,
    Files,
    Cloudflare,
    Mqtt,
    Metrics,
    Data,
    Logging,
)
NAMES: tuple[str, ...] = tuple(name for group in GROUPS for name in group.model_fields)
SECRETS: frozenset[str] = frozenset(
    {
        "password",
        "api_key",
        "totp_secret",
        "smtp_password",
        "ssh_key_passphrase",
        "heartbeat_url",
        "webhook_url",
        "webhook_secret",
        "apprise_urls",
        "cloudflare_token",
        "mqtt_password",
    }
)
