"""Stored rows of a day -> `Digest`; and which moments a day of the desk spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.records.article import AssessedArticle, Digest, Ledger, Story, Tag
from monitor.records.dates import BEGINNING, END, bounds_of, parse_day
from monitor.records.errors import UsageError

ALL = "all"

Group = Callable[[Sequence[AssessedArticle]], tuple[Story, ...]]


def day_bounds(day: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the half-open `(since, until)` in UTC of a day of the desk's clock.

    Days on which clocks change have 23 or 25 hours. `all` has no bounds; `FIRST..LAST` are all
    days from one to another.

    Raises `UsageError` where `day` is none of these, nor an ISO date with a day after it.
    """
    if day == ALL:
        return None, None
    if ".." in day:
        earlier, _, later = day.partition("..")
        later = later.replace("..", "to")  # one period, not several
        since, until = day_bounds(earlier, zone)[0], day_bounds(later, zone)[1]
        if since is None or until is None or until <= since:
            raise UsageError(
                f"'{day[:30]}' is no period: FIRST..LAST, such as 2026-11-20..2026-11-25"
            )
        return since, until
    try:
        since, until = bounds_of(first := parse_day(day, "day"), first, zone)
    except UsageError as error:
        raise UsageError(
            f"'{day[:20]}' is no day: give a date such as 2026-11-25, or all"
        ) from error
    if since == BEGINNING or until == END:
        raise UsageError(f"'{day}' is no day here: it is too near to the calendar's end")
    return since, until


def build_digest(
    articles: Iterable[AssessedArticle],
    *,
    day: str,
    timezone: str,
    ledger: Ledger,
    stamps: Iterable[str],
    group: Group,
) -> Digest:
    """Sort a day's articles into relevant and borderline stories, and those to look at.

    These are what a model not measured in their language would show, or has trafficking terms in
    such a language, and what no model judges but has terms. Of all others policy news is the
    `context` of single days and periods; the rest is left out.

    `articles` are those first seen on `day` (see `day_bounds`); `group` folds copies, as
    `stories.group_stories` does. A borderline copy of a relevant story stays in its own section:
    a section never holds an article that was judged otherwise.
    """
    relevant: list[AssessedArticle] = []
    borderline: list[AssessedArticle] = []
    possible: list[AssessedArticle] = []
    context: list[AssessedArticle] = []
    unjudged: list[AssessedArticle] = []
    for assessed in articles:  # once: of `all` days the others would not fit into memory
        if assessed.experimental:
            if assessed.relevant or assessed.borderline or assessed.terms:
                possible.append(assessed)
        elif assessed.relevant is True:
            relevant.append(assessed)
        elif assessed.borderline is True:
            borderline.append(assessed)
        elif assessed.not_judged is not None and assessed.terms:
            unjudged.append(assessed)
        elif day != ALL and tells_policy(assessed.tags):
            context.append(assessed)
    return Digest(
        day=day,
        timezone=timezone,
        relevant=_certain_first(group(relevant)),
        borderline=_certain_first(group(borderline)),
        ledger=ledger,
        stamps=tuple(stamps),
        unjudged=tuple(sorted(unjudged, key=lambda a: (a.article.seen, a.article.id))),
        possible=tuple(sorted(possible, key=_likely_first)),
        context=tuple(sorted(group(context), key=lambda story: story.id)) if context else (),
    )


def tells_policy(tags: Iterable[Tag]) -> bool:
    """Whether tags tell what an office reads beside trafficking.

    That is an instrument, or an institution and a topic.
    """
    schemes = {tag.scheme for tag in tags}
    return "instrument" in schemes or {"institution", "topic"} <= schemes


def _certain_first(stories: Iterable[Story]) -> tuple[Story, ...]:
    return tuple(sorted(stories, key=lambda story: (-_relevance(story), story.id)))


def _likely_first(assessed: AssessedArticle) -> tuple[bool, bool, float, str]:
    kind = (not assessed.relevant, not assessed.borderline)
    return (*kind, -(assessed.relevance or 0.0), assessed.article.id)


def _relevance(story: Story) -> float:
    return max((a.relevance or 0.0 for a in story.articles), default=0.0)
