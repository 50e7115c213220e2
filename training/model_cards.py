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
from monitor.rules.people_roles import NAME as PEOPLE
from training.rows import CHOSEN, GROUPS
from training.rule_model_data import NAME as RULES
from training.second_stage import KEPT

TEMPLATES = Path(__file__).parent / "templates"
_COLUMNS = {
    "cross_validation": "linear, cross-validated",
    "held_out": "held-out train events",
    "held_out_regional": "held-out regional events",
    "dev_crossed": "dev, cross-fitted",
    "dev": "dev, as shipped",
    **{f"apart {name}": f"{name.partition('.')[0]}, kept apart" for name in CHOSEN},
}
_TEMPLATES = {
    RELEVANCE: "relevance.md",
    TAGS: "tags.md",
    ENCODER: "encoder.md",
    RULES: "rules.md",
    PEOPLE: "people.md",
}


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
        # besides the figures: columns, and the mix of dev
        scores = meta["scores"]
        kinds = scores["dev"]["hard_kinds"]
        travelled = scores.get("sources", {}).get("groups", {})
        more |= {
            "measured": {head: scores[key] for key, head in _COLUMNS.items() if key in scores},
            "annotated": sum(cell["rows"] for cell in kinds.values()),
            "hard": sum(cell["rows"] for kind, cell in kinds.items() if kind.endswith("rel 0")),
            "kept": KEPT,
            "least_slope": LEAST_SLOPE,
            "groups": GROUPS,
            "missing": [group for group in GROUPS if group not in travelled],
        }
    return render(template, TEMPLATES, meta=meta, **more) + "\n"


def save_model(out: Path, files: Mapping[str, bytes], **meta: Any) -> dict[str, Any]:
    """Write `out/name/version` with its card, on trial; return the content of `meta.json`."""
    whole = {
        "language": "en",
        "released": False,
        **{key: {} for key in ("experimental", "thresholds", "settings", "scores")},
        **meta,
    }
    folder = out / whole["name"] / whole["version"]
    return asdict(save_folder(folder, whole, files, model_card(whole, files)))
