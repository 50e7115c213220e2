"""The digest as one self-contained HTML page: no script, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from monitor.digest import view as words
from monitor.digest.view import DigestView

if TYPE_CHECKING:
    from jinja2 import Template


def render_html(view: DigestView) -> str:
    """Return the page."""
    return template("digest.html").render(digest=view, words=words)


@cache
def template(name: str) -> Template:
    """Return a template of the digest: what comes from outside is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
