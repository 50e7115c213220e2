"""Corrected brat documents: the folder as it was exported, its standoff files changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.corpus.annotations import Mark
from monitor.corpus.brat import DOCUMENT, DOCUMENTS, FOLDER, RELEVANCE, pieces
from monitor.corpus.corrected.json_lines import json_lines
from monitor.corpus.corrections import (
    Corrected,
    Place,
    need_record,
    need_span,
    place_of,
    read_verdict,
)
from monitor.errors import DataError
from monitor.types import Verdict

_LINE = re.compile(r"(?P<kind>[A-Z*#]|\#[A-Za-z]+)(?P<number>\d*)\t(?P<rest>.*)")
_NUMBERS = "[0-9]{1,9} [0-9]{1,9}"
_SPANS = re.compile(rf"(?P<name>\S+) (?P<spans>{_NUMBERS}(?:;{_NUMBERS})*)(?:\t(?P<text>.*))?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


def read(path: Path) -> Iterator[Corrected]:
    """Yield the documents that are there of those exported. Raises `DataError`."""
    folder = path / FOLDER if (path / FOLDER / DOCUMENTS).is_file() else path
    listed = folder / DOCUMENTS
    if not listed.is_file():
        raise DataError(f"{listed}: is not there; it says which articles the documents are")
    for where, row in json_lines(listed):
        document = row.get("document") if isinstance(row, dict) else None
        if not isinstance(document, str) or not _NAME.fullmatch(document):
            raise DataError(f"{where}: it names no document")
        standoff = folder / f"{document}.ann"
        if standoff.is_file():
            yield _read_document(standoff, need_record(row, where))


def _read_document(path: Path, record: Mapping[str, Any]) -> Corrected:
    # As brat reads them: the text has no CR, the standoff file breaks where Python's lines do.
    text = _read(path.with_suffix(".txt")).replace("\r\n", "\n").replace("\r", "\n")
    found = Corrected(str(path), record, text, frozenset(), None, carriage_returns=False)
    outer: dict[Place, Place] = {}
    unseen: set[Place] = set()
    for mark in found.exported:
        seen = None if mark.whole else _outer(text, mark)
        if seen:
            outer[seen] = place_of(mark)
        elif not mark.whole:
            unseen.add(place_of(mark))  # of line breaks only: it was not written
    spans, attributes, lines = _read_standoff(path, text)
    document = next((key for key, span in spans.items() if span[0] == DOCUMENT), None)
    marks = {outer.get(span, span) for span in spans.values() if span[0] != DOCUMENT}
    verdict: Verdict | None = None
    for where, name, target, value in attributes:
        if target != document or document is None:
            continue
        if name == RELEVANCE:
            verdict = read_verdict(value, where)
        else:
            marks.add((name, None, None))
    if document is None:  # an empty text, or its span is gone: nothing is said of the whole
        marks |= {place_of(mark) for mark in found.exported if mark.whole}
    return replace(found, marks=frozenset(marks | unseen), verdict=verdict, lines=lines)


def _outer(text: str, mark: Mark) -> Place | None:
    """Return a mark as it is written, without the line breaks at its ends."""
    places = list(pieces(text, mark))
    return (mark.name, places[0][0], places[-1][1]) if places else None


def _read_standoff(
    path: Path, text: str
) -> tuple[dict[str, Place], list[tuple[str, str, str, str | None]], dict[str, str]]:
    """Return spans by their ids, attributes as line, name, target and value, and lines by name."""
    spans: dict[str, Place] = {}
    attributes, lines = [], dict[str, str]()
    for number, line in enumerate(_read(path).splitlines(), 1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise DataError(f"{where}: it is no line of a standoff file")
        id_ = found["kind"] + found["number"]
        if found["kind"] == "T":
            if id_ in spans:
                raise DataError(f"{where}: {id_} is there twice")
            spans[id_] = _read_span(found["rest"], text, where)
            lines.setdefault(spans[id_][0], where)
        elif found["kind"] in ("A", "M"):
            words = found["rest"].split()
            if len(words) not in (2, 3):
                raise DataError(f"{where}: it is no attribute")
            attributes.append((where, words[0], words[1], words[2] if len(words) == 3 else None))
            lines.setdefault(words[0], where)
    return spans, attributes, lines


def _read_span(rest: str, text: str, where: str) -> Place:
    found = _SPANS.fullmatch(rest)
    if found is None:
        raise DataError(f"{where}: it is no span")
    places = [tuple(map(int, pair.split(" "))) for pair in found["spans"].split(";")]
    words = []
    for start, end in places:
        need_span(found["name"], start, end, len(text), where)
        words.append(text[start:end])
    if not _says(found["text"] or "", words):
        raise DataError(f"{where}: its words are not those at its place")
    return found["name"], places[0][0], places[-1][1]


def _says(told: str, words: Iterable[str]) -> bool:
    """Whether a line has the words of its places; brat trims them."""
    return told.strip() == " ".join(words).strip()


def _read(path: Path) -> str:
    if not path.is_file():  # nor a link to what has no end
        raise DataError(f"{path}: is no file")
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8") from error
