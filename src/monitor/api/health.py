"""`GET /healthz` and `GET /readyz`: whether the process lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from monitor.api.access import CheckersDep, MonitorDep
from monitor.api.openapi import problems
from monitor.api.schemas import Alive, Ready

router = APIRouter(tags=["health"])


@router.get(
    "/healthz",
    summary="Is the process alive?",
    response_model=None,
    response_description="It is.",
    responses={200: {"model": Alive}, **problems()},
)
async def healthz() -> JSONResponse:
    """Answer at once, without touching the database or a model, and without a thread."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    summary="Can it serve?",
    response_model=None,
    response_description="Database, guideline and models are loaded.",
    responses={200: {"model": Ready}, **problems(503)},
)
def readyz(monitor: MonitorDep, checkers: CheckersDep) -> JSONResponse:
    """Open the database and load guideline and models, if that has not been done."""
    ready = monitor.ready()
    checkers.load()
    return JSONResponse({"status": "ready", **ready})
