"""The guideline as an assessor of stored articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from monitor.records.article import Article, Assessment
from monitor.records.finding import Severity
from monitor.records.stamps import marked
from monitor.rules.checker import make_policy, run_policy, run_shown
from monitor.rules.compiler import Guideline
from monitor.text.document import document_of
from monitor.text.language_detection import identify_language


class Relevance(Protocol):
    """The model that says which articles a digest shows."""

    @property
    def stamp(self) -> str:
        """Its name, version and hash."""
        ...

    def is_shown(self, article: Article) -> bool:
        """Whether a digest shows the article, as relevant or borderline."""
        ...


class GuidelineAssessor:
    """Judges articles in the guideline's language; others are not judged.

    What is shown by `relevance` is on topic, whatever its words tell. A judgement then hangs on
    that model too, and so does the stamp.
    """

    def __init__(
        self,
        guideline: Guideline,
        *,
        disable: Sequence[str] = (),
        severity: Mapping[str, Severity] | None = None,
        relevance: Relevance | None = None,
    ) -> None:
        """Raise `UsageError` for a rule id in `disable` or `severity` that does not exist."""
        self._guideline = guideline
        self._policy = make_policy(guideline, disable, severity or {})
        self._relevance = relevance
        model = [relevance.stamp] if relevance else []
        levels = severity or {}
        settings = [*sorted(disable), *(f"{rule}={levels[rule]}" for rule in sorted(levels))]
        self._stamp = marked(guideline.stamp, *model, *settings)

    @property
    def stamp(self) -> str:
        """The guideline's stamp, with a mark of the relevance model and of the settings."""
        return self._stamp

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one that fails is an `error`."""
        spoken = {
            number: article
            for number, article in enumerate(articles)
            if language_of(article) == self._guideline.language
        }
        checked = dict(zip(spoken, self._check(list(spoken.values())), strict=True))
        return [
            checked.get(number, Assessment(self._stamp, not_judged="language"))
            for number in range(len(articles))
        ]

    def _check(self, articles: Sequence[Article]) -> list[Assessment]:
        """Check all together; only if that fails, one by one, to find the one that fails."""
        documents = [document_of(article) for article in articles]
        relevance = self._relevance
        try:
            if relevance is None:
                told = run_policy(self._guideline, documents, self._policy)
            else:
                told = run_shown(
                    self._guideline,
                    documents,
                    self._policy,
                    lambda number: relevance.is_shown(articles[number]),
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            if len(articles) == 1:
                return [Assessment(self._stamp, error=f"{type(error).__name__} in check")]
            return [one for article in articles for one in self._check([article])]
        return [
            Assessment(self._stamp, findings=checked.findings, scorecard=checked.scorecard)
            for checked in told
        ]


def language_of(article: Article) -> str | None:
    """Return the primary code of an article's language, as declared or as it reads."""
    language = article.language or identify_language(f"{article.title}\n{article.text}")
    return language.partition("-")[0].lower() if language else None
