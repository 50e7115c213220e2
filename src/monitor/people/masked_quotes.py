"""Redaction of what is said of articles: quotes without hidden names, every place moved along.

`[name withheld]` stands where a name stood, so that whatever shows an article need not know that
anything is missing. Of an article whose names nobody can tell nothing is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from monitor.records.article import Article, AssessedArticle
from monitor.records.digest import Digest, Story
from monitor.records.finding import FieldName, Finding, Span
from monitor.records.hidden_names import MIN_PART, WITHHELD, Shown, hide, stretches

_PART = re.compile(r"\w[\w'’-]*\w")


def articles_in(digest: Digest) -> list[Article]:
    """Return every article of a digest."""
    told = [one for story in (*digest.relevant, *digest.borderline) for one in story.articles]
    return [one.article for one in (*told, *digest.possible, *digest.unjudged)]


def mask_digest(digest: Digest, shown: Mapping[str, Shown]) -> Digest:
    """Return a digest with what may be `shown` of its articles, by their ids."""

    def masked(found: Iterable[AssessedArticle]) -> tuple[AssessedArticle, ...]:
        return tuple(mask_assessed(one, shown[one.article.id]) for one in found)

    def story(found: Story) -> Story:
        return replace(found, articles=masked(found.articles))

    return replace(
        digest,
        relevant=tuple(map(story, digest.relevant)),
        borderline=tuple(map(story, digest.borderline)),
        possible=masked(digest.possible),
        unjudged=masked(digest.unjudged),
    )


def mask_assessed(assessed: AssessedArticle, shown: Shown) -> AssessedArticle:
    """Return an article and what is said of it, with what may be `shown` of it."""
    article = assessed.article
    article = replace(article, url="" if shown.link_tells else article.url)
    if shown.withheld or shown.byline_tells:
        article = replace(article, summary="", authors=(), categories=(), enclosures=())
    if shown.withheld:
        return replace(
            assessed,
            article=replace(article, title="", text=""),
            tags=tuple(replace(tag, evidence=()) for tag in assessed.tags),
            terms=tuple(replace(one, term="", evidence=()) for one in assessed.terms),  # may quote
            scorecard=tuple(replace(one, reason="", evidence=()) for one in assessed.scorecard),
            findings=(),
        )
    if not shown.spans:
        return replace(assessed, article=article)
    moves = Redactor(article, shown)
    return replace(
        assessed,
        article=replace(
            article,
            title=hide("title", article.title, shown.spans),
            text=hide("text", article.text, shown.spans),
            summary="",
        ),
        tags=tuple(replace(tag, evidence=moves.spans(tag.evidence)) for tag in assessed.tags),
        terms=tuple(replace(term, evidence=moves.spans(term.evidence)) for term in assessed.terms),
        scorecard=tuple(
            replace(item, reason=moves.words(item.reason), evidence=moves.spans(item.evidence))
            for item in assessed.scorecard
        ),
        findings=tuple(map(moves.finding, assessed.findings)),
    )


class Redactor:
    """Moves places of an article to where they are once its names are hidden."""

    def __init__(self, article: Article, shown: Shown) -> None:
        fields: dict[FieldName, str] = {"title": article.title, "text": article.text}
        self.hidden = {name: stretches(name, text, shown.spans) for name, text in fields.items()}
        self.fields = {name: hide(name, text, shown.spans) for name, text in fields.items()}
        names = {fields[s.field][s.start : s.end] for s in shown.spans}
        parts = {part for name in names for part in _PART.findall(name) if len(part) >= MIN_PART}
        known = sorted(names | {part for part in parts if part[0].isupper()}, key=len, reverse=True)
        any_of = "|".join(map(re.escape, known)) or "(?!)"  # nothing hidden: nothing found
        self.pattern = re.compile(rf"(?<!\w)(?:{any_of})(?!\w)")

    def spans(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return the spans moved; one that begins or ends in a hidden name holds all of it."""
        return tuple(Span(s.field, *self._moved(s.field, s.start, s.end)) for s in spans)

    def finding(self, finding: Finding) -> Finding:
        """Return a finding moved, and what it says without the names."""
        start, end = self._moved(finding.field, finding.start, finding.end)
        return replace(
            finding,
            start=start,
            end=end,
            match=self.fields[finding.field][start:end],
            message=self.words(finding.message),
            why=self.words(finding.why),
            suggestions=tuple(map(self.words, finding.suggestions)),
        )

    def words(self, said: str) -> str:
        """Return what is said about an article without its hidden names."""
        return self.pattern.sub(WITHHELD, said)

    def _moved(self, field: FieldName, start: int, end: int) -> tuple[int, int]:
        return self._place(field, start, 0), self._place(field, end, len(WITHHELD))

    def _place(self, field: FieldName, place: int, inside: int) -> int:
        """Return where a place is now; one within a hidden name is `inside` what stands for it."""
        shift = 0
        for start, end in self.hidden[field]:
            if place <= start:
                break
            if place < end:
                return start + shift + inside
            shift += len(WITHHELD) - (end - start)
        return place + shift
