"""Model cards: the `README.md` of a model folder, from its `meta.json` by a Jinja template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.model_files import save_folder
from monitor.classify.relevance import NAME as RELEVANCE
from monitor.classify.tags import NAME as TAGS
from monitor.evaluate.evaluation_report import render
from monitor.evaluate.linear_fit import LEAST_SLOPE
from monitor.records.finding import MEASURED_FROM, SCORE_TOLERANCE
from training.rows import GROUPS
from training.rule_model_data import NAME as RULES
from training.second_stage import KEPT

TEMPLATES = Path(__file__).parent / "templates"
_TEMPLATES = {RELEVANCE: "relevance.md", TAGS: "tags.md", ENCODER: "encoder.md", RULES: "rules.md"}


def model_card(meta: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the card of a model, its `README.md`, from its `meta.json` and its files."""
    # only the relevance models of languages with little news have no name of their own
    template = _TEMPLATES.get(meta["name"], "language.md")
    more: dict[str, Any] = {
        "megabytes": sum(map(len, files.values())) / 1e6,
        "score_tolerance": SCORE_TOLERANCE,
        "measured_from": MEASURED_FROM,
    }
    if template == "relevance.md":
        more |= _of_relevance(meta["scores"])
    return render(template, TEMPLATES, meta=meta, **more) + "\n"


def _of_relevance(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a relevance card tells besides the figures: columns, and the mix of dev."""
    measured = {"linear, cross-validated": scores["cross_validation"]}
    for key, head in (
        ("held_out", "held-out train events"),
        ("held_out_regional", "held-out regional events"),
        ("dev_crossed", "dev, cross-fitted"),
        ("dev", "dev, as shipped"),
    ):
        if key in scores:
            measured[head] = scores[key]
    kinds = scores["dev"]["hard_kinds"]
    travelled = scores.get("sources", {}).get("groups", {})
    return {
        "measured": measured,
        "annotated": sum(cell["rows"] for cell in kinds.values()),
        "hard": sum(cell["rows"] for kind, cell in kinds.items() if kind.endswith("rel 0")),
        "kept": KEPT,
        "least_slope": LEAST_SLOPE,
        "groups": GROUPS,
        "missing": [group for group in GROUPS if group not in travelled],
    }


def save_model(out: Path, files: Mapping[str, bytes], **meta: Any) -> dict[str, Any]:
    """Write `out/name/version` with its card; return the content of `meta.json`.

    `meta` is that of `ModelMeta`; what it lacks is empty, the language English, on trial.
    """
    whole = {
        "language": "en",
        "released": False,
        **{key: {} for key in ("experimental", "thresholds", "settings", "scores")},
        **meta,
    }
    folder = out / whole["name"] / whole["version"]
    return asdict(save_folder(folder, whole, files, model_card(whole, files)))


def render_languages(result: Mapping[str, Any]) -> str:
    """Return cross-validated figures of languages, and what becomes of their articles."""
    return render("languages.txt", TEMPLATES, result=result)


def render_labels(result: Mapping[str, Any]) -> str:
    """Return the figures of hand labels: policy context, victims, indicators."""
    return render("labels.txt", TEMPLATES, result=result)
