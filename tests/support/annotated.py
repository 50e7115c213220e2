"""Published records with hostile texts and spans, and readers of what annotation tools are given.

`read_brat` follows brat's own server (`annotation.py` of github.com/nlplab/brat): texts with
universal line breaks, standoff files broken where Python's `splitlines` breaks, offsets in code
points, and a span's words must be those of its pieces joined by a space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.records.article import AssessedArticle, Review
from monitor.records.article_record import FullRecord
from monitor.records.finding import Citation, Finding, ScorecardItem, Span
from monitor.records.tag import Tag

PIECES = st.sampled_from(
    [
        *("word", " ", "  ", "\n", "\r\n", "\r", "\t", "\n\n", ". ", "don't", "U.S."),
        *("😀", "👩‍👩‍👧", "🇬🇭", "e\u0301", "ก็", "שלום", "مرحبا", "\u202e", "𞤀𞤣", "\u2028", "\x85"),
        *("\ufeff", "\x0b", "·", "█", "T1\tx", "<b>&", '"', "\\n", "\u00a0", "‍"),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@st.composite
def spans(draw: Any, title: str, text: str) -> Span:
    """A span of either field; it may be empty."""
    field_ = draw(st.sampled_from([name for name, of in (("title", title), ("text", text)) if of]))
    whole = title if field_ == "title" else text
    start = draw(st.integers(0, len(whole)))
    return Span(field_, start, draw(st.integers(start, len(whole))))


@st.composite
def articles(draw: Any) -> AssessedArticle:
    """An article with overlapping, empty and nested spans, or without any text."""
    title, text = draw(TEXTS), draw(TEXTS)
    some = spans(title, text) if title or text else st.nothing()
    tags = []
    for scheme, label, role in (
        ("form", "forced_labour", None),
        ("form", "other", None),
        ("place", "TH", "exploitation"),
        ("place", "TH", "origin"),
        ("victim", "adult", None),
        ("indicator", "isolation", None),
    ):
        if draw(st.booleans()):
            evidence = draw(st.lists(some, max_size=3)) if title or text else []
            tags.append(Tag(scheme, label, 0.75, tuple(evidence), role))
    found = draw(st.lists(some, max_size=3)) if title or text else []
    fields = {"title": title, "text": text}
    findings = tuple(
        Finding(
            rule="sex-slave",
            severity="warning",
            principle="dignity",
            scope="body",
            field=span.field,
            start=span.start,
            end=span.end,
            match=fields[span.field][span.start : span.end],
            quoted="no",
            message="Say\twhat\nhappened.",
            why="It is so.",
            suggestions=("people",),
            sources=(Citation("A guide", "1", "https://guide.example/"),),
            guideline="thb-en",
        )
        for span in dict.fromkeys(found)
    )
    item = ScorecardItem("no-helpline", False, "none", tuple(found[:1]), guideline="thb-en")
    return assessed(title, text, tags=tuple(tags), findings=findings, scorecard=(item,))


def assessed(title: str, text: str, **judged: Any) -> AssessedArticle:
    """An article with what is said of it."""
    from digest_samples import article

    return article("a1", title, text, **judged)


def published(one: AssessedArticle, degree: Any = "full") -> dict[str, Any]:
    """The record as it is given away to those who may have all of it."""
    reviews = (Review("a1", "0" * 64, "Ama", "relevant", {"form": ("other",), "response": ()}),)
    record = canonical(FullRecord(one, reviews=reviews))
    return publish(record, PublicationPolicy(text=degree, restricted=True)).values


@dataclass
class BratDocument:
    """What brat's server reads of a document."""

    text: str
    spans: dict[str, tuple[str, list[tuple[int, int]]]] = field(default_factory=dict)
    attributes: list[tuple[str, str, str | None]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


_TYPE = re.compile(r"[A-Za-z0-9_-]+")


def read_brat(path: Path) -> BratDocument:
    """Read a document by the path of its standoff file; what brat refuses is an assertion."""
    text = path.with_suffix(".txt").read_text(encoding="utf-8")
    document = BratDocument(text)
    ids = set()
    for line in path.read_bytes().decode("utf-8").splitlines():
        id_, data, *tail = line.split("\t", 2)
        assert re.fullmatch(r"[TA#][1-9]\d*", id_), line
        assert id_ not in ids, line
        ids.add(id_)
        if id_[0] == "T":
            name, places = data.split(" ", 1)
            pairs = [tuple(map(int, pair.split(" "))) for pair in places.split(";")]
            assert _TYPE.fullmatch(name), line
            for n, (start, end) in enumerate(pairs):
                assert 0 <= start < end <= len(text), line
                assert n == 0 or start >= pairs[n - 1][1], line
            assert tail == [" ".join(text[start:end] for start, end in pairs)], line
            document.spans[id_] = (name, pairs)
        elif id_[0] == "A":
            name, target, *value = data.split(" ")
            assert target in document.spans, line
            document.attributes.append((name, target, value[0] if value else None))
        else:
            kind, target = data.split(" ")
            assert (kind, target in document.spans) == ("AnnotatorNotes", True), line
            document.notes.append((target, tail[0]))
    return document


def marks_on_words(values: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Return what the record marks in the one text, told from the record alone."""
    title = values["length"]["title"]
    shift = title + 2 if title else 0
    found = []
    for tag in values["tags"]:
        role = "" if tag.get("role") in (None, "exploitation") else f"-{tag['role']}"
        found += [(f"{tag['scheme']}-{tag['label']}{role}", span) for span in tag["evidence"]]
    found += [(f"finding-{one['rule']}", one) for one in values["findings"]]
    moved = ((name, s, shift if s["field"] == "text" else 0) for name, s in found)
    return [
        (name, span["start"] + by, span["end"] + by)
        for name, span, by in moved
        if span["start"] < span["end"]
    ]
