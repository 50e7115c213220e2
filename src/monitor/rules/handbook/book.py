"""The rules in force arranged as a handbook: chapters by principle, examples in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any, get_args

from monitor.records.finding import SEVERITIES, Severity
from monitor.records.stamps import is_same
from monitor.rules.compiler import Guideline
from monitor.rules.findings import one_line, pick
from monitor.rules.rule_descriptions import describe_rule
from monitor.rules.rule_reloading import InForce, Ruling
from monitor.rules.rule_schema import Example, Principle, Rule, as_example

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_GAP = re.compile(r"\s*\n\s*\n\s*")
SENTENCE = 220
"""An example of at most so many characters, in one paragraph and alone, can be shown anywhere."""

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example in pieces, each with whether it is flagged; `context` stands before it."""

    title: Pieces
    paragraphs: tuple[Pieces, ...]
    context: str = ""
    caption: bool = False

    @property
    def text(self) -> str:
        """The words without marks; paragraphs are a line apart."""
        lines = (self.title, *self.paragraphs) if self.title else self.paragraphs
        return "\n\n".join("".join(text for text, _ in pieces) for pieces in lines)

    @property
    def marked(self) -> tuple[str, ...]:
        """The flagged words, in order."""
        lines = (self.title, *self.paragraphs)
        return tuple(text for pieces in lines for text, flagged in pieces if flagged)

    @property
    def is_sentence(self) -> bool:
        """Whether it stands alone in a line or two."""
        alone = not self.title and not self.context and not self.caption
        return alone and len(self.paragraphs) == 1 and len(self.text) <= SENTENCE


def show_example(example: str | Example, *, headline: bool = False) -> ShownExample:
    """Return an example of a rule file in pieces; `headline`: only what it is about is shown."""
    whole = as_example(example)
    title, context = _pieces(whole.title), whole.context.strip()
    if headline and title:
        return ShownExample(title, (), context)
    parts = filter(None, _GAP.split(whole.text.strip()))
    return ShownExample(title, tuple(map(_pieces, parts)), context, whole.caption)


def _pieces(text: str) -> Pieces:
    return tuple((part, bool(n % 2)) for n, part in enumerate(_MARK.split(text)) if part)


def short_first(examples: Sequence[ShownExample], count: int) -> tuple[ShownExample, ...]:
    """Return up to `count` examples: those of one sentence, else the shortest, in their order."""
    chosen = [one for one in examples if one.is_sentence][:count]
    return tuple(chosen or sorted(examples, key=lambda one: len(one.text))[:1])


PRINCIPLES: Mapping[str, str] = {
    **{name: name.replace("-", " ").capitalize() for name in get_args(Principle)},
    "privacy-consent": "Privacy and consent",
}
"""What each principle is called, in the order of the chapters."""
TOGETHER = "How often its answers are right has been measured for such rules together only."
_NO_EVIDENCE = re.compile(r"\s*\(\{evidence\}\)|:?\s*\{evidence\}")


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule. `message` is what it says of its own first example; `data` is all about it.

    Of its `bad`, `good` and quoted examples the `first` are one or two of a sentence, or none where
    they are `whole` articles. `flags` were counted in annotated articles; its author has told its
    `limits`. `siblings` are the ids of rules that fit the same words.
    """

    id: str
    number: str
    about: Guideline
    title: str
    principle: str
    severity: Severity
    message: str
    why: str
    suggest: tuple[str, ...]
    bad: tuple[ShownExample, ...]
    good: tuple[ShownExample, ...]
    first_bad: tuple[ShownExample, ...]
    first_good: tuple[ShownExample, ...]
    first_quoted: tuple[ShownExample, ...]
    whole: bool
    flags: int
    measured: str
    limits: tuple[str, ...]
    siblings: frozenset[str]
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Its name among the rules of all guidelines."""
        return f"{self.about.id}/{self.id}"

    @property
    def anchor(self) -> str:
        """The same, as the id of an element."""
        return f"{self.about.id}--{self.id}"


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one principle: on `sentences`, and on whole `texts`."""

    id: str
    number: int
    title: str
    entries: tuple[RuleEntry, ...]
    sentences: tuple[RuleEntry, ...]
    texts: tuple[RuleEntry, ...]


@dataclass(frozen=True, slots=True)
class Handbook:
    """What is printed: guidelines, chapters, when it was `made`, on what it was `measured`."""

    abouts: tuple[Guideline, ...]
    chapters: tuple[Chapter, ...]
    made: date
    program: str
    measured: tuple[str, ...]

    @property
    def title(self) -> str:
        """The first guideline's title."""
        return self.abouts[0].title

    @property
    def entries(self) -> tuple[RuleEntry, ...]:
        """All rules, in order."""
        return tuple(entry for chapter in self.chapters for entry in chapter.entries)

    def general(self, key: str, place: int) -> Mapping[str, str]:
        """Return what holds for all rules of a kind or policy, so far behind authors' limits."""
        words = [one for one in self.entries if one.data["kind"] != "document"]
        found = {one.data[key]: one.data["limits"][len(one.limits) + place] for one in words}
        return dict(sorted(found.items()))

    @property
    def stamp_line(self) -> str:
        """The guidelines' stamps and the day, for the foot of each page."""
        return " + ".join(about.stamp for about in self.abouts) + f" · {self.made.isoformat()}"


def make_book(in_force: InForce, *, made: date, program: str) -> Handbook:
    """Return the book of the guidelines in force, without the rules that the desk has disabled."""
    found: list[tuple[Ruling, Rule]] = []
    told = []
    for ruling in in_force.rulings:
        found += [(ruling, r) for r in ruling.guideline.rules if r.id not in ruling.disable]
        told += [said for said in (_told(ruling), ruling.missed) if said]
    order = list(PRINCIPLES)
    found.sort(key=lambda one: (order.index(one[1].principle), one[1].kind == "document"))
    chapters = []
    for number, (principle, group) in enumerate(groupby(found, lambda one: one[1].principle), 1):
        entries = tuple(_entry(*one, f"{number}.{n}") for n, one in enumerate(group, 1))
        apart = (tuple(one for one in entries if one.whole is whole) for whole in (False, True))
        chapters.append(Chapter(principle, number, PRINCIPLES[principle], entries, *apart))
    return Handbook(in_force.guidelines, tuple(chapters), made, program, tuple(told))


def _entry(ruling: Ruling, rule: Rule, number: str) -> RuleEntry:
    guideline, measured = ruling.guideline, ruling.measured
    data = describe_rule(guideline, rule, countries=ruling.countries, measured=measured)
    figures = data["measured"]
    headline = rule.check is not None and rule.check.flags == "headline"
    show = partial(show_example, headline=headline)
    bad, good = tuple(map(show, rule.examples.bad)), tuple(map(show, rule.examples.good))
    # the message as it reads for the rule's own first example
    words = next((one.marked[0] for one in short_first(bad, 1) if one.marked), "…")
    message = _NO_EVIDENCE.sub("", one_line(rule.message)).replace("{match}", words)
    offered = (*rule.suggest, *(one for matcher in rule.match for one in matcher.suggest))
    whole = rule.kind == "document" and not headline
    return RuleEntry(
        id=rule.id,
        number=number,
        about=guideline,
        title=rule.title,
        principle=rule.principle,
        severity=ruling.severity.get(rule.id, rule.severity),
        message=message[:1].upper() + message[1:],
        why=one_line(rule.why),
        suggest=tuple(dict.fromkeys(pick(one, "one") for one in offered)),
        bad=bad,
        good=good,
        first_bad=() if whole else short_first(bad, 2),
        first_good=() if whole else short_first(good, 2),
        first_quoted=() if whole else short_first(tuple(map(show, rule.examples.quoted)), 1),
        whole=whole,
        flags=figures["hits"] if figures else 0,
        measured=TOGETHER if whole and measured else _measured(figures),
        limits=tuple(map(one_line, rule.limits)),
        siblings=frozenset().union(*(g for g in guideline.about.siblings if rule.id in g)),
        data=data,
    )


def _measured(figures: Mapping[str, Any] | None) -> str:
    """Return how often a rule was right, in a sentence."""
    if figures is None:
        return "It has not been measured on annotated articles."
    articles, flags = figures["articles"], figures["hits"]
    said = f"It flags nothing in {articles} annotated articles: how often it is right is unknown."
    if not flags:
        return said
    marked = _share("Editors had", "marked", figures["right"], flags, "place")
    said = f"{marked} that it flags in {articles} annotated articles."
    if sure := figures["sure"]:
        found = _share("It has", "found", figures["found"], sure, "breach")
        said += f" {found} that they were sure of."
    return said


def _share(who: str, did: str, count: int, of: int, what: str) -> str:
    """Return how many of some things somebody did something to, as people say it."""
    if of == 1:
        return f"{who} {did if count else f'not {did}'} the one {what}"
    many = f"{what}{'es' if what.endswith('ch') else 's'}"
    if count == of:
        return f"{who} {did} {'both' if of == 2 else f'all {of}'} {many}"
    return f"{who} {did} {count or 'none'} of the {of} {many}"


def _told(ruling: Ruling) -> str | None:
    """Return on what a guideline was measured, None where it was not."""
    measured = ruling.measured
    if measured is None:
        return None
    articles = f"{measured.articles} articles ({measured.data})"
    said = f"{ruling.guideline.title} was measured on {measured.date} on {articles}"
    if not is_same(measured.guideline, ruling.guideline.stamp):
        said += f", with {measured.guideline}"
    if not measured.unseen:
        said += "; those who wrote the rules had worked with them, so expect less on others"
    return f"{said}."


def worst_first(entries: Iterable[RuleEntry]) -> list[RuleEntry]:
    """Return rules in the order in which they matter: severity, then how much they were seen."""
    return sorted(entries, key=lambda one: (SEVERITIES.index(one.severity), -one.flags, one.key))
