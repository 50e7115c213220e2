"""The pages of reviewing: `/review` and what stands below it."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.bodies import require_type
from monitor.api.problem_details import ProblemError
from monitor.desk import reviewing
from monitor.desk.learning import learning_of
from monitor.desk.practice import answer
from monitor.desk.reviewing import Chosen, Reviewer
from monitor.digest.safe import clean
from monitor.errors import UsageError
from monitor.labels import ONE, SCHEMES
from monitor.periods import parse_day
from monitor.types import VERDICTS, Verdict
from monitor.web import review_pages
from monitor.web.review_pages import Desk, Filters
from monitor.web.review_shown import (
    confirm_page,
    differences_page,
    learning_words,
    practice_page,
    story_page,
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
    return HTMLResponse(review_pages.render_learning(words, visitor=visitor, desk=desk))


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
