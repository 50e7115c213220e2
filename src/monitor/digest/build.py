"""Digest building: stored rows of a day to a `Digest`, and of it what a recipient wants."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import replace

from monitor.labels.schemes import POLICY_SCHEMES
from monitor.records.article import AssessedArticle
from monitor.records.dates import ALL
from monitor.records.digest import Digest, Story
from monitor.records.feed import Ledger
from monitor.settings import Filter

Group = Callable[[Sequence[AssessedArticle]], tuple[Story, ...]]


def build_digest(
    articles: Iterable[AssessedArticle],
    *,
    day: str,
    timezone: str,
    ledger: Ledger,
    stamps: Iterable[str],
    group: Group,
) -> Digest:
    """Sort a day's articles into relevant and borderline stories, and those to look at.

    These are what a model not measured in their language would show, or has trafficking terms in
    such a language, and what no model judges but has terms. Of all others policy news is the
    `context` of single days and periods; the rest is left out.

    `articles` are those first seen on `day` (see `day_bounds`); `group` folds copies, as
    `stories.group_stories` does. A borderline copy of a relevant story stays in its own section:
    a section never holds an article that was judged otherwise.
    """
    of: defaultdict[str, list[AssessedArticle]] = defaultdict(list)
    for assessed in articles:  # once: of `all` days the others would not fit into memory
        if assessed.experimental:
            if assessed.relevant or assessed.borderline or assessed.terms:
                of["possible"].append(assessed)
        elif assessed.relevant is True:
            of["relevant"].append(assessed)
        elif assessed.borderline is True:
            of["borderline"].append(assessed)
        elif assessed.not_judged is not None and assessed.terms:
            of["unjudged"].append(assessed)
        elif day != ALL:
            schemes = {tag.scheme for tag in assessed.tags}
            if "instrument" in schemes or {"institution", "topic"} <= schemes:
                of["context"].append(assessed)
    of["unjudged"].sort(key=lambda a: (a.article.seen, a.article.id))
    of["possible"].sort(
        key=lambda a: (not a.relevant, not a.borderline, -(a.relevance or 0.0), a.article.id)
    )
    context = group(of["context"]) if of["context"] else ()
    return Digest(
        day=day,
        timezone=timezone,
        relevant=_certain_first(group(of["relevant"])),
        borderline=_certain_first(group(of["borderline"])),
        ledger=ledger,
        stamps=tuple(stamps),
        unjudged=tuple(of["unjudged"]),
        possible=tuple(of["possible"]),
        context=tuple(sorted(context, key=lambda story: story.id)),
    )


def _certain_first(stories: Iterable[Story]) -> tuple[Story, ...]:
    def order(story: Story) -> tuple[float, str]:
        return -max((a.relevance or 0.0 for a in story.articles), default=0.0), story.id

    return tuple(sorted(stories, key=order))


def choose(digest: Digest, wanted: Filter) -> Digest:
    """Return the digest with the stories that pass a filter; the account of the day stays whole.

    Policy context is not asked how relevant it is: it stands beside trafficking.
    """
    beside = replace(wanted, min_relevance=0.0)
    return replace(
        _kept(digest, lambda one: one if passes(one, wanted) else ()),
        context=tuple(s for s in digest.context if passes(s.articles, beside)),
    )


def without(digest: Digest, told: Container[str]) -> Digest:
    """Return the digest without the stories of which an article's id is among those `told` of."""
    return _kept(digest, lambda one: () if any(a.article.id in told for a in one) else one)


def only(digest: Digest, ids: Container[str]) -> Digest:
    """Return the digest with these articles only, and the stories that they are in."""
    return _kept(digest, lambda one: tuple(a for a in one if a.article.id in ids))


def _kept(
    digest: Digest, keep: Callable[[tuple[AssessedArticle, ...]], tuple[AssessedArticle, ...]]
) -> Digest:
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


_BY_TAG = ("form", "response", "place", *POLICY_SCHEMES)


def passes(articles: Iterable[AssessedArticle], wanted: Filter) -> bool:
    """Whether the articles of one story have, of each list that is not empty, one label."""
    found = tuple(articles)
    tags = {(tag.scheme, tag.label) for assessed in found for tag in assessed.tags}
    outlets = {assessed.article.outlet.casefold() for assessed in found}
    if wanted.min_relevance and not any(
        one.judged is not None or (one.relevance or 0.0) >= wanted.min_relevance  # people are sure
        for one in found
    ):
        return False
    if wanted.outlet and outlets.isdisjoint(name.casefold() for name in wanted.outlet):
        return False
    by_tag = ((scheme, getattr(wanted, scheme)) for scheme in _BY_TAG)
    return all(
        not labels or any((scheme, label) in tags for label in labels) for scheme, labels in by_tag
    )


def stories_of(digest: Digest) -> tuple[Story, ...]:
    """Return the relevant and the borderline stories of a digest."""
    return *digest.relevant, *digest.borderline


def note_unmeasured(digest: Digest, measured: Collection[str] | None, country: str = "") -> Digest:
    """Return the digest with the countries it is about that are not among the `measured` ones.

    These are the desk's own `country`, and those where stories are placed, most stories first.
    `measured` is `None` where the model has no figures by country: then none of them can be told
    apart, which is `None` again unless there is no country to speak of.
    """
    counts: Counter[str] = Counter()
    for story in stories_of(digest):
        tags = (tag for assessed in story.articles for tag in assessed.tags)
        counts.update(
            {t.label for t in tags if t.scheme == "place" and t.role in (None, "exploitation")}
        )
    ordered = sorted(counts, key=lambda code: (code != country, -counts[code], code))
    named = [country, *ordered] if country and country not in counts else ordered
    if measured is None:
        return replace(digest, unmeasured=None if named else ())
    return replace(digest, unmeasured=tuple(code for code in named if code not in measured))
