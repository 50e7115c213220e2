"""The guideline as an assessor of stored articles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from monitor.guidelines.checked import Checked
from monitor.guidelines.compiled import Guideline
from monitor.guidelines.engine import make_policy, run_policy
from monitor.text.document import document_of
from monitor.text.language import identify_language
from monitor.types import Article, Assessment, Severity


class GuidelineAssessor:
    """Judges articles in the guideline's language; others are not judged."""

    def __init__(
        self,
        guideline: Guideline,
        *,
        disable: Sequence[str] = (),
        severity: Mapping[str, Severity] | None = None,
    ) -> None:
        """Raise `UsageError` for a rule id in `disable` or `severity` that does not exist."""
        self._guideline = guideline
        self._policy = make_policy(guideline, disable, severity or {})
        self._stamp = _with_settings(guideline.stamp, disable, severity or {})

    @property
    def stamp(self) -> str:
        """The guideline's stamp, and what the settings change in it."""
        return self._stamp

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order; one that fails is an `error`."""
        spoken = {
            number: article
            for number, article in enumerate(articles)
            if self._language(article) == self._guideline.language
        }
        checked = dict(zip(spoken, self._check(list(spoken.values())), strict=True))
        return [
            checked.get(number, Assessment(self._stamp, not_judged="language"))
            for number in range(len(articles))
        ]

    def _language(self, article: Article) -> str | None:
        language = article.language or identify_language(f"{article.title}\n{article.text}")
        return language.partition("-")[0].lower() if language else None

    def _check(self, articles: Sequence[Article]) -> list[Assessment]:
        """Check all together; only if that fails, one by one, to find the one that fails."""
        documents = [document_of(article) for article in articles]
        try:
            return [
                self._assessment(checked)
                for checked in run_policy(self._guideline, documents, self._policy)
            ]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            if len(articles) == 1:
                return [Assessment(self._stamp, error=f"{type(error).__name__} in check")]
            return [one for article in articles for one in self._check([article])]

    def _assessment(self, checked: Checked) -> Assessment:
        return Assessment(self._stamp, findings=checked.findings, scorecard=checked.scorecard)


def _with_settings(stamp: str, disable: Sequence[str], severity: Mapping[str, Severity]) -> str:
    """Return the stamp with a mark of the settings, so that changed settings make work due."""
    if not disable and not severity:
        return stamp
    settings = ",".join([*sorted(disable), *(f"{k}={severity[k]}" for k in sorted(severity))])
    return f"{stamp}.{hashlib.sha256(settings.encode()).hexdigest()[:6]}"
