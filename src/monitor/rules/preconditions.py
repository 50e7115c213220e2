"""What must be known before a rule may speak: the topic of the text, and who is speaking.

The topic of each passage: in a round-up, rules on one story are no rules on the others.

A text is cut where it says so ("Elsewhere", a row of stars), or where a run of paragraphs has no
word of trafficking, several of something else, and nobody of whom the rest tells. Anything less
is the same story: features go on for pages without the word. In a text on other things, a story
that is about trafficking by itself is open.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from monitor.records.finding import Quoted, Severity
from monitor.rules.compiler import Guideline, TopicSets
from monitor.rules.matching import Candidate, Draft, Unmatched
from monitor.rules.rule_schema import QuotePolicy
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.quotations import Quotation

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


LEAST = 100
"""Words of a text that is worth cutting up: shorter ones tell one story."""
SIGNS = 3
"""Different words of something else that make a run of paragraphs another story."""

_RULE = re.compile(r"[\W_]+\Z")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    start: int
    end: int
    ours: bool
    others: frozenset[str]
    story: int
    """Which story of the text it belongs to."""


def find_passages(draft: Draft, topic: Topic) -> list[Stretch]:
    """Return the stretches of a draft's text in which rules on trafficking may speak, in order."""
    scene, words = draft.text, draft.guideline.topic
    whole = (0, len(scene.view.shadow))
    on_topic = is_on_topic(topic)
    if topic == "assumed" or draft.words < LEAST or len(scene.view.paragraphs) < 3:
        return [whole] if on_topic else []
    if not on_topic and not _any_of_ours(words, scene):
        return []
    paragraphs = _paragraphs(words, scene)
    if on_topic:
        closed = {p.start for p in _elsewhere(draft, paragraphs)}
        spans = [(p.start, p.end) for p in paragraphs if p.start not in closed]
        return spans if closed else [whole]
    stories = [list(story) for _, story in groupby(paragraphs, key=lambda p: p.story)]
    if len(stories) < 2:
        return []
    return [(story[0].start, story[-1].end) for story in stories if _is_ours(words, scene, story)]


def is_open(passages: Sequence[Stretch], position: int) -> bool:
    """Return whether a place lies in one of the passages."""
    index = bisect_right(passages, position, key=lambda passage: passage[0]) - 1
    return index >= 0 and position < passages[index][1]


def _any_of_ours(topic: TopicSets, scene: Scene) -> bool:
    return any(scene.hits.of(wordset) for wordset in (*topic.strong, *topic.weak, *topic.purpose))


def _paragraphs(topic: TopicSets, scene: Scene) -> list[_Paragraph]:
    """Return the paragraphs with their words, and in which story each stands."""
    text = scene.view.shadow
    ours = (*topic.strong, *topic.weak, *topic.purpose)
    found: list[_Paragraph] = []
    story = 0
    for start, end in scene.view.paragraphs:
        ruled = bool(_RULE.match(text, start, min(end, start + 40)))
        cued = any(
            hit[0] == start for w in topic.breaks for hit in scene.hits.between(w, start, end)
        )
        story += (ruled or cued) and bool(found)
        mine = any(scene.hits.between(wordset, start, end, 1) for wordset in ours)
        found.append(
            _Paragraph(start, end, mine, _words(scene, topic.elsewhere, start, end), story)
        )
    return found


def _words(scene: Scene, wordsets: Sequence[int], start: int, end: int) -> frozenset[str]:
    hits = (hit for wordset in wordsets for hit in scene.hits.between(wordset, start, end, 20))
    return frozenset(scene.view.shadow[a:b].lower() for a, b in hits)


def _elsewhere(draft: Draft, paragraphs: Sequence[_Paragraph]) -> Iterator[_Paragraph]:
    """Yield the paragraphs that tell of something else."""
    if len(_signs(p for p in paragraphs if not p.ours)) < 1:
        return
    ours = {p.story for p in paragraphs if p.ours}
    mine = {
        p.start
        for p in paragraphs
        if p.ours or ((p.story in ours or not p.story) and _tells_of_ours(draft, p))
    }
    for (story, is_mine), members in groupby(paragraphs, key=lambda p: (p.story, p.start in mine)):
        run = list(members)
        apart = story not in ours and story > 0
        if not is_mine and len(_signs(run)) >= (1 if apart else SIGNS):
            yield from run


def _signs(paragraphs: Iterable[_Paragraph]) -> frozenset[str]:
    return frozenset().union(*(p.others for p in paragraphs))


def _tells_of_ours(draft: Draft, paragraph: _Paragraph) -> bool:
    """Whether a victim, a suspect or somebody named elsewhere in the text is in a paragraph."""
    cast = draft.cast
    start, end = paragraph.start, paragraph.end
    for mention in cast.mentions["text"].between(start, end):
        person = cast.of(mention)
        if person is None or draft.text.view.shadow.startswith("'s", mention.end):
            continue  # "the women's team" is no woman of the story
        if {"victim", "suspect"} & person.facts.keys():
            return True
        if person.names and any(not start <= m.start < end for m in person.mentions):
            return True
    return False


def _is_ours(topic: TopicSets, scene: Scene, story: Sequence[_Paragraph]) -> bool:
    """Whether one story of a text on other things is about trafficking by itself."""
    start, end = story[0].start, story[-1].end
    terms = [hit for w in topic.strong for hit in scene.hits.between(w, start, end, 3)]
    at_top = any(hit[0] < start + CLOSE for hit in terms)
    return bool(terms) and (at_top or len(terms) > 1)
