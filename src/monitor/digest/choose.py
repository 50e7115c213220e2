"""Of a day's stories, those that a recipient wants."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace

from monitor.recipients import Filter
from monitor.records.article import POLICY_SCHEMES, AssessedArticle, Digest, Story

Keep = Callable[[tuple[AssessedArticle, ...]], tuple[AssessedArticle, ...]]

_BY_TAG = ("form", "response", "place", *POLICY_SCHEMES)


def choose(digest: Digest, wanted: Filter) -> Digest:
    """Return the digest with the stories that pass a filter; the account of the day stays whole.

    Policy context is not asked how relevant it is: it stands beside trafficking.
    """
    beside = replace(wanted, min_relevance=0.0)
    return replace(
        digest,
        relevant=tuple(s for s in digest.relevant if passes(s.articles, wanted)),
        borderline=tuple(s for s in digest.borderline if passes(s.articles, wanted)),
        possible=tuple(a for a in digest.possible if passes((a,), wanted)),
        unjudged=tuple(a for a in digest.unjudged if passes((a,), wanted)),
        context=tuple(s for s in digest.context if passes(s.articles, beside)),
    )


def without(digest: Digest, told: Container[str]) -> Digest:
    """Return the digest without the stories of which an article's id is among those `told` of."""
    return _kept(digest, lambda one: () if any(a.article.id in told for a in one) else one)


def only(digest: Digest, ids: Container[str]) -> Digest:
    """Return the digest with these articles only, and the stories that they are in."""
    return _kept(digest, lambda one: tuple(a for a in one if a.article.id in ids))


def _kept(digest: Digest, keep: Keep) -> Digest:
    def stories(some: tuple[Story, ...]) -> tuple[Story, ...]:
        found = (replace(story, articles=keep(story.articles)) for story in some)
        return tuple(story for story in found if story.articles)

    return replace(
        digest,
        relevant=stories(digest.relevant),
        borderline=stories(digest.borderline),
        possible=tuple(a for a in digest.possible if keep((a,))),
        unjudged=tuple(a for a in digest.unjudged if keep((a,))),
        context=stories(digest.context),
    )


def passes(articles: Iterable[AssessedArticle], wanted: Filter) -> bool:
    """Whether the articles of one story have, of each list that is not empty, one label."""
    found = tuple(articles)
    tags = {(tag.scheme, tag.label) for assessed in found for tag in assessed.tags}
    outlets = {assessed.article.outlet.casefold() for assessed in found}
    by_tag = {scheme: getattr(wanted, scheme) for scheme in _BY_TAG}
    if wanted.min_relevance and not _is_sure(found, wanted.min_relevance):
        return False
    if wanted.outlet and not outlets & {name.casefold() for name in wanted.outlet}:
        return False
    return all(
        not labels or any((scheme, label) in tags for label in labels)
        for scheme, labels in by_tag.items()
    )


def _is_sure(articles: tuple[AssessedArticle, ...], least: float) -> bool:
    """Whether a model is so sure of one of the articles, or people decided one: they are."""
    return any(one.judged is not None or (one.relevance or 0.0) >= least for one in articles)


def stories_of(digest: Digest) -> tuple[Story, ...]:
    """Return the relevant and the borderline stories of a digest."""
    return *digest.relevant, *digest.borderline
