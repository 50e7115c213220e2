"""What rules that are not in force would flag in the desk's archive."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.archive.articles_found import seen_words
from monitor.desk import BATCH
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.records.article import Article, AssessedArticle
    from monitor.records.finding import Finding
    from monitor.records.hidden_names import Shown
    from monitor.rules.compiler import Guideline
    from monitor.rules.findings import Checked

SAMPLES_KEPT = 3
"""Hits of each outlet that may be shown: the latest."""
CONTEXT = 60
"""Characters before and after a hit."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a rule would flag; the words are masked, `title` and `url` where they tell."""

    article_id: str
    url: str | None
    seen: datetime
    outlet: str
    title: str
    severity: str
    before: str
    match: str
    after: str
    message: str
    suggestions: tuple[str, ...]


@dataclass(slots=True)
class _Kept:
    """What is counted of one rule while the archive is gone through."""

    relevant: int = 0
    outlets: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    latest: dict[str, deque[tuple[Article, Finding]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=SAMPLES_KEPT))
    )


@dataclass(frozen=True, slots=True)
class RuleTrial:
    """What one rule would do: articles with a hit, those of them a digest shows, and hits.

    `answers` are those of a rule for the whole text: `present`, `absent`, `unknown`.
    """

    rule: str
    hits: int
    articles: int
    relevant: int
    outlets: tuple[tuple[str, int], ...]
    severities: tuple[tuple[str, int], ...]
    answers: tuple[tuple[str, int], ...]
    shown: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The articles that were looked at, and the `relevant` of them; the others by why not."""

    looked_at: int
    relevant: int
    with_hit: int
    not_judged: tuple[tuple[str, int], ...]
    rules: tuple[RuleTrial, ...]


def tried_rules(desk: Desk, file: Path) -> Guideline:
    """Read the rules of a file as they would be in force here.

    In the folder of a guideline they belong to that, elsewhere to the first one in force. Raises
    `UsageError` without a file, `GuidelineError` for one that cannot be used.
    """
    from monitor.rules.loading import GUIDELINE, extended_folder, load_rule_file
    from monitor.settings import cache_dir, guideline_dir

    if not file.is_file():
        raise UsageError(f"{file}: no such file")
    settings = desk.settings
    own = [guideline_dir(name, settings.home) for name in settings.check.guidelines]
    folders = [extended_folder(path) or path for path in own]
    folder = folders[0]
    if (file.parent / GUIDELINE).is_file():
        folder = extended_folder(file.parent) or file.parent
    beside = [
        path
        for path, base in zip(own, folders, strict=True)
        if path != base and base.resolve() == folder.resolve()
    ]
    return load_rule_file(file, folder, beside=beside, cache=cache_dir())


def try_rules(
    desk: Desk,
    guideline: Guideline,
    *,
    since: datetime | None = None,
    shown: int = 10,
    report: Callable[[int], None] = lambda _: None,
) -> Trial:
    """Go through the articles first seen from `since` on; nothing is stored.

    `shown` hits of each rule are kept to be looked at, from as many outlets as there are, newest
    first. `report` is told how many articles were looked at since it was told last.
    """
    from monitor.rules.checker import language_of, make_policy, run_shown
    from monitor.text.document import document_of

    policy = make_policy(guideline, (), {})
    kept = {rule.id: _Kept() for rule in guideline.rules}
    looked_at = relevant = with_hit = 0
    apart: Counter[str] = Counter()
    archive = desk.store.assessed(desk.relevance_stamps, since=since)
    while some := list(islice(archive, BATCH)):
        there: list[AssessedArticle] = []
        for one in some:
            if one.article.expired:
                apart["expired"] += 1
            elif language_of(one.article) != guideline.language:
                apart["language"] += 1
            else:
                there.append(one)
        documents = [document_of(one.article) for one in there]
        # as the desk would: what a digest shows is on topic
        is_on_topic = [_is_shown(one) for one in there].__getitem__
        found = run_shown(guideline, documents, policy, is_on_topic)
        for one, checked in zip(there, found, strict=True):
            with_hit += _count(one, checked, kept)
            relevant += _is_shown(one)
        looked_at += len(there)
        report(len(some))
    return Trial(
        looked_at,
        relevant,
        with_hit,
        tuple(apart.most_common()),
        tuple(_told(desk, rule, one, shown) for rule, one in kept.items()),
    )


def _is_shown(one: AssessedArticle) -> bool:
    return bool(one.relevant or one.borderline)


def _count(one: AssessedArticle, checked: Checked, kept: dict[str, _Kept]) -> bool:
    """Count what is said of an article; return whether anything of it would be flagged."""
    flagged: set[str] = set()
    for finding in checked.findings:
        of = kept[finding.rule]
        of.severities[finding.severity] += 1
        of.latest[one.article.outlet].append((one.article, finding))
        flagged.add(finding.rule)
    for item in checked.scorecard:
        answer = "unknown" if item.met is None else "present" if item.met else "absent"
        kept[item.item].answers[answer] += 1
    for rule in flagged:
        kept[rule].relevant += _is_shown(one)
        kept[rule].outlets[one.article.outlet] += 1
    return bool(flagged)


def _told(desk: Desk, rule: str, of: _Kept, shown: int) -> RuleTrial:
    """Return what was counted of a rule, with hits from as many outlets as there are."""
    rounds = zip_longest(*(reversed(latest) for latest in of.latest.values()))
    chosen = [one for one in chain.from_iterable(rounds) if one][:shown]
    chosen.sort(key=lambda one: one[0].seen, reverse=True)
    seen = desk.shown([article for article, _ in chosen], patient=True)
    return RuleTrial(
        rule,
        of.severities.total(),
        of.outlets.total(),
        of.relevant,
        tuple(of.outlets.most_common()),
        tuple(of.severities.items()),
        tuple(of.answers.items()),
        tuple(_hit(article, finding, seen[article.id]) for article, finding in chosen),
    )


def _hit(article: Article, finding: Finding, shown: Shown) -> Hit:
    fields = {"title": article.title, "text": article.text}
    text, start, end = fields[finding.field], finding.start, finding.end
    low, high = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    # from the beginning of a word to the end of one
    space = text.find(" ", low, start) if low else -1
    stop = text.rfind(" ", end, high) if high < len(text) else -1
    low, high = space + 1 if space >= 0 else low, stop if stop >= 0 else high
    before, match, after = (
        " ".join(seen_words(article, finding.field, place, shown).split())
        for place in ((low, start), (start, end), (end, high))
    )
    hidden = [fields[span.field][span.start : span.end] for span in shown.spans]
    said = (finding.message, *finding.suggestions)
    message, *offered = ("" if any(name in words for name in hidden) else words for words in said)
    return Hit(
        article.id,
        None if shown.link_tells else article.url,
        article.seen,
        article.outlet,
        shown.withheld or shown.title,
        finding.severity,
        before,
        match,
        after,
        message,
        tuple(filter(None, offered)),
    )
