"""Findings and results as users see them: messages, suggestions that fit, and the JSON shape.

What a guideline says of a document.

How sure findings are, as readers meet it: which are left out on request, and which never.

Offered wordings that hide nothing: one that would silence another finding is not offered.

What a word shows ("the rescued boy" is a victim) goes with the word, and with it what rests on it:
that the boy is named. So each wording is tried: the text is checked again with it in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from monitor.records.errors import UsageError
from monitor.records.finding import Finding, Scope, ScorecardItem, Severity, Source, Span
from monitor.records.json_shapes import finding_json, scorecard_json, span_json
from monitor.rules.compiler import Guideline, number_of, pick
from monitor.rules.evidence import Found
from monitor.rules.matching import Candidate, Draft, Unmatched
from monitor.rules.preconditions import About, Voice
from monitor.rules.rule_schema import Example, Rule, SourceEntry
from monitor.text.datelines_bylines import DeskLine
from monitor.text.document import Document
from monitor.text.language_detection import identify_language
from monitor.text.phrase_search import key_of
from monitor.text.positions import Positions, Stretch

MAX_TOLD = 6
"""Pieces of evidence that a message shows: it is one sentence."""

_AN = re.compile(r"[aeiou]|hour|honest|honou?r|heir", re.IGNORECASE)
_NO_EVIDENCE = re.compile(r"\s*\(\{evidence\}\)")
_A_DESPITE_VOWEL = re.compile(r"uni(?!m|n)|us[aeiu]|eu|one\b|once\b|ut[ei]", re.IGNORECASE)


def make_finding(
    guideline: Guideline,
    at: Candidate,
    scope: Scope,
    voice: Voice,
    severity: Severity,
    evidence: Sequence[Found],
) -> Finding:
    """Return the finding for a candidate that stands."""
    own, rule = at.matcher.source, at.rule.rule
    plain = plain_finding(at, scope, voice)
    said = _filled(own.message or rule.message, plain.match, _telling(guideline, at, evidence))
    return replace(
        plain,
        severity=severity,
        message=said,
        why=" ".join((own.why or rule.why).split()),
        suggestions=_suggestions(guideline, at),
        sources=_unique((*_sources(own.sources), *plain.sources)),
    )


def plain_finding(at: Candidate | Unmatched, scope: Scope, voice: Voice) -> Finding:
    """Return a suggestion in a rule's own words: without evidence, and nothing is offered."""
    rule, scene = at.rule.rule, at.scene
    start, end = scene.view.original(at.start, at.end)
    match = scene.view.text[start:end]
    return Finding(
        rule=rule.id,
        severity="suggestion",
        principle=rule.principle,
        scope=scope,
        field=scene.field,
        start=start,
        end=end,
        match=match,
        quoted="no" if voice.quoted == "mention" else voice.quoted,
        message=_filled(rule.message, match, ()),
        why=" ".join(rule.why.split()),
        suggestions=(),
        sources=sources_of(rule),
    )


def headline_finding(
    rule: Rule, draft: Draft, item: ScorecardItem, severity: Mapping[str, Severity]
) -> Finding | None:
    """Return the finding that a document rule with `flags: headline` makes when it is not met."""
    if item.met is not False or draft.headline is None:
        return None
    scene, span = draft.headline
    start, end = scene.view.original(*span)
    return Finding(
        rule=rule.id,
        severity=severity.get(rule.id, rule.severity),
        principle=rule.principle,
        scope="headline",
        field=scene.field,
        start=start,
        end=end,
        match=scene.view.text[start:end],
        quoted="no",
        message=_filled(rule.message, scene.view.text[start:end], _words_of(draft, item)),
        why=" ".join(rule.why.split()),
        suggestions=tuple(pick(suggestion, "one") for suggestion in rule.suggest),
        sources=sources_of(rule),
    )


def sources_of(rule: Rule) -> tuple[Source, ...]:
    """Return a rule's sources."""
    return _sources(rule.sources)


def _sources(entries: Sequence[SourceEntry]) -> tuple[Source, ...]:
    return tuple(Source(entry.title, entry.section, entry.url) for entry in entries)


def _unique(sources: Sequence[Source]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(sources))


def _filled(message: str, match: str, evidence: Iterable[str]) -> str:
    """Put the match and what made the rule speak into a message, each wording once."""
    pieces = [piece.strip(" ,;:\n") for piece in evidence]
    words = {" ".join(piece.split()).lower(): piece for piece in pieces if piece}
    if not words:
        message = _NO_EVIDENCE.sub("", message)
    told = ", ".join(list(words.values())[:MAX_TOLD])
    return " ".join(message.replace("{match}", match).replace("{evidence}", told).split())


def _telling(guideline: Guideline, at: Candidate, evidence: Sequence[Found]) -> list[str]:
    """Return the words of the evidence that tell a reader something.

    Not those that stand in the match or in other evidence, nor pronouns where there is a noun.
    """
    scene = at.scene
    apart = [f for f in evidence if f.scene is not scene or f.end <= at.start or at.end <= f.start]
    widest = [f for f in apart if not any(_is_part(f, other) for other in apart)]
    spoken = [f.words for f in widest or evidence]
    named = [words for words in spoken if words.lower() not in guideline.about.pronouns]
    return named or spoken


def _is_part(one: Found, other: Found) -> bool:
    inside = one.scene is other.scene and other.start <= one.start and one.end <= other.end
    return inside and (one.start, one.end) != (other.start, other.end)


def _words_of(draft: Draft, item: ScorecardItem) -> Iterator[str]:
    """Yield the words that an answer rests on, save the headline itself."""
    fields = {"title": draft.document.title, "text": draft.document.text}
    head = draft.headline
    whole = head and (head[0].field, *head[0].view.original(*head[1]))
    for span in item.evidence:
        if (span.field, span.start, span.end) != whole:
            yield fields[span.field][span.start : span.end]


def _suggestions(guideline: Guideline, at: Candidate) -> tuple[str, ...]:
    """Return replacements that agree with the match in number, article and capitals."""
    match = at.scene.view.shadow[at.start : at.end]
    offered = at.matcher.replacements.get(key_of(match))
    if offered is None:
        number = number_of(match, frozenset(guideline.about.plurals))
        own = at.matcher.source
        chosen = own.suggest if "suggest" in own.model_fields_set else at.rule.rule.suggest
        offered = tuple(pick(suggestion, number) for suggestion in chosen)
    before = at.scene.view.shadow[max(0, at.start - 4) : at.start].lower().rpartition(" ")[0]
    article = before.rpartition(" ")[2]
    if article in ("a", "an"):
        fitting = tuple(text for text in offered if _takes_an(text) == (article == "an"))
        offered = fitting or offered
    if match[:1].isupper():
        offered = tuple(text[:1].upper() + text[1:] for text in offered)
    return tuple(dict.fromkeys(offered))


def _takes_an(text: str) -> bool:
    """Whether "an" stands before these words: a matter of sound, not of letter."""
    return bool(_AN.match(text)) and not _A_DESPITE_VOWEL.match(text)


def document_json(
    document: Document,
    checked: Checked,
    *,
    path: str | None = None,
    include_text: bool = False,
    protecting: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Return the entry of one document as design section 4 has it.

    Lines and columns count in the source file; `source_start` and `source_end` are there for
    formats with a source map. `text` is the visible text, with `include_text` only. Findings of
    `protecting` rules, which keep people from being identified, are told as such. `unchecked` are
    lines for the desk, there only where there are any.
    """
    places = _Places(document)
    entry: dict[str, Any] = {"path": path} if path is not None else {}
    entry["language"] = document.language or identify_language(document.text)
    entry["words"] = checked.words
    entry["findings"] = [
        {**_finding_json(finding, places), "protects": finding.rule in protecting}
        for finding in checked.findings
    ]
    entry["scorecard"] = [scorecard_json(item, locate=places.of_span) for item in checked.scorecard]
    if checked.unchecked:
        entry["unchecked"] = [
            {**places.of_span(Span("text", line.start, line.end)), "kind": line.kind}
            for line in checked.unchecked
        ]
    if include_text:
        entry["text"] = document.text
    return entry


class _Places:
    """Turns offsets of a document's fields into every way of counting that clients use."""

    def __init__(self, document: Document) -> None:
        self._fields = {"title": Positions(document.title), "text": Positions(document.text)}
        self._map = document.source_map

    def of(self, field: str, start: int, end: int) -> dict[str, int]:
        positions = self._fields[field]
        place = {
            "start": start,
            "end": end,
            "utf16_start": positions.utf16(start),
            "utf16_end": positions.utf16(end),
        }
        source = self.in_source(field, start, end)
        if source and self._map is not None:
            place |= source
            positions = self._map.positions
            start, end = source["source_start"], source["source_end"]
        place["line"], place["column"] = positions.line_column(start)
        place["end_line"], place["end_column"] = positions.line_column(end)
        return place

    def of_span(self, span: Span) -> dict[str, Any]:
        """Return a span with its place in the source."""
        return span_json(span) | self.in_source(span.field, span.start, span.end)

    def in_source(self, field: str, start: int, end: int) -> dict[str, int]:
        """Return the place in the source file, nothing where the text is the file."""
        if field != "text" or self._map is None:
            return {}
        first, last = self._map.original(start, end)
        return {"source_start": first, "source_end": last}


def _finding_json(finding: Finding, places: _Places) -> dict[str, Any]:
    place = places.of(finding.field, finding.start, finding.end)
    return finding_json(finding, place={"field": finding.field, **place, "match": finding.match})


def rule_json(guideline: Guideline, rule: Rule) -> dict[str, Any]:
    """Return a rule as data for readers: what, why, suggestions, sources, examples as text."""
    shown = rule.model_dump(include=set(_SHOWN))
    shown = {"id": shown.pop("id"), "guideline": guideline.id, **shown}
    shown["message"] = " ".join(rule.message.split())
    shown["why"] = " ".join(rule.why.split())
    offered = [*rule.suggest, *(s for matcher in rule.match for s in matcher.suggest)]
    numbers = [("one",) if isinstance(each, str) else ("one", "many") for each in offered]
    pairs = zip(offered, numbers, strict=True)
    shown["suggest"] = list(dict.fromkeys(pick(s, n) for s, both in pairs for n in both))
    shown["examples"] = {
        name: [_example_text(example) for example in getattr(rule.examples, name)]
        for name in ("bad", "good", "quoted")
    }
    return shown


_SHOWN = (
    "id",
    "title",
    "principle",
    "kind",
    "severity",
    "scope",
    "gate",
    "quotes",
    "message",
    "why",
    "sources",
)


def _example_text(example: str | Example) -> str:
    if isinstance(example, str):
        return example
    return "\n\n".join(filter(None, (example.title, example.context, example.text)))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a guideline says of one document; `words` counts those of its text.

    `unchecked` are the stretches of its text that are for the desk: no finding lies in one.
    """

    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    words: int
    about: About = "on"
    unchecked: tuple[DeskLine, ...] = ()

    @property
    def is_elsewhere(self) -> bool:
        """Whether its words do not tell that it is about trafficking: others may know it is."""
        return self.about in ("off", "touched")


def check_share(share: float | None) -> None:
    """Raise `UsageError` for a least confidence that is no share."""
    if share is not None and not 0 <= share <= 1:
        raise UsageError(f"a least confidence is a number from 0 to 1, not {share:g}")


def leave_out(checked: Checked, least: float, keep: frozenset[str]) -> Checked:
    """Return `checked` without the findings that are less sure than `least`.

    Those of the rules in `keep` stay, and those of which nothing is known.
    """
    kept = tuple(
        finding
        for finding in checked.findings
        if finding.rule in keep or finding.confidence is None or finding.confidence >= least
    )
    return replace(checked, findings=kept)


MOST, WORDS = 40, 100_000
"""Wordings tried in a document, and words read for that: trying one takes a tenth to a quarter of a
check. What comes after is offered once some of these are taken: none is offered untried."""


def hide_nothing(
    document: Document,
    checked: Checked,
    check: Callable[[Document], Checked | None],
    siblings: Sequence[Sequence[str]],
) -> Checked:
    """Return what was checked, without the wordings after which another finding would be gone.

    `check` checks as `checked` came about, or returns `None` where it may read no more. A finding
    that loses its last wording to another one says which rule's that is.
    """
    findings = checked.findings
    if len(findings) < 2:
        return checked
    most = max(1, min(MOST, WORDS // max(1, checked.words)))
    every = ((number, new) for number, f in enumerate(findings) for new in f.suggestions)
    safe: dict[int, list[str]] = {}
    first: dict[int, str] = {}
    for number, new in islice(every, most):
        result = check(put_in(document, findings[number], new))
        if result is None:
            break
        gone = gone_with(findings, findings[number], new, result.findings, siblings)
        if gone:
            first.setdefault(number, gone[0].rule)
        else:
            safe.setdefault(number, []).append(new)
    told = (_offering(f, safe.get(n, []), first.get(n)) for n, f in enumerate(findings))
    return replace(checked, findings=tuple(told))


def put_in(document: Document, finding: Finding, new: str) -> Document:
    """Return the document with an offered wording in place of what was found."""
    if finding.field == "title":
        title = document.title[: finding.start] + new + document.title[finding.end :]
        return replace(document, title=title, source_map=None)
    return replace(
        document,
        text=document.text[: finding.start] + new + document.text[finding.end :],
        headline=document.headline and _moved(document.headline, finding, new),
        captions=tuple(_moved(caption, finding, new) for caption in document.captions),
        source_map=None,
    )


def gone_with(
    findings: Sequence[Finding],
    taken: Finding,
    new: str,
    after: Sequence[Finding],
    siblings: Sequence[Sequence[str]],
) -> list[Finding]:
    """Return the other findings whose words still stand, and that are gone `after`.

    A finding is there as long as its rule, or a sibling of it, speaks of one of its words.
    """
    gone: list[Finding] = []
    for finding in findings:
        same = finding.field == taken.field
        if same and finding.start < taken.end and taken.start < finding.end:
            continue  # its own words are changed, or it is the finding itself
        place = (finding.start, finding.end)
        start, end = _moved(place, taken, new) if same else place
        family = {finding.rule}.union(*(group for group in siblings if finding.rule in group))
        if not any(
            f.rule in family and f.field == finding.field and f.start < end and start < f.end
            for f in after
        ):
            gone.append(finding)
    return gone


def _moved(place: Stretch, taken: Finding, new: str) -> Stretch:
    """Return where a stretch stands once the wording is in place."""
    longer = len(new) - (taken.end - taken.start)
    start, end = place
    return start + longer * (start >= taken.end), end + longer * (end >= taken.end)


def _offering(finding: Finding, safe: Sequence[str], first: str | None) -> Finding:
    if not finding.suggestions or tuple(safe) == finding.suggestions:
        return finding
    why = finding.why
    if not safe and first:
        why += (
            f" Wording is offered here once what '{first}' has found is changed: that rests on"
            " these words, and would be told no more."
        )
    return replace(finding, suggestions=tuple(safe), why=why)
