"""trafilatura asked for what is kept of a page: text, title and date.

`with_metadata` would also look for authors, tags, a site name and, through every link of a footer,
a licence: a third of the time a page takes. Title and date are found by trafilatura's own functions
in its own order.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

_TURN = threading.Lock()
"""One page at a time: extraction holds Python's own lock anyway, and threads that fight for it
lose a seventh of their time."""


def extract_document(markup: str, url: str) -> Any:
    """Return trafilatura's document of a page with `title` and `date`, `None` where there is none.

    Raises whatever trafilatura's parts raise.
    """
    with _TURN:
        return _extract(markup, url)


def _extract(markup: str, url: str) -> Any:
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    tree = load_html(markup)
    if tree is None:
        return None
    title, date = _title_and_date(tree, url)
    document: Any = bare_extraction(tree, url=url, include_comments=False, include_tables=False)
    if document is not None:
        document.title, document.date = title, date
    return document


def _title_and_date(tree: Any, url: str) -> tuple[str | None, str | None]:
    """Return what `trafilatura.extract_metadata` gives as title and date."""
    from htmldate import find_date
    from trafilatura.metadata import (
        examine_meta,
        extract_meta_json,
        extract_title,
        extract_url,
    )

    found = examine_meta(tree)
    with suppress(Exception):  # as there: broken JSON-LD is no reason to do without a title
        found = extract_meta_json(tree, found)
    found.title = found.title or extract_title(tree)
    found.date = find_date(
        tree,
        url=found.url or extract_url(tree, url),
        extensive_search=False,
        original_date=True,
    )
    found.clean_and_trim()
    return found.title, found.date
