"""Readings of many articles as sparse counts, made once and cut per fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.linear import standardise
from monitor.classify.reading import FIELDS, Reading, field_ngrams
from monitor.classify.story import StoryCounter

MIN_DF = 2
"""An n-gram of one article alone teaches nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Counts per field (rows x n-grams, CSR), the n-grams, and the story counts."""

    grams: Mapping[str, NDArray[np.object_]]
    counts: Mapping[str, Any]
    story: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Which n-grams a model keeps, their idf, and how it standardises the story counts."""

    kept: Mapping[str, NDArray[np.intp]]
    idf: Mapping[str, NDArray[np.float64]]
    story_mean: NDArray[np.float64]
    story_scale: NDArray[np.float64]


def build_matrix(
    readings: Sequence[Reading], counter: StoryCounter, fields: Sequence[str] = FIELDS
) -> Matrix:
    """Count n-grams and story numbers of every reading."""
    from scipy.sparse import csr_array

    ids: dict[str, dict[str, int]] = {field: {} for field in fields}
    cells: dict[str, list[NDArray[np.int32]]] = {field: [] for field in fields}
    for reading in readings:
        grams = field_ngrams(reading)
        for field in fields:
            known = ids[field]
            row = [known.setdefault(gram, len(known)) for gram in grams[field]]
            cells[field].append(np.array(row, dtype=np.int32))
    names: dict[str, NDArray[np.object_]] = {}
    counts: dict[str, Any] = {}
    for field in fields:
        ends = np.cumsum([0, *map(len, cells[field])])
        flat = np.concatenate(cells[field])
        matrix = csr_array((np.ones(len(flat)), flat, ends), shape=(len(readings), len(ids[field])))
        matrix.sum_duplicates()
        kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= MIN_DF)
        counts[field] = matrix[:, kept]
        names[field] = np.array(list(ids[field]), dtype=object)[kept]
    story = np.array([counter.count(reading) for reading in readings])
    return Matrix(names, counts, story)


def choose_columns(
    matrix: Matrix, rows: NDArray[np.intp], among: Mapping[str, NDArray[np.intp]] | None = None
) -> Columns:
    """Fit idf and story scale on `rows`; keep n-grams in two of them (and in `among`, if given)."""
    kept: dict[str, NDArray[np.intp]] = {}
    idf: dict[str, NDArray[np.float64]] = {}
    for field, counts in matrix.counts.items():
        part = counts[rows]
        df = np.bincount(part.indices, minlength=part.shape[1])
        kept[field] = np.flatnonzero(df >= MIN_DF) if among is None else among[field]
        idf[field] = np.log((1 + len(rows)) / (1 + df[kept[field]])) + 1
    story = matrix.story[rows]
    return Columns(kept, idf, story.mean(0), story.std(0) + 1e-6)


def design(matrix: Matrix, rows: NDArray[np.intp], columns: Columns, story_weight: float) -> Any:
    """Return the features of `rows`: each field's unit vectors, then weighted story counts."""
    from scipy.sparse import csr_array, diags_array, hstack

    blocks = []
    for field, counts in matrix.counts.items():
        part = counts[rows][:, columns.kept[field]].copy()
        part.data = 1 + np.log(part.data)
        part = part @ diags_array(columns.idf[field])
        length = np.sqrt(part.multiply(part).sum(1))
        blocks.append(diags_array(1 / np.where(length > 0, length, 1)) @ part)
    story = standardise(matrix.story[rows], columns.story_mean, columns.story_scale)
    features = csr_array(hstack([*blocks, csr_array(story * story_weight)]))
    # scikit-learn refuses 64-bit indices, which SciPy makes as soon as one block had them
    features.indices = features.indices.astype(np.int32)
    features.indptr = features.indptr.astype(np.int32)
    return features
