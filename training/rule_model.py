"""Training of the neural model of the rules: one encoder with a token head for each rule.

It learns from the rules' examples, development sentences and annotated articles; how sure a flag
is, is fitted on articles that a fold of it has not learned from. torch is needed here only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.model_files import pack_arrays
from monitor.classify.onnx_encoder import EncoderSession
from monitor.evaluate.labelled_data import file_sha256
from monitor.labels.data_files import data_dir
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.settings import cache_dir
from training import rule_model_confidence, rule_model_data
from training.encoder import base_folder, plain_tokenizer
from training.model_cards import save_model
from training.rule_model_data import OUTPUT, RuleModelOptions
from training.rule_model_parts import Prepared, calibration_fold, fit_part, prepare, read_weights
from training.rule_model_suggestions import Numbers, calibrate_alone, calibrate_short

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
    own: Path = rule_model_data.FOLDER,
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
    read = rule_model_data.load_rule_data(guideline, data, development, own)
    work = work or cache_dir() / "judge"
    prepared = prepare(read, base or base_folder(), options, seed, work, run)
    for each in options.parts if part is None else (part,):
        fit_part(prepared, each, say)
    if part is not None:
        return {}
    from training.onnx_export import shrink

    say("exporting to int8 ONNX")
    module, seconds = read_weights(prepared)
    model = shrink(module, [OUTPUT])
    say("fitting how sure flags are")
    said = prepared.crossed()
    session = EncoderSession(model, rule_model_data.MODEL)
    confidence, (unlikely, cuts), scores = fit_flags(prepared, guideline, session, said)
    say("fitting what the judge says alone")
    alone, glance, articles, scores["alone"] = calibrate_alone(prepared, guideline, said)
    short, scores["short"] = calibrate_short(prepared, guideline, articles, said)
    scores["unlikely"] = cuts
    few = rule_model_data.FEW
    paths = [Path("spans") / name for name in SPANS] + [
        Path("relevance") / name for name in rule_model_data.NEWS
    ]
    return save_model(
        out,
        {
            rule_model_data.MODEL: model,
            rule_model_data.TOKENIZER: plain_tokenizer(prepared.base / rule_model_data.TOKENIZER),
            rule_model_data.GLANCE: pack_arrays(
                {name: getattr(glance, name).astype(np.float16) for name in ("single", "pairs")}
            ),
        },
        name=rule_model_data.NAME,
        version=version,
        labels={OUTPUT: list(read.rules)},
        experimental={
            OUTPUT: [rule for rule, row in scores["rules"].items() if row["in_articles"] < few]
        },
        thresholds={
            "suggestion": rule_model_data.DOUBT,
            "silent": rule_model_data.SILENT,
            "unlikely": unlikely,
        },
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
            "data": {path.as_posix(): file_sha256(data / path) for path in paths}
            | {rule_model_data.MARKS.as_posix(): file_sha256(own / rule_model_data.MARKS)},
            "seconds": round(seconds),
            "sentences": dict(Counter(row.kind for row in read.rows)),
        },
    )


def fit_flags(
    prepared: Prepared, guideline: Guideline, session: EncoderSession, said: Numbers
) -> tuple[rule_model_confidence.Confidence, tuple[float, Any], dict[str, Any]]:
    """Return how sure flags are, below which log odds none is told, and what it comes to.

    Fitted on what folds say (`said`) of articles and sentences that they have not learned from;
    what nothing was learned from is judged by the model as it is served, in `session`.
    """
    data = prepared.data
    read = (*data.articles, *data.further)
    articles = [item for item in read if prepared.is_crossed(data.events[item.id])]

    def gathered(
        flags: list[rule_model_confidence.EditorFlag],
    ) -> list[rule_model_confidence.FlagEvidence]:
        return rule_model_confidence.gather(
            flags, data, data.rows, prepared.encoded, lambda row: said.get(prepared.keys[row])
        )

    flags = rule_model_confidence.flags_in(guideline, articles, data)
    evidence = gathered(flags)
    confidence = rule_model_confidence.fit_confidence(evidence)
    folds = [calibration_fold(each.flag.event) for each in evidence]
    crossed = rule_model_confidence.cross_fitted(evidence, folds)

    rows = [
        row
        for item in data.kept_apart
        for row in rule_model_data.rows_of(
            rule_model_data.article_source(item, item.id, (), data.siblings), data.siblings
        )
    ]
    encoded = [prepared.encode(row) for row in rows]

    def served(row: int) -> NDArray[np.float32]:
        start = encoded[row].start
        numbers: NDArray[np.float32] = session.run(encoded[row].ids)[OUTPUT]
        return numbers[start : start + len(encoded[row].offsets)]

    unread = rule_model_confidence.flags_in(guideline, data.kept_apart, data)
    apart = rule_model_confidence.gather(unread, data, rows, encoded, served)
    sentences = prepared.sentences_in(said)
    listed = rule_model_confidence.flags_in_sentences(guideline, sentences, data.siblings)
    unlikely = rule_model_confidence.choose_unlikely(gathered(list(listed)))

    learned = Counter(
        (claim.rule, row.kind in (rule_model_data.ARTICLE, rule_model_data.EARLIER))
        for row in data.rows
        for claim in row.found
    )
    rules: dict[str, dict[str, Any]] = {}
    for rule in data.rules:
        own = [
            (each.flag, p)
            for each, p in zip(evidence, crossed, strict=True)
            if each.flag.rule == rule
        ]
        rules[rule] = {
            "written": learned[rule, False],
            "in_articles": learned[rule, True],
            "flags": len(own),
            "marked": sum(flag.marked for flag, _ in own),
            "said": round(float(sum(p for _, p in own)), 1),
        }
    scores = {
        "articles": len(articles),
        "confidence": rule_model_confidence.confidence_scores(evidence, crossed, flags=len(flags)),
        "kept_apart": {
            "articles": len(data.kept_apart),
            **rule_model_confidence.counted(apart, confidence.of(apart), flags=len(unread)),
        },
        "rules": rules,
    }
    return confidence, unlikely, scores
