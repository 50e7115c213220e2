"""`POST /articles/{id}/names`, `/names`, `/names/hide`: show hidden names to who asks, counted.

Forms of pages, answered with a redirect to where they were sent from.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.core import Monitor
from monitor.desk.names import ask, hide
from monitor.errors import NotFound
from monitor.web import sign_in_page

router = APIRouter(include_in_schema=False, dependencies=[Depends(need("read"))])

MOST = 1_000
"""Articles asked for at once: more than any page has."""


@router.post("/articles/{article_id}/names", dependencies=[Depends(need("names"))])
async def names_of_one(
    article_id: Annotated[str, Path(max_length=200)],
    request: Request,
    monitor: MonitorDep,
    visitor: VisitorDep,
) -> RedirectResponse:
    """Show the names of an article for an hour; with `hide` no longer."""
    form = await _form(request)
    if "hide" in form:
        await run_sync(hide, monitor, [article_id], visitor.name)
    else:
        await run_sync(_ask_one, monitor, article_id, visitor.name)
    article = quote(article_id, safe="")
    back = own_path(_first(form, "back"), f"/articles/{article}")
    return RedirectResponse(f"{back}#article-{article}", 303)


@router.post("/names", dependencies=[Depends(need("names"))])
async def names_of_page(
    request: Request, monitor: MonitorDep, visitor: VisitorDep
) -> RedirectResponse:
    """Show the names of each article named by `id`."""
    form = await _form(request)
    await run_sync(ask, monitor, form.get("id", [])[:MOST], visitor.name)
    return RedirectResponse(own_path(_first(form, "back"), "/"), 303)


@router.post("/names/hide")
async def hide_names_of_page(
    request: Request, monitor: MonitorDep, visitor: VisitorDep
) -> RedirectResponse:
    """Hide the names of each article named by `shown` again."""
    form = await _form(request)
    await run_sync(hide, monitor, form.get("shown", [])[:MOST], visitor.name)
    return RedirectResponse(own_path(_first(form, "back"), "/"), 303)


def own_path(address: str, default: str) -> str:
    """Return the path and query of a page of ours that `address` is, else `default`."""
    return sign_in_page.own_path(address.partition("#")[0]) or default


def _ask_one(monitor: Monitor, article_id: str, who: str) -> None:
    if not ask(monitor, [article_id], who):
        raise NotFound(f"no article '{article_id}'")


def _first(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


async def _form(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form as browsers send it by default."""
    try:
        return parse_qs((await request.body()).decode("ascii"), max_num_fields=2 * MOST)
    except ValueError as error:
        raise ProblemError(400, "The body is not a well-formed form.") from error
