"""Annotations as tools have them: labels on stretches of one text, or on the whole article.

The tools share these names: `form-forced_labour`, `place-TH` (where the exploitation is),
`place-TH-origin`, `finding-sex-slave` (a flag, by its rule). A tag is marked where its evidence
is; one without evidence is marked on the article. So a tag holds as long as one mark of it is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.export.record import spans_of
from monitor.labels.countries import country_codes
from monitor.labels.schemes import REVIEWED_SCHEMES, SCHEMES, known_labels

FINDING = "finding"
PLACE = "place"
EXPLOITATION = "exploitation"
BETWEEN = "\n\n"
VEIL = "·"
"""Stands for a code point that is not given, so that offsets hold and nothing is told, not even
where words end."""


@dataclass(frozen=True, slots=True)
class OneText:
    """The text, where the title stands in it, and by how much spans of the field `text` move."""

    text: str
    title_span: tuple[int, int]
    shift: int

    def place(self, span: Mapping[str, Any]) -> tuple[int, int]:
        """Return where a span of either field stands, as start and end."""
        moved = self.shift if span["field"] == "text" else 0
        return span["start"] + moved, span["end"] + moved


def one_text(values: Mapping[str, Any]) -> OneText:
    """Return the text of a published record; code points."""
    title, text = (_field(values, field) for field in ("title", "text"))
    shift = len(title) + len(BETWEEN) if title else 0
    return OneText(f"{title}{BETWEEN}{text}" if title else text, (0, len(title)), shift)


def _field(values: Mapping[str, Any], field: str) -> str:
    whole: str | None = values.get(field)
    if whole is not None:
        return whole
    letters = [VEIL] * values["length"][field]
    for span in spans_of(values):
        if span["field"] == field and (words := span.get("match")):
            letters[span["start"] : span["start"] + len(words)] = words
    return "".join(letters)


@dataclass(frozen=True, slots=True)
class Annotation:
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
class AnnotationName:
    """What a mark's name says; `role` is set for places only."""

    scheme: str
    label: str
    role: str | None = None


def name_of(scheme: str, label: str, role: str | None = None) -> str:
    """Return the name of a tag's mark."""
    return "-".join((scheme, label, *([role] if role not in (None, EXPLOITATION) else [])))


def parse_name(name: str) -> AnnotationName | None:
    """Return what a name says, None where it is of no such form."""
    scheme, _, label = name.partition("-")
    if not scheme or not label:
        return None
    if scheme != PLACE:
        return AnnotationName(scheme, label)
    code, _, role = label.partition("-")
    return AnnotationName(scheme, code, role or EXPLOITATION)


def label_names() -> dict[str, tuple[str, ...]]:
    """Return the names of all that may be marked, by scheme; places where the exploitation is."""
    return {
        scheme: tuple(
            name_of(scheme, label)
            for label in (country_codes() if scheme == PLACE else known_labels(scheme))
        )
        for scheme in dict.fromkeys((*REVIEWED_SCHEMES, *SCHEMES))
    }


def all_names(used: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return all names by scheme: those that may be marked, and those that are."""
    names = {scheme: dict.fromkeys(some) for scheme, some in label_names().items()}
    for name in sorted(used):
        if named := parse_name(name):
            names.setdefault(named.scheme, {})[name] = None
    return {scheme: tuple(some) for scheme, some in names.items()}


def marks_of(values: Mapping[str, Any], shift: int = 0) -> list[Annotation]:
    """Return the marks of a record, tags first; `shift` is where its text begins in the one text.

    Evidence without words (start = end), or behind its text, is no mark: `unplaced` counts it.
    """
    marks = []
    for tag in values.get("tags") or ():
        name = name_of(tag["scheme"], tag["label"], tag.get("role"))
        found = [place for span in tag["evidence"] if (place := _place(values, span, shift))]
        places: list[tuple[int | None, int | None]] = [*found] or [(None, None)]
        marks += [Annotation(name, *place, tag["score"], tag) for place in places]
    for finding in values.get("findings") or ():
        if place := _place(values, finding, shift):
            name = name_of(FINDING, finding["rule"])
            marks.append(Annotation(name, *place, finding.get("confidence"), finding))
    return marks


def unplaced(values: Mapping[str, Any]) -> Counter[str]:
    """Count spans of a record that no tool can mark: over no word, or behind the end of a field."""
    spans = list(spans_of(values))
    return Counter(
        empty_spans=sum(span["start"] == span["end"] for span in spans),
        spans_outside_text=sum(span["end"] > values["length"][span["field"]] for span in spans),
    )


def without_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rest of a record, which goes with its one text."""
    return {key: value for key, value in values.items() if key not in ("title", "text")}


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
