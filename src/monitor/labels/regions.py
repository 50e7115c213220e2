"""How far people were taken: from where they come from and where they were exploited.

The UNODC counts flows as domestic, within a subregion, within a region, or between regions. The
regions are those of M49. Membership of one body on that day makes a flow at least one within a
region (Cyprus, which M49 puts into Asia, and Greece), and is told beside it: a way from Mali to
Ghana stays within Western Africa, but since 29 January 2025 not within ECOWAS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from monitor.labels.places import bodies_of, region_of, subregion_of

Kind = Literal["domestic", "intra_subregional", "intra_regional", "transregional", "unknown"]
FLOW_REGIONS: tuple[Kind, ...] = get_args(Kind)
_FAR: tuple[Kind, ...] = ("transregional", "intra_regional", "intra_subregional")


@dataclass(frozen=True, slots=True)
class FlowRegion:
    """How far a flow goes, and the ids of the bodies that it stays within."""

    kind: Kind
    bodies: tuple[str, ...] = ()


UNKNOWN = FlowRegion("unknown")


def flow_region(
    origins: Iterable[str], exploited: Iterable[str], day: date, *, crosses: bool = False
) -> FlowRegion:
    """Return how far people were taken, as things stood on `day`.

    `origins` and `exploited` are ISO 3166-1 alpha-2 codes; of several the farthest way counts.
    People of places where others were exploited too are taken to have been so at home, unless it is
    known that a border was crossed. Where a code is in no region, its ways do not count.
    """
    here, homes = set(exploited), set(origins)
    if not here or not homes:
        return UNKNOWN
    ways = {
        (home, place)
        for home in homes
        for place in here
        if home != place and (crosses or home not in here or place not in homes)
    }
    if not ways:
        return UNKNOWN if crosses else FlowRegion("domestic", _ids(here, day))
    kinds = {_way(home, place, day) for home, place in ways}
    kind = next((one for one in _FAR if one in kinds), None)
    return FlowRegion(kind, _ids({one for way in ways for one in way}, day)) if kind else UNKNOWN


def flow_of_tags(tags: Iterable[Mapping[str, Any]], day: date) -> FlowRegion:
    """Return the same of an article's tags, as JSON has them.

    A flow that was judged `domestic` is that, whatever the nationality of the people; one that
    crosses a border goes as far as its places tell, and is never domestic.
    """
    listed = list(tags)
    origins = _places(listed, "origin")
    exploited = _places(listed, "exploitation")
    flows = {tag["label"] for tag in listed if tag["scheme"] == "flow"}
    if "domestic" in flows:
        return FlowRegion("domestic", _ids(exploited, day))
    return flow_region(origins, exploited, day, crosses="cross_border" in flows)


def _places(tags: Iterable[Mapping[str, Any]], role: str) -> set[str]:
    return {tag["label"] for tag in tags if tag["scheme"] == "place" and tag.get("role") == role}


def _way(home: str, place: str, day: date) -> Kind | None:
    """Return how far it is from one country to another, None where one is in no region."""
    if region_of(home) is None or region_of(place) is None:
        return None
    if subregion_of(home) == subregion_of(place):
        return "intra_subregional"
    if region_of(home) == region_of(place) or bodies_of((home, place), day):
        return "intra_regional"
    return "transregional"


def _ids(countries: set[str], day: date) -> tuple[str, ...]:
    return tuple(body.id for body in bodies_of(countries, day))
