"""The judge, a neural model of what rules find: how likely an editor would mark a finding.

One encoder with a head per rule reads the sentence, and the end of the one before it. What it says
of the flagged words, and how often the rule was right on annotated articles, make a confidence.
Which sentences it reads to speak alone is told by weights of words, a thousand times faster.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import Sentence, TextTokenizer, load_tokenizer
from monitor.records.errors import ModelError
from monitor.records.finding import Finding
from monitor.text.analysis import Scene
from monitor.text.phrase_search import key_of

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

    `judge` weighs the log odds (from `low` to `high`) of the rule or a sibling at the words, `best`
    those of any rule, `prior` the rule's own, `loud` that it is no suggestion, `again` that it has
    spoken of other words before, `quoted` that speech is flagged, `title` the headline.
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


USUAL = 600
"""Words of a usual draft: of one that is longer, more sentences are read."""


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
    """Return it from `meta.json`; raises `KeyError`, `TypeError` or `ValueError`."""
    given = (str(settings[name]) for name in ("slope", "high", "least", "edge"))
    slope, high, least, edge = map(float, given)
    words, others = (int(str(settings[name])) for name in ("words", "others"))
    rules = settings["rules"]
    if not isinstance(rules, Mapping):
        raise TypeError("'rules' must be an object")
    if strange := sorted(rules.keys() - set(heads)):
        raise ValueError(f"'rules': '{strange[0]}' has no head")
    if not 0 <= least <= 1:
        raise ValueError(f"'least' is a number from 0 to 1, not {least:g}")
    own = {str(rule): float(offset) for rule, offset in rules.items()}
    return SuggestionModel(slope, own, high, least, edge, words, others)


def short_of(settings: Mapping[str, Any], heads: Collection[str]) -> SuggestionModel:
    """Return how the judge speaks alone in short drafts: slope, rules and threshold are its own.

    Raises `ValueError` that says where something is wrong.
    """
    where = "short"
    try:
        own = settings[where]
        where = "short.alone"
        said = {name: own["alone"][name] for name in ("slope", "rules", "least")}
        return alone_of({**settings["alone"], **said}, heads)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from error


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
    than `unlikely` log odds. It reads the `most` first sentences that something is found in. In a
    `short` draft it speaks alone otherwise: a sentence by itself gets higher log odds.
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


def says_again(before: dict[str, set[str]], finding: Finding) -> bool:
    """Whether a rule has found something `before` in a draft, but not these words; add them.

    An editor marks a rule's first words, and seldom others.
    """
    words, known = key_of(finding.match), before.setdefault(finding.rule, set())
    again = bool(known) and words not in known
    known.add(words)
    return again


@dataclass(slots=True, eq=False)
class DraftReader:
    """Reads sentences of one draft, or with a wording in place, with the judge: each once."""

    judge: Judge
    known: ReadSentences

    def weigh(
        self, scene: Scene, finding: Finding, siblings: Sequence[Sequence[str]], *, again: bool
    ) -> tuple[float, float] | None:
        """Return a finding's confidence and its words' log odds, `None` for a rule without a head.

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
        return sure, own

    def rank(self, scene: Scene, number: int) -> float:
        """Return how much a sentence of the text looks like one worth reading."""
        judge = self.judge
        if judge.glance is None:
            return 0.0
        sentence = judge.tokenizer.sentence(_sentence(scene, number), "", 0)
        return judge.glance.score(sentence.ids[2 : 2 + len(sentence.offsets)])

    def read(self, scene: Scene, number: int) -> tuple[Sentence, NDArray[np.float32]] | None:
        """Return a sentence's tokens, and a row of numbers for each; `None` beyond the `most`."""
        behind = scene.field == "text" and number
        key = _sentence(scene, number), _sentence(scene, number - 1) if behind else ""
        if key not in self.known:
            if len(self.known) >= self.judge.most:
                return None
            judge = self.judge
            read = judge.tokenizer.sentence(*key, judge.context_tokens)
            numbers = judge.session.run(read.ids)[OUTPUT]
            self.known[key] = read, numbers[read.start : read.start + len(read.offsets)]
        return self.known[key]


def _sentence(scene: Scene, number: int) -> str:
    """Return a sentence as the text has it."""
    return scene.view.text[slice(*scene.view.original(*scene.sentence_span(number)))]


def load_judge(folder: ModelFolder) -> Judge:
    """Build the judge of a verified folder; raises `ModelError`."""
    meta = folder.path / "meta.json"
    settings: Mapping[str, Any] = folder.meta.settings
    for name in (MODEL, TOKENIZER):
        if name not in folder.content:
            raise ModelError(f"{meta}: lists no file '{name}'")
    try:
        raw, limits = settings["confidence"], folder.meta.thresholds
        low, high = map(float, raw["clip"])
        formula = Formula(
            **{key: float(raw[key]) for key in WEIGHTS},
            **{key: float(raw.get(key, 0)) for key in PLACES},
            low=low,
            high=high,
            priors={str(rule): float(value) for rule, value in raw["priors"].items()},
            unknown_prior=float(raw["unknown_prior"]),
        )
        limit, context = int(settings["sentence_tokens"]), int(settings["context_tokens"])
        heads = {rule: at for at, rule in enumerate(folder.meta.labels["rules"])}
        doubt, silent = float(limits["suggestion"]), float(limits["silent"])
        unlikely = float(limits.get("unlikely", -math.inf))
        alone = alone_of(settings["alone"], heads) if "alone" in settings else None
        short = short_of(settings, heads) if "short" in settings else None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{meta}: judge: {error}") from error
    session = EncoderSession(folder.content[MODEL], str(folder.path / MODEL), soon=True)
    where = str(folder.path / TOKENIZER)
    tokenizer = load_tokenizer(folder.content[TOKENIZER], limit=limit, where=where)
    glance = SentenceRanker(**folder.arrays(GLANCE)) if GLANCE in folder.content else None
    judge = Judge(folder, session, tokenizer, heads, context, formula, doubt, silent, unlikely)
    return replace(judge, alone=alone, glance=glance, short=short)
