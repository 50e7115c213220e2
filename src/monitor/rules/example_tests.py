"""Tests of rules by their own examples: spans exact, suggestions clean, and why one fails.

Why an example does not hold is found by trying the rule without a part of it. Nothing of the engine
is repeated here: a part that alone silences the words is what silences them, whatever the engine
does with it. Clauses are told in words that an editor understands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from monitor.records.finding import Finding
from monitor.rules.checker import RuleSelection, make_policy, run_policy
from monitor.rules.compiler import CompiledClause, CompiledMatcher, CompiledRule, Guideline
from monitor.rules.findings import Checked
from monitor.rules.matching import open_draft
from monitor.rules.rule_schema import Clause, Example
from monitor.text.document import Document

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that does not hold. `kind` is bad, good, quoted, unjudged or suggestion.

    `reasons` say which part of the rule decided.
    """

    rule: str
    kind: str
    number: int
    text: str
    problem: str
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"{self.rule}: {self.kind} example {self.number}: {self.problem}: {self.text}"
        return "\n  because ".join((head, *self.reasons))


@dataclass(frozen=True, slots=True)
class Case:
    """An example as a document; `marked` are field, start and end of what is to be flagged."""

    rule: CompiledRule
    kind: str
    number: int
    document: Document
    marked: frozenset[tuple[str, int, int]]

    def failure(
        self, problem: str, reasons: Iterable[str], kind: str | None = None
    ) -> ExampleFailure:
        """Return what is wrong with it; `kind` in place of its own."""
        rule, shown = self.rule.rule.id, self.document.text[:300]
        return ExampleFailure(rule, kind or self.kind, self.number, shown, problem, tuple(reasons))


def run_examples(
    guideline: Guideline, *, only: frozenset[str] = frozenset()
) -> list[ExampleFailure]:
    """Run the examples of all rules (or of those in `only`); return those that do not hold.

    A bad example is flagged by its rule exactly where it is marked, a good one not at all; a
    quoted one, if marked, is flagged as quoted and as its policy says. Each suggestion put in
    place of what it replaces causes no finding of warning or above there. The words decide here:
    the judge, who has learned from these very sentences, stays away.
    """
    guideline = replace(guideline, judge=None)
    failures: list[ExampleFailure] = []
    for rule in guideline.compiled:
        if only and rule.rule.id not in only:
            continue
        cases = list(example_cases(rule))
        policy = RuleSelection((rule,), siblings=False)
        checked = run_policy(guideline, [case.document for case in cases], policy)
        for case, result in zip(cases, checked, strict=True):
            wrong = _verdict(Tried(guideline, rule, case.document), case, result)
            if wrong:
                failures.append(case.failure(*wrong))
    return failures + list(_suggestion_failures(guideline, only))


def example_cases(rule: CompiledRule) -> Iterator[Case]:
    """Yield the examples of a rule, numbered from 1 within each kind."""
    examples = rule.rule.examples
    for kind in ("bad", "good", "quoted", "unjudged"):
        for number, example in enumerate(getattr(examples, kind), 1):
            whole = Example(text=example) if isinstance(example, str) else example
            text, spans = _unmark(whole.text, "text")
            title, title_spans = _unmark(whole.title, "title")
            lead = f"{whole.context.strip()}\n\n" if whole.context else ""
            shift = len(lead)
            spans = {(field, start + shift, end + shift) for field, start, end in spans}
            captions = ((shift, shift + len(text)),) if whole.caption else ()
            document = Document(lead + text, title, captions=captions, language="en")
            yield Case(rule, kind, number, document, frozenset(spans | title_spans))


def _unmark(text: str, field: str) -> tuple[str, set[tuple[str, int, int]]]:
    """Return the text without marks, and the spans that were marked."""
    plain, spans, last = "", set(), 0
    for mark in _MARK.finditer(text):
        plain += text[last : mark.start()]
        spans.add((field, len(plain), len(plain) + len(mark[1])))
        plain += mark[1]
        last = mark.end()
    return plain + text[last:], spans


def _verdict(tried: Tried, case: Case, checked: Checked) -> tuple[str, list[str]] | None:
    """Return the first thing that is wrong with an example and why it is so, None if it holds."""
    rule = case.rule.rule
    if rule.check:
        problem = _answer_problem(case, checked)
        return (problem, why_answered(tried)) if problem else None
    found = {(f.field, f.start, f.end): f for f in checked.findings}
    if missed := sorted(case.marked - found.keys()):
        flagged = ", ".join(repr(finding.match) for finding in found.values()) or "nothing"
        said = f"not flagged: {tried.words(missed[0])!r}; flagged: {flagged}"
        return said, why_not_flagged(tried, missed[0])
    if extra := sorted(found.keys() - case.marked):
        said = f"flagged without a mark: {tried.words(extra[0])!r}"
        return said, why_flagged(tried, extra[0])
    for finding in found.values() if case.kind == "quoted" else ():
        if finding.quoted == "no":
            return f"{finding.match!r} is not seen as quoted", []
        if finding.quoted == "attributed" and rule.quotes == "skip":
            return f"{finding.match!r} is flagged in a quotation, which 'skip' forbids", []
    return None


def _answer_problem(case: Case, checked: Checked) -> str | None:
    """Compare the answer of a document rule: bad is not met, good met, unjudged neither."""
    if case.rule.rule.check and case.rule.rule.check.flags:
        flagged = bool(checked.findings)
        if flagged != (case.kind == "bad"):
            return "the headline is flagged" if flagged else "the headline is not flagged"
        return None
    wanted = {"bad": (False,), "good": (True,), "unjudged": (None,)}.get(case.kind, (True, None))
    item = checked.scorecard[0]
    return None if item.met in wanted else f"answered {item.met} ({item.reason})"


def _suggestion_failures(guideline: Guideline, only: frozenset[str]) -> Iterator[ExampleFailure]:
    """Yield suggestions that some rule would flag with a warning or more, in a bad example."""
    everything = make_policy(guideline, (), {})
    for rule in guideline.compiled:
        if rule.check or (only and rule.rule.id not in only):
            continue
        cases = [case for case in example_cases(rule) if case.kind == "bad"]
        checked = run_policy(
            guideline, [c.document for c in cases], RuleSelection((rule,), every_offer=True)
        )
        tries = [
            (case, finding, suggestion)
            for case, result in zip(cases, checked, strict=True)
            for finding in result.findings
            if finding.field == "text"
            for suggestion in finding.suggestions
        ]
        texts = []
        for case, finding, new in tries:
            text = case.document.text
            text = text[: finding.start] + new + text[finding.end :]
            title, captions = case.document.title, case.document.captions
            texts.append(Document(text, title, captions=captions, language="en"))
        results = run_policy(guideline, texts, everything)
        for (case, finding, new), result in zip(tries, results, strict=True):
            low, high = finding.start, finding.start + len(new)
            for worst in result.findings:
                inside = worst.field == "text" and worst.start < high and worst.end > low
                if inside and worst.severity != "suggestion":
                    problem = f"suggestion {new!r} is itself flagged by {worst.rule}"
                    said = f"of '{worst.match}': {worst.message}"
                    yield case.failure(problem, [said], "suggestion")
                    break


SHOWN = 4
"""Phrases of a list that are named; of more, how many there are."""

_WITHIN = {
    "match": "in the flagged words",
    "before": "before them in the sentence",
    "after": "after them in the sentence",
    "sentence": "in the sentence",
    "near": "in the sentence or the one before",
    "around": "in the sentence, the one before or the one after",
    "paragraph": "in the paragraph",
    "headline": "in the headline",
    "caption": "in a caption",
    "body": "in the body",
    "document": "in the text",
}
_WHO = {
    "before": "the person named last before the flagged words",
    "after": "the person named first after the flagged words",
    "near": "the nearest person",
    "subject": "whoever does or suffers it",
    "match": "the person flagged",
    "anyone": "somebody",
}


def clause_words(clause: Clause, *, whole_text: bool = False) -> str:
    """Return what a clause asks for: "a word of the list 'victim', in the sentence".

    `whole_text`: it is one of a `check`, which looks everywhere unless it says where.
    """
    asked = " or ".join(_asked(clause)) or "nothing"
    least = f"at least {clause.at_least} of: " if clause.at_least > 1 else ""
    listed = clause.lexicons or clause.phrases or clause.sequences or clause.tokens
    if clause.person or clause.quoted or (clause.referent and not listed):
        return asked
    reach = f", {clause.reach} words away at most" if clause.reach else ""
    within = "document" if whole_text and clause.within == "sentence" else clause.within
    return f"{least}{asked}, {_WITHIN[within]}{reach}"


def _asked(clause: Clause) -> Iterator[str]:
    yield from (f"a word of the list '{name}'" for name in clause.lexicons)
    if clause.phrases:
        named = " or ".join(f"'{phrase}'" for phrase in clause.phrases[:SHOWN])
        rest = len(clause.phrases) - SHOWN
        yield f"{named} or one of {rest} more" if rest > 0 else named
    if clause.sequences:
        yield " or ".join(f"a sequence like '{_first(s)}'" for s in clause.sequences[:SHOWN])
    if clause.tokens:
        yield "a pattern under 'tokens'"
    if clause.person or clause.referent:
        who = f"the node '{clause.person}'" if clause.person else _WHO[clause.referent or ""]
        roles = " or ".join(role.replace("+", " and ") for role in clause.is_)
        told = f", with {clause.details} kinds of detail told" if clause.details else ""
        yield f"{who} being {roles}{told}"
    if clause.quoted:
        yield f"the words standing in {clause.quoted} quotation marks"
    if clause.statistic:
        yield f"a figure with its {', '.join(clause.statistic)}"
    yield from (f"facts that make it {case}" for case in clause.case)
    if clause.headline_has:
        yield f"a headline with {' or '.join(clause.headline_has)}"


def _first(slots: Iterable[Any]) -> str:
    return " ".join(
        f"<{slot}>" if isinstance(slot, str) else next(filter(None, slot), "") for slot in slots
    ).strip()


Place = tuple[str, int, int]
_OPEN = {"gate": "none", "scope": "any", "quotes": "flag", "mentions": "flag"}
"""The values under which a rule speaks wherever its words stand."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule of matches, and a text in which it does not do what an example says."""

    guideline: Guideline
    rule: CompiledRule
    document: Document

    def findings(self, rule: CompiledRule) -> tuple[Finding, ...]:
        """Return what a variant of the rule finds."""
        policy = RuleSelection((rule,), siblings=False)
        return run_policy(self.guideline, [self.document], policy)[0].findings

    def words(self, place: Place) -> str:
        """Return the words that stand in a place."""
        field, start, end = place
        return (self.document.title if field == "title" else self.document.text)[start:end]


def why_not_flagged(tried: Tried, place: Place) -> list[str]:
    """Return why the words in a place are not flagged, the fewest reasons that any matcher has."""
    best: list[str] | None = None
    near: list[str] = []
    for number, matcher in enumerate(tried.rule.matchers, 1):
        bare = _bare(tried.rule, matcher)
        found = tried.findings(bare)
        if place not in map(_place, found):
            field, start, end = place
            here = (f for f in found if f.field == field)
            near += [f.match for f in here if f.start < end and start < f.end]
            continue
        reasons = list(_silencers(tried, bare, matcher, number, place))
        if best is None or len(reasons) < len(best):
            best = reasons
    if best is not None:
        return best or ["a longer match of the same rule stands there, or several parts together"]
    if near:
        wider = max(near, key=len)
        return [f"what the rule lists there is '{wider}': mark exactly that, or list the words"]
    return [_no_match(tried, tried.words(place))]


def why_flagged(tried: Tried, place: Place) -> list[str]:
    """Return which matcher flags the words, what spoke for it, and that nothing spoke against."""
    for number, matcher in enumerate(tried.rule.matchers, 1):
        alone = replace(tried.rule, matchers=(matcher,))
        if place not in map(_place, tried.findings(alone)):
            continue
        reasons = [f"found by {matcher.source.way} of match {number}"]
        for name, need, clause in _named(tried.rule, matcher, "needs", number):
            told = _told(tried, _bare(tried.rule, matcher, needs=(need,)), place)
            reasons.append(f"{name} holds: {told or clause_words(clause)}")
        exceptions = [name for name, _, _ in _named(tried.rule, matcher, "unless", number)]
        if not exceptions:
            return [*reasons, "there is no 'unless' that could silence it"]
        return [*reasons, "nothing under 'unless' holds"]
    return []


def _bare(
    rule: CompiledRule,
    matcher: CompiledMatcher,
    *,
    needs: tuple[CompiledClause, ...] = (),
    unless: tuple[CompiledClause, ...] = (),
    kept: Mapping[str, str] = {},
) -> CompiledRule:
    """Return a rule of one matcher that speaks always, save for what is given."""
    source = matcher.source.model_copy(update={"message": "({evidence})"})
    single = replace(
        matcher,
        source=source,
        needs=needs,
        unless=unless,
        early_needs=tuple(clause for clause in needs if clause.is_early),
        early_unless=tuple(clause for clause in unless if clause.is_early),
        plain=None,
    )
    open_rule = rule.rule.model_copy(update={**_OPEN, **kept})
    return replace(rule, rule=open_rule, matchers=(single,))


def _silencers(
    tried: Tried, bare: CompiledRule, matcher: CompiledMatcher, number: int, place: Place
) -> Iterator[str]:
    """Yield each part of the rule that alone silences the words."""
    rule = tried.rule.rule
    found = next(f for f in tried.findings(bare) if _place(f) == place)
    parts = {
        "gate": (rule.gate, _gate(tried)),
        "scope": (rule.scope, f"the words stand in the {found.scope}"),
        "quotes": (rule.quotes, "the words stand in what a speaker says"),
        "mentions": (rule.mentions, "the words are only mentioned, as in 'the term …'"),
    }
    for field, (value, said) in parts.items():
        if value != _OPEN[field] and not _stands(
            tried, _bare(tried.rule, matcher, kept={field: value}), place
        ):
            yield f"'{field}: {value}' silences it: {said}"
    for name, need, clause in _named(tried.rule, matcher, "needs", number):
        if not _stands(tried, _bare(tried.rule, matcher, needs=(need,)), place):
            yield f"{name} does not hold; it asks for {clause_words(clause)}"
    for name, exception, clause in _named(tried.rule, matcher, "unless", number):
        if not _stands(tried, _bare(tried.rule, matcher, unless=(exception,)), place):
            told = _told(tried, _bare(tried.rule, matcher, needs=(exception,)), place)
            yield f"{name} holds and silences it: {told or clause_words(clause)}"


def _named(
    rule: CompiledRule, matcher: CompiledMatcher, field: str, number: int
) -> list[tuple[str, CompiledClause, Clause]]:
    """Return clauses with the names under which an editor finds them: the rule's, then its own."""
    common: Sequence[Clause] = getattr(rule.rule, field)
    own: Sequence[Clause] = getattr(matcher.source, field)
    names = [f"'{field}' {n}" for n in range(1, len(common) + 1)]
    names += [f"'{field}' {n} of match {number}" for n in range(1, len(own) + 1)]
    ready: Sequence[CompiledClause] = getattr(matcher, field)
    return list(zip(names, ready, (*common, *own), strict=True))


def _stands(tried: Tried, rule: CompiledRule, place: Place) -> bool:
    return place in map(_place, tried.findings(rule))


def _told(tried: Tried, rule: CompiledRule, place: Place) -> str:
    """Return the words that a clause found, as a bare rule's message has them."""
    found = next((f for f in tried.findings(rule) if _place(f) == place), None)
    return f"'{found.message[1:-1]}'" if found and len(found.message) > 2 else ""


def _gate(tried: Tried) -> str:
    """Say what the gate saw: the words of another topic, or too little of this one."""
    draft = open_draft(tried.guideline, tried.document)
    other = [
        scene.view.shadow[start:end]
        for scene in draft.scenes
        for wordset in tried.guideline.topic.other
        for start, end in scene.hits.of(wordset)
    ]
    if other:
        shown = "', '".join(dict.fromkeys(other[:3]))
        return f"the text shows another topic ('{shown}')"
    return "the text does not show that it is about trafficking"


def _no_match(tried: Tried, words: str) -> str:
    """Say that nothing listed stands there, and what listed comes closest."""
    rule = tried.rule.rule
    listed = [phrase for m in rule.match for phrase in (*m.phrases, *m.replace)]
    close = get_close_matches(words.lower(), listed, 1, 0.6)
    if close:
        return (
            f"no phrase of the rule is '{words}'; closest is '{close[0]}' (list every form of a "
            "word, and mark no more than is listed)"
        )
    said = f"nothing that 'match' lists is '{words}'"
    if any(matcher.has_patterns for matcher in tried.rule.matchers):
        hits = open_draft(tried.guideline, tried.document).text.hits
        stands = hits.of(tried.rule.trigger)
        said += "; a trigger stands in the text, but no pattern fits" if stands else (
            "; none of the words under 'trigger' stands in the text"
        )  # fmt: skip
    return said


def _place(finding: Finding) -> Place:
    return finding.field, finding.start, finding.end


def why_answered(tried: Tried) -> list[str]:
    """Return which clauses of a question about the whole text led to its answer."""
    check, compiled = tried.rule.rule.check, tried.rule.check
    assert check
    assert compiled
    held: dict[str, list[str]] = {}
    for field in ("about", "met", "unless", "broken"):
        clauses: Sequence[Clause] = getattr(check, field)
        ready: Sequence[CompiledClause] = getattr(compiled, field)
        held[field] = []
        for number, (clause, evidence) in enumerate(zip(clauses, ready, strict=True), 1):
            told = _asks(tried, evidence)
            asked = clause_words(clause, whole_text=True)
            if told is not None:
                held[field].append(f"'{field}' {number} holds: {told or asked}")
            elif field == "about":
                return [f"'about' {number} does not hold; it asks for {asked}"]
    for field in ("met", "unless", "broken"):
        if held[field]:
            return held[field]
    return [f"nothing under 'met' or 'broken' holds, so 'otherwise: {check.otherwise}' decides"]


def _asks(tried: Tried, clause: CompiledClause) -> str | None:
    """Return the words that a clause of a question finds, "" for a look, None for nothing."""
    rule, compiled = tried.rule.rule, tried.rule.check
    assert rule.check
    assert compiled
    update = {"flags": None, "min_words": 0, "min_words_met": None, "otherwise": "broken"}
    open_check = rule.check.model_copy(update=update)
    alone = replace(
        tried.rule,
        rule=rule.model_copy(update={"check": open_check}),
        check=replace(compiled, about=(), unless=(), met=(clause,), broken=()),
    )
    policy = RuleSelection((alone,), force_topic=True, siblings=False)
    item = run_policy(tried.guideline, [tried.document], policy)[0].scorecard[0]
    if not item.met:
        return None
    said = [tried.words((span.field, span.start, span.end)) for span in item.evidence]
    return ", ".join(f"'{words}'" for words in dict.fromkeys(said))
