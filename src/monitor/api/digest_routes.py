"""`GET /v1/digests/{day}`: the day's digest, as JSON, as a page of its own, or as a feed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from monitor.api.access import DeskDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.coverage_routes import CoverageFeed, GapsOut
from monitor.api.csrf import POLICY
from monitor.api.openapi import says
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.schemas import ArticleFinding, MaskedArticle, Model, TagOut, TermOut, told
from monitor.archive.names_on_request import see
from monitor.desk import Desk
from monitor.digest.render import make_digest, show_digest
from monitor.people.masked_quotes import articles_in
from monitor.records.article import ContentOrigin
from monitor.records.digest import Digest
from monitor.records.errors import UsageError
from monitor.records.feed import PageFailure


class DigestListed(MaskedArticle):
    """What every article in a digest has."""

    published: str | None = told("As the feed says, RFC 3339.")
    expired: str | None = told("Since when headline and text are kept no longer, if so.", None)


class DigestArticle(DigestListed):
    """One article of a digest. Its findings are those in the headline."""

    origin: ContentOrigin = told("Where the text came from; `summary`: nothing else could be had.")
    relevance: float | None
    tags: list[TagOut]
    findings: list[ArticleFinding]


class DigestStory(Model):
    """Articles that tell the same, most certain first."""

    story: str = told("The story's id.")
    articles: list[DigestArticle]


class DigestUnjudged(DigestListed):
    """An article that was not judged but has trafficking terms."""

    not_judged: str
    terms: list[TermOut]


class DigestPossible(DigestListed):
    """An article that a model not measured in its language would show, or with terms in one."""

    relevance: float | None = told("An order among these, no measured probability.")
    relevant: bool | None
    borderline: bool | None
    terms: list[TermOut] = told("The words that speak for a look.")


class LedgerOut(Model):
    """What was polled: `fetched` is `stored` plus all that was `dropped`."""

    feeds: int
    failed: int
    silent: int = told("Feeds without news for longer than is their habit.")
    fetched: int
    stored: int
    dropped: dict[str, int] = told("How many were dropped, by reason.")
    not_judged: dict[str, int] = told("How many were not judged, by reason.")


class FailedFeedOut(CoverageFeed):
    """A feed that could not be read."""

    reason: str
    last_read: str | None = told("When it last could, RFC 3339.")


class SilentFeedOut(CoverageFeed):
    """A feed without news for longer than is its habit."""

    since: str | None = told("When its latest entry appeared, RFC 3339.")
    usual_gap_s: int | None = told("Nine in ten of its pauses are no longer.")


class UndeliveredOut(Model):
    """A digest that may not have reached somebody."""

    day: str
    preset: Literal["cases", "policy"]
    to: str = told("The address with its name hidden.")
    outcome: Literal["failed", "unknown"]
    reason: str


class DigestCoverage(Model):
    """What lies behind the ledger's figures.

    `unmeasured_countries` are those in which stories are placed, and the desk's, if fewer than 20
    labelled stories measure how well English articles about it are found; null: the model has no
    figures by country. `languages` counts what was not judged for its language, by ISO 639 code.
    """

    changed: int = told("Of those stored: new texts of known articles.")
    summary_only: int = told("Articles of this digest judged on a summary only.")
    unmeasured_countries: list[str] | None
    page_failures: dict[PageFailure, int] = told("Tries for articles' pages in vain, by cause.")
    failed_feeds: list[FailedFeedOut]
    ended_feeds: list[FailedFeedOut] = told("Removed by their publishers (410) before that day.")
    silent_feeds: list[SilentFeedOut]
    languages: dict[str, int]
    feeds_not_polled: int = told("Feeds followed that were not polled.")
    feeds_paused: int = told("Feeds that the desk has paused.")
    gaps: GapsOut | None = told("What may be missed, as of `GET /v1/coverage`.")
    undelivered: list[UndeliveredOut]


class DigestOut(Model):
    """One day of the desk."""

    schema_: Literal[1] = Field(alias="schema")
    day: str = told("ISO date, or `all`.")
    timezone: str = told("In which the day begins and ends.")
    relevant: list[DigestStory] = told("Stories, most certain first.")
    borderline: list[DigestStory] = told("Trafficking may be a side matter here.")
    unjudged: list[DigestUnjudged] = told("Not judged for their language; with terms.")
    possible: list[DigestPossible] = told("In languages where the models are not measured.")
    ledger: LedgerOut
    stamps: list[str] = told("What judged: `name@version+hash`.")
    coverage: DigestCoverage


router = APIRouter(tags=["digests"], dependencies=[Depends(need("read"))])
FEEDS = {"atom": "application/atom+xml", "jsonfeed": "application/feed+json"}
"""Media types of the feeds, whose headlines are masked as in mail."""
_TYPES = {"text/html": "string", FEEDS["atom"]: "string", FEEDS["jsonfeed"]: "object"}
_GOOD = {
    "description": "The digest. Which form: `format`, or else the header Accept.",
    "model": DigestOut,
    "content": {media: {"schema": {"type": kind}} for media, kind in _TYPES.items()},
}
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@router.get("/v1/digests/{day}", **says("Read a day's digest", {200: _GOOD}, 403, 404))
def digest(
    day: Annotated[
        str,
        Path(
            description="ISO date in the desk's time zone, `FIRST..LAST`, `today`, or `all`.",
            pattern=r"^(\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?|today|all)$",
            examples=["2026-11-25"],
        ),
    ],
    desk: DeskDep,
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
    found = find_digest(desk, day)
    if form in ("atom", "jsonfeed"):
        return Response(show_digest(desk, found, form), media_type=FEEDS[form])
    ask = frozenset[str](see(desk, articles_in(found), who=who) if who is not None else ())
    if form == "html" or (form is None and prefers_html(accept)):
        html = show_digest(desk, found, "html", ask=ask)
        # It carries its styles inside, as mailed; hashes let in these bytes and no others.
        digests = [hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(html)]
        hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
        styled = POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *hashes]))
        policy = styled.replace("img-src 'self'", "img-src 'self' data:")  # its empty icon
        return HTMLResponse(html, headers={"content-security-policy": policy})
    return Response(show_digest(desk, found, "json", ask=ask), media_type="application/json")


def find_digest(desk: Desk, day: str) -> Digest:
    """Return the digest of an ISO date, a period, `today` or `all`."""
    with refuse(UsageError, ProblemError(404, "There is no such day: dates are YYYY-MM-DD.")):
        return make_digest(desk, None if day == "today" else day)


def prefers_html(accept: str) -> bool:
    """Say whether HTML stands before JSON in an `Accept` header, as browsers send it."""
    html, json = accept.find("text/html"), accept.find("application/json")
    return html >= 0 and (json < 0 or html < json)
