"""Drawings -> PNG images for mail, which shows no SVG: mid-tones that are seen on light and on dark. Pure.

Made by `resvg-py` where it is installed (the extra `images`); without it there are no images, and the words do alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from unifi_scanner.reports.canvas import Figure
from unifi_scanner.reports.drawing import Strip, shared_shapes

WIDTH = 552
MOST_STRIPS = 6
STYLE = (
    ".g-bar,.g-soft{fill:#4a86cf}.g-bad,.g-off{fill:#d9483b}.g-unseen{fill:url(#hatch);stroke:#7f8993;stroke-width:1}"
    ".g-hatch{stroke:#7f8993;stroke-width:1.6}.g-line{fill:none;stroke:#4a86cf;stroke-width:1.2;stroke-linejoin:round}"
    ".g-grid{stroke:#7f8993;stroke-opacity:.35}.g-axis{stroke:#7f8993}.g-cut{stroke:none}"
)


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One image of a mail: its name, how high it is shown, what it says to who cannot see it, and the PNG."""

    name: str
    height: int
    alt: str
    data: bytes

    @property
    def source(self) -> str:
        """Return the address of the image inside its mail."""
        return f"cid:{content_id(self.name)}"


def content_id(name: str) -> str:
    """Return the id that an image has inside a mail."""
    return f"{name}@unifi-scanner"


def images_of(figures: tuple[Figure, ...], day_count: int) -> dict[str, Image]:
    """Return the images of the figures that mail shows as images, by name; empty where nothing can make them."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        return {}
    shapes = shared_shapes(day_count)
    return {
        name: Image(
            name=f"{name}.png",
            height=strip.height,
            alt=alt,
            data=bytes(svg_to_bytes(svg_string=_whole(strip, shapes), zoom=2)),
        )
        for name, strip, alt in _wanted(figures)
    }


def _wanted(figures: tuple[Figure, ...]) -> Iterator[tuple[str, Strip, str]]:
    for figure in figures:
        if figure.whole is not None:
            yield figure.id, figure.whole, figure.title
        elif figure.form == "lanes":
            for place, row in enumerate(figure.rows[:MOST_STRIPS]):
                if row.strip is not None and row.says != "on":
                    yield f"{figure.id}-{place}", row.strip, f"{row.name}: {row.says}"


def _whole(strip: Strip, shapes: str) -> str:
    # words stand beside an image, never in it: they could not be read on both grounds
    body = re.sub("<text.*?</text>", "", strip.body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{strip.height}">'
        f"<style>{STYLE}</style><defs>{shapes}</defs>{body}</svg>"
    )
