"""The rule file format: what a rule author may write, and nothing else.

These models are the format; `guidelines/rule.schema.json` is generated from them for editors.
Unknown fields are refused: a misspelt `unles:` that is silently ignored is a rule that flags what
it should not. `guidelines/README.md` explains each field to authors. `guideline.yaml` says what a
guideline is, and what holds for all its rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor.people.identifiability import KnownBy
from monitor.records.finding import Severity

Kind = Literal["phrase", "tokens", "dependency", "context", "document"]
Gate = Literal["none", "topic", "referent", "document", "abuse"]
QuotePolicy = Literal["flag", "soften", "skip"]
"""What a rule does in what a speaker says; `soften` is withdrawn and does what `skip` does."""
RuleScope = Literal["any", "headline", "body", "caption", "document"]
Principle = Literal[
    "accuracy",
    "accountability",
    "child-protection",
    "do-no-harm",
    "humanity",
    "impartiality",
    "independence",
    "privacy-consent",
    "terminology",
]
WholeText = Literal["headline", "caption", "body", "document"]
InSentence = Literal["match", "before", "after", "sentence"]
Within = Literal[InSentence, "near", "around", "paragraph", WholeText]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Referent = Literal["before", "after", "near", "subject", "match", "anyone"]
Whose = Literal["before", "after", "near", "subject", "voice"]
RoleNames = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\+[a-z][a-z0-9-]*)*$")]
Slot = Name | list[str]
StatisticPart = Literal["amount", "count", "share", "money", "year", "base", "source"]
Concern = Literal[
    "child-victim",
    "child-defendant",
    "child-witness",
    "child-consent",
    "sexual-offence-victim",
    "trafficking-victim",
]
"""Whom, or what, a law of `countries/` is about."""
Token = dict[str, Any]


def _iso_date(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"'{value}' is no date like 2026-11-25")
    date.fromisoformat(value)
    return value


IsoDate = Annotated[str, AfterValidator(_iso_date)]
"""A quoted date: unquoted, YAML would make it something that JSON cannot carry."""


class Strict(BaseModel):
    """A table in which every field is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceEntry(Strict):
    """A document the rule rests on, and whether it states the rule or supports it."""

    title: Text
    section: Text
    url: Annotated[str, Field(pattern=r"^https?://")]
    role: Literal["states", "supports"]


class Paired(Strict):
    """A replacement that agrees in number with what it replaces."""

    one: Text
    many: Text


class Lexicon(Strict):
    """A named list of words that rules use as evidence; see README, "Lists of words"."""

    about: Text
    words: list[Text] = Field(default_factory=list)
    stems: list[Text] = Field(default_factory=list)
    sequences: list[Annotated[list[Slot], Field(min_length=1)]] = Field(default_factory=list)
    include: list[Name] = Field(default_factory=list)
    never_in: list[Text] = Field(default_factory=list, alias="except")


class Clause(Strict):
    """One piece of evidence: holds if at least `at_least` of what it lists is found `within`."""

    lexicons: list[Name] = Field(default_factory=list)
    phrases: list[Text] = Field(default_factory=list)
    sequences: list[Annotated[list[Slot], Field(min_length=1)]] = Field(default_factory=list)
    tokens: list[Annotated[list[Token], Field(min_length=1)]] = Field(default_factory=list)
    person: Name | None = None
    referent: Referent | None = None
    whose: Whose | None = None
    is_: list[RoleNames] = Field(default_factory=list, alias="is")
    not_: list[RoleNames] = Field(default_factory=list, alias="not")
    contact: bool = False
    law: bool = False
    headline_has: list[Literal["exclamation", "capitals", "question", "emphasis"]] = Field(
        default_factory=list
    )
    quoted: Literal["attributed", "scare"] | None = None
    statistic: list[StatisticPart] = Field(default_factory=list)
    case: list[Literal["trafficking", "smuggling"]] = Field(default_factory=list)
    within: Within = "sentence"
    reach: Annotated[int, Field(gt=0)] | None = None
    at_least: Annotated[int, Field(gt=0)] = 1

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        listed = any((self.lexicons, self.phrases, self.sequences, self.tokens, self.headline_has))
        alone = [x is not None for x in (self.person, self.referent, self.quoted)]
        alone += [bool(self.statistic), bool(self.case), self.contact, self.law]
        if not listed and not any(alone) and self.whose != "voice":
            raise ValueError(
                "a clause needs lexicons, phrases, sequences, tokens, person, referent, quoted, "
                "statistic, case, contact, law or whose: voice"
            )
        if self.whose is not None:
            return self._of_somebody(listed, any(alone))
        if (self.person is None and self.referent is None) != (not self.is_):
            raise ValueError("'person' or 'referent' and 'is' go together")
        if self.not_:
            raise ValueError("'not' goes with 'whose'")
        if sum(alone) + (listed and self.referent != "anyone") > 1:
            raise ValueError(
                "'person', 'referent', 'quoted', 'statistic', 'case' stand in clauses of their own"
            )
        if self.reach is not None and self.within not in ("before", "after"):
            raise ValueError("'reach' counts words before or after the match only")
        if self.tokens and self.within not in get_args(InSentence):
            raise ValueError("'tokens' look at the sentence of the match only")
        return self

    def _of_somebody(self, listed: bool, apart: bool) -> Self:
        """Refuse a `whose` that says nothing of anybody."""
        if apart:
            raise ValueError("'whose' goes with words, 'is' and 'not' only")
        if not self.is_ and not (self.not_ or (listed and self.whose == "voice")):
            raise ValueError("'whose' needs 'is' or 'not'")
        return self


class DependencyPattern(Strict):
    """spaCy DependencyMatcher nodes, and which of them make the finding's span."""

    nodes: Annotated[list[Token], Field(min_length=2)]
    mark: Annotated[list[Text], Field(min_length=1)]

    @model_validator(mode="after")
    def _marks_exist(self) -> Self:
        names = {node.get("RIGHT_ID") for node in self.nodes}
        if wrong := [name for name in self.mark if name not in names]:
            raise ValueError(f"'mark' names '{wrong[0]}', which is no RIGHT_ID of the pattern")
        return self


class PeopleWanted(Strict):
    """Whom of the people that can be identified a rule means; what is left out does not matter.

    `minor`: told to be under 18, or to have been then. `known_by`: what readers know her by.
    `consent`: the text tells that she agreed, or speaks in public under her own name.
    `restricted`: it says that she may not be identified.
    """

    relative: bool | None = None
    minor: bool | None = None
    known_by: list[KnownBy] = Field(default_factory=list)
    consent: bool | None = None
    restricted: bool = False
    name_changed: bool | None = None


_WAYS = ("phrases", "sequence", "replace", "tokens", "dependency", "figures", "people")


class Matcher(Strict):
    """One way to find the breach: exactly one of the seven ways, with exceptions of its own.

    `apart`: the clauses of the rule do not hold for it, only its own.
    """

    phrases: list[Text] = Field(default_factory=list)
    sequence: list[Slot] = Field(default_factory=list)
    replace: dict[Text, list[Text]] = Field(default_factory=dict)
    tokens: list[Annotated[list[Token], Field(min_length=1)]] = Field(default_factory=list)
    dependency: list[DependencyPattern] = Field(default_factory=list)
    figures: bool = False
    people: PeopleWanted | None = None
    apart: bool = False
    severity: Severity | None = None
    message: Text | None = None
    why: Text | None = None
    sources: list[SourceEntry] = Field(default_factory=list)
    suggest: list[Text | Paired] = Field(default_factory=list)
    needs: list[Clause] = Field(default_factory=list)
    unless: list[Clause] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.ways) != 1:
            raise ValueError(f"a matcher has exactly one of {', '.join(_WAYS)}")
        return self

    @property
    def ways(self) -> list[str]:
        """Which of the seven ways this matcher goes: one."""
        return [name for name in _WAYS if getattr(self, name)]


class DocumentCheck(Strict):
    """A question about a whole text, answered met, not met, or not to be judged.

    The first of `met`, `weak` (cannot tell), `broken`, `doubt` (cannot tell) that holds answers.
    `unasked`: what is told where `about` does not hold; `look` is met where `met` clauses hold.
    """

    min_words: Annotated[int, Field(ge=0)] = 120
    min_words_met: Annotated[int, Field(ge=0)] | None = None
    each: Literal["caption"] | None = None
    about: list[Clause] = Field(default_factory=list)
    unless: list[Clause] = Field(default_factory=list)
    met: list[Clause] = Field(default_factory=list)
    weak: list[Clause] = Field(default_factory=list)
    broken: list[Clause] = Field(default_factory=list)
    doubt: list[Clause] = Field(default_factory=list)
    otherwise: Literal["met", "broken", "silent"]
    unasked: Literal["silent", "met", "look"] = "silent"
    flags: Literal["headline"] | None = None
    reasons: dict[Literal["met", "weak", "broken", "silent", "unasked"], Text]

    @model_validator(mode="after")
    def _can_answer(self) -> Self:
        if not self.met and not self.broken:
            raise ValueError("'check' needs 'met' or 'broken' clauses")
        for clause in (*self.about, *self.unless, *self.met, *self.weak, *self.broken, *self.doubt):
            apart = clause.person or clause.quoted or clause.referent not in (None, "anyone")
            if clause.tokens or apart:
                raise ValueError("clauses of a 'check' have words, or persons: 'referent: anyone'")
            whole = get_args(WholeText)
            if clause.model_fields_set & {"within"} and clause.within not in whole:
                raise ValueError(f"clauses of a 'check' look {', '.join(whole)}")
        return self


class Example(Strict):
    """A text that must, or must not, be flagged; `context` stands before it and is not marked."""

    text: Text
    context: str = ""
    title: str = ""
    caption: bool = False


def as_example(example: str | Example) -> Example:
    """Return an example that may be a text alone."""
    return Example(text=example) if isinstance(example, str) else example


class Examples(Strict):
    """The rule's tests. `[[…]]` marks what must be flagged."""

    bad: list[Text | Example]
    good: list[Text | Example]
    quoted: list[Text | Example] = Field(default_factory=list)
    unjudged: list[Text | Example] = Field(default_factory=list)

    def __len__(self) -> int:
        return len(self.bad) + len(self.good) + len(self.quoted) + len(self.unjudged)


class Rule(Strict):
    """One rule: what to find, when to keep silent, what to say, and the examples that prove it."""

    id: Name
    title: Text
    principle: Principle
    kind: Kind
    severity: Severity
    scope: RuleScope = "any"
    gate: Gate
    quotes: QuotePolicy
    message: Text
    why: Text
    suggest: list[Text | Paired] = Field(default_factory=list)
    sources: Annotated[list[SourceEntry], Field(min_length=1)]
    trigger: list[Text] = Field(default_factory=list)
    trigger_stems: list[Text] = Field(default_factory=list)
    match: list[Matcher] = Field(default_factory=list)
    check: DocumentCheck | None = None
    needs: list[Clause] = Field(default_factory=list)
    unless: list[Clause] = Field(default_factory=list)
    mentions: Literal["skip", "flag"] = "skip"
    names: Literal["skip", "flag"] = "skip"
    law: list[Concern] = Field(default_factory=list)
    offers: Literal["helplines"] | None = None
    limits: list[Text] = Field(default_factory=list)
    examples: Examples

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if problem := _kind_problem(self) or _message_problem(self) or _example_problem(self):
            raise ValueError(problem)
        return self


_PLACEHOLDER = re.compile(r"\{(.*?)\}")


def _kind_problem(rule: Rule) -> str | None:
    """Say what in the rule does not go with its kind, or None."""
    clauses = [*rule.needs, *rule.unless]
    clauses += [clause for matcher in rule.match for clause in (*matcher.needs, *matcher.unless)]
    ways = {way for matcher in rule.match for way in matcher.ways}
    refused = {"phrase": {"tokens", "dependency"}, "tokens": {"dependency"}}
    extra = ways & refused.get(rule.kind, set())
    has_needs = rule.needs or any(m.needs or m.figures or m.people for m in rule.match)
    parsed = bool(ways & {"tokens", "dependency"})
    document = rule.kind == "document"
    problems = {
        "kind 'document' has a 'check' and no 'match'": document
        and (rule.check is None or bool(ways)),
        "'check' belongs to kind 'document'": not document and rule.check is not None,
        "'match' is missing": not document and not ways,
        f"kind '{rule.kind}' does not have '{min(extra, default='')}' matchers": bool(extra),
        f"kind '{rule.kind}' needs a '{rule.kind}' matcher": rule.kind in ("tokens", "dependency")
        and rule.kind not in ways,
        "'offers' belongs to kind 'document'": not document and rule.offers is not None,
        "'whose', 'contact' and 'law' belong to a 'check'": any(
            c.whose or c.contact or c.law for c in clauses
        ),
        "kind 'context' has 'needs'": rule.kind == "context" and not has_needs,
        "'tokens' and 'dependency' matchers need a 'trigger'": parsed
        and not (rule.trigger or rule.trigger_stems),
    }
    return next((problem for problem, holds in problems.items() if holds), None)


def _message_problem(rule: Rule) -> str | None:
    """Say which placeholder of a message cannot be filled, or None."""
    messages = [rule.message, *(m.message for m in rule.match if m.message)]
    names = {name for message in messages for name in _PLACEHOLDER.findall(message)}
    if unknown := names - {"match", "evidence"}:
        return f"'message' has '{{{min(unknown)}}}'; there are {{match}} and {{evidence}}"
    found = rule.check or rule.needs or any(m.needs or m.people for m in rule.match)
    if "evidence" in names and not found:
        return "'message' has {evidence}, but there are no 'needs' that could find any"
    return None


def _example_problem(rule: Rule) -> str | None:
    """Say which examples are missing or marked wrongly, or None."""
    bad, good = rule.examples.bad, rule.examples.good
    if len(bad) < 2 or len(good) < 2:
        there = f"there are {len(bad)} and {len(good)}"
        return f"'examples' needs at least 2 bad and 2 good ones; {there}"
    if rule.kind == "document":
        return None
    if not rule.examples.quoted and rule.scope != "caption":
        return "'examples' needs a quoted one"
    for examples, wanted, said in (
        (bad, True, "every bad one marks what is flagged with [[…]]; bad {} has none"),
        (good, False, "a good example has nothing marked with [[…]]; good {} has"),
    ):
        for number, one in enumerate(map(as_example, examples), 1):
            if ("[[" in one.text + one.title) is not wanted:
                return f"'examples': {said.format(number)}"
    return None


class RuleFile(Strict):
    """A file of rules on one topic."""

    topic: Text
    rules: Annotated[list[Rule], Field(min_length=1)]


class LexiconFile(Strict):
    """`lexicon.yaml`: the word lists that serve as evidence."""

    lexicons: dict[Name, Lexicon]


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema of rule files, as published in `guidelines/rule.schema.json`."""
    schema = RuleFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class TopicWords(Strict):
    """Which lexicons decide whether a text is about trafficking."""

    strong: list[Name]
    weak: list[Name]
    act: list[Name]
    means: list[Name]
    purpose: list[Name]
    other: list[Name]
    near: list[Name] = Field(default_factory=list)
    signs: list[Name] = Field(default_factory=list)
    kept: list[Name] = Field(default_factory=list)
    elsewhere: list[Name] = Field(default_factory=list)
    breaks: list[Name] = Field(default_factory=list)
    short_words: Annotated[int, Field(gt=0)] = 120


class SpeakerWords(Strict):
    """Lexicons that give whoever speaks anywhere a role, for clauses with `whose: voice`.

    Three lists of other names served `quotes: soften`, which is withdrawn; they are left aside.
    """

    roles: dict[Name, list[Name]] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _without_withdrawn(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {k: v for k, v in given.items() if k not in ("survivor", "other", "first_person")}


class PersonEvent(Strict):
    """What a verb shows: a role for its subject, for its object, for who is named after "by".

    `said`: the words show it wherever they are said of their subject ("pleaded guilty").
    """

    voice: Literal["active", "passive", "said", "did"]
    verbs: list[Name]
    subject: Name | None = None
    object: Name | None = None
    agent: Name | None = None


class DetailWords(Strict):
    """Words for one kind of identifying detail.

    `named`: only beside a name or a number; `ahead`: only right before a name; not `alone`: only
    with another detail than an age in the sentence.
    """

    words: list[Name] = Field(default_factory=list)
    named: list[Name] = Field(default_factory=list)
    ahead: list[Name] = Field(default_factory=list)
    alone: bool = True


class PersonWords(Strict):
    """How persons are followed through a text, and what shows their roles."""

    assumed: list[Name] = Field(default_factory=list)
    no_person: list[Name] = Field(default_factory=list)
    no_name: list[Name] = Field(default_factory=list)
    participles: list[Name] = Field(default_factory=list)
    several: list[Name] = Field(default_factory=list)
    adult_age: int = 18
    by_age: tuple[Name, Name] = ("minor", "adult")
    instead: dict[Name, list[Name]] = Field(default_factory=dict)
    never: dict[Name, list[Name]] = Field(default_factory=dict)
    events: list[PersonEvent] = Field(default_factory=list)
    details: dict[Name, DetailWords] = Field(default_factory=dict)
    owners: list[Name] = Field(default_factory=list)
    broad: list[Name] = Field(default_factory=list)
    regions: list[Name] = Field(default_factory=list)
    kin: list[Name] = Field(default_factory=list)
    relative: Name = "relative"
    protected: Name = "victim"


class CaseWords(Strict):
    """What tells trafficking (act, means and purpose) from smuggling (a passage)."""

    act: list[Name] = Field(default_factory=list)
    means: list[Name] = Field(default_factory=list)
    purpose: list[Name] = Field(default_factory=list)
    crossing: list[Name] = Field(default_factory=list)


class StatisticWords(Strict):
    """Lexicons that tell where a figure comes from."""

    source: list[Name] = Field(default_factory=list)


class JudgeWords(Strict):
    """Which model tells how sure findings are; rules `protecting` people are never lowered.

    `scare`: how sure a finding in scare quotes is at most, since writers use them to keep a word at
    a distance.
    """

    model: Name
    scare: float = Field(default=1, gt=0, le=1)
    protecting: list[Name] = Field(default_factory=list)


class PeopleWords(Strict):
    """Which model tells the roles of people; where it is not there, words alone tell them."""

    model: Name


class NameWords(Strict):
    """What tells names, inside which words are no breach."""

    heads: list[Name] = Field(default_factory=list)
    openings: list[Name] = Field(default_factory=list)
    listed: list[Name] = Field(default_factory=list)
    offences: list[Name] = Field(default_factory=list)


class GuidelineFile(Strict):
    """`guideline.yaml`: what the guideline is, and what holds for all its rules."""

    id: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]
    title: Text
    publisher: Text
    url: Annotated[str, Field(pattern=r"^https?://")]
    licence: Text
    topic: TopicWords
    speakers: SpeakerWords
    captions: list[Name] = Field(default_factory=list)
    roles: dict[Name, list[Name]]
    pronouns: dict[Text, list[Name]] = Field(default_factory=dict)
    persons: PersonWords = PersonWords()
    cases: CaseWords = CaseWords()
    statistics: StatisticWords = StatisticWords()
    names: NameWords = NameWords()
    plurals: list[Text] = Field(default_factory=list)
    judge: JudgeWords | None = None
    people: PeopleWords | None = None
    siblings: list[Annotated[list[Name], Field(min_length=2)]]


class ExtensionFile(Strict):
    """`guideline.yaml` of a newsroom's own rules: all of another guideline holds, and they too."""

    id: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    extends: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineHead:
    """What is known of a guideline before its rules are read."""

    id: str
    version: str
    language: str
    title: str
    stamp: str
    path: Path
    about: GuidelineFile
    extends: str = ""
    """The guideline whose words and persons its rules use, where it holds only rules on top."""
    own: Path | None = None
    """The newsroom's own folder; `path` is then the one of the guideline that it extends."""

    @property
    def folder(self) -> Path:
        """Where its rules stand."""
        return self.own or self.path
