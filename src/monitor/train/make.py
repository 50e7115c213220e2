"""One command for all models: which is made from which, and which encoder a version gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from monitor.classify.artefact import model_versions
from monitor.classify.encoder import NAME as ENCODER
from monitor.errors import ModelError, UsageError
from monitor.train.data import Labelled

Say = Callable[[str], None]


def make_model(
    model: Literal["relevance", "tags", "encoder"],
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int,
    encoder: str | None = None,
    reviews: Sequence[Labelled] = (),
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train one model into `out`; return the content of its `meta.json`.

    Relevance and tags are fused with `encoder` (trained first if `out` lacks it) or with the newest
    encoder in `out`; `reviews` are rows to learn from besides. Raises `DataError` or `ModelError`.
    """
    if model == "encoder":
        if reviews:
            raise UsageError("the encoder does not learn from reviews; train relevance with them")
        from monitor.train.encoder import train_encoder

        return train_encoder(data, out, version=version, seed=seed, say=say)
    fused = _encoder(data, out, encoder, seed, say)
    if model == "tags":
        from monitor.train.tags import train_tags

        return train_tags(
            data, out, version=version, seed=seed, encoder=fused, reviews=reviews, say=say
        )
    from monitor.train.relevance import train_relevance

    return train_relevance(
        data, out, version=version, seed=seed, encoder=fused, reviews=reviews, say=say
    )


def _encoder(data: Path, out: Path, version: str | None, seed: int, say: Say) -> Path | None:
    if version is None:
        try:
            return model_versions(out, ENCODER)[-1]
        except ModelError:
            say(f"no encoder in {out}: the model will be linear alone")
            return None
    folder = out / ENCODER / version
    if not folder.exists():
        from monitor.train.encoder import train_encoder

        train_encoder(data, out, version=version, seed=seed, say=say)
    return folder
