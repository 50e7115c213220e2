"""From articles to stories, one at a time in the order of first sight."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from monitor.records.article import AssessedArticle, Story
from monitor.stories.match import choose_story, window
from monitor.stories.near_duplicates import Fingerprint, make_fingerprint

SHARED_KEYS = 2
"""An article is compared with those that share so many of its heaviest words."""
NEAREST = 24
"""And of them with the stories of so many that share most."""
FIRST, LAST = 4, 4
"""A story stands for itself by its first and its last articles: what it began as, and what it has
become."""
NEWEST = 400
"""In memory, under one word, an article meets so many of the last ones."""


def group_stories(articles: Iterable[AssessedArticle]) -> tuple[Story, ...]:
    """Fold the articles that tell one story; every article is in exactly one story.

    The result does not depend on the order of `articles`. Stories, and the articles in each, come
    most certain first (`relevance`, None last; then first seen); ids must be distinct.
    """
    ordered = sorted(articles, key=_first_seen)
    shelf = Shelf()
    members: dict[str, list[AssessedArticle]] = defaultdict(list)
    for assessed in ordered:
        members[shelf.add(make_fingerprint(assessed.article))].append(assessed)
    return as_stories(members.items())


def as_stories(groups: Iterable[tuple[str, Iterable[AssessedArticle]]]) -> tuple[Story, ...]:
    """Return stories of known members, most certain first."""
    stories = (Story(key, tuple(sorted(found, key=_certainty))) for key, found in groups)
    return tuple(sorted(stories, key=lambda story: _certainty(story.articles[0])))


class Shelf:
    """Stories in memory, as the store keeps them."""

    def __init__(self) -> None:
        self._keys: defaultdict[int, list[Fingerprint]] = defaultdict(list)
        self._story: dict[str, str] = {}
        self._members: defaultdict[str, list[Fingerprint]] = defaultdict(list)

    def add(self, one: Fingerprint) -> str:
        """Put the next article into its story; return the story's id."""
        story = choose_story(one, self._near(one)) or one.id
        self._story[one.id] = story
        self._members[story].append(one)
        for key in one.keys:
            self._keys[key].append(one)
        return story

    def _near(self, one: Fingerprint) -> dict[str, list[Fingerprint]]:
        since, until = window(one)
        shared: Counter[str] = Counter()
        for key in one.keys:
            shared.update(o.id for o in self._keys[key][-NEWEST:] if since <= o.at <= until)
        needed = enough_keys(one)
        found = sorted((-n, key) for key, n in shared.items() if n >= needed)[:NEAREST]
        return {story: _ends(self._members[story]) for story in {self._story[i] for _, i in found}}


def enough_keys(one: Fingerprint) -> int:
    """Return how many keys an article must share to be compared: of three words, one."""
    return min(SHARED_KEYS, max(1, len(one.keys) // 3))


def _ends(members: list[Fingerprint]) -> list[Fingerprint]:
    return members if len(members) <= FIRST + LAST else members[:FIRST] + members[-LAST:]


def _first_seen(assessed: AssessedArticle) -> tuple[float, str]:
    return assessed.article.seen.timestamp(), assessed.article.id


def _certainty(assessed: AssessedArticle) -> tuple[float, float, str]:
    relevance = -1.0 if assessed.relevance is None else assessed.relevance
    return (-relevance, *_first_seen(assessed))
