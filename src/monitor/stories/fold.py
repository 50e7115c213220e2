"""Folding: where the rule of stories and the store of stories meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from monitor.desk import BATCH, Desk
from monitor.records.article import Article, AssessedArticle, Story
from monitor.records.review import is_rejected
from monitor.storage.store import Store
from monitor.storage.stories import Placed, Shelf
from monitor.stories.clustering import as_stories, enough_keys, group_stories
from monitor.stories.match import choose_story, window
from monitor.stories.near_duplicates import make_fingerprint, read_fingerprint, write_fingerprint

_read = lru_cache(maxsize=4096)(read_fingerprint)


def place(article: Article, shelf: Shelf | None = None) -> Placed:
    """Say which of the stories on the shelf an article belongs to, and how it is found there."""
    one = make_fingerprint(article)
    story = None
    if shelf and one.keys:
        near = shelf.near(one.keys, enough_keys(one), *window(one))
        story = choose_story(one, {key: list(map(_read, texts)) for key, texts in near.items()})
    return Placed(story, write_fingerprint(one), one.keys, one.at)


def fold_due(desk: Desk, *, size: int = BATCH, report: Callable[[int], None] | None = None) -> int:
    """Put what is relevant or borderline and in no story yet into stories; return how many.

    In the order of first sight, `size` articles a transaction: a kill loses nothing that is not
    done again, to the same stories. An article keeps its place whatever its text becomes. `report`
    is told the number after each batch.
    """
    store, stamp, now = desk.store, desk.stories_stamp, desk.now()
    judges = desk.carried(assessor.stamp for assessor in desk.classifiers)
    rule = (stamp, *judges)
    last = store.last_assessment()  # asked first: what comes in meanwhile is looked at next time
    after = desk.folded.after(rule, last, now)
    total, folded = 0, size
    while folded == size:
        folded = store.fold(stamp, judges, place, now, limit=size, after=after)
        total += folded
        if folded and report:
            report(folded)
    desk.folded.note(rule, last, now)
    return total


def kept_groups(
    store: Store, stamp: str
) -> Callable[[Sequence[AssessedArticle]], tuple[Story, ...]]:
    """Return what groups articles as they are kept; those not folded yet, among themselves.

    So are those that people rejected: their stories are told without them.
    """

    def group(articles: Sequence[AssessedArticle]) -> tuple[Story, ...]:
        known = store.stories_of(stamp, [a.article.id for a in articles if not is_rejected(a)])
        groups: defaultdict[str, list[AssessedArticle]] = defaultdict(list)
        waiting = [a for a in articles if a.article.id not in known]
        for assessed in articles:
            if assessed.article.id in known:
                groups[known[assessed.article.id]].append(assessed)
        kept = store.kept_stories(stamp, list(groups))
        stories = [
            replace(story, since=kept[story.id].first_seen, total=kept[story.id].articles)
            for story in as_stories(groups.items())
        ]
        return (*stories, *group_stories(waiting))

    return group
