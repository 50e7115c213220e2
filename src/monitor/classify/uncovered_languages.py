"""Languages that no model covers: trafficking terms in them, which a person should look at.

A term is no judgement: an article that has one is still not judged. The terms, their meaning and
where each was read are data (`terms.json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.classify.cue_phrases import CueGroup, CueTable
from monitor.classify.features import read_article
from monitor.classify.model_stamps import TERMS_FILE
from monitor.classify.word_tokens import split_words
from monitor.records.article import Article
from monitor.records.errors import ModelError
from monitor.records.finding import FieldName, Span
from monitor.records.tag import FoundTerm
from monitor.text.language_detection import spoken_language

EVIDENCE = 3
"""Places given of one term."""
_TELLING = ("term", "purpose", "means")


@dataclass(frozen=True, slots=True)
class TermList:
    """The terms of one language, and of those identification takes it for; by words or letters.

    `terms` are words, their pattern in the notation of cues, and meaning; `table` or `patterns`
    find them, by their number.
    """

    language: str
    name: str
    match: str
    also: frozenset[str]
    terms: tuple[tuple[str, str, str], ...]
    table: CueTable
    patterns: tuple[re.Pattern[str], ...]

    def find(self, title: str, text: str) -> list[FoundTerm]:
        """Return the terms that stand in an article, each with its first places."""
        spans: dict[int, list[Span]] = {}
        fields: tuple[tuple[FieldName, str], ...] = (("title", title), ("text", text))
        for field, content in fields:
            for number, pattern in enumerate(self.patterns):
                places = [Span(field, *match.span()) for match in pattern.finditer(content)]
                spans.setdefault(number, []).extend(places)
            words = split_words(content if self.match == "words" else "")
            for cue in self.table.find(words.words):
                place = Span(field, words.starts[cue.first], words.ends[cue.last - 1])
                spans.setdefault(cue.group, []).append(place)
        return [
            FoundTerm(term, self.language, meaning, tuple(spans[number][:EVIDENCE]))
            for number, (term, _, meaning) in enumerate(self.terms)
            if spans.get(number)
        ]


def find_terms(
    lists: Sequence[TermList], language: str | None, title: str, text: str
) -> list[FoundTerm]:
    """Return the terms in an article of a language; where it is unknown, those of every list."""
    return [
        term
        for each in lists
        if language is None or language == each.language or language in each.also
        for term in each.find(title, text)
    ]


def cue_terms(cues: CueTable, language: str, title: str, text: str) -> list[FoundTerm]:
    """Return the phrases that an unmeasured model goes by, terms first, one for each group."""
    found: dict[int, list[tuple[str, Span]]] = {}
    reading = read_article(title, text, cues)
    for field, words, told in reading.fields():
        for cue in told:
            if cues.groups[cue.group].kind in _TELLING:
                at = cue.first, cue.last
                place = words.written(*at), reading.span(field, *at)
                found.setdefault(cue.group, []).append(place)
    terms: list[FoundTerm] = []
    for group in sorted(found, key=lambda group: (_TELLING.index(cues.groups[group].kind), group)):
        meaning = cues.groups[group].name.replace("_", " ")
        spans = tuple(span for _, span in found[group][:EVIDENCE])
        terms.append(FoundTerm(found[group][0][0], language, meaning, spans))
    return terms


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
    if raw["match"] not in ("letters", "words"):
        raise ModelError(f"{path}: {code}: match is 'letters' or 'words'")
    for each in raw["terms"]:
        if not each["sources"] or any(source not in sources for source in each["sources"]):
            term = each["term"]
            raise ModelError(f"{path}: {code}: '{term}' needs sources that the file describes")
    terms = tuple((t["term"], t.get("pattern", t["term"]), t["meaning"]) for t in raw["terms"])
    by_words = raw["match"] == "words"
    table = CueTable([CueGroup(name, "term", (cue,)) for name, cue, _ in terms if by_words])
    # the letters of a term, whatever invisible marks for line breaks stand between them
    marks = "[\u200b\u200c\u200d\u00ad]*"
    spaced = [marks.join(map(re.escape, cue)) for _, cue, _ in terms if not by_words]
    also, patterns = frozenset(raw.get("also", ())), tuple(map(re.compile, spaced))
    return TermList(code, raw["name"], raw["match"], also, terms, table, patterns)


def language_of(article: Article) -> str | None:
    """Return the language an article is judged in; `None` if it is long and cannot be told."""
    # a headline too short to tell its language is taken for English
    return spoken_language(article.language, f"{article.title}\n{article.text}", "en")
