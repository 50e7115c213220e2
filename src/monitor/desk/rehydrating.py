"""One article of an export and its page as it is today: the same, changed, or another text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.corpus.record import spans_of
from monitor.corpus.redaction import MASK
from monitor.desk.realignment import (
    SURE,
    Aligned,
    Place,
    by_context,
    by_words,
    moved_by_hash,
    pieces_of,
)
from monitor.feeds import article_sha256
from monitor.feeds.pages import Page, without_headline
from monitor.searching import words_at
from monitor.types import FieldName

Record = Mapping[str, Any]
Move = Callable[[str, Place], Aligned | None]
"""Says where a span of a field stands now; None: nowhere that is sure."""


@dataclass(frozen=True, slots=True)
class Hydrated:
    """The full record, or None where the page has another text; what became of its spans.

    `status` is `same` (the hash of headline and text is that of the export), `changed` or
    `other_text`: nothing of what is known of the article stands there. `spans` counts by how they
    are known to be right, and `lost`.
    """

    status: str
    record: dict[str, Any] | None = None
    spans: Counter[str] = field(default_factory=Counter)


def hydrate(record: Record, key: Record, page: Page) -> Hydrated:
    """Return an article of an export with the text of its page.

    `key` is what the key file tells of it, empty where it tells nothing.
    """
    sha256 = record.get("sha256") or key.get("sha256")
    for title, text in _versions(record, key, page):
        if article_sha256(title, text) == sha256:
            return _filled(record, "same", title, text, _stay)
    known = _known_title(record, key)
    title = page.title if known is None else known
    text = without_headline(page.text, title)
    move = _moves(record, key, page, text, title)
    made = _filled(record, "changed", title, text, move)
    if _is_other(record, made, known, page):
        return Hydrated("other_text")
    return made


def _versions(record: Record, key: Record, page: Page) -> Iterator[tuple[str, str]]:
    """Yield what headline and text may have been, if nothing was changed."""
    for title in _titles(record, key, page):
        yield title, without_headline(page.text, title)
        yield title, page.text


def _titles(record: Record, key: Record, page: Page) -> list[str]:
    """Return the headlines that the article may have had: a feed's may differ from its page's."""
    known = [key.get("title"), record.get("title"), page.title]
    return list(dict.fromkeys(one for one in known if isinstance(one, str)))


def _known_title(record: Record, key: Record) -> str | None:
    """Return the whole headline, None where it is withheld or has a hidden name."""
    for title in (key.get("title"), record.get("title")):
        if isinstance(title, str) and MASK not in title:
            return title
    return None


def _stay(_field: str, place: Place) -> Aligned:
    return Aligned(*place, "hash")


def _moves(record: Record, key: Record, page: Page, text: str, title: str) -> Move:
    """Return where spans stand in a text and under a headline that were changed."""
    whole = _moved_whole(record, key, page)
    fields: dict[str, Mapping[Place, Aligned]] = {}
    for name, new in (("title", title), ("text", text)):
        given = {
            (s["start"], s["end"]): s.get("match") for s in spans_of(record) if s["field"] == name
        }
        old = _known_title(record, key) if name == "title" else record.get("text")
        if old == new:
            fields[name] = {place: Aligned(*place, "context") for place in given}
        elif old is not None and MASK not in old:
            fields[name] = by_context(old, new, list(given))
        else:
            words = {place: said for place, said in given.items() if said}
            fields[name] = by_words(pieces_of(words), new, list(given), record["length"][name])

    def move(name: str, place: Place) -> Aligned | None:
        if name == "text" and whole is not None:
            return whole(place)
        return fields[name].get(place)

    return move


def _moved_whole(
    record: Record, key: Record, page: Page
) -> Callable[[Place], Aligned | None] | None:
    """Return how places move if the hash tells that the old text stands whole in the new one."""
    length = record["length"]["text"]
    sha256 = record.get("sha256") or key.get("sha256")
    if not length:
        return None
    titles = _titles(record, key, page)

    def is_old(text: str) -> bool:
        return any(article_sha256(title, text) == sha256 for title in titles)

    text = without_headline(page.text, _known_title(record, key) or page.title)
    return moved_by_hash(text, length, is_old)


def _filled(record: Record, status: str, title: str, text: str, move: Move) -> Hydrated:
    """Return the record with headline, text and the words of its spans where they stand now.

    What is lost of a tag's evidence is left out of it; a finding that is lost is told apart.
    """
    spans: Counter[str] = Counter()
    lost: list[dict[str, Any]] = []
    texts = {"title": title, "text": text}

    def placed(span: Mapping[str, Any], **named: Any) -> dict[str, Any] | None:
        name: FieldName = span["field"]
        if span["start"] == span["end"]:
            return dict(span)  # of an article that had expired: a finding without a place
        aligned = move(name, (span["start"], span["end"]))
        if aligned is None or not 0 <= aligned.start <= aligned.end <= len(texts[name]):
            spans["lost"] += 1
            place = {key: span[key] for key in ("field", "start", "end")}
            lost.append({**named, **place})
            return None
        spans[aligned.how] += 1
        words = texts[name][aligned.start : aligned.end]
        return {**span, "start": aligned.start, "end": aligned.end, "match": words}

    def item(one: Mapping[str, Any], kind: str) -> dict[str, Any]:
        named = {"of": kind, "label": one.get("label") or one.get("item")}
        evidence = [placed(span, **named) for span in one["evidence"]]
        return {**one, "evidence": [span for span in evidence if span is not None]}

    findings = [placed(one, of="finding", label=one["rule"]) for one in record["findings"]]
    filled = {
        **record,
        "title": title,
        "text": text,
        "length": {"title": len(title), "text": len(text)},
        "sha256": article_sha256(title, text),
        "findings": [one for one in findings if one is not None],
        "tags": [item(one, "tag") for one in record["tags"]],
        "scorecard": [item(one, "scorecard") for one in record.get("scorecard") or ()],
    }
    told = {"status": status, "was": record.get("sha256"), "lost": lost}
    return Hydrated(status, {**filled, "rehydrated": told}, spans)


def _is_other(record: Record, made: Hydrated, known: str | None, page: Page) -> bool:
    """Whether nothing that is known of an article stands on the page that is at its address now.

    Known are words of some length, and its headline, of which half the words must be there.
    """
    spans = [span for span in spans_of(record) if span["field"] == "text"]
    telling = "text" in record or any(len(span.get("match") or "") >= SURE for span in spans)
    if any(span["field"] == "text" for span in spans_of(made.record or {})):
        return False
    if known is None:
        return telling
    there = {word for word, _ in words_at(f"{page.title} {page.text}")}
    asked = {word for word, _ in words_at(known)}
    return bool(asked) and len(asked & there) < len(asked) / 2
