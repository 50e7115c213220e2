"""Compiling a guideline: word lists numbered, lexicon names filled in, patterns wrapped.

Word lists as authors write them become the phrases and chains that are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from monitor.people.persons import DetailSets, PersonEvents, PersonSets
from monitor.people.protected_persons import PersonLists
from monitor.rules.figures import Figure
from monitor.rules.guideline_heads import GuidelineHead, guideline_stamp
from monitor.rules.rule_schema import (
    Clause,
    GuidelineFile,
    Lexicon,
    Matcher,
    Rule,
    Slot,
    StatisticPart,
    Strict,
    Within,
)
from monitor.rules.spacy_patterns import (
    ENTITIES,
    NONE,
    DependencyPatterns,
    NeededWords,
    TokenPatterns,
    check_node,
    check_pattern,
)
from monitor.text.phrase_search import PhraseList, Scanner, SlotWords, WordSets, key_of

if TYPE_CHECKING:
    from monitor.rules.neural_model import Judge


@dataclass(frozen=True, slots=True)
class TopicSets:
    """Word lists that decide the topic."""

    strong: tuple[int, ...]
    weak: tuple[int, ...]
    act: tuple[int, ...]
    means: tuple[int, ...]
    purpose: tuple[int, ...]
    other: tuple[int, ...]
    elsewhere: tuple[int, ...]
    breaks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseSets:
    """Word lists of the elements of trafficking, and of a paid or hidden passage."""

    act: tuple[int, ...]
    means: tuple[int, ...]
    purpose: tuple[int, ...]
    crossing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NameSets:
    """Word lists by which names of organisations, laws and charges are told."""

    heads: tuple[int, ...]
    openings: tuple[int, ...]
    listed: tuple[int, ...]
    offences: tuple[int, ...]


Sets = TypeVar("Sets", TopicSets, CaseSets, NameSets)


class CompileError(ValueError):
    """A name or pattern in a rule (or, without `rule`, in guideline.yaml) cannot be used.

    `name` is the word in the file that is wrong.
    """

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.rule, self.name = "", name


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """A clause ready to be looked up: any of its word lists or patterns counts."""

    wordsets: tuple[int, ...] = ()
    patterns: TokenPatterns | None = None
    person: str | None = None
    referent: str | None = None
    roles: tuple[frozenset[str], ...] = ()
    """Any of these; of one, all at once."""
    details: int = 0
    """So many kinds of identifying detail must be told of the person."""
    looks: tuple[str, ...] = ()
    quoted: str | None = None
    within: Within = "sentence"
    reach: int | None = None
    at_least: int = 1
    statistic: tuple[StatisticPart, ...] = ()
    """Parts of a statistic, all of which must be there."""
    case: tuple[str, ...] = ()
    """What the facts told make: trafficking or smuggling."""
    whose: str | None = None
    """Of whom the words must be told, in one of `roles` and none of `never`."""
    never: tuple[frozenset[str], ...] = ()
    contact: bool = False
    needed: tuple[NeededWords, ...] = ()
    """The words that patterns need, any of them, in the piece of the match."""

    @property
    def level(self) -> int:
        """How much analysis of the sentence this clause needs."""
        return self.patterns.level if self.patterns else NONE

    @property
    def base(self) -> int:
        """The same before anybody knows whether entities matter."""
        return self.patterns.base if self.patterns else NONE

    @property
    def is_early(self) -> bool:
        """Whether words alone answer this clause, wherever in the sentence the match stands."""
        apart = self.person or self.referent or self.quoted or self.patterns
        return not apart and self.within not in ("match", "before", "after")


@dataclass(frozen=True, slots=True)
class CompiledMatcher:
    """One way to find the breach."""

    wordset: int
    tokens: TokenPatterns | None
    dependency: DependencyPatterns | None
    has_patterns: bool
    """Whether matches are found by these, where a trigger stands, and not by words."""
    source: Matcher
    replacements: Mapping[str, tuple[str, ...]]
    persons: tuple[frozenset[str], ...]
    """Roles of persons who are themselves the match."""
    needs: tuple[CompiledClause, ...]
    unless: tuple[CompiledClause, ...]
    level: int
    """How much analysis finding and judging a match needs."""
    base: int
    """How much of it before anybody knows whether entities matter."""
    early_needs: tuple[CompiledClause, ...] = ()
    early_unless: tuple[CompiledClause, ...] = ()
    """Clauses whose answer for an opening is known without analysis."""
    plain: CompiledMatcher | None = None
    """The same for pieces that lack the words of the patterns in its clauses."""


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A question about a whole text."""

    about: tuple[CompiledClause, ...]
    unless: tuple[CompiledClause, ...]
    met: tuple[CompiledClause, ...]
    weak: tuple[CompiledClause, ...]
    broken: tuple[CompiledClause, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its matchers; the rule's own clauses are part of each matcher's."""

    rule: Rule
    trigger: int
    matchers: tuple[CompiledMatcher, ...]
    check: CompiledCheck | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline(GuidelineHead):
    """A loaded guideline. `rules` are as written; `compiled` are the same, ready to run."""

    rules: tuple[Rule, ...]
    compiled: tuple[CompiledRule, ...]
    scanner: Scanner
    topic: TopicSets
    survivor: tuple[int, ...]
    other_speaker: tuple[int, ...]
    first_person: tuple[int, ...]
    captions: tuple[int, ...]
    persons: PersonSets
    cases: CaseSets
    names: NameSets
    figures: tuple[Figure, ...] = ()
    judge: Judge | None = None
    added: frozenset[str] = frozenset()
    """The rules that a newsroom's own folder adds to those in `path`."""

    @property
    def person_lists(self) -> PersonLists:
        """What `people_in` needs to tell who of a text needs protection."""
        return PersonLists(self.scanner.only(self.persons.wordsets), self.persons)


def compile_guideline(
    about: GuidelineFile,
    lexicons: Mapping[str, Lexicon],
    rules: Sequence[Rule],
    path: Path,
    own: Path | None = None,
) -> Guideline:
    """Return the guideline made of its parts; raises `CompileError`.

    `own` is the folder of a newsroom's own rules, if they are among them.
    """
    build = _Build(about, lexicons)
    compiled = tuple(map(build.rule, rules))
    return Guideline(
        id=about.id,
        version=about.version,
        language=about.language,
        title=about.title,
        stamp=guideline_stamp(about.id, about.version, path, own),
        path=path,
        own=own,
        about=about,
        rules=tuple(rules),
        compiled=compiled,
        topic=build.numbered(TopicSets, about.topic),
        survivor=build.named(about.speakers.survivor),
        other_speaker=build.named(about.speakers.other),
        first_person=build.named(about.speakers.first_person),
        captions=build.named(about.captions),
        persons=person_sets(about, build.named),
        cases=build.numbered(CaseSets, about.cases),
        names=build.numbered(NameSets, about.names),
        scanner=Scanner(build.sets.sets),
    )


class _Build:
    """Numbers the word lists of one guideline while its rules are compiled."""

    def __init__(self, about: GuidelineFile, lexicons: Mapping[str, Lexicon]) -> None:
        self.sets = WordSets()
        self._about = about
        self._words = Lexicons(lexicons)

    def rule(self, rule: Rule) -> CompiledRule:
        """Compile one rule; what is wrong with it is told with its id."""
        try:
            needs, unless = self._clauses(rule.needs), self._clauses(rule.unless)
            matchers = tuple(self._matcher(matcher, needs, unless) for matcher in rule.match)
            trigger = self.sets.add(PhraseList(keys(rule.trigger), keys(rule.trigger_stems)))
            check = None
            if asked := rule.check:
                parts = (asked.about, asked.unless, asked.met, asked.weak, asked.broken)
                check = CompiledCheck(*map(self._clauses, parts))
        except CompileError as error:
            error.rule = rule.id
            raise
        return CompiledRule(rule, trigger, matchers, check)

    def numbered(self, made: type[Sets], words: Strict) -> Sets:
        """Return the lists that fields of `guideline.yaml` name, under the same names."""
        return made(**{one.name: self.named(getattr(words, one.name)) for one in fields(made)})

    def named(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return the numbers of named lexicons; raises `CompileError`."""
        return tuple(self.sets.add(self._words.words(name)) for name in names)

    def _matcher(
        self,
        matcher: Matcher,
        needs: tuple[CompiledClause, ...],
        unless: tuple[CompiledClause, ...],
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
        of_rule = ((), ()) if matcher.apart else (needs, unless)
        needs = of_rule[0] + self._clauses(matcher.needs)
        unless = of_rule[1] + self._clauses(matcher.unless)
        parts = [part for part in (tokens, dependency, *needs, *unless) if part]
        made = CompiledMatcher(
            wordset=self.sets.add(phrases),
            tokens=tokens,
            dependency=dependency,
            has_patterns=bool(tokens or dependency),
            source=matcher,
            persons=self._wanted(matcher.persons),
            replacements={key_of(phrase): tuple(new) for phrase, new in matcher.replace.items()},
            needs=needs,
            unless=unless,
            level=max((part.level for part in parts), default=NONE),
            base=max((part.base for part in parts), default=NONE),
        )
        early_needs, early_unless = _early(made)
        return replace(made, early_needs=early_needs, early_unless=early_unless, plain=_plain(made))

    def _clauses(self, clauses: Sequence[Clause]) -> tuple[CompiledClause, ...]:
        return tuple(map(self._clause, clauses))

    def _wanted(self, listed: Iterable[str]) -> tuple[frozenset[str], ...]:
        roles = tuple(frozenset(names.split("+")) for names in listed)
        check_roles(self._about, sorted(frozenset().union(*roles)))
        return roles

    def _clause(self, clause: Clause) -> CompiledClause:
        own = self._words.listed(clause.phrases, clause.sequences)
        roles = self._wanted(clause.is_)
        for pattern in clause.tokens:
            _refuse(check_pattern(pattern))
        named = self._about.statistics.source if clause.statistic else clause.lexicons
        return CompiledClause(
            wordsets=self.named(named) + ((self.sets.add(own),) if any(own) else ()),
            patterns=TokenPatterns(clause.tokens, self._words.single) if clause.tokens else None,
            person=clause.person,
            referent=clause.referent,
            roles=roles,
            details=clause.details or 0,
            looks=tuple(clause.headline_has),
            quoted=clause.quoted,
            within=clause.within,
            reach=clause.reach,
            at_least=clause.at_least,
            statistic=tuple(clause.statistic),
            case=tuple(clause.case),
            whose=clause.whose,
            never=self._wanted(clause.not_),
            contact=clause.contact,
        )


def _refuse(problem: str | None) -> None:
    if problem:
        raise CompileError(problem, problem.split("'")[1])


def _plain(made: CompiledMatcher) -> CompiledMatcher | None:
    """Return a matcher without the patterns of its clauses, if that spares all analysis.

    Names that NER found count for other rules too, so it is run where it was.
    """
    if made.has_patterns or made.level in (NONE, ENTITIES):
        return None
    needs, unless = (
        tuple(replace(clause, patterns=None) for clause in clauses)
        for clauses in (made.needs, made.unless)
    )
    return replace(made, needs=needs, unless=unless, level=NONE, base=NONE)


def _early(made: CompiledMatcher) -> tuple[tuple[CompiledClause, ...], tuple[CompiledClause, ...]]:
    """Return the needs and exceptions that are tried before anything is analysed."""
    exact = not made.has_patterns and made.level < ENTITIES
    early_needs, early_unless = (
        tuple(c for c in clauses if c.is_early or (exact and not c.patterns and not c.person))
        for clauses in (made.needs, made.unless)
    )
    needed = tuple(part.needed for part in (made.tokens, made.dependency) if part)
    if needed:
        early_needs = (CompiledClause(needed=needed), *early_needs)
    return early_needs, early_unless


MAX_EXPANDED = 200
"""A sequence that makes more phrases is kept as a chain of slots."""
MAX_PHRASE = 120
"""Characters; the search for overlaps relies on phrases not being long."""


class Lexicons:
    """The named lists of a guideline; each is worked out when first asked for."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        self._lexicons = lexicons
        self._known: dict[str, PhraseList] = {}

    def words(self, name: str, path: tuple[str, ...] = ()) -> PhraseList:
        """Return a lexicon with those it includes; raises `CompileError`."""
        if name in self._known:
            return self._known[name]
        if name not in self._lexicons:
            raise CompileError(f"there is no lexicon '{name}'", name)
        if name in path:
            raise CompileError(f"lexicon '{name}' includes itself", name)
        lexicon, below = self._lexicons[name], (*path, name)
        own = self.listed(lexicon.words, lexicon.sequences, below)
        own = own._replace(stems=keys(lexicon.stems), never_in=keys(lexicon.never_in))
        parts = [own, *(self.words(other, below) for other in lexicon.include)]
        made = PhraseList(*(frozenset().union(*lists) for lists in zip(*parts, strict=True)))
        self._known[name] = made
        return made

    def listed(
        self,
        phrases: Iterable[str],
        sequences: Sequence[Sequence[Slot]] = (),
        path: tuple[str, ...] = (),
    ) -> PhraseList:
        """Return a list without a name; a slot is a list of words or a lexicon's name."""
        made, chains = set(keys(phrases)), set()
        for sequence in sequences:
            slots = [self._slot(slot, path) for slot in sequence]
            size = prod(len(slot.words.phrases) + slot.optional for slot in slots)
            plain = not any(slot.words.chains or slot.words.stems for slot in slots)
            if plain and size <= MAX_EXPANDED:
                made |= _expand(slots)
            else:
                chains.add(tuple(slots))
        return PhraseList(_sized(made), chains=frozenset(chains))

    def _slot(self, slot: Slot, path: tuple[str, ...]) -> SlotWords:
        if isinstance(slot, str):
            return SlotWords(self.words(slot, path), optional=False)
        return SlotWords(PhraseList(keys(slot)), optional="" in slot)

    def single(self, name: str) -> list[str]:
        """Return the one-word entries of a lexicon, for token patterns."""
        return sorted(phrase for phrase in self.words(name).phrases if " " not in phrase)


def _expand(slots: Sequence[SlotWords]) -> set[str]:
    """Return every phrase that slots make; a comma joins the word before it."""
    lists = [[*slot.words.phrases, *([""] if slot.optional else [])] for slot in slots]
    return {" ".join(filter(None, words)).replace(" ,", ",") for words in product(*lists)}


def keys(phrases: Iterable[str]) -> frozenset[str]:
    """Return phrases in the form in which they are looked up."""
    return _sized(set(map(key_of, phrases)))


def _sized(phrases: set[str]) -> frozenset[str]:
    if max(map(len, phrases), default=0) > MAX_PHRASE:
        raise CompileError(f"a phrase is longer than {MAX_PHRASE} characters")
    return frozenset(phrases - {""})


Named = Callable[[Iterable[str]], tuple[int, ...]]
"""Gives the numbers of named lexicons."""


def person_sets(about: GuidelineFile, named: Named) -> PersonSets:
    """Return the word lists by which persons are followed; raises `CompileError`."""
    words = about.persons
    misfits = {word: frozenset(named(names)) for word, names in about.pronouns.items() if names}
    known = frozenset().union(*misfits.values())
    check_roles(
        about,
        (name for event in words.events for name in (event.subject, event.object, event.agent)),
    )
    return PersonSets(
        roles={role: named(names) for role, names in about.roles.items()},
        assumed=frozenset(named(words.assumed)),
        ignored=named(words.no_person),
        no_name=named(words.no_name),
        done_to=named(words.participles),
        several=frozenset(named(words.several)),
        traits=known,
        implied={word: known - unfit for word, unfit in misfits.items()},
        misfits=misfits,
        adult_age=words.adult_age,
        by_age=words.by_age,
        instead={role: frozenset(others) for role, others in words.instead.items()},
        never={role: frozenset(others) for role, others in words.never.items()},
        events=tuple(
            PersonEvents(e.voice, named(e.verbs), e.subject, e.object, e.agent)
            for e in words.events
        ),
        details=tuple(
            DetailSets(name, named(kind.words), named(kind.named), named(kind.ahead), kind.alone)
            for name, kind in words.details.items()
        ),
        owners=frozenset(words.owners),
        broad=named(words.broad),
        regions=named(words.regions),
        kin=named(words.kin),
        relative=words.relative,
        protected=words.protected,
    )


def check_roles(about: GuidelineFile, names: Iterable[str | None]) -> None:
    """Raise `CompileError` for a name that is no role."""
    by_age = about.persons.by_age
    known = {*about.roles, "named", "unnamed", "one", "general", "somebody", *by_age}
    known |= {f"{by_age[0]}-then", about.persons.relative}
    for name in names:
        if name is not None and name.removeprefix("known-") not in known:
            raise CompileError(f"'{name}' is no role of guideline.yaml", name)
