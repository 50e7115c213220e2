"""Label Studio: tasks with what was judged as predictions and reviews as annotations.

`labelstudio.xml` is the labelling configuration that fits, `labelstudio-0001.json` and so on are
the tasks. Offsets are code points, as Label Studio stores and gives them (its editor counts in
UTF-16 and converts), CR LF are two. Marks on words are regions; how relevant an article is and tags
without evidence are choices. All else is in a task's data under `record`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from monitor.corpus.annotations import (
    FINDING,
    Mark,
    count_empty,
    count_outside,
    marks_of,
    name_of,
    parse_name,
    relevance_word,
)
from monitor.corpus.cells import without_surrogates
from monitor.corpus.jsonl import article_line
from monitor.corpus.labelstudio_conf import RELEVANCE, choices_name, labelling_config
from monitor.corpus.one_text import one_text
from monitor.types import TextDegree

CONFIG = "labelstudio.xml"
TASKS = "labelstudio-{:04d}.json"
PER_FILE = 5_000
"""Tasks of one file: what is uploaded at once stays within a few dozen megabytes."""
TEXT = "text"
"""The name of the text in the configuration, and its key in a task's data."""


def open_writer(folder: Path, text: TextDegree) -> TaskWriter:  # noqa: ARG001 - as every format's
    """Return a writer of tasks and their configuration."""
    return TaskWriter(folder)


class TaskWriter:
    """Writes a task for each article, some thousands a file."""

    def __init__(self, folder: Path) -> None:
        self.files = [folder / CONFIG]
        self.lost: Counter[str] = Counter()
        self._folder = folder
        self._names: set[str] = set()
        self._file: TextIO | None = None
        self._count = 0
        self._next_file()

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        if self._count and self._count % PER_FILE == 0:
            self._end_file()
            self._next_file()
        task = task_of(values)
        assert self._file is not None
        self._file.write((",\n" if self._count % PER_FILE else "\n") + article_line(task)[:-1])
        self._count += 1
        self._names.update(mark.name for mark in marks_of(values))
        self.lost["empty_spans"] += count_empty(values)
        self.lost["spans_outside_text"] += count_outside(values)

    def close(self) -> None:
        """End the last file and write the configuration of what was marked."""
        self._end_file()
        self.files[0].write_text(labelling_config(self._names), encoding="utf-8", newline="\n")
        self.lost = +self.lost

    def _next_file(self) -> None:
        path = self._folder / TASKS.format(len(self.files))
        self.files.append(path)
        self._file = path.open("x", encoding="utf-8", newline="")
        self._file.write("[")

    def _end_file(self) -> None:
        if self._file is not None:
            self._file.write("\n]\n")
            self._file.close()
            self._file = None


def task_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an article as a task to import."""
    whole = one_text(values)
    text = without_surrogates(whole.text)
    marks = marks_of(values, whole.shift)
    data = {
        TEXT: text,
        "article": values["id"],
        **{key: values[key] for key in ("outlet", "language", "published") if values.get(key)},
        "record": {key: value for key, value in values.items() if key not in ("title", "text")},
    }
    predicted = [*_regions(text, marks), *_choices(marks, relevance_word(values))]
    # what holds: by people too, where they decided
    by = [*values["stamps"], *(["review"] if values.get("judged") else [])]
    prediction: dict[str, Any] = {"model_version": " ".join(by), "result": predicted}
    if values.get("relevance") is not None:
        prediction["score"] = values["relevance"]
    return {
        "data": data,
        "predictions": [prediction],
        "annotations": [
            {"result": result, "ground_truth": False} for result in task_reviews(values)
        ],
    }


def task_reviews(values: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Return what reviewers said of an article, each as the result of an annotation."""
    reviews = values.get("reviews") or ()
    return [list(_review(review, number)) for number, review in enumerate(reviews)]


def _regions(text: str, marks: Iterable[Mark]) -> Iterator[dict[str, Any]]:
    for number, mark in enumerate(marks):
        named = parse_name(mark.name)
        if mark.start is None or mark.end is None or named is None:
            continue
        value = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        region: dict[str, Any] = {
            "id": f"mark-{number}",
            "from_name": named.scheme,
            "to_name": TEXT,
            "type": "labels",
            "value": {**value, "labels": [mark.name]},
        }
        if mark.score is not None:
            region["score"] = mark.score
        if named.scheme == FINDING:
            said = (mark.about["severity"], mark.about.get("message"))
            region["meta"] = {"text": [str(word) for word in said if word]}
        yield region


def _choices(marks: Iterable[Mark], relevance: str | None) -> Iterator[dict[str, Any]]:
    if relevance:
        yield choice(RELEVANCE, [relevance], "whole-relevance")
    by_scheme: dict[str, list[str]] = {}
    for mark in marks:
        named = parse_name(mark.name)
        if mark.whole and named is not None:
            by_scheme.setdefault(named.scheme, []).append(mark.name)
    for scheme, names in by_scheme.items():
        yield choice(choices_name(scheme), names, f"whole-{scheme}")


def _review(review: Mapping[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Yield what a reviewer said, all of it of the article as a whole."""
    yield choice(RELEVANCE, [review["verdict"]], f"review-{number}-relevance")
    for scheme, labels in review["tags"].items():
        if labels:
            names = [name_of(scheme, label) for label in labels]
            yield choice(choices_name(scheme), names, f"review-{number}-{scheme}")


def choice(control: str, names: list[str], id_: str) -> dict[str, Any]:
    """Return a choice made of the whole text."""
    return {
        "id": id_,
        "from_name": control,
        "to_name": TEXT,
        "type": "choices",
        "value": {"choices": names},
    }
