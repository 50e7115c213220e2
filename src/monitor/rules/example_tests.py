"""Tests of rules by their own examples: spans exact, suggestions clean, and why one fails.

Why an example does not hold is found by trying the rule without a part of it. Nothing of the engine
is repeated here: a part that alone silences the words is what silences them, whatever the engine
does with it. Clauses are told in words that an editor understands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from monitor.records.finding import Finding
from monitor.rules.checker import RuleSelection, run_policy
from monitor.rules.compiler import CompiledClause, CompiledMatcher, CompiledRule, Guideline
from monitor.rules.findings import Checked, put_in
from monitor.rules.matching import open_draft
from monitor.rules.rule_schema import Clause, as_example
from monitor.text.document import Document

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
Place = tuple[str, int, int]
"""Field, start and end."""


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example (or `suggestion`) that does not hold, and which parts of the rule decided."""

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
    """An example as a document; `marked` is what is to be flagged."""

    rule: CompiledRule
    kind: str
    number: int
    document: Document
    marked: frozenset[Place]

    def failure(self, problem: str, reasons: Iterable[str], kind: str = "") -> ExampleFailure:
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
    rules = [rule for rule in guideline.compiled if not only or rule.rule.id in only]
    failures: list[ExampleFailure] = []
    for rule in rules:
        cases = list(example_cases(rule))
        policy = RuleSelection((rule,), siblings=False)
        checked = run_policy(guideline, [case.document for case in cases], policy)
        for case, result in zip(cases, checked, strict=True):
            if wrong := _verdict(_Tried(guideline, rule, case.document), case, result):
                failures.append(case.failure(*wrong))
    return failures + [each for rule in rules for each in _suggestion_failures(guideline, rule)]


def example_cases(rule: CompiledRule) -> Iterator[Case]:
    """Yield the examples of a rule, numbered from 1 within each kind."""
    for kind in ("bad", "good", "quoted", "unjudged"):
        for number, example in enumerate(getattr(rule.rule.examples, kind), 1):
            whole = as_example(example)
            lead = f"{whole.context.strip()}\n\n" if whole.context else ""
            text, spans = _unmark(whole.text, "text", len(lead))
            title, title_spans = _unmark(whole.title, "title")
            captions = ((len(lead), len(lead) + len(text)),) if whole.caption else ()
            document = Document(lead + text, title, captions=captions, language="en")
            yield Case(rule, kind, number, document, frozenset(spans | title_spans))


def _unmark(text: str, field: str, shift: int = 0) -> tuple[str, set[Place]]:
    """Return the text without marks, and the spans that were marked, moved by `shift`."""
    plain, spans = "", set()
    for number, part in enumerate(_MARK.split(text)):
        if number % 2:
            spans.add((field, shift + len(plain), shift + len(plain) + len(part)))
        plain += part
    return plain, spans


def _verdict(tried: _Tried, case: Case, checked: Checked) -> tuple[str, list[str]] | None:
    """Return the first thing that is wrong with an example and why it is so, None if it holds."""
    rule, is_bad = case.rule.rule, case.kind == "bad"
    if rule.check:  # bad is not met, good met, unjudged neither
        wanted = {"bad": (False,), "good": (True,), "unjudged": (None,)}
        said, right = f"the headline is {'not ' if is_bad else ''}flagged", is_bad
        if rule.check.flags:
            right = bool(checked.findings) == is_bad
        else:
            item = checked.scorecard[0]
            said = f"answered {item.met} ({item.reason})"
            right = item.met in wanted.get(case.kind, (True, None))
        return None if right else (said, _why_answered(tried))
    found = {(f.field, f.start, f.end): f for f in checked.findings}
    if missed := sorted(case.marked - found.keys()):
        flagged = ", ".join(repr(finding.match) for finding in found.values()) or "nothing"
        said = f"not flagged: {tried.words(missed[0])!r}; flagged: {flagged}"
        return said, _why_not_flagged(tried, missed[0])
    if extra := sorted(found.keys() - case.marked):
        said = f"flagged without a mark: {tried.words(extra[0])!r}"
        return said, _why_flagged(tried, extra[0])
    for finding in found.values() if case.kind == "quoted" else ():
        if finding.quoted == "no":
            return f"{finding.match!r} is not seen as quoted", []
        if finding.quoted == "attributed" and rule.quotes == "skip":
            return f"{finding.match!r} is flagged in a quotation, which 'skip' forbids", []
    return None


def _suggestion_failures(guideline: Guideline, rule: CompiledRule) -> Iterator[ExampleFailure]:
    """Yield suggestions that some rule would flag with a warning or more, in a bad example."""
    if rule.rule.check:
        return
    cases = [case for case in example_cases(rule) if case.kind == "bad"]
    policy = RuleSelection((rule,), every_offer=True)
    checked = run_policy(guideline, [case.document for case in cases], policy)
    tries = [
        (case, finding, new)
        for case, result in zip(cases, checked, strict=True)
        for finding in result.findings
        if finding.field == "text"
        for new in finding.suggestions
    ]
    changed = [put_in(case.document, finding, new) for case, finding, new in tries]
    results = run_policy(guideline, changed)
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


def _clause_words(clause: Clause, *, whole_text: bool = False) -> str:
    """Return what a clause, of a `check` if of the `whole_text`, asks for: "in the headline, …"."""
    asked = [f"a word of the list '{name}'" for name in clause.lexicons]
    if clause.phrases:
        named = " or ".join(f"'{phrase}'" for phrase in clause.phrases[:SHOWN])
        rest = len(clause.phrases) - SHOWN
        asked.append(f"{named} or one of {rest} more" if rest > 0 else named)
    for slots in clause.sequences[:SHOWN]:
        first = (f"<{s}>" if isinstance(s, str) else next(filter(None, s), "") for s in slots)
        asked.append(f"a sequence like '{' '.join(first).strip()}'")
    if clause.tokens:
        asked.append("a pattern under 'tokens'")
    if clause.person or clause.referent:
        who = f"the node '{clause.person}'" if clause.person else _WHO[clause.referent or ""]
        roles = " or ".join(role.replace("+", " and ") for role in clause.is_)
        asked.append(f"{who} being {roles}")
    if clause.quoted:
        asked.append(f"the words standing in {clause.quoted} quotation marks")
    if clause.statistic:
        asked.append(f"a figure with its {', '.join(clause.statistic)}")
    asked += [f"facts that make it {case}" for case in clause.case]
    if clause.headline_has:
        asked.append(f"a headline with {' or '.join(clause.headline_has)}")
    said = " or ".join(asked) or "nothing"
    listed = clause.lexicons or clause.phrases or clause.sequences or clause.tokens
    if clause.person or clause.quoted or (clause.referent and not listed):
        return said
    least = f"at least {clause.at_least} of: " if clause.at_least > 1 else ""
    reach = f", {clause.reach} words away at most" if clause.reach else ""
    within = "document" if whole_text and clause.within == "sentence" else clause.within
    return f"{least}{said}, {_WITHIN[within]}{reach}"


NO_TRIGGER = "none of the words under 'trigger' stands in the text"
_OPEN = {"gate": "none", "scope": "any", "quotes": "flag", "mentions": "flag"}
"""The values under which a rule speaks wherever its words stand."""


@dataclass(frozen=True, slots=True)
class _Tried:
    """A rule of matches, and a text in which it does not do what an example says."""

    guideline: Guideline
    rule: CompiledRule
    document: Document

    def findings(self, rule: CompiledRule) -> tuple[Finding, ...]:
        """Return what a variant of the rule finds."""
        policy = RuleSelection((rule,), siblings=False)
        return run_policy(self.guideline, [self.document], policy)[0].findings

    def at(self, rule: CompiledRule, place: Place) -> Finding | None:
        """Return what a variant of the rule finds in just that place."""
        found = self.findings(rule)
        return next((f for f in found if (f.field, f.start, f.end) == place), None)

    def told(self, rule: CompiledRule, place: Place, clause: Clause) -> str:
        """Return the words that a clause found, as a bare rule's message has them."""
        found = self.at(rule, place)
        own = found and found.message[1:-1]
        return f"'{own}'" if own else _clause_words(clause)

    def words(self, place: Place) -> str:
        """Return the words that stand in a place."""
        field, start, end = place
        return (self.document.title if field == "title" else self.document.text)[start:end]


def _why_not_flagged(tried: _Tried, place: Place) -> list[str]:
    """Return why the words in a place are not flagged, the fewest reasons that any matcher has."""
    best: list[list[str]] = []
    near: list[str] = []
    field, start, end = place
    for number, matcher in enumerate(tried.rule.matchers, 1):
        bare = _bare(tried.rule, matcher)
        if found := tried.at(bare, place):
            best.append(list(_silencers(tried, found, matcher, number, place)))
        else:
            here = (f for f in tried.findings(bare) if f.field == field)
            near += [f.match for f in here if f.start < end and start < f.end]
    together = "a longer match of the same rule stands there, or several parts together"
    if best:
        return min(best, key=len) or [together]
    if near:
        wider = max(near, key=len)
        return [f"what the rule lists there is '{wider}': mark exactly that, or list the words"]
    words = tried.words(place)
    listed = [phrase for m in tried.rule.rule.match for phrase in (*m.phrases, *m.replace)]
    if close := get_close_matches(words.lower(), listed, 1, 0.6):
        said = f"no phrase of the rule is '{words}'; closest is '{close[0]}' (list every form of a "
        return [f"{said}word, and mark no more than is listed)"]
    said = f"nothing that 'match' lists is '{words}'"
    if any(matcher.patterns for matcher in tried.rule.matchers):
        hits = open_draft(tried.guideline, tried.document).text.hits.of(tried.rule.trigger)
        fits = "a trigger stands in the text, but no pattern fits"
        said += f"; {fits if hits else NO_TRIGGER}"
    return [said]


def _why_flagged(tried: _Tried, place: Place) -> list[str]:
    """Return which matcher flags the words, what spoke for it, and that nothing spoke against."""
    for number, matcher in enumerate(tried.rule.matchers, 1):
        if tried.at(replace(tried.rule, matchers=(matcher,)), place) is None:
            continue
        reasons = [f"found by {matcher.source.ways[0]} of match {number}"]
        for name, need in _named(matcher, "needs", number):
            told = tried.told(_bare(tried.rule, matcher, needs=(need,)), place, need.asked)
            reasons.append(f"{name} holds: {told}")
        none = "there is no 'unless' that could silence it"
        return [*reasons, "nothing under 'unless' holds" if matcher.unless else none]
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
    single = replace(matcher, source=source, needs=needs, unless=unless, plain=None)
    single = replace(single, early_needs=(), early_unless=())
    return replace(rule, rule=rule.rule.model_copy(update={**_OPEN, **kept}), matchers=(single,))


def _silencers(
    tried: _Tried, found: Finding, matcher: CompiledMatcher, number: int, place: Place
) -> Iterator[str]:
    """Yield each part of the rule that alone silences the words."""
    rule, topic = tried.rule, "the text does not show that it is about trafficking"
    if other := [
        scene.view.shadow[start:end]
        for scene in open_draft(tried.guideline, tried.document).scenes
        for wordset in tried.guideline.topic["other"]
        for start, end in scene.hits.of(wordset)
    ]:
        shown = "', '".join(dict.fromkeys(other[:3]))
        topic = f"the text shows another topic ('{shown}')"
    parts = {
        "gate": topic,
        "scope": f"the words stand in the {found.scope}",
        "quotes": "the words stand in what a speaker says",
        "mentions": "the words are only mentioned, as in 'the term …'",
    }
    for field, said in parts.items():
        value = getattr(rule.rule, field)
        kept = {field: value}
        if value != _OPEN[field] and not tried.at(_bare(rule, matcher, kept=kept), place):
            yield f"'{field}: {value}' silences it: {said}"
    for name, need in _named(matcher, "needs", number):
        if not tried.at(_bare(rule, matcher, needs=(need,)), place):
            yield f"{name} does not hold; it asks for {_clause_words(need.asked)}"
    for name, against in _named(matcher, "unless", number):
        if not tried.at(_bare(rule, matcher, unless=(against,)), place):
            told = tried.told(_bare(rule, matcher, needs=(against,)), place, against.asked)
            yield f"{name} holds and silences it: {told}"


def _named(
    matcher: CompiledMatcher, field: str, number: int
) -> Iterator[tuple[str, CompiledClause]]:
    """Yield clauses with the names under which an editor finds them: the rule's, then its own."""
    clauses: tuple[CompiledClause, ...] = getattr(matcher, field)
    common = len(clauses) - len(getattr(matcher.source, field))
    for n, clause in enumerate(clauses, 1):
        own = f"'{field}' {n - common} of match {number}"
        yield f"'{field}' {n}" if n <= common else own, clause


def _why_answered(tried: _Tried) -> list[str]:
    """Return which clauses of a question about the whole text led to its answer."""
    rule = tried.rule.rule
    assert rule.check
    update = {"flags": None, "min_words": 0, "min_words_met": None, "otherwise": "broken"}
    open_rule = rule.model_copy(update={"check": rule.check.model_copy(update=update)})
    held: dict[str, list[str]] = {}
    for field in ("about", "met", "unless", "broken"):
        held[field] = []
        for number, clause in enumerate(tried.rule.check[field], 1):
            # asked alone, as if it would meet the rule
            clauses = {part: (clause,) if part == "met" else () for part in tried.rule.check}
            alone = replace(tried.rule, rule=open_rule, check=clauses)
            policy = RuleSelection((alone,), force_topic=True, siblings=False)
            item = run_policy(tried.guideline, [tried.document], policy)[0].scorecard[0]
            words = dict.fromkeys(tried.words((s.field, s.start, s.end)) for s in item.evidence)
            asked = _clause_words(clause.asked, whole_text=True)
            told = ", ".join(f"'{said}'" for said in words) or asked
            if item.met:
                held[field].append(f"'{field}' {number} holds: {told}")
            elif field == "about":
                return [f"'about' {number} does not hold; it asks for {asked}"]
    decides = f"'otherwise: {rule.check.otherwise}' decides"
    none = [f"nothing under 'met' or 'broken' holds, so {decides}"]
    return held["met"] or held["unless"] or held["broken"] or none
