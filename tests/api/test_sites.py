from __future__ import annotations

import pytest

from unifi_scanner.api.sites import Site, choose_sites
from unifi_scanner.errors import UnknownSite

ROWS = [
    {"name": "default", "desc": "Default"},
    {"name": "h0l1day7", "desc": "Holiday Cottage"},
    {"name": "x1", "desc": "Cellar, left"},
    {"name": "x2"},
]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("default", ["default"]),
        (" DEFAULT ", ["default"]),
        ("holiday cottage", ["h0l1day7"]),
        ("Cellar, left", ["x1"]),
        ("x2, Holiday Cottage", ["x2", "h0l1day7"]),
        ("x2,x2", ["x2"]),
        ("all", ["default", "h0l1day7", "x1", "x2"]),
        ("*", ["default", "h0l1day7", "x1", "x2"]),
    ],
)
def test_a_site_is_found_by_id_and_by_the_name_on_screen(wanted: str, names: list[str]) -> None:
    assert [site.name for site in choose_sites(wanted, ROWS)] == names


@pytest.mark.parametrize("wanted", ["Attic", "default, Attic", "", ","])
def test_an_unknown_site_is_told_with_the_ones_there_are(wanted: str) -> None:
    with pytest.raises(UnknownSite) as told:
        choose_sites(wanted, ROWS)
    assert "Holiday Cottage (h0l1day7)" in str(told.value)


def test_a_site_called_all_is_that_site_and_not_all_of_them() -> None:
    assert choose_sites("all", [*ROWS, {"name": "x3", "desc": "All"}]) == [Site("x3", "All")]
