"""What the user asked for: settings from the command line, the environment, files and TOML."""

from unifi_scanner.config.loading import load_settings
from unifi_scanner.config.settings import Settings

__all__ = ["Settings", "load_settings"]
