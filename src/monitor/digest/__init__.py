"""Stored rows of one day -> `Digest` -> a page or JSON.

All formats but JSON are made from one view (`view.py`), so a text that is cleaned, cut or left out
is so in each of them; JSON gives programs the texts as they came, but for names that are hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from monitor.digest.atom import render_atom, render_jsonfeed
from monitor.digest.build import build_digest, day_bounds
from monitor.digest.countries import note_unmeasured
from monitor.digest.digest_json import digest_json, render_json
from monitor.digest.html import render_html
from monitor.digest.markdown import render_markdown
from monitor.digest.newsletter import write_letter
from monitor.digest.plain_text import render_plain
from monitor.digest.tag_words import CountryName
from monitor.digest.view import view_digest
from monitor.people.masked_quotes import articles_in
from monitor.records.article import Digest
from monitor.records.errors import UsageError
from monitor.records.hidden_names import Shown

DigestFormat = Literal["html", "text", "md", "json", "atom", "jsonfeed"]


def render_digest(
    digest: Digest,
    format: DigestFormat,
    *,
    title: str,
    country_name: CountryName = str,
    evidence: bool = False,
    public_url: str = "",
    shown: Mapping[str, Shown] | None = None,
) -> str:
    """Return the digest as a page under `title`, as JSON, or as a feed.

    `shown` says by id what may be shown of an article; without it pages and JSON hide nothing.

    Feeds leave the desk: they need it, and lead to the desk at `public_url`, if there is one.
    `country_name` turns an ISO code into the name to show. With `evidence` plain text and Markdown
    give the words behind each tag and why a headline is flagged; HTML and JSON always have them.

    Raises `UsageError` for an unknown format.
    """
    if format == "json":
        return render_json(digest, shown)
    if format not in get_args(DigestFormat):
        known = ", ".join(get_args(DigestFormat))
        raise UsageError(f"'{format}' is no digest format (known: {known})")
    if format in ("atom", "jsonfeed"):
        if shown is None:
            raise UsageError(f"'{format}' shows nothing whose names are not masked")
        letter = write_letter(
            digest,
            title=title,
            country_name=country_name,
            mask=lambda article: shown[article.id],
            public_url=public_url,
        )
        syndicate = render_atom if format == "atom" else render_jsonfeed
        return syndicate(letter, period=digest.day, public_url=public_url)
    view = view_digest(digest, title=title, country_name=country_name, shown=shown)
    if format == "html":
        return render_html(view)
    render = render_plain if format == "text" else render_markdown
    return render(view, evidence=evidence)
