"""Reviewing: which story comes next, what is decided of it, and taking that back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, get_args

from monitor.labels.schemes import check_labels
from monitor.records.article import Article, Review, Verdict
from monitor.records.dates import bounds_of, parse_day
from monitor.records.errors import NotFound, UsageError
from monitor.records.review import Act, Decision, FlagSaid, Opinion, Reviewable

if TYPE_CHECKING:
    from monitor.desk import Desk

Order = Literal["uncertain", "newest"]
Which = Literal["open", "sample", "second", "differ"]
ORDERS: tuple[Order, ...] = get_args(Order)
SETS: tuple[Which, ...] = get_args(Which)
MANY = 500
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who decides; what is `provisional` waits for another to confirm it."""

    name: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """Which stories, in which order; `day` is an ISO day, or "" for all (of samples: yesterday).

    `open` are those that nobody decided, `sample` is the random sample of a day, `second` those
    that somebody else decided, `differ` those on which reviewers do.
    """

    which: Which = "open"
    order: Order = "uncertain"
    day: str = ""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A story of the queue: the article to read, all that are shown of it, whether it is done."""

    story: str
    article_id: str
    articles: tuple[str, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The stories chosen, in their order."""

    entries: tuple[QueueEntry, ...]

    @property
    def left(self) -> int:
        """How many are still to be decided."""
        return sum(not entry.done for entry in self.entries)

    def place(self, article_id: str | None) -> int | None:
        """Return where the story of an article stands."""
        places = (n for n, entry in enumerate(self.entries) if article_id in entry.articles)
        return next(places, None)

    def following(self, article_id: str | None, taken: Collection[str] = ()) -> str | None:
        """Return the next article to decide behind one, then from the start; those `taken` last."""
        place = self.place(article_id)
        at = -1 if place is None else place
        turned = (*self.entries[at + 1 :], *self.entries[: max(at, 0)])
        waiting = (entry.article_id for entry in turned if not entry.done)
        return next(iter(sorted(waiting, key=lambda one: one in taken)), None)

    def before(self, article_id: str) -> str | None:
        """Return the article of the story before one, decided or not."""
        place = self.place(article_id)
        return self.entries[place - 1].article_id if place else None


def queue_of(desk: Desk, chosen: QueueChoice, who: Reviewer) -> Queue:
    """Return the stories chosen, for a reviewer. Raises `UsageError` for a day that is none."""
    if chosen.which == "sample":  # as far as it was drawn, in the order of its lots
        day = parse_day(chosen.day, "day") if chosen.day else desk.today - timedelta(days=1)
        draws = desk.store.draws(day.isoformat(), (day + timedelta(days=1)).isoformat())
        ids = [item.article_id for draw in draws for item in draw.offered]
        said = desk.store.said(ids)
        return Queue(tuple(QueueEntry(one, one, (one,), bool(said.get(one))) for one in ids))
    since = until = None
    if chosen.day:
        day = parse_day(chosen.day, "day")
        since, until = bounds_of(day, day, desk.settings.zone)
    stamps = desk.relevance_stamps, desk.stories_stamp
    shown = desk.store.shown_articles(*stamps, since=since, until=until)
    # Of many articles it costs less to read all that was said than to ask of each.
    said = desk.store.said([one.article_id for one in shown] if len(shown) <= MANY else None)
    return Queue(make_queue(shown, said, chosen, who.name))


def make_queue(
    shown: Sequence[Reviewable], said: Mapping[str, Sequence[Opinion]], chosen: QueueChoice, me: str
) -> tuple[QueueEntry, ...]:
    """Put shown articles into stories, each with the most certain one to read, and in order."""
    stories: dict[str, list[Reviewable]] = {}
    for one in shown:
        stories.setdefault(one.story, []).append(one)
    ranked = []
    for story, articles in stories.items():
        articles.sort(key=lambda one: (-one.relevance, one.seen, one.article_id))
        words = [said.get(one.article_id, ()) for one in articles]
        mine = [word.reviewer == me for some in words for word in some]
        done = bool(mine) if chosen.which == "open" else chosen.which == "second" and any(mine)
        if (chosen.which == "second" and all(mine)) or (
            chosen.which == "differ" and not any(map(differ, words))
        ):
            continue
        lead = articles[0]
        seen = -max(one.seen for one in articles).timestamp()
        # Most uncertain is what the calibrated probability says least of.
        key = (abs(lead.relevance - 0.5), seen) if chosen.order == "uncertain" else (seen, 0.0)
        ids = tuple(one.article_id for one in articles)
        ranked.append((key, story, QueueEntry(story, lead.article_id, ids, done)))
    return tuple(entry for _, _, entry in sorted(ranked, key=lambda each: each[:2]))


def differ(said: Sequence[Opinion]) -> bool:
    """Whether reviewers whose word counts differ on an article."""
    return len({one.verdict for one in said if not one.waits}) > 1


def taken_by_others(desk: Desk, who: Reviewer) -> dict[str, str]:
    """Return by article which other reviewer looks at it now."""
    claimed = desk.store.claimed(desk.now())
    return {one: name for one, name in claimed.items() if name != who.name}


def claim(desk: Desk, article_id: str, who: Reviewer) -> bool:
    """Keep an article from others, if with a name, for some minutes; False: another looks at it."""
    now = desk.now()
    return not who.name or desk.store.claim(article_id, who.name, now + timedelta(minutes=10), now)


def same_words(one: Article, other: Article) -> bool:
    """Whether two articles have the same text, word for word, whatever their headlines."""
    words = _WORD.findall(one.text.casefold())
    return bool(words) and words == _WORD.findall(other.text.casefold())


def others_of(desk: Desk, article: Article) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """Return the other articles of a story: those with the same text, and the rest."""
    stamp = desk.stories_stamp
    story = desk.store.stories_of(stamp, [article.id]).get(article.id)
    every = [] if story is None else desk.store.story_members(stamp, story)
    ids = [one for one in every if one != article.id][:50]
    others = [desk.store.article(one, ()).article for one in ids]
    sides: tuple[list[Article], list[Article]] = [], []
    for one in others:
        if not one.expired:
            sides[not same_words(article, one)].append(one)
    return tuple(sides[0]), tuple(sides[1])


def decide(
    desk: Desk,
    article_id: str,
    verdict: Verdict | None,
    who: Reviewer,
    *,
    sha256: str,
    tags: Mapping[str, Sequence[str]] | None = None,
    flags: Mapping[tuple[str, str, int, int], bool] | None = None,
) -> int:
    """Store what a reviewer says of the version that was read; return the decision.

    Of the other articles of the story, those with the same text get the same word. Raises
    `NotFound` for an article or a flag that there is not, `UsageError` for a label that is none,
    for a version that is no more in force, and where nothing is said.
    """
    labels = check_labels(tags or {})
    assessed = desk.article(article_id)
    read = assessed.article
    if read.sha256 != sha256:
        raise UsageError("the article was changed since it was opened")
    said = []
    if verdict is not None:
        same, _ = others_of(desk, read)
        said = [Review(one.id, one.sha256, who.name, verdict, labels) for one in (read, *same)]
    spots = []
    for place, right in (flags or {}).items():
        found = (f for f in assessed.findings if (f.rule, f.field, f.start, f.end) == place)
        if (flag := next(found, None)) is None:
            raise NotFound(f"article '{read.id}' has no such flag of the rule '{place[0]}'")
        at = (flag.field, flag.start, flag.end)
        spots.append(FlagSaid(read.id, read.sha256, flag.rule, *at, right))
    if not said and not spots:
        raise UsageError("nothing is said of the article")
    return desk.store.decide(
        said, spots, reviewer=who.name, provisional=who.provisional, now=desk.now()
    )


def undo(desk: Desk, decision: int, who: Reviewer) -> Decision:
    """Take one's own act back; return it. Raises `NotFound`, `UsageError`."""
    return desk.store.undo(decision, who.name, desk.now())


def last_act(desk: Desk, who: Reviewer, acts: Sequence[Act] = ("review",)) -> Decision | None:
    """Return the latest act of a reviewer that can be undone."""
    return desk.store.last_act(who.name, acts)


def confirm(desk: Desk, decision: int, who: Reviewer, *, right: bool) -> int:
    """Confirm a volunteer's decision, or overrule it; return the act.

    Raises `NotFound`, and `UsageError` for one's own, one that does not wait, and a volunteer.
    """
    if who.provisional:
        raise UsageError("a volunteer confirms nothing")
    return desk.store.judge_decision(decision, who.name, desk.now(), right=right)


def add_review(
    desk: Desk,
    article_id: str,
    verdict: Verdict,
    *,
    tags: Mapping[str, Iterable[str]] | None = None,
    reviewer: str = "",
    sha256: str | None = None,
    provisional: bool = False,
) -> Review:
    """Store what a person says of an article; of its current version unless `sha256` is given.

    What is `provisional` counts once confirmed. Raises `NotFound`, `UsageError` for a false label.
    """
    version = sha256 or desk.store.article(article_id, ()).article.sha256
    now, labels = desk.now(), check_labels(tags or {})
    said = Review(article_id, version, reviewer, verdict, labels, now, None, provisional)
    return replace(said, decision=desk.store.add_review(said, now))
