"""CSV: a wide table with one row an article, and tidy ones of what an article has several of.

`articles.csv` is for spreadsheets; the others have the article's `id` first and join to it.
`ctdc.csv` has the tags in the variables of CTDC's codebook, `ctdc_limits.json` what these cannot
say: a row is an article, not a person.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from monitor.export.columns import Column, Kind, TextDegree, keys_of
from monitor.export.export_facts import Writer
from monitor.labels.countries import alpha_3
from monitor.records.finding import SEVERITIES
from monitor.text.safe_text import MARK, count_surrogates, guarded_line

LIMITS = "ctdc_limits.json"
NULL = "NULL"  # not recorded, as CTDC writes it; never "no"
EXPERIMENTAL = "experimental_variables"
"""The column beside the variables that names those which only experimental tags fill."""
_GENDERS = {"female": "Woman", "male": "Man"}
_AGES = ("child", "adult")
_PLACE = {
    "field": "Where it stands: title or text.",
    "start": "First code point of the field, from 0.",
    "end": "Code point behind the last.",
    "match": "The words there, where they are given.",
}
_UNMEASURED = "There were too few examples to measure this."
_WORDS: Mapping[str, Mapping[str, str]] = {
    "": {
        "stamps": "Who judged, separated by ;.",
        "authors": "The byline, separated by ; and a blank.",
        "categories": "As the feed has them, separated by ; and a blank.",
        "enclosures": "Addresses of files, separated by blanks.",
        "experimental": _UNMEASURED,
    },
    "tag": {
        "scheme": "What the label is of: form, response, place and so on.",
        "label": "The label.",
        "role": "Of places: exploitation, origin, transit, mentioned.",
        "score": "How sure the model is, 0 to 1; 1 where a person decided it.",
        "experimental": _UNMEASURED,
    },
    "span": _PLACE,
    "finding": {
        **_PLACE,
        "guideline": "The guideline's id.",
        "severity": "error, warning or suggestion.",
        "confidence": "Share of such findings that editors mark; empty: not known.",
        "principle": "The principle the rule serves.",
        "scope": "headline, body or caption.",
        "quoted": "no, attributed or scare.",
        "message": "What is wrong.",
        "why": "Why.",
        "suggestions": "Better words, as JSON.",
    },
    "scorecardItem": {
        "item": "The good practice.",
        "guideline": "The guideline's id.",
        "met": "Whether it is there; empty: cannot be told.",
        "reason": "Why it is met, not met or cannot be told.",
    },
    "review": {
        "reviewer": "Who said it.",
        "verdict": "relevant, borderline or not_relevant.",
        "at": "When it was said.",
        "provisional": "A reviewer has not confirmed it yet.",
    },
    "provenance": {
        "feed": "The feed that brought this version.",
        "origin": "Where the text came from: feed, page, summary.",
        "fetched": "When this version came in.",
        "import": "How it was imported, as JSON; empty where a feed brought it.",
    },
}
"""What keys mean where a table has them otherwise than the record."""


def _as_declared(of: str, *names: str) -> tuple[Column, ...]:
    """Return keys of an object as columns, all that a cell can have where none are named."""
    keys, words = keys_of(of), _WORDS[of]
    wanted = names or [name for name in keys if name not in ("evidence", "sources", "tags")]
    kinds: dict[str, Kind] = {"list": "text", "object": "text"}
    return tuple(
        Column(name, kinds.get(keys[name].kind, keys[name].kind), words.get(name, keys[name].words))
        for name in wanted
    )


def _columns(kind: Kind, **words: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind, said) for name, said in words.items())


@cache
def ctdc_crosswalk() -> Mapping[str, Any]:
    """Return what a row of `ctdc.csv` is, and of each variable where it is from and cannot say."""
    return dict(json.loads(Path(__file__).with_name("crosswalk.json").read_text(encoding="utf-8")))


_ID = _as_declared("", "id")
WIDE: tuple[Column, ...] = (
    *_as_declared(
        "",
        *("id", "url", "title", "outlet", "language", "published", "published_in", "seen"),
        *("sha256", "text", "relevance", "relevant", "borderline", "not_judged"),
    ),
    *_columns("text", tags="Labels as scheme:label[:role], separated by ;."),
    *_columns(
        "integer", **{f"findings_{one}": f"Findings of severity {one}." for one in SEVERITIES}
    ),
    *_as_declared("", "stamps", "authors", "categories", "enclosures"),
    *_columns(
        "number", findings_confidence="The highest confidence of a finding; empty: not known."
    ),
    *_as_declared("", "mining", "mining_policy", "expired", "withheld_year"),
    *_columns(
        "text",
        places="Countries (ISO 3166-1 alpha-2), separated by ;.",
        places_alpha3="The same countries (alpha-3).",
    ),
    *_as_declared("", "flow_region"),
    *_columns("text", flow_bodies="Regional bodies that all of them were members of then."),
    *_as_declared("", "experimental"),
    *_columns(
        "boolean",
        decided="Whether people decided: relevant, borderline and tags are their word.",
        judged_relevant="What the model said, whatever people decided.",
        judged_borderline="What the model said, whatever people decided.",
    ),
    *_columns("text", judged_tags="The taggers' labels, whatever people decided; as tags."),
    *_as_declared("", "story"),
    *_columns(
        "integer",
        reviews="How many reviews of this version stand.",
        versions="How many texts the article has had.",
    ),
    *_as_declared("provenance", "feed", "origin", "fetched", "import"),
    *_columns(
        "integer",
        title_length="Code points of the headline.",
        text_length="Code points of the text.",
    ),
)
"""The columns of the wide table; `text` is there only where whole texts are given."""
TIDY: Mapping[str, tuple[Column, ...]] = {
    "tags": (
        *_ID,
        *_columns(
            "integer", tag="Which tag of the article, from 0: rows of one tag are its places."
        ),
        *_as_declared("tag", "scheme", "label"),
        *_columns("text", alpha3="The country (ISO 3166-1 alpha-3), of places."),
        *_as_declared("tag", "role", "score", "experimental"),
        *_as_declared("span"),
    ),
    "findings": (
        *_ID,
        *_columns("integer", finding="Which finding of the article, from 0."),
        *_as_declared("finding"),
    ),
    "scorecard": (*_ID, *_as_declared("scorecardItem"), *_as_declared("span")),
    "ctdc": (
        *_ID,
        *(
            Column(one["name"], "text", f"A variable of CTDC. {one['cannot']}")
            for one in ctdc_crosswalk()["variables"]
        ),
        *_columns("text", **{EXPERIMENTAL: "CTDC's variables that only experimental tags fill."}),
    ),
    "reviews": (
        *_ID,
        *_columns("integer", review="Which review of the article, from 0."),
        *_as_declared("review"),
        *_as_declared("tag", "scheme", "label"),
    ),
}
"""The tidy tables and their columns: a row for each span of a tag, finding or scorecard item, one
without a place where there is none; of a review a row for each label."""


class TableWriter(Writer):
    """Writes `articles.csv`, a row for each article, and its rows of the tidy tables beside it."""

    def __init__(self, folder: Path, text: TextDegree) -> None:
        super().__init__(folder)
        self._open: dict[str, TextIO] = {}
        wide = tuple(one for one in WIDE if text == "full" or one.name != "text")
        for name, columns in {"articles": wide, **TIDY}.items():
            path = folder / f"{name}.csv"
            self.files.append(path)
            self.tables[path.name] = columns
            self._open[name] = path.open("x", encoding="utf-8", newline="")
            self._open[name].write(MARK + guarded_line(one.name for one in columns))
        told = json.dumps(ctdc_crosswalk(), ensure_ascii=False, indent=1)
        self.files.append(folder / LIMITS)
        self.files[-1].write_text(f"{told}\n", encoding="utf-8")

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        for name, rows in {"articles": [wide_row(values)], **tidy_rows(values)}.items():
            for row in rows:
                cells = [row.get(column.name) for column in self.tables[f"{name}.csv"]]
                self._open[name].write(guarded_line(cells))
                self.lost["lone_surrogates"] += count_surrogates(cells)
            self.rows[f"{name}.csv"] += len(rows)
        names = [*values["authors"], *values["categories"]]
        self.lost.update(  # what no table has
            finding_sources=sum(len(one["sources"]) for one in values["findings"]),
            enclosure_types=sum(bool(one["type"]) for one in values["enclosures"]),
            version_hashes=len(values["versions"]),
            separators_in_names=sum("; " in name for name in names),
        )

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        super().close()


def wide_row(values: Mapping[str, Any]) -> dict[str, Any]:
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
        **provenance,
        "import": _json(provenance.get("import")),
        "title_length": values["length"]["title"],
        "text_length": values["length"]["text"],
    }


def tidy_rows(values: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return an article's rows of each tidy table."""
    key = {"id": values["id"]}
    return {
        "tags": [
            {**key, "tag": number, "experimental": False, **tag}
            | {"alpha3": alpha_3(tag["label"]) if tag["scheme"] == "place" else None, **span}
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
            # a scheme that was looked at and has no label stands alone
            for scheme, labels in review["tags"].items() or [(None, ())]
            for label in labels or [None]
        ],
    }


def _label(tag: Mapping[str, Any]) -> str:
    return ":".join(filter(None, (tag["scheme"], tag["label"], tag.get("role"))))


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def ctdc_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's tags in the variables: 1, a word, or `NULL` where it is not recorded.

    `values` is a record as it is published, or any object with `tags`. Experimental tags, of which
    it was not measured how often they are right, fill only what the others leave open, and the
    variables that they fill are named.
    """
    sure = [tag for tag in values["tags"] if not tag.get("experimental")]
    row: dict[str, Any] = {}
    unmeasured = []
    for variable in ctdc_crosswalk()["variables"]:
        name = variable["name"]
        row[name] = _variable(sure, variable)
        if not row[name] and (filled := _variable(values["tags"], variable)):
            row[name] = filled
            unmeasured.append(name)
    row[EXPERIMENTAL] = ";".join(unmeasured)
    return {name: value or NULL for name, value in row.items()}


def _variable(tags: Iterable[Mapping[str, Any]], variable: Mapping[str, Any]) -> int | str:
    """Return what tags say of a variable, 0 or "" where that is nothing."""
    labels = {f"{tag['scheme']}:{tag['label']}" for tag in tags}

    def only(scheme: str) -> str:
        """Return the label of a scheme that has one."""
        found = [one.removeprefix(scheme) for one in labels if one.startswith(scheme)]
        return found[0] if len(found) == 1 else ""

    match variable["kind"]:
        case "flag":
            return int(not labels.isdisjoint(variable["labels"]))
        case "gender":
            return _GENDERS.get(only("gender:"), "")
        case "age":
            return only("victim:") if only("victim:") in _AGES else ""
        case "countries":
            there = (tag for tag in tags if tag["scheme"] == "place")
            exploited = {alpha_3(t["label"]) for t in there if t.get("role") == "exploitation"}
            return ";".join(sorted(filter(None, exploited)))
    return ""


open_writer = TableWriter
