"""Health checks, `/healthz` and `/readyz`: whether the process lives, and whether it can serve."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.api.access import CheckersDep, DeskDep
from monitor.api.openapi import says
from monitor.api.problem_details import problem
from monitor.api.schemas import Alive, Ready
from monitor.desk import Desk
from monitor.records.errors import MonitorError, describe_exception

logger = logging.getLogger("monitor.api")

router = APIRouter(tags=["health"])


@router.get("/healthz", **says("Is the process alive?", Alive))
async def healthz() -> JSONResponse:
    """Answer at once, without touching the database or a model, and without a thread."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", **says("Can it serve?", Ready, 503))
def readyz(request: Request, desk: DeskDep, checkers: CheckersDep) -> Response:
    """Open the database and load guideline and models; name what of them cannot be used."""
    found = troubles(desk)
    if found:
        for part, error in found.items():
            logger.error("not ready: %s: %s", part, describe_exception(error))
        # Only which part: the reason may name a path or a host, and goes to the log and `doctor`.
        named = " and ".join(f"the {part}" for part in found)
        return problem(503, request.scope, f"Not ready: {named} cannot be used.")
    checkers.load()
    stale = desk.shelf.problem is not None
    return JSONResponse({"status": "ready", **desk.ready(), "stale": stale})


PARTS: Mapping[str, Callable[[Desk], object]] = {
    "database": lambda desk: desk.store.ping(),
    "guideline": lambda desk: desk.guideline,
    "models": lambda desk: desk.classifiers,
}


def troubles(desk: Desk) -> dict[str, MonitorError]:
    """Open each part of `PARTS`; return what is wrong with those that cannot be used."""
    found: dict[str, MonitorError] = {}
    for part, use in PARTS.items():
        try:
            use(desk)
        except MonitorError as error:
            found[part] = error
    return found
