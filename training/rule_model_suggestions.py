"""Suggestions of the rule model alone: calibration, thresholds, preselection of sentences.

What the judge says alone is fitted on real short items and on sentences written for a rule, which
do not tell how often breaches are there. How sure a list's finding is, is told as in articles.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import Sentence
from monitor.evaluate.rule_precision import Item, agree, related_rules
from monitor.records.finding import Finding
from monitor.rules import neural_model
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.neural_model import Judge, SentenceRanker, SuggestionModel
from training.rule_model_data import ARTICLE, OUTPUT, WRITTEN, RuleRow, touch
from training.rule_model_parts import Prepared, calibration_fold, key_of, sentence_pair

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
_NOTHING = neural_model.Formula(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, 0)
GLANCE_LOW, GLANCE_HIGH = -6.0, 2.0
"""Log odds are learned within these: how silent a silent sentence is, matters to nobody."""
PAIRS = 16_384
GLANCE_RIDGE = 30.0
MANY = (3, 4, 6, 8, 10, 15)
Numbers = Mapping[str, NDArray[np.float32]]
NEAR = 0.035
"""Of near misses it may flag so many; the lists flag some too, and four in a hundred is enough."""


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
class ReadArticles:
    """Articles with what lists find in them and what the judge proposes besides."""

    items: Sequence[Item]
    listed: Sequence[Sequence[Finding]]
    proposals: Sequence[Proposal]
    related: Mapping[str, set[str]]


def recorded_model(prepared: Prepared, numbers: Numbers) -> Judge:
    """Return a judge that says what was kept of sentences it had not learned from."""
    starts = {key_of(each.ids): each.start for each in prepared.encoded}
    rules = prepared.data.rules
    every = Everything(1, dict.fromkeys(rules, 0.0), HIGH, FLOOR, EDGE, WORDS, _ALL)
    session = cast("EncoderSession", RecordedSession(numbers, len(rules), starts))
    return Judge(
        cast("ModelFolder", None), session, prepared.tokenizer,
        {rule: at for at, rule in enumerate(rules)}, prepared.options.context, _NOTHING, 0.0, 0.0,
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


def fit_alone(
    proposals: Sequence[Proposal], least: float, aside: Sequence[Proposal] = ()
) -> SuggestionModel:
    """Fit a slope for all and an offset for each rule; rules that are barren do not speak.

    Barren: never right among the surest proposals, as many as there are marks. Those `aside` tell
    the slope and the rules apart, and not how often a proposal is right.
    """
    from sklearn.linear_model import LogisticRegression

    every = [*proposals, *aside]
    rules = sorted({each.finding.rule for each in every})
    if len({each.marked for each in proposals}) < 2:
        return SuggestionModel(0, {}, HIGH, least, EDGE, WORDS, OTHERS)
    rows = np.zeros((len(every), 2 + len(rules)))
    rows[:, 0] = [min(HIGH, each.finding.confidence or 0.0) for each in every]
    rows[len(proposals) :, -1] = 1
    for at, each in enumerate(every):
        rows[at, 1 + rules.index(each.finding.rule)] = SHRUNK
    truth = np.array([each.marked for each in every], np.bool_)
    model = LogisticRegression(C=1, max_iter=2_000).fit(rows, truth)
    slope, base = float(model.coef_[0][0]), float(model.intercept_[0])
    own = {
        rule: round(base + SHRUNK * float(weight), _DIGITS)
        for rule, weight in zip(rules, model.coef_[0][1:-1], strict=True)
    }
    surest = sorted(proposals, key=lambda each: -(each.finding.confidence or 0.0))
    surest = surest[: 4 * sum(each.marked for each in proposals)]
    tried = Counter(each.finding.rule for each in surest)
    right = {each.finding.rule for each in proposals if each.marked}
    ever = {each.finding.rule for each in every if each.marked}
    speaking = {
        rule: offset
        for rule, offset in own.items()
        if rule in ever and (rule in right or tried[rule] < BARREN)
    }
    return SuggestionModel(round(slope, _DIGITS), speaking, HIGH, least, EDGE, WORDS, OTHERS)


def cross_fitted_alone(proposals: Sequence[Proposal], aside: Sequence[Proposal] = ()) -> Floats:
    """Return each one's confidence, those `aside` last, fitted on other events; 0: not told."""
    every = [*proposals, *aside]
    said = np.zeros(len(every))
    of = [calibration_fold(each.event) for each in every]
    for fold in sorted(set(of)):
        rest = [each for each, own in zip(every, of, strict=True) if own != fold]
        real = sum(own != fold for own in of[: len(proposals)])
        alone = fit_alone(rest[:real], 0, rest[real:])
        for number, each in enumerate(every):
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


def own_ids(sentence: Sentence) -> tuple[int, ...]:
    """Return the token ids of the sentence itself."""
    return sentence.ids[sentence.start : sentence.start + len(sentence.offsets)]


def ranks(
    read: ReadArticles,
    told: Sequence[Proposal],
    rows: Mapping[str, Sequence[RuleRow]],
    score: Callable[[RuleRow, str], float],
) -> list[float]:
    """Return how many sentences of a usual draft must be read to come upon each proposal.

    By `score`, given the event; a sentence with a flag is read anyway, and so is a title.
    """
    found: list[float] = []
    for each in told:
        finding, item = each.finding, read.items[each.item]
        texts = [row for row in rows[item.id] if row.field == "text"]
        places = [flag.start for flag in read.listed[each.item] if flag.field == "text"]
        others = [
            row
            for row in texts
            if not any(row.start <= place < row.start + len(row.text) for place in places)
        ]
        own = [r for r in texts if r.start <= finding.start < r.start + len(r.text)][:1]
        if finding.field == "title" or not own or own[0] not in others:
            found.append(0.0)
            continue
        order = sorted(others, key=lambda row: (-score(row, each.event), row.start))
        words = sum(len(row.text.split()) for row in texts)
        found.append((order.index(own[0]) + 1) / max(1.0, words / neural_model.USUAL))
    return found


def calibrate_alone(
    prepared: Prepared, guideline: Guideline, said: Numbers
) -> tuple[SuggestionModel, SentenceRanker, ReadArticles, dict[str, Any]]:
    """Return what the judge says alone and its glance, the articles they are fitted on, figures."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import Ridge

    data, judge = prepared.data, recorded_model(prepared, said)
    read, drafts = (
        read_articles(
            guideline,
            judge,
            [item for item in items if prepared.is_crossed(data.events[item.id])],
            data.events,
        )
        for items in ([*data.articles, *data.further], data.written)
    )
    crossed = cross_fitted_alone(read.proposals)
    alone = fit_alone(read.proposals, choose_least(read.proposals, crossed))
    surely = np.array([confidence_of(alone, each) for each in drafts.proposals])
    told = [p for p, sure in zip(read.proposals, crossed, strict=True) if sure >= alone.least]
    speaking = [data.rules.index(rule) for rule in alone.rules]
    tokens = prepared.tokenizer.rust.get_vocab_size()
    of: defaultdict[int, list[int]] = defaultdict(list)
    rows: defaultdict[str, list[RuleRow]] = defaultdict(list)
    for number, row in enumerate(data.rows):
        rows[row.id].append(row)
        if row.kind in (ARTICLE, WRITTEN) and prepared.keys[number] in said:
            of[calibration_fold(row.event)].append(number)

    def fit_glance(without: int | None) -> SentenceRanker:
        """Fit on what the judge says of sentences it had not learned from, save those of a fold."""
        numbers = [n for fold, numbers in of.items() if fold != without for n in numbers]
        known = (said[prepared.keys[n]][:, speaking].max(initial=GLANCE_LOW) for n in numbers)
        wanted = [float(np.clip(most, GLANCE_LOW, GLANCE_HIGH)) for most in known]
        columns, ends = list[int](), [0]
        for n in numbers:
            ids = own_ids(prepared.encoded[n])
            pairs = {tokens + neural_model.pair_of(a, b, PAIRS) for a, b in pairwise(ids)}
            columns += sorted({*ids, *pairs})
            ends.append(len(columns))
        shape = (len(numbers), tokens + PAIRS)
        matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
        weights = Ridge(alpha=GLANCE_RIDGE, solver="lsqr").fit(matrix, np.array(wanted)).coef_
        return SentenceRanker(weights[:tokens], weights[tokens:])

    # how much of what is told it loses when it has not seen the article
    apart = {fold: fit_glance(fold) for fold in of}
    places = ranks(
        read,
        told,
        rows,
        lambda row, event: apart[calibration_fold(event)].score(own_ids(prepared.encode(row))),
    )
    right = [place for place, each in zip(places, told, strict=True) if each.marked]
    lost = [
        {"others": most, "suggested": len(places), "read": sum(p <= most for p in places),
         "marked": len(right), "marked_read": sum(p <= most for p in right)}
        for most in sorted({*MANY, OTHERS})
    ]  # fmt: skip
    suggested = Counter(each.finding.rule for each in told)
    marked = Counter(each.finding.rule for each in told if each.marked)
    return alone, fit_glance(None), read, {
        "proposals": len(read.proposals),
        "floor": FLOOR,
        "read": len(read.items),
        "drafts": len(drafts.items),
        "articles": alone_scores(read, crossed),
        "written": alone_scores(drafts, surely),
        "rules": {r: {"suggested": suggested[r], "marked": marked[r]} for r in alone.rules},
        "lost": lost,
    }  # fmt: skip


def calibrate_short(
    prepared: Prepared, guideline: Guideline, read: ReadArticles, said: Numbers
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the judge speaks alone in short drafts, as settings, and what it comes to."""
    under = guideline.about.topic.short_words
    short = [at for at, each in enumerate(read.items) if len(each.document.text.split()) < under]
    place = {at: number for number, at in enumerate(short)}
    real = ReadArticles(
        [read.items[at] for at in short],
        [read.listed[at] for at in short],
        [replace(each, item=place[each.item]) for each in read.proposals if each.item in place],
        read.related,
    )
    breaches, near, written = read_sentences(prepared, guideline, said)
    every = cross_fitted_alone(real.proposals, written)
    crossed, aside = every[: len(real.proposals)], every[len(real.proposals) :]
    sentences: list[dict[str, Any]] = []
    for cut in CUTS:
        kept = [p for p, sure in zip(written, aside, strict=True) if sure >= cut]
        found = {each.item for each in kept if each.marked}
        flagged = {each.item for each in kept if not each.marked} - found
        sentences.append({"from": cut, "found": len(found), "flagged": len(flagged)})
    few = [row["from"] for row in sentences if row["flagged"] <= NEAR * near]
    least = max(choose_least(real.proposals, crossed), min(few, default=CUTS[-1]))
    alone = fit_alone(real.proposals, least, written)
    settings = {"slope": alone.slope, "rules": dict(alone.rules), "least": alone.least}
    return {"alone": settings}, {
        "under": under,
        "read": len(real.items),
        "proposals": len(real.proposals),
        "breaches": breaches,
        "near_misses": near,
        "items": alone_scores(real, crossed),
        "sentences": sentences,
    }


def read_sentences(
    prepared: Prepared, guideline: Guideline, said: Numbers
) -> tuple[int, int, list[Proposal]]:
    """Return breaches, near misses and proposals in sentences written for a rule, lists apart."""
    judge, siblings = recorded_model(prepared, said), prepared.data.siblings
    sources = prepared.sentences_in(said)
    bare = tuple(replace(each, matchers=()) for each in guideline.compiled)
    policy = replace(make_policy(guideline, (), {}), rules=bare)
    documents = [each.document for each in sources]
    checked = run_policy(replace(guideline, judge=judge), documents, policy)
    proposals: list[Proposal] = []
    for at, (source, each) in enumerate(zip(sources, checked, strict=True)):
        own = {claim.rule for claim in (*source.found, *source.doubted)}
        family = own.union(*(siblings[rule] for rule in own)) if source.found else own
        event = sentence_pair(source.id)
        proposals += [
            Proposal(at, event, finding, any(touch(finding, claim) for claim in source.found))
            for finding in each.findings
            if finding.rule in family
        ]
    breaches = sum(bool(source.found) for source in sources)
    return breaches, len(sources) - breaches, proposals
