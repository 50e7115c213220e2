"""The digest as one self-contained HTML page: no script, nothing loaded from anywhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from monitor.digest.view import (
    NO_WORDS,
    POSSIBLE,
    POSSIBLE_NOTE,
    SUMMARY_ONLY,
    UNJUDGED,
    UNJUDGED_NOTE,
    UNSURE_NOTE,
    DigestView,
)

if TYPE_CHECKING:
    from jinja2 import Template


def render_html(view: DigestView) -> str:
    """Return the page."""
    return _template().render(
        digest=view,
        possible_title=POSSIBLE,
        possible_note=POSSIBLE_NOTE,
        no_words=NO_WORDS,
        unjudged_title=UNJUDGED,
        unjudged_note=UNJUDGED_NOTE,
        summary_only=SUMMARY_ONLY,
        unsure_note=UNSURE_NOTE,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.digest"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("digest.html")
