"""The frame that every page has: its templates, and the way to the other pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.digest.safe import clean
from monitor.masks import WITHHELD
from monitor.visitors import Scope, Visitor

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page, offered to those who may go it."""

    address: str
    label: str
    scope: Scope


WAYS = (
    Way("/", "Draft", "check"),
    Way("/digests/today", "Today", "read"),
    Way("/review", "Review", "review"),
    Way("/articles", "Archive", "read"),
    Way("/trends", "Trends", "read"),
    Way("/outlets", "Outlets", "read"),
    Way("/feeds", "Feeds", "read"),
    Way("/rules", "Rules", "check"),
    Way("/docs", "API", "check"),
)


def render(template: str, *, visitor: Visitor, here: str = "", **values: Any) -> str:
    """Return a page for `visitor`; `here` is the address of the way that leads to it."""
    ways = [way for way in WAYS if visitor.may(way.scope)]
    page = environment().get_template(template)
    return page.render(ways=ways, here=here, visitor=visitor, **values)


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
    made.filters["words"] = lambda name: str(name).replace("-", " ").replace("_", " ")
    made.filters["clean"] = lambda text: clean(str(text), strip=False)
    made.globals["WITHHELD"] = WITHHELD
    made.filters["web"] = lambda url: str(url).startswith(("http://", "https://"))
    return made
