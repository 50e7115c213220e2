"""`guideline.yaml`: what a guideline is, and what holds for all its rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.rules.rule_schema import Name, Strict, Text


class TopicWords(Strict):
    """Which lexicons decide whether a text is about trafficking."""

    strong: list[Name]
    weak: list[Name]
    act: list[Name]
    means: list[Name]
    purpose: list[Name]
    other: list[Name]
    elsewhere: list[Name] = Field(default_factory=list)
    breaks: list[Name] = Field(default_factory=list)
    short_words: Annotated[int, Field(gt=0)] = 120


class SpeakerWords(Strict):
    """Lexicons that tell who speaks in a quotation, and the first person."""

    survivor: list[Name]
    other: list[Name]
    first_person: list[Name]


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
    """Which model tells how sure findings are; rules `protecting` people are never lowered."""

    model: Name
    protecting: list[Name] = Field(default_factory=list)


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
    siblings: list[Annotated[list[Name], Field(min_length=2)]]


class ExtensionFile(Strict):
    """`guideline.yaml` of a newsroom's own rules: all of another guideline holds, and they too."""

    id: Name
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    extends: Name
