"""The pages of the archive: `/articles` and `/articles/{article_id}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.article_filter import ArticleFilters
from monitor.api.bodies import FieldsDep
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.desk.archive import look_up, show
from monitor.errors import FeedError, NotFound
from monitor.visitors import Visitor
from monitor.web.archive import PAGE, Archive, render_archive
from monitor.web.archive_page import render_article

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("read"))],
)
MAX_ADDRESS = 2000
ArticleId = Annotated[WholeStr, Path(max_length=200)]


@router.get("/articles")
def archive_page(request: Request, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show the articles that fit."""
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    try:
        query = ArticleFilters.model_validate(given)
    except ValidationError as error:
        names = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]} & _known())
        which = f"“{names[0]}” has a value that it cannot have." if names else "No such filter."
        unread = [item["msg"] for item in error.errors() if item["type"] in ("search", "days")]
        refusal = f"Not searched: {unread[0]}." if unread else which
        return HTMLResponse(_page(monitor, visitor, refusal=refusal, given=given), 422)
    try:
        return HTMLResponse(_page(monitor, visitor, query))
    except NotFound as error:
        raise ProblemError(404, "There is no such page of the archive.") from error


def _known() -> set[str]:
    return set(ArticleFilters.model_fields)


def _page(
    monitor: Monitor,
    visitor: Visitor,
    query: ArticleFilters | None = None,
    *,
    refusal: str = "",
    given: Mapping[str, str] | None = None,
    address: str = "",
    problem: str = "",
) -> str:
    asked = query or ArticleFilters()
    wanted = asked.wanted(monitor.settings.zone)
    listing = None
    if not refusal:
        listing = look_up(monitor, wanted, who=visitor.name, limit=PAGE, after=asked.after)
    values = asked.model_dump(mode="json", exclude_none=True)
    archive = Archive(
        values={name: str(value) for name, value in values.items()}
        | {name: value for name, value in (given or {}).items() if name == "q"},
        words=wanted.words,
        choices=monitor.store.choices(monitor.stamps),
        listing=listing,
        zone=monitor.settings.zone,
        titles=monitor.rule_titles,
        refusal=refusal,
        address=address,
        problem=problem,
    )
    return render_archive(archive, visitor=visitor, today=_today(monitor))


def _today(monitor: Monitor) -> str:
    return monitor.now().astimezone(monitor.settings.zone).date().isoformat()


@router.post("/articles")
def add_by_hand(fields: FieldsDep, monitor: MonitorDep, visitor: VisitorDep) -> Response:
    """Fetch and store the article at an address; say what became of it."""
    from monitor.desk.by_hand import add_article
    from monitor.digest.coverage import page_failure_word

    if not may_add(visitor):
        raise ProblemError(403, "This needs the scope 'review' or 'admin'.")
    address = fields.get("address", [""])[0].strip()
    if len(address) > MAX_ADDRESS:
        problem = f"the address is longer than {MAX_ADDRESS:,} characters"
        return HTMLResponse(_page(monitor, visitor, problem=problem), 422)
    try:
        added = add_article(monitor, address)
    except FeedError as error:
        return HTMLResponse(_page(monitor, visitor, address=address, problem=str(error)), 422)
    result = added.result
    if "forgotten" in result.dropped:
        problem = "it was forgotten for good, and does not come back"
        return HTMLResponse(_page(monitor, visitor, problem=problem), 422)
    if not result.stored and not result.dropped.keys() & {"known", "duplicate"}:
        causes = ", ".join(map(page_failure_word, result.page_failures))
        problem = causes or "nothing could be read there"
        return HTMLResponse(_page(monitor, visitor, address=address, problem=problem), 422)
    said = "stored" if result.stored else "known"
    page = f"/articles/{quote(added.article_id, safe='')}?{urlencode({'added': said})}"
    return RedirectResponse(page, 303)


def may_add(visitor: Visitor) -> bool:
    """Whether a visitor may add an article by hand."""
    return visitor.may("review") or visitor.may("admin")


@router.get("/articles/{article_id}")
def article_page(
    article_id: ArticleId,
    request: Request,
    monitor: MonitorDep,
    visitor: VisitorDep,
    q: WholeStr = "",
    version: WholeStr = "",
    added: WholeStr = "",
) -> HTMLResponse:
    """Show all that is known of one article; the words of `q` are marked in it."""
    whole = show(monitor, article_id, who=visitor.name, version=version)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    page = render_article(
        whole,
        visitor=visitor,
        here=here,
        today=_today(monitor),
        zone=monitor.settings.zone,
        titles=monitor.rule_titles,
        searched=q[:2000],
        added=added,
    )
    return HTMLResponse(page)
