"""Recall and precision of a relevance model by country.

Recall is over the articles of `rel` 2 whose exploitation, or policy, is placed in the country.
Precision is over what is shown of the outlets at home there, wherever that takes place: an article
of `rel` 0 has no place in the labelled data, so precision by place would leave out false alarms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.classify.relevance import Judgement
from monitor.evaluate.labelled_data import Labelled, is_country, read_yaml
from monitor.records.confidence_interval import wilson
from monitor.records.errors import DataError
from monitor.records.finding import MEASURED_FROM

HOMES_FILE = Path(__file__).parent / "homes.yaml"
_AMERICAN = {"edu", "gov", "mil"}
_OTHER_CODES = {"uk": "GB"}
ALWAYS = ("GH", "TH", "TL")
"""Countries that are told of even if there is not one article: where desks are, and data is not."""
_WRITTEN = "written"
"""The `basis` of the project's own texts: they are no measure of any country."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Countries by source and by outlet, and endings of addresses that name none."""

    sources: Mapping[str, str]
    outlets: Mapping[str, str]
    anybody: frozenset[str]


def home_of(row: Labelled) -> str | None:
    """Return the country where the outlet of an article is at home, where that can be told.

    Its source tells it, or else the end of its address, a part of that, or its name.
    """
    homes = load_homes()
    host = _host(row.url) or _host(f"//{row.outlet}")
    *_, ending = parts = host.split(".")
    code = "US" if ending in _AMERICAN else _OTHER_CODES.get(ending, ending.upper())
    by_ending = code if ending not in homes.anybody and is_country(code) else None
    named = [*reversed(parts), "".join(row.outlet.lower().split())]
    by_name = next(filter(None, map(homes.outlets.get, named)), None)
    return homes.sources.get(row.source) or by_ending or by_name


@cache
def load_homes(path: Path = HOMES_FILE) -> Homes:
    """Read the file; raises `DataError` naming what is wrong."""
    raw = read_yaml(path)
    try:
        outlets = {name: code for code, names in raw["outlets"].items() for name in names}
        homes = Homes(dict(raw["sources"]), outlets, frozenset(raw["anybody"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    for code in (*homes.sources.values(), *outlets.values()):
        if not is_country(code):
            raise DataError(f"{path}: '{code}' is no country")
    return homes


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return host if "." in host else ""


def country_scores(
    rows: Sequence[Labelled], said: Sequence[Judgement]
) -> dict[str, dict[str, Any]]:
    """Return the figures of each country with articles of `rel` 2, and of those in `ALWAYS`.

    `rows` may come from several sets together, each judged in `said` by a model that did not
    learn from it; texts of the project's own are left out. By country: `n` articles of `rel` 2
    placed there, of so many `stories` (events), of which `found` were shown as relevant; `shown`
    of the outlets at home there, `rel` 1 left out, of which `right` are `rel` 2. `recall` and
    `precision` with their 95 % intervals are `None` under `MEASURED_FROM` stories: without
    `recall` a country is unmeasured.
    """
    placed: dict[str, list[tuple[str, bool]]] = {code: [] for code in ALWAYS}
    shown: dict[str, list[tuple[str, bool]]] = {}
    for row, judgement in zip(rows, said, strict=True):
        if row.basis == _WRITTEN:
            continue
        if row.rel == 2:
            for code in dict.fromkeys(row.place or ()):
                placed.setdefault(code, []).append((row.event, judgement.relevant))
        if row.rel != 1 and judgement.relevant and (home := home_of(row)):
            shown.setdefault(home, []).append((row.event, row.rel == 2))
    others = sorted(placed.keys() - set(ALWAYS), key=lambda code: (-len(placed[code]), code))
    return {code: _figures(placed[code], shown.get(code, ())) for code in (*ALWAYS, *others)}


def _figures(
    placed: Sequence[tuple[str, bool]], shown: Sequence[tuple[str, bool]]
) -> dict[str, Any]:
    stories = _stories(placed)
    measured = stories >= MEASURED_FROM
    return {
        "n": len(placed),
        "stories": stories,
        "found": sum(hit for _, hit in placed),
        **_share("recall", placed if measured else ()),
        "shown": len(shown),
        "right": sum(hit for _, hit in shown),
        **_share("precision", shown if measured and _stories(shown) >= MEASURED_FROM else ()),
    }


def _share(name: str, rows: Sequence[tuple[str, bool]]) -> Mapping[str, Any]:
    """Return a share and its interval; articles of one story are one trial, as they go together."""
    if not rows:
        return {name: None, f"{name}_interval": None}
    share = sum(hit for _, hit in rows) / len(rows)
    interval = [round(end, 4) for end in wilson(share, _stories(rows))]
    return {name: round(share, 4), f"{name}_interval": interval}


def _stories(rows: Sequence[tuple[str, bool]]) -> int:
    return len({event for event, _ in rows})
