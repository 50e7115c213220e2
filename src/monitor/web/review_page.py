"""The pages of reviewing: `/review` and what stands below it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, unquote, urlencode

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import require_type
from monitor.core import Monitor
from monitor.countries import country_name
from monitor.decisions import Act, Decision, Practised, Said, as_judged
from monitor.desk import names, reviewing
from monitor.desk.learning import Learning, count_new, learning_of
from monitor.desk.practice import ENOUGH, agreement_of, answer, practice_of
from monitor.desk.reviewing import Chosen, Queue, Reviewer
from monitor.digest.neutral import neutral_line
from monitor.digest.safe import clean
from monitor.errors import UsageError
from monitor.labels import ONE, SCHEMES
from monitor.periods import parse_day
from monitor.types import VERDICTS, AssessedArticle, Story, Verdict
from monitor.visitors import Visitor
from monitor.web.page_frame import render
from monitor.web.review_view import (
    VERDICT_WORDS,
    StoryShown,
    headline_shown,
    other_shown,
    story_shown,
)

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("review"))],
)

NAME_COOKIE, KEYS_COOKIE = "monitor-reviewer", "monitor-keys"
NAME_CHARS = 200
A_YEAR = 365 * 24 * 3600
_BACK = re.compile(r"/review(?:/[a-z]+)?(?:\?[\w%=&.+~-]*)?")
_ACTS = {"confirm": ("confirm", "overrule")}
Word = Annotated[str, Query(max_length=200)]


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


async def read_form(request: Request) -> FormData:
    """Return the fields of a form that a page of ours sends."""
    require_type(request, "application/x-www-form-urlencoded")
    return await request.form(max_fields=2_000)


Form = Annotated[FormData, Depends(read_form)]


def get_reviewer(request: Request, visitor: VisitorDep) -> Reviewer:
    """Return who reviews: who signed in, or on this machine who the browser was told it is."""
    name = visitor.name
    if not name and visitor.at_home:
        name = clean(unquote(request.cookies.get(NAME_COOKIE, "")))[:NAME_CHARS]
    return Reviewer(name, visitor.provisional)


WhoDep = Annotated[Reviewer, Depends(get_reviewer)]


def get_desk(request: Request, monitor: MonitorDep, visitor: VisitorDep, who: WhoDep) -> Desk:
    """Return what every page of reviewing says."""
    return Desk(
        reviewer=who.name,
        may_name=visitor.at_home and not visitor.name,
        provisional=who.provisional,
        waiting=monitor.store.count_waiting_decisions(),
        keys=request.cookies.get(KEYS_COOKIE) != "off",
    )


DeskDep = Annotated[Desk, Depends(get_desk)]


@router.get("/review")
def review_page(
    monitor: MonitorDep,
    visitor: VisitorDep,
    who: WhoDep,
    desk: DeskDep,
    which: Annotated[Word, Query(alias="set")] = "",
    order: Word = "",
    day: Word = "",
    article: Word = "",
) -> HTMLResponse:
    """Show one story to decide."""
    chosen = _chosen(which, order, day)
    return HTMLResponse(story_page(monitor, visitor, who, desk, chosen, article or None))


@router.post("/review/decide")
def decide(form: Form, monitor: MonitorDep, who: WhoDep) -> Response:
    """Store what is said of a story, and show the next."""
    chosen = _chosen(_one(form, "set"), _one(form, "order"), _one(form, "day"))
    article = _one(form, "article")
    verdict = _verdict(form, "verdict") if _one(form, "verdict") else None
    flags = _flags(form)
    if verdict is None and not flags:
        return _to(_filters(chosen).address(article))
    try:
        reviewing.decide(
            monitor,
            article,
            verdict,
            who,
            sha256=_one(form, "sha256"),
            tags=_tags(form),
            flags=flags,
        )
    except UsageError as error:
        raise ProblemError(409, _sayable(error)) from error
    if verdict is None:
        return _to(_filters(chosen).address(article))
    taken = reviewing.taken_by_others(monitor, who)
    following = reviewing.queue_of(monitor, chosen, who).following(article, taken)
    if following is not None:
        reviewing.claim(monitor, following, who)
    return _to(_filters(chosen).address(following))


@router.post("/review/undo")
def undo(form: Form, monitor: MonitorDep, who: WhoDep) -> Response:
    """Take back what one did last, and show it again."""
    try:
        undone = reviewing.undo(monitor, _number(form, "decision"), who)
    except UsageError as error:
        raise ProblemError(409, "It was undone already, confirmed or overruled.") from error
    if _one(form, "page") == "confirm":
        return _to(f"/review/confirm?decision={undone.about}")
    chosen = _chosen(_one(form, "set"), _one(form, "order"), _one(form, "day"))
    return _to(_filters(chosen).address(undone.article_id))


@router.post("/review/claim")
def claim(form: Form, monitor: MonitorDep, who: WhoDep) -> Response:
    """Keep the story that is shown from others for some minutes."""
    reviewing.claim(monitor, _one(form, "article"), who)
    return Response(status_code=204)


@router.post("/review/name")
def name(form: Form, desk: DeskDep) -> Response:
    """Remember in this browser who reviews."""
    if not desk.may_name:
        raise ProblemError(403, "Who signed in reviews in that name.")
    given = clean(_one(form, "name"))
    if len(given) > NAME_CHARS:
        raise ProblemError(422, "A name has at most 200 characters.")
    return _remember(_to(_back(form)), NAME_COOKIE, quote(given))


@router.post("/review/keys")
def keys(form: Form) -> Response:
    """Switch the keys of single letters on or off in this browser."""
    value = "off" if _one(form, "keys") == "off" else ""
    return _remember(_to(_back(form)), KEYS_COOKIE, value)


@router.get("/review/confirm")
def confirm_one(
    monitor: MonitorDep,
    visitor: VisitorDep,
    who: WhoDep,
    desk: DeskDep,
    decision: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> HTMLResponse:
    """Show what a volunteer decided, to be confirmed."""
    return HTMLResponse(confirm_page(monitor, visitor, who, desk, decision))


@router.post("/review/confirm")
def confirm(form: Form, monitor: MonitorDep, who: WhoDep) -> Response:
    """Confirm or overrule it, and show the next."""
    if who.provisional:
        raise ProblemError(403, "A reviewer confirms it; a volunteer cannot.")
    number, right = _number(form, "decision"), _one(form, "right")
    if right not in ("yes", "no"):
        raise ProblemError(422, "It is neither confirmed nor overruled.")
    try:
        reviewing.confirm(monitor, number, who, right=right == "yes")
    except UsageError as error:
        raise ProblemError(409, _sayable(error)) from error
    return _to(f"/review/confirm?decision={number}")


@router.get("/review/differences")
def differences(
    monitor: MonitorDep, visitor: VisitorDep, desk: DeskDep, after: Word = ""
) -> HTMLResponse:
    """List the articles on which reviewers differ."""
    return HTMLResponse(differences_page(monitor, visitor, desk, after))


@router.get("/review/practice")
def practise(
    monitor: MonitorDep, visitor: VisitorDep, who: WhoDep, desk: DeskDep, answered: Word = ""
) -> HTMLResponse:
    """Show a story that the desk has decided, blind, and how far one agrees with it."""
    return HTMLResponse(practice_page(monitor, visitor, who, desk, answered))


@router.post("/review/practice")
def practised(form: Form, monitor: MonitorDep, who: WhoDep) -> Response:
    """Store an answer given in practice, and say what the desk had decided."""
    article = _one(form, "article")
    try:
        answer(monitor, article, _verdict(form, "verdict"), who, sha256=_one(form, "sha256"))
    except UsageError as error:
        raise ProblemError(409, "The desk has no verdict on this text any more.") from error
    return _to(f"/review/practice?answered={quote(article, safe='')}")


@router.get("/review/learning")
def learning(monitor: MonitorDep, visitor: VisitorDep, desk: DeskDep) -> HTMLResponse:
    """Say what comes of reviews."""
    words = learning_words(learning_of(monitor), desk.waiting)
    return HTMLResponse(render_learning(words, visitor=visitor, desk=desk))


def _chosen(which: str, order: str, day: str) -> Chosen:
    """Return the filters; an empty one is none. Raises a problem for one that is none."""
    for value, known in ((which, reviewing.SETS), (order, reviewing.ORDERS)):
        if value and value not in known:
            raise ProblemError(422, f"A filter must be one of {', '.join(known)}.")
    if day:
        try:
            parse_day(day, "day")
        except UsageError as error:
            raise ProblemError(422, "The day must be a date, YYYY-MM-DD.") from error
    return Chosen(which or "open", order or "uncertain", day)  # type: ignore[arg-type]


def _filters(chosen: Chosen) -> Filters:
    return Filters(chosen.which, chosen.order, chosen.day)


def _one(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > 1000:
        raise ProblemError(422, "A field of the form cannot be used.")
    return value


def _verdict(form: FormData, name: str) -> Verdict:
    value = _one(form, name)
    for verdict in VERDICTS:
        if value == verdict:
            return verdict
    raise ProblemError(422, "The verdict is none.")


def _number(form: FormData, name: str) -> int:
    value = _one(form, name)
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ProblemError(422, "A number of the form is none.")
    return int(value)


def _tags(form: FormData) -> dict[str, list[str]]:
    """Return the labels of the schemes that were changed, or of all where that was ticked."""
    was, now = _labels(form, "was"), _labels(form, "tag")
    places = re.split(r"[\s,;]+", _one(form, "place").strip())
    now["place"] = [code.upper() for code in places if code]
    looked = bool(_one(form, "looked"))
    found = {}
    for scheme in SCHEMES:
        given = now.get(scheme, [])
        if scheme in ONE and not given:
            continue  # left open
        if looked or set(given) != set(was.get(scheme, [])):
            found[scheme] = given
    return found


def _labels(form: FormData, name: str) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for value in form.getlist(name):
        scheme, sign, label = str(value).partition("=")
        if sign:
            labels.setdefault(scheme, []).append(label)
    return labels


def _flags(form: FormData) -> dict[tuple[str, str, int, int], bool]:
    """Return what is said of flags, by rule, field, start and end."""
    found = {}
    for name in form:
        kind, _, number = name.partition("-")
        word = form.get(name)
        if kind != "flag" or word not in ("right", "wrong"):
            continue
        for value in form.getlist(f"spot-{number}"):
            match = re.fullmatch(r"(\S{1,200}) (title|text) (\d{1,9}) (\d{1,9})", str(value))
            if match is None:
                raise ProblemError(422, "A flag of the form is none.")
            found[match[1], match[2], int(match[3]), int(match[4])] = word == "right"
    return found


def _back(form: FormData) -> str:
    back = _one(form, "back")
    return back if _BACK.fullmatch(back) else "/review"


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303)


def _remember(response: Response, cookie: str, value: str) -> Response:
    if value:
        response.set_cookie(cookie, value, max_age=A_YEAR, httponly=True, samesite="strict")
    else:
        response.delete_cookie(cookie, httponly=True, samesite="strict")
    return response


def _sayable(error: UsageError) -> str:
    """Return why it was refused, without a word of what was sent."""
    text = str(error)
    if "changed since" in text:
        return "The article was changed since it was opened: open it again, and read it."
    if "own" in text:
        return "Nobody confirms a decision of their own."
    if "does not wait" in text:
        return "It waits no more: it was undone, confirmed or overruled meanwhile."
    return "What is said of the article cannot be used: a tag or a country's code is none."


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
    return render_review(
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
    return render_confirm(
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
    return render_differences(rows, visitor=visitor, desk=desk, total=len(found), next=more)


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
    return render_practice(
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
