"""From pairs to stories.

An inverted index proposes pairs, `same_story` decides, and connected articles are one story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from monitor.stories.fingerprint import Fingerprint, make_fingerprint
from monitor.stories.match import same_story
from monitor.types import AssessedArticle, Story

NEIGHBOURS = 24
"""Under one key each article meets this many that follow it in time, not all: a key of a
thousand articles costs a thousand times 24 comparisons rather than half a million, and the
copies of a big story still hold together as a chain."""


def group_stories(articles: Iterable[AssessedArticle]) -> tuple[Story, ...]:
    """Fold the articles that tell one story; every article is in exactly one story.

    The result does not depend on the order of `articles`. Stories, and the articles in each, come
    most certain first (`relevance`, None last; then first seen); ids must be distinct.
    """
    ordered = sorted(articles, key=_first_seen)
    prints = [make_fingerprint(assessed.article) for assessed in ordered]
    parent = list(range(len(prints)))
    for a, b in _candidates(prints):
        root_a, root_b = _root(parent, a), _root(parent, b)
        if root_a != root_b and same_story(prints[a], prints[b]):
            # The lower index is the one seen first: roots are the stories' ids.
            parent[max(root_a, root_b)] = min(root_a, root_b)
    members: dict[int, list[AssessedArticle]] = defaultdict(list)
    for index, assessed in enumerate(ordered):
        members[_root(parent, index)].append(assessed)
    stories = (
        Story(id=ordered[root].article.id, articles=tuple(sorted(found, key=_certainty)))
        for root, found in members.items()
    )
    return tuple(sorted(stories, key=lambda story: _certainty(story.articles[0])))


def _candidates(prints: list[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Yield pairs that share a rare headline word or a shingle with a rare word; maybe twice."""
    postings: dict[str | int, list[int]] = defaultdict(list)
    for index, fingerprint in enumerate(prints):
        for key in fingerprint.anchors | fingerprint.keys:
            postings[key].append(index)
    for indexes in postings.values():
        for place, first in enumerate(indexes):
            for second in indexes[place + 1 : place + 1 + NEIGHBOURS]:
                yield first, second


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _first_seen(assessed: AssessedArticle) -> tuple[float, str]:
    return assessed.article.seen.timestamp(), assessed.article.id


def _certainty(assessed: AssessedArticle) -> tuple[float, float, str]:
    relevance = -1.0 if assessed.relevance is None else assessed.relevance
    return (-relevance, *_first_seen(assessed))
