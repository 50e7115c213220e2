"""What the judge finds alone: suggestions in words that no rule's list or pattern has found.

It reads the headline, every sentence in which something was found, and of the others those that a
glance at their words ranks highest. In somebody's speech it says nothing (on articles it was right
there once of 34 times), and a rule that earned nothing this way on articles stays silent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from monitor.guidelines.compiled import CompiledRule, Guideline
from monitor.guidelines.draft import Draft, Unmatched
from monitor.guidelines.gates import Voice, find_voice, spoken_severity
from monitor.guidelines.passages import is_open
from monitor.guidelines.proper_names import is_in_name
from monitor.guidelines.report import plain_finding
from monitor.text.scene import Scene
from monitor.text.spans import Stretch
from monitor.types import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.guidelines.judge import Reading
    from monitor.nlp.tokens import Sentence

DIGITS = 3
USUAL = 600
"""Words of a usual draft: of one that is longer, more sentences are read."""
_NUMBERS = ("slope", "high", "least", "edge")
_WORD = re.compile(r"\w(?:[\w'-]*\w)?")


@dataclass(frozen=True, slots=True)
class Alone:
    """From the judge's log odds at its surest word to a confidence, and what is told.

    `rules` are those that speak alone, each with its own offset; `least` is the confidence from
    which a suggestion is made. Words belong to it whose log odds are at most `edge` below, `words`
    at most. `share` of the sentences in which nothing was found are read.
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
class Glance:
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


def suggested(
    rules: Sequence[CompiledRule],
    draft: Draft,
    open_at: Sequence[Stretch],
    standing: Sequence[Finding],
    reading: Reading,
    *,
    titled: bool,
) -> list[Finding]:
    """Return what stands and what the judge finds besides, where nothing stands: the surest rule.

    A second rule at one place was right on articles 3 times of 130, where its first was 66 of 382.
    It looks into `open_at` of the text, and into the title where rules may speak there (`titled`).
    """
    alone = reading.judge.alone
    assert alone is not None
    speaking = [rule for rule in rules if rule.rule.id in alone.rules]
    found: list[Finding] = []
    for scene in draft.scenes:
        if scene.field == "title":
            chosen = list(range(len(scene.view.sentences))) if titled else []
        else:
            chosen = _chosen(scene, open_at, standing, reading, others_of(alone, draft.words))
        for number in chosen:
            read = reading.read(scene, number)
            if read is not None:
                for rule in speaking:
                    finding = _found(rule, draft, scene, number, *read, reading)
                    found += [finding] if finding else []
    kept: list[Finding] = list(standing)
    for finding in sorted(found, key=lambda f: (-(f.confidence or 0), f.field, f.start, f.rule)):
        if not any(_overlap(finding, other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: (f.field == "text", f.start, f.end, f.rule))


def _overlap(one: Finding, other: Finding) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def others_of(alone: Alone, words: int) -> int:
    """Return how many sentences without a finding are read of a draft of so many words."""
    return max(alone.others, math.ceil(alone.others * words / USUAL))


def _chosen(
    scene: Scene,
    open_at: Sequence[Stretch],
    standing: Sequence[Finding],
    reading: Reading,
    most: int,
) -> list[int]:
    """Return the sentences to read: those with a finding, and of the others the likeliest."""
    sentences = scene.view.sentences
    inside = [n for n, (start, _) in enumerate(sentences) if is_open(open_at, start)]
    places = [scene.view.to_shadow(f.start, f.end)[0] for f in standing if f.field == "text"]
    flagged = {scene.view.sentence_at(place) for place in places}
    others = [n for n in inside if n not in flagged]
    if len(others) > most:
        ranked = sorted(others, key=lambda n: (-reading.glance(scene, n), n))
        others = ranked[:most]
    return sorted({n for n in inside if n in flagged} | set(others))


def _found(
    rule: CompiledRule,
    draft: Draft,
    scene: Scene,
    number: int,
    sentence: Sentence,
    numbers: NDArray[np.float32],
    reading: Reading,
) -> Finding | None:
    """Return what a rule finds in a sentence, if it is sure enough and may say so there."""
    alone = reading.judge.alone
    assert alone is not None
    odds = numbers[:, reading.judge.heads[rule.rule.id]]
    sure = alone.confidence(rule.rule.id, float(odds.max())) if len(odds) else -1.0
    span = _words(scene, number, sentence, odds, alone) if sure >= alone.least else None
    if span is None:
        return None
    at = Unmatched(scene, rule, *span, number)
    scope, voice = scene.scope_of(at.start, at.end), find_voice(at)
    if rule.rule.scope not in ("any", "document", scope):
        return None
    named = rule.rule.names == "skip"
    if named and is_in_name(draft, scene, at.start, at.end):
        return None
    if voice.quoted == "attributed" or _is_silent(draft.guideline, at, voice):
        return None
    return replace(plain_finding(at, scope, voice), confidence=sure)


def _is_silent(guideline: Guideline, at: Unmatched, voice: Voice) -> bool:
    """Whether a rule says nothing in this voice."""
    return spoken_severity(guideline, at, voice, "suggestion") is None


def _words(
    scene: Scene, number: int, sentence: Sentence, odds: NDArray[np.float32], alone: Alone
) -> Stretch | None:
    """Return where the words stand that the judge means, whole ones, in the shadow text."""
    start, end = scene.sentence_span(number)
    begins = scene.view.original(start, end)[0]
    words = [found.span() for found in _WORD.finditer(scene.view.shadow, start, end)]
    said = [-math.inf] * len(words)
    for (low, high), each in zip(sentence.offsets, odds, strict=True):
        first, last = scene.view.to_shadow(begins + low, begins + high)
        for at, (left, right) in enumerate(words):
            if left < last and first < right:
                said[at] = max(said[at], float(each))
    if not words or max(said) == -math.inf:
        return None
    low = high = max(range(len(words)), key=lambda at: (said[at], -at))
    least = said[low] - alone.edge
    while high - low + 1 < alone.words:
        before = said[low - 1] if low else -math.inf
        after = said[high + 1] if high + 1 < len(words) else -math.inf
        if max(before, after) < least:
            break
        low, high = (low - 1, high) if before > after else (low, high + 1)
    return words[low][0], words[high][1]


def alone_of(settings: Mapping[str, object]) -> Alone:
    """Return it from `meta.json`; raises `KeyError`, `TypeError` or `ValueError`."""
    slope, high, least, edge = (float(str(settings[name])) for name in _NUMBERS)
    words, others = int(str(settings["words"])), int(str(settings["others"]))
    rules = settings["rules"]
    if not isinstance(rules, Mapping):
        raise TypeError("'rules' must be an object")
    own = {str(rule): float(offset) for rule, offset in rules.items()}
    return Alone(slope, own, high, least, edge, words, others)
