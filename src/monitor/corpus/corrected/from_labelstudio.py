"""Corrected tasks of Label Studio: its JSON export, each annotation a word of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.corpus.corrected.json_lines import json_file
from monitor.corpus.corrections import (
    Corrected,
    Place,
    need_record,
    need_span,
    need_text,
    read_verdict,
)
from monitor.corpus.labelstudio import TEXT, task_reviews
from monitor.corpus.labelstudio_conf import RELEVANCE
from monitor.errors import DataError
from monitor.types import Verdict

_BY_PERSONS = ("submitted", "updated", "accepted", "fixed_and_accepted")
"""What may have been done last with an annotation that somebody looked at. Not so with those that
were imported, copied from another, or made of predictions in one go."""
_OURS = ("mark-", "whole-")
"""How ids of what was predicted begin."""


def read(path: Path) -> Iterator[Corrected]:
    """Yield the annotations of a file, or of all `.json` of a folder. Raises `DataError`."""
    paths = sorted(path.glob("labelstudio*.json")) if path.is_dir() else [path]
    for one in paths:
        tasks = json_file(one)
        if not isinstance(tasks, list):
            raise DataError(f"{one}: is no list of tasks, as Label Studio's JSON export is")
        for number, task in enumerate(tasks, 1):
            yield from _read_task(f"{one}: task {number}", task)


def _read_task(where: str, task: Any) -> Iterator[Corrected]:
    data = task.get("data") if isinstance(task, dict) else None
    if not isinstance(data, dict):
        raise DataError(f"{where}: it has no data")
    record = need_record(data.get("record"), where)
    text = need_text(data.get(TEXT), where)
    annotations = task.get("annotations") or []
    if not isinstance(annotations, list):
        raise DataError(f"{where}: its annotations are no list")
    known = _reviews(record, where)
    for number, annotation in enumerate(annotations, 1):
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
    """Whether a person submitted an annotation, `told`: and Label Studio says so in so many words.

    Older versions do not; what they made of predictions in one go took nobody any time.
    """
    action = annotation.get("last_action")
    if annotation.get("completed_by") is None or (told and action is None):
        return False
    if action is None:
        return annotation.get("lead_time", 0) is not None
    return action in _BY_PERSONS


def _reviews(record: Mapping[str, Any], where: str) -> list[Any]:
    """Return what each review of the desk's own says, as it was exported."""
    try:
        return [_said(result) for result in task_reviews(record)]
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{where}: its reviews are not as they were exported") from error


def _said(result: Any) -> list[tuple[str, tuple[str, ...]]] | None:
    """Return what an annotation of choices only says; None where it marks words."""
    said = []
    for one in result:
        if not isinstance(one, dict) or one.get("type") != "choices":
            return None
        value = one.get("value")
        chosen = value.get("choices") if isinstance(value, dict) else None
        if not isinstance(chosen, list):
            return None
        said.append((str(one.get("from_name")), tuple(sorted(map(str, chosen)))))
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
            for name in _names(value, "labels", where):
                marks.add(need_span(name, value.get("start"), value.get("end"), len(text), where))
        elif one.get("type") == "choices" and one.get("from_name") == RELEVANCE:
            chosen = _names(value, "choices", where)
            verdict = read_verdict(chosen[0] if chosen else None, where)
        elif one.get("type") == "choices":
            marks |= {(name, None, None) for name in _names(value, "choices", where)}
    return Corrected(
        where,
        record,
        text,
        frozenset(marks),
        verdict,
        fresh=not ours,
        looked=_handed_in(annotation),
    )


def _names(value: Mapping[str, Any], key: str, where: str) -> list[str]:
    names = value.get(key)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{where}: a result has no {key}")
    return names
