"""`POST /v1/rules/{rule_id}/feedback`: whether a flag of a draft was right."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.bodies import JsonRoute
from monitor.api.openapi import problems
from monitor.api.problem_details import ProblemError
from monitor.api.rate_limit import Tries
from monitor.api.rule_schemas import FeedbackOut
from monitor.api.schemas import Model, WholeStr
from monitor.core import Monitor
from monitor.decisions import Client
from monitor.desk.feedback import ChangedError, said_json, say_flag
from monitor.types import Severity

router = APIRouter(tags=["rules"], route_class=JsonRoute, dependencies=[Depends(need("check"))])

MOST = 120
"""So often an address may say so in an hour: nobody judges a flag every half minute all day."""
_CHANGED = "The guideline has changed since the draft was checked: check it again."


def feedback_tries() -> Tries:
    """Return who said how much lately."""
    said = "Very many flags were judged from this address: go on within the hour."
    return Tries(most=MOST, window_s=3600.0, refusal=said)


class FeedbackRequest(Model):
    """Whether one flag was right; no word of the draft, and no place in it."""

    right: bool = Field(description="Whether the flag is due there.", examples=[True])
    client: Client = Field(description="Where it was said.", examples=["page"])
    guideline: WholeStr | None = Field(
        default=None,
        max_length=200,
        description="Id or stamp of the guideline that flagged; the one in force.",
    )
    severity: Severity | None = Field(default=None, description="How the flag was shown.")


@router.post(
    "/v1/rules/{rule_id}/feedback",
    summary="Say whether a flag was right",
    response_model=None,
    response_description="What editors said of the rule, this answer included.",
    responses={200: {"model": FeedbackOut}, **problems(403, 404, 409, 415, 422, 429, 503)},
)
async def feedback(
    request: Request,
    rule_id: Annotated[
        WholeStr,
        Path(description="The rule's id.", max_length=200, examples=["child-prostitute"]),
    ],
    said: FeedbackRequest,
    monitor: MonitorDep,
) -> JSONResponse:
    """Count that a flag of a draft was right or wrong. Neither the draft nor who says it is kept.

    Counted by rule, stamp and day; an address is heard 120 times an hour.
    """
    tries: Tries = request.app.state.feedback_tries
    address = request.client.host if request.client else ""
    tries.refuse(address)
    tries.note(address)
    return JSONResponse(await run_sync(_say, monitor, rule_id, said))


def _say(monitor: Monitor, rule: str, said: FeedbackRequest) -> dict[str, object] | None:
    try:
        known = say_flag(
            monitor,
            rule,
            right=said.right,
            client=said.client,
            guideline=said.guideline,
            severity=said.severity,
        )
    except ChangedError as error:
        raise ProblemError(409, _CHANGED) from error
    return said_json(known)
