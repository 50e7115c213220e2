"""Training of the neural model of the rules: one encoder with a token head for each rule.

It learns from the rules' examples, development sentences and annotated articles; how sure a flag
is, is fitted on articles that a fold of it has not learned from. torch is needed here only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import pack_arrays
from monitor.classify.onnx_encoder import EncoderSession
from monitor.evaluate.labelled_data import file_sha256
from monitor.evaluate.rule_precision import Item
from monitor.labels.data_files import data_dir
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.settings import cache_dir
from training.encoder import base_folder, plain_tokenizer
from training.model_cards import save_model
from training.rule_model_confidence import (
    Confidence,
    FlagEvidence,
    Floats,
    ReadSentences,
    calibrate_unlikely,
    confidence_scores,
    counted,
    cross_fitted,
    fit_confidence,
    flags_in,
    gather,
)
from training.rule_model_data import (
    ARTICLE,
    DOUBT,
    EARLIER,
    FEW,
    FOLDER,
    GLANCE,
    IN_ARTICLES,
    MARKS,
    MODEL,
    NAME,
    NEWS,
    OUTPUT,
    SILENT,
    TOKENIZER,
    LabelledSource,
    RuleLabels,
    RuleModelData,
    RuleModelOptions,
    load_rule_data,
    rows_of,
)
from training.rule_model_parts import Prepared, calibration_fold, fit_part, prepare, read_weights
from training.rule_model_suggestions import calibrate_alone, calibrate_short, stored

OPTIONS = RuleModelOptions()
SPANS = ("train.jsonl.gz", "dev.jsonl.gz", "flags.jsonl.gz")
Say = Callable[[str], None]


def train_rules(
    data: Path,
    out: Path,
    *,
    version: str,
    seed: int = 0,
    options: RuleModelOptions = OPTIONS,
    guideline: Guideline | None = None,
    development: Path | None = None,
    own: Path = FOLDER,
    base: Path | None = None,
    work: Path | None = None,
    part: str | None = None,
    run: str | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Learn from `data` (with `spans/` and `relevance/`), write `out/rules-en/version`.

    With `part` only that one is trained and kept in `work`, and what is returned is empty; without,
    all that are not there yet, and the model is made of them; with `run` of parts that
    were trained before, however the guideline has changed since: how sure flags are is fitted on
    what it flags now. Returns the content of `meta.json`;
    raises `DataError`, `ModelError`, and `UsageError` for a part that does not exist.
    """
    guideline = guideline or load_guideline(data_dir("guidelines") / "thb-en", cache=cache_dir())
    development = development or data_dir("guidelines").parent / "tests" / "data" / "guidelines"
    say("reading articles and sentences")
    read = load_rule_data(guideline, data, development, own)
    work = work or cache_dir() / "judge"
    prepared = prepare(read, base or base_folder(), options, seed, work, run)
    for each in options.parts if part is None else (part,):
        fit_part(prepared, each, say)
    if part is not None:
        return {}
    return _make(prepared, guideline, data, own, out, version, say)


def _make(
    prepared: Prepared,
    guideline: Guideline,
    data: Path,
    own: Path,
    out: Path,
    version: str,
    say: Say,
) -> dict[str, Any]:
    """Export the whole, fit how sure flags are on the folds, and write the model's folder."""
    from training.onnx_export import shrink

    say("exporting to int8 ONNX")
    module, seconds = read_weights(prepared)
    model = shrink(module, [OUTPUT])
    say("fitting how sure flags are")
    said = prepared.crossed()
    confidence, scores = _calibrate(prepared, guideline, EncoderSession(model, MODEL), said)
    say("fitting what the judge says alone")
    alone, glance, read, scores["alone"] = calibrate_alone(prepared, guideline, said)
    short, scores["short"] = calibrate_short(prepared, guideline, read, said)
    unlikely, scores["unlikely"] = calibrate_unlikely(prepared, guideline, said)
    files = {
        MODEL: model,
        TOKENIZER: plain_tokenizer(prepared.base / TOKENIZER),
        GLANCE: pack_arrays(stored(glance)),
    }
    options = prepared.options
    return save_model(
        out,
        files,
        name=NAME,
        version=version,
        labels={OUTPUT: list(prepared.data.rules)},
        experimental={OUTPUT: _few(scores["rules"])},
        thresholds={"suggestion": DOUBT, "silent": SILENT, "unlikely": unlikely},
        settings={
            "context_tokens": options.context,
            "sentence_tokens": options.sentence,
            "confidence": confidence.settings(),
            "alone": asdict(alone),
            "short": short,
        },
        scores=scores,
        training={
            **prepared.record,
            "guideline": guideline.stamp,
            "data": {**_files(data), MARKS.as_posix(): file_sha256(own / MARKS)},
            "seconds": round(seconds),
            "sentences": dict(Counter(row.kind for row in prepared.data.rows)),
        },
    )


def _files(data: Path) -> dict[str, str]:
    paths = [Path("spans") / name for name in SPANS] + [Path("relevance") / name for name in NEWS]
    return {path.as_posix(): file_sha256(data / path) for path in paths}


def _few(rules: Mapping[str, Mapping[str, int]]) -> list[str]:
    return [rule for rule, row in rules.items() if row["in_articles"] < FEW]


def _calibrate(
    prepared: Prepared,
    guideline: Guideline,
    session: EncoderSession,
    said: Mapping[str, NDArray[np.float32]],
) -> tuple[Confidence, dict[str, Any]]:
    """Return how sure flags are, fitted on articles by folds, and what it comes to."""
    data = prepared.data
    read = (*data.articles, *data.further)
    articles = [item for item in read if prepared.is_crossed(data.events[item.id])]
    flags = flags_in(guideline, articles, data)
    evidence = gather(
        flags,
        ReadSentences(data.rows, prepared.encoded, lambda row: said.get(prepared.keys[row])),
        data,
    )
    confidence = fit_confidence(evidence)
    crossed = cross_fitted(evidence, [calibration_fold(each.flag.event) for each in evidence])
    unread = flags_in(guideline, data.kept_apart, data)
    apart = gather(unread, _served(prepared, data.kept_apart, session), data)
    return confidence, {
        "articles": len(articles),
        "confidence": confidence_scores(evidence, crossed, flags=len(flags)),
        "kept_apart": {
            "articles": len(data.kept_apart),
            **counted(apart, confidence.of(apart), flags=len(unread)),
        },
        "rules": _per_rule(data, evidence, crossed),
    }


def _served(prepared: Prepared, items: Sequence[Item], session: EncoderSession) -> ReadSentences:
    """Return articles that nothing was learned from, judged by the model as it is served."""
    rows = [
        row
        for item in items
        for row in rows_of(
            LabelledSource(
                ARTICLE, item.id, item.id, item.document, RuleLabels(), IN_ARTICLES, item.read
            ),
            prepared.data.siblings,
        )
    ]
    encoded = [prepared.encode(row) for row in rows]

    def numbers(row: int) -> NDArray[np.float32]:
        start = encoded[row].start
        said: NDArray[np.float32] = session.run(encoded[row].ids)[OUTPUT]
        return said[start : start + len(encoded[row].offsets)]

    return ReadSentences(rows, encoded, numbers)


def _per_rule(
    data: RuleModelData, evidence: Sequence[FlagEvidence], said: Floats
) -> dict[str, dict[str, Any]]:
    """Return for each rule what it was learned from, and its flags in articles."""
    written, news = Counter(_found(data, real=False)), Counter(_found(data, real=True))
    rows: dict[str, dict[str, Any]] = {}
    for rule in data.rules:
        own = [(each.flag, p) for each, p in zip(evidence, said, strict=True)
               if each.flag.rule == rule]  # fmt: skip
        rows[rule] = {
            "written": written[rule],
            "in_articles": news[rule],
            "flags": len(own),
            "marked": sum(flag.marked for flag, _ in own),
            "said": round(float(sum(p for _, p in own)), 1),
        }
    return rows


def _found(data: RuleModelData, *, real: bool) -> Iterator[str]:
    for row in data.rows:
        if (row.kind in (ARTICLE, EARLIER)) == real:
            yield from (claim.rule for claim in row.found)
