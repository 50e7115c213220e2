"""What must be known before a rule may speak: the topic of the text, and who is speaking."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.records.article import Quoted, Severity
from monitor.rules.compiler import Guideline
from monitor.rules.evidence_sets import TopicSets
from monitor.rules.matching import Candidate, Draft, Unmatched
from monitor.rules.rule_schema import QuotePolicy
from monitor.text.analysis import Scene
from monitor.text.quotations import Quotation
from monitor.text.spans import Stretch

Topic = Literal["thb", "assumed", "touched", "other", "unknown"]
"""`assumed`: too short to tell, and nothing speaks against it. `touched`: one mention that is no
passing one, enough for a question about the whole text and too little for a flag."""

About = Literal["on", "said", "assumed", "part", "touched", "off"]
"""The topic as it is told: `said` by who asked, `part` where one story of several is on it."""

TOP = 1_200
"""Characters in which a news story says what it is about."""
CLOSE = 250
"""Characters between the elements of one case: two or three sentences."""


def find_topic(draft: Draft) -> Topic:
    """Return whether a text is about trafficking.

    It is if one of the field's own terms stands in the headline, near the top or twice, or if a
    purpose of exploitation stands close to an act or a means; or if it says "trafficking" more
    than once and shows no other topic. A short text counts as on topic unless it shows another.
    """
    topic = draft.guideline.topic
    if _has_term(topic, draft) or any(_has_elements(topic, scene) for scene in draft.scenes):
        return "thb"
    other = any(_hits(scene, topic.other) for scene in draft.scenes)
    if not other and sum(len(_hits(scene, topic.weak)) for scene in draft.scenes) > 1:
        return "thb"
    if other and not any(_hits(scene, topic.purpose) for scene in draft.scenes):
        return "other"
    if draft.is_short:
        return "assumed"
    return "touched" if not other and _is_touched(topic, draft) else "unknown"


def _has_term(topic: TopicSets, draft: Draft) -> bool:
    """Whether the field's own terms say more than a passing mention."""
    title = draft.title is not None and bool(_hits(draft.title, topic.strong))
    hits = _hits(draft.text, topic.strong)
    return title or len(hits) > 1 or any(start < TOP for start, _ in hits)


def _is_touched(topic: TopicSets, draft: Draft) -> bool:
    """Whether "trafficking" stands near the top, or anywhere with a means or a purpose."""
    weak = [start for scene in draft.scenes for start, _ in _hits(scene, topic.weak)]
    if not weak or min(weak) < TOP:
        return bool(weak)
    return any(_hits(scene, topic.purpose + topic.means) for scene in draft.scenes)


def _has_elements(topic: TopicSets, scene: Scene) -> bool:
    """Whether a purpose stands within a few lines of an act or a means."""
    others = sorted(_hits(scene, topic.act + topic.means))
    for start, end in _hits(scene, topic.purpose):
        index = bisect_left(others, (start - CLOSE, 0))
        if index < len(others) and others[index][0] < end + CLOSE:
            return True
    return False


def _hits(scene: Scene, wordsets: Sequence[int]) -> list[Stretch]:
    return [hit for wordset in wordsets for hit in scene.hits.of(wordset)]


def is_on_topic(topic: Topic) -> bool:
    """Whether rules whose subject is trafficking may be tried on a text."""
    return topic in ("thb", "assumed")


def may_ask(topic: Topic) -> bool:
    """Whether questions about the whole text may be asked of it."""
    return is_on_topic(topic) or topic == "touched"


def tell_topic(topic: Topic, *, has_passages: bool) -> About:
    """Return what is told of the topic; `has_passages`: rules on it may speak somewhere."""
    if is_on_topic(topic):
        return "on" if topic == "thb" else "assumed"
    return "part" if has_passages else "touched" if topic == "touched" else "off"


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose words a stretch is: the writer's (`no`), the writer's at arm's length, a speaker's."""

    quoted: Quoted | Literal["mention"]
    quotation: Quotation | None = None


def find_voice(at: Candidate | Unmatched) -> Voice:
    """Return who says the words of a candidate, or that they are only mentioned."""
    quotation = at.scene.quotation_around(at.start, at.end)
    return Voice(quotation.kind, quotation) if quotation else Voice("no")


def spoken_severity(
    guideline: Guideline, at: Candidate | Unmatched, voice: Voice, severity: Severity
) -> Severity | None:
    """Return the severity that is left in this voice, None for silence.

    `soften` leaves at most a suggestion, and nothing where the survivor speaks of herself.
    """
    rule = at.rule.rule
    if voice.quoted == "mention":
        return None if rule.mentions == "skip" else severity
    if voice.quoted != "attributed" or rule.quotes == "flag":
        return severity
    if rule.quotes == "skip" or _survivor_speaks(guideline, at, voice):
        return None
    policy: QuotePolicy = rule.quotes
    assert policy == "soften"
    return "suggestion"


def _survivor_speaks(guideline: Guideline, at: Candidate | Unmatched, voice: Voice) -> bool:
    """Whether the speaker is called a survivor, or says I and is called nothing else."""
    scene = at.scene
    quotation = voice.quotation
    if quotation is None:
        return False
    if quotation.speaker_span:
        low, high = quotation.speaker_span
        if _any_hit(scene, guideline.survivor, low, high):
            return True
        if _any_hit(scene, guideline.other_speaker, low, high):
            return False
    sentence = scene.sentence_span(at.sentence)
    low, high = max(sentence[0], quotation.start), min(sentence[1], quotation.end)
    return _any_hit(scene, guideline.first_person, low, high)


def _any_hit(scene: Scene, wordsets: tuple[int, ...], low: int, high: int) -> bool:
    return any(scene.hits.between(wordset, low, high, 1) for wordset in wordsets)
