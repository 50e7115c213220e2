"""What each paper holds: which rules and examples of the book, drawn and counted to fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.rules.handbook.book import Book, Chapter, Entry, worst_first
from monitor.rules.handbook.draw import shuffled
from monitor.rules.handbook.examples import Shown
from monitor.rules.handbook.questions import Flags, Question, Stock, across, fill_stock, make_test

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
    panels: tuple[tuple[Entry, ...], tuple[Entry, ...]]
    checks: tuple[Entry, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> int:
        """How many rules it explains."""
        return sum(map(len, self.panels))


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the training: one principle, the rules shown, and how long it takes."""

    chapter: Chapter
    entries: tuple[Entry, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Exercises:
    """Sentences to mark, to say better and to sort by principle, and articles to complete."""

    mark: tuple[Question, ...]
    better: tuple[Question, ...]
    sort: tuple[Question, ...]
    articles: tuple[tuple[Entry, Shown], ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that is printed; `seed` decides what was drawn.

    `offered` is what a rule's key and an example's words bring as suggestions.
    """

    book: Book
    seed: int
    brochures: tuple[Brochure, ...]
    sessions: tuple[Session, ...]
    slides: tuple[tuple[Chapter, tuple[Entry, ...]], ...]
    exercises: Exercises
    pre: tuple[Question, ...]
    post: tuple[Question, ...]
    offered: Mapping[tuple[str, str], tuple[str, ...]]

    def instead(self, entry: Entry, shown: Shown) -> tuple[str, ...]:
        """Return what a rule offers in place of what it flags in an example."""
        return self.offered.get((entry.key, shown.text), ())

    @property
    def minutes(self) -> int:
        """How long the training takes, tests and exercises included."""
        work = sum(session.minutes for session in self.sessions) + 2 * MINUTES_TEST
        return work + MINUTES_EXERCISES


def make_material(book: Book, *, seed: int, flags: Flags) -> Material:
    """Return what is printed of the book; `flags` tells what the checker flags in sentences."""
    lot = str(seed)
    stock = fill_stock(book, lot, flags)
    offered = _offered(book, stock, flags)
    return Material(
        book,
        seed,
        tuple(_brochure(one, offered) for one in book.chapters),
        tuple(map(_session, book.chapters)),
        tuple((one, _showable(one)[:SLIDE_RULES]) for one in book.chapters if _showable(one)),
        _exercises(book, stock, lot),
        make_test(book, stock, lot, 0),
        make_test(book, stock, lot, 1),
        offered,
    )


def _offered(book: Book, stock: Stock, flags: Flags) -> dict[tuple[str, str], tuple[str, ...]]:
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


def _showable(chapter: Chapter) -> tuple[Entry, ...]:
    """Return the rules with a flagged sentence to show, those that matter most first."""
    entries = [one for one in chapter.sentences if one.first_bad and one.first_bad[0].is_sentence]
    return tuple(worst_first(entries))


def _session(chapter: Chapter) -> Session:
    entries = (*_showable(chapter)[:SESSION_RULES], *chapter.texts[:1])
    return Session(chapter, entries, MINUTES_SESSION + MINUTES_RULE * len(entries))


def _brochure(chapter: Chapter, offered: Mapping[tuple[str, str], tuple[str, ...]]) -> Brochure:
    """Return what fits on a sheet: rules on words, or where there are none those on whole texts."""
    panels: list[list[Entry]] = [[], []]
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


def card_height(entry: Entry, instead: Sequence[str], *, why: bool) -> float:
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


def _exercises(book: Book, stock: Stock, seed: str) -> Exercises:
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
    return Exercises(
        tuple(shuffled(mark, f"{seed}.mark", lambda question: question.shown.text)),
        tuple(_asked(offering, spare, flagged=True)),
        tuple(_asked(other, spare, flagged=True)),
        tuple(_articles(book, seed)),
    )


def _asked(
    entries: Iterable[Entry], of: dict[str, tuple[Shown, ...]], *, flagged: bool
) -> list[Question]:
    return [Question("mark", one, of[one.key][0], flagged) for one in entries]


def _articles(book: Book, seed: str) -> Sequence[tuple[Entry, Shown]]:
    """Return articles that lack something, with the rule that says what."""
    found = []
    for entry in across([one for one in book.entries if one.whole], seed, "articles"):
        short = [one for one in entry.bad if len(one.text) <= ARTICLE]
        if short:
            found.append((entry, shuffled(short, seed, lambda one: one.text)[0]))
    return found[:ARTICLES]
