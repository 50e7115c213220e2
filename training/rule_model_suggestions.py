"""What the judge may say alone: fitted on articles, with what it says of those it has not read.

The engine itself is run, with recorded numbers for the model's: so scopes, quotations, names and
what the lists have found count here as they do for a reader.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from monitor.guidelines.checked import Checked
from monitor.guidelines.compiled import Guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.guidelines.evaluate import Item, agree, related_rules
from monitor.guidelines.glance import Alone
from monitor.guidelines.judge import Formula, Judge
from monitor.nlp.artefact import ModelFolder
from monitor.nlp.encoder import EncoderSession
from monitor.types import Finding
from training.judge_options import OUTPUT
from training.rule_model_parts import Prepared, calibration_fold, key_of

Floats = NDArray[np.float64]
FLOOR, HIGH = -4.5, 3.0
"""Log odds below which nothing is a proposal, and above which more says no more."""
EDGE, WORDS = 2.0, 8
SHRUNK = 0.5
"""How far a rule's own offset may move: with few findings a rule is judged as all are."""
AIM = 0.5
"""Of what the judge finds alone, at least this share shall meet an editor's mark: of the marks of
one editor another, who works apart, has two in three (43 of 66 and 43 of 68 on 40 articles)."""
CUTS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
ENOUGH = 8
"""Suggestions on which a cut can be chosen."""
BARREN = 4
"""A rule that has proposed so much as surely as others, and was never right, stays silent."""
OTHERS = 6
_DIGITS = 4
_ALL = 10**6
_NOTHING = Formula(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, 0)


class Everything(Alone):
    """Proposes whatever is above the floor, and says the judge's log odds for a confidence."""

    def confidence(self, rule: str, odds: float) -> float:  # noqa: ARG002 - of every rule alike
        """Return the log odds themselves."""
        return odds


@dataclass(frozen=True, slots=True)
class Recorded:
    """Numbers that were kept, in place of a session; of what was not kept nothing is said."""

    numbers: Mapping[str, NDArray[np.float32]]
    rules: int
    starts: Mapping[str, int]

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        """Return tokens x rules."""
        said = np.full((len(ids), self.rules), -20, np.float32)
        key = key_of(ids)
        if key in self.numbers:
            start, known = self.starts[key], self.numbers[key]
            said[start : start + len(known)] = known
        return {OUTPUT: said}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the judge finds alone in an article, and whether it meets a mark."""

    item: int
    event: str
    finding: Finding
    marked: bool


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Articles with what lists find in them and what the judge proposes besides."""

    items: Sequence[Item]
    listed: Sequence[Sequence[Finding]]
    proposals: Sequence[Proposal]
    related: Mapping[str, set[str]] = field(default_factory=dict)


def recorded_judge(prepared: Prepared, numbers: Mapping[str, NDArray[np.float32]]) -> Judge:
    """Return a judge that says what was kept of sentences it had not learned from."""
    starts = {key_of(each.ids): each.start for each in prepared.encoded}
    rules = prepared.data.rules
    every = Everything(1, dict.fromkeys(rules, 0.0), HIGH, FLOOR, EDGE, WORDS, _ALL)
    session = cast("EncoderSession", Recorded(numbers, len(rules), starts))
    return Judge(
        cast("ModelFolder", None), session, prepared.tokenizer,
        {rule: at for at, rule in enumerate(rules)}, prepared.options.context, _NOTHING, 0.0, 0.0,
        most=_ALL, alone=every,
    )  # fmt: skip


def read_articles(
    guideline: Guideline, judge: Judge, items: Sequence[Item], events: Mapping[str, str]
) -> Read:
    """Run the guideline with its judge over annotated articles."""
    related, policy = related_rules(guideline), make_policy(guideline, (), {})
    documents = [item.document for item in items]
    plain = run_policy(replace(guideline, judge=None), documents, policy)
    judged = run_policy(replace(guideline, judge=judge), documents, policy)
    listed = [_within(item, each) for item, each in zip(items, plain, strict=True)]
    proposals = []
    for at, (item, each) in enumerate(zip(items, judged, strict=True)):
        known = {_place(finding) for finding in listed[at]}
        proposals += [
            Proposal(at, events[item.id], finding, _meets(finding, item, related))
            for finding in _within(item, each)
            if _place(finding) not in known
        ]
    return Read(items, listed, proposals, related)


def _within(item: Item, checked: Checked) -> list[Finding]:
    return [f for f in checked.findings if f.field == "title" or f.start < item.read]


def _place(finding: Finding) -> tuple[str, str, int, int]:
    return finding.rule, finding.field, finding.start, finding.end


def _meets(finding: Finding, item: Item, related: Mapping[str, set[str]]) -> bool:
    return any(agree(finding, mark, related) for mark in item.marks)


def fit_alone(proposals: Sequence[Proposal], least: float, aside: Sequence[Proposal] = ()) -> Alone:
    """Fit a slope for all and an offset for each rule; rules that are barren do not speak.

    Those `aside` tell the slope and the rules apart, and not how often a proposal is right.
    """
    from sklearn.linear_model import LogisticRegression

    every = [*proposals, *aside]
    rules = sorted({each.finding.rule for each in every})
    if len({each.marked for each in proposals}) < 2:
        return Alone(0, {}, HIGH, least, EDGE, WORDS, OTHERS)
    truth = np.array([each.marked for each in every], np.bool_)
    rows = np.zeros((len(every), 2 + len(rules)))
    rows[:, 0] = [min(HIGH, each.finding.confidence or 0.0) for each in every]
    rows[len(proposals) :, -1] = 1
    for at, each in enumerate(every):
        rows[at, 1 + rules.index(each.finding.rule)] = SHRUNK
    model = LogisticRegression(C=1, max_iter=2_000).fit(rows, truth)
    slope, base = float(model.coef_[0][0]), float(model.intercept_[0])
    own = {
        rule: round(base + SHRUNK * float(weight), _DIGITS)
        for rule, weight in zip(rules, model.coef_[0][1:-1], strict=True)
    }
    barren = _barren(proposals) | own.keys() - {e.finding.rule for e in every if e.marked}
    speaking = {rule: offset for rule, offset in own.items() if rule not in barren}
    return Alone(round(slope, _DIGITS), speaking, HIGH, least, EDGE, WORDS, OTHERS)


def _barren(proposals: Sequence[Proposal]) -> set[str]:
    """Return rules that were never right among the surest proposals, as many as there are marks."""
    surest = sorted(proposals, key=lambda each: -(each.finding.confidence or 0.0))
    surest = surest[: 4 * sum(each.marked for each in proposals)]
    tried = Counter(each.finding.rule for each in surest)
    right = Counter(each.finding.rule for each in proposals if each.marked)
    return {rule for rule, number in tried.items() if number >= BARREN and not right[rule]}


def cross_fitted_alone(proposals: Sequence[Proposal], aside: Sequence[Proposal] = ()) -> Floats:
    """Return each one's confidence, fitted on other events; 0 where its rule is silent.

    First of the proposals, then of those `aside`.
    """
    every = [*proposals, *aside]
    said = np.zeros(len(every))
    of = [calibration_fold(each.event) for each in every]
    for fold in sorted(set(of)):
        others = [
            [each for each in some if calibration_fold(each.event) != fold]
            for some in (proposals, aside)
        ]
        alone = fit_alone(others[0], 0, others[1])
        for number, (each, at) in enumerate(zip(every, of, strict=True)):
            if at == fold:
                said[number] = confidence_of(alone, each)
    return said


def confidence_of(alone: Alone, each: Proposal) -> float:
    """Return a proposal's confidence, 0 where its rule does not speak alone."""
    rule = each.finding.rule
    return alone.confidence(rule, each.finding.confidence or 0.0) if rule in alone.rules else 0.0


def choose_least(proposals: Sequence[Proposal], said: Floats, aim: float = AIM) -> float:
    """Return the lowest confidence from which enough meet a mark, the highest if none does."""
    for cut in CUTS:
        kept = [each.marked for each, sure in zip(proposals, said, strict=True) if sure >= cut]
        if len(kept) >= ENOUGH and sum(kept) / len(kept) >= aim:
            return cut
    return CUTS[-1]


def alone_scores(read: Read, said: Floats) -> list[dict[str, Any]]:
    """Return for each cut what is suggested, what of it meets marks, and sure marks found."""
    rows = []
    for cut in (None, *CUTS):
        kept: defaultdict[int, list[Finding]] = defaultdict(list)
        marked = told = 0
        for each, sure in zip(read.proposals, said, strict=True):
            if cut is not None and sure >= cut:
                kept[each.item].append(each.finding)
                told, marked = told + 1, marked + each.marked
        sure_marks, found = _recall(read, kept)
        rows.append({"from": cut, "suggested": told, "marked": marked, "sure": sure_marks,
                     "sure_found": found})  # fmt: skip
    return rows


def _recall(read: Read, kept: Mapping[int, Iterable[Finding]]) -> tuple[int, int]:
    sure = found = 0
    for at, item in enumerate(read.items):
        there = [*read.listed[at], *kept.get(at, ())]
        for mark in item.marks:
            if mark.sure:
                sure += 1
                found += any(agree(finding, mark, read.related) for finding in there)
    return sure, found
