"""Renders the pages of reviewing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from monitor.types import Verdict
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.review_view import VERDICT_WORDS, StoryShown

HERE = "/review"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page of reviewing says: who reviews, and how much waits."""

    reviewer: str
    may_name: bool
    provisional: bool
    waiting: int
    keys: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the queue, as they stand in the address."""

    which: str
    order: str
    day: str

    def address(self, article: str | None = None, path: str = HERE) -> str:
        """Return the address of a page with these filters, and of an article on it."""
        asked = {"set": self.which, "order": self.order, "day": self.day, "article": article or ""}
        standard = {"set": "open", "order": "uncertain"}
        kept = {key: value for key, value in asked.items() if value and standard.get(key) != value}
        return f"{path}?{urlencode(kept)}" if kept else path


@dataclass(frozen=True, slots=True)
class LastAct:
    """What the reviewer did last, and can take back."""

    id: int
    words: str


@dataclass(frozen=True, slots=True)
class Around:
    """Where a story stands: how many are left, and the articles before and behind."""

    left: int
    total: int
    before: str | None
    after: str | None
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: an article, and what was said of it."""

    article: str
    headline: str
    outlet: str
    said: tuple[tuple[str, str], ...]


def render_review(
    story: StoryShown | None,
    *,
    visitor: Visitor,
    desk: Desk,
    filters: Filters,
    around: Around,
    last: LastAct | None,
    empty: str,
    learned: str,
) -> str:
    """Return the page of one story, or of none: `empty` says why."""
    return render(
        "review.html",
        visitor=visitor,
        here=HERE,
        tab="stories",
        story=story,
        desk=desk,
        filters=filters,
        around=around,
        last=last,
        empty=empty,
        learned=learned,
        verdicts=VERDICT_WORDS,
    )


def render_confirm(
    story: StoryShown | None,
    *,
    visitor: Visitor,
    desk: Desk,
    decision: int,
    by: str,
    said: Sequence[str],
    own: bool,
    before: int | None,
    after: int | None,
    last: LastAct | None,
) -> str:
    """Return the page on which what volunteers decided is confirmed, one decision at a time."""
    return render(
        "review_confirm.html",
        visitor=visitor,
        here=HERE,
        tab="confirm",
        story=story,
        desk=desk,
        decision=decision,
        by=by,
        said=said,
        own=own,
        before=before,
        after=after,
        last=last,
    )


def render_differences(
    rows: Sequence[Row], *, visitor: Visitor, desk: Desk, total: int, next: str | None
) -> str:
    """Return the list of articles on which reviewers differ."""
    return render(
        "review_differences.html",
        visitor=visitor,
        here=HERE,
        tab="differences",
        rows=rows,
        desk=desk,
        total=total,
        next=next,
    )


def render_practice(
    story: StoryShown | None,
    *,
    visitor: Visitor,
    desk: Desk,
    left: int,
    answered: str,
    kappa: str,
    table: Mapping[tuple[Verdict, Verdict], int],
    n: int,
    rows: Sequence[Row],
) -> str:
    """Return the page of a practice story, with what was answered so far."""
    return render(
        "review_practice.html",
        visitor=visitor,
        here=HERE,
        tab="practice",
        story=story,
        desk=desk,
        left=left,
        answered=answered,
        kappa=kappa,
        table=table,
        n=n,
        rows=rows,
        verdicts=VERDICT_WORDS,
    )


def render_learning(words: Sequence[str], *, visitor: Visitor, desk: Desk) -> str:
    """Return what comes of reviews."""
    return render(
        "review_learning.html",
        visitor=visitor,
        here=HERE,
        tab="learning",
        desk=desk,
        words=words,
    )
