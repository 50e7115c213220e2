"""Questions made of the rules' examples, each of one right answer: what the checker says of it.

An example may be flagged by other rules than its own, or be judged otherwise without what stood
around it. So a sentence becomes a question only if all rules together flag in it exactly what is
marked, or nothing at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from monitor.rules.handbook.book import Book, Entry
from monitor.rules.handbook.draw import in_turns, shuffled
from monitor.rules.handbook.examples import Shown

Kind = Literal["mark", "why"]

OPTIONS, REASON = 4, 180
_WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5
"""So many first letters make words alike."""
_SENTENCE = re.compile(r"(?<=[.!?]) ")
PER_RULE = 6
"""So many flagged examples of a rule, and half as many others, are looked at."""
MARKED, CLEAN, WHY = 8, 4, 8
"""Questions of a test: flagged sentences and others to tell apart, and reasons to choose."""


@dataclass(frozen=True, slots=True)
class Flag:
    """What is flagged in a sentence: by which rule's key, which words, what is offered instead."""

    rule: str
    words: str
    offered: tuple[str, ...] = ()


Flags = Callable[[Sequence[str]], Sequence[Sequence[Flag]]]
"""Tells of each sentence what all rules together flag in it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; of kind `mark`: what is flagged here, if anything; of `why`: for which reason.

    `entry` is the rule whose example it is; `flagged` whether anything is; `options` are reasons,
    `right` the index of the one that the rule gives.
    """

    kind: Kind
    entry: Entry
    shown: Shown
    flagged: bool
    options: tuple[str, ...] = ()
    right: int = 0


@dataclass(frozen=True, slots=True)
class Stock:
    """Sentences of one answer each, by rule: flagged ones and others, in the order drawn."""

    bad: Mapping[str, tuple[Shown, ...]]
    good: Mapping[str, tuple[Shown, ...]]


def fill_stock(book: Book, seed: str, flags: Flags) -> Stock:
    """Return the sentences that questions may be made of, those that the handbook shows last."""
    asked: list[tuple[bool, Entry, Shown]] = []
    for entry in book.entries:
        if entry.whole or entry.headline:
            continue
        asked += [(True, entry, one) for one in _drawn(entry.bad, entry.first_bad, seed, PER_RULE)]
        few = PER_RULE // 2
        asked += [(False, entry, one) for one in _drawn(entry.good, entry.first_good, seed, few)]
    told = flags([shown.text for _, _, shown in asked])
    bad: dict[str, tuple[Shown, ...]] = {}
    good: dict[str, tuple[Shown, ...]] = {}
    for (flagged, entry, shown), found in zip(asked, told, strict=True):
        wanted = {(entry.key, words) for words in shown.marked} if flagged else set()
        if {(flag.rule, flag.words) for flag in found} == wanted:
            kept = bad if flagged else good
            kept[entry.key] = (*kept.get(entry.key, ()), shown)
    return Stock(bad, good)


def _drawn(
    examples: Sequence[Shown], seen: Sequence[Shown], seed: str, count: int
) -> Sequence[Shown]:
    """Return up to `count` sentences in the order drawn, the ones `seen` elsewhere at the end."""
    unique = dict.fromkeys(one for one in examples if one.is_sentence)
    drawn = shuffled(unique, seed, lambda one: one.text)
    return sorted(drawn, key=lambda one: one in seen)[:count]


def make_test(book: Book, stock: Stock, seed: str, number: int) -> tuple[Question, ...]:
    """Return a test; tests of other numbers ask of the same rules with other sentences.

    Each rule needs as many sentences as there are tests (2), so that none is asked twice.
    """
    able = [entry for entry in book.entries if len(stock.bad.get(entry.key, ())) > 1]
    calm = [entry for entry in book.entries if len(stock.good.get(entry.key, ())) > 1]
    order = across(able, seed, "rules")
    marked, asked = order[:MARKED], order[MARKED : MARKED + WHY]
    clean = across(calm, seed, "calm")[:CLEAN]
    first = [Question("mark", one, stock.bad[one.key][number], flagged=True) for one in marked]
    first += [Question("mark", one, stock.good[one.key][number], flagged=False) for one in clean]
    second: list[Question] = []
    for one in asked:
        seen = {option for question in second for option in question.options}
        second.append(_why(book, one, stock.bad[one.key][number], f"{seed}.{number}", seen))
    mixed = shuffled(first, f"{seed}.{number}", lambda question: question.shown.text)
    return (*mixed, *second)


def across(entries: Sequence[Entry], seed: str, what: str) -> list[Entry]:
    """Return rules in the order drawn, one principle after another."""
    drawn = shuffled(entries, f"{seed}.{what}", lambda one: one.key)
    groups: dict[str, list[Entry]] = {}
    for entry in drawn:
        groups.setdefault(entry.principle, []).append(entry)
    return in_turns(groups.values())


def _why(book: Book, entry: Entry, shown: Shown, seed: str, seen: AbstractSet[str]) -> Question:
    """Return a choice of reasons: the rule's own, and some of rules on other principles.

    Those are the ones that speak most of the same things, so that words alone do not tell the right
    one; what was `seen` in another question comes last.
    """
    others = [one for one in book.entries if _is_other(one, entry)]
    right = _reason(entry)
    told = {one.key: _stems(_reason(one)) for one in book.entries}
    common = Counter(stem for stems in told.values() for stem in stems)
    about = (_stems(shown.text) | _stems(right)) & common.keys()
    drawn = shuffled(others, f"{seed}.{entry.key}", lambda one: one.key)
    drawn.sort(
        key=lambda one: (
            _reason(one) in seen,
            -sum(1 / common[stem] for stem in sorted(about & told[one.key])),
        )
    )
    wrong = [why for why in dict.fromkeys(map(_reason, drawn)) if why != right][: OPTIONS - 1]
    options = shuffled([right, *wrong], f"{seed}.{entry.key}.order", str)
    return Question("why", entry, shown, True, tuple(options), options.index(right))


def _is_other(one: Entry, entry: Entry) -> bool:
    """Whether the reason of a rule is wrong where that of `entry` is right."""
    return (
        one.principle != entry.principle
        and not one.whole
        and not (one.about.id == entry.about.id and one.id in entry.siblings)
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in _WORD.findall(text.lower()))


def _reason(entry: Entry) -> str:
    """Return the first sentences of a rule's reason, as many as are short enough to choose from."""
    first, *more = _SENTENCE.split(entry.why)
    for sentence in more:
        if len(first) + len(sentence) > REASON:
            break
        first = f"{first} {sentence}"
    return first
