"""Findings as one HTML page that needs nothing else: no script, nothing loaded, printable."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from monitor.check.batch import Batch
from monitor.records.article import SEVERITIES
from monitor.records.json_shapes import in_ten

if TYPE_CHECKING:
    from jinja2 import Template

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_PARAGRAPHS = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n)){2,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a paragraph; `cards` are the numbers of the findings that flag it."""

    text: str
    cards: tuple[int, ...]
    severity: str
    begins: tuple[int, ...]
    """The findings that begin here."""


def as_page(batch: Batch) -> str:
    """Return the page; the text of a document is shown where it has `text`."""
    views = [_view(document) for document in batch.documents]
    page = _template().render(batch=batch, views=views, in_ten=in_ten, style_hash="{style_hash}")
    style = _STYLE.search(page)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    # Before any word of a draft: the first of its kind in the page is ours.
    page = page.replace("{style_hash}", base64.b64encode(digest).decode(), 1)
    return page.encode("utf-8", "replace").decode()


def _view(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with its cards, numbered as they stand in the text, and its pieces."""
    order = sorted(document.get("findings", ()), key=lambda finding: finding["start"])
    told: dict[str, int] = {}
    for number, finding in enumerate(order, 1):
        told.setdefault(finding["rule"], number)
    text = document.get("text")
    return {
        "document": document,
        "cards": order,
        "told": told,
        "paragraphs": list(_paragraphs(text, order)) if text is not None else [],
        "missing": [
            item
            for item in document.get("scorecard", ())
            if item["met"] is False and "ignored" not in item
        ],
        "met": [item for item in document.get("scorecard", ()) if item["met"]],
    }


def _paragraphs(text: str, findings: Sequence[Mapping[str, Any]]) -> Iterator[list[Piece]]:
    """Yield the paragraphs in pieces, cut where a flag begins or ends."""
    start = 0
    for gap in (*_PARAGRAPHS.finditer(text), None):
        end = gap.start() if gap else len(text)
        if text[start:end].strip():
            yield list(_pieces(text, start, end, findings))
        start = gap.end() if gap else end


def _pieces(
    text: str, start: int, end: int, findings: Sequence[Mapping[str, Any]]
) -> Iterator[Piece]:
    here = [
        (number, finding)
        for number, finding in enumerate(findings, 1)
        if finding["field"] == "text" and finding["start"] < end and start < finding["end"]
    ]
    edges = {edge for _, f in here for edge in (f["start"], f["end"]) if start < edge < end}
    cuts = sorted({start, end, *edges})
    for left, right in pairwise(cuts):
        over = [(n, f) for n, f in here if f["start"] <= left and right <= f["end"]]
        worst = min((SEVERITIES.index(f["severity"]) for _, f in over), default=0)
        begins = tuple(number for number, f in over if f["start"] == left)
        cards = tuple(number for number, _ in over)
        yield Piece(text[left:right], cards, SEVERITIES[worst] if over else "", begins)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.check"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("findings.html")
