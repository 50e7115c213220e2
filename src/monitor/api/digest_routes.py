"""`GET /v1/digests/{day}`: the day's digest, as JSON, as a page of its own, or as a feed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import HTMLResponse, Response

from monitor.api.access import MonitorDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.digest_schemas import DigestOut
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.api.security_headers import POLICY
from monitor.core import Monitor
from monitor.desk.names import see
from monitor.digest import articles_in
from monitor.errors import UsageError
from monitor.types import Digest

router = APIRouter(tags=["digests"], dependencies=[Depends(need("read"))])

FEEDS = {"atom": "application/atom+xml", "jsonfeed": "application/feed+json"}
"""Media types of the feeds, whose headlines are masked as in mail."""
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@router.get(
    "/v1/digests/{day}",
    summary="Read a day's digest",
    response_model=None,
    response_description="The digest. Which form: `format`, or else the header Accept.",
    responses={
        200: {
            "model": DigestOut,
            "content": {
                "text/html": {"schema": {"type": "string"}},
                FEEDS["atom"]: {"schema": {"type": "string"}},
                FEEDS["jsonfeed"]: {"schema": {"type": "object"}},
            },
        },
        **problems(403, 404, 422, 503),
    },
)
def digest(
    day: Annotated[
        str,
        Path(
            description="ISO date in the desk's time zone, `FIRST..LAST`, `today`, or `all`.",
            pattern=r"^(\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?|today|all)$",
            examples=["2026-11-25"],
        ),
    ],
    monitor: MonitorDep,
    visitor: VisitorDep,
    names: NamesQuery = False,
    form: Annotated[
        Literal["json", "html", "atom", "jsonfeed"] | None,
        Query(alias="format", description="Overrides Accept."),
    ] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Return the relevant articles first seen on that day, most certain first, and the ledger.

    Names are hidden unless they are asked for, in feeds in any case.
    """
    who = asks_names(visitor, names)
    found = find_digest(monitor, day)
    ask = frozenset[str]()
    if who is not None and form not in FEEDS:
        ask = frozenset(see(monitor, articles_in(found), who=who))
    if form == "html" or (form is None and prefers_html(accept)):
        html = monitor.render_digest(found, "html", ask=ask)
        return HTMLResponse(html, headers={"content-security-policy": style_policy(html)})
    if form in ("atom", "jsonfeed"):
        return Response(monitor.render_digest(found, form), media_type=FEEDS[form])
    return Response(monitor.render_digest(found, "json", ask=ask), media_type="application/json")


def find_digest(monitor: Monitor, day: str) -> Digest:
    """Return the digest of an ISO date, a period, `today` or `all`."""
    try:
        return monitor.digest(None if day == "today" else day)
    except UsageError as error:
        raise ProblemError(404, "There is no such day: dates are YYYY-MM-DD.") from error


def prefers_html(accept: str) -> bool:
    """Say whether HTML stands before JSON in an `Accept` header, as browsers send it."""
    html, json = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (json < 0 or html < json)


def style_policy(html: str) -> str:
    """Return our policy with the page's own styles allowed, each by its hash, and its empty icon.

    The mailed digest carries its styles inside; hashes let in these bytes and no others.
    """
    hashes = [_source(block) for block in _STYLE.findall(html)]
    styled = POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *hashes]))
    return styled.replace("img-src 'self'", "img-src 'self' data:")


def _source(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
