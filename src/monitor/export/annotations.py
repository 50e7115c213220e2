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


def one_text(values: Mapping[str, Any]) -> str:
    """Return title and text of a published record as one."""
    whole = []
    for name in ("title", "text"):
        letters = values.get(name)
        if letters is None:
            letters = [VEIL] * values["length"][name]
            for span in spans_of(values):
                if span["field"] == name and (words := span.get("match")):
                    letters[span["start"] : span["start"] + len(words)] = words
        whole.append("".join(letters))
    title, text = whole
    return f"{title}{BETWEEN}{text}" if title else str(text)


def shift_of(values: Mapping[str, Any]) -> int:
    """Return where the text begins in the one text of a record, in code points."""
    title = int(values["length"]["title"] or 0)
    return title + len(BETWEEN) if title else 0


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


def all_names(used: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return by scheme the names that may be marked (of places, exploitation), and those used."""
    names: dict[str, dict[str, None]] = {}
    for scheme in dict.fromkeys((*REVIEWED_SCHEMES, *SCHEMES)):
        labels = country_codes() if scheme == PLACE else known_labels(scheme)
        names[scheme] = dict.fromkeys(name_of(scheme, label) for label in labels)
    for name in sorted(used):
        if named := parse_name(name):
            names.setdefault(named.scheme, {})[name] = None
    return {scheme: tuple(some) for scheme, some in names.items()}


def marks_of(values: Mapping[str, Any]) -> list[Annotation]:
    """Return the marks of a record in its one text, tags first.

    Evidence without words (start = end), or behind its text, is no mark: `unplaced` counts it.
    """
    said = [
        (name_of(tag["scheme"], tag["label"], tag.get("role")), tag["evidence"], tag["score"], tag)
        for tag in values.get("tags") or ()
    ]
    said += [
        (name_of(FINDING, one["rule"]), [one], one.get("confidence"), one)
        for one in values.get("findings") or ()
    ]
    moved = {"title": 0, "text": shift_of(values)}
    marks = []
    for name, spans, score, about in said:
        places: list[tuple[int | None, int | None]] = []
        for span in spans:
            # a store's row may be wrong: no reason to give no export
            if span["start"] < span["end"] <= values["length"][span["field"]]:
                by = moved[span["field"]]
                places.append((span["start"] + by, span["end"] + by))
        if not places and not name.startswith(f"{FINDING}-"):
            places = [(None, None)]
        marks += [Annotation(name, *place, score, about) for place in places]
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


def relevance_word(values: Mapping[str, Any]) -> str | None:
    """Return how relevant a record says its article is, in a reviewer's word; None: not judged."""
    if values.get("relevant") is None:
        return None
    if values["relevant"]:
        return "relevant"
    return "borderline" if values.get("borderline") else "not_relevant"
