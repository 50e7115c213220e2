"""Labels of policy context: ids and labels, no text; and what the model is worth on them.

The articles are rows of the labelled files, of which the project may keep no sentence. One
annotator read the headline and the first `read` code points of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.classify.policy import PolicyModel, load_policy
from monitor.classify.policy_files import LABELS
from monitor.entities import MODEL, known_entities
from monitor.errors import DataError
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.evaluate.metrics import label_scores
from monitor.nlp.artefact import ModelFolder, find_model, load_folder
from monitor.types import POLICY_SCHEMES
from training.label_files import DEVELOPMENT, HELD_OUT, check_reading, read_labels
from training.relevance import rounded

POLICY_FILE = Path(__file__).parent / "data" / "policy.jsonl"
_KEYS = {"id", "part", "read", *POLICY_SCHEMES}


@dataclass(frozen=True, slots=True)
class PolicyLabels:
    """What one annotator found in the headline and the first `read` code points of an article."""

    id: str
    part: str
    read: int
    labels: Mapping[str, tuple[str, ...]]


def load_policy_labels(path: Path = POLICY_FILE) -> list[PolicyLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    return [_parse(raw, where) for raw, where in read_labels(path)]


def labels_of(scheme: str) -> tuple[str, ...]:
    """Return the labels of a scheme of policy context."""
    return LABELS[scheme] if scheme in LABELS else tuple(known_entities(scheme))


def _parse(raw: dict[str, Any], where: str) -> PolicyLabels:
    check_reading(raw, _KEYS, where)
    for scheme in POLICY_SCHEMES:
        if not isinstance(raw[scheme], list):
            raise DataError(f"{where}: '{scheme}' must be a list")
        for label in raw[scheme]:
            if label not in labels_of(scheme):
                raise DataError(f"{where}: unknown {scheme} '{label}'")
    labels = {scheme: tuple(raw[scheme]) for scheme in POLICY_SCHEMES}
    return PolicyLabels(raw["id"], raw["part"], raw["read"], labels)


def evaluate_policy(models: Path, data: Path) -> dict[str, Any]:
    """Return what policy context is worth on those rows of `data` that the project labelled.

    `{model, data, policy, experimental}`, `policy` by part and scheme; whatever is said of an
    article without a label counts as false. Raises `ModelError` or `DataError`.
    """
    folder = load_folder(find_model(models, MODEL))
    parts = score_policy(load_policy(folder), read_labelled(data))
    if not parts:
        raise DataError(f"{data}: none of the articles that were read for policy context")
    return {
        "model": f"{MODEL} {folder.meta.version}",
        "data": str(data),
        "policy": rounded(parts),
        "experimental": folder.meta.experimental,
    }


def policy_figures(folder: ModelFolder, data: Path) -> dict[str, float]:
    """Return micro-F1 of each scheme on the held-out rows of `data`; raises `DataError`."""
    parts = score_policy(load_policy(folder), read_labelled(data))
    if HELD_OUT not in parts:
        raise DataError(f"{data}: none of the articles that were held out for policy context")
    tables: dict[str, Any] = rounded(parts[HELD_OUT])
    return {scheme: table["micro"]["f1"] for scheme, table in tables.items()}


def score_policy(
    model: PolicyModel,
    rows: Sequence[Labelled],
    labelled: Sequence[PolicyLabels] | None = None,
) -> dict[str, Any]:
    """Return the figures of each scheme, for both parts, on those of `rows` that are labelled.

    `labelled` are other labels than those that come along.
    """
    by_id = {row.id: row for row in rows}
    known = load_policy_labels() if labelled is None else labelled
    entries = [entry for entry in known if entry.id in by_id]
    parts: dict[str, Any] = {}
    for part in (HELD_OUT, DEVELOPMENT):
        if own := [entry for entry in entries if entry.part == part]:
            said = [_said(model, by_id[entry.id], entry.read) for entry in own]
            parts[part] = {
                scheme: label_scores(
                    [entry.labels[scheme] for entry in own],
                    [each[scheme] for each in said],
                    labels_of(scheme),
                )
                for scheme in POLICY_SCHEMES
            }
    return parts


def _said(model: PolicyModel, row: Labelled, read: int) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {scheme: set() for scheme in POLICY_SCHEMES}
    for tag in model.tag(row.title, row.text[:read], row.language):
        found[tag.scheme].add(tag.label)
    return found
