"""Realignment of annotated spans to a changed text: each exactly right, or lost; never guessed.

The old text's hash proves it where the new text is the old one with paragraphs added around. Where
the old text is given, a span stands where the same words stand in the same surroundings, once. Of
words alone: they must stand once, in the order they had, or just between two that do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, Literal

from monitor.export.record import spans_of
from monitor.export.redaction import MASK
from monitor.feeds.page_extraction import Page, without_headline
from monitor.feeds.polling import article_sha256
from monitor.records.finding import FieldName
from monitor.text.search_terms import words_at

How = Literal["hash", "context", "words"]
"""By what a span is known to be right: the hash of the old text, the surroundings of the words, or
the words alone, which stand once."""
Place = tuple[int, int]  # start and end, code points, half open
MOST_PARAGRAPHS = 400
_SURROUNDINGS = (16, 64, 200)
"""So much before and behind a span is looked for with it, in code points. On both sides: of words
that come again, with one side alone, the next would be taken for one that is gone."""
LEAST_ALONE = 8  # words that are shorter say too little to be known by themselves
SURE = 24  # words this long, if they stand once, show by themselves how far the text moved there


@dataclass(frozen=True, slots=True)
class Aligned:
    """Where a span stands now, and by what that is known."""

    start: int
    end: int
    how: How


Found = Mapping[Place, Aligned]
"""By their old places the spans that are found; those that are lost are not in it."""


def moved_by_hash(
    new: str, length: int, is_old: Callable[[str], bool], places: Iterable[Place]
) -> Found | None:
    """Return places in a new text, if the old one is that without some of its paragraphs.

    Left out may be those at both ends, or a run within. `length` is that of the old text, `is_old`
    tells by its hash. None where it is not so.
    """
    starts = [0, *(found.end() for found in re.finditer("\n\n", new))]
    ends = {*(start - 2 for start in starts[1:]), len(new)}
    begins, more = set(starts), len(new) - length
    if len(starts) > MOST_PARAGRAPHS or more < 0:
        return None
    whole = (
        [(0, start, length)]
        for start in starts
        if start + length in ends and is_old(new[start : start + length])
    )
    cut = (  # from here a run is left out, with the break behind it
        [(0, 0, start), (start, start + more, length - start)]
        for start in starts
        if start + more in begins and is_old(new[:start] + new[start + more :])
    )
    blocks = next(chain(whole, cut), None)
    if blocks is None:
        return None
    return {
        (start, end): Aligned(start - old + now, end - old + now, "hash")
        for start, end in places
        for old, now, size in blocks
        if old <= start and end <= old + size
    }


def by_context(old: str, new: str, places: Sequence[Place]) -> Found:
    """Return the places of an old text in a new one, known by their surroundings."""
    found: dict[Place, Aligned] = {}
    for start, end in places:
        for around in _SURROUNDINGS:
            first, last = max(0, start - around), min(len(old), end + around)
            at = _once(old[first:last], new)
            if at is None:
                continue
            begins = start - first >= _SURROUNDINGS[0] or at == 0
            ends = last - end >= _SURROUNDINGS[0] or at + last - first == len(new)
            if begins and ends and _once(old[first:last], old) is not None:
                here = at + start - first
                found[start, end] = Aligned(here, here + end - start, "context")
                break
    return found


def _once(words: str, text: str) -> int | None:
    """Return where words stand in a text, None unless once; a masked letter is any."""
    if MASK not in words:
        at = text.find(words)
        return at if at >= 0 and text.find(words, at + 1) < 0 else None
    pattern = re.compile(re.escape(words).replace(MASK, "."), re.DOTALL)
    first = pattern.search(text)
    return first.start() if first and not pattern.search(text, first.start() + 1) else None


@dataclass(frozen=True, slots=True)
class KnownWords:
    """Words of an old text that are known, and where they stood."""

    start: int
    words: str

    @property
    def end(self) -> int:
        """Where they ended."""
        return self.start + len(self.words)

    @property
    def known(self) -> int:
        """How many of its letters are known."""
        return len(self.words) - self.words.count(MASK)


def pieces_of(given: Mapping[Place, str]) -> list[KnownWords]:
    """Return what is known of a text by the words of its spans, those that touch as one, in order.

    Where two say different letters of one place, nothing is made of the later one.
    """
    pieces: list[KnownWords] = []
    for (start, end), words in sorted(given.items()):
        if len(words) != end - start or not words:
            continue
        last = pieces[-1] if pieces else None
        if last is None or start > last.end:
            pieces.append(KnownWords(start, words))
        elif words.startswith(last.words[start - last.start :][: len(words)]):
            pieces[-1] = KnownWords(last.start, last.words + words[last.end - start :])
    return pieces


def by_words(pieces: Sequence[KnownWords], new: str, places: Sequence[Place], length: int) -> Found:
    """Return the places in a new text that lie in pieces of the old one whose words are known.

    Pieces that stand once, and are long or moved as far as the one beside them, tell where the
    others can be: none before one that it stood behind. Of those that stand several times, or are
    very short, only that is believed which stands just where it stood, between two that moved
    alike; the ends of the text, of which `length` is the old one's, count as such.
    """
    stand = {one: _once(one.words, new) for one in pieces if one.known >= LEAST_ALONE}
    found = {one: at for one, at in stand.items() if at is not None}
    ordered = sorted(found, key=attrgetter("start"))
    most = list(accumulate((found[one] + len(one.words) for one in ordered), max))
    least = list(accumulate((found[one] for one in reversed(ordered)), min))[::-1]
    # those in the order they had; all that cross another are left out
    alone = [
        one
        for n, one in enumerate(ordered)
        if (n == 0 or most[n - 1] <= found[one])
        and (n + 1 == len(ordered) or found[one] + len(one.words) <= least[n + 1])
    ]
    far = [found[one] - one.start for one in alone]
    anchors = {
        one: found[one]
        for n, one in enumerate(alone)
        if one.known >= SURE or far[n] in (*far[max(0, n - 1) : n], *far[n + 1 : n + 2])
    }
    moved = dict(anchors)
    for piece in pieces:
        if piece not in moved and (at := _between(piece, anchors, new, length)) is not None:
            moved[piece] = at
    return {
        (start, end): Aligned(at + start - piece.start, at + end - piece.start, "words")
        for start, end in places
        for piece, at in moved.items()
        if piece.start <= start and end <= piece.end
    }


def _between(
    piece: KnownWords, anchors: Mapping[KnownWords, int], new: str, length: int
) -> int | None:
    """Return where a piece stands between the anchors around it, None where that is not sure."""
    begins = attrgetter("start")
    left = max((one for one in anchors if one.end <= piece.start), key=begins, default=None)
    right = min((one for one in anchors if one.start >= piece.end), key=begins, default=None)
    first = 0 if left is None else anchors[left] + len(left.words)
    last = len(new) if right is None else anchors[right]
    before = 0 if left is None else anchors[left] - left.start
    behind = len(new) - length if right is None else anchors[right] - right.start
    size = len(piece.words)
    if before == behind and (left or right):
        at = piece.start + before
        here = new[at : min(last, at + size)]
        same = (a in (MASK, b) for a, b in zip(piece.words, here, strict=False))
        if len(here) == size and all(same):
            return at
    alone = _once(piece.words, new) if piece.known >= LEAST_ALONE else None
    return alone if alone is not None and first <= alone and alone + size <= last else None


Record = Mapping[str, Any]


def hydrate(record: Record, key: Record, page: Page) -> dict[str, Any] | None:
    """Return an article of an export with the text of its page, None where that is another text.

    `key` is what the key file tells of it, empty where it tells nothing. Under `rehydrated` stands
    its `status`, `same` (the hash of headline and text is that of the export) or `changed`, what of
    its spans is `lost`, and in `spans` how many are, or are known to be right, and by what.
    """
    sha256 = record.get("sha256") or key.get("sha256")
    told = [one for one in (key.get("title"), record.get("title")) if isinstance(one, str)]
    titles = list(dict.fromkeys((*told, page.title)))  # a feed's may differ from its page's
    given: dict[str, dict[Place, str | None]] = {"title": {}, "text": {}}
    for span in spans_of(record):
        given[span["field"]][span["start"], span["end"]] = span.get("match")
    for title in titles:
        for text in (without_headline(page.text, title), page.text):  # if nothing was changed
            if article_sha256(title, text) == sha256:
                whole = {name: _as_before(some, "hash") for name, some in given.items()}
                return _filled(record, "same", title, text, whole)
    # the whole headline, None where it is withheld or has a hidden name
    known = next((one for one in told if MASK not in one), None)
    title = page.title if known is None else known
    text = without_headline(page.text, title)
    found = {"title": _aligned(known, title, given["title"], record["length"]["title"])}
    length, moved = record["length"]["text"], None
    if length:  # the hash tells if the old text stands whole in the new one
        moved = moved_by_hash(
            text,
            length,
            lambda old: any(article_sha256(one, old) == sha256 for one in titles),
            given["text"],
        )
    if moved is None:
        moved = _aligned(record.get("text"), text, given["text"], length)
    made = _filled(record, "changed", title, text, {**found, "text": moved})
    return None if _is_other(record, made, known, page) else made


def _as_before(places: Iterable[Place], how: How) -> Found:
    return {place: Aligned(*place, how) for place in places}


def _aligned(old: str | None, new: str, given: Mapping[Place, str | None], length: int) -> Found:
    """Return where spans with these words stand in a new text; `old` is None if unknown."""
    if old == new:
        return _as_before(given, "context")
    if old is not None and MASK not in old:
        return by_context(old, new, list(given))
    words = {place: said for place, said in given.items() if said}
    return by_words(pieces_of(words), new, list(given), length)


def _filled(
    record: Record, status: str, title: str, text: str, found: Mapping[str, Found]
) -> dict[str, Any]:
    """Return the record with headline, text and the words of its spans where they stand now."""
    spans: Counter[str] = Counter()
    lost: list[dict[str, Any]] = []
    texts = {"title": title, "text": text}

    def placed(span: Mapping[str, Any], **named: Any) -> dict[str, Any] | None:
        name: FieldName = span["field"]
        if span["start"] == span["end"]:
            return dict(span)  # of an article that had expired: a finding without a place
        aligned = found[name].get((span["start"], span["end"]))
        if aligned is None or not 0 <= aligned.start <= aligned.end <= len(texts[name]):
            spans["lost"] += 1
            lost.append(named | {key: span[key] for key in ("field", "start", "end")})
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
    told = {"status": status, "was": record.get("sha256"), "lost": lost, "spans": dict(spans)}
    return {**filled, "rehydrated": told}


def _is_other(record: Record, made: Record, known: str | None, page: Page) -> bool:
    """Whether nothing known of an article, nor half its headline's words, is on its page now."""
    spans = [span for span in spans_of(record) if span["field"] == "text"]
    telling = "text" in record or any(len(span.get("match") or "") >= SURE for span in spans)
    if any(span["field"] == "text" for span in spans_of(made)):
        return False
    if known is None:
        return telling
    there = {word for word, _ in words_at(f"{page.title} {page.text}")}
    asked = {word for word, _ in words_at(known)}
    return bool(asked) and len(asked & there) < len(asked) / 2
