"""Event clustering: incremental, single-pass, average-link; articles fold into stories.

An article joins the story whose articles are most likely to tell the same event, or begins one, in
the order of first sight; a story keeps the id of its first article for ever. The weights were
fitted by logistic regression to pairs of train, to 159 pairs of full articles of train, regional
and pool that were read for it, and to texts dealt from train; none may count against its sense (a
shared word never speaks against a pair). Those of snippets, of one outlet and of days, and the bar,
were then set by hand: models/measurements.md, "Stories".
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from monitor.desk import BATCH, Desk
from monitor.records.article import Article, AssessedArticle
from monitor.records.digest import Story
from monitor.records.review import is_rejected
from monitor.storage.store import Store
from monitor.storage.stories import StoredStoryIndex, StoryPlacement
from monitor.stories.near_duplicates import (
    Fingerprint,
    make_fingerprint,
    read_fingerprint,
    write_fingerprint,
)

FIRST, LAST = 4, 4
"""A story stands for itself by its first and its last articles: what it began as, and what it has
become."""


def group_stories(articles: Iterable[AssessedArticle]) -> tuple[Story, ...]:
    """Fold the articles that tell one story; every article is in exactly one story.

    The result does not depend on the order of `articles`. Stories, and the articles in each, come
    most certain first (`relevance`, None last; then first seen); ids must be distinct.
    """
    by_key: defaultdict[int, list[Fingerprint]] = defaultdict(list)
    story_of: dict[str, str] = {}
    members: defaultdict[str, list[Fingerprint]] = defaultdict(list)
    told: defaultdict[str, list[AssessedArticle]] = defaultdict(list)
    for assessed in sorted(articles, key=lambda a: (a.article.seen.timestamp(), a.article.id)):
        one = make_fingerprint(assessed.article)
        needed, since, until = reach(one)
        shared: Counter[str] = Counter()
        for key in one.keys:
            shared.update(o.id for o in by_key[key][-400:] if since <= o.at <= until)
        found = sorted((-n, id_) for id_, n in shared.items() if n >= needed)[:24]
        near = {story_of[id_]: members[story_of[id_]] for _, id_ in found}
        for story, many in near.items():
            if len(many) > FIRST + LAST:
                near[story] = many[:FIRST] + many[-LAST:]
        story_of[one.id] = story = choose_story(one, near) or one.id
        for key in one.keys:
            by_key[key].append(one)
        members[story].append(one)
        told[story].append(assessed)
    return as_stories(told.items())


def as_stories(groups: Iterable[tuple[str, Iterable[AssessedArticle]]]) -> tuple[Story, ...]:
    """Return stories of known members, most certain first."""
    stories = (Story(key, tuple(sorted(found, key=_certainty))) for key, found in groups)
    return tuple(sorted(stories, key=lambda story: _certainty(story.articles[0])))


def reach(one: Fingerprint) -> tuple[int, datetime, datetime]:
    """Return how many keys an article to compare must share, and its first and last moment."""
    needed = min(2, max(1, len(one.keys) // 3))  # of its heaviest words
    return needed, one.at - WINDOW, one.at + WINDOW


def _certainty(assessed: AssessedArticle) -> tuple[float, float, str]:
    relevance = -1.0 if assessed.relevance is None else assessed.relevance
    return -relevance, assessed.article.seen.timestamp(), assessed.article.id


_read = lru_cache(maxsize=4096)(read_fingerprint)


def place(article: Article, shelf: StoredStoryIndex | None = None) -> StoryPlacement:
    """Say which of the stories on the shelf an article belongs to, and how it is found there."""
    one = make_fingerprint(article)
    story = None
    if shelf and one.keys:
        near = shelf.near(one.keys, *reach(one))
        story = choose_story(one, {key: list(map(_read, texts)) for key, texts in near.items()})
    return StoryPlacement(story, write_fingerprint(one), one.keys, one.at)


def fold_due(desk: Desk, *, size: int = BATCH, report: Callable[[int], None] | None = None) -> int:
    """Put what is relevant or borderline and in no story yet into stories; return how many.

    In the order of first sight, `size` articles a transaction, after each of which `report` is told
    the number. An article keeps its place whatever its text becomes.
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
    """Return what groups articles as they are kept; rejected and new ones among themselves."""

    def group(articles: Sequence[AssessedArticle]) -> tuple[Story, ...]:
        known = store.stories_of(stamp, [a.article.id for a in articles if not is_rejected(a)])
        groups: defaultdict[str, list[AssessedArticle]] = defaultdict(list)
        for assessed in articles:
            groups[known.get(assessed.article.id, "")].append(assessed)
        waiting = groups.pop("", [])
        kept = store.kept_stories(stamp, list(groups))
        stories = [
            replace(story, since=kept[story.id].first_seen, total=kept[story.id].articles)
            for story in as_stories(groups.items())
        ]
        return (*stories, *group_stories(waiting))

    return group


BIAS = -4.36
WORDS, NAMES, OTHERS = 5.57, 2.24, 2.32
"""Of the cosine of all words, of names and figures alone, of all others."""
SHARED_NAMES = 0.31
NAMES_APART = -1.01
SNIPPET, SNIPPET_WORDS = -6.4, 12.13
SAME_EVENT = -1.2
"""Log odds from which on an article joins a story, as a mean over the story's articles."""

COPY = 2.0
COPY_SHARE = 0.3
COPY_SHINGLES = 10
"""The overlap coefficient, not Jaccard, of the sampled shingles: a reprint cut to a third is a copy
all the same."""
FOREIGN_SHARE = 0.5
"""In a language without a table of words only copies are told together."""
SAME_OUTLET, SAME_OUTLET_SNIPPET = -2.5, -1.0
"""An outlet seldom tells its own story twice but often uses its own phrases again."""
FREE_DAYS, A_DAY, A_DAY_SNIPPET = 3.0, -0.15, -0.5
WINDOW = timedelta(days=30)
"""Nothing further apart is compared."""
_NEVER = -9.0


def same_event(a: Fingerprint, b: Fingerprint) -> float:
    """Return the log odds that two articles tell the same event; symmetric."""
    days = abs(a.at - b.at) / timedelta(days=1)
    if days > WINDOW / timedelta(days=1):
        return _NEVER
    same_outlet = a.outlet == b.outlet != ""
    shorter = min(len(a.shingles), len(b.shingles))
    copied = len(a.shingles & b.shingles) / shorter if shorter >= COPY_SHINGLES else 0.0
    late = max(0.0, days - FREE_DAYS) * (A_DAY_SNIPPET if a.short or b.short else A_DAY)
    if not (a.english and b.english):
        return (COPY if copied >= FOREIGN_SHARE and not same_outlet else _NEVER) + late
    cosine = _dot(a.terms, b.terms)
    # the cosines of names and figures alone, and of all other words
    both = [(one.terms, one.names.keys() | one.figures) for one in (a, b)]
    names = [{w: terms[w] for w in named if w in terms} for terms, named in both]
    others = [{w: v for w, v in terms.items() if w not in named} for terms, named in both]
    shared = math.fsum(a.names[name] for name in a.names.keys() & b.names.keys())
    least = min(math.fsum(a.names.values()), math.fsum(b.names.values()))
    odds = BIAS + WORDS * cosine + NAMES * _cosine(*names) + OTHERS * _cosine(*others)
    odds += SHARED_NAMES * shared / least if least else 0.0
    # the weight of the names in the headline of one that the other has nowhere
    apart = min(
        math.fsum(one.names[name] for name in one.title_names if name not in other.names)
        for one, other in ((a, b), (b, a))
    )
    apart = min(apart, 20.0)
    odds += NAMES_APART * apart / 10
    odds += SNIPPET + SNIPPET_WORDS * cosine if a.short or b.short else 0.0
    # one template filled twice, "man charged in Hall County", "… in Cobb County": figures of the
    # headlines contradict each other, names tell more apart than are shared, or nothing that is
    # shared is a name or a figure
    template = (
        (a.title_figures and b.title_figures and not a.title_figures & b.title_figures)
        or (a.short and b.short and apart > shared)
        or not (shared or a.figures & b.figures)
    )
    odds = _NEVER if template else odds
    if same_outlet:
        odds += SAME_OUTLET_SNIPPET if a.short and b.short else SAME_OUTLET
    if copied >= COPY_SHARE and not same_outlet and odds > _NEVER:
        odds = max(odds, COPY)
    return odds + late


def _cosine(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    length = math.sqrt(math.fsum(v * v for v in a.values()) * math.fsum(v * v for v in b.values()))
    return _dot(a, b) / length if length else 0.0


def _dot(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    """Return the inner product; summed exactly, so that it is the same both ways."""
    return math.fsum(a[word] * b[word] for word in a.keys() & b.keys())


def choose_story(one: Fingerprint, stories: Mapping[str, Sequence[Fingerprint]]) -> str | None:
    """Return which of `stories` an article belongs to, `None` for one of its own.

    Each story stands for itself by some of its articles. It is joined by their mean, not by its
    nearest article: a chain of neighbours would end at another event. Of equals the first id.
    """
    if len(one.terms) < 4:
        return None  # so few words ("Morning briefing") name no event
    means = {
        story: math.fsum(same_event(one, other) for other in some) / len(some)
        for story, some in stories.items()
    }
    best = min(means, key=lambda story: (-means[story], story), default="")
    return best if best and means[best] >= SAME_EVENT else None
