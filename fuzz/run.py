"""One target in a process of its own, as libFuzzer wants it: `python -m fuzz.run TARGET [libFuzzer options]`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["unifi_scanner"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Fuzz until the time given is over or something breaks."""
    target = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
