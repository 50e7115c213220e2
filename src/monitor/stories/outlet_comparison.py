"""Comparison of a story's versions: who was first, what each outlet changed and added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from monitor.records.article import Article, AssessedArticle
from monitor.records.finding import FieldName, Finding

_PIECE = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """Code points, half open, in `field` of the older text and the newer; either may be empty."""

    field: FieldName
    old: tuple[int, int]
    new: tuple[int, int]


@dataclass(frozen=True, slots=True)
class OutletVersion:
    """One article of a story beside the first.

    `copied` is the share of its text that stands in the first's too, word for word, and `changes`
    what it changed; of a text of its own, or of a withdrawn one, there are none. `carried` are its
    findings that the first had already, `added` those that it had not.
    """

    assessed: AssessedArticle
    first: bool
    copied: float | None
    changes: tuple[Change, ...]
    carried: tuple[Finding, ...]
    added: tuple[Finding, ...]


def compare_story(articles: Sequence[AssessedArticle]) -> tuple[OutletVersion, ...]:
    """Return a story's articles in the order they were published, each beside the first."""

    def published(assessed: AssessedArticle) -> tuple[float, float, str]:
        article = assessed.article
        moment = article.published or article.seen
        return moment.timestamp(), article.seen.timestamp(), article.id

    versions: list[OutletVersion] = []
    for one in sorted(articles, key=published):
        if not versions:
            versions.append(OutletVersion(one, True, None, (), (), one.findings))
            continue
        first = versions[0].assessed
        copied, changes = changes_of(first.article, one.article)
        flags = flags_of(first.findings, one.findings)
        versions.append(OutletVersion(one, False, copied, changes, *flags))
    return tuple(versions)


def changes_of(old: Article, new: Article) -> tuple[float, tuple[Change, ...]]:
    """Return how much of the newer text stands in the older, and what a copy changed."""
    _, title = _compare("title", old.title, new.title)
    share, text = _compare("text", old.text, new.text)
    return share, (*title, *(text if share >= 0.3 else ()))  # else it is no copy


def _compare(field: FieldName, old: str, new: str) -> tuple[float, tuple[Change, ...]]:
    # the time grows with their square
    before, after = (list(islice(_PIECE.finditer(text), 2500)) for text in (old, new))
    words = ([piece[0] for piece in before], [piece[0] for piece in after])
    matcher = SequenceMatcher(None, *words, autojunk=False)
    share = sum(block.size for block in matcher.get_matching_blocks()) / (len(after) or 1)
    changes = tuple(
        Change(field, _span(before, a, b, len(old)), _span(after, c, d, len(new)))
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    )
    return round(share, 3), changes


def _span(pieces: Sequence[re.Match[str]], start: int, end: int, length: int) -> tuple[int, int]:
    """Return the place of pieces in their text; of none, the place between its neighbours."""
    if start < end:
        return pieces[start].start(), pieces[end - 1].end()
    behind = min(length, pieces[-1].end() if pieces else 0)
    place = pieces[start].start() if start < len(pieces) else behind
    return place, place


def flags_of(
    first: Iterable[Finding], other: Iterable[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Split findings of a copy into those that the first has too (by rule and words) and others."""
    known = {(f.rule, f.match.casefold()) for f in first}
    sides: tuple[list[Finding], list[Finding]] = [], []
    for finding in other:
        sides[(finding.rule, finding.match.casefold()) not in known].append(finding)
    return tuple(sides[0]), tuple(sides[1])
