"""A guideline ready to run: word lists numbered, lexicon names filled in, patterns wrapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.guidelines.dependency import DependencyPatterns
from monitor.guidelines.lexicons import LexiconError, Lexicons, keys
from monitor.guidelines.linguistics import NONE, check_node, check_pattern
from monitor.guidelines.scan import Scanner, Words, WordSets, key_of
from monitor.guidelines.schema import (
    Clause,
    GuidelineFile,
    Lexicon,
    Matcher,
    Paired,
    Rule,
    Within,
)
from monitor.guidelines.stamp import guideline_stamp
from monitor.guidelines.tokens import TokenPatterns


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
    quoted: str | None
    within: Within
    reach: int | None
    at_least: int

    @property
    def level(self) -> int:
        """How much analysis of the sentence this clause needs."""
        return self.patterns.level if self.patterns else NONE

    @property
    def is_early(self) -> bool:
        """Whether words alone answer this clause, wherever in the sentence the match stands."""
        apart = self.person or self.quoted or self.patterns
        return not apart and self.within not in ("match", "before", "after")


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
    level: int
    """How much analysis finding and judging a match needs."""
    early_needs: tuple[Evidence, ...]
    early_unless: tuple[Evidence, ...]
    """Clauses that any place in the sentence answers alike, without analysis."""

    @property
    def has_patterns(self) -> bool:
        """Whether matches are found by patterns, where a trigger stands, and not by words."""
        return self.tokens is not None or self.dependency is not None


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
    weak: tuple[int, ...]
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
    captions: tuple[int, ...]
    roles: Mapping[str, tuple[int, ...]]
    pronouns: Mapping[str, tuple[int, ...]]


def compile_guideline(
    about: GuidelineFile, lexicons: Mapping[str, Lexicon], rules: Sequence[Rule], path: Path
) -> Guideline:
    """Return the guideline made of its parts; raises `CompileError`."""
    build = _Build(about, lexicons)
    compiled = tuple(build.rule(rule) for rule in rules)
    try:
        return _guideline(build, about, rules, compiled, path)
    except LexiconError as error:
        raise CompileError(str(error), name=error.name) from error


def _guideline(
    build: _Build,
    about: GuidelineFile,
    rules: Sequence[Rule],
    compiled: tuple[CompiledRule, ...],
    path: Path,
) -> Guideline:
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
            strong=build.named(topic.strong),
            weak=build.named(topic.weak),
            act=build.named(topic.act),
            means=build.named(topic.means),
            purpose=build.named(topic.purpose),
            other=build.named(topic.other),
        ),
        survivor=build.named(speakers.survivor),
        other_speaker=build.named(speakers.other),
        first_person=build.named(speakers.first_person),
        captions=build.named(about.captions),
        roles={role: build.named(names) for role, names in about.roles.items()},
        pronouns={word: build.named(names) for word, names in about.pronouns.items()},
        scanner=Scanner(build.sets.sets),
    )


class _Build:
    """Numbers the word lists of one guideline while its rules are compiled."""

    def __init__(self, about: GuidelineFile, lexicons: Mapping[str, Lexicon]) -> None:
        self.sets = WordSets()
        self._roles = about.roles
        self._words = Lexicons(lexicons)

    def rule(self, rule: Rule) -> CompiledRule:
        """Compile one rule; what is wrong with it is told with its id."""
        try:
            return self._compile(rule)
        except LexiconError as error:
            raise CompileError(str(error), rule=rule.id, name=error.name) from error

    def _compile(self, rule: Rule) -> CompiledRule:
        needs, unless = self._clauses(rule.needs), self._clauses(rule.unless)
        matchers = tuple(self._matcher(matcher, needs, unless) for matcher in rule.match)
        trigger = self.sets.add(Words(keys(rule.trigger), keys(rule.trigger_stems)))
        check = None
        if rule.check:
            parts = (rule.check.about, rule.check.unless, rule.check.met, rule.check.broken)
            check = CompiledCheck(*map(self._clauses, parts))
        return CompiledRule(rule, trigger, matchers, check)

    def named(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of named lexicons; raises `LexiconError`."""
        return tuple(self.sets.add(self._words.words(name)) for name in names)

    def _matcher(
        self, matcher: Matcher, needs: tuple[Evidence, ...], unless: tuple[Evidence, ...]
    ) -> CompiledMatcher:
        sequence = [matcher.sequence] if matcher.sequence else []
        phrases = self._words.listed([*matcher.phrases, *matcher.replace], sequence)
        for pattern in matcher.tokens:
            _refuse(check_pattern(pattern))
        for node in (node for pattern in matcher.dependency for node in pattern.nodes):
            _refuse(check_node(node))
        tokens = TokenPatterns(matcher.tokens, self._words.single) if matcher.tokens else None
        nodes = matcher.dependency
        dependency = DependencyPatterns(nodes, self._words.single) if nodes else None
        needs += self._clauses(matcher.needs)
        unless += self._clauses(matcher.unless)
        levels = [part.level for part in (tokens, dependency, *needs, *unless) if part]
        return CompiledMatcher(
            wordset=self.sets.add(phrases),
            tokens=tokens,
            dependency=dependency,
            source=matcher,
            replacements={key_of(phrase): tuple(new) for phrase, new in matcher.replace.items()},
            needs=needs,
            unless=unless,
            level=max(levels, default=NONE),
            early_needs=tuple(clause for clause in needs if clause.is_early),
            early_unless=tuple(clause for clause in unless if clause.is_early),
        )

    def _clauses(self, clauses: Sequence[Clause]) -> tuple[Evidence, ...]:
        return tuple(map(self._clause, clauses))

    def _clause(self, clause: Clause) -> Evidence:
        own = self._words.listed(clause.phrases, clause.sequences)
        for role in clause.is_:
            if role not in self._roles:
                raise LexiconError(f"'{role}' is no role of guideline.yaml", role)
        for pattern in clause.tokens:
            _refuse(check_pattern(pattern))
        return Evidence(
            wordsets=self.named(clause.lexicons) + ((self.sets.add(own),) if any(own) else ()),
            patterns=TokenPatterns(clause.tokens, self._words.single) if clause.tokens else None,
            person=clause.person,
            roles=frozenset(clause.is_),
            looks=tuple(clause.headline_has),
            quoted=clause.quoted,
            within=clause.within,
            reach=clause.reach,
            at_least=clause.at_least,
        )


def _refuse(problem: str | None) -> None:
    if problem:
        raise LexiconError(problem, problem.split("'")[1])


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
