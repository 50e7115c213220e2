"""The pages of the digest: `/digests/{day}` within the site, and `/unsubscribe/{token}`.

The latter stops mail to the one address that a link was made for. A GET only asks, for scanners
open links. The POST is that of RFC 8058: a mail program sends it, without a cookie, and our form.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.api.access import DeskDep, need
from monitor.api.digest_routes import find_digest
from monitor.desk import Desk
from monitor.digest import view as words
from monitor.digest.coverage_account import hidden_address
from monitor.digest.mail_delivery import find_recipient, unsubscribe
from monitor.digest.view import view_digest
from monitor.labels.countries import country_name
from monitor.people.masked_quotes import articles_in
from monitor.records.account import NOBODY
from monitor.web.page_frame import PageContext, PageDep

router = APIRouter(include_in_schema=False)


@router.get("/digests/{day}", dependencies=[Depends(need("read"))])
def digest_page(day: str, page: PageDep) -> HTMLResponse:
    """Show a day's digest within the site."""
    digest = find_digest(page.desk, day)
    title = page.desk.settings.digest.title
    shown = page.shown(articles_in(digest))
    before = after = None  # the days beside, as far as there are digests; of one day only
    if digest.day != "all" and ".." not in digest.day:
        middle = date.fromisoformat(digest.day)
        before = str(middle - timedelta(days=1)) if middle > date.min else None
        after = str(middle + timedelta(days=1)) if middle < page.desk.today else None
    return page.render(
        "digest.html",
        here="/digests/today",
        digest=view_digest(digest, title=title, country_name=country_name, shown=shown),
        address=f"/digests/{day}",
        before=before,
        after=after,
        words=words,
    )


ONE_CLICK = b"One-Click"
Token = Annotated[str, Path(max_length=200)]


@router.get("/unsubscribe/{token}")
def unsubscribe_page(token: Token, desk: DeskDep) -> HTMLResponse:
    """Ask whether the digest is to stop."""
    return _stopping(desk, token, find_recipient(desk, token), done=False)


@router.post("/unsubscribe/{token}")
async def unsubscribe_now(token: Token, request: Request, desk: DeskDep) -> HTMLResponse:
    """Stop it; a body that does not say so only asks."""
    if ONE_CLICK not in await request.body():
        return await run_sync(unsubscribe_page, token, desk)
    address = await run_sync(unsubscribe, desk, token)
    return _stopping(desk, token, address, done=True)


def _stopping(desk: Desk, token: str, address: str | None, *, done: bool) -> HTMLResponse:
    """Return the page that asks, or says, that `address` gets no more mail; None: a wrong link."""
    known = address is not None
    return PageContext(desk, NOBODY).render(
        "unsubscribe.html",
        http_status=200 if known else 404,
        title=desk.settings.digest.title,
        token=token if known else "",
        address=hidden_address(address) if address is not None else "",
        done=done and known,
    )
