"""How a route gets at the `Monitor`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.checkers import Checkers, ClientLeftError
from monitor.core import Monitor
from monitor.workers import Job


def get_monitor(request: Request) -> Monitor:
    """Return the monitor that the application was made over."""
    monitor: Monitor = request.app.state.monitor
    return monitor


def get_checkers(request: Request) -> Checkers:
    """Return who checks the drafts of the application."""
    checkers: Checkers = request.app.state.checkers
    return checkers


async def answer_job(request: Request, job: Job) -> Response:
    """Answer `request` with what `job` gives when its turn has come; see `Checkers.ask`."""
    try:
        answer = await get_checkers(request).ask(request, job)
    except ClientLeftError:
        return Response(status_code=CLIENT_LEFT)
    return Response(answer, media_type="application/json")


CLIENT_LEFT = 499
"""As other servers log it; nobody is there to read it."""
MonitorDep = Annotated[Monitor, Depends(get_monitor)]
CheckersDep = Annotated[Checkers, Depends(get_checkers)]
