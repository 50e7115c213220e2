"""The frame of every page: its context, its templates, and the menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from monitor.api.access import DeskDep, VisitorDep, need
from monitor.archive.names_on_request import asked
from monitor.desk import Desk
from monitor.digest.tag_words import tag_line
from monitor.labels.countries import country_name, language_name
from monitor.records.account import Scope, Visitor
from monitor.records.article import Article
from monitor.records.counts import outlet_id
from monitor.records.dates import date_words, on_clock
from monitor.records.hidden_names import WITHHELD, Shown
from monitor.text.safe_text import clean, safe_url

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page, offered to those who may go it."""

    address: str
    label: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every page is made with: the desk, who asks for it, and the ways of the menu."""

    desk: Desk
    visitor: Visitor
    ways: Sequence[Way] = ()
    here: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the desk's clock."""
        return self.desk.settings.zone

    @property
    def today(self) -> str:
        """The ISO date on the desk's clock."""
        return self.desk.today.isoformat()

    def when(self, moment: datetime) -> str:
        """Return a moment on the desk's clock, in words."""
        return date_words(moment, self.today, self.zone)

    def shown(self, articles: Iterable[Article], *, patient: bool = False) -> dict[str, Shown]:
        """Return what may be shown of articles, with the names that the visitor asked for."""
        ask = asked(self.desk, self.visitor.name)
        return self.desk.shown(articles, ask=ask, patient=patient)

    def render(
        self, template: str, *, here: str | None = None, http_status: int = 200, **values: Any
    ) -> HTMLResponse:
        """Return a page; `here` is the way in the menu that leads to it, or that of its router."""
        values |= {"zone": self.zone, "today": self.today}
        here = self.here if here is None else here
        text = render(template, visitor=self.visitor, ways=self.ways, here=here, **values)
        return HTMLResponse(text, http_status)


async def _page(request: Request, desk: DeskDep, visitor: VisitorDep) -> PageContext:
    here = getattr(request.state, "here", "")
    return PageContext(desk, visitor, request.app.state.ways, here)


PageDep = Annotated[PageContext, Depends(_page)]


def page_router(scope: Scope | Callable[[Request], None], here: str = "") -> APIRouter:
    """Return a router of pages for those who have `scope`; `here` is their way in the menu."""

    async def note_way(request: Request) -> None:
        request.state.here = here

    needed = [Depends(scope if callable(scope) else need(scope)), Depends(note_way)]
    return APIRouter(include_in_schema=False, dependencies=needed)


def render(
    template: str, *, visitor: Visitor, ways: Sequence[Way] = (), here: str = "", **values: Any
) -> str:
    """Return the text of a page, with those of `ways` that `visitor` may go; `here` is one."""
    offered = [way for way in ways if visitor.may(way.scope)]
    page = environment().get_template(template)
    return page.render(ways=offered, here=here, visitor=visitor, **values)


def address(path: str, query: Mapping[str, str]) -> str:
    """Return an address with what is asked for; an empty value asks for nothing."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


@cache
def environment() -> Environment:
    """Return the templates, in which everything from outside is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["WITHHELD"] = WITHHELD
    made.filters |= {
        "words": lambda name: str(name).replace("-", " ").replace("_", " "),
        "clean": lambda text: clean(str(text), strip=False),
        "web": lambda url: str(url).startswith(("http://", "https://")),
        "outlet": outlet_words,
        "outlet_id": outlet_id,
        "href": lambda article, shown: None if shown.link_tells else safe_url(article.url),
        "language": lambda code: language_name(code or ""),
        "date": date_words,
        "day": lambda moment, zone: moment.astimezone(zone).date(),
        "iso": lambda moment, zone: on_clock(moment, zone).isoformat(timespec="minutes"),
        "tag_line": lambda tags: tag_line(tags, country_name),
    }
    return made


def outlet_words(name: str) -> str:
    """Return an outlet's name for a page."""
    return clean(name) or "unnamed outlet"


see_other = partial(RedirectResponse, status_code=303)
"""Answers a form: the browser goes on to an address."""
