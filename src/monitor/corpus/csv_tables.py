"""CSV: a wide table with one row an article, and tidy ones of what an article has several of.

`articles.csv` is for spreadsheets; `tags.csv`, `findings.csv`, `scorecard.csv` and `reviews.csv`
have the article's `id` first and join to it, and so has `ctdc.csv`, the tags in the variables of
CTDC's codebook, with `ctdc_limits.json` beside it. Cells are as `cells.py` writes them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from monitor.corpus.cells import MARK, count_surrogates, guarded_line
from monitor.corpus.crosswalk import EXPERIMENTAL, LIMITS, ctdc_columns, ctdc_row, limits_json
from monitor.corpus.k_anonymity import YEAR
from monitor.countries import alpha_3
from monitor.types import SEVERITIES, TextDegree

Row = dict[str, Any]

_PLACED = ("field", "start", "end", "match")
TIDY: Mapping[str, tuple[str, ...]] = {
    "tags": ("id", "tag", "scheme", "label", "alpha3", "role", "score", "experimental", *_PLACED),
    "findings": (
        *("id", "finding", "rule", "guideline", "severity", "confidence", "principle", "scope"),
        *_PLACED,
        *("quoted", "message", "why", "suggestions"),
    ),
    "scorecard": ("id", "item", "guideline", "met", "reason", *_PLACED),
    "ctdc": ("id", *ctdc_columns(), EXPERIMENTAL),
    "reviews": (*("id", "review", "reviewer", "verdict", "at", "provisional", "scheme", "label"),),
}
"""The tidy tables and their columns: a row for each span of a tag, finding or scorecard item, one
without a place where there is none; of a review a row for each label."""


def columns(text: TextDegree) -> list[str]:
    """Return the names of the wide table's columns, in order."""
    first = ["id", "url", "title", "outlet", "language", "published", "published_in"]
    first += ["seen", "sha256"]
    judged = ["relevance", "relevant", "borderline", "not_judged", "tags"]
    counts = [f"findings_{severity}" for severity in SEVERITIES]
    listed = ["authors", "categories", "enclosures", "findings_confidence"]
    listed += ["mining", "mining_policy", "expired", YEAR]
    more = [
        "places",
        "places_alpha3",
        "flow_region",
        "flow_bodies",
        "experimental",
        "decided",
        "judged_relevant",
        "judged_borderline",
        "judged_tags",
        "story",
        "reviews",
        "versions",
    ]
    more += ["feed", "origin", "fetched", "import", "title_length", "text_length"]
    return [
        *first,
        *(["text"] if text == "full" else []),
        *judged,
        *counts,
        "stamps",
        *listed,
        *more,
    ]


def open_writer(folder: Path, text: TextDegree) -> TableWriter:
    """Return a writer of `articles.csv` and the tidy tables beside it."""
    return TableWriter(folder, text)


class TableWriter:
    """Writes a row for each article, and its rows of the tidy tables; counts the `rows` of each."""

    def __init__(self, folder: Path, text: TextDegree) -> None:
        self._columns: dict[str, Sequence[str]] = {"articles": columns(text), **TIDY}
        self.files = [folder / f"{name}.csv" for name in self._columns]
        self.lost: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self._open: dict[str, TextIO] = {}
        for path in self.files:
            file = path.open("x", encoding="utf-8", newline="")
            self._open[path.stem] = file
            file.write(MARK + guarded_line(self._columns[path.stem]))
        limits = folder / LIMITS
        limits.write_text(limits_json(), encoding="utf-8")
        self.files.append(limits)

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        self._put("articles", [wide_row(values)])
        for name, rows in tidy_rows(values).items():
            self._put(name, rows)
        self.lost.update(_lost(values))

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self.lost = +self.lost

    def _put(self, name: str, rows: Iterable[Row]) -> None:
        for row in rows:
            cells = [row.get(column) for column in self._columns[name]]
            self._open[name].write(guarded_line(cells))
            self.rows[name] += 1
            self.lost["lone_surrogates"] += count_surrogates(cells)


def wide_row(values: Mapping[str, Any]) -> Row:
    """Return an article's row of the wide table; lists are joined."""
    findings = values["findings"]
    known = [one["confidence"] for one in findings if one["confidence"] is not None]
    places = dict.fromkeys(tag["label"] for tag in values["tags"] if tag["scheme"] == "place")
    provenance = values["provenance"]
    severities = Counter(one["severity"] for one in findings)
    judged = values["judged"] or values
    return {
        **values,
        "decided": values["judged"] is not None,
        "judged_relevant": judged["relevant"],
        "judged_borderline": judged["borderline"],
        "judged_tags": ";".join(map(_label, judged["tags"])),
        "tags": ";".join(map(_label, values["tags"])),
        **{f"findings_{name}": severities[name] for name in SEVERITIES},
        "findings_confidence": max(known, default=None),
        "stamps": ";".join(values["stamps"]),
        "authors": "; ".join(values["authors"]),
        "categories": "; ".join(values["categories"]),
        "enclosures": " ".join(one["url"] for one in values["enclosures"]),
        "places": ";".join(places),
        "places_alpha3": ";".join(map(alpha_3, places)),
        "flow_region": values["flow_region"]["kind"],
        "flow_bodies": ";".join(values["flow_region"]["bodies"]),
        "reviews": len(values["reviews"]),
        "versions": len(values["versions"]),
        "feed": provenance["feed"],
        "origin": provenance["origin"],
        "fetched": provenance["fetched"],
        "import": _json(provenance["import"]) if "import" in provenance else None,
        "title_length": values["length"]["title"],
        "text_length": values["length"]["text"],
    }


def tidy_rows(values: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Return an article's rows of each tidy table."""
    key = {"id": values["id"]}
    return {
        "tags": [
            {**key, "tag": number, "experimental": False, **tag, "alpha3": _alpha_3_of(tag), **span}
            for number, tag in enumerate(values["tags"])
            for span in tag["evidence"] or [{}]
        ],
        "findings": [
            {**key, "finding": number, **one, "suggestions": _json(one.get("suggestions"))}
            for number, one in enumerate(values["findings"])
        ],
        "scorecard": [
            {**key, **item, **span}
            for item in values["scorecard"]
            for span in item["evidence"] or [{}]
        ],
        "ctdc": [{**key, **ctdc_row(values)}],
        "reviews": [
            {**key, "review": number, **review, "scheme": scheme, "label": label}
            for number, review in enumerate(values["reviews"])
            for scheme, label in _labels(review["tags"])
        ],
    }


def _labels(tags: Mapping[str, Sequence[str]]) -> Iterator[tuple[str | None, str | None]]:
    """Yield what a review says; a scheme that was looked at and has no label stands alone."""
    if not tags:
        yield None, None
    for scheme, labels in tags.items():
        yield from ((scheme, label) for label in labels)
        if not labels:
            yield scheme, None


def _lost(values: Mapping[str, Any]) -> dict[str, int]:
    """Return what of an article no table has."""
    names = [*values["authors"], *values["categories"]]
    return {
        "finding_sources": sum(len(one["sources"]) for one in values["findings"]),
        "enclosure_types": sum(bool(one["type"]) for one in values["enclosures"]),
        "version_hashes": len(values["versions"]),
        "separators_in_names": sum("; " in name for name in names),
    }


def _label(tag: Mapping[str, Any]) -> str:
    return ":".join(filter(None, (tag["scheme"], tag["label"], tag.get("role"))))


def _alpha_3_of(tag: Mapping[str, Any]) -> str | None:
    return alpha_3(tag["label"]) if tag["scheme"] == "place" else None


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
