"""Practice for reviewers: stories that the desk has decided, shown blind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.records.article import Verdict
from monitor.records.errors import NotFound, UsageError
from monitor.records.review import Opinion, PracticeAnswer
from monitor.review.review_queue import Reviewer

if TYPE_CHECKING:
    from monitor.desk import Desk


def desk_verdicts(said: Mapping[str, Sequence[Opinion]], me: str) -> dict[str, Verdict]:
    """Return by article what the desk has decided and `me` has not: all whose word counts agree."""
    found: dict[str, Verdict] = {}
    for article_id, words in said.items():
        counting = {word.verdict for word in words if not word.waits}
        if len(counting) == 1 and all(word.reviewer != me for word in words):
            found[article_id] = counting.pop()
    return found


@dataclass(frozen=True, slots=True)
class Practice:
    """What a reviewer may practise on, in order, and what was answered."""

    left: tuple[str, ...]
    answers: tuple[PracticeAnswer, ...]


def practice_of(desk: Desk, who: Reviewer) -> Practice:
    """Return what the desk has decided and a reviewer has not seen, in an order of its own."""
    answers = tuple(desk.store.practised(who.name))
    done = {one.article_id for one in answers}
    known = desk_verdicts(desk.store.said(), who.name)
    left = sorted(
        (one for one in known if one not in done),
        key=lambda one: hashlib.sha256(f"{who.name}\n{one}".encode()).digest(),
    )
    return Practice(tuple(left), answers)


def answer(
    desk: Desk, article_id: str, verdict: Verdict, who: Reviewer, *, sha256: str
) -> PracticeAnswer:
    """Store what is said in practice; return it beside the desk's word.

    The first answer stays. Raises `NotFound`, `UsageError` for what is not decided, or changed.
    """
    read = desk.store.article(article_id, ()).article
    decided = desk_verdicts(desk.store.said([article_id]), who.name).get(article_id)
    if decided is None or read.sha256 != sha256:
        raise UsageError("the desk has no verdict on this text to practise with")
    desk.store.add_practice(
        who.name, article_id, sha256, verdict=verdict, desk=decided, now=desk.now()
    )
    for one in desk.store.practised(who.name):
        if one.article_id == article_id:
            return one
    raise NotFound(f"no answer on '{article_id}'")  # it was forgotten meanwhile
