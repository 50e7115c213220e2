"""What a person marks in an annotation tool: labels on stretches of one text, or on the article.

The tools share these names: `form-forced_labour`, `place-TH` (where the exploitation is),
`place-TH-origin`, `finding-sex-slave` (a flag, by its rule). A tag is marked where its evidence
is; one without evidence is marked on the article. So a tag holds as long as one mark of it is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.corpus.record import spans_of
from monitor.countries import country_codes
from monitor.entities import ENTITY_SCHEMES, known_entities
from monitor.labels import SCHEMES
from monitor.types import INDICATORS

FINDING = "finding"
PLACE = "place"
EXPLOITATION = "exploitation"


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on [start, end) of the one text, in code points; both None: on the article.

    `score` is a tag's score or a finding's confidence; `about` is the tag or the finding.
    """

    name: str
    start: int | None
    end: int | None
    score: float | None
    about: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Whether it is on the article, not on words of it."""
        return self.start is None


@dataclass(frozen=True, slots=True)
class Named:
    """What a mark's name says; `role` is set for places only."""

    scheme: str
    label: str
    role: str | None = None


def name_of(scheme: str, label: str, role: str | None = None) -> str:
    """Return the name of a tag's mark."""
    return "-".join((scheme, label, *([role] if role not in (None, EXPLOITATION) else [])))


def parse_name(name: str) -> Named | None:
    """Return what a name says, None where it is of no such form."""
    scheme, _, label = name.partition("-")
    if not scheme or not label:
        return None
    if scheme != PLACE:
        return Named(scheme, label)
    code, _, role = label.partition("-")
    return Named(scheme, code, role or EXPLOITATION)


def label_names() -> dict[str, tuple[str, ...]]:
    """Return the names of all that may be marked, by scheme; places where the exploitation is."""
    listed: dict[str, Iterable[str]] = {one: known_entities(one) for one in ENTITY_SCHEMES}
    known: dict[str, Iterable[str]] = {
        **SCHEMES,
        **listed,
        PLACE: country_codes(),
        "indicator": INDICATORS,
    }
    return {
        scheme: tuple(name_of(scheme, label) for label in labels)
        for scheme, labels in known.items()
    }


def all_names(used: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return all names by scheme: those that may be marked, and those that are."""
    names = {scheme: dict.fromkeys(some) for scheme, some in label_names().items()}
    for name in sorted(used):
        named = parse_name(name)
        if named:
            names.setdefault(named.scheme, {})[name] = None
    return {scheme: tuple(some) for scheme, some in names.items()}


def marks_of(values: Mapping[str, Any], shift: int = 0) -> list[Mark]:
    """Return the marks of a record, tags first; `shift` is where its text begins in the one text.

    Evidence without words (start = end), or behind its text, is no mark: see the counts below.
    """
    return [*_tag_marks(values, shift), *_finding_marks(values, shift)]


def count_empty(values: Mapping[str, Any]) -> int:
    """Return how many spans of a record are over no word."""
    return sum(span["start"] == span["end"] for span in spans_of(values))


def count_outside(values: Mapping[str, Any]) -> int:
    """Return how many spans of a record end behind the field that they are of."""
    return sum(span["end"] > values["length"][span["field"]] for span in spans_of(values))


def _tag_marks(values: Mapping[str, Any], shift: int) -> Iterator[Mark]:
    for tag in values.get("tags") or ():
        name = name_of(tag["scheme"], tag["label"], tag.get("role"))
        places = [place for span in tag["evidence"] if (place := _place(values, span, shift))]
        for start, end in places:
            yield Mark(name, start, end, tag["score"], tag)
        if not places:
            yield Mark(name, None, None, tag["score"], tag)


def _finding_marks(values: Mapping[str, Any], shift: int) -> Iterator[Mark]:
    for finding in values.get("findings") or ():
        place = _place(values, finding, shift)
        if place:
            name = name_of(FINDING, finding["rule"])
            yield Mark(name, *place, finding.get("confidence"), finding)


def _place(
    values: Mapping[str, Any], span: Mapping[str, Any], shift: int
) -> tuple[int, int] | None:
    if span["end"] > values["length"][span["field"]]:
        return None  # a store's row may be wrong: no reason to give no export
    moved = shift if span["field"] == "text" else 0
    start, end = span["start"] + moved, span["end"] + moved
    return (start, end) if start < end else None


def relevance_word(values: Mapping[str, Any]) -> str | None:
    """Return how relevant a record says its article is, in a reviewer's word; None: not judged."""
    if values.get("relevant") is None:
        return None
    if values["relevant"]:
        return "relevant"
    return "borderline" if values.get("borderline") else "not_relevant"


def count_lost(values: Mapping[str, Any], carried: Iterable[str]) -> Counter[str]:
    """Count what is in a record and under none of the `carried` keys: entries, or 1 for a value."""
    lost: Counter[str] = Counter()
    for key in values.keys() - set(carried):
        value = values[key]
        if value not in (None, False, "", [], {}):
            lost[key] += len(value) if isinstance(value, list) else 1
    return lost
