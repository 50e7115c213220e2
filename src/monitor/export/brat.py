"""brat: a text and a standoff file for each article, and the configuration that brat needs.

`documents.jsonl` says which article each document is and what was marked in it. What is said of the
whole article are attributes of a span `document`. Offsets are code points. brat reads CR LF as one
character: a space stands for that CR. A mark across line breaks is split at them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.export import annotations as marking
from monitor.export import corrections
from monitor.export.annotations import FINDING, Annotation
from monitor.export.columns import QUOTES, TextDegree, keys_of
from monitor.export.corrections import Corrected, Place
from monitor.export.export_facts import Writer
from monitor.export.jsonl import article_line
from monitor.records.article import VERDICTS, Verdict
from monitor.records.errors import DataError
from monitor.text.safe_text import without_surrogates

FOLDER, DOCUMENTS = "brat", "documents.jsonl"
DOCUMENT, RELEVANCE = "document", "Relevance"
PER_FOLDER = 1_000  # brat lists all documents of a folder at once
_SAID = ("id", "sha256", "relevance", "relevant", "borderline", "stamps", "length")
_CARRIED = frozenset((*_SAID, "schema", "title", "text", "tags", "findings"))
"""What the files of a document have, `documents.jsonl` among them."""
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_BREAKS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
"""Line breaks in the eyes of who reads a standoff file by Python's `splitlines`, as brat does."""
_COLOURS = {
    "form": "#f4b6a6",
    "response": "#a9cce3",
    "place": "#a9dfbf",
    "victim": "#f9e79f",
    "gender": "#fad7a0",
    "flow": "#d7bde2",
    "protection": "#aed6f1",
    "indicator": "#f5b7b1",
    FINDING: "#ff8a80",
}
_LINE = re.compile(r"(?P<kind>[A-Z*#]|\#[A-Za-z]+)(?P<number>\d*)\t(?P<rest>.*)")
_NUMBERS = "[0-9]{1,9} [0-9]{1,9}"
_SPANS = re.compile(rf"(?P<name>\S+) (?P<spans>{_NUMBERS}(?:;{_NUMBERS})*)(?:\t(?P<text>.*))?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
NO_PROOF = "brat's files do not tell whether somebody looked"


class BratWriter(Writer):
    """Writes into the folder `brat` two small files for each article."""

    of_texts = True

    def __init__(self, folder: Path, text: TextDegree) -> None:
        super().__init__(folder / FOLDER, text)
        self._folder.mkdir()
        self.files = [self._folder]
        self._documents = (self._folder / DOCUMENTS).open("x", encoding="utf-8", newline="")
        self._names: set[str] = set()
        self._count = 0

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        folder, id_ = f"{self._count // PER_FOLDER + 1:04d}", str(values["id"])
        if self._count % PER_FOLDER == 0:
            (self._folder / folder).mkdir()
        self._count += 1
        name = f"{folder}/{id_ if _SAFE.fullmatch(id_) else f'article-{self._count}'}"
        whole, marks = marking.one_text(values), marking.marks_of(values)
        text = brat_text(whole)
        _put(self._folder / f"{name}.txt", text)
        _put(self._folder / f"{name}.ann", "".join(standoff(text, marks, values)))
        self._documents.write(article_line(_document(name, values)))
        self._names.update(mark.name for mark in marks)
        for key in values.keys() - _CARRIED:
            value = values[key]
            if value not in (None, False, "", [], {}):
                self.lost[key] += len(value) if isinstance(value, list) else 1
        split = [list(pieces(whole, mark)) for mark in marks if not mark.whole]
        self.lost.update(
            marking.unplaced(values),
            carriage_returns=whole.count("\r"),
            spans_split_at_line_breaks=sum(len(places) > 1 for places in split),
            spans_of_space_only=sum(not places for places in split),
            finding_explanations=sum(
                any(one.get(key) for key in ("why", "suggestions", "sources"))
                for one in values["findings"]
            ),
            articles_without_text=int(head_of(text) is None),
        )

    def close(self) -> None:
        """Write the configuration of what was marked: what may be, its colours and short labels."""
        self._documents.close()
        entities = ["[relations]", "", "[events]", "", "[entities]", "document"]
        attributes = ["", "[attributes]", f"Relevance\tArg:document, Value:{'|'.join(VERDICTS)}"]
        labels = ["[labels]", "document | article"]
        drawing = ["", "[drawing]"]
        drawing.append("SPAN_DEFAULT\tfgColor:black, bgColor:#d5d8dc, borderColor:darken")
        drawing.append("document\tbgColor:#e8e8e8")
        for scheme, names in marking.all_names(self._names).items():
            entities += [f"!{scheme}", *(f"\t{name}" for name in names)]
            # Of places only those that are marked: a list of 249 boxes would be of no use.
            shown = [name for name in names if scheme != "place" or name in self._names]
            if scheme != FINDING:
                attributes += [f"{name}\tArg:document" for name in shown]
            for name in names:
                plain = name.partition("-")[2].replace("_", " ")
                labels.append(f"{name} | {scheme}: {plain} | {plain}")
                drawing.append(f"{name}\tbgColor:{_COLOURS.get(scheme, '#d5d8dc')}")
        _put(self._folder / "annotation.conf", "\n".join([*entities, *attributes, ""]))
        _put(self._folder / "visual.conf", "\n".join([*labels, *drawing, ""]))
        super().close()


open_writer = BratWriter


def brat_text(text: str) -> str:
    """Return the text as brat reads it, as long as it was: CR LF is space LF, another CR is LF."""
    return without_surrogates(text).replace("\r\n", " \n").replace("\r", "\n")


def standoff(text: str, marks: Sequence[Annotation], values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a standoff file: the document's span first, then each mark with notes."""
    numbers: Counter[str] = Counter()

    def line(kind: str, words: str) -> str:
        numbers[kind] += 1
        return f"{kind}{numbers[kind]}\t{words}\n"

    if head := head_of(text):
        yield line("T", f"{DOCUMENT} {head[0]} {head[1]}\t{text[slice(*head)]}")
        if word := marking.relevance_word(values):
            yield line("A", f"{RELEVANCE} T1 {word}")
        said = [f"article {values['id']}"]
        if values.get("relevance") is not None:
            said.append(f"relevance {values['relevance']:.4g}")
        bare = (tag for tag in values["tags"] if not tag["evidence"])
        said += [f"{tag['scheme']}-{tag['label']} {tag['score']:.4g}" for tag in bare]
        yield line("#", f"AnnotatorNotes T1\t{_clean('; '.join(said))}")
        for name in dict.fromkeys(mark.name for mark in marks if mark.whole):
            yield line("A", f"{name} T1")
    for mark in marks:
        if places := list(pieces(text, mark)):
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


def pieces(text: str, mark: Annotation) -> Iterator[tuple[int, int]]:
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


def _note(mark: Annotation) -> str:
    about = mark.about
    said = [str(about["severity"])] if "severity" in about else []
    if mark.score is not None:
        said.append(f"{'confidence' if said else 'score'} {mark.score:.4g}")
    if about.get("quoted", "no") != "no":
        said.append(f"quoted: {about['quoted']}")
    if about.get("experimental"):
        said.append("experimental")
    return "; ".join([*said, *([str(about["message"])] if about.get("message") else [])])


def _clean(words: str) -> str:
    return " ".join(_BREAKS.sub(" ", without_surrogates(words)).replace("\t", " ").split())


def _document(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `documents.jsonl` says of a document: the version, and what was marked in it."""
    # keys that hold one value, and no words of the article
    spot, tag, finding = (
        [n for n, one in keys_of(of).items() if n not in QUOTES and "items" not in one.schema]
        for of in ("span", "tag", "finding")
    )
    judged = [name for name in finding if name not in spot]
    return {
        "schema": 1,
        "document": name,
        **_of(values, _SAID),
        "tags": [
            {**_of(one, tag), "evidence": [_of(place, spot) for place in one["evidence"]]}
            for one in values["tags"]
        ],
        "findings": [_of(one, (*judged, *spot)) for one in values["findings"]],
    }


def _of(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values}


def _put(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(text)


def read_corrections(path: Path, exported: Path | None, *, approved: bool) -> Iterator[Corrected]:  # noqa: ARG001 - of other tools
    """Yield the documents that are there of those exported. Raises `DataError`."""
    folder = path / FOLDER if (path / FOLDER / DOCUMENTS).is_file() else path
    listed = folder / DOCUMENTS
    if not listed.is_file():
        raise DataError(f"{listed}: is not there; it says which articles the documents are")
    for where, row in corrections.json_lines(listed):
        document = row.get("document") if isinstance(row, dict) else None
        if not isinstance(document, str) or not _NAME.fullmatch(document):
            raise DataError(f"{where}: it names no document")
        standoff = folder / f"{document}.ann"
        if standoff.is_file():
            yield _read_document(standoff, corrections.need_record(row, where))


def _read_document(path: Path, record: Mapping[str, Any]) -> Corrected:
    # As brat reads them: the text has no CR, the standoff file breaks where Python's lines do.
    text = _read(path.with_suffix(".txt")).replace("\r\n", "\n").replace("\r", "\n")
    exported = marking.marks_of(record)
    outer: dict[Place, Place] = {}  # marks as they are written, without line breaks at their ends
    unseen: set[Place] = set()
    for mark in exported:
        places = list(pieces(text, mark))
        if places:
            outer[mark.name, places[0][0], places[-1][1]] = corrections.place_of(mark)
        elif not mark.whole:
            unseen.add(corrections.place_of(mark))  # of line breaks only: it was not written
    spans, attributes, lines = _read_standoff(path, text)
    document = next((key for key, span in spans.items() if span[0] == DOCUMENT), None)
    marks = {outer.get(span, span) for span in spans.values() if span[0] != DOCUMENT}
    verdict: Verdict | None = None
    for where, name, target, value in attributes:
        if target != document or document is None:
            continue
        if name == RELEVANCE:
            verdict = corrections.read_verdict(value, where)
        else:
            marks.add((name, None, None))
    if document is None:  # an empty text, or its span is gone: nothing is said of the whole
        marks |= {corrections.place_of(mark) for mark in exported if mark.whole}
    every = frozenset(marks | unseen)
    return Corrected(str(path), record, text, every, verdict, carriage_returns=False, lines=lines)


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
        corrections.need_span(found["name"], start, end, len(text), where)
        words.append(text[start:end])
    if (found["text"] or "").strip() != " ".join(words).strip():  # brat trims them
        raise DataError(f"{where}: its words are not those at its place")
    return found["name"], places[0][0], places[-1][1]


def _read(path: Path) -> str:
    if not path.is_file():  # nor a link to what has no end
        raise DataError(f"{path}: is no file")
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8") from error
