"""Suggestions of the rule model alone: calibration and thresholds, on articles of two editors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.evaluate.rule_precision import Item, agree, related_rules
from monitor.records.finding import Finding
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.neural_model import Formula, Judge, SuggestionModel
from training.rule_model_data import OUTPUT
from training.rule_model_parts import Prepared, calibration_fold, key_of

Floats = NDArray[np.float64]
FLOOR, HIGH = -4.5, 3.0
"""Log odds below which nothing is a proposal, and above which more says no more."""
EDGE, WORDS = 2.0, 8
SHRUNK = 0.5
"""How far a rule's own offset may move: with few findings a rule is judged as all are."""
AIM = 0.45
"""Of what the judge finds alone, at least this share shall meet a mark of either editor: of flags
that nobody has marked one in twelve more is right when it is judged (33 of 389)."""
CUTS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
ENOUGH = 8
"""Suggestions on which a cut can be chosen."""
BARREN = 4
"""A rule that has proposed so much as surely as others, and was never right, stays silent."""
_DIGITS = 4
_ALL = 10**6
_NOTHING = Formula(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, 0)
Numbers = Mapping[str, NDArray[np.float32]]


class Everything(SuggestionModel):
    """Proposes whatever is above the floor, and says the judge's log odds for a confidence."""

    def confidence(self, rule: str, odds: float) -> float:  # noqa: ARG002 - of every rule alike
        """Return the log odds themselves."""
        return odds


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """Numbers that were kept, in place of a session; of what was not kept nothing is said."""

    numbers: Numbers
    rules: int

    def run(self, ids: Sequence[int]) -> Mapping[str, NDArray[np.float32]]:
        """Return tokens x rules."""
        nothing = np.full((len(ids), self.rules), -20, np.float32)
        return {OUTPUT: self.numbers.get(key_of(ids), nothing)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the judge finds alone in an article, and whether it meets a mark."""

    item: int
    event: str
    finding: Finding
    marked: bool


@dataclass(frozen=True, slots=True, eq=False)
class ReadArticles:
    """Articles with what lists find in them and what the judge proposes besides."""

    items: Sequence[Item]
    listed: Sequence[Sequence[Finding]]
    proposals: Sequence[Proposal]
    related: Mapping[str, set[str]]


def recorded_model(prepared: Prepared, numbers: Numbers) -> Judge:
    """Return a judge that says what was kept of windows it had not learned from."""
    rules = prepared.data.rules
    every = Everything(1, dict.fromkeys(rules, 0.0), HIGH, FLOOR, EDGE, WORDS)
    session = cast("EncoderSession", RecordedSession(numbers, len(rules)))
    return Judge(
        cast("ModelFolder", None), session, prepared.tokenizer,
        {rule: at for at, rule in enumerate(rules)}, _NOTHING, 0.0, 0.0,
        most=_ALL, alone=every,
    )  # fmt: skip


def read_articles(
    guideline: Guideline, judge: Judge, items: Sequence[Item], events: Mapping[str, str]
) -> ReadArticles:
    """Run the guideline with its judge over annotated articles."""
    related, policy = related_rules(guideline), make_policy(guideline, (), {})
    documents = [item.document for item in items]
    plain, judged = (
        [
            [f for f in checked.findings if f.field == "title" or f.start < item.read]
            for item, checked in zip(
                items, run_policy(replace(guideline, judge=one), documents, policy), strict=True
            )
        ]
        for one in (None, judge)
    )
    proposals: list[Proposal] = []
    for at, item in enumerate(items):
        known = {(f.rule, f.field, f.start, f.end) for f in plain[at]}
        proposals += [
            Proposal(at, events[item.id], f, any(agree(f, mark, related) for mark in item.marks))
            for f in judged[at]
            if (f.rule, f.field, f.start, f.end) not in known
        ]
    return ReadArticles(items, plain, proposals, related)


def fit_alone(proposals: Sequence[Proposal], least: float) -> SuggestionModel:
    """Fit a slope for all and an offset for each rule; rules that are barren do not speak.

    Barren: never right among the surest proposals, as many as there are marks.
    """
    from sklearn.linear_model import LogisticRegression

    rules = sorted({each.finding.rule for each in proposals})
    if len({each.marked for each in proposals}) < 2:
        return SuggestionModel(0, {}, HIGH, least, EDGE, WORDS)
    rows = np.zeros((len(proposals), 1 + len(rules)))
    rows[:, 0] = [min(HIGH, each.finding.confidence or 0.0) for each in proposals]
    for at, each in enumerate(proposals):
        rows[at, 1 + rules.index(each.finding.rule)] = SHRUNK
    truth = np.array([each.marked for each in proposals], np.bool_)
    model = LogisticRegression(C=1, max_iter=2_000).fit(rows, truth)
    slope, base = float(model.coef_[0][0]), float(model.intercept_[0])
    own = {
        rule: round(base + SHRUNK * float(weight), _DIGITS)
        for rule, weight in zip(rules, model.coef_[0][1:], strict=True)
    }
    surest = sorted(proposals, key=lambda each: -(each.finding.confidence or 0.0))
    surest = surest[: 4 * int(truth.sum())]
    tried = Counter(each.finding.rule for each in surest)
    right = {each.finding.rule for each in proposals if each.marked}
    speaking = {
        rule: offset for rule, offset in own.items() if rule in right or tried[rule] < BARREN
    }
    return SuggestionModel(round(slope, _DIGITS), speaking, HIGH, least, EDGE, WORDS)


def cross_fitted_alone(proposals: Sequence[Proposal]) -> Floats:
    """Return each one's confidence, fitted on other events; 0: not told."""
    said = np.zeros(len(proposals))
    of = [calibration_fold(each.event) for each in proposals]
    for fold in sorted(set(of)):
        alone = fit_alone([each for each, own in zip(proposals, of, strict=True) if own != fold], 0)
        for number, each in enumerate(proposals):
            if of[number] == fold:
                said[number] = confidence_of(alone, each)
    return said


def confidence_of(alone: SuggestionModel, each: Proposal) -> float:
    """Return a proposal's confidence, 0 where its rule does not speak alone."""
    rule = each.finding.rule
    return alone.confidence(rule, each.finding.confidence or 0.0) if rule in alone.rules else 0.0


def choose_least(proposals: Sequence[Proposal], said: Floats) -> float:
    """Return the lowest confidence from which enough meet a mark, the highest if none does."""
    for cut in CUTS:
        kept = [each.marked for each, sure in zip(proposals, said, strict=True) if sure >= cut]
        if len(kept) >= ENOUGH and sum(kept) / len(kept) >= AIM:
            return cut
    return CUTS[-1]


def alone_scores(read: ReadArticles, said: Floats) -> list[dict[str, Any]]:
    """Return for each cut what is suggested, what of it meets marks, and sure marks found."""
    sure_marks = [(at, m) for at, item in enumerate(read.items) for m in item.marks if m.sure]
    rows = []
    for cut in (None, *CUTS):
        pairs = zip(read.proposals, said, strict=True)
        told = [each for each, sure in pairs if cut is not None and sure >= cut]
        there = list(map(list, read.listed))
        for each in told:
            there[each.item].append(each.finding)
        found = sum(any(agree(f, mark, read.related) for f in there[at]) for at, mark in sure_marks)
        marked = sum(each.marked for each in told)
        rows.append({"from": cut, "suggested": len(told), "marked": marked,
                     "sure": len(sure_marks), "sure_found": found})  # fmt: skip
    return rows


def calibrate_alone(
    prepared: Prepared, guideline: Guideline, said: Numbers
) -> tuple[SuggestionModel, dict[str, Any]]:
    """Return what the judge says alone, and the figures on the articles it is fitted on."""
    data = prepared.data
    items = [item for item in data.articles if prepared.is_crossed(data.events[item.id])]
    read = read_articles(guideline, recorded_model(prepared, said), items, data.events)
    crossed = cross_fitted_alone(read.proposals)
    alone = fit_alone(read.proposals, choose_least(read.proposals, crossed))
    told = [p for p, sure in zip(read.proposals, crossed, strict=True) if sure >= alone.least]
    suggested = Counter(each.finding.rule for each in told)
    marked = Counter(each.finding.rule for each in told if each.marked)
    return alone, {
        "proposals": len(read.proposals),
        "floor": FLOOR,
        "read": len(read.items),
        "articles": alone_scores(read, crossed),
        "rules": {r: {"suggested": suggested[r], "marked": marked[r]} for r in alone.rules},
    }
