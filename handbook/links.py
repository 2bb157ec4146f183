"""Which links of a built site lead nowhere: to a page, a picture or a place on a page that is not there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The links of one page, and the places on it that links may lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.places |= {name for name in (told.get("id"), told.get("name")) if name}
        link = (
            told.get("href")
            if tag in ("a", "link")
            else told.get("src")
            if tag in ("img", "script")
            else None
        )
        if link:
            self.links.append(link)


def broken_links(site: Path) -> list[str]:
    """Return one sentence for each link between pages of `site` that leads nowhere; other sites are not asked."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {link} leads nowhere"
        for path, page in pages.items()
        if path.name != "404.html"  # made for any address: its links start at the root
        for link in page.links
        if not _leads_somewhere(link, path, pages)
    ]


def _read(path: Path) -> _Page:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads_somewhere(link: str, path: Path, pages: dict[Path, _Page]) -> bool:
    split = urlsplit(link)
    if split.scheme or split.netloc:
        return True
    target = (path.parent / unquote(split.path)).resolve() if split.path else path
    if target.is_dir():
        target /= "index.html"
    if target not in pages:
        return target.is_file()
    return not split.fragment or unquote(split.fragment) in pages[target].places
