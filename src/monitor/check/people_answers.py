"""What a reporter says of the people in a draft, by place: read strictly, and no word of it told.

An answer is `{"field": "text", "start": 10, "end": 24, "role": "victim", "minor": false, …}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from monitor.records.errors import NobodyThere, UsageError
from monitor.records.finding import Span
from monitor.records.people import ROLES, PeopleTable, PersonAnswer
from monitor.text.document import Document

MOST = 1000
"""Answers to a draft."""
_PLACE = ("start", "end")
_SOURCE = ("source_start", "source_end")


class AnswersError(UsageError):
    """Answers that cannot be used: `path` is the way to what is wrong, without a key of theirs."""

    def __init__(self, path: Sequence[str | int], wrong: str) -> None:
        way = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        super().__init__(f"people{way} {wrong}")
        self.path, self.wrong = tuple(path), wrong


def _is_offset(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_said(value: object) -> bool:
    return value is None or isinstance(value, bool)


_OFFSET = (_is_offset, "must be a whole number, at least 0")
_SAID = (_is_said, "must be true, false or null")
_FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "field": (lambda it: it in ("text", "title"), "must be text or title"),
    "start": _OFFSET,
    "end": _OFFSET,
    "source_start": (lambda it: it is None or _is_offset(it), _OFFSET[1]),
    "source_end": (lambda it: it is None or _is_offset(it), _OFFSET[1]),
    "role": (lambda it: it is None or it in ROLES, f"must be one of {', '.join(ROLES)}"),
    "minor": _SAID,
    "consent": _SAID,
}


def read_answers(given: object) -> list[Mapping[str, Any]]:
    """Return answers as they were given; raises `AnswersError` for what is none."""
    if not isinstance(given, (list, tuple)):
        raise AnswersError((), "must be a list")
    if len(given) > MOST:
        raise AnswersError((), f"must be at most {MOST} answers")
    for number, one in enumerate(given):
        for path, wrong in _wrong_with(one):
            raise AnswersError((number, *path), wrong)
    return list(given)


def _wrong_with(one: object) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(one, Mapping):
        yield (), "must be an object"
        return
    if not one.keys() <= _FIELDS.keys():
        yield (), "has a field that is not known here"
    yield from (((name,), "is required") for name in ("field", *_PLACE) if name not in one)
    for name, value in one.items():
        fits, wrong = _FIELDS[name]
        if not _is_plain(value) or not fits(value):
            yield (name,), wrong
    for first, last in (_PLACE, _SOURCE):
        start, end = one.get(first), one.get(last)
        if (start is None) != (end is None):
            yield (first if start is None else last,), "is required"
        elif start is not None and end is not None and start >= end:
            yield (last,), f"must be after {first}"


def _is_plain(value: object) -> bool:
    """Whether a value can be looked up: a list or an object is no word."""
    return value is None or isinstance(value, (str, int, float))


def answers_to(document: Document, given: Sequence[Mapping[str, Any]]) -> tuple[PersonAnswer, ...]:
    """Return the answers with their places in the visible text of `document`.

    Where an answer tells its place in the source (Markdown, HTML) that place counts.
    """
    source = document.source_map
    answers = []
    for one in given:
        span = Span(one["field"], one["start"], one["end"])
        if source is not None and one.get("source_start") is not None and span.field == "text":
            span = Span("text", *source.visible(one["source_start"], one["source_end"]))
        said = (one.get(name) for name in ("role", "minor", "consent"))
        answers.append(PersonAnswer(span, *said))
    return tuple(answers)


def need_somebody(answers: Sequence[PersonAnswer], tables: Sequence[PeopleTable]) -> None:
    """Raise `NobodyThere` for answers at places where no table has anybody."""
    nobody = [
        f"people[{number}]"
        for number, answer in enumerate(answers)
        if not any(table.at(*_ends(answer.span)) for table in tables)
    ]
    if nobody:
        raise NobodyThere(f"{', '.join(nobody)}: nobody is told of at that place of the draft")


def nobody_at(error: NobodyThere) -> Iterator[int]:
    """Yield the numbers of the answers that an error is about."""
    for name in str(error).partition(":")[0].split(", "):
        yield int(name.removeprefix("people[").removesuffix("]"))


def _ends(span: Span) -> tuple[str, int, int]:
    return span.field, span.start, span.end
