"""Metrics of tags on the project's hand labels: indicators, victims, policy context; ablations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.check.drafts import english_people
from monitor.classify.model_files import ModelFolder, find_model, load_folder
from monitor.classify.outlet_homes import ArticleSource
from monitor.classify.policy import PolicyModel, load_policy
from monitor.classify.tags import NAME, TagsModel, load_tags
from monitor.evaluate.evaluate_models import SCHEMES, gold_of, rounded, rows_in, said_of, score_tags
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.evaluate.metrics import label_scores, region_of
from monitor.labels.institutions import MODEL as POLICY
from monitor.labels.schemes import GENDERS, INDICATORS, POLICY_SCHEMES, PROTECTIONS
from monitor.records.errors import DataError
from training.label_files import DEVELOPMENT, HELD_OUT, HandLabels, load_hand_labels, policy_labels


def score_regions(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return micro-F1 of schemes on `rel` 2 rows placed in each region, `None` without labels."""
    members: dict[str, list[Labelled]] = {}
    for row in rows:
        if row.rel == 2:
            for region in {region_of(code) for code in row.place or ("",)}:
                members.setdefault(region, []).append(row)
    table: dict[str, Any] = {}
    for region, found in sorted(members.items()):
        scores = score_tags(model, found)
        table[region] = {"n": len(found)}
        for scheme in SCHEMES:
            labelled = any(gold_of(row, scheme) for row in found)
            table[region][scheme] = scores[scheme]["micro"]["f1"] if labelled else None
    return table


def evaluate_labels(models: Path, data: Path) -> dict[str, Any]:
    """Return `{model, data, victims, indicators, experimental}` on what the project labelled."""
    folder = load_folder(find_model(models, NAME))
    rows = rows_in(data, folder.meta.language)
    model = load_tags(folder, people=english_people())
    return {
        "model": f"{NAME} {folder.meta.version}",
        "data": str(data),
        **rounded(score_victims(model, rows)),
        **rounded(score_indicators(model, rows)),
        "experimental": folder.meta.experimental,
    }


def evaluate_policy(models: Path, data: Path) -> dict[str, Any]:
    """Return `{model, data, policy, experimental}` on policy labels; raises `DataError`."""
    folder = load_folder(find_model(models, POLICY))
    parts = score_policy(load_policy(folder), read_labelled(data))
    if not parts:
        raise DataError(f"{data}: none of the articles that were read for policy context")
    return {
        "model": f"{POLICY} {folder.meta.version}",
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
    model: PolicyModel, rows: Sequence[Labelled], labelled: Sequence[HandLabels] | None = None
) -> dict[str, Any]:
    """Return the figures of each scheme, for both parts, on those of `rows` that are labelled."""
    parts: dict[str, Any] = {}
    known = {scheme: policy_labels(scheme) for scheme in POLICY_SCHEMES}
    for part, pairs in _parts(load_hand_labels("policy") if labelled is None else labelled, rows):
        said = [
            said_of(model.tag(row.title, row.text[: entry.read], row.language), POLICY_SCHEMES)
            for entry, row in pairs
        ]
        parts[part] = _scored(pairs, said, known)
    return parts


def score_victims(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of gender and protection on labelled rows, as far as they were read."""
    parts: dict[str, Any] = {}
    known = {"gender": GENDERS[:-1], "protection": PROTECTIONS}
    for part, pairs in _parts(load_hand_labels("victims"), rows):
        said = [said_of(model.tag(row.title, row.text[: entry.read])) for entry, row in pairs]
        parts[part] = _scored(pairs, said, known)
    return {"victims": parts} if parts else {}


def _scored(
    pairs: Sequence[tuple[HandLabels, Labelled]],
    said: Sequence[Mapping[str, Collection[str]]],
    known: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    for scheme, labels in known.items():
        gold = [[label for label in e.labels[scheme] if label in labels] for e, _ in pairs]
        scores[scheme] = label_scores(gold, [each[scheme] for each in said], labels)
    return scores


def score_indicators(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of indicators, and of places of origin and transit, likewise."""
    parts: dict[str, Any] = {}
    for part, pairs in _parts(load_hand_labels("indicators"), rows):
        indicators, roles = list[set[str]](), list[set[str]]()
        for entry, row in pairs:
            tags = model.tag(row.title, row.text[: entry.read], ArticleSource(row.url, row.outlet))
            indicators.append({tag.label for tag in tags if tag.scheme == "indicator"})
            located = [tag for tag in tags if tag.role in ("origin", "transit")]
            roles.append({f"{tag.role} {tag.label}" for tag in located})
        told, gold = (
            [set(entry.labels[scheme]) for entry, _ in pairs] for scheme in ("indicator", "role")
        )
        scores = label_scores(told, indicators, INDICATORS)
        table = {}
        for role in ("origin", "transit"):
            theirs, ours = (
                [{one for one in each if one.startswith(role)} for each in some]
                for some in (gold, roles)
            )
            micro = label_scores(theirs, ours, ())["micro"]
            table[role] = {**micro, "n": sum(map(len, theirs))}
        by_role = {
            "rows": len(gold),
            "micro": label_scores(gold, roles, ())["micro"],
            "labels": {role: figures for role, figures in table.items() if figures["n"]},
        }
        parts[part] = {"indicator": scores, "role": by_role}
    return {"indicators": parts} if parts else {}


def _parts(
    entries: Iterable[HandLabels], rows: Sequence[Labelled]
) -> list[tuple[str, list[tuple[HandLabels, Labelled]]]]:
    """Return the labels of each part, held-out first, whose articles are there, with these."""
    by_id = {row.id: row for row in rows}
    pairs = [(entry, by_id[entry.id]) for entry in entries if entry.id in by_id]
    parts = [
        (part, [(entry, row) for entry, row in pairs if entry.part == part])
        for part in (HELD_OUT, DEVELOPMENT)
    ]
    return [(part, found) for part, found in parts if found]


def ablate_tags(
    model: TagsModel, bare: TagsModel | None, rows: Sequence[Labelled]
) -> dict[str, Any]:
    """Return micro-F1 of every scheme with parts left out; `bare` saw no texts of the project."""
    variants: dict[str, TagsModel] = {"as shipped": model}
    if model.encoder is not None:
        variants["without the encoder"] = replace(model, encoder=None)
        alone = replace(model.fused, share=1.0)
        variants["encoder alone (response, victim, flow)"] = replace(model, fused=alone)
    if bare is not None:
        variants["linear parts without the project's texts"] = bare
    scored = {name: score_tags(variant, rows) for name, variant in variants.items()}
    return {
        name: {scheme: scores["micro"]["f1"] for scheme, scores in schemes.items()}
        for name, schemes in scored.items()
    }
