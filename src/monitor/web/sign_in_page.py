"""The pages of signing in: `/signin`, `/signout`, and `/tokens` for whoever may change who may.

A browser's session begins with a token. `/signin` and `/signout` are for anybody. The session's
secret is a new one at each sign-in, and the one before ends.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, need
from monitor.api.authentication import find_token, session_cookie, session_in
from monitor.api.csrf import from_own_page
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import FieldsDep, field_of
from monitor.records.account import ROLES
from monitor.records.errors import NotFound, UsageError
from monitor.storage.sign_in import LONGEST, rights_of, visitor_of
from monitor.web.page_frame import PageContext, PageDep, see_other

router = APIRouter(include_in_schema=False)
_OWN = re.compile(r"/(?!signin\b|signout\b)[!-\[\]-~]*")
"""A path of this desk, in visible ASCII without a backslash, which browsers take for a slash."""
_UNKNOWN = "This token is not known here, or has ended. Ask whoever gave it to you for a new one."


def own_path(asked: str) -> str:
    """Return `asked` if it is a path of this desk to go on to after signing in, else "".

    Two slashes in a row would name another host, at the beginning or once dots are resolved.
    """
    path = asked.partition("?")[0]
    return asked if len(asked) <= 2000 and _OWN.fullmatch(asked) and "//" not in path else ""


@router.get("/signin")
def signin_page(
    page: PageDep,
    asked: Annotated[str, Query(alias="next")] = "",
    out: Annotated[str, Query()] = "",
) -> HTMLResponse:
    """Show where to sign in, or who is signed in; `out` says that one has just signed out.

    Then what this tab kept is erased.
    """
    return page.render("signin.html", here="/signin", asked=own_path(asked), said="", out=bool(out))


@router.post("/signin")
async def signin_now(request: Request, page: PageDep, fields: FieldsDep) -> Response:
    """Begin a session and go on to where it was asked from."""
    _require_own_page(request)
    desk, told = page.desk, field_of(fields, "token").strip()
    found = await find_token(request.scope, told, desk, request.app.state.tries)
    going = own_path(field_of(fields, "next"))
    if found is None:
        values = {"asked": going, "said": _UNKNOWN, "out": False}
        return page.render("signin.html", here="/signin", http_status=422, **values)
    public = desk.settings.digest.public_url
    if before := session_in(request.scope, public):
        await run_sync(desk.store.sign_out, before)
    secret = await run_sync(desk.store.sign_in, found, desk.now())
    visitor = visitor_of(found)
    first = next((way.address for way in page.ways if visitor.may(way.scope)), "/signin")
    answer = see_other(going or first)
    cookie, secure = session_cookie(request.scope, public)
    answer.set_cookie(
        cookie,
        secret,
        max_age=int(LONGEST.total_seconds()),
        secure=secure,
        httponly=True,
        # Strict would sign nobody in who comes by a link in a mail; what a page of another site
        # may ask for so is a GET, which changes nothing.
        samesite="lax",
    )
    return answer


@router.post("/signout")
def signout_now(request: Request, desk: DeskDep) -> Response:
    """End the session."""
    _require_own_page(request)
    public = desk.settings.digest.public_url
    if told := session_in(request.scope, public):
        desk.store.sign_out(told)
    answer = see_other("/signin?out=1")
    cookie, secure = session_cookie(request.scope, public)
    answer.delete_cookie(cookie, secure=secure, httponly=True, samesite="lax")
    return answer


def _require_own_page(request: Request) -> None:
    """Raise `ProblemError` unless one of our pages sent this: nobody is signed in unasked."""
    if not from_own_page(request.headers):
        raise ProblemError(403, "This form must come from this desk's own page.")


_ADMIN = [Depends(need("admin"))]
State = Literal["", "live", "ended"]


@router.get("/tokens", dependencies=_ADMIN)
def tokens_page(page: PageDep, state: Annotated[State, Query()] = "") -> HTMLResponse:
    """Show who may sign in; `state` chooses those who may, or may not any more."""
    return _tokens(page, state)


@router.post("/tokens", dependencies=_ADMIN)
def tokens_add(page: PageDep, fields: FieldsDep) -> HTMLResponse:
    """Make a token and show it, this once: so there is no page to be redirected to."""
    name, role, told = (field_of(fields, field) for field in ("name", "role", "days"))
    try:
        if told and (len(told) > 4 or not (told.isascii() and told.isdecimal())):
            raise UsageError("days are a whole number, or left out")  # noqa: TRY301
        days, rights = int(told) if told else None, rights_of(role or None)
        made, secret = page.desk.store.add_token(name, rights, page.desk.now(), days=days)
    except UsageError as error:
        return _tokens(page, said=str(error), status=422)
    return _tokens(page, made=made.name, secret=secret)


@router.post("/tokens/revoke", dependencies=_ADMIN)
def tokens_revoke(page: PageDep, fields: FieldsDep) -> Response:
    """End a token and its sessions."""
    try:
        page.desk.store.revoke_token(field_of(fields, "name"), page.desk.now())
    except NotFound as error:
        return _tokens(page, said=str(error), status=404)
    return see_other("/tokens")


def _tokens(page: PageContext, state: State = "", status: int = 200, **told: str) -> HTMLResponse:
    """Return the list of tokens, newest first; `secret` is that just `made`, `said` what failed."""
    now = page.desk.now()
    every = [(token, token.ended(now)) for token in reversed(page.desk.store.tokens())]
    live = sum(not ended for _, ended in every)
    return page.render(
        "tokens.html",
        here="/tokens",
        http_status=status,
        rows=[row for row in every if not state or bool(row[1]) == (state == "ended")],
        live=live,
        ended=len(every) - live,
        roles=ROLES,
        state=state,
        **{"said": "", "made": "", "secret": "", **told},
    )
