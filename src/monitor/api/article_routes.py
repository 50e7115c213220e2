"""`/v1/articles`: lists, shows and forgets what the desk has read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, NamesQuery, VisitorDep, asks_names, need
from monitor.api.article_filter import ArticleQuery
from monitor.api.openapi import says
from monitor.api.problem_details import no_such_page, refuse
from monitor.api.schemas import ArticleDetail, ArticleId, ArticlePage, Model
from monitor.archive.articles_found import find
from monitor.archive.names_on_request import see, seen_json
from monitor.jobs.forget_article import Reason, forget
from monitor.labels.regions import flow_json
from monitor.people.masked_quotes import mask_assessed
from monitor.records import json_shapes as shapes
from monitor.records.article import AssessedArticle
from monitor.records.errors import NotFound
from monitor.records.hidden_names import Shown, hide
from monitor.storage.full_text_search import COUNTED

router = APIRouter(tags=["articles"])
_READ = [Depends(need("read"))]
Asked = Annotated[ArticleQuery, Query()]


@router.get("/v1/articles", **says("List articles", ArticlePage, 403), dependencies=_READ)
def articles(query: Asked, desk: DeskDep, visitor: VisitorDep) -> JSONResponse:
    """Return the articles that fit and what the assessors in force say of them, by pages.

    Names are hidden unless they are asked for: `[name withheld]` stands for each, and places are
    those in what is given.
    """
    who = asks_names(visitor, query.names)
    wanted = query.wanted(desk.settings.zone)
    newest = query.order == "newest"
    with refuse(NotFound, no_such_page()):
        page, found = find(desk, wanted, limit=query.limit, after=query.after, newest_first=newest)
    shown = see(desk, (item.article for item in page), who=who)
    read = {"read_as": wanted.words.reading, "notes": list(wanted.words.told)}
    return JSONResponse(
        {
            "articles": [article_json(item, shown[item.article.id]) for item in page],
            "next": page[-1].article.id if found.more else None,
            "total": min(found.total, COUNTED),
            "total_is_exact": found.total <= COUNTED,
            "search": read if query.q else None,
            "undated": min(found.undated, COUNTED),
        }
    )


@router.get(
    "/v1/articles/{article_id}",
    **says("Show an article", ArticleDetail, 403, 404, 410),
    dependencies=_READ,
)
def article(
    article_id: ArticleId, desk: DeskDep, visitor: VisitorDep, names: NamesQuery = False
) -> JSONResponse:
    """Return one stored article with its text and what the assessors in force say of it.

    Names are hidden unless they are asked for: `[name withheld]` stands for each, and places are
    those in what is given.
    """
    who = asks_names(visitor, names)
    found = desk.article(article_id)
    shown = see(desk, [found.article], who=who, patient=True)[article_id]
    text = None if shown.withheld else hide("text", found.article.text, shown.spans)
    return JSONResponse({**article_json(found, shown), "text": text})


def article_json(assessed: AssessedArticle, shown: Shown) -> dict[str, Any]:
    """Return an article without its text, and without the names that are not `shown`, as data."""
    assessed = mask_assessed(assessed, shown)
    article = assessed.article
    said = ("relevance", "relevant", "borderline", "not_judged", "experimental")
    return {
        **seen_json(article, shown),
        "sha256": article.sha256,
        "authors": list(article.authors),
        "categories": list(article.categories),
        "enclosures": list(map(shapes.enclosure_json, article.enclosures)),
        "origin": article.origin,
        "expired": shapes.time_json(article.expired),
        **{name: getattr(assessed, name) for name in said},
        "judged": shapes.judged_json(assessed),
        "terms": list(map(shapes.term_json, assessed.terms)),
        "tags": list(map(shapes.tag_json, assessed.tags)),
        "flow_region": flow_json(assessed),
        "findings": list(map(shapes.finding_json, assessed.findings)),
        "scorecard": list(map(shapes.scorecard_json, assessed.scorecard)),
        "stamps": list(assessed.stamps),
    }


class ForgottenOut(Model):
    """What was forgotten; `cleared`: its words are out of the database's log and file too."""

    article: str
    reason: Reason
    cleared: bool


@router.delete(
    "/v1/articles/{article_id}",
    **says("Forget an article", ForgottenOut, 403, 404, 410),
    dependencies=[Depends(need("admin"))],
)
def forget_article(
    article_id: ArticleId, reason: Annotated[Reason, Query(description="Why.")], desk: DeskDep
) -> JSONResponse:
    """Erase a stored article for good, with all that was said of it; no feed brings it back."""
    desk.store.article(article_id, ())
    done = forget(desk, [article_id], reason)
    return JSONResponse({"article": article_id, "reason": reason, "cleared": done.cleared})
