"""How far a flow goes: regions, memberships with their dates, and what an article's tags make."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pycountry
import pytest

from monitor.labels.regions import (
    FLOW_REGIONS,
    all_bodies,
    bodies_of,
    flow_of_tags,
    flow_region,
    region_of,
    subregion_of,
)

NOW = date(2026, 11, 28)


def ids(countries: str, day: date = NOW) -> tuple[str, ...]:
    return tuple(body.id for body in bodies_of(countries.split(), day))


def test_every_country_is_in_one_subregion_of_one_region() -> None:
    codes = {country.alpha_2 for country in pycountry.countries}
    assert {code for code in codes if region_of(code) is None} == {"AQ"}
    assert (region_of("GH"), subregion_of("GH")) == ("Africa", "Western Africa")
    assert (region_of("TL"), subregion_of("TL")) == ("Asia", "South-eastern Asia")
    assert region_of("XX") is None


def test_members_are_countries_and_no_membership_ends_before_it_begins() -> None:
    for body in all_bodies():
        assert body.sources, body.id
        assert all(url.startswith("http") for _, url in body.sources)
        for one in body.members:
            assert region_of(one.country), (body.id, one.country)
            assert one.until is None or one.since < one.until


@pytest.mark.parametrize(
    ("body", "day", "count"),
    [
        ("ECOWAS", date(2025, 1, 28), 15),
        ("ECOWAS", date(2025, 1, 29), 12),
        ("ASEAN", date(2025, 10, 25), 10),
        ("ASEAN", date(2025, 10, 26), 11),
        ("EU", date(2020, 1, 31), 28),
        ("EU", date(2020, 2, 1), 27),
        ("AU", date(2011, 7, 26), 53),
        ("AU", NOW, 55),
        ("SAARC", date(2007, 4, 2), 7),
        ("SAARC", NOW, 8),
    ],
)
def test_bodies_have_the_members_of_the_day(body: str, day: date, count: int) -> None:
    found = next(one for one in all_bodies() if one.id == body)
    assert len(found.members_on(day)) == count


def test_the_regions_of_the_african_union_divide_it() -> None:
    parts = [one.members_on(NOW) for one in all_bodies() if one.id.startswith("AU-")]
    union = next(one for one in all_bodies() if one.id == "AU").members_on(NOW)
    assert sum(map(len, parts)) == len(union) == len(frozenset().union(*parts))


@pytest.mark.parametrize(
    ("origins", "exploited", "kind"),
    [
        ("GH", "GH", "domestic"),
        ("ML", "GH", "intra_subregional"),
        ("NG", "LY", "intra_regional"),
        ("KH", "TH", "intra_subregional"),
        ("TH", "JP", "intra_regional"),
        ("NP", "QA", "intra_regional"),
        ("GH", "LB", "transregional"),
        ("CY", "GR", "intra_regional"),  # M49 puts Cyprus into Asia; both are of the EU
        ("ML NG", "GH IT", "transregional"),  # the farthest way
        ("GH ML", "GH", "intra_subregional"),  # those at home went none
        ("GH", "GH TH", "transregional"),  # nobody is at home in Thailand
        ("GH TH", "GH TH", "domestic"),  # each at home, as far as is known
        ("", "GH", "unknown"),
        ("GH", "", "unknown"),
        ("AQ", "GH", "unknown"),
    ],
)
def test_the_farthest_way_tells_how_far(origins: str, exploited: str, kind: str) -> None:
    assert flow_region(origins.split(), exploited.split(), NOW).kind == kind
    assert kind in FLOW_REGIONS


def test_what_left_a_body_is_within_it_until_the_day_before() -> None:
    left = date(2025, 1, 29)
    before = flow_region(["ML"], ["GH"], left - timedelta(days=1))
    after = flow_region(["ML"], ["GH"], left)
    assert before.kind == after.kind == "intra_subregional"
    assert before.bodies == ("ECOWAS", "AU", "AU-western")
    assert after.bodies == ("AU", "AU-western")
    joined = date(2025, 10, 26)
    assert flow_region(["TL"], ["MY"], joined - timedelta(days=1)).bodies == ()
    assert flow_region(["TL"], ["MY"], joined).bodies == ("ASEAN",)


def tag(scheme: str, label: str, role: str | None = None) -> dict[str, Any]:
    return {"scheme": scheme, "label": label, **({"role": role} if role else {})}


def test_tags_tell_places_by_their_roles() -> None:
    places = [tag("place", "ML", "origin"), tag("place", "GH", "exploitation")]
    assert flow_of_tags([*places, tag("place", "TH", "mentioned")], NOW).kind == "intra_subregional"
    assert flow_of_tags([*places, tag("flow", "domestic")], NOW).kind == "domestic"
    assert flow_of_tags([tag("flow", "cross_border"), places[1]], NOW).kind == "unknown"
    home = [tag("place", "GH", "origin"), places[1], tag("flow", "cross_border")]
    assert flow_of_tags(home, NOW).kind == "unknown"
    both = [*home, tag("place", "ML", "exploitation"), places[0]]
    assert flow_of_tags(both, NOW).kind == "intra_subregional"
    assert flow_of_tags([], NOW).kind == "unknown"
