"""Made-up records with everything in them that is hard to carry, for property tests of exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from monitor.records.article import Article, AssessedArticle, Enclosure, Import, Place, Review
from monitor.records.article_record import FullRecord, Provenance, Version
from monitor.records.finding import Citation, FieldName, Finding, ScorecardItem, Span
from monitor.records.hidden_names import Shown
from monitor.records.json_shapes import import_json
from monitor.records.tag import Tag

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
FILE = Import("f1", "=old, 2.jsonl", "1" * 64, "jsonl", NOON, "ruth")
IMPORTED = import_json(FILE, Place(3, "é", NOON))

# Emoji of several code points, letters with marks of their own, right to left, lines' ends.
ODD = st.sampled_from(
    [
        *("👩‍👩‍👧 seen", "e\u0301te\u0301", "\u0e01\u0e33\u0e25", "שלום עליכם", "مرحبا\u200f!"),
        *("a\r\nb\rc\n\nd", "=1+1", "'=1", "-x", "\u2028\u2029\x85", "\ufeff", "𝒳𝒴", ";", "; "),
        *("", " ", '"', '""', ",", "\t", "[]", "null", "NA"),
    ]
)
WORDS = st.lists(ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=6)
TEXTS = WORDS.map("".join).map(lambda text: text.replace("\x00", ""))
NAMES = st.sampled_from(["Ama Test", "B; C", "=D", "Ö"])


@st.composite
def _spans(draw: st.DrawFn, lengths: dict[FieldName, int]) -> Span:
    fields: list[FieldName] = [name for name, length in lengths.items() if length]
    field = draw(st.sampled_from(fields))
    start = draw(st.integers(0, lengths[field] - 1))
    return Span(field, start, draw(st.integers(start + 1, lengths[field])))


@st.composite
def _recorded(draw: st.DrawFn) -> FullRecord:
    title, text = draw(TEXTS), draw(TEXTS)
    fields: dict[FieldName, str] = {"title": title, "text": text}
    lengths: dict[FieldName, int] = {name: len(words) for name, words in fields.items()}
    some = st.lists(_spans(lengths), max_size=4) if title or text else st.just([])
    tags = [
        Tag("form", "forced_labour", draw(st.floats(0, 1)), tuple(draw(some))),
        Tag("place", "TH", 0.25, tuple(draw(some)), "origin", experimental=draw(st.booleans())),
    ]
    findings = [
        Finding(
            *("a-rule", "warning", "dignity", "body", span.field, span.start, span.end),
            match=fields[span.field][span.start : span.end],
            quoted="no",
            message=draw(ODD),
            why="Why.",
            suggestions=(draw(ODD), "two"),
            sources=(Citation("A guide", "2", "https://guide.example/"),),
            confidence=draw(st.none() | st.floats(0, 1)),
            guideline="own",
        )
        for span in draw(some)
    ]
    article = Article(
        id="a1",
        url="https://news.example/1",
        title=title,
        text=text,
        outlet=draw(ODD),
        language=draw(st.sampled_from(["en", None])),
        published=draw(st.sampled_from([NOON, None])),
        seen=NOON,
        sha256="0" * 64,
        authors=tuple(draw(st.lists(NAMES, max_size=2))),
        enclosures=(Enclosure("https://news.example/1.jpg", draw(st.sampled_from(["", "a/b"]))),),
        mining=draw(st.sampled_from([None, "reserved", "allowed"])),
        published_in=draw(st.sampled_from(["", "2004", "2004-05"])),
    )
    assessed = AssessedArticle(
        article,
        *(draw(st.floats(0, 1) | st.none()), draw(st.booleans()), False, None),
        tags=tuple(tags[: draw(st.integers(0, 2))]),
        findings=tuple(findings),
        scorecard=(ScorecardItem("no-helpline", None, draw(ODD), tuple(draw(some)), "own"),),
        stamps=("relevance-en@1+0",),
    )
    imported = st.sampled_from([None, IMPORTED])
    labels = draw(st.sampled_from([{}, {"form": ()}, {"form": ("other",), "place": ("TH", "GH")}]))
    return FullRecord(
        assessed,
        reviews=(Review("a1", "0" * 64, "Ama", "borderline", labels, NOON),),
        story=draw(st.sampled_from([None, "a0"])),
        provenance=Provenance("https://news.example/rss", NOON, draw(imported)),
        versions=(Version("0" * 64, NOON),),
        shown=draw(st.sampled_from([None, Shown(title)])),
    )


RECORDED = _recorded()


def named(recorded: FullRecord, key: str) -> FullRecord:
    """Return a record under another id."""
    article = replace(recorded.assessed.article, id=key)
    return replace(recorded, assessed=replace(recorded.assessed, article=article))
