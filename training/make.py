"""Training of any model: which function, and which encoder a version is fused with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.model_files import model_versions
from monitor.evaluate.labelled_data import Labelled
from monitor.records.errors import ModelError, UsageError
from training.encoder import train_encoder
from training.languages import train_language
from training.relevance import train_relevance
from training.rule_model import train_rules
from training.tags import train_tags

Say = Callable[[str], None]
ENGLISH = "en"


def make_model(
    model: Literal["relevance", "tags", "encoder", "rules"],
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int,
    encoder: str | None = None,
    language: str = ENGLISH,
    reviews: Sequence[Labelled] = (),
    work: Path | None = None,
    part: str | None = None,
    run: str | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train one model into `out`; return the content of its `meta.json`.

    Relevance and tags are fused with `encoder` (trained first if `out` lacks it) or with the newest
    encoder in `out`; `reviews` are rows to learn from besides. In another `language` than English
    relevance is linear alone and learns from its data file only. The judge of the `rules` can be
    trained in parts, each kept in `work`; after one `part` there is no model yet, and what is
    returned is empty; `run` names parts trained before. Raises `DataError`, `ModelError`,
    and `UsageError` for what a model cannot be made from.
    """
    common: dict[str, Any] = {"version": version, "seed": seed, "say": say}
    parts: dict[str, Any] = {"work": work, "part": part, "run": run}
    if model == "rules":
        if language != ENGLISH or encoder is not None or reviews:
            raise UsageError("the model of the rules is English, needs no encoder or reviews")
        return train_rules(data, out, **parts, **common)
    if any(value is not None for value in parts.values()):
        raise UsageError("--work, --part and --run are for the model of the rules")
    if language != ENGLISH:
        if model != "relevance" or encoder is not None or reviews:
            raise UsageError(f"'{language}' has a relevance model only, without encoder or reviews")
        return train_language(data, out, language=language, **common)
    if model == "encoder":
        if reviews:
            raise UsageError("the encoder does not learn from reviews; train relevance with them")
        return train_encoder(data, out, **common)
    train = train_tags if model == "tags" else train_relevance
    fused = _encoder(data, out, encoder, seed, say)
    return train(data, out, encoder=fused, reviews=reviews, **common)


def _encoder(data: Path, out: Path, version: str | None, seed: int, say: Say) -> Path | None:
    if version is None:
        try:
            return model_versions(out, ENCODER)[-1]
        except ModelError:
            say(f"no encoder in {out}: the model will be linear alone")
            return None
    folder = out / ENCODER / version
    if not folder.exists():
        train_encoder(data, out, version=version, seed=seed, say=say)
    return folder
