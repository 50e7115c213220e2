"""The pages of the feeds: how each does, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import FieldsDep, read_form, require_type
from monitor.api.schemas import WholeStr
from monitor.core import Monitor
from monitor.desk.feeds import (
    DAYS,
    Followed,
    Loss,
    find_feeds,
    follow,
    followed,
    loss,
    name_of,
    read_opml,
)
from monitor.digest.coverage import duration_words, page_failure_words, reason_words
from monitor.digest.times import date_words
from monitor.errors import FeedError, NotFound
from monitor.feeds import Discovered, render_opml
from monitor.store import Brought, PollResult
from monitor.types import FeedKind, FeedState
from monitor.visitors import Visitor
from monitor.web.page_frame import render

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


PAGE = 100
"""Feeds on one page."""
Standing = Literal["read", "failing", "silent", "gone", "paused", "waiting"]
STANDINGS: dict[Standing, str] = {
    "read": "read",
    "failing": "failing",
    "silent": "silent",
    "gone": "removed by its publisher",
    "paused": "paused",
    "waiting": "not read yet",
}
TROUBLE: tuple[Standing, ...] = ("failing", "silent", "gone")
SHOWN = ("", "trouble", *STANDINGS)
"""What can be asked for: all, those with trouble, those of one standing."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as pages show it."""

    id: str
    name: str
    url: str
    kind: str
    standing: Standing
    word: str
    detail: str
    rhythm: str
    next: str
    share: str


@dataclass(frozen=True, slots=True)
class PollView:
    """One line of a feed's ledger in words."""

    when: str
    said: str
    trouble: str


def view_feed(one: Followed, now: datetime, zone: ZoneInfo) -> FeedView:
    """Return how a feed does."""
    feed = one.feed
    standing = standing_of(one)
    return FeedView(
        id=feed.id,
        name=name_of(feed),
        url=feed.url,
        kind={"feed": "", "sitemap": "site map", "page": "page that lists articles"}[feed.kind],
        standing=standing,
        word=STANDINGS[standing],
        detail=_detail(one, standing, now, zone),
        rhythm=f"about every {duration_words(one.gap)}" if one.gap else "rhythm not known yet",
        next=_next(one.state, standing, now, zone),
        share=share_words(one.brought),
    )


def standing_of(one: Followed) -> Standing:
    """Return the one word for how a feed does; what the desk did itself goes before."""
    state = one.state
    if one.feed.paused is not None:
        return "paused"
    if state.gone is not None:
        return "gone"
    if state.failures:
        return "failing"
    if state.last_poll is None:
        return "waiting"
    return "silent" if state.silent else "read"


def _detail(one: Followed, standing: Standing, now: datetime, zone: ZoneInfo) -> str:
    state, feed = one.state, one.feed
    read = f"last read {_when(state.last_success, now, zone)}" if state.last_success else ""
    if standing == "paused":
        since = f"since {_when(feed.paused, now, zone)}" if feed.paused else ""
        return "; ".join(filter(None, (since, read)))
    if standing in ("failing", "gone"):
        times = f"{state.failures} times in a row" if state.failures > 1 else ""
        why = reason_words(state.error or "")
        return "; ".join(filter(None, (why, times, read or "never read so far")))
    if standing == "silent" and state.recent:
        return f"nothing new since {_when(max(state.recent), now, zone)}; {read}"
    return read


def _next(state: FeedState, standing: Standing, now: datetime, zone: ZoneInfo) -> str:
    if standing in ("paused", "gone"):
        return "not asked any more"
    if state.next_poll is None or state.next_poll <= now:
        return "at the next run"
    return f"not before {_when(state.next_poll, now, zone)}"


def _when(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if moment is None:
        return "never"
    return date_words(moment, now.astimezone(zone).date().isoformat(), zone)


def share_words(brought: Brought) -> str:
    """Return what a feed brings to the desk."""
    if not brought.articles:
        return f"no article in {DAYS} days"
    share = brought.relevant / brought.articles
    return f"{brought.relevant:,} of {brought.articles:,} relevant in {DAYS} days ({share:.1%})"


def view_poll(poll: PollResult, now: datetime, zone: ZoneInfo) -> PollView:
    """Return a ledger line in words."""
    when = _when(poll.at, now, zone)
    why = reason_words(poll.error) if poll.error is not None else ""
    if why and not poll.fetched:
        return PollView(when, "", why)
    pages = page_failure_words(poll.page_failures)
    vain = f"pages asked for in vain: {pages}" if pages else ""
    trouble = "; ".join(filter(None, (why, vain)))
    if poll.not_modified:
        return PollView(when, "nothing new", trouble)
    names = sorted(poll.dropped.items())
    left = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in names)
    said = f"{poll.fetched:,} entries: {poll.stored:,} stored" + (f", {left}" if left else "")
    return PollView(when, said, trouble)


def render_feeds(
    found: Sequence[Followed],
    *,
    visitor: Visitor,
    now: datetime,
    zone: ZoneInfo,
    show: str = "",
    words: str = "",
    after: str = "",
    notice: str = "",
    problem: str = "",
    address: str = "",
) -> str:
    """Return the list of feeds; `show` and `words` choose, `after` is the last one before.

    `problem` says why `address` was not added.
    """
    tally = Counter(standing_of(one) for one in found)
    chosen = [one for one in found if _fits(one, show, words)]
    ids = [one.feed.id for one in chosen]
    first = ids.index(after) + 1 if after in ids else 0
    page = chosen[first : first + PAGE]
    more = first + PAGE < len(chosen)
    return render(
        "feeds.html",
        visitor=visitor,
        here="/feeds",
        feeds=[view_feed(one, now, zone) for one in page],
        total=len(found),
        tally=[(name, word, tally[name]) for name, word in STANDINGS.items() if tally[name]],
        trouble=sum(tally[name] for name in TROUBLE),
        chosen=len(chosen),
        first=first + 1,
        next=page[-1].feed.id if more else "",
        show=show,
        words=words,
        notice=notice,
        problem=problem,
        address=address,
    )


def _fits(one: Followed, show: str, words: str) -> bool:
    standing = standing_of(one)
    if show == "trouble" and standing not in TROUBLE:
        return False
    if show in STANDINGS and standing != show:
        return False
    told = f"{one.feed.title} {one.feed.outlet} {one.feed.url}".casefold()
    return all(word in told for word in words.casefold().split())


def render_feed(
    one: Followed,
    polls: Sequence[PollResult],
    loss: Loss,
    *,
    visitor: Visitor,
    now: datetime,
    zone: ZoneInfo,
    removing: bool = False,
) -> str:
    """Return the page of one feed, or the one that asks whether it is to be removed."""
    return render(
        "feed_remove.html" if removing else "feed.html",
        visitor=visitor,
        here="/feeds",
        feed=view_feed(one, now, zone),
        about=one.feed.description,
        site=one.feed.site,
        polls=[view_poll(poll, now, zone) for poll in polls],
        loss=loss,
    )


def render_found(
    address: str, found: Sequence[Discovered], known: frozenset[str], *, visitor: Visitor
) -> str:
    """Return the page that offers what an address leads to; `known` are addresses followed."""
    return render(
        "feeds_found.html",
        visitor=visitor,
        here="/feeds",
        address=address,
        found=found,
        known=known,
        first=next((one.url for one in found if one.url not in known), ""),
    )
