"""The pages of the feeds: how each does, in words; adding, pausing and removing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from anyio.to_thread import run_sync
from fastapi import Depends, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, need
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import FieldsDep, field_of, read_form
from monitor.api.schemas import QueryModel, WholeStr
from monitor.digest.coverage_account import duration_words, page_failure_words, reason_words
from monitor.feeds.feed_discovery import Discovered
from monitor.feeds.followed_feeds import (
    DAYS,
    FollowedFeed,
    find_feeds,
    follow,
    followed,
    loss,
    name_of,
    read_opml,
)
from monitor.feeds.opml import render_opml
from monitor.records.errors import FeedError, NotFound
from monitor.records.feed import FeedKind
from monitor.storage.polls import PollResult
from monitor.web.page_frame import PageContext, PageDep, page_router, see_other

router = page_router("read", "/feeds")
_CHANGE = [Depends(need("admin"))]
MAX_ADDRESS = 2000
KINDS: tuple[FeedKind, ...] = ("feed", "sitemap", "page")
FeedId = Annotated[WholeStr, Path(max_length=200)]


class FeedQuery(QueryModel):
    """What of the list is shown."""

    show: Literal[SHOWN] = ""  # type: ignore[valid-type]
    q: WholeStr = ""
    after: WholeStr = ""
    added: int | None = None
    followed: int | None = None
    left: int | None = None
    done: Literal["", "removed", "paused", "resumed"] = ""


@router.get("/feeds")
def feeds_page(query: Annotated[FeedQuery, Query()], page: PageDep) -> HTMLResponse:
    """Show the feeds."""
    return _list(page, query)


def _list(
    page: PageContext, asked: FeedQuery | None = None, *, problem: str = "", address: str = ""
) -> HTMLResponse:
    """Return the list of feeds; `problem` says why `address` was not added."""
    asked = asked or FeedQuery()
    words = asked.q[:200]
    found = [(one, standing_of(one)) for one in followed(page.desk)]
    tally = Counter(standing for _, standing in found)
    wanted: Sequence[str] = (asked.show,) if asked.show else tuple(STANDINGS)
    if asked.show == "trouble":
        wanted = TROUBLE
    chosen = []
    for one, standing in found:
        told = f"{one.feed.title} {one.feed.outlet} {one.feed.url}".casefold()
        if standing in wanted and all(word in told for word in words.casefold().split()):
            chosen.append(one)
    ids = [one.feed.id for one in chosen]
    first = ids.index(asked.after) + 1 if asked.after in ids else 0
    shown = chosen[first : first + PAGE]
    notice = {
        "removed": "The feed is removed. What it brought stays.",
        "paused": "The feed is paused.",
        "resumed": "The feed is read again.",
    }.get(asked.done, "")
    if asked.added is not None:
        notice = f"{asked.added} added, {asked.followed or 0} already followed"
        notice += f", {asked.left} left out, whose addresses cannot be used." if asked.left else "."
    return page.render(
        "feeds.html",
        http_status=422 if problem else 200,
        feeds=[view_feed(one, page) for one in shown],
        total=len(found),
        tally=[(name, word, tally[name]) for name, word in STANDINGS.items() if tally[name]],
        trouble=sum(tally[name] for name in TROUBLE),
        chosen=len(chosen),
        first=first + 1,
        next=shown[-1].feed.id if first + PAGE < len(chosen) else "",
        show=asked.show,
        words=words,
        notice=notice,
        problem=problem,
        address=address,
    )


@router.get("/feeds.opml")
def feeds_file(desk: DeskDep) -> Response:
    """Give the feeds as OPML, to keep or to take elsewhere."""
    headers = {"content-disposition": 'attachment; filename="feeds.opml"'}
    return Response(render_opml(desk.store.feeds()), media_type="text/x-opml", headers=headers)


@router.post("/feeds", dependencies=_CHANGE)
def add_feed(fields: FieldsDep, page: PageDep) -> Response:
    """Follow what an address leads to; where that is not one feed, ask which."""
    address = field_of(fields, "address").strip()[:MAX_ADDRESS]
    try:
        found = find_feeds(page.desk, address)
    except FeedError as error:
        return _list(page, problem=str(error), address=address)
    if len(found) == 1:
        return _follow(page, found, asked=True)
    known = frozenset(feed.url for feed in page.desk.store.feeds())
    first = next((one.url for one in found if one.url not in known), "")
    return page.render("feeds_found.html", address=address, found=found, known=known, first=first)


@router.post("/feeds/follow", dependencies=_CHANGE)
def follow_feeds(fields: FieldsDep, page: PageDep) -> Response:
    """Follow the addresses chosen."""
    kind = field_of(fields, "kind", "feed")
    if kind not in KINDS:
        raise ProblemError(422, "There is no such kind of source.")
    chosen = [Discovered(url, "") for url in fields.get("url", [])]
    return _follow(page, chosen, asked=False, kind=kind)


def _follow(
    page: PageContext, chosen: Sequence[Discovered], *, asked: bool, kind: FeedKind = "feed"
) -> Response:
    try:
        new = follow(page.desk, chosen, asked=asked, kind=kind)
    except FeedError as error:
        return _list(page, problem=str(error))
    return _to_list(added=new, followed=len(chosen) - new)


@router.post("/feeds/import", dependencies=_CHANGE)
async def import_feeds(request: Request, page: PageDep) -> Response:
    """Follow the feeds of an OPML file."""
    async with read_form(request, max_parts=2) as form:
        upload = form.get("file")
        data = b"" if upload is None or isinstance(upload, str) else await upload.read()

    def follow_all() -> Response:
        try:
            feeds, bad = read_opml(data)
        except FeedError as error:
            return _list(page, problem=str(error))
        new = page.desk.store.add_feeds(feeds, page.desk.now())
        return _to_list(added=new, followed=len(feeds) - new, left=bad)

    return await run_sync(follow_all)


@router.get("/feeds/{feed_id}")
@router.get("/feeds/{feed_id}/remove", dependencies=_CHANGE)
def feed_page(feed_id: FeedId, request: Request, page: PageDep) -> HTMLResponse:
    """Show one feed with the latest lines of its ledger; or what would be lost with it, and ask."""
    one = next((one for one in followed(page.desk) if one.feed.id == feed_id), None)
    if one is None:
        raise NotFound("no such feed is followed")
    polls = page.desk.store.latest_polls(feed_id, limit=20)
    return page.render(
        "feed_remove.html" if request.url.path.endswith("/remove") else "feed.html",
        feed=view_feed(one, page),
        polls=[_poll(poll, page) for poll in polls],
        loss=loss(page.desk, one.feed),
    )


@router.post("/feeds/{feed_id}/remove", dependencies=_CHANGE)
def remove_feed(feed_id: FeedId, desk: DeskDep) -> Response:
    """Stop following a feed."""
    desk.store.remove_feed(desk.store.feed(feed_id).url, desk.now())
    return _to_list(done="removed")


@router.post("/feeds/{feed_id}/pause", dependencies=_CHANGE)
@router.post("/feeds/{feed_id}/resume", dependencies=_CHANGE)
def pause_feed(feed_id: FeedId, request: Request, desk: DeskDep) -> Response:
    """Ask a feed no more for a while, or again."""
    paused = request.url.path.endswith("/pause")
    desk.store.pause_feed(desk.store.feed(feed_id).url, desk.now(), paused=paused)
    return see_other(f"/feeds/{feed_id}")


def _to_list(**said: str | int) -> Response:
    return see_other(f"/feeds?{urlencode(said)}")


PAGE = 100  # feeds on one page
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


def view_feed(one: FollowedFeed, page: PageContext) -> dict[str, Any]:
    """Return how a feed does."""
    feed, state, standing = one.feed, one.state, standing_of(one)
    read = f"last read {page.when(state.last_success)}" if state.last_success else ""
    detail: Sequence[str] = (read,)
    if standing == "paused":
        detail = (f"since {page.when(feed.paused)}" if feed.paused else "", read)
    elif standing in ("failing", "gone"):
        times = f"{state.failures} times in a row" if state.failures > 1 else ""
        detail = (reason_words(state.error or ""), times, read or "never read so far")
    elif standing == "silent" and state.recent:
        detail = (f"nothing new since {page.when(max(state.recent))}", read)
    following = "at the next run"
    if standing in ("paused", "gone"):
        following = "not asked any more"
    elif state.next_poll is not None and state.next_poll > page.desk.now():
        following = f"not before {page.when(state.next_poll)}"
    brought = one.brought
    share = f"no article in {DAYS} days"
    if brought.articles:
        part = f"{brought.relevant / brought.articles:.1%}"
        share = f"{brought.relevant:,} of {brought.articles:,} relevant in {DAYS} days ({part})"
    return {
        "feed": feed,
        "name": name_of(feed),
        "kind": {"feed": "", "sitemap": "site map", "page": "page that lists articles"}[feed.kind],
        "standing": standing,
        "word": STANDINGS[standing],
        "detail": "; ".join(filter(None, detail)),
        "rhythm": f"about every {duration_words(one.gap)}" if one.gap else "rhythm not known yet",
        "next": following,
        "share": share,
    }


def standing_of(one: FollowedFeed) -> Standing:
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


def _poll(poll: PollResult, page: PageContext) -> tuple[str, str, str]:
    """Return a ledger line in words: when, what was said, and the trouble with it."""
    when = page.when(poll.at)
    why = reason_words(poll.error) if poll.error is not None else ""
    if why and not poll.fetched:
        return when, "", why
    pages = page_failure_words(poll.page_failures)
    vain = f"pages asked for in vain: {pages}" if pages else ""
    trouble = "; ".join(filter(None, (why, vain)))
    if poll.not_modified:
        return when, "nothing new", trouble
    names = sorted(poll.dropped.items())
    left = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in names)
    said = f"{poll.fetched:,} entries: {poll.stored:,} stored" + (f", {left}" if left else "")
    return when, said, trouble
