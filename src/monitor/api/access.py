"""How a route gets at the `Monitor`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from monitor.core import Monitor


def get_monitor(request: Request) -> Monitor:
    """Return the monitor that the application was made over."""
    monitor: Monitor = request.app.state.monitor
    return monitor


MonitorDep = Annotated[Monitor, Depends(get_monitor)]
