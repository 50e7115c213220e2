"""Corrected annotations read back from annotation tools, compared with what was exported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.export import annotations as marking
from monitor.export.annotations import EXPLOITATION, FINDING, PLACE, Annotation, AnnotationName
from monitor.export.k_anonymity import YEAR
from monitor.labels.schemes import INDICATORS, ONE_LABEL_SCHEMES, REVIEWED_SCHEMES, check_labels
from monitor.records.article import VERDICTS, Verdict
from monitor.records.errors import DataError, UsageError
from monitor.records.finding import FieldName
from monitor.records.json_shapes import as_whole

Place = tuple[str, int | None, int | None]
"""A mark by its name and where it is in the one text; None twice: on the article."""
MOST = 10_000_000  # code points of a text; what is said to be longer is no article


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came back of one article: the marks that stand now, beside those that were exported.

    `where` names file and line; `lines` where a mark's name first stands, where articles have many
    lines. `record` is what was exported, without words; `text` the one text as it came back, None
    where there is none; `verdict` how relevant it is said to be now, None where nothing is said.
    `fresh`: it was begun anew, so that what is not marked was not taken away. `known`: it is known
    what was exported. `carriage_returns`: the format's texts have them. `looked`: somebody looked
    at it and handed it in, so that what was left is confirmed; `on_words`: but only marks on words
    were before them.
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
    def exported_verdict(self) -> Verdict | None:
        """How relevant the article was said to be by what was exported."""
        return read_verdict(marking.relevance_word(self.record), self.where)


def place_of(mark: Annotation) -> Place:
    """Return where a mark is."""
    return mark.name, mark.start, mark.end


def read_verdict(word: Any, where: str) -> Verdict | None:
    """Return a reviewer's word, None for none. Raises `DataError` for what is no such word."""
    for verdict in VERDICTS:
        if word == verdict:
            return verdict
    if word is not None:
        raise DataError(f"{where}: '{word}' is none of {', '.join(VERDICTS)}")
    return None


def need_record(values: Any, where: str) -> Mapping[str, Any]:
    """Return a record as far as corrections need it. Raises `DataError` for what is none."""
    try:
        lengths = [values["length"][name] for name in ("title", "text")]
        texts = [isinstance(values.get(name), str | None) for name in ("title", "text")]
        fit = all(texts) and (YEAR in values or all(0 <= one <= MOST for one in lengths))
        "".join((values["id"], *(mark.name for mark in marking.marks_of(values))))
        marking.relevance_word(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        fit = False
    if not fit:
        raise DataError(f"{where}: it does not say which article it is, as exported")
    record: Mapping[str, Any] = values
    return record


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


Spot = tuple[str, FieldName, int, int]  # a flag: its rule, and where it is in a field


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says by what was changed.

    `tags` has all labels that hold now of each scheme that was changed, `wrong` the flags that were
    taken away. `untold` says in words what a review cannot say.
    """

    verdict: Verdict | None = None
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrong: tuple[Spot, ...] = ()
    untold: tuple[str, ...] = ()


def compare(corrected: Corrected) -> Correction:
    """Return what was changed. Raises `DataError` for a mark whose name is no label."""
    before = {place_of(mark): mark.about for mark in marking.marks_of(corrected.record)}
    was, now = ({name for name, _, _ in places} for places in (before, corrected.marks))
    named: dict[str, AnnotationName] = {}
    for name in sorted(was | now):
        found = marking.parse_name(name)
        if found is None or (name not in was and not _is_known(found)):
            where = corrected.lines.get(name, corrected.where)
            raise DataError(f"{where}: '{name}' is no label")
        named[name] = found
    old, new = ([named[name] for name in names] for names in (was, now))
    tags, untold = dict[str, tuple[str, ...]](), list[str]()
    for scheme in sorted({one.scheme for one in named.values()} - {FINDING}):
        labels = _labels(new, scheme)
        if labels == _labels(old, scheme) or (corrected.fresh and not labels):
            continue
        if words := _unsayable(scheme, labels):
            untold.append(words)
        else:
            tags[scheme] = tuple(sorted(labels))
    fresh = corrected.marks - before.keys()
    if added := [name for name, *_ in fresh if named[name].scheme == FINDING]:
        untold.append(f"{FINDING}: {len(added)} marked where no rule had found any")
    verdict = corrected.verdict if corrected.verdict != corrected.exported_verdict else None
    if corrected.fresh:
        return Correction(verdict, tags, untold=tuple(untold))
    roles, then = (
        {(one.label, one.role) for one in some if one.scheme == PLACE and one.role != EXPLOITATION}
        for some in (new, old)
    )
    if roles != then:
        untold.append(f"{PLACE}: reviews say only where the exploitation is")
    both = {name for name in was & now if named[name].scheme != FINDING}
    if moved := sorted(both & {name for name, _, _ in corrected.marks ^ before.keys()}):
        untold.append(f"evidence: other words than exported are marked for {', '.join(moved)}")
    gone = [of for place, of in before.items() if "rule" in of and place not in corrected.marks]
    wrong = dict.fromkeys((of["rule"], of["field"], of["start"], of["end"]) for of in gone)
    return Correction(verdict, tags, tuple(wrong), tuple(untold))


def confirmed(corrected: Corrected) -> Correction | None:
    """Return what somebody who handed an article in as it was says by that; None where nothing.

    What was begun anew says what is marked, all else what was exported.
    """
    verdict = corrected.verdict
    if verdict is None and not corrected.fresh:
        verdict = corrected.exported_verdict
    if not corrected.looked or verdict is None:
        return None
    names = {name: marking.parse_name(name) for name, _, _ in corrected.marks}
    named = {
        name: one
        for name, one in names.items()
        if one is not None and one.scheme != FINDING and one.role in (None, EXPLOITATION)
    }
    unseen = set[str]()
    if corrected.on_words:
        seen = {name for name, start, _ in corrected.marks if start is not None}
        unseen = {one.scheme for name, one in named.items() if name not in seen}
    tags = {
        scheme: tuple(sorted(labels))
        for scheme in sorted({one.scheme for one in named.values()} - unseen)
        if (labels := _labels(named.values(), scheme)) and not _unsayable(scheme, labels)
    }
    return Correction(verdict, tags)


def _is_known(named: AnnotationName) -> bool:
    if named.scheme in (FINDING, "indicator"):  # which flags there are says the desk
        return named.scheme == FINDING or named.label in INDICATORS
    with suppress(UsageError):
        return bool(check_labels({named.scheme: [named.label]}))
    return False


def _labels(named: Iterable[AnnotationName], scheme: str) -> set[str]:
    return {one.label for one in named if one.scheme == scheme and one.role in (None, EXPLOITATION)}


def _unsayable(scheme: str, labels: set[str]) -> str:
    """Return why a review cannot say that these labels hold, "" where it can."""
    if scheme not in REVIEWED_SCHEMES:
        return f"{scheme}: reviews have no word for it"
    if scheme in ONE_LABEL_SCHEMES and len(labels) != 1:
        return f"{scheme}: takes exactly one label, marked are {len(labels)}"
    return ""


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield place and value of each line that is not blank. Raises `DataError`."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                where = f"{path}:{number}"
                if line.strip():
                    yield where, parse_json(line, where)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def read_key_file(path: Path) -> dict[str, dict[str, Any]]:
    """Return the lines of a key file by the ids of the articles in the export. `DataError`."""
    keys = {}
    for where, row in json_lines(path):
        match row:
            case {"id": str(id_), "url": str(), "sha256": str()}:
                keys[id_] = row
            case _:
                raise DataError(f"{where}: is no line of a key file")
    return keys


def parse_json(data: bytes, where: str, *, whole: bool = False) -> Any:
    """Return a value; where it is `whole`, an error tells the line. Raises `DataError`.

    NaN, which pandas writes for nothing, is read as nothing.
    """
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: is not UTF-8") from error
    except json.JSONDecodeError as error:
        line = f":{error.lineno}" if whole else ""
        raise DataError(f"{where}{line}: is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: is no JSON that can be read") from error
