"""The rules' own tests: every example of every rule, spans exact, suggestions clean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from monitor.records.article import Finding
from monitor.rules.checked import Checked
from monitor.rules.checker import Policy, make_policy, run_policy
from monitor.rules.compiler import CompiledRule, Guideline
from monitor.rules.reasons import Tried, why_answered, why_flagged, why_not_flagged
from monitor.rules.rule_schema import Example
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
        policy = Policy((rule,), siblings=False)
        checked = run_policy(guideline, [case.document for case in cases], policy)
        for case, result in zip(cases, checked, strict=True):
            problem = _document_problem(case, result) if rule.check else _problem(case, result)
            if problem:
                reasons = _reasons(Tried(guideline, rule, case.document), case, result)
                failures.append(_failure(case, problem, reasons))
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


def _problem(case: Case, checked: Checked) -> str | None:
    found = {(f.field, f.start, f.end): f for f in checked.findings}
    if missed := sorted(case.marked - found.keys()):
        return f"not flagged: {_words(case, missed[0])!r}; flagged: {_all(found)}"
    if extra := sorted(found.keys() - case.marked):
        return f"flagged without a mark: {_words(case, extra[0])!r}"
    if case.kind == "quoted":
        return next(filter(None, map(_quote_problem, [case] * len(found), found.values())), None)
    return None


def _reasons(tried: Tried, case: Case, checked: Checked) -> list[str]:
    """Return why the first thing that is wrong with an example is so."""
    if case.rule.check:
        return why_answered(tried)
    found = {(f.field, f.start, f.end) for f in checked.findings}
    if missed := sorted(case.marked - found):
        return why_not_flagged(tried, missed[0])
    if extra := sorted(found - case.marked):
        return why_flagged(tried, extra[0])
    return []


def _quote_problem(case: Case, finding: Finding) -> str | None:
    policy = case.rule.rule.quotes
    if finding.quoted == "no":
        return f"{finding.match!r} is not seen as quoted"
    if finding.quoted == "attributed" and policy == "skip":
        return f"{finding.match!r} is flagged in a quotation, which 'skip' forbids"
    return None


def _document_problem(case: Case, checked: Checked) -> str | None:
    """Compare the answer of a document rule: bad is not met, good met, unjudged neither."""
    if case.rule.rule.check and case.rule.rule.check.flags:
        flagged = bool(checked.findings)
        if flagged != (case.kind == "bad"):
            return "the headline is flagged" if flagged else "the headline is not flagged"
        return None
    wanted = {"bad": (False,), "good": (True,), "unjudged": (None,)}.get(case.kind, (True, None))
    item = checked.scorecard[0]
    return None if item.met in wanted else f"answered {item.met} ({item.reason})"


def _words(case: Case, span: tuple[str, int, int]) -> str:
    field, start, end = span
    return (case.document.title if field == "title" else case.document.text)[start:end]


def _all(found: Mapping[Any, Finding]) -> str:
    return ", ".join(repr(finding.match) for finding in found.values()) or "nothing"


def _failure(case: Case, problem: str, reasons: Sequence[str]) -> ExampleFailure:
    rule, shown = case.rule.rule.id, case.document.text[:300]
    return ExampleFailure(rule, case.kind, case.number, shown, problem, tuple(reasons))


def _suggestion_failures(guideline: Guideline, only: frozenset[str]) -> Iterator[ExampleFailure]:
    """Yield suggestions that some rule would flag with a warning or more, in a bad example."""
    everything = make_policy(guideline, (), {})
    for rule in guideline.compiled:
        if rule.check or (only and rule.rule.id not in only):
            continue
        cases = [case for case in example_cases(rule) if case.kind == "bad"]
        checked = run_policy(
            guideline, [c.document for c in cases], Policy((rule,), every_offer=True)
        )
        tries = [
            (case, finding, suggestion)
            for case, result in zip(cases, checked, strict=True)
            for finding in result.findings
            if finding.field == "text"
            for suggestion in finding.suggestions
        ]
        texts = [_replaced(case, finding, new) for case, finding, new in tries]
        results = run_policy(guideline, texts, everything)
        for (case, finding, new), result in zip(tries, results, strict=True):
            span = finding.start, finding.start + len(new)
            worst = [
                f
                for f in result.findings
                if f.severity != "suggestion"
                and f.field == "text"
                and f.start < span[1]
                and f.end > span[0]
            ]
            if worst:
                problem = f"suggestion {new!r} is itself flagged by {worst[0].rule}"
                said = (f"of '{worst[0].match}': {worst[0].message}",)
                yield ExampleFailure(
                    rule.rule.id, "suggestion", case.number, case.document.text[:300], problem, said
                )


def _replaced(case: Case, finding: Finding, new: str) -> Document:
    text = case.document.text
    return Document(
        text[: finding.start] + new + text[finding.end :],
        case.document.title,
        captions=case.document.captions,
        language="en",
    )
