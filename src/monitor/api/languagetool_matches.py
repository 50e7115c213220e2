"""Findings as LanguageTool's matches, with offsets in UTF-16 units of what the client has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.api.languagetool_request import AnnotatedText, MatchSelection
from monitor.records.finding import SEVERITIES, Severity
from monitor.text.positions import Positions, Stretch
from monitor.text.sentences import find_paragraphs, find_sentences

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "error": ("TYPOS", "Reporting guideline: error"),
    "warning": ("MISC", "Reporting guideline: warning"),
    "suggestion": ("STYLE", "Reporting guideline: suggestion"),
}
"""Category and its name by severity: LibreOffice colours by them (red, orange, blue)."""
_ISSUE = "style"
"""The kind of issue, of all: what is a misspelling is offered for a dictionary of the client's."""
_AROUND = 40  # characters of context on each side, as LanguageTool gives them
_MOST_COMPACT = 5
_FLAT = str.maketrans("\n\r\t", "   ")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What a client is told of a rule; `whole`: it judges the text as a whole."""

    title: str
    whole: bool


def make_matches(
    findings: Sequence[Mapping[str, Any]],
    given: AnnotatedText,
    *,
    rules: Mapping[str, RuleWords],
    selection: MatchSelection,
    show: Severity,
) -> list[dict[str, Any]]:
    """Return the findings that are wanted as matches, in the order of the text.

    `findings` are those of a document's JSON over the plain text of `given`.
    """
    positions = Positions(given.source)
    sentences = sentences_in(given.plain)
    usual = SEVERITIES[: SEVERITIES.index(show) + 1]
    matches = []
    for finding in findings:
        rule, severity, at = finding["rule"], finding["severity"], finding["start"]
        words = rules.get(rule, RuleWords(rule, whole=False))
        category, name = CATEGORIES[severity]
        if not selection.takes(rule, category, usual=severity in usual, whole=words.whole):
            continue
        start, end = given.in_source(at, finding["end"])
        offset = positions.utf16(start)
        message, sources = str(finding["message"]), finding["sources"][:1]
        for source in sources:  # clients may show the message only: who says so stands in it
            section = f", {source['section']}" if source["section"] else ""
            message += f" ({source['title']}{section})"
        match = {
            "message": message,
            "shortMessage": words.title,
            "replacements": [{"value": text} for text in finding["suggestions"]],
            "offset": offset,
            "length": positions.utf16(end) - offset,
            "context": context_of(given.source, start, end),
            "sentence": next((given.plain[a:b] for a, b in sentences if a <= at < b), ""),
            "type": {"typeName": "Other"},
            "rule": {
                "id": rule,
                "description": words.title,
                "issueType": _ISSUE,
                "urls": [{"value": source["url"]} for source in sources],
                "category": {"id": category, "name": name},
                **({"tags": ["picky"]} if severity == "suggestion" else {}),
            },
            "ignoreForIncompleteSentence": False,
            "contextForSureMatch": 0,
        }
        matches.append(match)
    return sorted(matches, key=_place)


def _place(match: Mapping[str, Any]) -> tuple[int, int]:
    return match["offset"], match["length"]


def context_of(source: str, start: int, end: int) -> dict[str, Any]:
    """Return the characters around a place, on one line, with the place counted in them."""
    first, last = max(0, start - _AROUND), min(len(source), end + _AROUND)
    before = ("..." if first else "") + source[first:start]
    text = before + source[start:last] + ("..." if last < len(source) else "")
    length = utf16_length(source[start:end])
    return {"text": text.translate(_FLAT), "offset": utf16_length(before), "length": length}


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has."""
    return len(text.encode("utf-16-le")) // 2


def sentences_in(plain: str) -> tuple[Stretch, ...]:
    """Return the sentences of a text."""
    return find_sentences(plain, find_paragraphs(plain))


def sentence_ranges(given: AnnotatedText) -> list[list[int]]:
    """Return where the sentences are in what the client has, in UTF-16 units."""
    positions = Positions(given.source)
    places = (given.in_source(*sentence) for sentence in sentences_in(given.plain))
    return [[positions.utf16(start), positions.utf16(end)] for start, end in places]


def merged(
    ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]], *, compact: bool = False
) -> list[dict[str, Any]]:
    """Return both in the order of the text; of two on the same words ours alone.

    `compact` ones are without what the client has itself.
    """
    taken = [(at, at + length) for at, length in map(_place, ours)]
    apart = (
        match
        for match in theirs
        for at, length in [_place(match)]
        if not any(at < end and start < at + length for start, end in taken)
    )
    every = sorted((*ours, *apart), key=_place)
    if not compact:
        return every
    return [
        {name: value for name, value in match.items() if name not in ("context", "sentence")}
        | {"replacements": match["replacements"][:_MOST_COMPACT]}
        for match in every
    ]
