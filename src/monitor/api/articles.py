"""`GET /v1/articles` and `GET /v1/articles/{article_id}`: what the desk has read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.article_query import ArticleQuery
from monitor.api.openapi import problems
from monitor.api.problems import ProblemError
from monitor.api.schemas import ArticleDetail, ArticlePage, WholeStr
from monitor.desk.archive import find
from monitor.desk.names import see, seen_json
from monitor.digest.masked import mask_assessed
from monitor.errors import NotFound
from monitor.masks import Shown, hide
from monitor.shapes import (
    enclosure_json,
    finding_json,
    flow_json,
    judged_json,
    scorecard_json,
    tag_json,
    term_json,
    time_json,
)
from monitor.store.full_text_search import COUNTED, Wanted
from monitor.types import AssessedArticle

router = APIRouter(tags=["articles"], dependencies=[Depends(need("read"))])


@router.get(
    "/v1/articles",
    summary="List articles",
    response_model=None,
    response_description="A page of articles without their texts.",
    responses={200: {"model": ArticlePage}, **problems(403, 422, 503)},
)
def articles(
    query: Annotated[ArticleQuery, Query()], monitor: MonitorDep, visitor: VisitorDep
) -> JSONResponse:
    """Return the articles that fit and what the assessors in force say of them, by pages.

    Names are hidden unless they are asked for: `[name withheld]` stands for each, and places are
    those in what is given.
    """
    who = asks_names(visitor, query.names)
    wanted = query.wanted(monitor.settings.zone)
    newest = query.order == "newest"
    try:
        page, found = find(
            monitor, wanted, limit=query.limit, after=query.after, newest_first=newest
        )
    except NotFound as error:
        where: list[str | int] = ["query", "after"]
        errors = [(where, "must be the `next` of a page before")]
        raise ProblemError(422, "There is no such page.", errors=errors) from error
    shown = see(monitor, (item.article for item in page), who=who)
    return JSONResponse(
        {
            "articles": [article_json(item, shown[item.article.id]) for item in page],
            "next": page[-1].article.id if found.more else None,
            "total": min(found.total, COUNTED),
            "total_is_exact": found.total <= COUNTED,
            "search": _search_json(wanted) if query.q else None,
            "undated": min(found.undated, COUNTED),
        }
    )


def _search_json(wanted: Wanted) -> dict[str, Any]:
    """Return how a search was read."""
    return {"read_as": wanted.words.reading, "notes": list(wanted.words.told)}


@router.get(
    "/v1/articles/{article_id}",
    summary="Show an article",
    response_model=None,
    response_description="The article with its text.",
    responses={200: {"model": ArticleDetail}, **problems(403, 404, 410, 422, 503)},
)
def article(
    article_id: Annotated[WholeStr, Path(description="The article's id.", max_length=200)],
    monitor: MonitorDep,
    visitor: VisitorDep,
    names: NamesQuery = False,
) -> JSONResponse:
    """Return one stored article with its text and what the assessors in force say of it.

    Names are hidden unless they are asked for: `[name withheld]` stands for each, and places are
    those in what is given.
    """
    who = asks_names(visitor, names)
    found = monitor.article(article_id)
    shown = see(monitor, [found.article], who=who, patient=True)[article_id]
    text = None if shown.withheld else hide("text", found.article.text, shown.spans)
    return JSONResponse({**article_json(found, shown), "text": text})


def article_json(assessed: AssessedArticle, shown: Shown) -> dict[str, Any]:
    """Return an article without its text, and without the names that are not `shown`, as data."""
    assessed = mask_assessed(assessed, shown)
    article = assessed.article
    return {
        **seen_json(article, shown),
        "sha256": article.sha256,
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": [enclosure_json(enclosure) for enclosure in article.enclosures],
        "origin": article.origin,
        "expired": time_json(article.expired),
        "relevance": assessed.relevance,
        "relevant": assessed.relevant,
        "borderline": assessed.borderline,
        "not_judged": assessed.not_judged,
        "experimental": assessed.experimental,
        "judged": judged_json(assessed),
        "terms": [term_json(term) for term in assessed.terms],
        "tags": [tag_json(tag) for tag in assessed.tags],
        "flow_region": flow_json(assessed),
        "findings": [finding_json(finding) for finding in assessed.findings],
        "scorecard": [scorecard_json(item) for item in assessed.scorecard],
        "stamps": list(assessed.stamps),
    }
