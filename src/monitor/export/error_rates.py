"""Error rates of models and rules, as measured: `measured.json` of every export.

Flat lists, so that a data frame is one call away: `labels`, `regions`, `countries`, `rules`. What
was not measured is not there; a label in `not_measured` had too few examples for a figure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.classify.model_files import read_meta
from monitor.desk import Desk
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError
from monitor.records.finding import MEASURED_FROM
from monitor.records.stamps import earlier_stamp, is_same
from monitor.rules.measured_precision import Measured, load_measured

_FIGURES = ("n", "precision", "recall", "f1")
_NOT_OF_THE_MODEL = ("ablations", "stages", "parts")
"""What was tried beside the model that is shipped."""


def desk_error_rates(desk: Desk, stamps: Sequence[str]) -> dict[str, Any]:
    """Return the figures of the models and rules with these stamps, as far as they are at hand.

    With how many names of victims, minors and relatives are hidden, of those marked by hand:
    `unread` are names that nobody looked at while the masking was written, by region of the name.
    """
    rules = {}
    for guideline in desk.heads:
        measured = load_measured(guideline.path)
        if measured is None:
            continue
        same = is_same(measured.guideline, guideline.stamp)
        for stamp, own in product(stamps, {guideline.stamp, earlier_stamp(guideline.stamp)}):
            # what the desk adds (rules switched off, the relevance they go by) follows theirs
            if stamp == own or stamp.startswith(f"{own}."):
                rules[stamp] = (own if same else measured.guideline, measured)
    masking = json.loads(Path(__file__).with_name("measured_masking.json").read_text("utf-8"))
    return error_rates(stamps, data_dir("models"), rules, masking)


def error_rates(
    stamps: Iterable[str],
    models: Path,
    rules: Mapping[str, tuple[str, Measured]] = MappingProxyType({}),
    masking: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the figures of the models and rules that judged, and of the masking of names.

    `rules` has by stamp how a guideline's did, and the stamp with which that was measured. A stamp
    of which there is neither a model in `models` nor one in `rules` is in `unknown`.
    """
    lists: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("labels", "regions", "countries", "rules", "not_measured")
    }
    unknown = []
    for stamp in stamps:
        if stamp in rules:
            then, measured = rules[stamp]
            about = {"stamp": stamp, "measured": then}
            about |= {name: getattr(measured, name) for name in ("date", "data", "unseen")}
            lists["rules"] += [
                {
                    **about,
                    "rule": rule,
                    "flags": row.flags,
                    "right": row.right,
                    "precision": round(row.right / row.flags, 4) if row.flags else None,
                    "marks": row.sure,
                    "found": row.found,
                    "recall": round(row.found / row.sure, 4) if row.sure else None,
                }
                for rule, row in measured.rules.items()
            ]
            continue
        name, _, version = stamp.partition("+")[0].partition("@")
        meta = None
        if version and Path(name).name == name and Path(version).name == version:
            with suppress(ModelError):  # of an older release: its figures went with it
                meta = read_meta(models / name / version)
        if meta is None:
            unknown.append(stamp)
            continue
        scores = {k: v for k, v in meta.scores.items() if k not in _NOT_OF_THE_MODEL}
        lists["labels"] += [{"stamp": stamp, **row} for row in _labels(scores)]
        for of, place in (("regions", "region"), ("countries", "country")):
            if isinstance(rates := scores.get(of), Mapping):
                lists[of] += [{"stamp": stamp, place: key, **row} for key, row in rates.items()]
        lists["not_measured"] += [
            {"stamp": stamp, "scheme": scheme, "label": label}
            for scheme, labels in meta.experimental.items()
            for label in labels
        ]
    head = {"schema": 1, "measured_from": MEASURED_FROM}
    return {**head, **lists, "masking": masking, "unknown": unknown}


def _labels(scores: Mapping[str, Any], data: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Yield the figures of each label, wherever in `scores` a table of labels lies."""
    for key, value in scores.items():
        if not isinstance(value, Mapping):
            continue
        if key == "labels":
            *of, scheme = data
            for label, row in value.items():
                figures = {name: row.get(name) for name in _FIGURES}
                yield {"data": "/".join(of), "scheme": scheme, "label": label, **figures}
        elif key == "at_threshold" and "rel" in scores and "precision" in value:
            figures = {"n": scores["rel"].get("2"), **{n: value.get(n) for n in _FIGURES[1:]}}
            about = {"data": "/".join(data), "scheme": "relevance", "label": "relevant"}
            yield {**about, **figures}
        else:
            yield from _labels(value, (*data, key))
