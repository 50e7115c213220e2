"""What the judge says of a draft: the confidence of findings, and suggestions of its own.

The judge reads the passages of the text, and the headline of one that is on topic. In somebody's
speech it says nothing (on articles it was right there once of 34 times).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.records.finding import Finding
from monitor.rules.compiler import CompiledRule
from monitor.rules.findings import plain_finding
from monitor.rules.matching import ON_TOPIC, OpenDraft, in_order, overlap
from monitor.rules.neural_model import DraftReader, SuggestionModel, TokenOdds, says_again
from monitor.rules.preconditions import is_in_name, is_open, is_silent, quotation_at
from monitor.rules.priority import LIKELY
from monitor.rules.rule_schema import Rule
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def judged(
    draft: OpenDraft,
    reader: DraftReader,
    findings: Sequence[Finding],
    kept: frozenset[str],
    scare: float = 1,
) -> list[Finding]:
    """Return findings with their confidence; the doubted are suggestions but for rules `kept`.

    An error, which every guideline forbids, stays one from `LIKELY` on. On people the judge says
    nothing: who is who is read over the whole text.
    `scare`: how sure findings in scare quotes are at most.
    """
    on_people = {r.rule.id for r in draft.guideline.compiled if r.on_people}
    of_field = {scene.field: scene for scene in draft.scenes}
    judge, siblings = reader.judge, draft.guideline.about.siblings
    found: list[Finding] = []
    before: dict[str, set[str]] = {}
    for finding in findings:
        again, stays = says_again(before, finding), finding.rule in kept
        weighed = None
        if finding.rule not in on_people:
            weighed = reader.weigh(of_field[finding.field], finding, siblings, again=again)
        if weighed is None:
            found.append(finding)
        elif stays or (weighed[0] >= judge.silent and weighed[1] >= judge.unlikely):
            sure = min(weighed[0], scare) if finding.quoted == "scare" else weighed[0]
            doubt = min(judge.doubt, LIKELY) if finding.severity == "error" else judge.doubt
            severity = "suggestion" if sure < doubt and not stays else finding.severity
            found.append(replace(finding, confidence=sure, severity=severity))
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
    standing: Sequence[Finding],
    reader: DraftReader,
) -> list[Finding]:
    """Return what stands and what the judge finds besides, where nothing stands: the surest rule.

    A second rule at one place was right on articles 3 times of 130, where its first was 66 of 382.
    It looks into the passages of the text, and into the title of one that is on topic.
    """
    alone = reader.judge.alone
    assert alone is not None
    heads = reader.judge.heads
    may_speak = alone.rules.keys() & heads.keys()
    speaking = [rule for rule in rules if rule.rule.id in may_speak and not rule.on_people]
    found: list[Finding] = []
    for scene in draft.scenes:
        for number, (start, end) in enumerate(scene.view.sentences):
            titled = scene.field == "title"
            if not (draft.topic in ON_TOPIC if titled else is_open(draft.passages, start)):
                continue
            read = reader.read((scene.field, start, end))
            for rule in speaking if read else ():
                assert read
                odds = read.odds[:, heads[rule.rule.id]]
                finding = _suggestion(rule.rule, draft, scene, number, read, odds, alone)
                found += [finding] if finding else []
    kept: list[Finding] = list(standing)
    for finding in sorted(found, key=lambda f: (-(f.confidence or 0), f.field, f.start, f.rule)):
        # right behind its own finding a rule only echoes: the judge has read that too
        echo = any(
            (finding.rule, finding.field) == (other.rule, other.field)
            and 0 <= finding.start - other.end < ECHO
            for other in kept
        )
        if not echo and not any(overlap(finding, other) for other in kept):
            kept.append(finding)
    return sorted(kept, key=in_order)


def _suggestion(
    rule: Rule,
    draft: OpenDraft,
    scene: Scene,
    number: int,
    read: TokenOdds,
    odds: NDArray[np.float32],
    alone: SuggestionModel,
) -> Finding | None:
    """Return what a rule finds in a sentence, if it is sure enough and may say so there."""
    sure = alone.confidence(rule.id, float(odds.max()))
    span = _words(scene, number, read, odds, alone) if sure >= alone.least else None
    if span is None:
        return None
    scope, quotation = scene.scope_of(*span), quotation_at(scene, *span)
    if (
        rule.scope not in ("any", "document", scope)
        or (rule.names == "skip" and is_in_name(draft, scene, *span))
        or (quotation and quotation.kind == "attributed")
        or is_silent(rule, scope, quotation)
    ):
        return None
    return replace(plain_finding(rule, (scene, *span), scope, quotation), confidence=sure)


def _words(
    scene: Scene, number: int, read: TokenOdds, odds: NDArray[np.float32], alone: SuggestionModel
) -> Stretch | None:
    """Return where the words stand that the judge means, whole ones, in the shadow text."""
    start, end = scene.sentence_span(number)
    text = scene.view.shadow
    spans = [found.span() for found in _WORD.finditer(text, start, end)]
    said = [-math.inf] * len(spans)
    for (first, last), each in zip(read.places, odds, strict=True):
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
