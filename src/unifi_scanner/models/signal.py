"""How strong a Wi-Fi signal is: as dBm whatever scale it came in, and in words. Pure."""

from __future__ import annotations

from typing import Final

# UniFi's own `rssi` counts up from the noise: 35 beside a `signal` of -61 in one row of `stat/sta`
UNIFI_FLOOR: Final = -96
WEAK: Final = -75  # dBm; below it calls and films suffer
GOOD: Final = -67
_WORDS = ((-50, "excellent"), (-60, "very good"), (GOOD, "good"), (WEAK, "fair"), (-82, "weak"))


def dbm_of(value: int | None) -> int | None:
    """Return a signal in dBm: negative numbers are dBm already, positive ones UniFi's `rssi`; None where it can be neither."""
    if value is None or value == 0:
        return None
    dbm = value if value < 0 else value + UNIFI_FLOOR
    return dbm if -120 <= dbm < 0 else None


def signal_words(dbm: int) -> str:
    """Return a signal as one word or two: excellent, very good, good, fair, weak or very weak."""
    return next((word for least, word in _WORDS if dbm >= least), "very weak")
