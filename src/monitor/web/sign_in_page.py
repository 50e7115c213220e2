"""`/signin` and `/signout`: a browser's session begins with a token, and ends.

Both are for anybody. The session's secret is a new one at each sign-in, and the one before ends.
"""

from __future__ import annotations

import re
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep
from monitor.api.authentication import cookie_name, is_secure, session_in
from monitor.api.csrf import from_own_page
from monitor.api.problem_details import ProblemError
from monitor.api.rate_limit import Tries
from monitor.desk.gate import LONGEST, find_token, sign_in, sign_out, visitor_of
from monitor.web.gate import first_way, render_signin

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

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
    visitor: VisitorDep,
    asked: Annotated[str, Query(alias="next")] = "",
    out: Annotated[str, Query()] = "",
) -> HTMLResponse:
    """Show where to sign in, or who is signed in; `out` says that one has just signed out."""
    return HTMLResponse(render_signin(visitor, asked=own_path(asked), out=bool(out)))


@router.post("/signin")
async def signin_now(
    request: Request,
    monitor: MonitorDep,
    visitor: VisitorDep,
    token: Annotated[str, Form()] = "",
    asked: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Begin a session and go on to where it was asked from."""
    _require_own_page(request)
    tries: Tries = request.app.state.tries
    address = request.client.host if request.client else ""
    tries.refuse(address)
    found = await run_sync(find_token, monitor, token.strip())
    going = own_path(asked)
    if found is None:
        tries.note(address)
        page = render_signin(visitor, asked=going, said=_UNKNOWN)
        return HTMLResponse(page, 422)
    public = monitor.settings.digest.public_url
    if before := session_in(request.scope, public):
        await run_sync(sign_out, monitor, before)
    told = await run_sync(sign_in, monitor, found)
    answer = RedirectResponse(going or first_way(visitor_of(found)), 303)
    secure = is_secure(request.scope, public)
    answer.set_cookie(
        cookie_name(secure=secure),
        told,
        max_age=int(LONGEST.total_seconds()),
        secure=secure,
        httponly=True,
        # Strict would sign nobody in who comes by a link in a mail; what a page of another site
        # may ask for so is a GET, which changes nothing.
        samesite="lax",
    )
    return answer


@router.post("/signout")
def signout_now(request: Request, monitor: MonitorDep) -> Response:
    """End the session."""
    _require_own_page(request)
    public = monitor.settings.digest.public_url
    if told := session_in(request.scope, public):
        sign_out(monitor, told)
    answer = RedirectResponse("/signin?out=1", 303)
    secure = is_secure(request.scope, public)
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True, samesite="lax")
    return answer


def _require_own_page(request: Request) -> None:
    """Raise `ProblemError` unless one of our pages sent this: nobody is signed in unasked."""
    if not from_own_page(request.headers):
        raise ProblemError(403, "This form must come from this desk's own page.")
