"""Highlighted text: a text in pieces, with its marks and without its hidden words.

Offsets are code points of the text as it is stored, half open. Where marks overlap, each piece has
all that cover it; a hidden stretch is one piece without a word, whatever marks begin inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.records.article import Article
from monitor.records.finding import FieldName, Finding, Span
from monitor.records.hidden_names import Shown
from monitor.text.positions import Stretch

_BREAK = re.compile(r"\n[ \t\r]*\n\s*")  # between two paragraphs; it belongs to the one before


@dataclass(frozen=True, slots=True, order=True)
class TextMark:
    """A stretch that shows something. `kind` is a class of style sheets, `note` says what it is."""

    start: int
    end: int
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Words that have the same marks, or none where they are `hidden`."""

    text: str
    marks: tuple[TextMark, ...] = ()
    hidden: bool = False

    @property
    def kinds(self) -> str:
        """The kinds of its marks, each once, as a class attribute has them."""
        return " ".join(dict.fromkeys(mark.kind for mark in self.marks))

    @property
    def notes(self) -> str:
        """What its marks say, each once."""
        return "; ".join(dict.fromkeys(mark.note for mark in self.marks if mark.note))


Paragraph = tuple[TextPiece, ...]
Stretches = Iterable[Stretch]


def paragraphs_of(
    text: str, *, hidden: Stretches = (), marks: Iterable[TextMark] = ()
) -> tuple[Paragraph, ...]:
    """Return a text in paragraphs of pieces; what of `hidden` and `marks` lies outside is left."""
    taken: list[Stretch] = []
    for start, end in sorted((max(a, 0), min(b, len(text))) for a, b in hidden):
        if start < end and taken and start <= taken[-1][1]:  # those that touch are one
            taken[-1] = taken[-1][0], max(taken[-1][1], end)
        elif start < end:
            taken.append((start, end))
    ends = [found.end() for found in _BREAK.finditer(text) if found.end() < len(text)]
    borders = [0, *ends, len(text)]
    kept = sorted(mark for mark in marks if max(mark.start, 0) < min(mark.end, len(text)))
    ways = pairwise(borders)
    return tuple(_pieces(text, low, high, taken, kept) for low, high in ways if low < high)


def pieces_of(text: str, *, hidden: Stretches = (), marks: Iterable[TextMark] = ()) -> Paragraph:
    """Return a text in pieces that are no paragraphs, such as a headline."""
    return tuple(p for one in paragraphs_of(text, hidden=hidden, marks=marks) for p in one)


def stretch_of(
    source: str, start: int, end: int, hidden: Stretches, hits: Stretches = ()
) -> Paragraph:
    """Return a stretch of a field in pieces; `hidden` and `hits` are places of the whole field."""
    return pieces_of(
        source[start:end],
        hidden=[(a - start, b - start) for a, b in hidden],
        marks=[TextMark(a - start, b - start, "hit") for a, b in hits],
    )


def quote_of(span: Span | Finding, article: Article, shown: Shown) -> Paragraph:
    """Return a stretch of an article in pieces."""
    source = article.title if span.field == "title" else article.text
    return stretch_of(source, span.start, span.end, shown.hidden(span.field))


def marked_article(
    article: Article, shown: Shown, marks: Iterable[tuple[FieldName, TextMark]]
) -> tuple[Paragraph, tuple[Paragraph, ...]]:
    """Return an article's headline and text in pieces; none where nothing may be shown."""
    if shown.withheld:
        return (), ()
    own: dict[str, list[TextMark]] = {"title": [], "text": []}
    for field, mark in marks:
        own[field].append(mark)
    title = pieces_of(article.title, hidden=shown.hidden("title"), marks=own["title"])
    return title, paragraphs_of(article.text, hidden=shown.hidden("text"), marks=own["text"])


def _pieces(
    text: str, low: int, high: int, taken: Sequence[Stretch], marks: Sequence[TextMark]
) -> Paragraph:
    """Cut the stretch from `low` to `high` at every border of marks and hidden stretches."""
    inside = [(max(a, low), min(b, high)) for a, b in taken if a < high and b > low]
    here = [mark for mark in marks if mark.start < high and mark.end > low]
    cuts = {low, high, *(place for stretch in inside for place in stretch)}
    marked = (place for mark in here for place in (mark.start, mark.end))
    cuts |= {at for at in marked if low < at < high and not any(a < at < b for a, b in inside)}
    places, gone = sorted(cuts), set(inside)
    return tuple(
        TextPiece(
            "" if (a, b) in gone else text[a:b],
            tuple(mark for mark in here if mark.start < b and mark.end > a),
            (a, b) in gone,
        )
        for a, b in pairwise(places)
    )
