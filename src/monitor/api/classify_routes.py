"""`POST /v1/classify`: relevance and tags of one article."""

from __future__ import annotations

import json

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.access import DeskDep, answer_job, need
from monitor.api.openapi import answers
from monitor.api.problem_details import ProblemError
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import Classified, ClassifyRequest
from monitor.jobs.draft_processes import Job
from monitor.records.errors import DocumentTooLarge

router = APIRouter(tags=["drafts"], route_class=JsonRoute, dependencies=[Depends(need("check"))])


@router.post(
    "/v1/classify",
    summary="Classify an article",
    response_description="Relevance and tags, or why there is no judgement.",
    responses=answers(Classified, 403, 415, 422, queued=True),
)
async def classify(request: Request, article: ClassifyRequest, desk: DeskDep) -> Response:
    """Say how probably the article is about trafficking, and of what kind. Nothing is stored."""
    limit = desk.settings.check.max_chars
    size = len(article.title) + len(article.text)
    if size > limit:
        raise DocumentTooLarge(f"the article has {size:,} characters; the limit is {limit:,}")
    answer = await answer_job(request, Job("classify", article.model_dump(exclude_none=True)))
    if answer.body and "error" in json.loads(bytes(answer.body)):
        raise ProblemError(422, "The article cannot be classified.")
    return answer
