"""The pages: `GET /`, `/rules` and what is under it, `/digests/{day}`, `/docs`."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.api.access import MonitorDep, VisitorDep, need
from monitor.api.digest_routes import find_digest
from monitor.api.rule_routes import find_rule
from monitor.countries import country_codes
from monitor.desk import names
from monitor.digest import articles_in
from monitor.guidelines import country_json
from monitor.web.rules_page import (
    render_digest_page,
    render_docs,
    render_draft,
    render_rule,
    render_rules,
)

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/", dependencies=[Depends(need("check"))])
def draft_page(monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show the page on which a draft is checked."""
    settings = monitor.settings.check
    held = monitor.countries
    told = [country_json(code, held.get(code)) for code in country_codes()]
    page = render_draft(
        visitor=visitor,
        max_chars=settings.max_chars,
        guidelines=monitor.guidelines,
        countries=sorted(told, key=lambda country: country["name"]),
        country=settings.country.upper(),
        passed_on=monitor.settings.languagetool.remote,
    )
    return HTMLResponse(page)


@router.get("/rules", dependencies=[Depends(need("check"))])
def rules_page(monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show every rule of the guidelines in force."""
    stamp, rules = monitor.in_force.stamp, monitor.rules()
    problem = monitor.shelf.problem
    return HTMLResponse(render_rules(rules, visitor=visitor, guideline=stamp, problem=problem))


@router.get("/rules/{rule_id}", dependencies=[Depends(need("check"))])
def rule_page(rule_id: str, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show one rule."""
    return HTMLResponse(render_rule(find_rule(monitor, rule_id), visitor=visitor))


@router.get("/rules/{guideline}/{rule_id}", dependencies=[Depends(need("check"))])
def guideline_rule_page(
    guideline: str, rule_id: str, monitor: MonitorDep, visitor: VisitorDep
) -> HTMLResponse:
    """Show the rule of one guideline, where several have it."""
    found = find_rule(monitor, f"{guideline}/{rule_id}")
    return HTMLResponse(render_rule(found, visitor=visitor))


@router.get("/digests/{day}", dependencies=[Depends(need("read"))])
def digest_page(day: str, monitor: MonitorDep, visitor: VisitorDep) -> HTMLResponse:
    """Show a day's digest within the site."""
    digest = find_digest(monitor, day)
    ask = names.asked(monitor, visitor.name)
    shown = names.shown(monitor, articles_in(digest), ask=ask)
    view = monitor.view_digest(digest, shown)
    today = monitor.now().astimezone(monitor.settings.zone).date()
    before, after = _days_beside(digest.day, today)
    page = render_digest_page(view, visitor=visitor, day=day, before=before, after=after)
    return HTMLResponse(page)


@router.get("/docs", dependencies=[Depends(need("check"))])
def docs_page(request: Request, visitor: VisitorDep) -> HTMLResponse:
    """Show what the API takes and answers, with a call for each route."""
    address = str(request.base_url).rstrip("/")
    page = render_docs(request.app.openapi(), visitor=visitor, address=address)
    return HTMLResponse(page)


def _days_beside(day: str, today: date) -> tuple[str | None, str | None]:
    """Return the ISO days before and after, as far as there are digests; of one day only."""
    if day == "all" or ".." in day:
        return None, None
    middle = date.fromisoformat(day)
    before = str(middle - timedelta(days=1)) if middle > date.min else None
    after = str(middle + timedelta(days=1)) if middle < today else None
    return before, after
