"""What the judge finds alone: suggestions in words that no rule's list or pattern has found.

It reads the headline, every sentence in which something was found, and of the others those that a
glance at their words ranks highest. In somebody's speech it says nothing (on articles it was right
there once of 34 times), and a rule that earned nothing this way on articles stays silent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.records.finding import Finding
from monitor.rules.compiler import CompiledRule, Guideline
from monitor.rules.findings import plain_finding
from monitor.rules.matching import Draft, Unmatched
from monitor.rules.neural_model import SuggestionModel, others_of
from monitor.rules.preconditions import Voice, find_voice, is_open, spoken_severity
from monitor.rules.proper_names import is_in_name
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from monitor.classify.tokenizer import Sentence
    from monitor.rules.neural_model import Reading

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
    known = alone.rules.keys() & reading.judge.heads.keys()
    speaking = [rule for rule in rules if rule.rule.id in known]
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
        if not any(_overlap(finding, other) or _echoes(finding, other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: (f.field == "text", f.start, f.end, f.rule))


def _overlap(one: Finding, other: Finding) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def _echoes(one: Finding, other: Finding) -> bool:
    """Whether a rule has spoken right before: the judge reads the sentence before as well."""
    same = (one.rule, one.field) == (other.rule, other.field)
    return same and 0 <= one.start - other.end < ECHO


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


def _is_telling(word: str) -> bool:
    """Whether a word may carry a breach: of other scripts the judge has read nothing."""
    return word.lower() not in _FUNCTION and any("a" <= letter <= "z" for letter in word.lower())


def _words(
    scene: Scene, number: int, sentence: Sentence, odds: NDArray[np.float32], alone: SuggestionModel
) -> Stretch | None:
    """Return where the words stand that the judge means, whole ones, in the shadow text."""
    start, end = scene.sentence_span(number)
    begins = scene.view.original(start, end)[0]
    spans = [found.span() for found in _WORD.finditer(scene.view.shadow, start, end)]
    said = [-math.inf] * len(spans)
    for (low, high), each in zip(sentence.offsets, odds, strict=True):
        first, last = scene.view.to_shadow(begins + low, begins + high)
        for at, (left, right) in enumerate(spans):
            if left < last and first < right:
                said[at] = max(said[at], float(each))
    text = scene.view.shadow
    telling = [at for at, span in enumerate(spans) if _is_telling(text[slice(*span)])]
    if not telling or (scene.field == "text" and len(spans) < FEWEST):
        return None
    low = high = max(telling, key=lambda at: (said[at], -at))
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
