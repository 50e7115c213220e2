"""A guideline ready to run: word lists numbered, lexicon names filled in, patterns wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path

from monitor.guidelines.dependency import DependencyPatterns
from monitor.guidelines.linguistics import NONE, check_node, check_token
from monitor.guidelines.scan import Scanner, WordSets, key_of
from monitor.guidelines.schema import (
    Clause,
    GuidelineFile,
    Lexicon,
    Matcher,
    Paired,
    Rule,
    Slot,
    Within,
)
from monitor.guidelines.stamp import guideline_stamp
from monitor.guidelines.tokens import TokenPatterns

MAX_COMBINATIONS = 20_000
"""A sequence that makes more phrases than this is a mistake, or a token pattern."""
MAX_PHRASE = 120


class CompileError(ValueError):
    """A name or pattern in a rule (or, without `rule`, in guideline.yaml) cannot be used."""

    def __init__(self, message: str, *, rule: str = "", name: str = "") -> None:
        super().__init__(message)
        self.rule, self.name = rule, name


@dataclass(frozen=True, slots=True)
class Evidence:
    """A clause ready to be looked up: any of its word lists or patterns counts."""

    wordsets: tuple[int, ...]
    patterns: TokenPatterns | None
    person: str | None
    roles: frozenset[str]
    looks: tuple[str, ...]
    within: Within
    reach: int | None
    at_least: int

    @property
    def level(self) -> int:
        """How much analysis of the sentence this clause needs."""
        return self.patterns.level if self.patterns else NONE


@dataclass(frozen=True, slots=True)
class CompiledMatcher:
    """One way to find the breach."""

    wordset: int
    tokens: TokenPatterns | None
    dependency: DependencyPatterns | None
    source: Matcher
    replacements: Mapping[str, tuple[str, ...]]
    needs: tuple[Evidence, ...]
    unless: tuple[Evidence, ...]

    @property
    def pattern_level(self) -> int:
        """How much analysis is needed to find a match."""
        return max(part.level if part else NONE for part in (self.tokens, self.dependency))

    @property
    def clause_level(self) -> int:
        """How much analysis is needed to judge a match."""
        return max((clause.level for clause in (*self.needs, *self.unless)), default=NONE)


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A question about a whole text."""

    about: tuple[Evidence, ...]
    unless: tuple[Evidence, ...]
    met: tuple[Evidence, ...]
    broken: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its matchers; the rule's own clauses are part of each matcher's."""

    rule: Rule
    trigger: int
    matchers: tuple[CompiledMatcher, ...]
    check: CompiledCheck | None


@dataclass(frozen=True, slots=True)
class TopicSets:
    """Word lists that decide the topic."""

    strong: tuple[int, ...]
    act: tuple[int, ...]
    means: tuple[int, ...]
    purpose: tuple[int, ...]
    other: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Guideline:
    """A loaded guideline. `rules` are as written; `compiled` are the same, ready to run."""

    id: str
    version: str
    language: str
    title: str
    stamp: str
    path: Path
    about: GuidelineFile
    rules: tuple[Rule, ...]
    compiled: tuple[CompiledRule, ...]
    scanner: Scanner
    topic: TopicSets
    survivor: tuple[int, ...]
    other_speaker: tuple[int, ...]
    first_person: tuple[int, ...]
    roles: Mapping[str, tuple[int, ...]]
    pronouns: Mapping[str, tuple[int, ...]]


def compile_guideline(
    about: GuidelineFile, lexicons: Mapping[str, Lexicon], rules: Sequence[Rule], path: Path
) -> Guideline:
    """Return the guideline made of its parts; raises `CompileError`."""
    build = _Build(about, lexicons)
    compiled = tuple(build.rule(rule) for rule in rules)
    _check_siblings(about.siblings)
    topic, speakers = about.topic, about.speakers
    return Guideline(
        id=about.id,
        version=about.version,
        language=about.language,
        title=about.title,
        stamp=guideline_stamp(about.id, about.version, path),
        path=path,
        about=about,
        rules=tuple(rules),
        compiled=compiled,
        topic=TopicSets(
            *map(build.named, (topic.strong, topic.act, topic.means, topic.purpose, topic.other))
        ),
        survivor=build.named(speakers.survivor),
        other_speaker=build.named(speakers.other),
        first_person=build.named(speakers.first_person),
        roles={role: build.named(names) for role, names in about.roles.items()},
        pronouns={word: build.named(names) for word, names in about.pronouns.items()},
        scanner=Scanner(build.sets.sets),
    )


def _check_siblings(groups: Sequence[Sequence[str]]) -> None:
    for group in groups:
        if len(set(group)) < len(group):
            raise CompileError("a group of siblings names a rule twice", name=group[0])


class _Build:
    """Numbers the word lists of one guideline while its rules are compiled."""

    def __init__(self, about: GuidelineFile, lexicons: Mapping[str, Lexicon]) -> None:
        self.sets = WordSets()
        self._roles = about.roles
        self._lexicons = lexicons
        self._phrases: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str]]] = {}
        self._rule = ""

    def rule(self, rule: Rule) -> CompiledRule:
        """Compile one rule."""
        self._rule = rule.id
        needs, unless = self._clauses(rule.needs), self._clauses(rule.unless)
        matchers = tuple(self._matcher(matcher, needs, unless) for matcher in rule.match)
        trigger = self.sets.add(rule.trigger, rule.trigger_stems)
        check = None
        if rule.check:
            parts = (rule.check.about, rule.check.unless, rule.check.met, rule.check.broken)
            check = CompiledCheck(*map(self._clauses, parts))
        self._rule = ""
        return CompiledRule(rule, trigger, matchers, check)

    def named(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of named lexicons."""
        return tuple(self.sets.add(*self._expand(name)) for name in names)

    def _matcher(
        self, matcher: Matcher, needs: tuple[Evidence, ...], unless: tuple[Evidence, ...]
    ) -> CompiledMatcher:
        sequence = [matcher.sequence] if matcher.sequence else []
        phrases = [*matcher.phrases, *matcher.replace, *self._combine(sequence)]
        for token in (token for pattern in matcher.tokens for token in pattern):
            self._refuse(check_token(token))
        for node in (node for pattern in matcher.dependency for node in pattern.nodes):
            self._refuse(check_node(node))
        return CompiledMatcher(
            wordset=self.sets.add(self._sized(phrases)),
            tokens=TokenPatterns(matcher.tokens, self._single) if matcher.tokens else None,
            dependency=DependencyPatterns(matcher.dependency, self._single)
            if matcher.dependency
            else None,
            source=matcher,
            replacements={key_of(phrase): tuple(new) for phrase, new in matcher.replace.items()},
            needs=needs + self._clauses(matcher.needs),
            unless=unless + self._clauses(matcher.unless),
        )

    def _clauses(self, clauses: Sequence[Clause]) -> tuple[Evidence, ...]:
        return tuple(map(self._clause, clauses))

    def _clause(self, clause: Clause) -> Evidence:
        own = [*clause.phrases, *self._combine(clause.sequences)]
        for role in clause.is_:
            if role not in self._roles:
                raise self._error(f"'{role}' is no role of guideline.yaml", role)
        for token in (token for pattern in clause.tokens for token in pattern):
            self._refuse(check_token(token))
        return Evidence(
            wordsets=self.named(clause.lexicons)
            + ((self.sets.add(self._sized(own)),) if own else ()),
            patterns=TokenPatterns(clause.tokens, self._single) if clause.tokens else None,
            person=clause.person,
            roles=frozenset(clause.is_),
            looks=tuple(clause.headline_has),
            within=clause.within,
            reach=clause.reach,
            at_least=clause.at_least,
        )

    def _expand(
        self, name: str, path: tuple[str, ...] = ()
    ) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Return phrases, stems and exceptions of a lexicon, with those it includes."""
        if name in self._phrases:
            return self._phrases[name]
        if name not in self._lexicons:
            raise self._error(f"there is no lexicon '{name}'", name)
        if name in path:
            raise self._error(f"lexicon '{name}' includes itself", name)
        lexicon = self._lexicons[name]
        phrases = {*lexicon.words, *self._combine(lexicon.sequences, (*path, name))}
        stems, never_in = set(lexicon.stems), set(lexicon.never_in)
        for other in lexicon.include:
            more = self._expand(other, (*path, name))
            phrases |= more[0]
            stems |= more[1]
            never_in |= more[2]
        result = frozenset(self._sized(phrases)), frozenset(stems), frozenset(never_in)
        self._phrases[name] = result
        return result

    def _combine(
        self, sequences: Sequence[Sequence[Slot]], path: tuple[str, ...] = ()
    ) -> list[str]:
        """Return every phrase that slots make; a slot is a list of words or a lexicon's name."""
        made: list[str] = []
        for slots in sequences:
            lists = [
                sorted(self._expand(slot, path)[0]) if isinstance(slot, str) else slot
                for slot in slots
            ]
            if prod(map(len, lists)) > MAX_COMBINATIONS:
                raise self._error(f"a sequence makes more than {MAX_COMBINATIONS:,} phrases", "")
            made += [" ".join(filter(None, words)).replace(" ,", ",") for words in product(*lists)]
        return made

    def _single(self, name: str) -> list[str]:
        """Return the one-word entries of a lexicon, for token patterns."""
        return sorted(phrase.lower() for phrase in self._expand(name)[0] if " " not in phrase)

    def _sized(self, phrases: Iterable[str]) -> list[str]:
        sized = list(phrases)
        if any(len(phrase) > MAX_PHRASE for phrase in sized):
            raise self._error(f"a phrase is longer than {MAX_PHRASE} characters", "")
        return sized

    def _refuse(self, problem: str | None) -> None:
        if problem:
            raise self._error(problem, problem.split("'")[1])

    def _error(self, message: str, name: str) -> CompileError:
        return CompileError(message, rule=self._rule, name=name)


def number_of(match: str, plurals: frozenset[str]) -> str:
    """Return `many` if the last word looks plural, else `one`; `plurals` are irregular ones."""
    last = key_of(match).rpartition(" ")[2]
    regular = last.endswith("s") and not last.endswith(("ss", "us", "is"))
    return "many" if regular or last in plurals else "one"


def pick(suggestion: str | Paired, number: str) -> str:
    """Return a suggestion in the number wanted."""
    if isinstance(suggestion, str):
        return suggestion
    return suggestion.many if number == "many" else suggestion.one
