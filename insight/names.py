"""Other names for the same roles, per seed: nobody's rules may know that a switch is called "Switch 1". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, Final

ROLE: Final = re.compile(r"^([A-Z][A-Za-z ]*?)(?: (\d+))?$")
PLACES: Final = (
    "Kitchen", "Hallway", "Attic", "Garage", "Garden", "Office", "Cellar", "Landing", "Lobby", "Workshop", "Library",
    "Terrace", "Barn", "Meeting Room", "Reception", "Loft", "Studio", "Nursery", "Lab", "Store Room",
)  # fmt: skip
PEOPLE: Final = (
    "Anna", "Ben", "Carla", "Deniz", "Emil", "Fatima", "Greta", "Hugo", "Ines", "Jonas", "Kim", "Lea", "Mira", "Noah",
    "Olga", "Pavel", "Rosa", "Sami", "Tilda", "Uwe", "Vera", "Yusuf",
)  # fmt: skip
FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "Gateway": ("Dream Machine", "UDM Pro", "Main Gateway", "Cloud Gateway", "Edge"),
    "AP": ("{place} AP", "AP {place}", "U6 {place}", "{place}"),
    "Switch": ("{place} Switch", "USW {place}", "SW-{place}", "Switch {place}"),
    "UPS": ("{place} UPS", "Battery {place}"),
    "Phone": ("{person}'s iPhone", "{person}s Pixel", "Galaxy {person}", "iPhone-{person}"),
    "Tablet": ("{person}'s iPad", "Tab {person}"),
    "Laptop": ("{person}'s MacBook", "{person}-X1", "LAPTOP-{person}", "{person} ThinkPad"),
    "Desktop": ("{person}-PC", "DESKTOP-{person}", "Workstation {person}"),
    "Camera": ("{place} Camera", "G4 {place}", "cam-{place}"),
    "Printer": ("HP LaserJet {place}", "Brother {place}", "{place} Printer"),
    "NAS": ("diskstation", "TrueNAS", "Backup NAS", "Vault"),
    "TV": ("LG TV {place}", "Apple TV {place}", "Fernseher {place}"),
    "Sensor": ("Sensor {place}", "shelly-{place}", "tado {place}"),
    "Speaker": ("Sonos {place}", "{place} Speaker"),
    "Till": ("Till {place}", "POS-{place}"),
    "Guest": ("iPhone of {person}", "android-{person}", "{person}-guest"),
    "Admin": ("{person}",),
}


def renamed(roles: Iterable[str], rng: Random) -> dict[str, str]:
    """Return a name for each role (`AP 2`, `Phone 1`, `NAS`), no two the same."""
    places, people = list(PLACES), list(PEOPLE)
    rng.shuffle(places)
    rng.shuffle(people)
    forms = {kind: rng.choice(choices) for kind, choices in FORMS.items()}
    taken: dict[str, str] = {}
    for index, role in enumerate(roles):
        match = ROLE.match(role)
        form = forms.get(match[1], "") if match else ""
        name = form.format(place=places[index % len(places)], person=people[index % len(people)]) or role
        while name in taken.values():
            name += f" {index + 1}"
        taken[role] = name
    return taken


def with_names(value: Any, names: Mapping[str, str]) -> Any:
    """Return tables with every role in them, also after a colon, replaced by its name."""
    if isinstance(value, Mapping):
        return {key: with_names(one, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [with_names(one, names) for one in value]
    if not isinstance(value, str):
        return value
    head, colon, tail = value.partition(":")
    return names.get(value) or (f"{head}:{names[tail]}" if colon and tail in names else value)
