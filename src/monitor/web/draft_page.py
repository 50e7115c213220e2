"""The page `/`, on which a draft is checked."""

from __future__ import annotations

from starlette.responses import HTMLResponse

from monitor.labels.countries import country_codes
from monitor.rules.national_law import country_json
from monitor.rules.priority import BAR, BEST, FLOOR
from monitor.web.page_frame import PageDep, page_router

router = page_router("check", "/")


@router.get("/")
def draft_page(page: PageDep) -> HTMLResponse:
    """Show the page, which also says where texts of LanguageTool's clients are passed on to."""
    settings, held = page.desk.settings, page.desk.in_force.countries
    countries = [country_json(code, held.get(code)) for code in country_codes()]
    return page.render(
        "draft.html",
        max_chars=settings.check.max_chars,
        bar=BAR,
        floor=FLOOR,
        best=BEST,
        guidelines=page.desk.guidelines,
        countries=sorted(countries, key=lambda country: country["name"]),
        country=settings.check.country.upper(),
        passed_on=settings.languagetool.remote,
    )
