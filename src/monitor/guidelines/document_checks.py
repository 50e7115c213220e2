"""Kind `document`: what a whole text has or lacks, answered in the scorecard.

A question that cannot be judged is answered `None` with the reason: a scorecard that counts three
lines without a helpline against an outlet is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.guidelines.compiled import CompiledCheck, CompiledRule, Evidence
from monitor.guidelines.context import Found, look_up, regions
from monitor.guidelines.gates import Topic
from monitor.guidelines.scene import Draft
from monitor.guidelines.schema import DocumentCheck
from monitor.types import ScorecardItem, Span

MAX_EVIDENCE = 5


def check_draft(rule: CompiledRule, draft: Draft, topic: Topic) -> ScorecardItem:
    """Answer one question about a draft."""
    check, compiled = rule.rule.check, rule.check
    assert check
    assert compiled
    item = rule.rule.id
    silence = _why_silent(check, compiled, draft, topic)
    if silence:
        return ScorecardItem(item, None, silence)
    evidence = _first(compiled.met, draft)
    answer = "met" if evidence else check.otherwise
    if not evidence and (evidence := _first(compiled.broken, draft)):
        answer = "broken"
    if answer == "silent":
        return ScorecardItem(item, None, "nothing in the text speaks for or against it")
    reason = check.reasons.get("met" if answer == "met" else "broken", "")
    return ScorecardItem(item, answer == "met", reason, _spans(evidence))


def _why_silent(
    check: DocumentCheck, compiled: CompiledCheck, draft: Draft, topic: Topic
) -> str | None:
    """Say why the question cannot be judged on this draft, or None."""
    if draft.words < check.min_words:
        return f"too short to judge: {draft.words} words, at least {check.min_words} needed"
    if topic not in ("thb", "assumed"):
        return "the text does not show that it is about trafficking"
    if any(_evidence(clause, draft) is None for clause in compiled.about):
        return "the question does not arise in this text"
    return "an exception of the rule holds" if _first(compiled.unless, draft) else None


def _first(clauses: Sequence[Evidence], draft: Draft) -> list[Found]:
    """Return the evidence of the first clause that holds, else nothing."""
    return next((found for clause in clauses if (found := _evidence(clause, draft))), [])


def _evidence(clause: Evidence, draft: Draft) -> list[Found] | None:
    found = look_up(clause, regions(draft, clause.within)) + _looks(clause, draft)
    return found if len(found) >= clause.at_least else None


def _looks(clause: Evidence, draft: Draft) -> list[Found]:
    """Return the headline once for each way it looks that the clause asks for."""
    if not clause.looks or not draft.headline:
        return []
    scene, (start, end) = draft.headline
    text = scene.view.shadow[start:end]
    long_words = [word for word in text.split() if len(word) > 3]
    capitals = len(long_words) > 2 and all(word.isupper() for word in long_words)
    looks = {"exclamation": "!" in text, "question": "?" in text, "capitals": capitals}
    return [Found(scene, start, end) for look in clause.looks if looks[look]]


def _spans(found: Sequence[Found]) -> tuple[Span, ...]:
    spans = (
        Span(piece.scene.field, *piece.scene.view.original(piece.start, piece.end))
        for piece in found[:MAX_EVIDENCE]
    )
    return tuple(dict.fromkeys(spans))
