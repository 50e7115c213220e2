"""`GET /v1/rules`, `/v1/rules/{rule_id}`, `/v1/rules/{guideline}/{rule_id}`: the guidelines."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.responses import JSONResponse

from monitor.api.access import MonitorDep, need
from monitor.api.openapi import problems
from monitor.api.rule_schemas import RuleDetail, RuleList
from monitor.core import Monitor
from monitor.desk.feedback import describe_rule
from monitor.errors import NotFound

router = APIRouter(tags=["rules"], dependencies=[Depends(need("check"))])


@router.get(
    "/v1/rules",
    summary="List the rules",
    response_model=None,
    response_description="Every rule, in the guidelines' order.",
    responses={200: {"model": RuleList}, **problems(503)},
)
def rules(monitor: MonitorDep) -> JSONResponse:
    """Return every rule of the guidelines in force, with its sources and examples."""
    rules = list(monitor.rules())
    return JSONResponse({"rules": rules, "problem": monitor.shelf.problem})


@router.get(
    "/v1/rules/{rule_id}",
    summary="Show a rule",
    response_model=None,
    response_description="The rule.",
    responses={200: {"model": RuleDetail}, **problems(404, 422, 503)},
)
def rule(
    rule_id: Annotated[str, Path(description="The rule's id.", examples=["child-prostitute"])],
    monitor: MonitorDep,
) -> JSONResponse:
    """Return one rule: what it flags, why, on whose word, its limits, and how it was measured.

    Where several guidelines have a rule of this id, it is the first's; `also` names the others.
    """
    return JSONResponse(find_rule(monitor, rule_id))


@router.get(
    "/v1/rules/{guideline}/{rule_id}",
    summary="Show a rule of one guideline",
    response_model=None,
    response_description="The rule.",
    responses={200: {"model": RuleDetail}, **problems(404, 422, 503)},
)
def guideline_rule(
    guideline: Annotated[str, Path(description="The guideline's id.", examples=["thb-en"])],
    rule_id: Annotated[str, Path(description="The rule's id.", examples=["child-prostitute"])],
    monitor: MonitorDep,
) -> JSONResponse:
    """Return the rule of that guideline, whatever other guidelines have."""
    return JSONResponse(find_rule(monitor, f"{guideline}/{rule_id}"))


def find_rule(monitor: Monitor, rule_id: str) -> dict[str, Any]:
    """Return the rule of that id; raises `NotFound`."""
    own = rule_id.rpartition("/")[2]
    found = describe_rule(monitor, rule_id, monitor.store.feedback(own))
    if found is None:
        raise NotFound("no such rule")
    return found
