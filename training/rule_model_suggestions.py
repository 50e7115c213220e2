"""Suggestions of the rule model alone: calibration, thresholds, preselection of sentences.

There a breach gets higher log odds than in an article. What the judge says alone is fitted on real
short items and on sentences written for a rule, which do not tell how often breaches are there. How
sure a list's finding is, is told as in articles: by the sentence alone, without what is known of
the rule, "child prostitutes" was doubted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import Sentence
from monitor.evaluate.rule_precision import Item, agree, related_rules
from monitor.records.finding import Finding
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.findings import Checked
from monitor.rules.neural_model import (
    USUAL,
    Formula,
    Judge,
    SentenceRanker,
    SuggestionModel,
    pair_of,
)
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
_NOTHING = Formula(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, 0)
Score = Callable[[RuleRow, str], float]
"""From a sentence and the event of its article."""
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
class ReadArticles:
    """Articles with what lists find in them and what the judge proposes besides."""

    items: Sequence[Item]
    listed: Sequence[Sequence[Finding]]
    proposals: Sequence[Proposal]
    related: Mapping[str, set[str]] = field(default_factory=dict)


def recorded_model(prepared: Prepared, numbers: Mapping[str, NDArray[np.float32]]) -> Judge:
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
    return ReadArticles(items, listed, proposals, related)


def _within(item: Item, checked: Checked) -> list[Finding]:
    return [f for f in checked.findings if f.field == "title" or f.start < item.read]


def _place(finding: Finding) -> tuple[str, str, int, int]:
    return finding.rule, finding.field, finding.start, finding.end


def _meets(finding: Finding, item: Item, related: Mapping[str, set[str]]) -> bool:
    return any(agree(finding, mark, related) for mark in item.marks)


def fit_alone(
    proposals: Sequence[Proposal], least: float, aside: Sequence[Proposal] = ()
) -> SuggestionModel:
    """Fit a slope for all and an offset for each rule; rules that are barren do not speak.

    Those `aside` tell the slope and the rules apart, and not how often a proposal is right.
    """
    from sklearn.linear_model import LogisticRegression

    every = [*proposals, *aside]
    rules = sorted({each.finding.rule for each in every})
    if len({each.marked for each in proposals}) < 2:
        return SuggestionModel(0, {}, HIGH, least, EDGE, WORDS, OTHERS)
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
    return SuggestionModel(round(slope, _DIGITS), speaking, HIGH, least, EDGE, WORDS, OTHERS)


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


def confidence_of(alone: SuggestionModel, each: Proposal) -> float:
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


def alone_scores(read: ReadArticles, said: Floats) -> list[dict[str, Any]]:
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


def _recall(read: ReadArticles, kept: Mapping[int, Iterable[Finding]]) -> tuple[int, int]:
    sure = found = 0
    for at, item in enumerate(read.items):
        there = [*read.listed[at], *kept.get(at, ())]
        for mark in item.marks:
            if mark.sure:
                sure += 1
                found += any(agree(finding, mark, read.related) for finding in there)
    return sure, found


def fit_glance(
    sentences: Sequence[Sentence],
    numbers: Sequence[NDArray[np.float32]],
    speaking: Sequence[int],
    tokens: int,
) -> SentenceRanker:
    """Fit on what the judge says of sentences it had not learned from; `speaking` are its heads."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import Ridge

    wanted = [
        float(np.clip(said[:, speaking].max(initial=GLANCE_LOW), GLANCE_LOW, GLANCE_HIGH))
        for said in numbers
    ]
    columns, ends = list[int](), [0]
    for each in sentences:
        ids = own_ids(each)
        pairs = {tokens + pair_of(a, b, PAIRS) for a, b in pairwise(ids)}
        columns += sorted({*ids, *pairs})
        ends.append(len(columns))
    shape = (len(sentences), tokens + PAIRS)
    rows = csr_matrix((np.ones(len(columns)), columns, ends), shape=shape)
    weights = Ridge(alpha=GLANCE_RIDGE, solver="lsqr").fit(rows, np.array(wanted)).coef_
    return SentenceRanker(weights[:tokens], weights[tokens:])


def own_ids(sentence: Sentence) -> tuple[int, ...]:
    """Return the token ids of the sentence itself."""
    return sentence.ids[sentence.start : sentence.start + len(sentence.offsets)]


def stored(glance: SentenceRanker) -> Mapping[str, NDArray[np.float16]]:
    """Return it as it stands in the model's folder."""
    return {"single": glance.single.astype(np.float16), "pairs": glance.pairs.astype(np.float16)}


def ranks(
    read: ReadArticles,
    told: Sequence[Proposal],
    rows: Mapping[str, Sequence[RuleRow]],
    score: Score,
) -> list[float]:
    """Return how many sentences of a usual draft must be read to come upon each proposal.

    `rows` are the sentences of each article; one with a flag is read anyway, and so is a title.
    """
    found: list[float] = []
    for each in told:
        finding, item = each.finding, read.items[each.item]
        texts = [row for row in rows[item.id] if row.field == "text"]
        flagged = {
            row.start
            for row in texts
            for flag in read.listed[each.item]
            if flag.field == "text" and row.start <= flag.start < row.start + len(row.text)
        }
        own = [r for r in texts if r.start <= finding.start < r.start + len(r.text)]
        if finding.field == "title" or not own or own[0].start in flagged:
            found.append(0.0)
            continue
        others = [row for row in texts if row.start not in flagged]
        order = sorted(others, key=lambda row: (-score(row, each.event), row.start))
        words = sum(len(row.text.split()) for row in texts)
        found.append((order.index(own[0]) + 1) / max(1.0, words / USUAL))
    return found


def calibrate_alone(
    prepared: Prepared, guideline: Guideline, said: Numbers
) -> tuple[SuggestionModel, SentenceRanker, ReadArticles, dict[str, Any]]:
    """Return what the judge says alone and its glance, the articles they are fitted on, figures."""
    data, judge = prepared.data, recorded_model(prepared, said)

    def there(items: Sequence[Item]) -> ReadArticles:
        known = [item for item in items if prepared.is_crossed(data.events[item.id])]
        return read_articles(guideline, judge, known, data.events)

    read = there([*data.articles, *data.further])
    crossed = cross_fitted_alone(read.proposals)
    alone = fit_alone(read.proposals, choose_least(read.proposals, crossed))
    drafts = there(data.written)
    surely = np.array([confidence_of(alone, each) for each in drafts.proposals])
    told = [p for p, sure in zip(read.proposals, crossed, strict=True) if sure >= alone.least]
    glance, lost = _glance(prepared, alone, said, read, told)
    return alone, glance, read, {
        "proposals": len(read.proposals),
        "floor": FLOOR,
        "read": len(read.items),
        "drafts": len(drafts.items),
        "articles": alone_scores(read, crossed),
        "written": alone_scores(drafts, surely),
        "rules": _per_rule(read.proposals, crossed, alone),
        "lost": lost,
    }  # fmt: skip


def _per_rule(
    proposals: Sequence[Proposal], said: Floats, alone: SuggestionModel
) -> dict[str, dict[str, int]]:
    """Return for each rule that speaks alone what it suggests, and what of it meets a mark."""
    rows = {rule: {"suggested": 0, "marked": 0} for rule in alone.rules}
    for each, sure in zip(proposals, said, strict=True):
        if sure >= alone.least and each.finding.rule in rows:
            rows[each.finding.rule]["suggested"] += 1
            rows[each.finding.rule]["marked"] += each.marked
    return rows


def _glance(
    prepared: Prepared,
    alone: SuggestionModel,
    said: Numbers,
    read: ReadArticles,
    told: Sequence[Proposal],
) -> tuple[SentenceRanker, list[dict[str, int]]]:
    """Return the glance, and how much of what is told it loses when it has not seen the article."""
    data = prepared.data
    speaking = [data.rules.index(rule) for rule in alone.rules]
    tokens = prepared.tokenizer.rust.get_vocab_size()
    of: defaultdict[int, list[int]] = defaultdict(list)
    for number, (row, encoded) in enumerate(zip(data.rows, prepared.encoded, strict=True)):
        if row.kind in (ARTICLE, WRITTEN) and key_of(encoded.ids) in said:
            of[calibration_fold(row.event)].append(number)

    def fitted(numbers: Sequence[int]) -> SentenceRanker:
        sentences = [prepared.encoded[number] for number in numbers]
        return fit_glance(sentences, [said[key_of(s.ids)] for s in sentences], speaking, tokens)

    apart = {
        fold: fitted([n for other, numbers in of.items() if other != fold for n in numbers])
        for fold in of
    }
    articles: defaultdict[str, list[RuleRow]] = defaultdict(list)
    for row in data.rows:
        articles[row.id].append(row)

    def score(row: RuleRow, event: str) -> float:
        return apart[calibration_fold(event)].score(own_ids(prepared.encode(row)))

    places = ranks(read, told, articles, score)
    marked = [place for place, each in zip(places, told, strict=True) if each.marked]
    lost = [
        {"others": most, "suggested": len(places), "read": sum(p <= most for p in places),
         "marked": len(marked), "marked_read": sum(p <= most for p in marked)}
        for most in sorted({*MANY, OTHERS})
    ]  # fmt: skip
    whole = fitted([number for numbers in of.values() for number in numbers])
    return whole, lost


@dataclass(frozen=True, slots=True, eq=False)
class WrittenProposals:
    """Sentences written for a rule, and what the judge proposes of that rule in them."""

    breaches: int
    near: int
    proposals: Sequence[Proposal]


def calibrate_short(
    prepared: Prepared, guideline: Guideline, read: ReadArticles, said: Numbers
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what holds for short drafts, as settings, and what it comes to.

    `read` are articles, some of them short; `said` is of sentences not learned from by a fold.
    """
    real = short_items(read, guideline)
    alone, found = fit_short(real, read_sentences(prepared, guideline, said))
    return {"alone": alone}, {"under": guideline.about.topic.short_words, **found}


def fit_short(
    real: ReadArticles, written: WrittenProposals
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how the judge speaks alone in short items, as settings, and what it comes to."""
    every = cross_fitted_alone(real.proposals, written.proposals)
    crossed, aside = every[: len(real.proposals)], every[len(real.proposals) :]
    sentences = _sentence_scores(written, aside)
    few = [row["from"] for row in sentences if row["flagged"] <= NEAR * written.near]
    least = max(choose_least(real.proposals, crossed, AIM), min(few, default=CUTS[-1]))
    alone = fit_alone(real.proposals, least, written.proposals)
    settings = {"slope": alone.slope, "rules": dict(alone.rules), "least": alone.least}
    return settings, {
        "read": len(real.items),
        "proposals": len(real.proposals),
        "breaches": written.breaches,
        "near_misses": written.near,
        "items": alone_scores(real, crossed),
        "sentences": sentences,
    }


def short_items(read: ReadArticles, guideline: Guideline) -> ReadArticles:
    """Return the short items among articles, with what was found in them."""
    most = guideline.about.topic.short_words
    short = [at for at, each in enumerate(read.items) if len(each.document.text.split()) < most]
    place = {at: number for number, at in enumerate(short)}
    return ReadArticles(
        [read.items[at] for at in short],
        [read.listed[at] for at in short],
        [replace(each, item=place[each.item]) for each in read.proposals if each.item in place],
        read.related,
    )


def read_sentences(prepared: Prepared, guideline: Guideline, said: Numbers) -> WrittenProposals:
    """Run the judge without lists: those were made with these very sentences.

    Of other rules than the one that it was written for a sentence says nothing.
    """
    judge, siblings = recorded_model(prepared, said), prepared.data.siblings
    sources = prepared.sentences_in(said)
    bare = tuple(replace(each, matchers=()) for each in guideline.compiled)
    policy = replace(make_policy(guideline, (), {}), rules=bare)
    documents = [each.document for each in sources]
    checked = run_policy(replace(guideline, judge=judge), documents, policy)
    proposals = []
    for at, (source, each) in enumerate(zip(sources, checked, strict=True)):
        own = {claim.rule for claim in (*source.labels.found, *source.labels.doubted)}
        family = own.union(*(siblings[rule] for rule in own)) if source.labels.found else own
        proposals += [
            Proposal(
                at,
                sentence_pair(source.id),
                finding,
                any(touch(finding, claim) for claim in source.labels.found),
            )
            for finding in each.findings
            if finding.rule in family
        ]
    breaches = sum(bool(source.labels.found) for source in sources)
    return WrittenProposals(breaches, len(sources) - breaches, proposals)


def _sentence_scores(written: WrittenProposals, said: Floats) -> list[dict[str, Any]]:
    """Return for each cut how many breaches are found and near misses flagged."""
    rows = []
    for cut in CUTS:
        kept = [p for p, sure in zip(written.proposals, said, strict=True) if sure >= cut]
        found = {each.item for each in kept if each.marked}
        flagged = {each.item for each in kept if not each.marked} - found
        rows.append({"from": cut, "found": len(found), "flagged": len(flagged)})
    return rows
