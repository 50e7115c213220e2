"""Access control: the dependencies of routes, and which scope a visitor needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.routing import RouteContext
from starlette.requests import Request
from starlette.responses import Response

from monitor.api.check_queue import Checkers, ClientLeftError
from monitor.api.problem_details import ProblemError, visitor_in
from monitor.api.schemas import NAMES
from monitor.desk import Desk
from monitor.jobs.draft_processes import Job
from monitor.records.account import SCOPES, Scope, Visitor

JSON = "application/json"


def held(name: str) -> Any:
    """Return a dependency: what the application holds by that name."""

    async def get(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(get)


def get_visitor(request: Request) -> Visitor:
    """Return who sent the request."""
    return visitor_in(request.scope)


@cache
def need(scope: Scope) -> Callable[[Request], None]:
    """Return a dependency that refuses visitors without `scope`: 403, with its name."""

    def check(request: Request) -> None:
        if not get_visitor(request).may(scope):
            raise ProblemError(403, f"This needs the scope '{scope}', which you do not have.")

    return check


def asks_names(visitor: Visitor, names: bool) -> str | None:
    """Return who asks for names, None where nobody does; refuses who has not the scope: 403."""
    if names and not visitor.may("names"):
        raise ProblemError(403, "This needs the scope 'names', which you do not have.")
    return visitor.name if names else None


def need_scorecards(request: Request) -> None:
    """Refuse visitors who may not read; nobody where `[serve] public_scorecards` is on."""
    if not request.app.state.desk.settings.serve.public_scorecards:
        need("read")(request)


def scopes_of(route: RouteContext) -> tuple[Scope, ...]:
    """Return the scopes that a route needs: all of them. Empty where it declares none."""
    dependant = getattr(route, "dependant", None)
    needed = [one.call for one in dependant.dependencies] if dependant else []
    needed += [need("read")] if need_scorecards in needed else []
    return tuple(scope for scope in SCOPES if need(scope) in needed)


async def answer_job(request: Request, job: Job, media_type: str = JSON) -> Response:
    """Answer `request` with what `job` gives when its turn has come; see `Checkers.ask`."""
    checkers: Checkers = request.app.state.checkers
    try:
        return Response(await checkers.ask(request, job), media_type=media_type)
    except ClientLeftError:
        return Response(status_code=CLIENT_LEFT)


CLIENT_LEFT = 499  # as other servers log it; nobody is there to read it
NamesQuery = Annotated[bool, Query(description=NAMES)]
DeskDep = Annotated[Desk, held("desk")]
CheckersDep = Annotated[Checkers, held("checkers")]
VisitorDep = Annotated[Visitor, Depends(get_visitor)]
