"""Labelled articles as JSON Lines (`.jsonl`, `.jsonl.gz`), validated.

A misspelt label would train a model that nobody asked for, so everything unknown is a `DataError`
that names file and line.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.labels.countries import country_codes
from monitor.labels.schemes import FLOWS, FORMS, RESPONSES, VICTIMS
from monitor.records.errors import DataError, MonitorError

SAMPLED = "sampled negative"
"""The `basis` of a negative that nobody read."""
_STRINGS = ("id", "title", "text", "language", "source")
_LISTS = {"form": FORMS, "response": RESPONSES, "place": ()}
# places are checked by their own list, which is large
_SCHEMES: Mapping[str, Collection[str]] = {**_LISTS, "victim": VICTIMS, "flow": FLOWS}
_KEYS = {*_STRINGS, *_SCHEMES, "event", "url", "date", "outlet", "rel", "basis", "sure"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article with its labels; `None` where a scheme was not annotated.

    Rows of the same `event` tell the same story and must stay in one fold. `rel`: 2 trafficking
    is a main subject, 1 borderline, 0 not.
    """

    id: str
    event: str
    source: str
    language: str
    title: str
    text: str
    rel: int
    basis: str
    sure: bool
    form: tuple[str, ...] | None = None
    response: tuple[str, ...] | None = None
    place: tuple[str, ...] | None = None
    victim: str | None = None
    flow: str | None = None
    url: str = ""
    outlet: str = ""
    said_at: str = ""
    """Of a desk's review: when it was given, in ISO 8601."""


def read_labelled(
    path: Path, labels: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Labelled]:
    """Read a file of labelled articles; raises `DataError` naming file and line.

    With `labels` by id the file needs none of its own: its other articles are left out.
    """
    found: list[Labelled] = []
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                text, where = line.decode("utf-8"), f"{path}:{number}"
                raw = parse_object(text, where) if text.strip() else None
                if raw is not None and (labels is None or raw.get("id") in labels):
                    found.append(_parse({**raw, **(labels[raw["id"]] if labels else {})}, where))
    except UnicodeDecodeError as error:
        raise DataError(f"{path}:{number}: not UTF-8") from error
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except (OSError, EOFError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    return found


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_yaml(path: Path, error: type[MonitorError] = DataError) -> Any:
    """Return the content of a YAML file; raises `error` naming it."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as problem:
        raise error(f"{path}: cannot be read ({problem})") from problem


def parse_object(line: str, where: str) -> dict[str, Any]:
    """Return the object of a line of JSON; raises `DataError` beginning with `where`."""
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: no JSON ({error})") from error
    if not isinstance(raw, dict):
        raise DataError(f"{where}: must be an object")
    return raw


def _parse(raw: Mapping[str, Any], where: str) -> Labelled:
    if unknown := sorted(raw.keys() - _KEYS):
        raise DataError(f"{where}: unknown field '{unknown[0]}'")
    for key in _STRINGS:
        if not isinstance(raw.get(key), str):
            raise DataError(f"{where}: '{key}' must be a string")
    if type(raw.get("rel")) is not int or raw["rel"] not in (0, 1, 2):
        raise DataError(f"{where}: 'rel' must be 0, 1 or 2")
    labels: dict[str, Any] = {}
    for key in (key for key in _SCHEMES if raw.get(key) is not None):
        if key in _LISTS and not isinstance(raw[key], list):
            raise DataError(f"{where}: '{key}' must be a list")
        labels[key] = tuple(raw[key]) if key in _LISTS else raw[key]
        for label in labels[key] if key in _LISTS else (raw[key],):
            known = _SCHEMES[key] or country_codes()
            if not isinstance(label, str) or label not in known:
                raise DataError(f"{where}: unknown label '{label}' in '{key}'")
    return Labelled(
        **{key: raw[key] for key in _STRINGS},
        event=str(raw.get("event") or raw["id"]),
        rel=raw["rel"],
        basis=str(raw.get("basis", "")),
        sure=raw.get("sure") is not False,
        url=str(raw.get("url") or ""),
        outlet=str(raw.get("outlet") or ""),
        **labels,
    )


def is_country(code: str) -> bool:
    """Whether `code` is one of ISO 3166-1 alpha-2."""
    return code in country_codes()
