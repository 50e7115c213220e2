"""The digest as one self-contained HTML page: no script, nothing loaded from anywhere."""

from __future__ import annotations

from monitor.digest import words
from monitor.digest.pages import template
from monitor.digest.view import DigestView


def render_html(view: DigestView) -> str:
    """Return the page."""
    return template("digest.html").render(
        digest=view,
        words=words,
    )
