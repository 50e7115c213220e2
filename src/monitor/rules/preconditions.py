"""What must be known before a rule may speak: the topic of the text, and who is speaking.

The topic is told of each passage: in a round-up, rules on one story are no rules on the others. A
text is cut where it says so ("Elsewhere", a row of stars), or where a run of paragraphs has no
word of trafficking, several of something else, and nobody of whom the rest tells. Anything less
is the same story: features go on for pages without the word. In a text on other things, a story
that is about trafficking by itself is open.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from monitor.records.finding import Severity
from monitor.rules.compiler import Guideline
from monitor.rules.matching import OpenDraft
from monitor.rules.rule_schema import QuotePolicy, Rule
from monitor.text.analysis import Scene
from monitor.text.positions import Stretch
from monitor.text.quotations import Quotation

Topic = Literal["thb", "assumed", "touched", "other", "unknown"]
"""`assumed`: too short to tell, and nothing speaks against it. `touched`: one mention that is no
passing one, enough for a question about the whole text and too little for a flag."""

About = Literal["on", "said", "assumed", "part", "touched", "off"]
"""The topic as it is told: `said` by who asked, `part` where one story of several is on it."""

ON_TOPIC = frozenset({"thb", "assumed"})
"""Topics of texts on which rules whose subject is trafficking may be tried."""
ASKED = ON_TOPIC | {"touched"}
"""Topics of texts of which questions about the whole may be asked."""
TOP = 1_200
"""Characters in which a news story says what it is about."""
CLOSE = 250
"""Characters between the elements of one case: two or three sentences."""


def find_topic(draft: OpenDraft) -> Topic:
    """Return whether a text is about trafficking.

    It is if one of the field's own terms stands in the headline, near the top or twice, or if a
    purpose of exploitation stands within a few lines of an act or a means; or if it says
    "trafficking" more than once and shows no other topic. A short text counts as on topic unless
    it shows another. One mention counts as no passing one near the top, or anywhere with a means
    or a purpose.
    """
    topic, scenes = draft.guideline.topic, draft.scenes
    terms = _hits(draft.text, topic.strong)
    titled = len(scenes) > 1 and _hits(scenes[0], topic.strong)
    if titled or len(terms) > 1 or any(start < TOP for start, _ in terms):
        return "thb"
    purposes = [_hits(scene, topic.purpose) for scene in scenes]
    for scene, found in zip(scenes, purposes, strict=True):
        others = sorted(_hits(scene, topic.act + topic.means)) if found else []
        for start, end in found:
            index = bisect_left(others, (start - CLOSE, 0))
            if index < len(others) and others[index][0] < end + CLOSE:
                return "thb"
    weak = [start for scene in scenes for start, _ in _hits(scene, topic.weak)]
    other = any(_hits(scene, topic.other) for scene in scenes)
    if not other and len(weak) > 1:
        return "thb"
    if other and not any(purposes):
        return "other"
    if draft.is_short:
        return "assumed"
    told = any(purposes) or any(_hits(scene, topic.means) for scene in scenes)
    return "touched" if weak and not other and (min(weak) < TOP or told) else "unknown"


def _hits(scene: Scene, wordsets: Sequence[int]) -> list[Stretch]:
    return [hit for wordset in wordsets for hit in scene.hits.of(wordset)]


def spoken_severity(
    guideline: Guideline,
    rule: Rule,
    scene: Scene,
    sentence: int,
    quotation: Quotation | None,
    severity: Severity,
) -> Severity | None:
    """Return the severity that is left for words in `quotation`, None for silence.

    `soften` leaves at most a suggestion, and nothing where the survivor speaks of herself: the
    speaker is called a survivor, or says I and is called nothing else.
    """
    if quotation and quotation.kind == "mention":
        return None if rule.mentions == "skip" else severity
    if quotation is None or quotation.kind != "attributed" or rule.quotes == "flag":
        return severity
    if rule.quotes == "skip":
        return None
    policy: QuotePolicy = rule.quotes
    assert policy == "soften"
    if quotation.speaker_span:
        if _any_hit(scene, guideline.survivor, *quotation.speaker_span):
            return None
        if _any_hit(scene, guideline.other_speaker, *quotation.speaker_span):
            return "suggestion"
    low, high = scene.sentence_span(sentence)
    low, high = max(low, quotation.start), min(high, quotation.end)
    return None if _any_hit(scene, guideline.first_person, low, high) else "suggestion"


def _any_hit(scene: Scene, wordsets: Iterable[int], low: int, high: int) -> bool:
    return any(scene.hits.between(wordset, low, high, 1) for wordset in wordsets)


LEAST = 100
"""Words of a text that is worth cutting up: shorter ones tell one story."""
SIGNS = 3
"""Different words of something else that make a run of paragraphs another story."""

_RULE = re.compile(r"[\W_]+\Z")


@dataclass(frozen=True, slots=True)
class _StoryParagraph:
    start: int
    end: int
    ours: bool
    others: frozenset[str]
    story: int
    """Which story of the text it belongs to."""


def find_passages(draft: OpenDraft, topic: Topic) -> list[Stretch]:
    """Return the stretches of a draft's text in which rules on trafficking may speak, in order."""
    scene, words = draft.text, draft.guideline.topic
    whole = (0, len(scene.view.shadow))
    on_topic = topic in ON_TOPIC
    if topic == "assumed" or draft.words < LEAST or len(scene.view.paragraphs) < 3:
        return [whole] if on_topic else []
    if not on_topic and not any(map(scene.hits.of, (*words.strong, *words.weak, *words.purpose))):
        return []
    paragraphs = list(_paragraphs(draft))
    if on_topic:
        closed = {p.start for p in _elsewhere(draft, paragraphs)}
        spans = [(p.start, p.end) for p in paragraphs if p.start not in closed]
        return spans if closed else [whole]
    stories = [list(story) for _, story in groupby(paragraphs, key=lambda p: p.story)]
    if len(stories) < 2:
        return []
    spans = [(story[0].start, story[-1].end) for story in stories]
    return [span for span in spans if _is_ours(words.strong, scene, *span)]


def is_open(passages: Sequence[Stretch], position: int) -> bool:
    """Return whether a place lies in one of the passages."""
    return any(start <= position < end for start, end in passages)


def _paragraphs(draft: OpenDraft) -> Iterator[_StoryParagraph]:
    """Yield the paragraphs with their words, and in which story each stands."""
    scene, topic = draft.text, draft.guideline.topic
    text, hits = scene.view.shadow, scene.hits
    story = 0
    for number, (start, end) in enumerate(scene.view.paragraphs):
        ruled = bool(_RULE.match(text, start, min(end, start + 40)))
        cued = any(hit[0] == start for w in topic.breaks for hit in hits.between(w, start, end))
        story += (ruled or cued) and number > 0
        mine = _any_hit(scene, (*topic.strong, *topic.weak, *topic.purpose), start, end)
        others = frozenset(
            text[a:b].lower() for w in topic.elsewhere for a, b in hits.between(w, start, end, 20)
        )
        yield _StoryParagraph(start, end, mine, others, story)


def _elsewhere(
    draft: OpenDraft, paragraphs: Sequence[_StoryParagraph]
) -> Iterator[_StoryParagraph]:
    """Yield the paragraphs that tell of something else."""
    if not any(p.others for p in paragraphs if not p.ours):
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
        signs = frozenset[str]().union(*(p.others for p in run))
        if not is_mine and len(signs) >= (1 if apart else SIGNS):
            yield from run


def _tells_of_ours(draft: OpenDraft, paragraph: _StoryParagraph) -> bool:
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


def _is_ours(strong: Iterable[int], scene: Scene, start: int, end: int) -> bool:
    """Whether one story of a text on other things is about trafficking by itself."""
    terms = [hit for wordset in strong for hit in scene.hits.between(wordset, start, end, 3)]
    return len(terms) > 1 or any(hit[0] < start + CLOSE for hit in terms)
