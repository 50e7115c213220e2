"""Compiling a guideline: word lists numbered, lexicon names filled in, patterns wrapped.

Word lists as authors write them become the phrases and chains that are looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from monitor.people.people_table import PersonLists
from monitor.people.persons import DetailSets, PersonEvents, PersonSets
from monitor.rules.figures import Figure
from monitor.rules.rule_schema import (
    Clause,
    GuidelineFile,
    GuidelineHead,
    Lexicon,
    Matcher,
    Rule,
    Slot,
    Strict,
)
from monitor.rules.spacy_patterns import (
    ENTITIES,
    NONE,
    CompileError,
    DependencyPatterns,
    TokenPatterns,
)
from monitor.text.phrase_search import PhraseList, Scanner, SlotWords, WordSets, key_of

if TYPE_CHECKING:
    from monitor.rules.neural_model import Judge
    from monitor.rules.people_roles import RolesWhenAsked

WordLists = Mapping[str, tuple[int, ...]]
"""Numbers of word lists, by the field of `guideline.yaml` that names them."""
MAX_EXPANDED = 200
"""A sequence that makes more phrases is kept as a chain of slots."""
MAX_PHRASE = 120
"""Characters; the search for overlaps relies on phrases not being long."""


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """A clause ready to be looked up: any of its word lists or patterns counts.

    Of `roles`, which are wanted, and `never`, which are not, any counts: of one, all at once.
    """

    asked: Clause
    wordsets: tuple[int, ...]
    patterns: TokenPatterns | None
    roles: tuple[frozenset[str], ...]
    never: tuple[frozenset[str], ...]

    def is_early(self, *, exact: bool) -> bool:
        """Whether words alone answer it, before the text is parsed.

        `exact`: where the match stands is known. Else the answer must not depend on that.
        """
        if self.patterns or self.asked.person:
            return False
        apart = self.asked.referent or self.asked.quoted
        return exact or (not apart and self.asked.within not in ("match", "before", "after"))


@dataclass(frozen=True, slots=True)
class CompiledMatcher:
    """One way to find the breach: by `patterns` where a trigger stands, or else by words."""

    source: Matcher
    wordset: int
    patterns: tuple[TokenPatterns | DependencyPatterns, ...]
    replacements: Mapping[str, tuple[str, ...]]
    needs: tuple[CompiledClause, ...]
    unless: tuple[CompiledClause, ...]
    level: int
    """How much analysis finding and judging a match needs."""
    base: int
    """How much of it before anybody knows whether entities matter."""
    early_needs: tuple[CompiledClause, ...]
    early_unless: tuple[CompiledClause, ...]
    """Clauses whose answer for an opening is known without analysis."""
    plain: CompiledMatcher | None = None
    """The same for pieces that lack the words of the patterns in its clauses."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its matchers, which have the rule's own clauses too.

    `check` are the clauses of a question about a whole text, by their field of `DocumentCheck`.
    """

    rule: Rule
    trigger: int
    matchers: tuple[CompiledMatcher, ...]
    check: Mapping[str, tuple[CompiledClause, ...]]

    @property
    def on_people(self) -> bool:
        """Whether it finds people of the people table."""
        return any(matcher.source.people for matcher in self.matchers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline(GuidelineHead):
    """A loaded guideline. `rules` are as written; `compiled` are the same, ready to run."""

    rules: tuple[Rule, ...]
    compiled: tuple[CompiledRule, ...]
    scanner: Scanner
    topic: WordLists
    voices: WordLists
    """The words that give a speaker a role, by role."""
    captions: tuple[int, ...]
    persons: PersonSets
    cases: WordLists
    names: WordLists
    figures: tuple[Figure, ...] = ()
    judge: Judge | None = None
    roles: RolesWhenAsked | None = None
    added: frozenset[str] = frozenset()
    """The rules that a newsroom's own folder adds to those in `path`."""

    @property
    def person_lists(self) -> PersonLists:
        """What `read_people` needs."""
        return PersonLists(self.scanner.only(self.persons.wordsets), self.persons, self.roles)


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
        own = own._replace(stems=_keys(lexicon.stems), never_in=_keys(lexicon.never_in))
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
        made, chains = set(_keys(phrases)), set()
        for sequence in sequences:
            slots = [
                SlotWords(self.words(slot, path), optional=False)
                if isinstance(slot, str)
                else SlotWords(PhraseList(_keys(slot)), optional="" in slot)
                for slot in sequence
            ]
            size = prod(len(slot.words.phrases) + slot.optional for slot in slots)
            plain = not any(slot.words.chains or slot.words.stems for slot in slots)
            if plain and size <= MAX_EXPANDED:
                lists = [[*slot.words.phrases, *([""] if slot.optional else [])] for slot in slots]
                several = (" ".join(filter(None, words)) for words in product(*lists))
                made.update(words.replace(" ,", ",") for words in several)
            else:
                chains.add(tuple(slots))
        return PhraseList(_sized(made), chains=frozenset(chains))

    def single(self, name: str) -> list[str]:
        """Return the one-word entries of a lexicon, for token patterns."""
        return sorted(phrase for phrase in self.words(name).phrases if " " not in phrase)


def _keys(phrases: Iterable[str]) -> frozenset[str]:
    """Return phrases in the form in which they are looked up."""
    return _sized(set(map(key_of, phrases)))


def _sized(phrases: set[str]) -> frozenset[str]:
    if max(map(len, phrases), default=0) > MAX_PHRASE:
        raise CompileError(f"a phrase is longer than {MAX_PHRASE} characters")
    return frozenset(phrases - {""})


class GuidelineCompiler(Lexicons):
    """Numbers the word lists of one guideline while its rules are compiled."""

    def __init__(self, about: GuidelineFile, lexicons: Mapping[str, Lexicon]) -> None:
        super().__init__(lexicons)
        self._sets = WordSets()
        self._about = about

    def _named(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._sets.add(self.words(name)) for name in names)

    def _lists(self, table: Strict) -> WordLists:
        """Return the lists that the fields of a table name, by these fields."""
        return {name: self._named(names) for name, names in table if isinstance(names, list)}

    def guideline(self, rules: Sequence[Rule], **more: Any) -> Guideline:
        """Return the guideline made of `rules` and the other fields; raises `CompileError`."""
        about = self._about
        return Guideline(
            **more,
            rules=tuple(rules),
            compiled=tuple(map(self._rule, rules)),
            topic=self._lists(about.topic),
            voices={role: self._named(names) for role, names in about.speakers.roles.items()},
            captions=self._named(about.captions),
            persons=self._persons(),
            cases=self._lists(about.cases),
            names=self._lists(about.names),
            scanner=Scanner(self._sets.sets),
        )

    def _rule(self, rule: Rule) -> CompiledRule:
        """Compile one rule; what is wrong with it is told with its id."""
        try:
            needs, unless = self._clauses(rule.needs), self._clauses(rule.unless)
            matchers = tuple(self._matcher(matcher, needs, unless) for matcher in rule.match)
            trigger = self._sets.add(PhraseList(_keys(rule.trigger), _keys(rule.trigger_stems)))
            parts = ("about", "unless", "met", "weak", "broken", "doubt") if rule.check else ()
            check = {part: self._clauses(getattr(rule.check, part)) for part in parts}
        except CompileError as error:
            error.rule = rule.id
            raise
        return CompiledRule(rule, trigger, matchers, check)

    def _matcher(
        self,
        matcher: Matcher,
        needs: tuple[CompiledClause, ...],
        unless: tuple[CompiledClause, ...],
    ) -> CompiledMatcher:
        sequence = [matcher.sequence] if matcher.sequence else []
        phrases = self.listed([*matcher.phrases, *matcher.replace], sequence)
        patterns: list[TokenPatterns | DependencyPatterns] = []
        if matcher.tokens:
            patterns.append(TokenPatterns(matcher.tokens, self.single))
        if matcher.dependency:
            patterns.append(DependencyPatterns(matcher.dependency, self.single))
        both = [
            (() if matcher.apart else of_rule) + self._clauses(own)
            for of_rule, own in ((needs, matcher.needs), (unless, matcher.unless))
        ]
        used = [*patterns, *(c.patterns for clauses in both for c in clauses if c.patterns)]
        level = max((each.level for each in used), default=NONE)
        exact = not patterns and level < ENTITIES
        early = [tuple(c for c in clauses if c.is_early(exact=exact)) for clauses in both]
        made = CompiledMatcher(
            source=matcher,
            wordset=self._sets.add(phrases),
            patterns=tuple(patterns),
            replacements={key_of(phrase): tuple(new) for phrase, new in matcher.replace.items()},
            needs=both[0],
            unless=both[1],
            level=level,
            base=max((each.base for each in used), default=NONE),
            early_needs=early[0],
            early_unless=early[1],
        )
        # names that NER found count for other rules too, so it is run where it was
        if patterns or level in (NONE, ENTITIES):
            return made
        needs, unless = (tuple(replace(c, patterns=None) for c in clauses) for clauses in both)
        plain = replace(made, needs=needs, unless=unless, level=NONE, base=NONE)
        return replace(made, plain=plain)

    def _clauses(self, clauses: Sequence[Clause]) -> tuple[CompiledClause, ...]:
        made = []
        for clause in clauses:
            words = self.listed(clause.phrases, clause.sequences)
            roles = self._roles(clause.is_)
            tokens = TokenPatterns(clause.tokens, self.single) if clause.tokens else None
            named = self._about.statistics.source if clause.statistic else clause.lexicons
            numbers = self._named(named) + ((self._sets.add(words),) if any(words) else ())
            made.append(CompiledClause(clause, numbers, tokens, roles, self._roles(clause.not_)))
        return tuple(made)

    def _roles(self, listed: Iterable[str]) -> tuple[frozenset[str], ...]:
        roles = tuple(frozenset(names.split("+")) for names in listed)
        self._check_roles(sorted(frozenset().union(*roles)))
        return roles

    def _check_roles(self, names: Iterable[str | None]) -> None:
        """Raise `CompileError` for a name that is no role."""
        by_age, relative = self._about.persons.by_age, self._about.persons.relative
        known = {*self._about.roles, *by_age, f"{by_age[0]}-then", relative}
        known |= {"named", "unnamed", "one", "general", "somebody"}
        known |= {"described", "unknown", "paper", *self._about.speakers.roles}
        for name in names:
            if name is not None and name.removeprefix("known-") not in known:
                raise CompileError(f"'{name}' is no role of guideline.yaml", name)

    def _persons(self) -> PersonSets:
        """Return the word lists by which persons are followed; raises `CompileError`."""
        about, words, named = self._about, self._about.persons, self._named
        misfits = {word: frozenset(named(names)) for word, names in about.pronouns.items() if names}
        known = frozenset().union(*misfits.values())
        self._check_roles(name for e in words.events for name in (e.subject, e.object, e.agent))
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
                DetailSets(key, named(each.words), named(each.named), named(each.ahead), each.alone)
                for key, each in words.details.items()
            ),
            owners=frozenset(words.owners),
            broad=named(words.broad),
            regions=named(words.regions),
            kin=named(words.kin),
            relative=words.relative,
            protected=words.protected,
        )
