"""`DELETE /v1/articles/{article_id}`: forgetting an article for good."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.openapi import problems
from monitor.api.schemas import WholeStr
from monitor.desk.forget import Reason, forget

router = APIRouter(tags=["articles"], dependencies=[Depends(need("admin"))])


class ForgottenOut(BaseModel):
    """What was forgotten; `cleared`: its words are out of the database's log and file too."""

    model_config = ConfigDict(extra="forbid")

    article: str
    reason: Reason
    cleared: bool


@router.delete(
    "/v1/articles/{article_id}",
    summary="Forget an article",
    response_model=None,
    response_description="What was forgotten.",
    responses={200: {"model": ForgottenOut}, **problems(403, 404, 410, 422, 503)},
)
def forget_article(
    article_id: Annotated[WholeStr, Path(description="The article's id.", max_length=200)],
    reason: Annotated[Reason, Query(description="Why.")],
    monitor: MonitorDep,
) -> JSONResponse:
    """Erase a stored article for good, with all that was said of it; no feed brings it back."""
    monitor.store.article(article_id, ())
    done = forget(monitor, [article_id], reason)
    return JSONResponse({"article": article_id, "reason": reason, "cleared": done.cleared})
