"""Exercises, tests and other papers drawn from the handbook's rules and examples.

Each question has one right answer: what the checker says of it. An example may be flagged by other
rules than its own, so a sentence becomes a question only if all rules together flag in it exactly
what is marked. What is drawn by lot is the same for the same seed on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, TypeVar

from monitor.rules.handbook.book import Chapter, Handbook, RuleEntry, ShownExample, worst_first

T = TypeVar("T")
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
class FlaggedWords:
    """What is flagged in a sentence: by which rule's key, which words, what is offered instead."""

    rule: str
    words: str
    offered: tuple[str, ...] = ()


FlagSentences = Callable[[Sequence[str]], Sequence[Sequence[FlaggedWords]]]
"""Tells of each sentence what all rules together flag in it."""


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question; of kind `mark`: what is flagged here, if anything; of `why`: for which reason.

    `entry` is the rule whose example it is; `flagged` whether anything is; `options` are reasons,
    `right` the index of the one that the rule gives.
    """

    kind: Literal["mark", "why"]
    entry: RuleEntry
    shown: ShownExample
    flagged: bool
    options: tuple[str, ...] = ()
    right: int = 0


Pool = Mapping[str, tuple[ShownExample, ...]]
"""Sentences of one answer each, by rule, in the order drawn."""


def fill_stock(book: Handbook, seed: str, flags: FlagSentences) -> tuple[Pool, Pool]:
    """Return sentences for questions, flagged ones and others; what the handbook shows is last."""
    asked: list[tuple[bool, RuleEntry, ShownExample]] = []
    for entry in book.entries:
        if entry.data["kind"] == "document":
            continue
        for flagged, examples, seen, count in (
            (True, entry.bad, entry.first_bad, PER_RULE),
            (False, entry.good, entry.first_good, PER_RULE // 2),
        ):
            unique = dict.fromkeys(one for one in examples if one.is_sentence)
            drawn = shuffled(unique, seed, lambda one: one.text)
            drawn.sort(key=seen.__contains__)
            asked += [(flagged, entry, one) for one in drawn[:count]]
    told = flags([shown.text for _, _, shown in asked])
    kept: tuple[dict[str, tuple[ShownExample, ...]], ...] = ({}, {})
    for (flagged, entry, shown), found in zip(asked, told, strict=True):
        wanted = {(entry.key, words) for words in shown.marked} if flagged else set()
        if {(flag.rule, flag.words) for flag in found} == wanted:
            pool = kept[not flagged]
            pool[entry.key] = (*pool.get(entry.key, ()), shown)
    return kept[0], kept[1]


def make_test(
    book: Handbook, bad: Pool, good: Pool, seed: str, number: int
) -> tuple[QuizQuestion, ...]:
    """Return a test; tests of other numbers ask of the same rules with other sentences.

    Each rule needs as many sentences as there are tests (2), so that none is asked twice.
    """
    order = across([one for one in book.entries if len(bad.get(one.key, ())) > 1], seed, "rules")
    calm = across([one for one in book.entries if len(good.get(one.key, ())) > 1], seed, "calm")
    mark = _asked(order[:MARKED], bad, number, flagged=True)
    mark += _asked(calm[:CLEAN], good, number, flagged=False)
    second: list[QuizQuestion] = []
    for one in order[MARKED : MARKED + WHY]:
        seen = {option for question in second for option in question.options}
        second.append(_why(book, one, bad[one.key][number], f"{seed}.{number}", seen))
    mixed = shuffled(mark, f"{seed}.{number}", lambda question: question.shown.text)
    return (*mixed, *second)


def _asked(
    entries: Iterable[RuleEntry], pool: Pool, number: int, *, flagged: bool
) -> list[QuizQuestion]:
    return [QuizQuestion("mark", one, pool[one.key][number], flagged) for one in entries]


def across(entries: Sequence[RuleEntry], seed: str, what: str) -> list[RuleEntry]:
    """Return rules in the order drawn, one principle after another."""
    drawn = shuffled(entries, f"{seed}.{what}", lambda one: one.key)
    groups: dict[str, list[RuleEntry]] = {}
    for entry in drawn:
        groups.setdefault(entry.principle, []).append(entry)
    rounds = zip_longest(*groups.values())
    return [entry for each in rounds for entry in each if entry is not None]


def _why(
    book: Handbook, entry: RuleEntry, shown: ShownExample, seed: str, seen: AbstractSet[str]
) -> QuizQuestion:
    """Return a choice of reasons: the rule's own, and some of rules on other principles."""
    # those speak most of the same things: words alone do not tell the right one
    kin = {f"{entry.about.id}/{sibling}" for sibling in entry.siblings}
    apart = (one for one in book.entries if one.principle != entry.principle and not one.whole)
    others = [one for one in apart if one.key not in kin]
    right = _reason(entry)
    told = {one.key: _stems(_reason(one)) for one in book.entries}
    common = Counter(stem for stems in told.values() for stem in stems)
    about = (_stems(shown.text) | _stems(right)) & common.keys()

    def rank(one: RuleEntry) -> tuple[bool, float]:
        shared = sum(1 / common[stem] for stem in sorted(about & told[one.key]))
        return _reason(one) in seen, -shared

    drawn = sorted(shuffled(others, f"{seed}.{entry.key}", lambda one: one.key), key=rank)
    wrong = [why for why in dict.fromkeys(map(_reason, drawn)) if why != right][: OPTIONS - 1]
    options = shuffled([right, *wrong], f"{seed}.{entry.key}.order", str)
    return QuizQuestion("why", entry, shown, True, tuple(options), options.index(right))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in _WORD.findall(text.lower()))


def _reason(entry: RuleEntry) -> str:
    """Return the first sentences of a rule's reason, as many as are short enough to choose from."""
    first, *more = _SENTENCE.split(entry.why)
    for sentence in more:
        if len(first) + len(sentence) > REASON:
            break
        first = f"{first} {sentence}"
    return first


SESSION_RULES, SLIDE_RULES = 4, 2
MINUTES_RULE, MINUTES_SESSION, MINUTES_TEST, MINUTES_EXERCISES = 6, 4, 20, 40
MARK_SENTENCES, MARK_CLEAN, BETTER, SORT, ARTICLES = 7, 3, 6, 8, 2
ARTICLE = 1100
"""An article of an exercise has at most so many characters."""
PANEL_MM, LINE_MM, CARD_MM, LINE_CHARS = 168, 5.1, 6.5, 60
"""What the inner panels of a brochure hold, in millimetres and characters of its widest font."""
FEW = 4
"""So few rules are shown with their reasons too."""
SOURCES, CHECKS = 4, 6


@dataclass(frozen=True, slots=True)
class Brochure:
    """A folded sheet: its two inner panels, what to ask of the whole text, and where it is from."""

    chapter: Chapter
    panels: tuple[tuple[RuleEntry, ...], tuple[RuleEntry, ...]]
    checks: tuple[RuleEntry, ...]
    sources: tuple[tuple[str, str], ...]
    shown: int


@dataclass(frozen=True, slots=True)
class Material:
    """All that is printed; `seed` decides what was drawn, `offered` is by rule and sentence."""

    book: Handbook
    seed: int
    brochures: tuple[Brochure, ...]
    sessions: tuple[tuple[Chapter, tuple[RuleEntry, ...], int], ...]
    """The principles, the rules shown, and how many minutes it takes."""
    slides: tuple[tuple[Chapter, tuple[RuleEntry, ...]], ...]
    pre: tuple[QuizQuestion, ...]
    post: tuple[QuizQuestion, ...]
    offered: Mapping[tuple[str, str], tuple[str, ...]]
    mark: tuple[QuizQuestion, ...]
    """Sentences to mark, then to say better and to sort by principle."""
    better: tuple[QuizQuestion, ...]
    sort: tuple[QuizQuestion, ...]
    articles: tuple[tuple[RuleEntry, ShownExample], ...]

    def instead(self, entry: RuleEntry, shown: ShownExample) -> tuple[str, ...]:
        """Return what a rule offers in place of what it flags in an example."""
        return self.offered.get((entry.key, shown.text), ())

    @property
    def minutes(self) -> int:
        """How long the training takes, tests and exercises included."""
        return sum(minutes for *_, minutes in self.sessions) + 2 * MINUTES_TEST + MINUTES_EXERCISES


def make_material(book: Handbook, *, seed: int, flags: FlagSentences) -> Material:
    """Return what is printed of the book; `flags` tells what the checker flags in sentences."""
    lot = str(seed)
    bad, good = fill_stock(book, lot, flags)
    pairs = [
        (one.key, shown.text)
        for one in book.entries
        for shown in (*one.first_bad[:1], *bad.get(one.key, ()))
    ]
    offered: dict[tuple[str, str], tuple[str, ...]] = {}
    for pair, found in zip(pairs, flags([text for _, text in pairs]), strict=True):
        words = (new for flag in found if flag.rule == pair[0] for new in flag.offered)
        offered[pair] = tuple(dict.fromkeys(words))
    showable = [(one, _showable(one)) for one in book.chapters]
    sessions = []
    for chapter, shown in showable:
        entries = (*shown[:SESSION_RULES], *chapter.texts[:1])
        sessions.append((chapter, entries, MINUTES_SESSION + MINUTES_RULE * len(entries)))
    return Material(
        book,
        seed,
        tuple(_brochure(one, offered) for one in book.chapters),
        tuple(sessions),
        tuple((one, shown[:SLIDE_RULES]) for one, shown in showable if shown),
        make_test(book, bad, good, lot, 0),
        make_test(book, bad, good, lot, 1),
        offered,
        **_exercises(book, bad, good, lot),
    )


def _showable(chapter: Chapter) -> tuple[RuleEntry, ...]:
    """Return the rules with a flagged sentence to show, those that matter most first."""
    entries = [one for one in chapter.sentences if one.first_bad and one.first_bad[0].is_sentence]
    return tuple(worst_first(entries))


def _brochure(chapter: Chapter, offered: Mapping[tuple[str, str], tuple[str, ...]]) -> Brochure:
    """Return what fits on a sheet: rules on words, or where there are none those on whole texts."""
    panels: list[list[RuleEntry]] = [[], []]
    left: list[float] = [PANEL_MM - 12, PANEL_MM]  # the first has a heading
    entries = _showable(chapter) or chapter.texts
    for entry in entries:
        instead = offered.get((entry.key, entry.first_bad[0].text), ()) if entry.first_bad else ()
        need = card_height(entry, instead, why=entry.whole or 1 < len(entries) <= FEW)
        at = next((n for n in (0, 1) if need <= left[n]), None)
        if at is not None:
            panels[at].append(entry)
            left[at] -= need
    told = (source for one in chapter.entries for source in one.data["sources"])
    counted = Counter((source["title"], source["url"]) for source in told)
    sources = [source for source, _ in counted.most_common(SOURCES)]
    first, second = map(tuple, panels)
    shown = len(first) + len(second)
    return Brochure(chapter, (first, second), chapter.texts[:CHECKS], tuple(sources), shown)


def card_height(entry: RuleEntry, instead: Sequence[str], *, why: bool) -> float:
    """Return how much of a panel a rule takes at most, in millimetres."""
    paragraphs = [f"{entry.title} {entry.severity.upper()}"]
    paragraphs += [f"FLAGGED {one.text}" for one in entry.first_bad[:1]]
    paragraphs.append(f"{entry.message} {entry.why if why else ''}")
    if instead:
        paragraphs.append(f"SUGGESTED WORDING {' · '.join(instead[:2])}")
    if why and entry.first_good:
        paragraphs += ["NOT FLAGGED", entry.first_good[0].text]
    width = LINE_CHARS / 1.12 if why else LINE_CHARS
    lines = sum(-(-len(text) // width) for text in paragraphs)
    return CARD_MM + LINE_MM * lines * (1.15 if why else 1) + 0.8 * len(paragraphs)


def _exercises(book: Handbook, bad: Pool, good: Pool, seed: str) -> dict[str, Any]:
    """Return exercises with sentences that no test asks."""
    able = across([one for one in book.entries if bad.get(one.key, ())[2:]], seed, "exercises")
    quiet = across([one for one in book.entries if good.get(one.key, ())[2:]], seed, "quiet")
    mark = _asked(able[:MARK_SENTENCES], bad, 2, flagged=True)
    mark += _asked(quiet[:MARK_CLEAN], good, 2, flagged=False)
    rest = able[MARK_SENTENCES:]
    offering = [one for one in rest if one.suggest][:BETTER] or rest[:BETTER]
    other = [one for one in rest if one not in offering][:SORT]
    better, sort = (tuple(_asked(some, bad, 2, flagged=True)) for some in (offering, other))
    # articles that lack something, with the rule that says what
    articles = [
        (entry, shuffled(short, seed, lambda one: one.text)[0])
        for entry in across([one for one in book.entries if one.whole], seed, "articles")
        if (short := [one for one in entry.bad if len(one.text) <= ARTICLE])
    ]
    mixed = tuple(shuffled(mark, f"{seed}.mark", lambda question: question.shown.text))
    given = tuple(articles[:ARTICLES])
    return {"mark": mixed, "better": better, "sort": sort, "articles": given}


def shuffled(items: Iterable[T], seed: str, key: Callable[[T], str]) -> list[T]:
    """Return items in an order that only `seed` and what `key` says of each decide."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}\n{key(item)}".encode()).digest())
