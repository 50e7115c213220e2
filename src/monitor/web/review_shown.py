"""Fetches what the pages of reviewing show."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.core import Monitor
from monitor.countries import country_name
from monitor.decisions import Act, Decision, Practised, Said, as_judged
from monitor.desk import names, reviewing
from monitor.desk.learning import Learning, count_new
from monitor.desk.practice import ENOUGH, agreement_of, practice_of
from monitor.desk.reviewing import Chosen, Queue, Reviewer
from monitor.digest.neutral import neutral_line
from monitor.types import AssessedArticle, Story
from monitor.visitors import Visitor
from monitor.web import review_pages
from monitor.web.review_pages import Around, Desk, Filters, LastAct, Row
from monitor.web.review_view import (
    VERDICT_WORDS,
    StoryShown,
    headline_shown,
    other_shown,
    story_shown,
)

A_PAGE = 50
_EMPTY = {
    "open": (
        "Every story that the desk shows was decided. A second opinion helps, and so does practice."
    ),
    "sample": (
        "No sample of this day is left to decide: it is drawn when all of a day is judged, the day"
        " after (monitor reviews sample)."
    ),
    "second": "Nobody else has decided a story that you have not.",
    "differ": "Reviewers differ on no story.",
}


def story_page(
    monitor: Monitor,
    visitor: Visitor,
    who: Reviewer,
    desk: Desk,
    chosen: Chosen,
    article_id: str | None,
) -> str:
    """Return the page of an article, or of the next of the queue."""
    queue = reviewing.queue_of(monitor, chosen, who)
    taken = reviewing.taken_by_others(monitor, who)
    filters = Filters(chosen.which, chosen.order, chosen.day)
    current = article_id or queue.following(None, taken)
    story = _story(monitor, current, visitor, who, chosen) if current else None
    new = count_new(monitor)
    return review_pages.render_review(
        story,
        visitor=visitor,
        desk=desk,
        filters=filters,
        around=_around(queue, current, taken),
        last=_last(monitor, who, ("review",)),
        empty=_EMPTY[chosen.which],
        learned=f"{new:,} reviewed article{'' if new == 1 else 's'} since the last training.",
    )


def _around(queue: Queue, current: str | None, taken: dict[str, str]) -> Around:
    if current is None:
        return Around(queue.left, len(queue.entries), None, None)
    return Around(
        queue.left,
        len(queue.entries),
        queue.before(current),
        queue.following(current, taken),
        taken.get(current, ""),
    )


def _story(
    monitor: Monitor, article_id: str, visitor: Visitor, who: Reviewer, chosen: Chosen
) -> StoryShown:
    # what the models say: another's decision would be followed
    assessed = as_judged(monitor.article(article_id))
    article = assessed.article
    same, others = reviewing.others_of(monitor, article)
    asked = names.asked(monitor, visitor.name)
    shown = names.shown(monitor, [*same, *others], ask=asked)
    shown |= monitor.shown([article], ask=asked, patient=True)
    said = monitor.store.said([article_id]).get(article_id, [])
    mine = next((one for one in said if one.reviewer == who.name), None)
    tags = None
    if mine is not None:
        reviews = monitor.store.reviews(article_id)
        own = [r for r in reviews if r.reviewer == who.name and r.sha256 == article.sha256]
        tags = own[-1].tags if own else None
    return story_shown(
        assessed,
        shown[article_id],
        zone=monitor.settings.zone,
        same=[other_shown(one, shown[one.id]) for one in same],
        others=[other_shown(one, shown[one.id]) for one in others],
        # Another's word would be followed: it is told to who has given one, and where they differ.
        said=said if mine is not None or chosen.which == "differ" else (),
        flags=monitor.store.flags_said(article_id, article.sha256, who.name),
        tags=tags,
        blind=chosen.which == "sample",
    )


def _last(monitor: Monitor, who: Reviewer, acts: Sequence[Act]) -> LastAct | None:
    last = reviewing.last_act(monitor, who, acts)
    if last is None:
        return None
    line = _line(monitor.article(last.article_id))
    if last.act != "review":
        done = "confirmed" if last.act == "confirm" else "overruled"
        return LastAct(last.id, f"You {done}: {line}.")
    return LastAct(last.id, f"You said {_words(last)}: {line}.")


def _line(assessed: AssessedArticle) -> str:
    return neutral_line(Story(assessed.article.id, (assessed,)), country_name)


def _words(decision: Decision) -> str:
    """Return what a decision says, in a few words."""
    words = []
    if decision.verdict is not None:
        many = f" (of {decision.articles} articles)" if decision.articles > 1 else ""
        words.append(VERDICT_WORDS[decision.verdict] + many)
    if decision.tags:
        words.append(f"tags of {', '.join(decision.tags)}")
    if decision.flags:
        words.append(f"{decision.flags} flag{'' if decision.flags == 1 else 's'} judged")
    return ", ".join(words)


def confirm_page(monitor: Monitor, visitor: Visitor, who: Reviewer, desk: Desk, number: int) -> str:
    """Return the page of what waits: the decision `number`, else the next behind it."""
    waiting = monitor.store.waiting_decisions()
    place = next((n for n, id_ in enumerate(waiting) if id_ >= number), 0)
    story, said, by, current = None, [], "", 0
    if waiting:
        decision = monitor.store.decision(waiting[place])
        current, by = decision.id, decision.reviewer or "unnamed"
        assessed = as_judged(monitor.article(decision.article_id))
        asked = names.asked(monitor, visitor.name)
        shown = monitor.shown([assessed.article], ask=asked, patient=True)[decision.article_id]
        story = story_shown(assessed, shown, zone=monitor.settings.zone)
        said = _said_lines(monitor, decision)
        if decision.sha256 != assessed.article.sha256:
            said.append("the article was changed since: what stands here is its newer text")
    return review_pages.render_confirm(
        story,
        visitor=visitor,
        desk=desk,
        decision=current,
        by=by,
        said=said,
        own=bool(waiting) and by == (who.name or "unnamed"),
        before=waiting[place - 1] if waiting and place else None,
        after=waiting[place + 1] if place + 1 < len(waiting) else None,
        last=_last(monitor, who, ("confirm", "overrule")),
    )


def _said_lines(monitor: Monitor, decision: Decision) -> list[str]:
    lines = []
    if decision.verdict is not None:
        many = f", of {decision.articles} articles with this text" if decision.articles > 1 else ""
        lines.append(VERDICT_WORDS[decision.verdict] + many)
    for scheme, labels in (decision.tags or {}).items():
        lines.append(f"{scheme}: {', '.join(labels).replace('_', ' ') or 'none'}")
    flags: dict[tuple[str, bool], int] = {}
    for flag in monitor.store.decision_flags(decision.id):
        flags[flag.rule, flag.right] = flags.get((flag.rule, flag.right), 0) + 1
    for (rule, right), count in flags.items():
        many = f" ({count} times)" if count > 1 else ""
        lines.append(f"flag {rule}: {'right' if right else 'wrong'}{many}")
    return lines


def differences_page(monitor: Monitor, visitor: Visitor, desk: Desk, after: str) -> str:
    """Return a page of the articles on which reviewers differ, the latest word first."""
    said = monitor.store.said()
    found = [one for one, words in said.items() if reviewing.differ(words)]
    found.sort(key=lambda one: (max(word.at for word in said[one]), one), reverse=True)
    start = found.index(after) + 1 if after in found else 0
    page = found[start : start + A_PAGE]
    rows = _rows(monitor, [(one, _each(said[one])) for one in page])
    more = page[-1] if len(found) > start + A_PAGE else None
    return review_pages.render_differences(
        rows, visitor=visitor, desk=desk, total=len(found), next=more
    )


def _each(said: Sequence[Said]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.reviewer or "unnamed", VERDICT_WORDS[one.verdict]) for one in said if not one.waits
    )


def _rows(monitor: Monitor, wanted: Sequence[tuple[str, tuple[tuple[str, str], ...]]]) -> list[Row]:
    articles = [monitor.store.article(one, ()).article for one, _ in wanted]
    shown = names.shown(monitor, articles)
    return [
        Row(one, headline_shown(article, shown[one]), article.outlet, said)
        for article, (one, said) in zip(articles, wanted, strict=True)
    ]


def practice_page(
    monitor: Monitor, visitor: Visitor, who: Reviewer, desk: Desk, answered: str
) -> str:
    """Return the page of the next practice story."""
    practice = practice_of(monitor, who)
    story = None
    if practice.left:
        assessed = monitor.article(practice.left[0])
        asked = names.asked(monitor, visitor.name)
        shown = monitor.shown([assessed.article], ask=asked, patient=True)[practice.left[0]]
        story = story_shown(assessed, shown, zone=monitor.settings.zone, blind=True)
    agreement = agreement_of(practice.answers)
    differing = agreement.differing[::-1][:A_PAGE]
    return review_pages.render_practice(
        story,
        visitor=visitor,
        desk=desk,
        left=len(practice.left),
        answered=about_practice(practice.answers, answered),
        kappa=agreement_words(agreement.n, agreement.same, agreement.kappa),
        table=agreement.table,
        n=agreement.n,
        rows=_rows(monitor, [(one.article_id, _both(one)) for one in differing]),
    )


def _both(one: Practised) -> tuple[tuple[str, str], ...]:
    return (("you", VERDICT_WORDS[one.verdict]), ("the desk", VERDICT_WORDS[one.desk]))


def about_practice(answers: Sequence[Practised], article_id: str) -> str:
    """Return what the desk had decided of the one just answered."""
    for one in answers:
        if one.article_id == article_id:
            you, desk = VERDICT_WORDS[one.verdict], VERDICT_WORDS[one.desk]
            same = "so did the desk" if you == desk else f"the desk said {desk}"
            return f"You said {you}; {same}."
    return ""


def agreement_words(n: int, same: int, kappa: float | None) -> str:
    """Return how far the answers agree with the desk, in words."""
    if not n:
        return "Nothing answered yet."
    told = f"{same} of {n} answers are the desk's."
    few = f" Below {ENOUGH} answers that says little." if n < ENOUGH else ""
    if kappa is None:
        return f"{told} Cohen's kappa is not defined: all answers are alike on both sides.{few}"
    return f"{told} Cohen's kappa {kappa:.2f} (n = {n}).{few}"


def learning_words(found: Learning, waiting: int) -> list[str]:
    """Return what comes of reviews, in words."""

    def articles(n: int) -> str:
        return f"{n:,} article{'' if n == 1 else 's'}"

    learned = (
        f"It learned from {articles(found.learned)} that desks reviewed, up to"
        f" {found.until:%Y-%m-%d %H:%M} UTC."
        if found.until is not None
        else "It learned from none of this desk's reviews."
    )
    differ = f"Of these, the model judged {found.judged:,} and says otherwise of {found.differ:,}"
    waits = (
        f"{waiting:,} decision{' waits' if waiting == 1 else 's wait'} for a reviewer to confirm"
    )
    return [
        f"{found.model} is in force. {learned}",
        f"{articles(found.reviewed)} reviewed so far, {found.new:,} since then.",
        f"{differ}: so many would tell it something that it does not know.",
        f"{waits} what a volunteer said; until then that teaches nothing.",
        "What reviewers differ on is left out of training.",
    ]
