"""Confidence of flags: logistic regression on the rule model's log odds and rules' priors.

A rule that is right nine times in ten says so of the tenth, too: "renamed the offence of child
prostitution" is flagged with the confidence of its rule. What its words get from a judge who has
not learned from the sentence tells breach and near miss apart; on articles such flags are few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.tokenizer import Sentence
from monitor.evaluate.metrics import calibration_error, chance_error, reliability
from monitor.evaluate.rule_precision import Item, agree, related_rules
from monitor.records.finding import Finding
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.neural_model import EarlierMatches
from training.rule_model_data import LabelledSource, RuleClaim, RuleModelData, RuleRow, touch
from training.rule_model_parts import Prepared

Floats = NDArray[np.float64]
FEATURES = ("judge", "best", "prior", "loud", "again", "quoted", "title")
CLIP = (-8.0, 4.0)
PSEUDO = 4.0
"""So many flags at the base rate stand behind each rule's own."""
CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_DIGITS = 4
Said = Callable[[str, str, int], tuple[int, Sentence, NDArray[Any]] | None]
"""From article, field and offset: the start of the sentence there, its tokens, tokens x rules."""
LOST = 0.02
"""So large a share of the breaches that lists find may be lost for fewer near misses."""
UNLIKELY_CUTS = tuple(float(cut) for cut in np.arange(-7, -0.9, 0.5))


@dataclass(frozen=True, slots=True)
class EditorFlag:
    """A finding of the guideline in an article, and what editors said of it.

    `again`: its rule has found other words before in the article; `quoted`: in somebody's speech.
    `marked`: by an editor who had not seen it; `right`: then, or when it was judged.
    """

    article: str
    event: str
    rule: str
    field: str
    start: int
    end: int
    loud: bool
    again: bool
    quoted: bool
    marked: bool
    right: bool


@dataclass(frozen=True, slots=True)
class FlagEvidence:
    """A flag with the log odds of its words: of its rule or a sibling, and of any rule."""

    flag: EditorFlag
    judge: float
    best: float


@dataclass(frozen=True, slots=True, eq=False)
class ReadSentences:
    """Rows found by place, and what a judge says of each."""

    rows: Sequence[RuleRow]
    encoded: Sequence[Sentence]
    numbers: Callable[[int], NDArray[Any] | None]
    _at: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            self._at[row.id, row.field].append(number)

    def __call__(
        self, article: str, field: str, offset: int
    ) -> tuple[int, Sentence, NDArray[Any]] | None:
        """Return the sentence at a place of an article: its start, tokens, tokens x rules."""
        for number in self._at.get((article, field), ()):
            row = self.rows[number]
            if row.start <= offset < row.start + len(row.text):
                said = self.numbers(number)
                return None if said is None else (row.start, self.encoded[number], said)
        return None


def flags_in(guideline: Guideline, items: Sequence[Item], data: RuleModelData) -> list[EditorFlag]:
    """Return what the guideline in force finds in the part of articles that editors read."""
    related, policy = related_rules(guideline), make_policy(guideline, (), {})
    flags: list[EditorFlag] = []
    for item, checked in zip(
        items, run_policy(guideline, [item.document for item in items], policy), strict=True
    ):
        before = EarlierMatches()
        for found in checked.findings:
            again = before.says_again(found)
            if found.rule not in data.siblings or (
                found.field != "title" and found.start >= item.read
            ):
                continue
            marked = any(agree(found, mark, related) for mark in item.marks)
            verdict = data.judged.get((item.id, found.rule, found.match.lower()))
            flags.append(
                EditorFlag(
                    item.id, data.events[item.id], found.rule, found.field, found.start, found.end,
                    found.severity != "suggestion", again, found.quoted == "attributed",
                    marked, marked or verdict == "right",
                )
            )  # fmt: skip
    return flags


def gather(flags: Iterable[EditorFlag], said: Said, data: RuleModelData) -> list[FlagEvidence]:
    """Return flags with what the judge says of them; those behind its last token are left out."""
    place = {rule: at for at, rule in enumerate(data.rules)}
    found: list[FlagEvidence] = []
    for flag in flags:
        there = said(flag.article, flag.field, flag.start)
        if there is None:
            continue
        start, encoded, numbers = there
        tokens = encoded.tokens(flag.start - start, flag.end - start)
        if not tokens:
            continue
        own = [place[rule] for rule in sorted({flag.rule, *data.siblings[flag.rule]})]
        words = np.asarray(numbers[tokens], np.float64)
        judge = float(np.clip(words[:, own].max(), *CLIP))
        found.append(FlagEvidence(flag, judge, float(words.max())))
    return found


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights of the features, and the log odds of each rule's flags being marked."""

    weights: Mapping[str, float]
    offset: float
    priors: Mapping[str, float]
    unknown: float

    def of(self, evidence: Sequence[FlagEvidence]) -> Floats:
        """Return the probability that an editor marks each flag."""
        priors = [self.priors.get(each.flag.rule, self.unknown) for each in evidence]
        weights = np.array([self.weights[name] for name in FEATURES])
        odds = _features(evidence, priors) @ weights + self.offset
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)

    def settings(self) -> dict[str, Any]:
        """Return it as it stands in `meta.json`."""
        return {
            **self.weights,
            "offset": self.offset,
            "clip": list(CLIP),
            "priors": dict(self.priors),
            "unknown_prior": self.unknown,
        }


def fit_confidence(evidence: Sequence[FlagEvidence]) -> Confidence:
    """Fit on flags; each one's prior is that of the rule's other flags."""
    from sklearn.linear_model import LogisticRegression

    truth = _truth(evidence)
    base, counts = float(truth.mean()), _counts(evidence)
    others = []
    for each, right in zip(evidence, truth, strict=True):
        flags, good = counts[each.flag.rule]
        others.append(_log_odds(flags - 1, good - right, base))
    model = LogisticRegression(C=1).fit(_features(evidence, others), truth)
    weights = {
        name: round(float(weight), _DIGITS)
        for name, weight in zip(FEATURES, model.coef_[0], strict=True)
    }
    priors = {rule: round(_log_odds(*counts[rule], base), _DIGITS) for rule in sorted(counts)}
    unknown = round(_log_odds(0, 0, base), _DIGITS)
    return Confidence(weights, round(float(model.intercept_[0]), _DIGITS), priors, unknown)


def cross_fitted(evidence: Sequence[FlagEvidence], folds: Sequence[int]) -> Floats:
    """Return the confidence of each flag, fitted on the flags of other folds."""
    said = np.zeros(len(evidence))
    for fold in sorted(set(folds)):
        inside = [at for at, each in enumerate(folds) if each == fold]
        outside = [each for at, each in enumerate(evidence) if folds[at] != fold]
        said[inside] = fit_confidence(outside).of([evidence[at] for at in inside])
    return said


def confidence_scores(
    evidence: Sequence[FlagEvidence], said: Floats, *, flags: int
) -> dict[str, Any]:
    """Return how well flags are ranked and how far confidences hold; `flags` were raised."""
    from sklearn.metrics import roc_auc_score

    truth = _truth(evidence)
    return {
        "flags": flags,
        "judged": len(evidence),
        "right": int(truth.sum()),
        "auc": float(roc_auc_score(truth, said)),
        "auc_judge_alone": float(roc_auc_score(truth, [each.judge for each in evidence])),
        "calibration_error": calibration_error(truth, said, above=0.0),
        "chance_error": chance_error(said),
        "curve": reliability(truth, said),
        "cuts": _cuts(evidence, said),
    }


def counted(evidence: Sequence[FlagEvidence], said: Floats, *, flags: int) -> dict[str, Any]:
    """Return counts alone, for articles that nobody learns from."""
    return {"flags": flags, "judged": len(evidence), "cuts": _cuts(evidence, said)}


def _cuts(evidence: Sequence[FlagEvidence], said: Floats) -> list[dict[str, Any]]:
    rows = []
    for cut in (0.0, *CUTS):
        kept = [each.flag for each, sure in zip(evidence, said, strict=True) if sure >= cut]
        marked, right = sum(flag.marked for flag in kept), sum(flag.right for flag in kept)
        loud = [flag for flag in kept if flag.loud]
        rows.append(
            {"from": cut, "flags": len(kept), "marked": marked, "right": right,
             "loud": len(loud), "loud_marked": sum(flag.marked for flag in loud)}
        )  # fmt: skip
    return rows


def _features(evidence: Sequence[FlagEvidence], priors: Sequence[float]) -> Floats:
    rows = [
        (each.judge, each.best, prior, flag.loud, flag.again, flag.quoted, flag.field == "title")
        for each, prior in zip(evidence, priors, strict=True)
        for flag in (each.flag,)
    ]
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))


def _truth(evidence: Sequence[FlagEvidence]) -> NDArray[np.bool_]:
    return np.array([each.flag.marked for each in evidence], np.bool_)


def _counts(evidence: Sequence[FlagEvidence]) -> dict[str, tuple[int, int]]:
    counts: dict[str, tuple[int, int]] = {}
    for each in evidence:
        flags, right = counts.get(each.flag.rule, (0, 0))
        counts[each.flag.rule] = (flags + 1, right + each.flag.marked)
    return counts


def _log_odds(flags: float, right: float, base: float) -> float:
    return float(np.log((right + PSEUDO * base) / (flags - right + PSEUDO * (1 - base))))


def calibrate_unlikely(
    prepared: Prepared, guideline: Guideline, said: Mapping[str, NDArray[np.float32]]
) -> tuple[float, list[dict[str, Any]]]:
    """Return the log odds below which nothing is told, and for each cut what it costs."""
    data, keys = prepared.data, prepared.keys
    flags = list(flags_in_sentences(guideline, prepared.sentences_in(said), data.siblings))
    sentences = ReadSentences(data.rows, prepared.encoded, lambda row: said.get(keys[row]))
    return choose_unlikely(gather(flags, sentences, data))


def choose_unlikely(evidence: Sequence[FlagEvidence]) -> tuple[float, list[dict[str, Any]]]:
    """Return the highest cut that loses few breaches, the lowest of all if each loses more."""
    right = np.array([each.flag.right for each in evidence], np.bool_)
    odds = np.array([each.judge for each in evidence], np.float64)
    rows = [
        {"from": cut, "found": int(right.sum()), "lost": int((odds[right] < cut).sum()),
         "near_misses": int((~right).sum()), "dropped": int((odds[~right] < cut).sum())}
        for cut in UNLIKELY_CUTS
    ]  # fmt: skip
    cheap = [
        cut
        for cut, row in zip(UNLIKELY_CUTS, rows, strict=True)
        if row["lost"] <= LOST * right.sum()
    ]
    return max(cheap, default=UNLIKELY_CUTS[0]), rows


def flags_in_sentences(
    guideline: Guideline, sources: Sequence[LabelledSource], siblings: Mapping[str, frozenset[str]]
) -> Iterator[EditorFlag]:
    """Yield what lists find of the rule that a sentence was written for, or its near miss."""
    plain = replace(guideline, judge=None)
    documents = [source.document for source in sources]
    checked = run_policy(plain, documents, make_policy(plain, (), {}))
    for source, each in zip(sources, checked, strict=True):
        for finding in each.findings:
            right = any(_meets(finding, claim, siblings) for claim in source.labels.found)
            doubted = [claim for claim in source.labels.doubted if claim.rule == finding.rule]
            if right or any(_meets(finding, claim, siblings) for claim in doubted):
                yield EditorFlag(
                    source.id, source.event, finding.rule, finding.field, finding.start,
                    finding.end, finding.severity != "suggestion", again=False, quoted=False,
                    marked=right, right=right,
                )  # fmt: skip


def _meets(finding: Finding, claim: RuleClaim, siblings: Mapping[str, frozenset[str]]) -> bool:
    return finding.rule in {claim.rule, *siblings[claim.rule]} and touch(finding, claim)
