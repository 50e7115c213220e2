"""The judge, a neural model of what rules find: how sure a finding is, and suggestions of its own.

One encoder with a head per rule reads the sentence, and the end of the one before it. What it says
of the flagged words, and how often the rule was right on annotated articles, make a confidence.

Alone it makes suggestions in words that no rule's list or pattern has found. It reads the headline,
every sentence in which something was found, and of the others those that their words, weighed one
by one at a thousandth of the cost of reading, rank highest. In somebody's speech it says nothing
(on articles it was right there once of 34 times), and a rule that earned nothing this way on
articles stays silent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import Sentence, TextTokenizer, load_tokenizer
from monitor.records.errors import ModelError
from monitor.records.finding import Finding
from monitor.rules.compiler import CompiledRule
from monitor.rules.findings import plain_finding
from monitor.rules.matching import OpenDraft, in_order, overlap
from monitor.rules.preconditions import is_open, spoken_severity
from monitor.rules.proper_names import is_in_name
from monitor.text.analysis import Scene
from monitor.text.phrase_search import key_of
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


WEIGHTS, PLACES = ("judge", "best", "prior", "loud", "offset"), ("again", "quoted", "title")
"""What a formula weighs; models of before 1.2.0 say nothing of places."""
DIGITS = 3
"""More would say more than the encoder's numbers are the same to on every processor."""


@dataclass(frozen=True, slots=True)
class Formula:
    """From the judge's numbers to a confidence; a logistic regression on annotated articles.

    `judge` weighs the log odds of the rule or a sibling at the flagged words, `best` those of any
    rule there, `prior` the rule's own, `loud` that it is no suggestion, `again` that the rule has
    spoken of other words before, `quoted` that somebody's speech is flagged, `title` the headline.
    Log odds of the judge count within `low` and `high`.
    """

    judge: float
    best: float
    prior: float
    loud: float
    again: float
    quoted: float
    title: float
    offset: float
    low: float
    high: float
    priors: Mapping[str, float]
    unknown_prior: float

    def confidence(self, finding: Finding, own: float, best: float, *, again: bool) -> float:
        """Return a share between 0 and 1."""
        odds = (
            self.offset
            + self.judge * min(self.high, max(self.low, own))
            + self.best * best
            + self.prior * self.priors.get(finding.rule, self.unknown_prior)
            + self.loud * (finding.severity != "suggestion")
            + self.again * again
            + self.quoted * (finding.quoted == "attributed")
            + self.title * (finding.field == "title")
        )
        return round(1 / (1 + math.exp(-odds)), DIGITS)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The confidence of a finding, and the log odds that its words got."""

    confidence: float
    odds: float


USUAL = 600
"""Words of a usual draft: of one that is longer, more sentences are read."""
_NUMBERS = ("slope", "high", "least", "edge")


@dataclass(frozen=True, slots=True)
class SuggestionModel:
    """From the judge's log odds at its surest word to a confidence, and what is told.

    `rules` are those that speak alone, each with its own offset; `least` is the confidence from
    which a suggestion is made. Words belong to it whose log odds are at most `edge` below, `words`
    at most. `others` sentences without a finding are read of a usual draft.
    """

    slope: float
    rules: Mapping[str, float]
    high: float
    least: float
    edge: float
    words: int
    others: int

    def confidence(self, rule: str, odds: float) -> float:
        """Return a share between 0 and 1."""
        said = self.rules[rule] + self.slope * min(self.high, odds)
        return round(1 / (1 + math.exp(-said)), DIGITS)


@dataclass(frozen=True, slots=True, eq=False)
class SentenceRanker:
    """How much a sentence looks like one to read: a weight for each token and for pairs of them."""

    single: NDArray[np.float64]
    pairs: NDArray[np.float64]

    def score(self, ids: Sequence[int]) -> float:
        """Return a number that is higher for sentences that break rules; longer ones may more."""
        singles = {token for token in ids if token < len(self.single)}
        pairs = {pair_of(one, other, len(self.pairs)) for one, other in pairwise(ids)}
        total = sum(float(self.single[token]) for token in sorted(singles))
        return total + sum(float(self.pairs[pair]) for pair in sorted(pairs))


def pair_of(one: int, other: int, size: int) -> int:
    """Return the place of two neighbouring tokens among `size`."""
    return (one * 1_000_003 + other * 8_191) % size


def others_of(alone: SuggestionModel, words: int) -> int:
    """Return how many sentences without a finding are read of a draft of so many words."""
    return max(alone.others, math.ceil(alone.others * words / USUAL))


def alone_of(settings: Mapping[str, object], heads: Collection[str]) -> SuggestionModel:
    """Return it from `meta.json`; raises `KeyError`, `TypeError` or `ValueError`.

    A rule without one of the `heads` cannot speak.
    """
    slope, high, least, edge = (float(str(settings[name])) for name in _NUMBERS)
    words, others = int(str(settings["words"])), int(str(settings["others"]))
    rules = settings["rules"]
    if not isinstance(rules, Mapping):
        raise TypeError("'rules' must be an object")
    if strange := sorted(rules.keys() - set(heads)):
        raise ValueError(f"'rules': '{strange[0]}' has no head")
    if not 0 <= least <= 1:
        raise ValueError(f"'least' is a number from 0 to 1, not {least:g}")
    own = {str(rule): float(offset) for rule, offset in rules.items()}
    return SuggestionModel(slope, own, high, least, edge, words, others)


ReadSentences = dict[tuple[str, str], "tuple[Sentence, NDArray[np.float32]]"]
"""What was read of a sentence and the one before it."""

MODEL, TOKENIZER, OUTPUT = "judge.onnx", "tokenizer.json", "rules"
GLANCE = "glance.npz"
MOST = 300
"""Sentences that are read of one draft: more with findings than in 5,000 words of any news, and
five seconds of a processor."""


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A verified model of one head per rule.

    Below the confidence `doubt` nothing is loud, below `silent` nothing is told, nor what gets less
    than `unlikely` log odds, however often its rule is right. Of a draft it reads the `most` first
    sentences that something is found in. In a short draft it speaks alone
    as `short` says: a sentence by itself gets higher log odds than one in an article.
    """

    folder: ModelFolder
    session: EncoderSession
    tokenizer: TextTokenizer
    heads: Mapping[str, int]
    context_tokens: int
    formula: Formula
    doubt: float
    silent: float
    unlikely: float = -math.inf
    most: int = MOST
    alone: SuggestionModel | None = None
    glance: SentenceRanker | None = None
    short: SuggestionModel | None = None


@dataclass(slots=True)
class EarlierMatches:
    """What rules have found so far in a draft.

    An editor marks a rule's first words in a text, and seldom what it says of others later; the
    same words again are as wrong as they were.
    """

    _words: dict[str, set[str]] = field(default_factory=dict)

    def says_again(self, finding: Finding) -> bool:
        """Whether the rule has found something before, but not these words; remember them."""
        words, known = key_of(finding.match), self._words.setdefault(finding.rule, set())
        again = bool(known) and words not in known
        known.add(words)
        return again


@dataclass(slots=True, eq=False)
class DraftReader:
    """Reads sentences of one draft with the judge: each once, however much is found in it.

    `known` is what it has read of the draft, and of the same with an offered wording in place.
    """

    judge: Judge
    known: ReadSentences

    def weigh(
        self, scene: Scene, finding: Finding, siblings: Sequence[Sequence[str]], *, again: bool
    ) -> Weighed | None:
        """Return how sure a finding in `scene` is, `None` for a rule without a head.

        `again`: its rule has found other words before it in the draft.
        """
        heads = self.judge.heads
        if finding.rule not in heads or not scene.view.sentences:
            return None
        number = scene.view.sentence_at(scene.view.to_shadow(finding.start, finding.end)[0])
        read = self.read(scene, number)
        if read is None:
            return None
        sentence, numbers = read
        begins = scene.view.original(*scene.sentence_span(number))[0]
        at = sentence.tokens(finding.start - begins, finding.end - begins)
        if not at:  # beyond what is read of a long sentence
            return None
        family = {finding.rule}.union(*(group for group in siblings if finding.rule in group))
        said = numbers[at]
        own = float(said[:, [heads[rule] for rule in family if rule in heads]].max())
        sure = self.judge.formula.confidence(finding, own, float(said.max()), again=again)
        return Weighed(sure, own)

    def rank(self, scene: Scene, number: int) -> float:
        """Return how much a sentence of the text looks like one worth reading."""
        judge = self.judge
        if judge.glance is None:
            return 0.0
        text = scene.view.text[slice(*scene.view.original(*scene.sentence_span(number)))]
        sentence = judge.tokenizer.sentence(text, "", 0)
        return judge.glance.score(sentence.ids[2 : 2 + len(sentence.offsets)])

    def read(self, scene: Scene, number: int) -> tuple[Sentence, NDArray[np.float32]] | None:
        """Return a sentence's tokens, and a row of numbers for each; `None` beyond the `most`."""
        view = scene.view
        text = view.text[slice(*view.original(*scene.sentence_span(number)))]
        before = ""
        if scene.field == "text" and number:
            before = view.text[slice(*view.original(*scene.sentence_span(number - 1)))]
        key = text, before
        if key not in self.known:
            if len(self.known) >= self.judge.most:
                return None
            judge = self.judge
            read = judge.tokenizer.sentence(*key, judge.context_tokens)
            numbers = judge.session.run(read.ids)[OUTPUT]
            self.known[key] = read, numbers[read.start : read.start + len(read.offsets)]
        return self.known[key]


def judged(
    draft: OpenDraft, reader: DraftReader, findings: Sequence[Finding], kept: frozenset[str]
) -> list[Finding]:
    """Return findings with their confidence; what is doubted is a suggestion at most, or silent.

    What rules in `kept` find stays as it is.
    """
    of_field = {scene.field: scene for scene in draft.scenes}
    judge, siblings = reader.judge, draft.guideline.about.siblings
    found: list[Finding] = []
    before = EarlierMatches()
    for finding in findings:
        again = before.says_again(finding)
        weighed = reader.weigh(of_field[finding.field], finding, siblings, again=again)
        if weighed is None:
            found.append(finding)
            continue
        severity = finding.severity
        if finding.rule not in kept:
            if weighed.confidence < judge.silent or weighed.odds < judge.unlikely:
                continue
            if weighed.confidence < judge.doubt:
                severity = "suggestion"
        found.append(replace(finding, confidence=weighed.confidence, severity=severity))
    return found


ECHO = 250
"""Characters in which a rule says nothing again: on articles it was right there 2 times of 52."""
FEWEST = 3
"""Words of a sentence of the text in which something is said: of a scrap behind a breach ("One &
all") the judge says what the sentence before it got."""
_FUNCTION = word_set(
    "a an the of to for in on at by with from and or but as is are was were be been has have had "
    "not her his their its it that this who he she they him them said"
)
"""Words that never carry a breach."""
_WORD = re.compile(r"\w(?:[\w'-]*\w)?")


def suggested(
    rules: Sequence[CompiledRule],
    draft: OpenDraft,
    open_at: Sequence[Stretch],
    standing: Sequence[Finding],
    reader: DraftReader,
    *,
    titled: bool,
) -> list[Finding]:
    """Return what stands and what the judge finds besides, where nothing stands: the surest rule.

    A second rule at one place was right on articles 3 times of 130, where its first was 66 of 382.
    It looks into `open_at` of the text, and into the title where rules may speak there (`titled`).
    """
    alone = reader.judge.alone
    assert alone is not None
    known = alone.rules.keys() & reader.judge.heads.keys()
    speaking = [rule for rule in rules if rule.rule.id in known]
    found: list[Finding] = []
    for scene in draft.scenes:
        if scene.field == "title":
            chosen = list(range(len(scene.view.sentences))) if titled else []
        else:
            chosen = _chosen(scene, open_at, standing, reader, others_of(alone, draft.words))
        for number in chosen:
            read = reader.read(scene, number)
            for rule in speaking if read else ():
                assert read
                odds = read[1][:, reader.judge.heads[rule.rule.id]]
                finding = _suggestion(rule, draft, scene, number, read[0], odds, alone)
                found += [finding] if finding else []
    kept: list[Finding] = list(standing)
    for finding in sorted(found, key=lambda f: (-(f.confidence or 0), f.field, f.start, f.rule)):
        # right behind its own finding a rule only echoes: the judge reads the sentence before too
        echo = any(
            (finding.rule, finding.field) == (other.rule, other.field)
            and 0 <= finding.start - other.end < ECHO
            for other in kept
        )
        if not echo and not any(overlap(finding, other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=in_order)


def _chosen(
    scene: Scene,
    open_at: Sequence[Stretch],
    standing: Sequence[Finding],
    reader: DraftReader,
    most: int,
) -> list[int]:
    """Return the sentences to read: those with a finding, and of the others the likeliest."""
    view = scene.view
    inside = [n for n, (start, _) in enumerate(view.sentences) if is_open(open_at, start)]
    places = [view.to_shadow(f.start, f.end)[0] for f in standing if f.field == "text"]
    flagged = set(map(view.sentence_at, places))
    others = [n for n in inside if n not in flagged]
    if len(others) > most:
        others = sorted(others, key=lambda n: (-reader.rank(scene, n), n))[:most]
    return sorted(flagged.intersection(inside).union(others))


def _suggestion(
    rule: CompiledRule,
    draft: OpenDraft,
    scene: Scene,
    number: int,
    sentence: Sentence,
    odds: NDArray[np.float32],
    alone: SuggestionModel,
) -> Finding | None:
    """Return what a rule finds in a sentence, if it is sure enough and may say so there."""
    sure = alone.confidence(rule.rule.id, float(odds.max())) if len(odds) else -1.0
    span = _words(scene, number, sentence, odds, alone) if sure >= alone.least else None
    if span is None:
        return None
    scope, quotation = scene.scope_of(*span), scene.quotation_around(*span)
    if rule.rule.scope not in ("any", "document", scope):
        return None
    if rule.rule.names == "skip" and is_in_name(draft, scene, *span):
        return None
    if quotation and quotation.kind == "attributed":
        return None
    guideline = draft.guideline
    if spoken_severity(guideline, rule.rule, scene, number, quotation, "suggestion") is None:
        return None
    return replace(plain_finding(rule.rule, (scene, *span), scope, quotation), confidence=sure)


def _words(
    scene: Scene, number: int, sentence: Sentence, odds: NDArray[np.float32], alone: SuggestionModel
) -> Stretch | None:
    """Return where the words stand that the judge means, whole ones, in the shadow text."""
    start, end = scene.sentence_span(number)
    begins = scene.view.original(start, end)[0]
    text = scene.view.shadow
    spans = [found.span() for found in _WORD.finditer(text, start, end)]
    said = [-math.inf] * len(spans)
    for (low, high), each in zip(sentence.offsets, odds, strict=True):
        first, last = scene.view.to_shadow(begins + low, begins + high)
        for at, (left, right) in enumerate(spans):
            if left < last and first < right:
                said[at] = max(said[at], float(each))
    words = [text[left:right].lower() for left, right in spans]
    # of other scripts the judge has read nothing
    telling = [
        at
        for at, word in enumerate(words)
        if word not in _FUNCTION and any("a" <= letter <= "z" for letter in word)
    ]
    if not telling or (scene.field == "text" and len(spans) < FEWEST):
        return None
    # the first of those that are surest
    low = high = max(telling, key=said.__getitem__)
    if said[low] < float(odds.max()) - alone.edge:
        return None
    least = said[low] - alone.edge
    while high - low + 1 < alone.words:
        before = said[low - 1] if low else -math.inf
        after = said[high + 1] if high + 1 < len(spans) else -math.inf
        if max(before, after) < least:
            break
        low, high = (low - 1, high) if before > after else (low, high + 1)
    inside = [at for at in telling if low <= at <= high]
    return spans[inside[0]][0], spans[inside[-1]][1]


def _formula(raw: Mapping[str, Any]) -> Formula:
    low, high = map(float, raw["clip"])
    weights = {key: float(raw[key]) for key in WEIGHTS}
    weights |= {key: float(raw.get(key, 0)) for key in PLACES}
    priors = {str(rule): float(value) for rule, value in raw["priors"].items()}
    return Formula(
        **weights, low=low, high=high, priors=priors, unknown_prior=float(raw["unknown_prior"])
    )


def load_judge(folder: ModelFolder) -> Judge:
    """Build the judge of a verified folder; raises `ModelError`."""
    meta = folder.path / "meta.json"
    settings: Mapping[str, Any] = folder.meta.settings
    for name in (MODEL, TOKENIZER):
        if name not in folder.content:
            raise ModelError(f"{meta}: lists no file '{name}'")
    try:
        formula = _formula(settings["confidence"])
        limit, context = int(settings["sentence_tokens"]), int(settings["context_tokens"])
        heads = {rule: at for at, rule in enumerate(folder.meta.labels["rules"])}
        doubt = float(folder.meta.thresholds["suggestion"])
        silent = float(folder.meta.thresholds["silent"])
        unlikely = float(folder.meta.thresholds.get("unlikely", -math.inf))
        alone = alone_of(settings["alone"], heads) if "alone" in settings else None
        short = short_of(settings, heads) if "short" in settings else None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{meta}: judge: {error}") from error
    session = EncoderSession(folder.content[MODEL], str(folder.path / MODEL), soon=True)
    where = str(folder.path / TOKENIZER)
    tokenizer = load_tokenizer(folder.content[TOKENIZER], limit=limit, where=where)
    glance = SentenceRanker(**folder.arrays(GLANCE)) if GLANCE in folder.content else None
    return Judge(
        folder,
        session,
        tokenizer,
        heads,
        context,
        formula,
        doubt,
        silent,
        unlikely,
        alone=alone,
        glance=glance,
        short=short,
    )


def short_of(settings: Mapping[str, Any], heads: Collection[str]) -> SuggestionModel:
    """Return how the judge speaks alone in short drafts, from `meta.json`.

    Slope, rules and threshold are its own there, the rest as elsewhere. Raises `ValueError` that
    says where something is wrong.
    """
    where = "short"
    try:
        own = settings[where]
        where = "short.alone"
        said = {name: own["alone"][name] for name in ("slope", "rules", "least")}
        return alone_of({**settings["alone"], **said}, heads)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error
