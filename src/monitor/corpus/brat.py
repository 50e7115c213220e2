"""brat: a text and a standoff file for each article, and the configuration that brat needs.

Below `brat/` a folder for each thousand articles; `documents.jsonl` there says which article and
version each document is and what was marked in it, so that corrections can be told from what was
exported. What is said of the article as a whole (its relevance, tags without evidence) are
attributes of a span `document` over its first line.

Offsets are code points, as brat's server counts them. It reads texts with universal line breaks, by
which CR LF would become one character and all behind it would move: a space stands for that CR.
A standoff file has a line for each mark: a mark across line breaks is split at them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.corpus.annotations import (
    Mark,
    count_empty,
    count_lost,
    count_outside,
    marks_of,
    relevance_word,
)
from monitor.corpus.brat_conf import annotation_conf, visual_conf
from monitor.corpus.cells import without_surrogates
from monitor.corpus.jsonl import article_line
from monitor.corpus.one_text import one_text
from monitor.types import TextDegree

FOLDER, DOCUMENTS = "brat", "documents.jsonl"
DOCUMENT, RELEVANCE = "document", "Relevance"
PER_FOLDER = 1_000
"""brat lists all documents of a folder at once."""
SCHEMA = 1

_CARRIED = frozenset(
    [
        "schema",
        "id",
        "title",
        "text",
        "sha256",
        "relevance",
        "relevant",
        "borderline",
        "tags",
        "findings",
        "stamps",
        "length",
    ]
)
"""What the files of a document have, `documents.jsonl` among them."""
_FINDING_LOST = ("why", "suggestions", "sources")
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_BREAKS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
"""Line breaks in the eyes of who reads a standoff file by Python's `splitlines`, as brat does."""


def open_writer(folder: Path, text: TextDegree) -> BratWriter:  # noqa: ARG001 - as every format's
    """Return a writer of the folder `brat`."""
    return BratWriter(folder / FOLDER)


class BratWriter:
    """Writes two small files for each article."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.files = [folder]
        self.lost: Counter[str] = Counter()
        self._folder = folder
        self._documents = (folder / DOCUMENTS).open("x", encoding="utf-8", newline="")
        self._names: set[str] = set()
        self._count = 0

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        whole = one_text(values)
        text = brat_text(whole.text)
        marks = marks_of(values, whole.shift)
        document = self._next_document(str(values["id"]))
        path = self._folder / document
        _put(path.with_name(f"{path.name}.txt"), text)
        _put(path.with_name(f"{path.name}.ann"), "".join(standoff(text, marks, values)))
        self._documents.write(article_line(_document(document, values)))
        self._names.update(mark.name for mark in marks)
        self.lost.update(_lost(values, whole.text, marks))

    def close(self) -> None:
        """Write the configuration of what was marked."""
        self._documents.close()
        _put(self._folder / "annotation.conf", annotation_conf(self._names))
        _put(self._folder / "visual.conf", visual_conf(self._names))
        self.lost = +self.lost

    def _next_document(self, id_: str) -> str:
        part = f"{self._count // PER_FOLDER + 1:04d}"
        if self._count % PER_FOLDER == 0:
            (self._folder / part).mkdir()
        self._count += 1
        name = id_ if _SAFE.fullmatch(id_) else f"article-{self._count}"
        return f"{part}/{name}"


def brat_text(text: str) -> str:
    """Return the text as brat reads it, as long as it was: CR LF is space LF, another CR is LF."""
    return without_surrogates(text).replace("\r\n", " \n").replace("\r", "\n")


def standoff(text: str, marks: Iterable[Mark], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a standoff file: the document's span first, then each mark with notes."""
    numbers: Counter[str] = Counter()

    def line(kind: str, words: str) -> str:
        numbers[kind] += 1
        return f"{kind}{numbers[kind]}\t{words}\n"

    head = head_of(text)
    whole = [mark for mark in marks if mark.whole]
    if head:
        yield line("T", f"{DOCUMENT} {head[0]} {head[1]}\t{text[slice(*head)]}")
        if word := relevance_word(values):
            yield line("A", f"{RELEVANCE} T1 {word}")
        yield line("#", f"AnnotatorNotes T1\t{_clean(_document_note(values))}")
        for name in dict.fromkeys(mark.name for mark in whole):
            yield line("A", f"{name} T1")
    for mark in marks:
        places = list(pieces(text, mark))
        if mark.whole or not places:
            continue
        spans = ";".join(f"{start} {end}" for start, end in places)
        yield line("T", f"{mark.name} {spans}\t{' '.join(text[a:b] for a, b in places)}")
        if note := _clean(_note(mark)):
            yield line("#", f"AnnotatorNotes T{numbers['T']}\t{note}")


def head_of(text: str) -> tuple[int, int] | None:
    """Return where the first line that has anything stands, which stands for the document."""
    for found in re.finditer(r"[^\n]+", _BREAKS.sub(lambda found: "\n" * len(found[0]), text)):
        if found[0].strip():
            return found.span()
    return None


def pieces(text: str, mark: Mark) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a mark between line breaks; none of a mark over space only."""
    if mark.start is None or mark.end is None or not text[mark.start : mark.end].strip():
        return
    at = mark.start
    for found in _BREAKS.finditer(text, mark.start, mark.end):
        if at < found.start():
            yield at, found.start()
        at = found.end()
    if at < mark.end:
        yield at, mark.end


def _note(mark: Mark) -> str:
    about = mark.about
    said = [str(about["severity"])] if "severity" in about else []
    if mark.score is not None:
        said.append(f"{'confidence' if said else 'score'} {mark.score:.4g}")
    if about.get("quoted", "no") != "no":
        said.append(f"quoted: {about['quoted']}")
    if about.get("experimental"):
        said.append("experimental")
    return "; ".join([*said, *([str(about["message"])] if about.get("message") else [])])


def _document_note(values: Mapping[str, Any]) -> str:
    scores = [
        f"{tag['scheme']}-{tag['label']} {tag['score']:.4g}"
        for tag in values["tags"]
        if not tag["evidence"]
    ]
    relevance = values.get("relevance")
    said = [] if relevance is None else [f"relevance {relevance:.4g}"]
    return "; ".join([f"article {values['id']}", *said, *scores])


def _clean(words: str) -> str:
    return " ".join(_BREAKS.sub(" ", without_surrogates(words)).replace("\t", " ").split())


def _document(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `documents.jsonl` says of a document: the version, and what was marked in it."""
    spot = ("field", "start", "end")
    tag = ("scheme", "label", "role", "score", "experimental")
    judged = ("rule", "guideline", "severity", "confidence", "principle", "scope", "quoted")
    said = ("id", "sha256", "relevance", "relevant", "borderline", "stamps", "length")
    return {
        "schema": SCHEMA,
        "document": name,
        **{key: values[key] for key in said if key in values},
        "tags": [
            {
                **{key: one[key] for key in tag if key in one},
                "evidence": [{key: place[key] for key in spot} for place in one["evidence"]],
            }
            for one in values["tags"]
        ],
        "findings": [{key: one[key] for key in (*judged, *spot)} for one in values["findings"]],
    }


def _lost(values: Mapping[str, Any], text: str, marks: Iterable[Mark]) -> Counter[str]:
    lost = count_lost(values, _CARRIED)
    lost["empty_spans"] = count_empty(values)
    lost["spans_outside_text"] = count_outside(values)
    lost["carriage_returns"] = text.count("\r")
    split = [list(pieces(text, mark)) for mark in marks if not mark.whole]
    lost["spans_split_at_line_breaks"] = sum(len(places) > 1 for places in split)
    lost["spans_of_space_only"] = sum(not places for places in split)
    lost["finding_explanations"] = sum(
        any(finding.get(key) for key in _FINDING_LOST) for finding in values["findings"]
    )
    if head_of(brat_text(text)) is None:
        lost["articles_without_text"] = 1
    return lost


def _put(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)
