"""Whether a border was crossed, from where it happened and where the people come from.

Where the people told of plainly come from another country than that of the exploitation, the flow
is `cross_border`; where they are at home there, `domestic`. What the roles leave open, they tell
the model of `flow` as numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log1p

from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.outlet_homes import Home
from monitor.classify.place_disambiguation import PlaceMention
from monitor.classify.place_roles import Roles, count_roles, roles_of

FLOW_NAMES = (
    "people from another country than the place",
    "people from the place",
    "people sent to the place",
    "people freed or fled from the place",
    "the place is the outlet's home",
    "the place is abroad",
    "only the place is named",
    "the place is not named",
    "no place",
)


def flow_numbers(
    reading: Reading, mentions: Sequence[PlaceMention], chosen: Collection[str], home: Home
) -> list[float]:
    """Return the numbers called `FLOW_NAMES`; `chosen` are the countries of exploitation."""
    roles = _roles(reading, mentions)
    here = [roles[code] for code in chosen if code in roles]
    national = home.country is not None and not home.world and bool(chosen)
    return [
        log1p(sum(each.origin for code, each in roles.items() if code not in chosen and chosen)),
        log1p(sum(each.origin for each in here)),
        log1p(sum(each.sent for each in here)),
        log1p(sum(each.freed for each in here)),
        float(national and home.country in chosen),
        float(national and home.country not in chosen),
        float(bool(here) and not roles.keys() - set(chosen)),
        float(bool(chosen) and not here),
        float(not chosen),
    ]


def flow_of_roles(
    reading: Reading, mentions: Sequence[PlaceMention], chosen: Collection[str], *, abroad: bool
) -> str | None:
    """Return the flow that the roles are certain of; `abroad`: a word tells of a border or travel.

    `cross_border`: people from elsewhere are told of early or twice, and more often than people
    from the place. `domestic`: people from the place, the only country named, and no such word.
    """
    story = [mention for mention in mentions if not mention.frame]
    origins = [m for m in story if "origin" in roles_of(reading, m)]
    here = sum(m.country in chosen for m in origins)
    elsewhere = [m for m in origins if m.country not in chosen]
    early = any(m.field == "title" or m.first < LEAD_WORDS for m in elsewhere)
    if chosen and len(elsewhere) > here and (early or len(elsewhere) > 1):
        return "cross_border"
    countries = {mention.country for mention in story}
    if here and countries == set(chosen) and len(countries) == 1 and not abroad:
        return "domestic"
    return None


def _roles(reading: Reading, mentions: Sequence[PlaceMention]) -> dict[str, Roles]:
    by_country: dict[str, list[PlaceMention]] = {}
    for mention in mentions:
        if not mention.frame:
            by_country.setdefault(mention.country, []).append(mention)
    return {code: count_roles(reading, own) for code, own in by_country.items()}
