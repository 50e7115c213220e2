"""Offsets into what a client has, through any markup and in any script: UTF-16 units as Java's."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.api.languagetool import context_of, make_matches
from monitor.api.languagetool_request import MatchSelection, plain_text, read_annotated
from monitor.records.errors import UsageError

ODD = (
    "a",
    "word ",
    "😀",
    "👩\u200d👩\u200d👧",
    "🇹🇱",
    "e\u0301",
    "é",
    "n\u0303o",
    "שלום",
    "مرحبا",
    "\u00a0",
    "\u202f",
    "\r\n",
    "\n\n",
    "“",
    "’",
    "soft\u00adhyphen",
    "\ufeff",
    "\u202eRTL\u202c",
    "𝔘",
    "<",
    "&amp;",
    "ไทย",
)
texts = st.lists(st.sampled_from(ODD), max_size=6).map("".join)
WORD = "wumpus"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def in_units(text: str, offset: int, length: int) -> str:
    return text.encode("utf-16-le")[2 * offset : 2 * (offset + length)].decode("utf-16-le")


def found(start: int, end: int, severity: str = "warning") -> dict[str, object]:
    source = {"title": "A guide", "section": "1", "url": "https://guide.example/"}
    return {
        "rule": "no-wumpus",
        "severity": severity,
        "message": "It is not said.",
        "suggestions": ["person"],
        "sources": [source],
        "start": start,
        "end": end,
    }


def matched(data: str) -> dict[str, object]:
    """The match of `WORD`, which is once in the plain text of `data`."""
    text = read_annotated(data)
    start = text.plain.index(WORD)
    (match,) = make_matches(
        [found(start, start + len(WORD))],
        text,
        rules={},
        selection=MatchSelection(),
        show="warning",
    )
    return match


@given(texts, texts)
@settings(max_examples=40, deadline=None)
@example("\ufeff😀 e\u0301\r\n", "שלום")
def test_offsets_of_plain_text(before: str, after: str) -> None:
    text = f"{before}{WORD}{after}"
    match = matched(json.dumps({"text": text}))
    assert match["offset"] == units(before)
    assert in_units(text, match["offset"], match["length"]) == WORD
    context = match["context"]
    assert in_units(context["text"], context["offset"], context["length"]) == WORD


markups = st.sampled_from(
    ["<b>", "</b>", "<p title='😀'>", "<!-- 🇹🇱 -->", "[", "](http://x.example)"]
)
items = st.one_of(
    texts.map(lambda text: {"text": text}),
    markups.map(lambda markup: {"markup": markup}),
    st.tuples(markups, texts).map(lambda two: {"markup": two[0], "interpretAs": two[1]}),
)


@given(st.lists(items, max_size=6), st.lists(items, max_size=6), st.integers(0, len(WORD)))
@settings(max_examples=40, deadline=None)
def test_offsets_through_markup(
    before: list[dict[str, str]], after: list[dict[str, str]], cut: int
) -> None:
    """Markup inside of the word belongs to the match, markup beside it does not."""
    inside = {"markup": "<i data-x='👩'>"}
    parts = [{"text": WORD[:cut]}, inside, {"text": WORD[cut:], "offset": {"start": 1}}]
    data = {"annotation": [*before, *parts, *after], "metaData": {"x": 1}}
    source = "".join(item.get("text", item.get("markup", "")) for item in data["annotation"])
    match = matched(json.dumps(data))
    told = in_units(source, match["offset"], match["length"])
    whole = 0 < cut < len(WORD)
    assert told == (WORD[:cut] + inside["markup"] + WORD[cut:] if whole else WORD)


def test_what_markup_stands_for_is_the_whole_of_it() -> None:
    data = [{"text": "a "}, {"markup": "&wumpus;", "interpretAs": "wumpus"}, {"text": " b"}]
    match = matched(json.dumps({"annotation": data}))
    assert (match["offset"], match["length"]) == (2, 8)


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[" * 100_000,
        "[]",
        '"text"',
        "{}",
        '{"text": 1}',
        '{"text": "a", "annotation": []}',
        '{"annotation": {}}',
        '{"annotation": ["a"]}',
        '{"annotation": [{}]}',
        '{"annotation": [{"text": "a", "markup": "b"}]}',
        '{"annotation": [{"text": "a", "interpretAs": "b"}]}',
        '{"annotation": [{"markup": 1}]}',
        '{"annotation": [{"markup": "a", "interpretAs": 1}]}',
        '{"text": "\\ud83d"}',
        '{"annotation": [{"text": "\\ud83d"}, {"text": "\\ude00"}]}',
        '{"annotation": [{"markup": "\\ude00"}]}',
    ],
)
def test_what_is_no_annotated_text_is_refused(data: str) -> None:
    with pytest.raises(UsageError):
        read_annotated(data)


def test_context_is_cut_flat_and_counted_in_itself() -> None:
    source = "x" * 100 + "\n😀\t" + WORD + "\r\n" + "y" * 100
    start = source.index(WORD)
    context = context_of(source, start, start + len(WORD))
    assert context["text"].startswith("...x")
    assert context["text"].endswith("y...")
    assert not set(context["text"]) & set("\r\n\t")
    assert in_units(context["text"], context["offset"], context["length"]) == WORD


def chosen(choice: MatchSelection, show: str = "warning") -> set[str]:
    text = plain_text("one two three four")
    findings = [
        found(0, 3, "error") | {"rule": "a"},
        found(4, 7, "warning") | {"rule": "b"},
        found(8, 13, "suggestion") | {"rule": "c"},
        found(14, 18, "warning") | {"rule": "whole"},
    ]
    rules = {"whole": SimpleNamespace(title="Whole", kind="document")}
    matches = make_matches(findings, text, rules=rules, selection=choice, show=show)  # type: ignore[arg-type]
    return {match["rule"]["id"] for match in matches}


@pytest.mark.parametrize(
    ("choice", "show", "expected"),
    [
        (MatchSelection(), "warning", "a b whole"),
        (MatchSelection(), "error", "a"),
        (MatchSelection(), "suggestion", "a b c whole"),
        (MatchSelection(picky=True), "warning", "a b c whole"),
        (MatchSelection(rules=frozenset({"c"})), "warning", "a b c whole"),
        (MatchSelection(rules=frozenset({"c"}), only=True), "warning", "c"),
        (MatchSelection(categories=frozenset({"TYPOS"}), only=True), "warning", "a"),
        (MatchSelection(no_rules=frozenset({"b", "WHITESPACE_RULE"})), "warning", "a whole"),
        (MatchSelection(no_categories=frozenset({"MISC"})), "warning", "a"),
        (
            MatchSelection(no_categories=frozenset({"MISC"}), rules=frozenset({"b"})),
            "warning",
            "a b",
        ),
        (MatchSelection(mode="textLevelOnly"), "warning", "whole"),
        (MatchSelection(mode="allButTextLevelOnly"), "warning", "a b"),
    ],
)
def test_what_is_wanted_is_told(choice: MatchSelection, show: str, expected: str) -> None:
    assert chosen(choice, show) == set(expected.split())
