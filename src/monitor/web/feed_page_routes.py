"""`/feeds`: which feeds the desk follows, how each does, adding, pausing and removing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.bodies import FieldsDep, require_type
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import read_form
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.desk.feeds import Followed, find_feeds, follow, followed, loss, read_opml
from monitor.errors import FeedError, NotFound
from monitor.feeds import Discovered, render_opml
from monitor.types import FeedKind
from monitor.visitors import Visitor
from monitor.web.feeds_page import SHOWN, render_feed, render_feeds, render_found

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(need("read"))],
)
_CHANGE = [Depends(need("admin"))]
_POLLS = 20
"""Lines of the ledger on a feed's page."""
MAX_ADDRESS = 2000
KINDS: tuple[FeedKind, ...] = ("feed", "sitemap", "page")
FeedId = Annotated[WholeStr, Path(max_length=200)]


class FeedQuery(BaseModel):
    """What of the list is shown."""

    model_config = ConfigDict(extra="forbid")

    show: Literal[SHOWN] = ""  # type: ignore[valid-type]
    q: WholeStr = ""
    after: WholeStr = ""
    added: int | None = None
    followed: int | None = None
    left: int | None = None
    done: Literal["", "removed", "paused", "resumed"] = ""


@router.get("/feeds")
def feeds_page(
    query: Annotated[FeedQuery, Query()], monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the feeds."""
    return HTMLResponse(
        _list(
            monitor,
            visitor,
            show=query.show,
            words=query.q[:200],
            after=query.after,
            notice=_notice(query),
        )
    )


def _list(monitor: Monitor, visitor: Visitor, **values: str) -> str:
    return render_feeds(
        followed(monitor),
        visitor=visitor,
        now=monitor.now(),
        zone=monitor.settings.zone,
        **values,
    )


def _notice(query: FeedQuery) -> str:
    """Return what was done just now, as the address says."""
    said = {
        "removed": "The feed is removed. What it brought stays.",
        "paused": "The feed is paused.",
        "resumed": "The feed is read again.",
    }.get(query.done, "")
    if query.added is not None:
        parts = [f"{query.added} added", f"{query.followed or 0} already followed"]
        if query.left:
            parts.append(f"{query.left} left out, whose addresses cannot be used")
        said = f"{', '.join(parts)}."
    return said


@router.get("/feeds.opml")
def feeds_file(monitor: MonitorDep) -> Response:
    """Give the feeds as OPML, to keep or to take elsewhere."""
    headers = {"content-disposition": 'attachment; filename="feeds.opml"'}
    return Response(render_opml(monitor.store.feeds()), media_type="text/x-opml", headers=headers)


@router.post("/feeds", dependencies=_CHANGE)
def add_feed(fields: FieldsDep, monitor: MonitorDep, visitor: VisitorDep) -> Response:
    """Follow what an address leads to; where that is not one feed, ask which."""
    address = fields.get("address", [""])[0].strip()[:MAX_ADDRESS]
    try:
        found = find_feeds(monitor, address)
    except FeedError as error:
        page = _list(monitor, visitor, problem=str(error), address=address)
        return HTMLResponse(page, 422)
    if len(found) == 1:
        return _follow(monitor, visitor, found, asked=True)
    known = frozenset(feed.url for feed in monitor.store.feeds())
    return HTMLResponse(render_found(address, found, known, visitor=visitor))


@router.post("/feeds/follow", dependencies=_CHANGE)
def follow_feeds(fields: FieldsDep, monitor: MonitorDep, visitor: VisitorDep) -> Response:
    """Follow the addresses chosen."""
    kind = fields.get("kind", ["feed"])[0]
    if kind not in KINDS:
        raise ProblemError(422, "There is no such kind of source.")
    chosen = [Discovered(url, "") for url in fields.get("url", [])]
    return _follow(monitor, visitor, chosen, asked=False, kind=kind)


def _follow(
    monitor: Monitor,
    visitor: Visitor,
    chosen: Sequence[Discovered],
    *,
    asked: bool,
    kind: FeedKind = "feed",
) -> Response:
    try:
        new = follow(monitor, chosen, asked=asked, kind=kind)
    except FeedError as error:
        return HTMLResponse(_list(monitor, visitor, problem=str(error)), 422)
    return _to_list(added=new, followed=len(chosen) - new)


@router.post("/feeds/import", dependencies=_CHANGE)
async def import_feeds(request: Request, monitor: MonitorDep, visitor: VisitorDep) -> Response:
    """Follow the feeds of an OPML file."""
    from anyio.to_thread import run_sync

    require_type(request, "multipart/form-data")
    form = await read_form(request, max_parts=2)
    try:
        upload = form.get("file")
        data = b"" if upload is None or isinstance(upload, str) else await upload.read()
    finally:
        await form.close()
    return await run_sync(_import, monitor, visitor, data)


def _import(monitor: Monitor, visitor: Visitor, data: bytes) -> Response:
    try:
        feeds, bad = read_opml(data)
    except FeedError as error:
        return HTMLResponse(_list(monitor, visitor, problem=str(error)), 422)
    new = monitor.add_feeds(feeds)
    return _to_list(added=new, followed=len(feeds) - new, left=bad)


@router.get("/feeds/{feed_id}")
def feed_page(feed_id: FeedId, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show one feed with the latest lines of its ledger."""
    return _feed(monitor, visitor, feed_id, removing=False)


@router.get("/feeds/{feed_id}/remove", dependencies=_CHANGE)
def ask_removal(feed_id: FeedId, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Say what would be lost with a feed, and ask."""
    return _feed(monitor, visitor, feed_id, removing=True)


def _feed(monitor: Monitor, visitor: Visitor, feed_id: str, *, removing: bool) -> HTMLResponse:
    one = _one(monitor, feed_id)
    page = render_feed(
        one,
        monitor.store.latest_polls(feed_id, limit=_POLLS),
        loss(monitor, one.feed),
        visitor=visitor,
        now=monitor.now(),
        zone=monitor.settings.zone,
        removing=removing,
    )
    return HTMLResponse(page)


def _one(monitor: Monitor, feed_id: str) -> Followed:
    found = next((one for one in followed(monitor) if one.feed.id == feed_id), None)
    if found is None:
        raise NotFound("no such feed is followed")
    return found


@router.post("/feeds/{feed_id}/remove", dependencies=_CHANGE)
def remove_feed(feed_id: FeedId, monitor: MonitorDep) -> Response:
    """Stop following a feed."""
    monitor.store.remove_feed(monitor.store.feed(feed_id).url, monitor.now())
    return _to_list(done="removed")


@router.post("/feeds/{feed_id}/pause", dependencies=_CHANGE)
def pause_feed(feed_id: FeedId, monitor: MonitorDep) -> Response:
    """Ask a feed no more for a while."""
    monitor.store.pause_feed(monitor.store.feed(feed_id).url, monitor.now())
    return RedirectResponse(f"/feeds/{feed_id}", 303)


@router.post("/feeds/{feed_id}/resume", dependencies=_CHANGE)
def resume_feed(feed_id: FeedId, monitor: MonitorDep) -> Response:
    """Ask a paused feed again."""
    monitor.store.pause_feed(monitor.store.feed(feed_id).url, monitor.now(), paused=False)
    return RedirectResponse(f"/feeds/{feed_id}", 303)


def _to_list(**said: str | int) -> Response:
    return RedirectResponse(f"/feeds?{urlencode(said)}", 303)
