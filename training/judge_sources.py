"""What the judge learns from: documents with claims of rules, and their sentences as rows.

A mark of an editor is a finding of its rule; a flag judged right is half of one, one judged wrong
a doubt of great weight, an arguable one no evidence at all. What is not marked in an article is
evidence that the rule is not broken there; in a sentence written for one rule hardly so for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.text.document import Document
from monitor.text.view import view
from monitor.types import Finding

EXAMPLE, DEVELOPMENT, ARTICLE, EARLIER = "example", "development", "article", "earlier article"
WRITTEN, VARIATION, GENERAL = "written article", "variation", "general news"
WRITTEN_FOR_A_RULE = (EXAMPLE, DEVELOPMENT)
SURE, ARGUABLE, JUDGED_RIGHT, JUDGED_WRONG, NEAR_MISS = 1.0, 0.5, 0.5, 4.0, 2.0
IN_ARTICLES, IN_SENTENCES = 1.0, 0.2
"""Weights of a rule that nothing is said of."""
_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
EVERYWHERE = 10**6


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of a rule at a place: of a field (in a document), or of a sentence."""

    rule: str
    field: str
    start: int
    end: int
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Labels:
    """Findings, places where there is none, and places that say nothing of a rule."""

    found: Sequence[Claim] = ()
    doubted: Sequence[Claim] = ()
    masked: Sequence[Claim] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A document to learn from; `read` is how far into the text an editor read."""

    kind: str
    id: str
    event: str
    document: Document
    labels: Labels
    weight: float
    read: int = EVERYWHERE


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """A sentence of a field, what stands `before` it, and what is said of it.

    `weight` is that of rules of which nothing is said; the claims count from the sentence's start.
    """

    kind: str
    id: str
    event: str
    field: str
    start: int
    text: str
    before: str
    found: tuple[Claim, ...]
    doubted: tuple[Claim, ...]
    masked: tuple[str, ...]
    weight: float


def touch(one: Finding | Claim, other: Claim) -> bool:
    """Whether two places of a document share a character."""
    return one.field == other.field and one.start < other.end and other.start < one.end


def rows_of(source: Source, siblings: Mapping[str, frozenset[str]]) -> Iterator[JudgeRow]:
    """Yield the sentences of a document that an editor read, with what is said of each."""
    for field, start, text, before in _sentences(source):
        end = start + len(text)

        def within(
            claims: Sequence[Claim], field: str = field, low: int = start, high: int = end
        ) -> tuple[Claim, ...]:
            return tuple(
                Claim(
                    each.rule, field, max(0, each.start - low), min(high, each.end) - low,
                    each.weight,
                )
                for each in claims
                if each.field == field and each.start < high and each.end > low
            )  # fmt: skip

        found = within(source.labels.found)
        rules = {claim.rule for claim in found}
        masked = {claim.rule for claim in within(source.labels.masked)}
        masked |= {sibling for rule in rules for sibling in siblings[rule]} - rules
        doubted = within(source.labels.doubted)
        yield JudgeRow(
            source.kind, source.id, source.event, field, start, text, before,
            found, doubted, tuple(sorted(masked)), source.weight,
        )  # fmt: skip


def _sentences(source: Source) -> Iterator[tuple[str, int, str, str]]:
    """Yield field, start, text and the sentence before: in a title there is none."""
    document = source.document
    for field, whole in (("title", document.title), ("text", document.text)):
        seen, before = view(whole), ""
        for sentence in seen.sentences:
            start, end = seen.original(*sentence)
            text = whole[start:end]
            if not text.strip():
                continue
            if field == "title" or start < source.read:
                yield field, start, text, before if field == "text" else ""
            before = text


def unmarked(text: str) -> tuple[str, tuple[int, int] | None]:
    """Return a sentence without the brackets of its first `[[mark]]`, and where that stands."""
    mark, plain = _MARK.search(text), _MARK.sub(r"\1", text)
    return plain, (mark.start(), mark.end() - 4) if mark else None
