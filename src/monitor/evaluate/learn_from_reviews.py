"""Reviews as training rows: what a desk's people agreed on.

The latest review of each reviewer holds. Versions on which reviewers differ are left out of
training and reported; what each said stays stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.evaluate.labelled_data import Labelled
from monitor.text.language import identify_language
from monitor.types import Article, Review

BASIS = "review"
REL = {"relevant": 2, "borderline": 1, "not_relevant": 0}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Reviewers differ on `scheme` (`relevance` or a tag scheme); `said` is by reviewer."""

    article_id: str
    title: str
    scheme: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Rows to train on, and where reviewers differ."""

    rows: tuple[Labelled, ...]
    conflicts: tuple[Conflict, ...]


def review_rows(reviewed: Iterable[tuple[Article, Sequence[Review]]], *, language: str) -> Reviewed:
    """Return the training rows of reviewed versions in `language`, and the conflicts.

    A scheme on which reviewers differ is not labelled; if they differ on the verdict, the version
    gives no row at all.
    """
    rows: list[Labelled] = []
    conflicts: list[Conflict] = []
    for article, reviews in reviewed:
        latest = {review.reviewer: review for review in reviews}
        found = [c for scheme in _schemes(latest) if (c := _conflict(article, scheme, latest))]
        conflicts += found
        spoken = article.language or identify_language(f"{article.title}\n{article.text}")
        if article.expired:
            continue  # what was said of it stands, but there is no text to learn from
        in_language = (spoken or language).partition("-")[0].lower() == language
        if in_language and not any(conflict.scheme == "relevance" for conflict in found):
            rows.append(_row(article, latest, {conflict.scheme for conflict in found}))
    return Reviewed(tuple(rows), tuple(conflicts))


def _schemes(latest: Mapping[str, Review]) -> list[str]:
    return ["relevance", *sorted({scheme for review in latest.values() for scheme in review.tags})]


def _conflict(article: Article, scheme: str, latest: Mapping[str, Review]) -> Conflict | None:
    if scheme == "relevance":
        said = {name: str(review.verdict) for name, review in latest.items()}
    else:
        said = {
            name: ", ".join(review.tags[scheme]) or "none"
            for name, review in latest.items()
            if scheme in review.tags
        }
    return (
        Conflict(article.id, article.title, scheme, said) if len(set(said.values())) > 1 else None
    )


def _row(article: Article, latest: Mapping[str, Review], open_schemes: set[str]) -> Labelled:
    tags: dict[str, tuple[str, ...]] = {}
    for review in latest.values():
        tags |= {s: labels for s, labels in review.tags.items() if s not in open_schemes}
    verdict = next(iter(latest.values())).verdict
    return Labelled(
        id=f"review:{article.id}:{article.sha256[:12]}",
        # versions of one article tell one story
        event=f"review:{article.id}",
        source=BASIS,
        language=article.language or "en",
        title=article.title,
        text=article.text,
        rel=REL[verdict],
        basis=BASIS,
        sure=True,
        form=tags.get("form") or None,
        response=tags.get("response"),
        place=tags.get("place"),
        victim=next(iter(tags.get("victim", ())), None),
        flow=next(iter(tags.get("flow", ())), None),
        said_at=max((review.at.isoformat() for review in latest.values() if review.at), default=""),
    )
