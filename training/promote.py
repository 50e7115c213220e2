"""Promotion of a trained model: measured against `models/floors.json`, refused below a floor.

A floor never falls here: lowering it by hand is a change that a reviewer sees. Floors are as
measured, without slack; `within` is what another processor may make of the same files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite, isnan
from pathlib import Path

from monitor.classify.assessors import load_shown
from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.model_files import ModelFolder, ModelMeta, load_folder
from monitor.classify.model_stamps import relevance_name
from monitor.classify.relevance import NAME as RELEVANCE
from monitor.classify.tags import NAME as TAGS
from monitor.evaluate import rule_precision
from monitor.evaluate.evaluate_models import evaluate_relevance_folder, evaluate_tags_folder
from monitor.evaluate.labelled_data import file_sha256
from monitor.evaluate.learn_from_reviews import find_version, newer_released, release
from monitor.evaluate.rule_precision import Item
from monitor.labels.data_files import data_dir
from monitor.labels.institutions import MODEL as POLICY
from monitor.records.errors import DataError, ModelError
from monitor.rules.checker import make_policy, run_shown
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.rules.neural_model import load_judge
from monitor.settings import cache_dir, guideline_dir
from training.languages import evaluate_languages, language_files
from training.rows import GROUPS, is_kept_apart
from training.rule_model_data import NAME as RULES
from training.rule_model_data import NEWS
from training.tag_scores import policy_figures

FLOORS = "floors.json"
TRAVELS = "sources"
"""The section of floors, behind a model's name, for what is measured by sources left out."""


@dataclass(frozen=True, slots=True)
class Floors:
    """Figures of `data` (files, and their sha256): `at_least` should be high, `at_most` low."""

    data: str
    data_sha256: str
    repeat: str
    at_least: Mapping[str, float] = field(default_factory=dict)
    at_most: Mapping[str, float] = field(default_factory=dict)
    within: float = 0.0

    def below(self, reached: Mapping[str, float]) -> list[str]:
        """Return a sentence for each figure that is worse than its floor, or was not measured."""
        told = {key: f"{reached[key]:g}" if key in reached else "not measured" for key in self.all}
        return [
            f"{key} is {told[key]}, its floor is {floor:g}"
            for key, floor in self.all.items()
            if key not in reached
            or isnan(reached[key])
            or self._gain(key, floor, reached[key]) < -self.within
        ]

    def better(self, reached: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """Return the floor and the figure reached, for each figure that is better."""
        return {
            key: (floor, reached[key])
            for key, floor in self.all.items()
            if key in reached and self._gain(key, floor, reached[key]) > 0
        }

    def raised(self, reached: Mapping[str, float]) -> Floors:
        """Return the floors with every better figure in its place."""
        new = {key: figure for key, (_, figure) in self.better(reached).items()}
        parts = (self.at_least, self.at_most)
        high, low = ({key: new.get(key, part[key]) for key in part} for part in parts)
        return replace(self, at_least=high, at_most=low)

    @property
    def all(self) -> dict[str, float]:
        """Every floor by the name of its figure."""
        return {**self.at_least, **self.at_most}

    def _gain(self, key: str, floor: float, figure: float) -> float:
        # rounded as figures are: 0.985 - 0.984 is not quite 0.001
        return round(figure - floor if key in self.at_least else floor - figure, 9)


def read_floors(folder: Path) -> dict[str, Floors]:
    """Read `folder/floors.json`; raises `DataError`."""
    path = folder / FLOORS
    known = {each.name for each in fields(Floors)}
    try:
        every = json.loads(path.read_text(encoding="utf-8")).items()
    except (OSError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: {error}") from error
    sections: dict[str, Floors] = {}
    for name, raw in every:
        if not isinstance(raw, dict) or raw.keys() - known:
            keys = ", ".join(sorted(known))
            raise DataError(f"{path}: '{name}' must be an object with keys of {keys}")
        try:
            sections[name] = Floors(**raw)
        except TypeError as error:
            raise DataError(f"{path}: '{name}': a key is missing ({error})") from error
        for key, value in {**sections[name].all, "within": sections[name].within}.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not isfinite(value):
                raise DataError(f"{path}: '{name}': '{key}' is not a number")
    return sections


def write_floors(folder: Path, floors: Mapping[str, Floors]) -> None:
    """Write `folder/floors.json`."""
    sections = {
        name: {key: value for key, value in asdict(section).items() if value not in ({}, 0.0)}
        for name, section in floors.items()
    }
    text = json.dumps(sections, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / FLOORS).write_text(text + "\n", encoding="utf-8", newline="\n")


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was `reached`, the sentences why it is `refused` (empty: promoted), `floors` raised."""

    reached: Mapping[str, float]
    refused: tuple[str, ...]
    floors: Mapping[str, tuple[float, float]]


def promote(models: Path, name: str, version: str, data: Path) -> Promotion:
    """Measure a version on `data`, the floors' own file, and release it if it holds all floors.

    Raises `ModelError` for an unknown or older version, `DataError` for other data.
    """
    folder = find_version(models, name, version)
    every = read_floors(models)
    floors = every.get(name)
    if floors is None:
        with_another = "is promoted with the relevance model that uses it"
        none = f"no floors for such a model in {FLOORS}"
        raise ModelError(f"{name}: {with_another if name == ENCODER else none}")
    if file_sha256(data) != floors.data_sha256:
        raise DataError(f"{data}: is not the file that {FLOORS} was measured on (other sha256)")
    reached = figures_of(load_folder(folder), data)
    refused = [f"{name} {version}: {sentence}" for sentence in floors.below(reached)]
    travels = f"{name}/{TRAVELS}"
    told: Mapping[str, float] = {}
    if travels in every:
        told = travel_figures(load_folder(folder).meta)
        refused += [f"{name} {version}, {TRAVELS}: {s}" for s in every[travels].below(told)]
    refused += newer_released(models, name, folder)
    if refused:
        return Promotion(reached, tuple(refused), {})
    release(load_folder(folder))
    raised, better = {**every, name: floors.raised(reached)}, floors.better(reached)
    if travels in every:
        raised[travels] = every[travels].raised(told)
        better |= {f"{TRAVELS} {key}": both for key, both in every[travels].better(told).items()}
    write_floors(models, raised)
    return Promotion(reached, (), better)


def figures_of(folder: ModelFolder, data: Path) -> dict[str, float]:
    """Return the figures of one version on `data` by the names that floors have for them.

    Raises `DataError` for a language not trained on that file, `ModelError` for no figures.
    """
    name = folder.meta.name
    if name == RELEVANCE:
        scores = evaluate_relevance_folder(folder, data)["scores"]
        return {key: value for key, value in scores.items() if isinstance(value, float)}
    if name == TAGS:
        schemes = evaluate_tags_folder(folder, data)["schemes"]
        return {scheme: table["micro"]["f1"] for scheme, table in schemes.items()}
    if name == RULES:
        guideline = load_guideline(guideline_dir("thb-en"), cache=cache_dir())
        guideline = replace(guideline, judge=load_judge(folder))
        return loud_figures(marks_met(guideline, kept_apart(data)))
    if name == POLICY:
        return policy_figures(folder, data)
    language = folder.meta.language
    if name != relevance_name(language):
        raise ModelError(f"{name}: no figures for such a model")
    texts = {path.name: file_sha256(path) for path in language_files(language)}
    if folder.meta.training["texts"] != texts:
        raise DataError(f"{folder.path}: cues or texts have changed since; train it again")
    figures = evaluate_languages(data, [language])["languages"][language].items()
    return {key: each["mean"] for key, each in figures if isinstance(each, dict) and "mean" in each}


def travel_figures(meta: ModelMeta) -> dict[str, float]:
    """Return how a relevance model travels: its folder's figures by sources left out, if any."""
    sources = meta.scores.get("sources") or {}
    whole = sources.get("groups", {}).keys() == GROUPS.keys()
    return {
        f"{part}_{key}": float(sources[part][key])
        for part in (("regional", "mean", "worst") if whole else ("regional",))
        for key in sorted(sources.get(part, {}))
        if key.startswith(("average_precision", "recall"))
    }


def loud_figures(counts: Mapping[str, int]) -> dict[str, float]:
    """Return of `marks_met` how many warnings and errors meet a mark, and their share of all."""
    matched = counts["loud_matched"]
    loud = matched + counts["loud_unmatched"]
    return {"loud_matched": matched, "loud_share_matched": round(matched / max(1, loud), 4)}


def kept_apart(data: Path) -> list[Item]:
    """Return the quarter of annotated articles, by event, that nothing learns from.

    Their texts are in `relevance/` beside the folder of `data`. Raises `DataError`.
    """
    texts = [data.resolve().parent.parent / "relevance" / name for name in NEWS]
    rows = [row for file in texts for row in rule_precision.read_lines(file)]
    apart = {str(row["id"]) for row in rows if is_kept_apart(str(row["event"]))}
    return [item for item in rule_precision.read_items(data, texts) if item.id in apart]


def marks_met(guideline: Guideline, items: Sequence[Item]) -> Mapping[str, int]:
    """Count sure marks found, and flags, loud ones (warning, error) apart, that meet a mark."""
    related = rule_precision.related_rules(guideline)
    documents = [item.document for item in items]
    is_shown = load_shown(data_dir("models"), guideline.language)
    checked = run_shown(
        guideline,
        documents,
        make_policy(guideline, (), {}),
        lambda n: is_shown(documents[n].title, documents[n].text),
    )
    counts = Counter[str]()
    for item, result in zip(items, checked, strict=True):
        found = [f for f in result.findings if f.field == "title" or f.start < item.read]
        for mark in item.marks:
            met = mark.sure and any(rule_precision.agree(f, mark, related) for f in found)
            counts.update(sure=mark.sure, sure_found=met)
        for flag in found:
            meets = rule_precision.is_marked(flag, item, related)
            voice = "suggestions" if flag.severity == "suggestion" else "loud"
            counts[f"{voice}_{'matched' if meets else 'unmatched'}"] += 1
    return counts
