"""Exercises, tests and other papers drawn from the handbook's rules and examples.

Each question has one right answer: what the checker says of it. An example may be flagged by other
rules than its own, or be judged otherwise without what stood around it. So a sentence becomes a
question only if all rules together flag in it exactly what is marked, or nothing at all.

What is drawn by lot is the same for the same seed on every machine and with every Python.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal, TypeVar

from monitor.rules.handbook.book import Chapter, Handbook, RuleEntry, ShownExample, worst_first

QuestionKind = Literal["mark", "why"]

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

    kind: QuestionKind
    entry: RuleEntry
    shown: ShownExample
    flagged: bool
    options: tuple[str, ...] = ()
    right: int = 0


@dataclass(frozen=True, slots=True)
class QuestionPool:
    """Sentences of one answer each, by rule: flagged ones and others, in the order drawn."""

    bad: Mapping[str, tuple[ShownExample, ...]]
    good: Mapping[str, tuple[ShownExample, ...]]


def fill_stock(book: Handbook, seed: str, flags: FlagSentences) -> QuestionPool:
    """Return the sentences that questions may be made of, those that the handbook shows last."""
    asked: list[tuple[bool, RuleEntry, ShownExample]] = []
    for entry in book.entries:
        if entry.whole or entry.headline:
            continue
        asked += [(True, entry, one) for one in _drawn(entry.bad, entry.first_bad, seed, PER_RULE)]
        few = PER_RULE // 2
        asked += [(False, entry, one) for one in _drawn(entry.good, entry.first_good, seed, few)]
    told = flags([shown.text for _, _, shown in asked])
    bad: dict[str, tuple[ShownExample, ...]] = {}
    good: dict[str, tuple[ShownExample, ...]] = {}
    for (flagged, entry, shown), found in zip(asked, told, strict=True):
        wanted = {(entry.key, words) for words in shown.marked} if flagged else set()
        if {(flag.rule, flag.words) for flag in found} == wanted:
            kept = bad if flagged else good
            kept[entry.key] = (*kept.get(entry.key, ()), shown)
    return QuestionPool(bad, good)


def _drawn(
    examples: Sequence[ShownExample], seen: Sequence[ShownExample], seed: str, count: int
) -> Sequence[ShownExample]:
    """Return up to `count` sentences in the order drawn, the ones `seen` elsewhere at the end."""
    unique = dict.fromkeys(one for one in examples if one.is_sentence)
    drawn = shuffled(unique, seed, lambda one: one.text)
    return sorted(drawn, key=lambda one: one in seen)[:count]


def make_test(
    book: Handbook, stock: QuestionPool, seed: str, number: int
) -> tuple[QuizQuestion, ...]:
    """Return a test; tests of other numbers ask of the same rules with other sentences.

    Each rule needs as many sentences as there are tests (2), so that none is asked twice.
    """
    able = [entry for entry in book.entries if len(stock.bad.get(entry.key, ())) > 1]
    calm = [entry for entry in book.entries if len(stock.good.get(entry.key, ())) > 1]
    order = across(able, seed, "rules")
    marked, asked = order[:MARKED], order[MARKED : MARKED + WHY]
    clean = across(calm, seed, "calm")[:CLEAN]
    first = [QuizQuestion("mark", one, stock.bad[one.key][number], flagged=True) for one in marked]
    first += [
        QuizQuestion("mark", one, stock.good[one.key][number], flagged=False) for one in clean
    ]
    second: list[QuizQuestion] = []
    for one in asked:
        seen = {option for question in second for option in question.options}
        second.append(_why(book, one, stock.bad[one.key][number], f"{seed}.{number}", seen))
    mixed = shuffled(first, f"{seed}.{number}", lambda question: question.shown.text)
    return (*mixed, *second)


def across(entries: Sequence[RuleEntry], seed: str, what: str) -> list[RuleEntry]:
    """Return rules in the order drawn, one principle after another."""
    drawn = shuffled(entries, f"{seed}.{what}", lambda one: one.key)
    groups: dict[str, list[RuleEntry]] = {}
    for entry in drawn:
        groups.setdefault(entry.principle, []).append(entry)
    return in_turns(groups.values())


def _why(
    book: Handbook, entry: RuleEntry, shown: ShownExample, seed: str, seen: AbstractSet[str]
) -> QuizQuestion:
    """Return a choice of reasons: the rule's own, and some of rules on other principles.

    Those are the ones that speak most of the same things, so that words alone do not tell the right
    one; what was `seen` in another question comes last.
    """
    others = [
        one
        for one in book.entries
        if one.principle != entry.principle
        and not one.whole
        and not (one.about.id == entry.about.id and one.id in entry.siblings)
    ]
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

    @property
    def shown(self) -> int:
        """How many rules it explains."""
        return sum(map(len, self.panels))


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """A session of the training: one principle, the rules shown, and how long it takes."""

    chapter: Chapter
    entries: tuple[RuleEntry, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Exercises:
    """Sentences to mark, to say better and to sort by principle, and articles to complete."""

    mark: tuple[QuizQuestion, ...]
    better: tuple[QuizQuestion, ...]
    sort: tuple[QuizQuestion, ...]
    articles: tuple[tuple[RuleEntry, ShownExample], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that is printed; `seed` decides what was drawn.

    `offered` is what a rule's key and an example's words bring as suggestions.
    """

    book: Handbook
    seed: int
    brochures: tuple[Brochure, ...]
    sessions: tuple[TrainingSession, ...]
    slides: tuple[tuple[Chapter, tuple[RuleEntry, ...]], ...]
    exercises: Exercises
    pre: tuple[QuizQuestion, ...]
    post: tuple[QuizQuestion, ...]
    offered: Mapping[tuple[str, str], tuple[str, ...]]

    def instead(self, entry: RuleEntry, shown: ShownExample) -> tuple[str, ...]:
        """Return what a rule offers in place of what it flags in an example."""
        return self.offered.get((entry.key, shown.text), ())

    @property
    def minutes(self) -> int:
        """How long the training takes, tests and exercises included."""
        work = sum(session.minutes for session in self.sessions) + 2 * MINUTES_TEST
        return work + MINUTES_EXERCISES


def make_material(book: Handbook, *, seed: int, flags: FlagSentences) -> Material:
    """Return what is printed of the book; `flags` tells what the checker flags in sentences."""
    lot = str(seed)
    stock = fill_stock(book, lot, flags)
    offered = _offered(book, stock, flags)
    showable = [(one, _showable(one)) for one in book.chapters]
    sessions = []
    for chapter, shown in showable:
        entries = (*shown[:SESSION_RULES], *chapter.texts[:1])
        minutes = MINUTES_SESSION + MINUTES_RULE * len(entries)
        sessions.append(TrainingSession(chapter, entries, minutes))
    return Material(
        book,
        seed,
        tuple(_brochure(one, offered) for one in book.chapters),
        tuple(sessions),
        tuple((one, shown[:SLIDE_RULES]) for one, shown in showable if shown),
        _exercises(book, stock, lot),
        make_test(book, stock, lot, 0),
        make_test(book, stock, lot, 1),
        offered,
    )


def _offered(
    book: Handbook, stock: QuestionPool, flags: FlagSentences
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return what is offered for each sentence that may be shown."""
    pairs = [
        (one.key, shown.text)
        for one in book.entries
        for shown in (*one.first_bad[:1], *stock.bad.get(one.key, ()))
    ]
    told = flags([text for _, text in pairs])
    found = {
        pair: tuple(dict.fromkeys(o for flag in all_ if flag.rule == pair[0] for o in flag.offered))
        for pair, all_ in zip(pairs, told, strict=True)
    }
    return {pair: offered for pair, offered in found.items() if offered}


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
    counted = Counter(
        (source["title"], source["url"])
        for one in chapter.entries
        for source in one.data["sources"]
    )
    sources = [source for source, _ in counted.most_common(SOURCES)]
    first, second = map(tuple, panels)
    return Brochure(chapter, (first, second), chapter.texts[:CHECKS], tuple(sources))


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


def _exercises(book: Handbook, stock: QuestionPool, seed: str) -> Exercises:
    """Return exercises with sentences that no test asks."""
    spare = {key: left for key, all_ in stock.bad.items() if (left := all_[2:])}
    calm = {key: left for key, all_ in stock.good.items() if (left := all_[2:])}
    able = across([one for one in book.entries if one.key in spare], seed, "exercises")
    quiet = across([one for one in book.entries if one.key in calm], seed, "quiet")
    mark = _asked(able[:MARK_SENTENCES], spare, flagged=True)
    mark += _asked(quiet[:MARK_CLEAN], calm, flagged=False)
    rest = able[MARK_SENTENCES:]
    offering = [one for one in rest if one.suggest][:BETTER] or rest[:BETTER]
    other = [one for one in rest if one not in offering][:SORT]
    # articles that lack something, with the rule that says what
    articles = [
        (entry, shuffled(short, seed, lambda one: one.text)[0])
        for entry in across([one for one in book.entries if one.whole], seed, "articles")
        if (short := [one for one in entry.bad if len(one.text) <= ARTICLE])
    ]
    return Exercises(
        tuple(shuffled(mark, f"{seed}.mark", lambda question: question.shown.text)),
        tuple(_asked(offering, spare, flagged=True)),
        tuple(_asked(other, spare, flagged=True)),
        tuple(articles[:ARTICLES]),
    )


def _asked(
    entries: Iterable[RuleEntry], of: dict[str, tuple[ShownExample, ...]], *, flagged: bool
) -> list[QuizQuestion]:
    return [QuizQuestion("mark", one, of[one.key][0], flagged) for one in entries]


T = TypeVar("T")


def shuffled(items: Iterable[T], seed: str, key: Callable[[T], str]) -> list[T]:
    """Return items in an order that only `seed` and what `key` says of each decide."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}\n{key(item)}".encode()).digest())


def in_turns(groups: Iterable[Iterable[T]]) -> list[T]:
    """Return the first of each group, then the second of each, and so on."""
    nothing = object()
    rounds = zip_longest(*groups, fillvalue=nothing)
    return [item for item in chain.from_iterable(rounds) if item is not nothing]  # type: ignore[misc]
