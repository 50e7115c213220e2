"""What came back of one article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.corpus.annotations import Mark, marks_of, relevance_word
from monitor.corpus.k_anonymity import YEAR
from monitor.corpus.one_text import BETWEEN
from monitor.errors import DataError
from monitor.shapes import as_whole
from monitor.types import VERDICTS, Verdict

Place = tuple[str, int | None, int | None]
"""A mark by its name and where it is in the one text; None twice: on the article."""

MOST = 10_000_000
"""Code points of a text; what is said to be longer is no article."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came back of one article: the marks that stand now, beside those that were exported.

    `where` names file and line; `lines` where a name of a mark first stands, in a format whose
    articles have many lines. `record` is what was exported, without words; `text` the one text
    as it came back, None where the file has none. `verdict` is how relevant the article is said to
    be now, None where nothing is said of it. `fresh`: it was begun anew, not from what was
    exported, so that what is not marked was not taken away. `known`: it is known what was exported.
    `carriage_returns`: whether the format's texts have any. `looked`: the tool says that somebody
    looked at it and handed it in, so that what was left as it was is confirmed; `on_words`: but
    only marks on words were before them.
    """

    where: str
    record: Mapping[str, Any]
    text: str | None
    marks: frozenset[Place]
    verdict: Verdict | None
    fresh: bool = False
    known: bool = True
    carriage_returns: bool = True
    looked: bool = False
    on_words: bool = False
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def article_id(self) -> str:
        """The article's id."""
        return str(self.record["id"])

    @property
    def sha256(self) -> str | None:
        """The version that was exported, None where that was not told."""
        return self.record.get("sha256")

    @property
    def exported(self) -> tuple[Mark, ...]:
        """The marks that were exported."""
        return tuple(marks_of(self.record, shift_of(self.record)))

    @property
    def exported_verdict(self) -> Verdict | None:
        """How relevant the article was said to be by what was exported."""
        return read_verdict(relevance_word(self.record), self.where)


def shift_of(record: Mapping[str, Any]) -> int:
    """Return where the text begins in the one text of a record."""
    title = int(record["length"]["title"] or 0)
    return title + len(BETWEEN) if title else 0


def place_of(mark: Mark) -> Place:
    """Return where a mark is."""
    return mark.name, mark.start, mark.end


def read_verdict(word: Any, where: str) -> Verdict | None:
    """Return a reviewer's word, None for none. Raises `DataError` for what is no such word."""
    for verdict in VERDICTS:
        if word == verdict:
            return verdict
    if word is None:
        return None
    raise DataError(f"{where}: '{word}' is none of {', '.join(VERDICTS)}")


def need_record(values: Any, where: str) -> Mapping[str, Any]:
    """Return a record as far as corrections need it. Raises `DataError` for what is none."""
    try:
        _need_texts(values)
        names = [mark.name for mark in marks_of(values)]
        "".join((values["id"], *names))
        relevance_word(values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{where}: it does not say which article it is, as exported") from error
    record: Mapping[str, Any] = values
    return record


def _need_texts(values: Mapping[str, Any]) -> None:
    """Raise what `need_record` expects unless title and text are texts, or kept back."""
    for name in ("title", "text"):
        length = values["length"][name]
        if YEAR not in values and not 0 <= length <= MOST:
            raise ValueError
        if not isinstance(values.get(name), str | None):
            raise TypeError


def need_text(value: Any, where: str) -> str:
    """Return a text. Raises `DataError` for what is none."""
    if not isinstance(value, str):
        raise DataError(f"{where}: there is no text")
    return value


def need_span(name: Any, start: Any, end: Any, length: int, where: str) -> tuple[str, int, int]:
    """Return a mark on words. Raises `DataError` for one that is none of a text so long."""
    start, end = as_whole(start), as_whole(end)
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in (start, end))
    if not isinstance(name, str) or not whole or not 0 <= start < end <= length:
        raise DataError(f"{where}: {start} to {end} is no part of the text")
    return name, start, end


def whole_marks(marks: Iterable[Mark]) -> set[Place]:
    """Return the marks that are on the article."""
    return {place_of(mark) for mark in marks if mark.whole}
