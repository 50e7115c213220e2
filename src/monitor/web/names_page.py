"""`POST /articles/{id}/names`, `/names`, `/names/hide`: show hidden names to who asks, counted.

Forms of pages, answered with a redirect to where they were sent from.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path
from starlette.responses import Response

from monitor.api.access import DeskDep, VisitorDep, need
from monitor.api.request_bodies import FieldsDep, field_of
from monitor.archive.names_on_request import ask, hide
from monitor.records.errors import NotFound
from monitor.web import sign_in_page
from monitor.web.page_frame import page_router, see_other

router = page_router("read")
MOST = 1_000  # articles asked for at once: more than any page has


@router.post("/articles/{article_id}/names", dependencies=[Depends(need("names"))])
def names_of_one(
    article_id: Annotated[str, Path(max_length=200)],
    fields: FieldsDep,
    desk: DeskDep,
    visitor: VisitorDep,
) -> Response:
    """Show the names of an article for an hour; with `hide` no longer."""
    if "hide" in fields:
        hide(desk, [article_id], visitor.name)
    elif not ask(desk, [article_id], visitor.name):
        raise NotFound(f"no article '{article_id}'")
    article = quote(article_id, safe="")
    back = own_path(field_of(fields, "back"), f"/articles/{article}")
    return see_other(f"{back}#article-{article}")


@router.post("/names", dependencies=[Depends(need("names"))])
def names_of_page(fields: FieldsDep, desk: DeskDep, visitor: VisitorDep) -> Response:
    """Show the names of each article named by `id`."""
    ask(desk, fields.get("id", [])[:MOST], visitor.name)
    return see_other(own_path(field_of(fields, "back"), "/"))


@router.post("/names/hide")
def hide_names_of_page(fields: FieldsDep, desk: DeskDep, visitor: VisitorDep) -> Response:
    """Hide the names of each article named by `shown` again."""
    hide(desk, fields.get("shown", [])[:MOST], visitor.name)
    return see_other(own_path(field_of(fields, "back"), "/"))


def own_path(address: str, default: str) -> str:
    """Return the path and query of a page of ours that `address` is, else `default`."""
    return sign_in_page.own_path(address.partition("#")[0]) or default
