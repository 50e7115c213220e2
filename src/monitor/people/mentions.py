"""Places that speak of a person, and where each stands in its sentence."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

Kind = Literal["noun", "name", "pronoun"]
Lead = Literal["a", "the", "whose", ""]

_FIRST = word_set("i we me my us our")
NOMINATIVE = word_set("he she they who i we")
_OWNED = word_set("his her their my our your its")
_DEFINITE = word_set("the this that these those both")
_INDEFINITE = word_set("a an one another two three four five six seven eight nine ten")
_PREPOSITIONS = word_set(
    """of by to with from for at on against about between among as near into than like including
    without over under behind beside toward towards through"""
)
_STOPS = word_set("and or but that when while who which was were is are had has have")
_MARKS = re.compile(r"[.,;:!?()\"\u2014\n]")
MAX_LEAD = 3
"""Words between an article and its noun ("the frightened young Ghanaian girl")."""


class Age(NamedTuple):
    """An age as told; `then`: of some time in the past ("when she was 15")."""

    years: int
    hit: Stretch
    then: bool


@dataclass(slots=True)
class Mention:
    """One place that speaks of a person; offsets into the shadow of its scene."""

    scene: Scene = field(repr=False)
    start: int
    end: int
    kind: Kind
    word: str
    """Head word in small letters; of a name, all of it as written."""
    roles: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    """Roles that the word has unless the text says otherwise ("worker" for a victim)."""
    traits: frozenset[int] = frozenset()
    """Word lists it is in of those that pronouns cannot mean."""
    lead: Lead = ""
    oblique: bool = False
    """Whether it hangs on a preposition, so that it does not act."""
    ages: list[Age] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.scene, (self.start, self.end)

    @property
    def first(self) -> bool:
        """Whether it is the speaker of a quotation."""
        return self.kind == "pronoun" and self.word in _FIRST


class Mentions:
    """The mentions of one scene in order, with look-ups by place."""

    __slots__ = ("_starts", "all")

    def __init__(self, found: Sequence[Mention]) -> None:
        self.all = sorted(found, key=lambda m: (m.start, -m.end))
        self._starts = [mention.start for mention in self.all]

    def between(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that lie wholly between two offsets."""
        part = self.all[bisect_left(self._starts, low) : bisect_left(self._starts, high)]
        return [mention for mention in part if mention.end <= high]

    def over(self, low: int, high: int) -> list[Mention]:
        """Return the mentions that share a character with the span."""
        index = bisect_left(self._starts, high)
        return [m for m in self.all[max(0, index - 12) : index] if m.end > low]

    def before(self, position: int) -> Mention | None:
        """Return the last mention that starts before `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index - 1] if index else None

    def after(self, position: int) -> Mention | None:
        """Return the first mention that starts at or after `position`."""
        index = bisect_left(self._starts, position)
        return self.all[index] if index < len(self.all) else None


_NO_NOUN = re.compile(
    r"[.,;:)]|$| (?:to|in|into|from|at|on|for|and|or|by|with|as|when|if|after|before|up|out|off|"
    r"away|home|while|until|because|against|through|was|were|had|has|is|said|told|that|who|"
    r"admitted|denied|pleaded|claimed|confessed)\b"
)


def is_object(pronoun: Mention, text: str) -> bool:
    """Whether a pronoun is what a verb is about: "sold her", and not "sold her bag"."""
    if pronoun.word in ("him", "them", "me", "us"):
        return True
    return pronoun.word == "her" and _NO_NOUN.match(text, pronoun.end) is not None


def lead_of(text: str, start: int) -> tuple[Lead, bool]:
    """Return the kind of article before a noun, and whether a preposition stands before that."""
    clause = _MARKS.split(text[max(0, start - 48) : start])[-1].lower().split()
    lead: Lead = ""
    for back, word in enumerate(reversed(clause[-MAX_LEAD - 2 :])):
        if word in _PREPOSITIONS:
            return lead, True
        if lead or word in _STOPS or back > MAX_LEAD:
            break
        if word in _DEFINITE:
            lead = "the"
        elif word in _INDEFINITE:
            lead = "a"
        elif word in _OWNED or word.endswith(("'s", "s'")):
            lead = "whose"
    return lead, False


def in_any(scene: Scene, wordsets: Sequence[int], start: int, end: int) -> bool:
    """Return whether a stretch lies in a hit of one of the lists."""
    return any(
        low <= start and end <= high
        for wordset in wordsets
        for low, high in scene.hits.overlapping(wordset, start, end)
    )
