"""Importing corrected annotations as reviews: what was changed is said, nothing is overwritten.

What others say stands beside it and is listed where it differs. What came back as it was is a
review too where the tool tells that somebody handed it in: else nobody knows whether they looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from monitor.desk import Desk
from monitor.export import corrections
from monitor.export.annotations import BETWEEN, VEIL, shift_of
from monitor.export.brat import brat_text
from monitor.export.columns import KNOWS_APPROVAL, CorrectedFormat
from monitor.export.corrections import Corrected, Correction, Spot
from monitor.export.exporter import format_module
from monitor.export.k_anonymity import YEAR
from monitor.export.redaction import MASK
from monitor.feeds.urls import article_id
from monitor.records.article import Article, AssessedArticle, Review
from monitor.records.errors import DataError, NotFound, UsageError
from monitor.records.review import FlagSaid
from monitor.review.review_queue import Reviewer
from monitor.text.safe_text import without_surrogates

Kind = Literal["conflict", "not applied", "not said"]
"""What is listed: another says otherwise; it could not be applied at all; no review can say it."""
Key = tuple[str, str]  # an article's id and version


@dataclass(frozen=True, slots=True)
class CorrectionNote:
    """Something to be told of an article: where it was read, and why in words."""

    kind: Kind
    where: str
    article_id: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportedCorrections:
    """What became of a file: `read` articles came back, of which so many were corrected.

    `said` were said before. What came back as it was is `confirmed` where somebody handed it in,
    else `unchanged`. `reviews` and `flags` are what the corrections say.
    """

    read: int = 0
    corrected: int = 0
    confirmed: int = 0
    unchanged: int = 0
    said: int = 0
    reviews: int = 0
    flags: int = 0
    listed: tuple[CorrectionNote, ...] = ()


def apply_corrections(
    desk: Desk,
    path: Path,
    format: CorrectedFormat,
    who: Reviewer,
    *,
    exported: Path | None = None,
    keys: Mapping[str, Key] | None = None,
    approved: bool = False,
    dry_run: bool = False,
    report: Callable[[int], None] = lambda _: None,
) -> ImportedCorrections:
    """Store what `who` corrected, an article a decision; the same file again changes nothing.

    All of it is read before anything is stored. `exported` is the export that a JSONL was made
    from, the other formats carry it; `keys` are articles that the export kept back (`read_keys`);
    `approved`: the tool was asked for approved documents only. Raises `DataError` naming file and
    line, `UsageError` for a format that cannot come back, where `exported` is missing, and for what
    is `approved` in a tool that knows no approval.
    """
    if approved and format != KNOWS_APPROVAL:
        raise UsageError(f"--approved is of {KNOWS_APPROVAL}'s files: {format} knows no approval")
    for needed in (path, exported):
        if needed is not None and not needed.exists():
            raise DataError(f"{needed}: is not there")
    if format not in get_args(CorrectedFormat):
        raise UsageError(f"'{format}' is none of {', '.join(get_args(CorrectedFormat))}")
    read = partial(format_module(format).read_corrections, path, exported, approved=approved)
    for one in read():
        corrections.compare(one)  # a file that is broken further down is refused whole
    file = _CorrectedFile(desk, who, keys or {}, dry_run)
    for one in read():
        file.counts["read"] += 1
        file.apply(one, corrections.compare(one))
        report(1)
    return ImportedCorrections(**file.counts, listed=tuple(file.listed))


Tell = Callable[[Kind, str], None]
Told = Sequence[tuple[str, Spot, bool]]  # who said of which flag whether it is right


@dataclass(slots=True)
class _CorrectedFile:
    """Stores the corrections of a file; `said` is what it said first of each article, and where."""

    desk: Desk
    who: Reviewer
    keys: Mapping[str, Key]
    dry_run: bool
    counts: Counter[str] = field(default_factory=Counter)
    listed: list[CorrectionNote] = field(default_factory=list)
    said: dict[str, tuple[str, Correction]] = field(default_factory=dict)

    def apply(self, corrected: Corrected, changes: Correction) -> None:
        """Store what was changed in an article, or that it was confirmed; list what cannot be."""

        def tell(kind: Kind, why: str) -> None:
            self.listed.append(CorrectionNote(kind, corrected.where, corrected.record["id"], why))

        assessed, why = self._current(corrected)
        if assessed is None:
            tell("not applied", why)
            return
        for words in changes.untold:
            tell("not said", words)
        corrects = bool(changes.verdict or changes.tags or changes.wrong)
        if not corrects:
            confirms = corrections.confirmed(corrected)
            if confirms is None:
                self.counts["unchanged"] += 1
                return
            changes = confirms
        where, other = self.said.setdefault(assessed.article.id, (corrected.where, changes))
        if replace(other, untold=()) != replace(changes, untold=()):
            # of two annotators in one file
            tell("conflict", f"{where} says otherwise in the same name: the later holds")
        review, flags = self._what_is_new(assessed, corrected, changes, tell, corrects=corrects)
        if review is None and not flags:
            self.counts["said"] += 1
            return
        if not self.dry_run:
            said, who, now = [] if review is None else [review], self.who, self.desk.now()
            self.desk.store.decide(
                said, flags, reviewer=who.name, provisional=who.provisional, now=now
            )
        self.counts["corrected" if corrects else "confirmed"] += 1
        self.counts.update(reviews=int(review is not None), flags=len(flags))

    def _current(self, corrected: Corrected) -> tuple[AssessedArticle | None, str]:
        """Return the article, or None and why nothing can be said of it."""
        id_, version = corrected.record["id"], corrected.record.get("sha256")
        if version is None and id_ in self.keys:
            id_, version = self.keys[id_]
        if not corrected.known:
            return None, "it is not in the export that was named with --exported"
        if YEAR in corrected.record:
            return None, "the export withholds what is said of it: correct a restricted one"
        if version is None:
            return None, "the export kept back which article it is: name its key file with --key"
        try:
            assessed = self.desk.article(id_)
        except NotFound:
            return None, "the desk has no such article, or has forgotten it"
        article, why = assessed.article, ""
        if version != article.sha256:
            why = "the article was changed since it was exported"
        elif article.expired:
            why = "the desk keeps its words no longer"
        elif corrected.text is not None and not _is_text_of(article, corrected):
            why = "its text is not the one that was exported, so places in it are not known"
        return (None if why else assessed), why

    def _what_is_new(
        self,
        assessed: AssessedArticle,
        corrected: Corrected,
        changes: Correction,
        tell: Tell,
        *,
        corrects: bool,
    ) -> tuple[Review | None, list[FlagSaid]]:
        """Return what is to be said beyond what was; tell where others say otherwise."""
        article, me, store = assessed.article, self.who.name, self.desk.store
        reviews = [one for one in store.reviews(article.id) if one.sha256 == article.sha256]
        own = [one for one in reviews if one.reviewer == me]
        if own and not corrects:  # a word of their own holds
            if own[-1].verdict != changes.verdict:
                tell("conflict", f"{me or 'unnamed'} said {own[-1].verdict}, which holds")
            return None, []
        told = [
            (name, (said.rule, said.field, said.start, said.end), said.right)
            for name, said in store.flags_told(article.id, article.sha256)
        ]
        review = _review(article, corrected, changes, me, own, tell)
        there = {(f.rule, f.field, f.start, f.end) for f in assessed.findings}
        wrong = []  # those flags that are there, and were not called wrong yet
        for spot in changes.wrong:
            mine = [right for name, of, right in told if (name, of) == (me, spot)]
            if spot not in there:
                tell("not applied", f"{spot[0]}: the rules in force find no such flag any more")
            elif False not in mine:
                wrong.append(spot)
            elif mine[-1]:
                tell("conflict", f"{spot[0]}: {me or 'unnamed'} called it wrong, and right since")
        if review is not None or wrong:
            others = [one for one in reviews if one.reviewer != me] if review else []
            _tell_conflicts(changes, others, wrong, [one for one in told if one[0] != me], tell)
        flags = [FlagSaid(article.id, article.sha256, *spot, right=False) for spot in wrong]
        return review, flags


def _review(
    article: Article,
    corrected: Corrected,
    changes: Correction,
    me: str,
    own: Sequence[Review],
    tell: Tell,
) -> Review | None:
    """Return what is to be said of relevance and tags; None where it was said, or is nothing."""
    if not changes.verdict and not changes.tags:
        return None
    said = [  # which of one's own reviews say all that was changed
        changes.verdict in (None, one.verdict)
        and all(
            scheme in one.tags and set(one.tags[scheme]) == set(labels)
            for scheme, labels in changes.tags.items()
        )
        for one in own
    ]
    if any(said):
        if not said[-1]:
            tell("conflict", f"{me or 'unnamed'} said so before, and otherwise since")
        return None
    # Who left it as it was read it so; what they said themselves holds before that.
    verdict = changes.verdict or (own[-1].verdict if own else corrected.exported_verdict)
    if verdict is None:
        tell("not said", "tags: nothing says how relevant the article is")
        return None
    # The latest review of each reviewer holds whole: what it says of other schemes goes on with it.
    tags = {**(own[-1].tags if own else {}), **changes.tags}
    return Review(article.id, article.sha256, me, verdict, dict(sorted(tags.items())))


def _tell_conflicts(
    changes: Correction, reviews: Iterable[Review], wrong: Iterable[Spot], told: Told, tell: Tell
) -> None:
    """Tell where others say otherwise; each one's latest word."""
    for name, other in sorted({one.reviewer: one for one in reviews}.items()):
        if changes.verdict not in (None, other.verdict):
            tell("conflict", f"{name or 'unnamed'} says {other.verdict}")
        for scheme, labels in changes.tags.items():
            said = other.tags.get(scheme)
            if said is not None and set(said) != set(labels):
                words = ", ".join(said) or "none"
                tell("conflict", f"{name or 'unnamed'} says of {scheme}: {words}")
    for spot in wrong:
        latest = {name: right for name, of, right in told if of == spot}
        for name in sorted(name for name, right in latest.items() if right):
            tell("conflict", f"{name or 'unnamed'} says that the flag {spot[0]} is right")


def read_keys(path: Path) -> dict[str, Key]:
    """Return id and version of the articles that a key file names, by their exported ids."""
    rows = corrections.read_key_file(path).items()
    return {id_: (article_id(row["url"]), row["sha256"]) for id_, row in rows}


def _is_text_of(article: Article, corrected: Corrected) -> bool:
    """Whether each code point is the stored one, or stands for one that was kept back."""
    titled = shift_of(corrected.record) > 0
    whole = f"{article.title}{BETWEEN}{article.text}" if titled else article.text
    stored = without_surrogates(whole) if corrected.carriage_returns else brat_text(whole)
    given = corrected.text or ""
    return len(given) == len(stored) and all(
        one == other or one in (VEIL, MASK) for one, other in zip(given, stored, strict=True)
    )
