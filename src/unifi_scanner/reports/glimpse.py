"""What the pictures say in three words each, for the facts under the verdict and for a subject line. Pure."""

from __future__ import annotations

from datetime import datetime

from unifi_scanner.models.pictures import Outage, Pictures
from unifi_scanner.models.report import Report
from unifi_scanner.reports.canvas import is_calm, is_measured, seconds_watched, uptime_words
from unifi_scanner.reports.pages import seconds_off
from unifi_scanner.reports.plain import plain_line
from unifi_scanner.reports.prose import counted, minutes, number, times

AREAS = {"Internet": "internet", "Wi-Fi": "wireless", "Devices": "devices", "Security": "security"}
Glimpse = tuple[str, str]  # what a fact says, and its detail


def glimpses_of(report: Report) -> dict[str, Glimpse]:
    """Return what the pictures add to a fact, by its name; an empty text leaves the fact as it is."""
    pictures = report.pictures
    if not pictures.days:
        return {}
    until = _until(report)
    found = {
        "Internet": _internet(pictures, until),
        "Wi-Fi": _wifi(pictures),
        "Devices": _devices(pictures),
        "Security": _security(pictures),
    }
    told = {name: _with_share(glimpse, report, AREAS[name], until) for name, glimpse in found.items()}
    return {name: glimpse for name, glimpse in told.items() if any(glimpse)}


def _with_share(glimpse: Glimpse, report: Report, area: str, until: datetime) -> Glimpse:
    """Say for how long somebody looked, where that was not nearly all the time."""
    first = report.pictures.days[0].start
    whole = (until - max(report.period.start or first, first)).total_seconds()
    watched = seconds_watched(report.pictures, area, until)
    if glimpse[1] or area not in report.pictures.told or watched >= 0.9 * whole or not watched:
        return glimpse
    return glimpse[0], f"seen for {minutes(watched)} only"


def minutes_down(report: Report) -> str:
    """Return how long the Internet was down in all, empty where it was not or nobody says so."""
    cut = _cut(report.pictures)
    if not cut or not report.pictures.days:
        return ""
    return minutes(max(seconds_off(cut, _until(report)), 1))


def _until(report: Report) -> datetime:
    last = report.pictures.days[-1]
    return min(report.period.end or last.start, last.end or last.start)


def _cut(pictures: Pictures) -> list[Outage]:
    return [outage for outage in pictures.outages if not outage.bridged]


def _internet(pictures: Pictures, until: datetime) -> Glimpse:
    cut = _cut(pictures)
    if not cut:
        return "", ""
    down = seconds_off(cut, until)
    share = ""
    if is_measured(pictures, "internet", until):
        watched = seconds_watched(pictures, "internet", until)
        share = f"; up {uptime_words(down, watched)} of {counted(round(watched / 3600), 'hour')}"
    if cut[-1].end is None:
        return "Down now", f"{times(len(cut))}{share}"
    return f"Down {minutes(down)}", f"{times(len(cut))}{share}"


def _wifi(pictures: Pictures) -> Glimpse:
    calm, total = sum(map(is_calm, pictures.places)), len(pictures.places)
    if total < 2 or calm == total:
        return "", ""
    return f"Calm in {calm} of {total}", f"most trouble: {plain_line(pictures.places[0].name, 30)}"


def _devices(pictures: Pictures) -> Glimpse:
    off = [lane for lane in pictures.devices if lane.off]
    if not off:
        return "", ""
    now = sum(lane.off[-1].end is None for lane in off)
    if now:
        return f"{number(now)} off now", f"{number(len(off))} of {number(len(pictures.devices))} went off"
    return f"{number(len(off))} went off", f"of {counted(len(pictures.devices), 'device')}, or restarted"


def _security(pictures: Pictures) -> Glimpse:
    stopped = sum(day.outside + day.inside for day in pictures.blocked)
    return "", f"{counted(stopped, 'attack')} stopped" if stopped else ""
