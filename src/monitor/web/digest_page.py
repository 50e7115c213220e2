"""The page `/digests/{day}`: a day's digest within the site."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import HTMLResponse

from monitor.api.digest_routes import find_digest
from monitor.archive import names_on_request as names
from monitor.digest import view as words
from monitor.digest.view import view_digest
from monitor.labels.countries import country_name
from monitor.people.masked_quotes import articles_in
from monitor.web.page_frame import PageDep, page_router

router = page_router("read")


@router.get("/digests/{day}")
def digest_page(day: str, page: PageDep) -> HTMLResponse:
    """Show a day's digest within the site."""
    digest = find_digest(page.desk, day)
    ask = names.asked(page.desk, page.visitor.name)
    shown = page.desk.shown(articles_in(digest), ask=ask)
    before, after = _days_beside(digest.day, date.fromisoformat(page.today))
    return page.render(
        "digest.html",
        here="/digests/today",
        digest=view_digest(
            digest, title=page.desk.settings.digest.title, country_name=country_name, shown=shown
        ),
        address=f"/digests/{day}",
        before=before,
        after=after,
        words=words,
    )


def _days_beside(day: str, today: date) -> tuple[str | None, str | None]:
    """Return the ISO days before and after, as far as there are digests; of one day only."""
    if day == "all" or ".." in day:
        return None, None
    middle = date.fromisoformat(day)
    before = str(middle - timedelta(days=1)) if middle > date.min else None
    after = str(middle + timedelta(days=1)) if middle < today else None
    return before, after
