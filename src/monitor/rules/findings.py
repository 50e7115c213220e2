"""Findings and results as users see them: messages, suggestions that fit, and the JSON shape.

Offered wordings hide nothing: one that would silence another finding is not offered. What a word
shows ("the rescued boy" is a victim) goes with the word, and with it what rests on it: that the boy
is named. So each wording is tried: the text is checked again with it in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress, islice
from typing import Any

from monitor.people.identifiability import kin_of, named_at
from monitor.records.finding import Citation, Finding, Scope, ScorecardItem, Severity, Span
from monitor.records.json_shapes import finding_json, scorecard_json, span_json
from monitor.records.people import PeopleTable, PersonAnswer, TextPerson, person_json
from monitor.rules.compiler import Guideline
from monitor.rules.matching import OpenDraft, RuleMatch, overlap
from monitor.rules.preconditions import About
from monitor.rules.priority import priority
from monitor.rules.rule_schema import Paired, Rule, SourceEntry, as_example
from monitor.text.analysis import Region
from monitor.text.datelines_bylines import DeskLine
from monitor.text.document import Document
from monitor.text.language_detection import identify_language
from monitor.text.phrase_search import key_of
from monitor.text.positions import Positions, Stretch
from monitor.text.quotations import Quotation
from monitor.text.regular_expressions import word_set

MAX_TOLD = 6
"""Pieces of evidence that a message shows: it is one sentence."""

_AN = re.compile(r"[aeiou]|hour|honest|honou?r|heir", re.IGNORECASE)
_EDGES = " ,;:\n"
_NO_EVIDENCE = re.compile(r"\s*\(\{evidence\}\)")
_A_DESPITE_VOWEL = re.compile(r"uni(?!m|n)|us[aeiu]|eu|one\b|once\b|ut[ei]", re.IGNORECASE)
_SHOWN = word_set("id title principle kind severity scope gate quotes message why sources")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a guideline says of one document; `words` counts those of its text.

    `unchecked` are the stretches of its text that are for the desk: no finding lies in one.
    `people` are those it tells of, where they were asked for; `silenced` what rules would say of
    the words of others, if that was.
    """

    findings: tuple[Finding, ...]
    scorecard: tuple[ScorecardItem, ...]
    words: int
    about: About = "on"
    unchecked: tuple[DeskLine, ...] = ()
    people: PeopleTable | None = None
    silenced: tuple[Finding, ...] | None = None


def make_finding(
    draft: OpenDraft,
    at: RuleMatch,
    scope: Scope,
    quotation: Quotation | None,
    severity: Severity,
    evidence: Sequence[Region],
) -> Finding:
    """Return the finding for a match that stands."""
    own, rule, words = at.matcher.source, at.rule.rule, (at.scene, at.start, at.end)
    guideline = draft.guideline
    plain = plain_finding(rule, words, scope, quotation)
    # nothing that stands in the match or in other evidence; no pronouns where there is a noun
    apart = [(s, a, b) for s, a, b in evidence if s is not at.scene or b <= at.start or at.end <= a]
    widest = [
        (s, a, b)
        for s, a, b in apart
        if not any(s is t and c <= a and b <= d and (a, b) != (c, d) for t, c, d in apart)
    ]
    spoken = [scene.view.shadow[start:end] for scene, start, end in widest or evidence]
    named = [words for words in spoken if words.lower() not in guideline.about.pronouns]
    told = _of_person(draft, at.person, plain) if at.person else named or spoken
    return replace(
        plain,
        severity=severity,
        message=_filled(own.message or rule.message, plain.match, told),
        why=one_line(own.why or rule.why),
        suggestions=_suggestions(guideline, at),
        sources=tuple(dict.fromkeys((*_sources(own.sources), *plain.sources))),
    )


def _of_person(draft: OpenDraft, person: TextPerson, at: Finding) -> list[str]:
    """Return the kinds and words of what tells who a person is, else what shows her role."""
    told: dict[str, str] = {}
    for detail in person.details:
        words = draft.fields[detail.span.field][detail.span.start : detail.span.end]
        told.setdefault(detail.kind, f"{detail.kind}: {words.strip(_EDGES)}")
    kin = kin_of(draft.people)[person.number]
    named = (named_at(one, draft.fields) for one in kin)
    told |= {str(s): draft.fields[s.field][s.start : s.end] for s in named if s}
    spans = person.rests_on[:2] if not told else ()
    apart = (s for s in spans if s.field != at.field or s.end <= at.start or at.end <= s.start)
    return list(told.values()) or [draft.fields[s.field][s.start : s.end] for s in apart]


def plain_finding(rule: Rule, words: Region, scope: Scope, quotation: Quotation | None) -> Finding:
    """Return a suggestion in a rule's own words: without evidence, and nothing is offered."""
    scene, *span = words
    start, end = scene.view.original(*span)
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
        quoted="no" if quotation is None or quotation.kind == "mention" else quotation.kind,
        message=_filled(rule.message, match, ()),
        why=one_line(rule.why),
        suggestions=(),
        sources=_sources(rule.sources),
    )


def about_whom(people: PeopleTable, finding: Finding) -> TextPerson | None:
    """Return whom a finding is about: of those told of in its words the likeliest to protect."""
    met = [
        person
        for person in people.people
        for span in (*(m.span for m in person.mentions), *(d.span for d in person.details))
        if span.field == finding.field and span.start < finding.end and finding.start < span.end
    ]
    return max(met, key=lambda person: (person.protected, -person.number), default=None)


def by_place(rule: Rule, person: TextPerson | None) -> str:
    """Return a rule's message about a person by number, without a word of the text."""
    who = f"Person {person.number}: " if person else ""
    message = _NO_EVIDENCE.sub("", rule.message).replace("{evidence}", "what the text tells")
    if person:
        message = message.removeprefix("'{match}' ")
    return who + _filled(message.replace("'{match}'", "{match}"), "This", ())


def headline_finding(
    rule: Rule, draft: OpenDraft, item: ScorecardItem, severity: Mapping[str, Severity]
) -> Finding | None:
    """Return the finding that a document rule with `flags: headline` makes when it is not met."""
    if item.met is not False or draft.headline is None:
        return None
    scene, span = draft.headline
    plain = plain_finding(rule, (scene, *span), "headline", None)
    fields = {"title": draft.document.title, "text": draft.document.text}
    evidence = (
        fields[span.field][span.start : span.end]
        for span in item.evidence
        if (span.field, span.start, span.end) != (plain.field, plain.start, plain.end)
    )
    return replace(
        plain,
        severity=severity.get(rule.id, rule.severity),
        message=_filled(rule.message, plain.match, evidence),
        suggestions=tuple(pick(suggestion, "one") for suggestion in rule.suggest),
    )


def one_line(text: str) -> str:
    """Return a text without line breaks and runs of spaces."""
    return " ".join(text.split())


def _sources(entries: Sequence[SourceEntry]) -> tuple[Citation, ...]:
    return tuple(Citation(entry.title, entry.section, entry.url) for entry in entries)


def _filled(message: str, match: str, evidence: Iterable[str]) -> str:
    """Put the match and what made the rule speak into a message, each wording once."""
    pieces = [piece.strip(_EDGES) for piece in evidence]
    words = {one_line(piece).lower(): piece for piece in pieces if piece}
    if not words:
        message = _NO_EVIDENCE.sub("", message)
    told = ", ".join(list(words.values())[:MAX_TOLD])
    return one_line(message.replace("{match}", match).replace("{evidence}", told))


def _suggestions(guideline: Guideline, at: RuleMatch) -> tuple[str, ...]:
    """Return replacements that agree with the match in number, article and capitals."""
    text = at.scene.view.shadow
    match = text[at.start : at.end]
    offered = at.matcher.replacements.get(key_of(match))
    if offered is None:
        last = key_of(match).rpartition(" ")[2]
        regular = last.endswith("s") and not last.endswith(("ss", "us", "is"))
        number = "many" if regular or last in guideline.about.plurals else "one"
        own = at.matcher.source
        chosen = own.suggest if "suggest" in own.model_fields_set else at.rule.rule.suggest
        offered = tuple(pick(suggestion, number) for suggestion in chosen)
    before = text[max(0, at.start - 4) : at.start].lower().rpartition(" ")[0]
    article = before.rpartition(" ")[2]
    if article in ("a", "an"):
        offered = tuple(n for n in offered if _takes_an(n) == (article == "an")) or offered
    if match[:1].isupper():
        offered = tuple(new[:1].upper() + new[1:] for new in offered)
    return tuple(dict.fromkeys(offered))


def pick(suggestion: str | Paired, number: str) -> str:
    """Return a suggestion in the number wanted, `one` or `many`."""
    if isinstance(suggestion, str):
        return suggestion
    return suggestion.many if number == "many" else suggestion.one


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
    levels: Mapping[tuple[str, str], Severity] | None = None,
) -> dict[str, Any]:
    """Return the entry of one document as design section 4 has it.

    Lines and columns count in the source file; `source_start` and `source_end` are there for
    formats with a source map. `text` is the visible text, with `include_text` only. Findings of
    `protecting` rules, which keep people from being identified, are told as such. `levels` are the
    severities of rules by guideline and id, on which priorities rest. `unchecked` are lines for the
    desk, there only where there are any; `people`, where they were asked for, stand by places, each
    with the line and column where she is first told of; so does `silenced`.
    """
    fields = {"title": Positions(document.title), "text": Positions(document.text)}
    source = document.source_map

    def located(span: Span) -> dict[str, Any]:
        if span.field != "text" or source is None:
            return span_json(span)
        first, last = source.original(span.start, span.end)
        return span_json(span) | {"source_start": first, "source_end": last}

    def lines(span: Span) -> tuple[tuple[int, int], tuple[int, int]]:
        positions, start, end = fields[span.field], span.start, span.end
        if source is not None and span.field == "text":
            positions, (start, end) = source.positions, source.original(start, end)
        return positions.line_column(start), positions.line_column(end)

    def told_of(finding: Finding) -> dict[str, Any]:
        positions, start, end = fields[finding.field], finding.start, finding.end
        span = Span(finding.field, start, end)
        utf16 = {"utf16_start": positions.utf16(start), "utf16_end": positions.utf16(end)}
        place = span_json(span) | utf16 | located(span)
        first, last = lines(span)
        place["line"], place["column"] = first
        place["end_line"], place["end_column"] = last
        told = finding_json(finding, place={**place, "match": finding.match})
        level = (levels or {}).get((finding.guideline, finding.rule), finding.severity)
        protects = finding.rule in protecting
        return {**told, "protects": protects, "priority": priority(finding, level, protects)}

    people, silenced = [], checked.silenced
    for person in checked.people.people if checked.people else ():
        (line, column), _ = lines(person.mentions[0].span)
        people.append({**person_json(person, locate=located), "line": line, "column": column})
    desk = [{**located(Span("text", x.start, x.end)), "kind": x.kind} for x in checked.unchecked]
    return {
        **({"path": path} if path is not None else {}),
        "language": document.language or identify_language(document.text),
        "words": checked.words,
        "findings": list(map(told_of, checked.findings)),
        "scorecard": [scorecard_json(item, locate=located) for item in checked.scorecard],
        **({"unchecked": desk} if desk else {}),
        **({"people": people} if checked.people is not None else {}),
        **({"silenced": list(map(told_of, silenced))} if silenced is not None else {}),
        **({"text": document.text} if include_text else {}),
    }


def rule_json(guideline: Guideline, rule: Rule) -> dict[str, Any]:
    """Return a rule as data for readers: what, why, suggestions, sources, examples as text."""
    offered = [*rule.suggest, *(s for matcher in rule.match for s in matcher.suggest)]
    suggest = dict.fromkeys(pick(each, number) for each in offered for number in ("one", "many"))
    examples = {}
    for kind in ("bad", "good", "quoted"):
        given = map(as_example, getattr(rule.examples, kind))
        parts = ((each.title, each.context, each.text) for each in given)
        examples[kind] = ["\n\n".join(filter(None, each)) for each in parts]
    return {
        "id": rule.id,
        "guideline": guideline.id,
        **rule.model_dump(include=set(_SHOWN)),
        "message": one_line(rule.message),
        "why": one_line(rule.why),
        "suggest": list(suggest),
        "examples": examples,
    }


def leave_out(checked: Checked, least: float, keep: frozenset[str]) -> Checked:
    """Return `checked` without the findings that are less sure than `least`.

    Those of the rules in `keep` stay, and those of which nothing is known.
    """
    found = checked.findings
    sure = (f.rule in keep or f.confidence is None or f.confidence >= least for f in found)
    return replace(checked, findings=tuple(compress(found, sure)))


MOST, WORDS = 40, 100_000
"""Wordings tried in a document, and words read for that: trying one takes a tenth to a quarter of a
check. What comes after is offered once some of these are taken: none is offered untried."""


def hide_nothing(
    checked: Checked,
    check: Callable[[Finding, str], Checked | None],
    siblings: Sequence[Sequence[str]],
) -> Checked:
    """Return what was checked, without the wordings after which another finding would be gone.

    `check` checks as `checked` came about, with a wording in place of a finding, or returns `None`
    where it may read no more. A finding
    that loses its last wording to another one says which rule's that is.
    """
    findings = checked.findings
    if len(findings) < 2:
        return checked
    most = max(1, min(MOST, WORDS // max(1, checked.words)))
    every = ((number, new) for number, f in enumerate(findings) for new in f.suggestions)
    safe: list[list[str]] = [[] for _ in findings]
    first: dict[int, str] = {}
    for number, new in islice(every, most):
        result = check(findings[number], new)
        if result is None:
            break
        if gone := gone_with(findings, findings[number], new, result.findings, siblings):
            first.setdefault(number, gone[0].rule)
        else:
            safe[number].append(new)
    told = []
    for number, finding in enumerate(findings):
        why = finding.why
        if finding.suggestions and not safe[number] and number in first:
            why += (
                f" Wording is offered here once what '{first[number]}' has found is changed: that"
                " rests on these words, and would be told no more."
            )
        told.append(replace(finding, suggestions=tuple(safe[number]), why=why))
    return replace(checked, findings=tuple(told))


def put_in(document: Document, finding: Finding, new: str) -> Document:
    """Return the document with an offered wording in place of what was found."""
    text: str = getattr(document, finding.field)
    text = text[: finding.start] + new + text[finding.end :]
    if finding.field == "title":
        return replace(document, title=text, source_map=None)
    headline = document.headline and _moved(document.headline, finding, new)
    captions = tuple(_moved(caption, finding, new) for caption in document.captions)
    return replace(document, text=text, headline=headline, captions=captions, source_map=None)


def moved_answer(answer: PersonAnswer, taken: Finding, new: str) -> PersonAnswer:
    """Return an answer at its place once the wording is in place."""
    span = answer.span
    if span.field != taken.field:
        return answer
    return replace(answer, span=Span(span.field, *_moved((span.start, span.end), taken, new)))


def moved_people(table: PeopleTable, taken: Finding, new: str) -> PeopleTable:
    """Return the people of a text where they stand once the wording is in place, not read anew."""
    until = taken.start + len(new)

    def moved(span: Span) -> Span:
        if span.field != taken.field:
            return span
        start, end = _moved((span.start, span.end), taken, new)
        # what stood in the words that are gone ends with the new ones
        if taken.start <= span.start < taken.end:
            start = min(start, until)
        return Span(span.field, start, min(end, until) if span.end < taken.end else end)

    def person(one: TextPerson) -> TextPerson:
        return replace(
            one,
            mentions=tuple(replace(each, span=moved(each.span)) for each in one.mentions),
            details=tuple(replace(each, span=moved(each.span)) for each in one.details),
            rests_on=tuple(map(moved, one.rests_on)),
            speech=tuple(map(moved, one.speech)),
        )

    people, orders = map(person, table.people), map(moved, table.restricted)
    return replace(table, people=tuple(people), restricted=tuple(orders))


def gone_with(
    findings: Sequence[Finding],
    taken: Finding,
    new: str,
    after: Sequence[Finding],
    siblings: Sequence[Sequence[str]],
) -> list[Finding]:
    """Return the other findings whose words still stand, and that are gone `after`."""
    gone: list[Finding] = []
    for finding in findings:
        if overlap(finding, taken):
            continue  # its own words are changed, or it is the finding itself
        start, end = finding.start, finding.end
        if finding.field == taken.field:
            start, end = _moved((start, end), taken, new)
        family = {finding.rule}.union(*(group for group in siblings if finding.rule in group))
        there = replace(finding, start=start, end=end)
        if not any(f.rule in family and overlap(f, there) for f in after):
            gone.append(finding)
    return gone


def _moved(place: Stretch, taken: Finding, new: str) -> Stretch:
    """Return where a stretch stands once the wording is in place."""
    longer = len(new) - (taken.end - taken.start)
    start, end = place
    return start + longer * (start >= taken.end), end + longer * (end >= taken.end)
