"""Of which countries it was measured how well the English relevance model finds articles."""

from __future__ import annotations

from pathlib import Path

from monitor.classify.model_files import META, find_model, read_meta
from monitor.classify.relevance import NAME
from monitor.records.errors import ModelError


def measured_countries(models: Path) -> frozenset[str] | None:
    """Return the countries (ISO codes) for which the model in use has a recall.

    `None` where it has no figures by country at all, as models before they were kept. Raises
    `ModelError` for figures that are not understood.
    """
    folder = find_model(models, NAME)
    table = read_meta(folder).scores.get("countries")
    if table is None:
        return None
    try:
        return frozenset(code for code, row in table.items() if row["recall"] is not None)
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / META}: scores by country: {error}") from error
