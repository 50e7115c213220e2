"""The topic of each passage: in a round-up, rules on one story are no rules on the others.

A text is cut where it says so ("Elsewhere", a row of stars), or where a run of paragraphs has no
word of trafficking, several of something else, and nobody of whom the rest tells. Anything less
is the same story: features go on for pages without the word. In a text on other things, a story
that is about trafficking by itself is open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.rules.evidence_sets import TopicSets
from monitor.rules.matching import Draft
from monitor.rules.preconditions import CLOSE, Topic, is_on_topic
from monitor.text.analysis import Scene
from monitor.text.spans import Stretch

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
