"""`/tokens`: who may sign in, for whoever may change that; the page of `monitor tokens`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.core import Monitor
from monitor.desk.gate import add_token, revoke_token, rights_of
from monitor.errors import NotFound, UsageError
from monitor.visitors import Visitor
from monitor.web.gate import render_tokens

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("admin"))],
)

State = Literal["", "live", "ended"]


@router.get("/tokens")
def tokens_page(
    monitor: MonitorDep,
    visitor: VisitorDep,
    state: Annotated[State, Query()] = "",
) -> HTMLResponse:
    """Show who may sign in; `state` chooses those who may, or may not any more."""
    return _page(monitor, visitor, state=state)


@router.post("/tokens")
def tokens_add(
    monitor: MonitorDep,
    visitor: VisitorDep,
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Make a token and show it, this once: so there is no page to be redirected to."""
    try:
        made, secret = add_token(monitor, name, rights_of(role or None), days=_days(days))
    except UsageError as error:
        return _page(monitor, visitor, said=str(error), status=422)
    return _page(monitor, visitor, made=made.name, secret=secret)


@router.post("/tokens/revoke")
def tokens_revoke(
    monitor: MonitorDep, visitor: VisitorDep, name: Annotated[str, Form()] = ""
) -> Response:
    """End a token and its sessions."""
    try:
        revoke_token(monitor, name)
    except NotFound as error:
        return _page(monitor, visitor, said=str(error), status=404)
    return RedirectResponse("/tokens", 303)


def _page(
    monitor: Monitor,
    visitor: Visitor,
    *,
    state: State = "",
    said: str = "",
    made: str = "",
    secret: str = "",
    status: int = 200,
) -> HTMLResponse:
    page = render_tokens(
        monitor.store.tokens(),
        now=monitor.now(),
        zone=monitor.settings.zone,
        visitor=visitor,
        state=state,
        said=said,
        made=made,
        secret=secret,
    )
    return HTMLResponse(page, status)


def _days(told: str) -> int | None:
    """Return a number of days; `None` for no end. Raises `UsageError`."""
    if not told:
        return None
    if len(told) > 4 or not (told.isascii() and told.isdecimal()):
        raise UsageError("days are a whole number, or left out")
    return int(told)
