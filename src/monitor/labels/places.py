"""Regions of the UN's M49 standard, and members of regional bodies with their dates.

Both are data with their sources: `m49.json` and `bodies.json`. A membership holds from its first
day on and until the day before its last: ECOWAS has three states less since 29 January 2025, ASEAN
one more since 26 October 2025.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Reach = Literal["subregion", "region"]


@dataclass(frozen=True, slots=True)
class Membership:
    """One country's time in a body; `until` is the first day on which it is none any more."""

    country: str
    since: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the country is a member on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Body:
    """A regional body; `reach` is how far apart its members lie."""

    id: str
    name: str
    reach: Reach
    members: tuple[Membership, ...]
    sources: tuple[tuple[str, str], ...]

    def members_on(self, day: date) -> frozenset[str]:
        """Return the ISO 3166-1 alpha-2 codes of its members on a day."""
        return frozenset(one.country for one in self.members if one.holds(day))


@cache
def _read(name: str) -> Any:
    return json.loads(files("monitor.labels").joinpath(name).read_text(encoding="utf-8"))


@cache
def _subregions() -> Mapping[str, tuple[str, str]]:
    """Return region and subregion by country."""
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
    return tuple(map(_body, _read("bodies.json")["bodies"]))


def _body(entry: Mapping[str, Any]) -> Body:
    members = tuple(
        Membership(country, date.fromisoformat(each["from"]), _day(each.get("until")))
        for each in entry["members"]
        for country in each["countries"].split()
    )
    sources = tuple((source["title"], source["url"]) for source in entry["sources"])
    return Body(entry["id"], entry["name"], entry["reach"], members, sources)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def bodies_of(countries: Iterable[str], day: date) -> tuple[Body, ...]:
    """Return the bodies of which all `countries` were members on `day`."""
    wanted = set(countries)
    return tuple(body for body in all_bodies() if wanted and wanted <= body.members_on(day))
