"""Importing corrected annotations as reviews: what was changed is said, nothing is overwritten.

A correction is one decision more of whoever made it, as a review on the page is: undone the same
way. What others say stands beside it and is listed where it differs. What came back as it was is
a review too where the tool tells that somebody handed it in: else nobody knows whether they looked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from monitor.export.annotations import BETWEEN, VEIL
from monitor.export.brat import brat_text
from monitor.export.columns import KNOWS_APPROVAL, CorrectedFormat
from monitor.export.corrections import (
    Corrected,
    Correction,
    Spot,
    compare,
    confirmed,
    read_key_file,
    shift_of,
)
from monitor.export.exporter import format_module
from monitor.export.k_anonymity import YEAR
from monitor.export.redaction import MASK
from monitor.records.article import AssessedArticle, Review, Verdict
from monitor.records.errors import DataError, NotFound, UsageError
from monitor.records.review import FlagSaid
from monitor.text.safe_text import without_surrogates

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.review.review_queue import Reviewer

Kind = Literal["conflict", "not applied", "not said"]
"""What is listed: another says otherwise; it could not be applied at all; no review can say it."""


Key = tuple[str, str]
"""An article's id and version."""


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


@dataclass(slots=True)
class _ImportTally:
    """Counts while a file is read; `said` is what it said first of each article, and where."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[CorrectionNote] = field(default_factory=list)
    said: dict[str, tuple[str, Correction]] = field(default_factory=dict)

    def elsewhere(self, corrected: Corrected, article_id: str, changes: Correction) -> str:
        """Return where the file said otherwise of an article before, "" where it did not."""
        where, other = self.said.setdefault(article_id, (corrected.where, changes))
        return where if replace(other, untold=()) != replace(changes, untold=()) else ""


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
    line, `UsageError` where `exported` is missing.
    """
    for one in read_corrected(path, format, exported, approved=approved):
        compare(one)  # a file that is broken further down is refused whole
    tally = _ImportTally()
    for one in read_corrected(path, format, exported, approved=approved):
        tally.counts["read"] += 1
        _apply(desk, one, compare(one), who, keys or {}, tally, dry_run=dry_run)
        report(1)
    return ImportedCorrections(**tally.counts, listed=tuple(tally.listed))


def _apply(
    desk: Desk,
    corrected: Corrected,
    changes: Correction,
    who: Reviewer,
    keys: Mapping[str, Key],
    tally: _ImportTally,
    *,
    dry_run: bool,
) -> None:
    def tell(kind: Kind, why: str) -> None:
        tally.listed.append(CorrectionNote(kind, corrected.where, corrected.article_id, why))

    assessed, why = _current(desk, corrected, keys)
    if assessed is None:
        tell("not applied", why)
        return
    for words in changes.untold:
        tell("not said", words)
    corrects = bool(changes.verdict or changes.tags or changes.wrong)
    if not corrects:
        confirms = confirmed(corrected)
        if confirms is None:
            tally.counts["unchanged"] += 1
            return
        changes = confirms
    if first := tally.elsewhere(corrected, assessed.article.id, changes):
        # of two annotators in one file
        tell("conflict", f"{first} says otherwise in the same name: the later holds")
    review, flags = _what_is_new(desk, assessed, corrected, changes, who, tell, corrects=corrects)
    if review is None and not flags:
        tally.counts["said"] += 1
        return
    if not dry_run:
        said = [] if review is None else [review]
        desk.store.decide(
            said, flags, reviewer=who.name, provisional=who.provisional, now=desk.now()
        )
    tally.counts["corrected" if corrects else "confirmed"] += 1
    tally.counts.update(reviews=int(review is not None), flags=len(flags))


Tell = Callable[[Kind, str], None]
Told = Sequence[tuple[str, FlagSaid]]


def _what_is_new(
    desk: Desk,
    assessed: AssessedArticle,
    corrected: Corrected,
    changes: Correction,
    who: Reviewer,
    tell: Tell,
    *,
    corrects: bool,
) -> tuple[Review | None, list[FlagSaid]]:
    """Return what is to be said beyond what was; tell where others say otherwise.

    What only confirms is nothing to say for who has a word of their own: it holds.
    """
    article = assessed.article
    standing = desk.store.reviews(article.id)
    reviews = [one for one in standing if one.sha256 == article.sha256]
    own = [one for one in reviews if one.reviewer == who.name]
    if own and not corrects:
        if own[-1].verdict != changes.verdict:
            tell("conflict", f"{who.name or 'unnamed'} said {own[-1].verdict}, which holds")
        return None, []
    told = desk.store.flags_told(article.id, article.sha256)
    review = _review(assessed, corrected, changes, who, reviews, tell)
    flags = _flags(assessed, changes, who, told, tell)
    if review is not None or flags:
        _tell_conflicts(changes, review, flags, who, reviews, told, tell)
    return review, flags


def _current(
    desk: Desk, corrected: Corrected, keys: Mapping[str, Key]
) -> tuple[AssessedArticle | None, str]:
    """Return the article, or None and why nothing can be said of it."""
    id_, version = corrected.article_id, corrected.sha256
    if version is None and id_ in keys:
        id_, version = keys[id_]
    why = ""
    if not corrected.known:
        why = "it is not in the export that was named with --exported"
    elif YEAR in corrected.record:
        why = "the export withholds what is said of it: correct a restricted one"
    elif version is None:
        why = "the export kept back which article it is: name its key file with --key"
    if why:
        return None, why
    try:
        assessed = desk.article(id_)
    except NotFound:
        return None, "the desk has no such article, or has forgotten it"
    article = assessed.article
    if version != article.sha256:
        why = "the article was changed since it was exported"
    elif article.expired:
        why = "the desk keeps its words no longer"
    elif corrected.text is not None and not same_text(corrected, article.title, article.text):
        why = "its text is not the one that was exported, so places in it are not known"
    return (None if why else assessed), why


def _review(
    assessed: AssessedArticle,
    corrected: Corrected,
    changes: Correction,
    who: Reviewer,
    reviews: Sequence[Review],
    tell: Tell,
) -> Review | None:
    """Return what is to be said of relevance and tags; None where it was said, or is nothing."""
    if not changes.verdict and not changes.tags:
        return None
    own = [one for one in reviews if one.reviewer == who.name]
    if any(_says(one, changes) for one in own):
        if not _says(own[-1], changes):
            tell("conflict", f"{who.name or 'unnamed'} said so before, and otherwise since")
        return None
    verdict: Verdict | None = changes.verdict
    if verdict is None:
        # Who left it as it was read it so; what they said themselves holds before that.
        verdict = own[-1].verdict if own else corrected.exported_verdict
    if verdict is None:
        tell("not said", "tags: nothing says how relevant the article is")
        return None
    # The latest review of each reviewer holds whole: what it says of other schemes goes on with it.
    tags = {**(own[-1].tags if own else {}), **changes.tags}
    article = assessed.article
    return Review(article.id, article.sha256, who.name, verdict, dict(sorted(tags.items())))


def _says(review: Review, changes: Correction) -> bool:
    """Whether a review says all that was changed."""
    if changes.verdict not in (None, review.verdict):
        return False
    return all(
        scheme in review.tags and set(review.tags[scheme]) == set(labels)
        for scheme, labels in changes.tags.items()
    )


def _flags(
    assessed: AssessedArticle, changes: Correction, who: Reviewer, told: Told, tell: Tell
) -> list[FlagSaid]:
    """Return the flags that are to be called wrong: those that are there, and were not yet."""
    article = assessed.article
    there = {(f.rule, f.field, f.start, f.end) for f in assessed.findings}
    flags = []
    for spot in changes.wrong:
        mine = [said.right for name, said in told if name == who.name and _spot(said) == spot]
        if spot not in there:
            tell("not applied", f"{spot[0]}: the rules in force find no such flag any more")
        elif False not in mine:
            flags.append(FlagSaid(article.id, article.sha256, *spot, right=False))
        elif mine[-1]:
            tell("conflict", f"{spot[0]}: {who.name or 'unnamed'} called it wrong, and right since")
    return flags


def _spot(said: FlagSaid) -> Spot:
    return said.rule, said.field, said.start, said.end


def _tell_conflicts(
    changes: Correction,
    review: Review | None,
    flags: Iterable[FlagSaid],
    who: Reviewer,
    reviews: Sequence[Review],
    told: Told,
    tell: Tell,
) -> None:
    """Tell where others say otherwise; each one's latest word."""
    latest = {one.reviewer: one for one in reviews if one.reviewer != who.name}
    for name, other in sorted(latest.items()) if review else ():
        if changes.verdict not in (None, other.verdict):
            tell("conflict", f"{name or 'unnamed'} says {other.verdict}")
        for scheme, labels in changes.tags.items():
            said = other.tags.get(scheme)
            if said is not None and set(said) != set(labels):
                words = ", ".join(said) or "none"
                tell("conflict", f"{name or 'unnamed'} says of {scheme}: {words}")
    for flag in flags:
        words_of = {n: said.right for n, said in told if _spot(said) == _spot(flag)}
        for name in sorted(n for n, right in words_of.items() if right and n != who.name):
            tell("conflict", f"{name or 'unnamed'} says that the flag {flag.rule} is right")


def read_keys(path: Path) -> dict[str, Key]:
    """Return id and version of the articles that a key file names, by their exported ids."""
    from monitor.feeds.urls import article_id

    rows = read_key_file(path).items()
    return {id_: (article_id(row["url"]), row["sha256"]) for id_, row in rows}


def read_corrected(
    path: Path,
    format: CorrectedFormat,
    exported: Path | None = None,
    *,
    approved: bool = False,
) -> Iterator[Corrected]:
    """Yield what came back, in the order of the files.

    `exported` is the export that a JSONL was made from; the other formats carry what was exported.
    `approved`: the tool was asked for approved documents only. Raises `DataError` naming file and
    line, `UsageError` for a format that cannot come back, for JSONL without its export, and for
    what is `approved` in a tool that knows no approval.
    """
    if approved and format != KNOWS_APPROVAL:
        raise UsageError(f"--approved is of {KNOWS_APPROVAL}'s files: {format} knows no approval")
    for needed in (path, exported):
        if needed is not None and not needed.exists():
            raise DataError(f"{needed}: is not there")
    if format not in get_args(CorrectedFormat):
        raise UsageError(f"'{format}' is none of {', '.join(get_args(CorrectedFormat))}")
    found: Iterator[Corrected] = format_module(format).read_corrections(
        path, exported, approved=approved
    )
    return found


def same_text(corrected: Corrected, title: str, text: str) -> bool:
    """Whether each code point is the stored one, or stands for one that was kept back."""
    whole = f"{title}{BETWEEN}{text}" if shift_of(corrected.record) else text
    stored = without_surrogates(whole) if corrected.carriage_returns else brat_text(whole)
    given = corrected.text or ""
    return len(given) == len(stored) and all(
        one == other or one in (VEIL, MASK) for one, other in zip(given, stored, strict=True)
    )
