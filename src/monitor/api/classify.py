"""`POST /v1/classify`: relevance and tags of one article."""

from __future__ import annotations

import json

from fastapi import APIRouter
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep
from monitor.api.bodies import JsonRoute
from monitor.api.openapi import problems
from monitor.api.problems import ProblemError
from monitor.api.schemas import Classified, ClassifyRequest
from monitor.errors import DocumentTooLarge

router = APIRouter(tags=["drafts"], route_class=JsonRoute)


@router.post(
    "/v1/classify",
    summary="Classify an article",
    response_model=None,
    response_description="Relevance and tags, or why there is no judgement.",
    responses={200: {"model": Classified}, **problems(403, 415, 422, 503)},
)
def classify(article: ClassifyRequest, monitor: MonitorDep) -> JSONResponse:
    """Say how probably the article is about trafficking, and of what kind. Nothing is stored."""
    limit = monitor.settings.check.max_chars
    size = len(article.title) + len(article.text)
    if size > limit:
        raise DocumentTooLarge(f"the article has {size:,} characters; the limit is {limit:,}")
    line = json.dumps(article.model_dump(exclude_none=True))
    (answer,) = monitor.classify_lines([line])
    record = json.loads(answer)
    if "error" in record:
        raise ProblemError(422, "The article cannot be classified.")
    return JSONResponse(record)
