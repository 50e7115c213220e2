"""`POST /articles/{id}/names`, `/names`, `/names/hide`: show hidden names to who asks, counted.

Forms of pages, answered with a redirect to where they were sent from.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse

from monitor.api.access import DeskDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.archive.names_on_request import ask, hide
from monitor.records.errors import NotFound
from monitor.web import sign_in_page
from monitor.web.page_frame import page_router

router = page_router("read")

MOST = 1_000
"""Articles asked for at once: more than any page has."""


async def read_fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form as browsers send it by default."""
    try:
        return parse_qs((await request.body()).decode("ascii"), max_num_fields=2 * MOST)
    except ValueError as error:
        raise ProblemError(400, "The body is not a well-formed form.") from error


NamesForm = Annotated[dict[str, list[str]], Depends(read_fields)]


@router.post("/articles/{article_id}/names", dependencies=[Depends(need("names"))])
def names_of_one(
    article_id: Annotated[str, Path(max_length=200)],
    form: NamesForm,
    desk: DeskDep,
    visitor: VisitorDep,
) -> RedirectResponse:
    """Show the names of an article for an hour; with `hide` no longer."""
    if "hide" in form:
        hide(desk, [article_id], visitor.name)
    elif not ask(desk, [article_id], visitor.name):
        raise NotFound(f"no article '{article_id}'")
    article = quote(article_id, safe="")
    return RedirectResponse(f"{_back(form, f'/articles/{article}')}#article-{article}", 303)


@router.post("/names", dependencies=[Depends(need("names"))])
def names_of_page(form: NamesForm, desk: DeskDep, visitor: VisitorDep) -> RedirectResponse:
    """Show the names of each article named by `id`."""
    ask(desk, form.get("id", [])[:MOST], visitor.name)
    return RedirectResponse(_back(form, "/"), 303)


@router.post("/names/hide")
def hide_names_of_page(form: NamesForm, desk: DeskDep, visitor: VisitorDep) -> RedirectResponse:
    """Hide the names of each article named by `shown` again."""
    hide(desk, form.get("shown", [])[:MOST], visitor.name)
    return RedirectResponse(_back(form, "/"), 303)


def _back(form: dict[str, list[str]], default: str) -> str:
    return own_path(form.get("back", [""])[0], default)


def own_path(address: str, default: str) -> str:
    """Return the path and query of a page of ours that `address` is, else `default`."""
    return sign_in_page.own_path(address.partition("#")[0]) or default
