"""Cue phrases in YAML (`data/cues*.yaml`), the source of `cues.json` in model folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from monitor.classify.cue_phrases import CueGroup, parse_cues
from monitor.evaluate.labelled_data import read_yaml
from monitor.records.errors import ModelError

CUES_FILE = Path(__file__).parent / "data" / "cues.yaml"


def cues_of(language: str) -> Path:
    """Return where the cue groups of a language would lie."""
    return CUES_FILE if language == "en" else CUES_FILE.with_name(f"cues-{language}.yaml")


def load_cues(path: Path = CUES_FILE) -> list[CueGroup]:
    """Read cue groups from YAML; raises `ModelError` naming file and group."""
    return parse_cues(read_yaml(path, ModelError), str(path))


def cues_json(groups: Sequence[CueGroup]) -> dict[str, Any]:
    """Return the groups as `cues.json` holds them."""
    return {
        group.name: {
            "kind": group.kind,
            **({"form": group.form} if group.form else {}),
            "phrases": list(group.phrases),
        }
        for group in groups
    }
