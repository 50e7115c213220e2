"""Assessors: models that judge stored articles, stamped and proof against single failures.

Each relevance model speaks of its own language alone. If each said of the rest that it is not
judged, a model added or withdrawn would leave the others' records wrong; so only what
`load_coverage` makes knows which languages there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from monitor.classify import model_stamps
from monitor.classify.encoder import Memory
from monitor.classify.model_files import ModelFolder, find_model, load_folder
from monitor.classify.outlet_homes import ArticleSource
from monitor.classify.policy import load_policy
from monitor.classify.relevance import Judgement, RelevanceModel, load_relevance
from monitor.classify.tags import load_tags
from monitor.classify.uncovered_languages import cue_terms, find_terms, language_of, load_terms
from monitor.records.article import Article, Assessment, Assessor
from monitor.records.people import PeopleReader
from monitor.records.tag import FoundTerm


@dataclass(frozen=True, slots=True)
class GuardedAssessor:
    """Judges articles one by one; a failure becomes the `error` of its article.

    Of articles in other languages than `languages` it says nothing, not even that.
    """

    stamp: str
    judge: Callable[[Article], Assessment]
    languages: frozenset[str] | None = None

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order."""
        said: list[Assessment] = []
        for article in articles:
            try:
                ours = self.languages is None or language_of(article) in self.languages
                said.append(self.judge(article) if ours else Assessment(self.stamp))
            except Exception as error:  # noqa: BLE001 who fails must not stay due for ever
                said.append(Assessment(self.stamp, error=type(error).__name__))
        return said


@dataclass(frozen=True, slots=True)
class RelevanceAssessor:
    """Says how probably an article in the model's language is about trafficking.

    What the feed says of an article is read as its first paragraph: it is the newsroom's own word
    on the subject. An `experimental` model is not measured: what it would show comes with its
    phrases. `also` are languages that identification takes its own for. `load` is called once, when
    the model is needed: an English desk does not pay for the others.
    """

    stamp: str
    load: Callable[[], RelevanceModel]
    language: str
    experimental: bool = False
    also: frozenset[str] = frozenset()
    memory: Memory[Judgement] = field(default_factory=Memory)

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        """Judge each article, in order."""
        languages = self.also | {self.language}
        return GuardedAssessor(self.stamp, self._judge, languages).assess(articles)

    @property
    def model(self) -> RelevanceModel:
        """The model."""
        return self.load()

    def judge(self, article: Article) -> Judgement:
        """Judge one article, or find the judgement again."""
        text = article.text
        if article.summary and article.summary not in text:
            text = f"{article.summary}\n\n{text}"
        key = hashlib.sha256(f"{article.title}\0{text}".encode()).digest()
        return self.memory.get(key, lambda: self.model.judge(article.title, text))

    def is_shown(self, article: Article) -> bool:
        """Whether a digest shows an article, as relevant or borderline."""
        return self.judge(article).is_shown

    def _judge(self, article: Article) -> Assessment:
        judgement = self.judge(article)
        terms: list[FoundTerm] = []
        if self.experimental and judgement.is_shown:
            terms = cue_terms(self.model.cues, self.language, article.title, article.text)
        return Assessment(
            self.stamp,
            relevance=round(judgement.main, 4),
            relevant=judgement.relevant,
            borderline=judgement.borderline,
            terms=tuple(terms),
            experimental=self.experimental,
        )


def load_classifiers(models: Path, people: PeopleReader | None = None) -> tuple[Assessor, ...]:
    """Load the assessors of a models folder: relevance and tags of English, then the rest.

    The rest: relevance in other languages, policy context, and what says which articles are not
    judged. `people` reads the people of English articles for the tagger, which counts words alone
    without. Raises `ModelError` that names the file which is missing, altered or not understood.
    """
    used = model_stamps.models_in_use(models, people.stamp if people else None)
    second, reader = used.relevance_encoder, used.tags_encoder
    model = load_relevance(used.relevance, second)
    labeller = load_tags(used.tags, reader, people)
    if reader and second and model.cascade and reader.meta.files == second.meta.files:
        # one session, its weights once in memory, and what relevance has read is not read again
        shared = replace(model.cascade.encoder, memory=Memory())
        model = replace(model, cascade=replace(model.cascade, encoder=shared))
        labeller = replace(labeller, encoder=shared)
    relevance = RelevanceAssessor(used.relevance_stamp, lambda: model, used.relevance.meta.language)
    stamp = used.tags_stamp

    def tag(article: Article) -> Assessment:
        if not relevance.is_shown(article):
            return Assessment(stamp)
        source = ArticleSource(article.url, article.outlet)
        return Assessment(stamp, tags=labeller.tag(article.title, article.text, source))

    tagger = GuardedAssessor(stamp, tag, frozenset([used.tags.meta.language]))
    others: list[RelevanceAssessor] = []
    for folder in used.others:
        about = folder.meta.language, not folder.meta.measured, model_stamps.also_languages(folder)
        load = cache(partial(load_relevance, folder))
        own = model_stamps.model_stamp("relevance", [folder])
        others.append(RelevanceAssessor(own, load, *about))
    policy = [load_policy_assessor(used.policy)] if used.policy else []
    coverage = load_coverage(used.languages(measured=True), used.languages(measured=False))
    return relevance, tagger, *others, *policy, coverage


def load_policy_assessor(folder: ModelFolder) -> GuardedAssessor:
    """Return what tags institutions, instruments and the like, of any article in any language."""
    stamp, load = model_stamps.policy_stamp(folder), cache(partial(load_policy, folder))

    def tag(article: Article) -> Assessment:
        tags = load().tag(article.title, article.text, language_of(article))
        return Assessment(stamp, tags=tags)

    return GuardedAssessor(stamp, tag)


def load_coverage(covered: Iterable[str], experimental: Iterable[str] = ()) -> GuardedAssessor:
    """Return what says which articles are not judged, and their terms; raises `ModelError`.

    Of languages with a measured model (`covered`) nothing, of `experimental` ones terms alone.
    """
    languages, others, lists = frozenset(covered), frozenset(experimental), load_terms()
    stamp = model_stamps.languages_stamp(languages, others)

    def look(article: Article) -> Assessment:
        language = language_of(article)
        if language in languages:
            return Assessment(stamp)
        terms = tuple(find_terms(lists, language, article.title, article.text))
        reason = None if language in others else "language"
        return Assessment(stamp, not_judged=reason, terms=terms)

    return GuardedAssessor(stamp, look)


def relevance_of(assessors: Sequence[Assessor], language: str) -> RelevanceAssessor | None:
    """Return the relevance model of a language among `assessors`, if there is one."""
    models = (each for each in assessors if isinstance(each, RelevanceAssessor))
    return next((model for model in models if model.language == language), None)


def load_shown(models: Path, language: str) -> Callable[[str, str], bool]:
    """Return whether a text would be shown, by title and text; nothing of it is kept.

    By the relevance model of that language alone, which loads fast; without one, nothing is shown.
    """
    name = model_stamps.relevance_name(language)
    if not (models / name).is_dir():
        return lambda _title, _text: False
    model = load_relevance(load_folder(find_model(models, name)))
    return lambda title, text: model.judge(title, text).is_shown
