"""The values every stage speaks."""

from unifi_scanner.models.enums import DeviceType, LogLevel, LogSource, Origin, Severity
from unifi_scanner.models.finding import Finding
from unifi_scanner.models.log_entry import LogEntry
from unifi_scanner.models.report import Report

__all__ = ["DeviceType", "Finding", "LogEntry", "LogLevel", "LogSource", "Origin", "Report", "Severity"]
