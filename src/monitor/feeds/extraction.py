"""trafilatura asked for what is kept of a page: text, headline, authors and date.

`with_metadata` would also look for tags, a site name and, through every link of a footer, a
licence: a third of the time a page takes. Each part is found by trafilatura's own functions, in its
own order; what is ours is that a site's name is no part of a headline and no author.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

_TURN = threading.Lock()
"""One page at a time: extraction holds Python's own lock anyway, and threads that fight for it
lose a seventh of their time."""
_JOINT = re.compile(r"(\s*\|\s*|\s+[–—•·⋆~‹«<›»>-]+\s+|:\s+)")
"""Between a headline and the names of site and section."""
_PARTICLES = frozenset("al bin da de del den der di dos du el ibn la le van von y".split())  # noqa: SIM905


def extract_document(markup: str, url: str) -> Any:
    """Return trafilatura's document of a page with `title`, `author` and `date`, else `None`.

    `author` has the authors with `; ` between them, "" where the page names none.

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
    said = _said(tree, url)
    document: Any = bare_extraction(tree, url=url, include_comments=False, include_tables=False)
    if document is not None:
        document.title, document.author, document.date = said.title, said.author, said.date
    return document


def _said(tree: Any, url: str) -> Any:
    """Return trafilatura's document with the headline, the authors and the date of a page."""
    from htmldate import find_date
    from trafilatura.metadata import (
        examine_meta,
        extract_author,
        extract_meta_json,
        extract_title,
        extract_url,
    )
    from trafilatura.settings import Document

    found, linked = examine_meta(tree), Document()
    with suppress(Exception):  # as there: broken JSON-LD is no reason to do without a title
        linked = extract_meta_json(tree, linked)
    sites = _site_names(found.sitename, linked.sitename, url)
    title = found.title or linked.title or extract_title(tree)
    headings = [linked.title, *("".join(h1.itertext()) for h1 in tree.iter("h1"))]
    found.title = without_site(title, headings, sites) if title else title
    # JSON-LD tells people from organisations, the others do not; what only stands on the page may
    # be anything, and has to look like a name
    declared = linked.author or found.author
    names = (declared or extract_author(tree) or "").split("; ")
    names = [name for name in names if declared or _is_name(name)]
    found.author = "; ".join(name for name in names if _letters(name) not in sites)
    found.date = find_date(
        tree,
        url=found.url or extract_url(tree, url),
        extensive_search=False,
        original_date=True,
    )
    found.clean_and_trim()
    return found


def _is_name(words: str) -> bool:
    """Tell whether words look like the full name of one person."""
    parts = [part for part in words.split() if part not in _PARTICLES]
    return 2 <= len(parts) <= 4 and not any(part[0].islower() or part.isdigit() for part in parts)


def without_site(title: str, headings: Iterable[str | None], sites: Collection[str]) -> str:
    """Return a page's title without the name of its site or section before or behind it.

    What is left of `Headline - World - The Gazette` is one of the page's `headings` where one
    stands there whole, else what is left when names in `sites` (letters only) are taken off.
    """
    parts = _JOINT.split(title.strip())
    words, joints = parts[::2], parts[1::2]
    known = {_letters(heading) for heading in headings if heading} - {""}
    ends = [(first, last) for first in range(len(words)) for last in range(len(words), first, -1)]

    def joined(first: int, last: int) -> str:
        rest = zip(joints[first : last - 1], words[first + 1 : last], strict=True)
        return words[first] + "".join(joint + word for joint, word in rest)

    for first, last in sorted(ends, key=lambda end: end[0] - end[1]):
        if _letters(joined(first, last)) in known - set(sites):
            return joined(first, last)
    first, last = 0, len(words)
    while last - first > 1 and _letters(words[last - 1]) in sites:
        last -= 1
    while last - first > 1 and _letters(words[first]) in sites:
        first += 1
    return joined(first, last)


def _site_names(*told: str | None) -> frozenset[str]:
    """Return by what names a site is known, letters only: what it calls itself, and its host."""
    *names, url = (name or "" for name in told)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = host.split(".")
    hosts = (host, *labels[:-1], *(f"{label}{labels[-1]}" for label in labels[:-1]))
    found = {_letters(name).removeprefix(the) for name in (*names, *hosts) for the in ("", "the")}
    return frozenset(found | {f"the{name}" for name in found} - {"the"}) - {""}


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words.casefold()))
