"""The pages of reviewing: `/review` and what stands below it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, VisitorDep
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.request_bodies import FieldsDep, field_of
from monitor.desk import Desk
from monitor.digest.tag_words import neutral_line
from monitor.evaluate.learn_from_reviews import count_new, learning_of
from monitor.labels.countries import country_name
from monitor.labels.schemes import ONE_LABEL_SCHEMES, REVIEWED_SCHEMES
from monitor.records.article import VERDICTS, Article, AssessedArticle, Verdict
from monitor.records.dates import parse_day
from monitor.records.digest import Story
from monitor.records.errors import UsageError
from monitor.records.review import Act, Opinion, as_judged
from monitor.review import review_queue as reviewing
from monitor.review.agreement import ENOUGH, agreement_of
from monitor.review.practice import answer, practice_of
from monitor.review.review_queue import QueueChoice, Reviewer
from monitor.text.safe_text import clean
from monitor.web.page_frame import PageContext, PageDep, address, page_router, see_other
from monitor.web.review_view import VERDICT_WORDS, View, headline_shown, view_article

router = page_router("review")
HERE = "/review"
NAME_COOKIE, KEYS_COOKIE = "monitor-reviewer", "monitor-keys"
NAME_CHARS, A_PAGE, A_YEAR = 200, 50, 365 * 24 * 3600
_BACK = re.compile(r"/review(?:/[a-z]+)?(?:\?[\w%=&.+~-]*)?")
Word = Annotated[str, Query(max_length=200)]
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]
Fields = Mapping[str, list[str]]
Said = Sequence[tuple[str, Verdict]]


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """What every page of reviewing is made with; one `may_name` oneself on this machine."""

    page: PageContext
    who: Reviewer
    waiting: int
    keys: bool
    may_name: bool

    def render(self, template: str, tab: str, **values: Any) -> HTMLResponse:
        """Return a page of reviewing."""
        values |= {"tab": tab, "context": self, "verdicts": VERDICT_WORDS}
        return self.page.render(template, here=HERE, **values)


def _address(chosen: QueueChoice, article: str | None = None) -> str:
    """Return the address of the page with these filters, and of an article on it."""
    asked = {"set": chosen.which, "order": chosen.order, "day": chosen.day, "article": article}
    standard = {"set": "open", "order": "uncertain"}
    return address(HERE, {k: v for k, v in asked.items() if v and standard.get(k) != v})


def _reviewer(request: Request, visitor: VisitorDep) -> Reviewer:
    """Return who reviews: who signed in, or on this machine who the browser was told it is."""
    name = visitor.name
    if not name and visitor.at_home:
        name = clean(unquote(request.cookies.get(NAME_COOKIE, "")))[:NAME_CHARS]
    return Reviewer(name, visitor.provisional)


WhoDep = Annotated[Reviewer, Depends(_reviewer)]


def get_context(request: Request, page: PageDep, who: WhoDep) -> ReviewContext:
    """Return what every page of reviewing says."""
    waiting = page.desk.store.count_waiting_decisions()
    keys, may_name = request.cookies.get(KEYS_COOKIE) != "off", page.visitor.at_home
    return ReviewContext(page, who, waiting, keys, may_name and not page.visitor.name)


ReviewDep = Annotated[ReviewContext, Depends(get_context)]


@router.get("/review")
def review_page(
    context: ReviewDep,
    which: Annotated[Word, Query(alias="set")] = "",
    order: Word = "",
    day: Word = "",
    article: Word = "",
) -> HTMLResponse:
    """Show one story to decide: an article, or the next of the queue."""
    filters, desk = _chosen(which, order, day), context.page.desk
    queue = reviewing.queue_of(desk, filters, context.who)
    taken = reviewing.taken_by_others(desk, context.who)
    current = article or queue.following(None, taken)
    new = count_new(desk)
    return context.render(
        "review.html",
        "stories",
        story=_story(context, current, filters) if current else None,
        filters=filters,
        address=partial(_address, filters),
        queue=queue,
        current=current,
        taken=taken,
        last=_last(context, ("review",)),
        empty=_EMPTY[filters.which],
        learned=f"{new:,} reviewed article{'' if new == 1 else 's'} since the last training.",
    )


@router.post("/review/decide")
def decide(form: FieldsDep, desk: DeskDep, who: WhoDep) -> Response:
    """Store what is said of a story, and show the next."""
    chosen = _chosen_in(form)
    article = _one(form, "article")
    verdict = _verdict(form) if _one(form, "verdict") else None
    flags = _flags(form)
    if verdict is not None or flags:
        version, tags = _one(form, "sha256"), _tags(form)
        with _told_why():
            reviewing.decide(desk, article, verdict, who, sha256=version, tags=tags, flags=flags)
    if verdict is None:
        return see_other(_address(chosen, article))
    taken = reviewing.taken_by_others(desk, who)
    following = reviewing.queue_of(desk, chosen, who).following(article, taken)
    if following is not None:
        reviewing.claim(desk, following, who)
    return see_other(_address(chosen, following))


@router.post("/review/undo")
def undo(form: FieldsDep, desk: DeskDep, who: WhoDep) -> Response:
    """Take back what one did last, and show it again."""
    with refuse(UsageError, ProblemError(409, "It was undone already, confirmed or overruled.")):
        undone = reviewing.undo(desk, _number(form, "decision"), who)
    if _one(form, "page") == "confirm":
        return see_other(f"/review/confirm?decision={undone.about}")
    return see_other(_address(_chosen_in(form), undone.article_id))


@router.post("/review/claim")
def claim(form: FieldsDep, desk: DeskDep, who: WhoDep) -> Response:
    """Keep the story that is shown from others for some minutes."""
    reviewing.claim(desk, _one(form, "article"), who)
    return Response(status_code=204)


@router.post("/review/name")
def name(form: FieldsDep, context: ReviewDep) -> Response:
    """Remember in this browser who reviews."""
    if not context.may_name:
        raise ProblemError(403, "Who signed in reviews in that name.")
    given = clean(_one(form, "name"))
    if len(given) > NAME_CHARS:
        raise ProblemError(422, "A name has at most 200 characters.")
    return _remember(form, NAME_COOKIE, quote(given))


@router.post("/review/keys")
def keys(form: FieldsDep) -> Response:
    """Switch the keys of single letters on or off in this browser."""
    return _remember(form, KEYS_COOKIE, "off" if _one(form, "keys") == "off" else "")


def _remember(form: Fields, cookie: str, value: str) -> Response:
    """Go back, with a cookie of that value, or without one."""
    back = _one(form, "back")
    response = see_other(back if _BACK.fullmatch(back) else HERE)
    if value:
        response.set_cookie(cookie, value, max_age=A_YEAR, httponly=True, samesite="strict")
    else:
        response.delete_cookie(cookie, httponly=True, samesite="strict")
    return response


@router.get("/review/confirm")
def confirm_page(context: ReviewDep, decision: Number = 0) -> HTMLResponse:
    """Show what a volunteer decided, to be confirmed: that decision, else the next behind it."""
    desk = context.page.desk
    waiting = desk.store.waiting_decisions()
    place = next((n for n, id_ in enumerate(waiting) if id_ >= decision), 0)
    story, said, by, current = None, [], "", 0
    if waiting:
        shown = desk.store.decision(waiting[place])
        current, by = shown.id, shown.reviewer or "unnamed"
        assessed = as_judged(desk.article(shown.article_id))
        story = _shown_story(context, assessed)
        if shown.verdict is not None:
            of = f", of {shown.articles} articles with this text" if shown.articles > 1 else ""
            said.append(VERDICT_WORDS[shown.verdict] + of)
        for scheme, labels in (shown.tags or {}).items():
            said.append(f"{scheme}: {', '.join(labels).replace('_', ' ') or 'none'}")
        flags = Counter((one.rule, one.right) for one in desk.store.decision_flags(shown.id))
        for (rule, right), count in flags.items():
            many = f" ({count} times)" if count > 1 else ""
            said.append(f"flag {rule}: {'right' if right else 'wrong'}{many}")
        if shown.sha256 != assessed.article.sha256:
            said.append("the article was changed since: what stands here is its newer text")
    return context.render(
        "review_confirm.html",
        "confirm",
        story=story,
        decision=current,
        by=by,
        said=said,
        own=bool(waiting) and by == (context.who.name or "unnamed"),
        before=waiting[place - 1] if waiting and place else None,
        after=waiting[place + 1] if place + 1 < len(waiting) else None,
        last=_last(context, ("confirm", "overrule")),
    )


@router.post("/review/confirm")
def confirm(form: FieldsDep, desk: DeskDep, who: WhoDep) -> Response:
    """Confirm or overrule it, and show the next."""
    if who.provisional:
        raise ProblemError(403, "A reviewer confirms it; a volunteer cannot.")
    number, right = _number(form, "decision"), _one(form, "right")
    if right not in ("yes", "no"):
        raise ProblemError(422, "It is neither confirmed nor overruled.")
    with _told_why():
        reviewing.confirm(desk, number, who, right=right == "yes")
    return see_other(f"/review/confirm?decision={number}")


@router.get("/review/differences")
def differences_page(context: ReviewDep, after: Word = "") -> HTMLResponse:
    """List the articles on which reviewers differ, the latest word first."""
    said = context.page.desk.store.said()
    found = [one for one, words in said.items() if reviewing.differ(words)]
    found.sort(key=lambda one: (max(word.at for word in said[one]), one), reverse=True)
    start = found.index(after) + 1 if after in found else 0
    shown = found[start : start + A_PAGE]
    words = {
        one: [(s.reviewer or "unnamed", s.verdict) for s in said[one] if not s.waits]
        for one in shown
    }
    more, rows = len(found) > start + A_PAGE, _rows(context.page.desk, words)
    values = {"rows": rows, "total": len(found), "next": shown[-1] if more else None}
    return context.render("review_differences.html", "differences", **values)


@router.get("/review/practice")
def practice_page(context: ReviewDep, answered: Word = "") -> HTMLResponse:
    """Show a story that the desk has decided, blind, and how far one agrees with it."""
    desk = context.page.desk
    practice = practice_of(desk, context.who)
    story, just = None, ""
    if practice.left:
        story = _shown_story(context, desk.article(practice.left[0]), blind=True)
    for one in practice.answers:
        if one.article_id == answered:
            you, theirs = VERDICT_WORDS[one.verdict], VERDICT_WORDS[one.desk]
            same = "so did the desk" if you == theirs else f"the desk said {theirs}"
            just = f"You said {you}; {same}."
    agreed = agreement_of(practice.answers)
    kappa = "Nothing answered yet."
    if agreed.n:
        few = f" Below {ENOUGH} answers that says little." if agreed.n < ENOUGH else ""
        told = "Cohen's kappa is not defined: all answers are alike on both sides."
        if agreed.kappa is not None:
            told = f"Cohen's kappa {agreed.kappa:.2f} (n = {agreed.n})."
        kappa = f"{agreed.same} of {agreed.n} answers are the desk's. {told}{few}"
    differing = agreed.differing[::-1][:A_PAGE]
    both = {one.article_id: [("you", one.verdict), ("the desk", one.desk)] for one in differing}
    return context.render(
        "review_practice.html",
        "practice",
        story=story,
        left=len(practice.left),
        answered=just,
        kappa=kappa,
        table=agreed.table,
        n=agreed.n,
        rows=_rows(desk, both),
    )


@router.post("/review/practice")
def practised(form: FieldsDep, desk: DeskDep, who: WhoDep) -> Response:
    """Store an answer given in practice, and say what the desk had decided."""
    article = _one(form, "article")
    with refuse(UsageError, ProblemError(409, "The desk has no verdict on this text any more.")):
        answer(desk, article, _verdict(form), who, sha256=_one(form, "sha256"))
    return see_other(f"/review/practice?answered={quote(article, safe='')}")


@router.get("/review/learning")
def learning_page(context: ReviewDep) -> HTMLResponse:
    """Say what comes of reviews."""
    found, waiting = learning_of(context.page.desk), context.waiting

    def articles(n: int) -> str:
        return f"{n:,} article{'' if n == 1 else 's'}"

    learned = "none of this desk's reviews"
    if found.until is not None:
        until = f"{found.until:%Y-%m-%d %H:%M} UTC"
        learned = f"{articles(found.learned)} that desks reviewed, up to {until}"
    differ = f"Of these, the model judged {found.judged:,} and says otherwise of {found.differ:,}"
    waits = f"{waiting:,} decision{' waits' if waiting == 1 else 's wait'} for a reviewer"
    words = [
        f"{found.model} is in force. It learned from {learned}.",
        f"{articles(found.reviewed)} reviewed so far, {found.new:,} since then.",
        f"{differ}: so many would tell it something that it does not know.",
        f"{waits} to confirm what a volunteer said; until then that teaches nothing.",
        "What reviewers differ on is left out of training.",
    ]
    return context.render("review_learning.html", "learning", words=words)


def _chosen(which: str, order: str, day: str) -> QueueChoice:
    """Return the filters; an empty one is none. Raises a problem for one that is none."""
    for value, known in ((which, reviewing.SETS), (order, reviewing.ORDERS)):
        if value and value not in known:
            raise ProblemError(422, f"A filter must be one of {', '.join(known)}.")
    if day:
        with refuse(UsageError, ProblemError(422, "The day must be a date, YYYY-MM-DD.")):
            parse_day(day, "day")
    return QueueChoice(which or "open", order or "uncertain", day)  # type: ignore[arg-type]


def _chosen_in(form: Fields) -> QueueChoice:
    return _chosen(*(_one(form, name) for name in ("set", "order", "day")))


def _one(form: Fields, name: str) -> str:
    value = field_of(form, name)
    if len(value) > 1000:
        raise ProblemError(422, "A field of the form cannot be used.")
    return value


def _verdict(form: Fields) -> Verdict:
    if (value := _one(form, "verdict")) not in VERDICTS:
        raise ProblemError(422, "The verdict is none.")
    return value


def _number(form: Fields, name: str) -> int:
    value = _one(form, name)
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ProblemError(422, "A number of the form is none.")
    return int(value)


def _tags(form: Fields) -> dict[str, list[str]]:
    """Return the labels of the schemes that were changed, or of all where that was ticked."""
    was, now = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for labels, name in ((was, "was"), (now, "tag")):
        for value in form.get(name, []):
            scheme, sign, label = value.partition("=")
            if sign:
                labels[scheme].append(label)
    places = re.split(r"[\s,;]+", _one(form, "place").strip())
    now["place"] = [code.upper() for code in places if code]
    looked = bool(_one(form, "looked"))
    return {
        scheme: now[scheme]
        for scheme in REVIEWED_SCHEMES
        if now[scheme] or scheme not in ONE_LABEL_SCHEMES  # else it is left open
        if looked or set(now[scheme]) != set(was[scheme])
    }


def _flags(form: Fields) -> dict[tuple[str, str, int, int], bool]:
    """Return what is said of flags, by rule, field, start and end."""
    found = {}
    for name in form:
        kind, _, number = name.partition("-")
        word = field_of(form, name)
        if kind != "flag" or word not in ("right", "wrong"):
            continue
        for value in form.get(f"spot-{number}", []):
            match = re.fullmatch(r"(\S{1,200}) (title|text) (\d{1,9}) (\d{1,9})", value)
            if match is None:
                raise ProblemError(422, "A flag of the form is none.")
            found[match[1], match[2], int(match[3]), int(match[4])] = word == "right"
    return found


@contextmanager
def _told_why() -> Iterator[None]:
    """Say why it was refused, without a word of what was sent."""
    try:
        yield
    except UsageError as error:
        said = "What is said of the article cannot be used: a tag or a country's code is none."
        told = (told for words, told in _REFUSALS.items() if words in str(error))
        raise ProblemError(409, next(told, said)) from error


_REFUSALS = {
    "changed since": "The article was changed since it was opened: open it again, and read it.",
    "own": "Nobody confirms a decision of their own.",
    "does not wait": "It waits no more: it was undone, confirmed or overruled meanwhile.",
}
_EMPTY = {
    "open": "Every story that the desk shows was decided. "
    "A second opinion helps, and so does practice.",
    "sample": "No sample of this day is left to decide: it is drawn when all of a day is judged, "
    "the day after (monitor reviews sample).",
    "second": "Nobody else has decided a story that you have not.",
    "differ": "Reviewers differ on no story.",
}


def _story(context: ReviewContext, article_id: str, chosen: QueueChoice) -> View:
    desk, who = context.page.desk, context.who
    # what the models say: another's decision would be followed
    assessed = as_judged(desk.article(article_id))
    article = assessed.article
    same, others = reviewing.others_of(desk, article)
    shown = context.page.shown(others)
    said = desk.store.said([article_id]).get(article_id, [])
    reviewed = any(one.reviewer == who.name for one in said)
    reviews = desk.store.reviews(article_id) if reviewed else ()
    own = [r for r in reviews if r.reviewer == who.name and r.sha256 == article.sha256]
    tags = own[-1].tags if own else None
    flags = desk.store.flags_said(article_id, article.sha256, who.name)
    view = _shown_story(context, assessed, flags=flags, tags=tags, blind=chosen.which == "sample")
    # Another's word would be followed: it is told to who has given one, and where they differ.
    told: Sequence[Opinion] = said if reviewed or chosen.which == "differ" else ()
    return {
        **view,
        "same": same,
        "others": [(one, headline_shown(one, shown[one.id], "open it")) for one in others],
        "said": [(clean(s.reviewer) or "unnamed", VERDICT_WORDS[s.verdict], s.waits) for s in told],
    }


def _shown_story(context: ReviewContext, assessed: AssessedArticle, **said: Any) -> View:
    """Return an article for a page, with the names that were asked for."""
    shown = context.page.shown([assessed.article], patient=True)
    return view_article(assessed, shown[assessed.article.id], **said)


def _last(context: ReviewContext, acts: Sequence[Act]) -> dict[str, Any] | None:
    """Return what the reviewer did last, and can take back."""
    desk = context.page.desk
    last = reviewing.last_act(desk, context.who, acts)
    if last is None:
        return None
    line = neutral_line(Story(last.article_id, (desk.article(last.article_id),)), country_name)
    words: list[str] = []
    if last.verdict is not None:
        many = f" (of {last.articles} articles)" if last.articles > 1 else ""
        words.append(VERDICT_WORDS[last.verdict] + many)
    if last.tags:
        words.append(f"tags of {', '.join(last.tags)}")
    if last.flags:
        words.append(f"{last.flags} flag{'' if last.flags == 1 else 's'} judged")
    done = {"confirm": "confirmed", "overrule": "overruled"}.get(last.act)
    done = done or f"said {', '.join(words)}"
    return {"id": last.id, "words": f"You {done}: {line}."}


def _rows(desk: Desk, said: Mapping[str, Said]) -> list[tuple[Article, str, Said]]:
    """Return the lines of a list: articles with their headlines, and who said what of each."""
    articles = [desk.store.article(one, ()).article for one in said]
    shown = desk.shown(articles)
    return [(one, headline_shown(one, shown[one.id]), said[one.id]) for one in articles]
