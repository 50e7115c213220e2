"""Trafficking flows by region: M49 regions, members of regional bodies, and how far people came.

The UNODC counts flows as domestic, within a subregion, within a region, or between regions, those
of M49. Membership of one body on that day makes a flow at least one within a region, and is told
beside it. Both are data with their sources: `m49.json` and `bodies.json`. A membership holds from
its first day on and until the day before its last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from monitor.records.article import AssessedArticle
from monitor.records.json_shapes import tag_json

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
    origins, exploited = (
        {tag["label"] for tag in listed if tag["scheme"] == "place" and tag.get("role") == role}
        for role in ("origin", "exploitation")
    )
    flows = {tag["label"] for tag in listed if tag["scheme"] == "flow"}
    if "domestic" in flows:
        return FlowRegion("domestic", _ids(exploited, day))
    return flow_region(origins, exploited, day, crosses="cross_border" in flows)


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


@dataclass(frozen=True, slots=True)
class Membership:
    """One country's time in a body; `until` is the first day on which it is none any more."""

    country: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A regional body; `reach` is how far apart its members lie."""

    id: str
    name: str
    reach: Literal["subregion", "region"]
    members: tuple[Membership, ...]
    sources: tuple[tuple[str, str], ...]

    def members_on(self, day: date) -> frozenset[str]:
        """Return the ISO 3166-1 alpha-2 codes of its members on a day."""
        return frozenset(
            one.country
            for one in self.members
            if one.since <= day and (one.until is None or day < one.until)
        )


@cache
def _read(name: str) -> Any:
    return json.loads(files("monitor.labels").joinpath(name).read_text(encoding="utf-8"))


@cache
def _subregions() -> Mapping[str, tuple[str, str]]:
    return {
        country: (region, subregion)
        for region, parts in _read("m49.json")["regions"].items()
        for subregion, countries in parts.items()
        for country in countries.split()
    }


def region_of(country: str) -> str | None:
    """Return the M49 region of an ISO 3166-1 alpha-2 code, None where it has none."""
    found = _subregions().get(country)
    return found and found[0]


def subregion_of(country: str) -> str | None:
    """Return the M49 subregion of an ISO 3166-1 alpha-2 code, None where it has none."""
    found = _subregions().get(country)
    return found and found[1]


@cache
def all_bodies() -> tuple[Body, ...]:
    """Return the bodies that are known, in the order of the file."""
    found = []
    for entry in _read("bodies.json")["bodies"]:
        members = tuple(
            Membership(
                country,
                date.fromisoformat(each["from"]),
                date.fromisoformat(each["until"]) if each.get("until") else None,
            )
            for each in entry["members"]
            for country in each["countries"].split()
        )
        sources = tuple((source["title"], source["url"]) for source in entry["sources"])
        found.append(Body(entry["id"], entry["name"], entry["reach"], members, sources))
    return tuple(found)


def bodies_of(countries: Iterable[str], day: date) -> tuple[Body, ...]:
    """Return the bodies of which all `countries` were members on `day`."""
    wanted = set(countries)
    return tuple(body for body in all_bodies() if wanted and wanted <= body.members_on(day))


def flow_json(assessed: AssessedArticle) -> dict[str, Any]:
    """Return how far people were taken, as things stood on the day that the article is of."""
    article = assessed.article
    day = (article.published or article.seen).astimezone(UTC).date()
    flow = flow_of_tags(map(tag_json, assessed.tags), day)
    return {"kind": flow.kind, "bodies": list(flow.bodies)}
