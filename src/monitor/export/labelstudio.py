"""Label Studio: tasks with what was judged as predictions and reviews as annotations.

`labelstudio.xml` is the labelling configuration that fits. Offsets are code points, as Label Studio
stores and gives them (its editor counts in UTF-16 and converts), CR LF are two. How relevant an
article is and tags without evidence are choices. All else is in a task's data under `record`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from monitor.export import annotations as marking
from monitor.export import corrections
from monitor.export.annotations import FINDING, PLACE
from monitor.export.columns import TextDegree
from monitor.export.corrections import Corrected, Place
from monitor.export.export_facts import Writer
from monitor.export.jsonl import article_line
from monitor.labels.countries import country_name
from monitor.labels.schemes import ONE_LABEL_SCHEMES
from monitor.records.article import VERDICTS, Verdict
from monitor.records.errors import DataError
from monitor.text.safe_text import without_surrogates

CONFIG = "labelstudio.xml"
TASKS = "labelstudio-{:04d}.json"
PER_FILE = 5_000  # tasks of one file: what is uploaded at once stays within a few dozen megabytes
TEXT = "text"  # the name of the text in the configuration, and its key in a task's data
RELEVANCE = "relevance"
_COLOURS = ("#d9534f", "#4a90d9", "#3a9d5d", "#c9a227", "#b8740f", "#8e5bb5", "#2a8ca8", "#b03a5b")
_STYLE = ".htx-text{white-space:pre-wrap}"
"""Else runs of spaces are shown as one, and trimmed in what is given back."""
_BY_PERSONS = ("submitted", "updated", "accepted", "fixed_and_accepted")
"""What may have been done last with an annotation that somebody looked at. Not so with those that
were imported, copied from another, or made of predictions in one go."""
_OURS = ("mark-", "whole-")  # how ids of what was predicted begin
NO_PROOF = "no annotation of them was submitted, or it does not say how relevant they are"


class TaskWriter(Writer):
    """Writes a task for each article, some thousands a file."""

    of_texts = True

    def __init__(self, folder: Path, text: TextDegree) -> None:
        super().__init__(folder, text)
        self.files = [folder / CONFIG]
        self._names: set[str] = set()
        self._count = 0
        self._file = self._next_file()

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        first = self._count % PER_FILE == 0
        if self._count and first:
            self._end_file()
            self._file = self._next_file()
        self._file.write(("\n" if first else ",\n") + article_line(task_of(values))[:-1])
        self._count += 1
        self._names.update(mark.name for mark in marking.marks_of(values))
        self.lost.update(marking.unplaced(values))

    def close(self) -> None:
        """End the last file and write the configuration of what was marked."""
        self._end_file()
        self.files[0].write_text(labelling_config(self._names), encoding="utf-8", newline="\n")
        super().close()

    def _next_file(self) -> TextIO:
        self.files.append(self._folder / TASKS.format(len(self.files)))
        file = self.files[-1].open("x", encoding="utf-8", newline="")
        file.write("[")
        return file

    def _end_file(self) -> None:
        if not self._file.closed:
            self._file.write("\n]\n")
            self._file.close()


open_writer = TaskWriter


def task_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an article as a task: what holds is predicted, what reviewers said annotated."""
    text = without_surrogates(marking.one_text(values))
    regions, whole = [], dict[str, list[str]]()
    for number, mark in enumerate(marking.marks_of(values)):
        if (named := marking.parse_name(mark.name)) is None:
            continue
        if mark.start is None or mark.end is None:
            whole.setdefault(named.scheme, []).append(mark.name)
            continue
        place = {"start": mark.start, "end": mark.end, "text": text[mark.start : mark.end]}
        region: dict[str, Any] = {"id": f"mark-{number}", "from_name": named.scheme}
        region |= {"to_name": TEXT, "type": "labels", "value": {**place, "labels": [mark.name]}}
        if mark.score is not None:
            region["score"] = mark.score
        if named.scheme == FINDING:
            said = (mark.about["severity"], mark.about.get("message"))
            region["meta"] = {"text": [str(word) for word in said if word]}
        regions.append(region)
    if word := marking.relevance_word(values):
        regions.append(choice(RELEVANCE, [word], "whole-relevance"))
    for scheme, names in whole.items():
        regions.append(choice(f"whole-{scheme}", names, f"whole-{scheme}"))
    # what holds: by people too, where they decided
    by = [*values["stamps"], *(["review"] if values.get("judged") else [])]
    prediction: dict[str, Any] = {"model_version": " ".join(by), "result": regions}
    if values.get("relevance") is not None:
        prediction["score"] = values["relevance"]
    return {
        "data": {
            TEXT: text,
            "article": values["id"],
            **{key: values[key] for key in ("outlet", "language", "published") if values.get(key)},
            "record": marking.without_words(values),
        },
        "predictions": [prediction],
        "annotations": [{"result": one, "ground_truth": False} for one in task_reviews(values)],
    }


def task_reviews(values: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Return what reviewers said of an article, each as the result of an annotation."""
    results = []
    for number, review in enumerate(values.get("reviews") or ()):
        result = [choice(RELEVANCE, [review["verdict"]], f"review-{number}-relevance")]
        for scheme, labels in review["tags"].items():
            if labels:
                names = [marking.name_of(scheme, label) for label in labels]
                result.append(choice(f"whole-{scheme}", names, f"review-{number}-{scheme}"))
        results.append(result)
    return results


def choice(control: str, names: list[str], id_: str) -> dict[str, Any]:
    """Return a choice made of the whole text."""
    made = {"id": id_, "from_name": control, "to_name": TEXT, "type": "choices"}
    return {**made, "value": {"choices": names}}


def labelling_config(used: Collection[str]) -> str:
    """Return the configuration for the marks that are `used` and all that may be made."""
    view = Element("View")
    SubElement(view, "Style").text = _STYLE
    SubElement(view, "Header", value="How relevant is the article?")
    chosen = SubElement(
        view, "Choices", name=RELEVANCE, toName=TEXT, choice="single-radio", showInline="true"
    )
    for verdict in VERDICTS:
        SubElement(chosen, "Choice", value=verdict, hint=verdict.replace("_", " "))
    names = marking.all_names(used)
    for number, (scheme, some) in enumerate(names.items()):
        if not some:
            continue
        SubElement(view, "Header", value=f"{scheme}: mark the words that show it", size="5")
        labels = SubElement(view, "Labels", name=scheme, toName=TEXT, showInline="true")
        if scheme == PLACE:
            SubElement(view, "Filter", toName=scheme, minlength="0", name=f"filter-{scheme}")
        colour = _COLOURS[number % len(_COLOURS)]
        for name in some:
            SubElement(labels, "Label", value=name, background=colour, hint=_hint(name))
    SubElement(view, "Text", name=TEXT, value=f"${TEXT}")
    for scheme, some in names.items():
        if some and scheme != FINDING:
            many = "single" if scheme in ONE_LABEL_SCHEMES else "multiple"
            SubElement(view, "Header", value=f"{scheme}: of the article, without words", size="5")
            control = {"name": f"whole-{scheme}", "toName": TEXT, "choice": many}
            chosen = SubElement(view, "Choices", control, layout="select")
            for name in some:
                SubElement(chosen, "Choice", value=name, hint=_hint(name))
    indent(view)
    return tostring(view, encoding="unicode") + "\n"


def _hint(name: str) -> str:
    named = marking.parse_name(name)
    if named is None:
        return name
    label = country_name(named.label) if named.scheme == PLACE else named.label
    role = f" ({named.role})" if named.role else ""
    return label.replace("_", " ") + role


def read_corrections(path: Path, exported: Path | None, *, approved: bool) -> Iterator[Corrected]:  # noqa: ARG001 - of other tools
    """Yield the annotations of a file, or of all `.json` of a folder. Raises `DataError`."""
    paths = sorted(path.glob("labelstudio*.json")) if path.is_dir() else [path]
    for one in paths:
        try:
            tasks = corrections.parse_json(one.read_bytes(), str(one), whole=True)
        except OSError as error:
            raise DataError(f"{one}: cannot be read: {error.strerror}") from error
        if not isinstance(tasks, list):
            raise DataError(f"{one}: is no list of tasks, as Label Studio's JSON export is")
        for number, task in enumerate(tasks, 1):
            yield from _read_task(f"{one}: task {number}", task)


def _read_task(where: str, task: Any) -> Iterator[Corrected]:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict):
        raise DataError(f"{where}: it has no data")
    record = corrections.need_record(data.get("record"), where)
    text = corrections.need_text(data.get(TEXT), where)
    given = task.get("annotations") or []
    if not isinstance(given, list):
        raise DataError(f"{where}: its annotations are no list")
    try:  # what each review of the desk's own says, as it was exported
        known = [_said(result) for result in task_reviews(record)]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{where}: its reviews are not as they were exported") from error
    for number, annotation in enumerate(given, 1):
        place = f"{where}, annotation {number}"
        if not isinstance(annotation, dict) or not isinstance(annotation.get("result"), list):
            raise DataError(f"{place}: it has no result")
        if annotation.get("was_cancelled"):
            continue  # skipped
        begun = annotation.get("parent_prediction") is not None or _handed_in(annotation, told=True)
        if not begun and _said(annotation["result"]) in known:
            continue  # a review of the desk's own as it was exported
        yield _read_annotation(place, annotation, record, text)


def _handed_in(annotation: Mapping[str, Any], *, told: bool = False) -> bool:
    """Whether a person submitted an annotation, `told`: and Label Studio says so in words."""
    action = annotation.get("last_action")
    if annotation.get("completed_by") is None or (told and action is None):
        return False
    if action is None:  # an older version: what it made of predictions in one go took no time
        return annotation.get("lead_time", 0) is not None
    return action in _BY_PERSONS


def _said(result: Any) -> list[tuple[str, tuple[str, ...]]] | None:
    """Return what an annotation of choices only says; None where it marks words."""
    said = []
    for one in result:
        match one:
            case {"type": "choices", "value": {"choices": list(chosen)}}:
                said.append((str(one.get("from_name")), tuple(sorted(map(str, chosen)))))
            case _:
                return None
    return sorted(said)


def _read_annotation(
    where: str, annotation: Mapping[str, Any], record: Mapping[str, Any], text: str
) -> Corrected:
    marks: set[Place] = set()
    verdict: Verdict | None = None
    ours = annotation.get("parent_prediction") is not None
    for one in annotation["result"]:
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, dict):
            raise DataError(f"{where}: a result has no value")
        ours |= str(one.get("id", "")).startswith(_OURS)
        if one.get("type") == "labels":
            place = value.get("start"), value.get("end")
            for name in _names(value, "labels", where):
                marks.add(corrections.need_span(name, *place, len(text), where))
        elif one.get("type") == "choices":
            chosen = _names(value, "choices", where)
            if one.get("from_name") == RELEVANCE:
                verdict = corrections.read_verdict(chosen[0] if chosen else None, where)
            else:
                marks |= {(name, None, None) for name in chosen}
    looked = _handed_in(annotation)
    return Corrected(where, record, text, frozenset(marks), verdict, fresh=not ours, looked=looked)


def _names(value: Mapping[str, Any], key: str, where: str) -> list[str]:
    names = value.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{where}: a result has no {key}")
    return names
