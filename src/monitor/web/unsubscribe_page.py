"""`/unsubscribe/{token}`: stops the digest by mail for the one address that a link was made for.

A GET asks and changes nothing, for mail programs and scanners open links. The POST is that of RFC
8058, which a mail program sends without a cookie when its own button is pressed; the page's form
sends the same.
"""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.api.access import DeskDep
from monitor.desk import Desk
from monitor.digest.coverage_account import hidden_address
from monitor.digest.mail_delivery import find_recipient, unsubscribe
from monitor.records.account import NOBODY
from monitor.web.page_frame import PageContext

router = APIRouter(include_in_schema=False)

ONE_CLICK = b"One-Click"
Token = Annotated[str, Path(max_length=200)]


@router.get("/unsubscribe/{token}")
def unsubscribe_page(token: Token, desk: DeskDep) -> HTMLResponse:
    """Ask whether the digest is to stop."""
    return _page(desk, token, find_recipient(desk, token), done=False)


@router.post("/unsubscribe/{token}")
async def unsubscribe_now(token: Token, request: Request, desk: DeskDep) -> HTMLResponse:
    """Stop it; a body that does not say so only asks."""
    if ONE_CLICK not in await request.body():
        return await run_sync(unsubscribe_page, token, desk)
    address = await run_sync(unsubscribe, desk, token)
    return _page(desk, token, address, done=True)


def _page(desk: Desk, token: str, address: str | None, *, done: bool) -> HTMLResponse:
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
