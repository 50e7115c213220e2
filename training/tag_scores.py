"""What the taggers are worth on labelled articles, scheme by scheme."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.classify.outlets import Source
from monitor.classify.tags import TagsModel
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.metrics import label_scores, region_of
from monitor.types import FORMS, GENDERS, INDICATORS, PROTECTIONS, RESPONSES, Tag
from training.indicator_labels import IndicatorLabels, load_indicator_labels
from training.label_files import DEVELOPMENT, HELD_OUT
from training.victim_labels import load_victim_labels

SCHEMES: Mapping[str, tuple[str, ...]] = {
    "form": FORMS,
    "response": RESPONSES,
    "place": (),
    "victim": ("child", "adult", "both"),
    "flow": ("domestic", "cross_border"),
}
"""The labels of each scheme; `place` has all countries. `unknown` is no label."""
RULED = ("gender", "protection", "indicator")
"""Schemes that rest on phrases alone, measured on labels of the project."""
MAJORITY = {"form": "unspecified", "place": "US"}
"""The label that a lazy tagger would always give; figures are given without it too."""
UNKNOWN = ("victim", "flow")
"""Schemes whose majority is unknown: the second figure leaves rows of unknown out."""
ADDED_IS_FALSE = ("form", "victim", "flow")
"""Where a row without a label counts what is said of it as false."""


def gold_of(row: Labelled, scheme: str) -> tuple[str, ...]:
    """Return the labels of a row; none where unknown or not annotated."""
    value = getattr(row, scheme)
    if value is None or value == "unknown":
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def score_tags(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of every scheme on the `rel` 2 rows.

    A row without a label of a scheme is no example of it; what is said there counts as false for
    `form`, `victim` and `flow` only. Places count where the role is exploitation.
    """
    main = [row for row in rows if row.rel == 2]
    said = [said_of(model.tag(row.title, row.text, Source(row.url, row.outlet))) for row in main]
    return {
        scheme: score_scheme(scheme, labels, main, [answer[scheme] for answer in said])
        for scheme, labels in SCHEMES.items()
    }


def score_regions(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return micro-F1 of every scheme on the `rel` 2 rows placed in each region, and their number.

    `None` where none of them has a label of the scheme.
    """
    members: dict[str, list[Labelled]] = {}
    for row in rows:
        if row.rel == 2:
            for region in {region_of(code) for code in row.place or ("",)}:
                members.setdefault(region, []).append(row)
    table: dict[str, Any] = {}
    for region, found in sorted(members.items()):
        scores = score_tags(model, found)
        labelled = {s: any(gold_of(row, s) for row in found) for s in SCHEMES}
        table[region] = {"n": len(found)} | {
            scheme: scores[scheme]["micro"]["f1"] if labelled[scheme] else None
            for scheme in SCHEMES
        }
    return table


def said_of(tags: Iterable[Tag]) -> dict[str, set[str]]:
    """Return the labels given, by scheme; of places those of exploitation."""
    found: dict[str, set[str]] = {scheme: set() for scheme in (*SCHEMES, *RULED)}
    for tag in tags:
        if tag.role in (None, "exploitation"):
            found[tag.scheme].add(tag.label)
    return found


def score_scheme(
    scheme: str,
    labels: Sequence[str],
    rows: Sequence[Labelled],
    said: Sequence[Collection[str]],
) -> dict[str, Any]:
    """Return the figures of one scheme, with and without its majority label."""
    gold = [gold_of(row, scheme) for row in rows]
    counted = [i for i, truth in enumerate(gold) if truth or scheme in ADDED_IS_FALSE]
    truth, answer = [gold[i] for i in counted], [said[i] for i in counted]
    known = labels or sorted({label for each in (*truth, *answer) for label in each})
    scores = label_scores(truth, answer, known)
    if scheme in MAJORITY:
        drop = {MAJORITY[scheme]}
        scores["micro_without_majority"] = label_scores(
            [set(t) - drop for t in truth], [set(a) - drop for a in answer], known
        )["micro"]
    elif scheme in UNKNOWN:
        pairs = [(t, a) for t, a in zip(truth, answer, strict=True) if t]
        scores["micro_without_majority"] = label_scores(
            [t for t, _ in pairs], [a for _, a in pairs], known
        )["micro"]
    return scores


def score_indicators(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of indicators and of places of origin and transit, for both halves.

    Measured on those of `rows` that the project labelled, read as far as the annotator read; an
    empty answer where none of them is there.
    """
    by_id = {row.id: row for row in rows}
    parts: dict[str, Any] = {}
    for part in (HELD_OUT, DEVELOPMENT):
        entries = [e for e in load_indicator_labels() if e.part == part and e.id in by_id]
        if entries:
            parts[part] = _score_part(model, entries, by_id)
    return {"indicators": parts} if parts else {}


def score_victims(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of gender and protection, for both halves.

    Measured on those of `rows` that the project labelled, read as far as the annotator read; what
    is said of an article without a label counts as false.
    """
    by_id = {row.id: row for row in rows}
    parts: dict[str, Any] = {}
    for part in (HELD_OUT, DEVELOPMENT):
        entries = [e for e in load_victim_labels() if e.part == part and e.id in by_id]
        if not entries:
            continue
        read = [(by_id[e.id].title, by_id[e.id].text[: e.read]) for e in entries]
        said = [said_of(model.tag(*article)) for article in read]
        gender = [() if e.gender == "unknown" else (e.gender,) for e in entries]
        parts[part] = {
            "gender": label_scores(gender, [each["gender"] for each in said], GENDERS[:-1]),
            "protection": label_scores(
                [e.protection for e in entries], [each["protection"] for each in said], PROTECTIONS
            ),
        }
    return {"victims": parts} if parts else {}


def _score_part(
    model: TagsModel, entries: Sequence[IndicatorLabels], by_id: Mapping[str, Labelled]
) -> dict[str, Any]:
    indicators: list[set[str]] = []
    roles: list[set[str]] = []
    for entry in entries:
        row = by_id[entry.id]
        tags = model.tag(row.title, row.text[: entry.read], Source(row.url, row.outlet))
        indicators.append({tag.label for tag in tags if tag.scheme == "indicator"})
        roles.append(
            {f"{tag.role} {tag.label}" for tag in tags if tag.role in ("origin", "transit")}
        )
    told = [{item.label for item in entry.indicators} for entry in entries]
    gold = [{f"{place.role} {place.country}" for place in entry.places} for entry in entries]
    return {
        "indicator": label_scores(told, indicators, INDICATORS),
        "role": _by_role(gold, roles),
    }


def _by_role(gold: Sequence[set[str]], said: Sequence[set[str]]) -> dict[str, Any]:
    """Return the figures of origin and of transit, each over all countries."""
    table = {
        role: label_scores(
            [{label for label in each if label.startswith(role)} for each in gold],
            [{label for label in each if label.startswith(role)} for each in said],
            (),
        )["micro"]
        | {"n": sum(label.startswith(role) for each in gold for label in each)}
        for role in ("origin", "transit")
    }
    return {
        "rows": len(gold),
        "micro": label_scores(gold, said, ())["micro"],
        "labels": {role: scores for role, scores in table.items() if scores["n"]},
    }


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
    return {
        name: {
            scheme: scores["micro"]["f1"] for scheme, scores in score_tags(variant, rows).items()
        }
        for name, variant in variants.items()
    }
