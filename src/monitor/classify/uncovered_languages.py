"""Which articles no measured relevance model covers, said under a stamp of its own.

Each model speaks of its own language alone and says nothing of others. If each said of the rest
that it is not judged, a model added or withdrawn would leave the others' records wrong, or make the
whole archive due for all of them; so only this cheap assessor knows which languages there are.

Trafficking terms in languages that no model covers: what a person should look at.

A term is no judgement: an article that has one is still not judged. The terms, their meaning and
where each was read are data (`terms.json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.classify.cue_phrases import CueGroup, CueTable, Kind
from monitor.classify.model_stamps import TERMS_FILE, languages_stamp
from monitor.classify.word_tokens import split_words
from monitor.records.article import Article, Assessment
from monitor.records.errors import ModelError
from monitor.records.finding import FieldName, Span
from monitor.records.tag import Term
from monitor.text.language_detection import spoken_language

EVIDENCE = 3
"""Places given of one term."""
_ZERO_WIDTH = "[\u200b\u200c\u200d\u00ad]*"
_LETTERS, _WORDS = "letters", "words"
_TELLING: tuple[Kind, ...] = ("term", "purpose", "means")


@dataclass(frozen=True, slots=True)
class ListedTerm:
    """A term of the list: `pattern` in the notation of cues, `sources` where it was read."""

    term: str
    pattern: str
    meaning: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermList:
    """The terms of one language.

    `also` are languages that identification takes its texts for. `match` is `words`, or `letters`
    for a script without spaces.
    """

    language: str
    name: str
    match: str
    also: frozenset[str]
    terms: tuple[ListedTerm, ...]
    table: CueTable
    patterns: tuple[re.Pattern[str], ...]

    def find(self, title: str, text: str) -> list[Term]:
        """Return the terms that stand in an article, each with its first places."""
        search = self._letters if self.match == _LETTERS else self._words
        spans: dict[int, list[Span]] = {}
        fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("text", text))
        for field, content in fields:
            for number, start, end in search(content):
                spans.setdefault(number, []).append(Span(field, start, end))
        return [
            Term(self.terms[n].term, self.language, self.terms[n].meaning, tuple(found[:EVIDENCE]))
            for n, found in sorted(spans.items())
        ]

    def _letters(self, content: str) -> Iterator[tuple[int, int, int]]:
        for number, pattern in enumerate(self.patterns):
            for match in pattern.finditer(content):
                yield number, match.start(), match.end()

    def _words(self, content: str) -> Iterator[tuple[int, int, int]]:
        words = split_words(content)
        for cue in self.table.find(words.words):
            yield cue.group, words.starts[cue.first], words.ends[cue.last - 1]


def find_terms(
    lists: Sequence[TermList], language: str | None, title: str, text: str
) -> list[Term]:
    """Return the terms in an article of a language; where it is unknown, those of every list."""
    return [
        term
        for each in lists
        if language is None or language == each.language or language in each.also
        for term in each.find(title, text)
    ]


def cue_terms(cues: CueTable, language: str, title: str, text: str) -> list[Term]:
    """Return the phrases of an article that an unmeasured model goes by, terms first.

    One for each group of cues that says what was done, how or what for; `meaning` names it.
    """
    found: dict[int, list[tuple[str, Span]]] = {}
    fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("text", text))
    for field, content in fields:
        words = cues.split(content)
        for cue in cues.find(words.words):
            span = Span(field, words.starts[cue.first], words.ends[cue.last - 1])
            if cues.groups[cue.group].kind in _TELLING:
                found.setdefault(cue.group, []).append((content[span.start : span.end], span))
    order = sorted(found, key=lambda group: (_TELLING.index(cues.groups[group].kind), group))
    return [
        Term(
            found[group][0][0],
            language,
            cues.groups[group].name.replace("_", " "),
            tuple(span for _, span in found[group][:EVIDENCE]),
        )
        for group in order
    ]


@cache
def load_terms(path: Path = TERMS_FILE) -> tuple[TermList, ...]:
    """Read the lists; raises `ModelError` naming file and term."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        sources = raw["sources"]
        return tuple(_parse(code, each, sources, path) for code, each in raw["languages"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: {type(error).__name__}: {error}") from error


def _parse(code: str, raw: Mapping[str, Any], sources: Mapping[str, Any], path: Path) -> TermList:
    if raw["match"] not in (_LETTERS, _WORDS):
        raise ModelError(f"{path}: {code}: match is '{_LETTERS}' or '{_WORDS}'")
    terms = tuple(
        ListedTerm(t["term"], t.get("pattern", t["term"]), t["meaning"], tuple(t["sources"]))
        for t in raw["terms"]
    )
    for term in terms:
        if not term.sources or any(source not in sources for source in term.sources):
            raise ModelError(f"{path}: {code}: '{term.term}' needs sources that the file describes")
    groups = [CueGroup(term.term, "term", (term.pattern,)) for term in terms]
    letters = raw["match"] == _LETTERS
    return TermList(
        code,
        raw["name"],
        raw["match"],
        frozenset(raw.get("also", ())),
        terms,
        CueTable([] if letters else groups),
        tuple(map(_pattern, terms)) if letters else (),
    )


def _pattern(term: ListedTerm) -> re.Pattern[str]:
    """Match the letters of a term, whatever invisible marks for line breaks stand between them."""
    return re.compile(_ZERO_WIDTH.join(map(re.escape, term.pattern)))


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
    return CoverageAssessor(languages_stamp(languages, others), languages, others, load_terms())
