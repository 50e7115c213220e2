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
    title = page.desk.settings.digest.title
    shown = page.desk.shown(articles_in(digest), ask=ask)
    before = after = None  # the days beside, as far as there are digests; of one day only
    if digest.day != "all" and ".." not in digest.day:
        middle = date.fromisoformat(digest.day)
        before = str(middle - timedelta(days=1)) if middle > date.min else None
        after = str(middle + timedelta(days=1)) if middle < page.desk.today else None
    return page.render(
        "digest.html",
        here="/digests/today",
        digest=view_digest(digest, title=title, country_name=country_name, shown=shown),
        address=f"/digests/{day}",
        before=before,
        after=after,
        words=words,
    )
