"""Cue groups as files hold them: `cues.json` of a model folder, YAML that it is made from."""

from __future__ import annotations

from typing import Any

from monitor.classify.cue_phrases import KINDS, CueGroup, CueTable
from monitor.classify.model_files import ModelFolder
from monitor.classify.word_tokens import splitter_of
from monitor.records.errors import ModelError


def load_cue_table(folder: ModelFolder, name: str) -> CueTable:
    """Return the cue table of a model; raises `ModelError`."""
    groups = parse_cues(folder.json(name), str(folder.path / name))
    return CueTable(groups, splitter_of(folder.meta.language))


def parse_cues(raw: Any, where: str) -> list[CueGroup]:
    """Check cue groups read from JSON or YAML; raises `ModelError` naming file and group."""
    if not isinstance(raw, dict):
        raise ModelError(f"{where}: must map group names to groups")
    groups: list[CueGroup] = []
    for name, group in raw.items():
        if not isinstance(group, dict) or not {"kind", "phrases"} <= group.keys():
            raise ModelError(f"{where}: group '{name}' needs 'kind' and 'phrases'")
        if unknown := sorted(group.keys() - {"kind", "phrases", "form"}):
            raise ModelError(f"{where}: group '{name}' has an unknown key '{unknown[0]}'")
        if group["kind"] not in KINDS:
            raise ModelError(f"{where}: group '{name}': kind '{group['kind']}' is unknown")
        phrases = group["phrases"]
        if not isinstance(phrases, list) or not all(isinstance(p, str) and p for p in phrases):
            raise ModelError(f"{where}: group '{name}': 'phrases' must be a list of strings")
        groups.append(CueGroup(name, group["kind"], tuple(phrases), group.get("form")))
    return groups
