"""Training of the neural model of the rules: one encoder with a token head for each rule.

It goes on from an earlier judge, in windows of annotated articles and a few sentences written for
the rules; how sure a flag is, is fitted on articles that a fold of it has not learned from, nor the
earlier one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.onnx_encoder import EncoderSession
from monitor.evaluate.labelled_data import file_sha256
from monitor.evaluate.metrics import calibration_error, chance_error, reliability
from monitor.evaluate.rule_precision import Item, agree, related_rules
from monitor.labels.data_files import data_dir
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.rules.neural_model import says_again
from monitor.rules.people_roles import TokenPlaces, read_windows
from monitor.settings import cache_dir
from monitor.text.analysis import view
from training import rule_model_data
from training.encoder import base_folder, plain_tokenizer
from training.model_cards import save_model
from training.rule_model_data import OUTPUT, RuleModelOptions
from training.rule_model_parts import (
    Prepared,
    calibration_fold,
    fit_part,
    key_of,
    prepare,
    read_start,
)
from training.rule_model_suggestions import Numbers, calibrate_alone

if TYPE_CHECKING:
    from tokenizers import Tokenizer

OPTIONS = RuleModelOptions()
SPANS = (
    "train.jsonl.gz", "dev.jsonl.gz", "train2.jsonl.gz", "train2_second.jsonl.gz",
    *rule_model_data.FLAGS,
)  # fmt: skip
Say = Callable[[str], None]
Floats = NDArray[np.float64]
FEATURES = ("judge", "best", "prior", "loud", "again", "quoted", "title")
CLIP = (-8.0, 4.0)
PSEUDO = 4.0
"""So many flags at the base rate stand behind each rule's own."""
CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_DIGITS = 4
LOST = 0.02
"""So large a share of the right flags of lists may be lost for fewer wrong ones."""
UNLIKELY_CUTS = tuple(float(cut) for cut in np.arange(-7, -0.9, 0.5))


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
    start: Path | None = None,
    work: Path | None = None,
    part: str | None = None,
    run: str | None = None,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Learn from `data` (with `spans/` and `relevance/`), write `out/rules-en/version`.

    `start` is the folder of an earlier version that has not learned from the articles of two
    editors; it is gone on from. With `part` only that one is trained and kept in `work`, and what
    is returned is empty; without, the model is made of all, or of those of a `run` before, and
    fitted to what the guideline flags now. Returns the content of `meta.json`; raises `DataError`,
    `ModelError` and `UsageError`.
    """
    guideline = guideline or load_guideline(data_dir("guidelines") / "thb-en", cache=cache_dir())
    development = development or data_dir("guidelines").parent / "tests" / "data" / "guidelines"
    say("reading articles and sentences")
    read = rule_model_data.load_rule_data(guideline, data, development, own)
    work = work or cache_dir() / "judge"
    begun = read_start(start) if start else None
    prepared = prepare(read, base or base_folder(), options, seed, work, begun, run)
    for each in options.parts if part is None else (part,):
        fit_part(prepared, each, say)
    if part is not None:
        return {}
    import torch

    from training.network import start_module
    from training.onnx_export import shrink

    say("exporting to int8 ONNX")
    module = start_module(prepared.base, len(read.rules), seed)
    state = torch.load(prepared.path(rule_model_data.WHOLE), weights_only=True)
    module.load_state_dict(state["module"])
    model = shrink(module.eval(), [OUTPUT])
    say("fitting how sure flags are")
    said = prepared.crossed()
    session = EncoderSession(model, rule_model_data.MODEL)
    confidence, (unlikely, cuts), scores = fit_flags(prepared, guideline, session, said)
    say("fitting what the judge says alone")
    alone, scores["alone"] = calibrate_alone(prepared, guideline, said)
    scores["unlikely"] = cuts
    few = rule_model_data.FEW
    files = [f"spans/{name}" for name in SPANS]
    files += [f"relevance/{name}" for name in (*rule_model_data.NEWS, rule_model_data.TRAIN2)]
    return save_model(
        out,
        {
            rule_model_data.MODEL: model,
            rule_model_data.TOKENIZER: plain_tokenizer(prepared.base / rule_model_data.TOKENIZER),
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
            "confidence": confidence.settings(),
            "alone": asdict(alone),
        },
        scores=scores,
        training={
            **prepared.record,
            "guideline": guideline.stamp,
            "data": {name: file_sha256(data / name) for name in files}
            | {rule_model_data.MARKS.as_posix(): file_sha256(own / rule_model_data.MARKS)},
            "seconds": round(float(state["seconds"])),
            "windows": dict(Counter(window.kind for window in prepared.windows)),
        },
    )


def fit_flags(
    prepared: Prepared, guideline: Guideline, session: EncoderSession, said: Numbers
) -> tuple[Confidence, tuple[float, Any], dict[str, Any]]:
    """Return how sure flags are, from which log odds on one is told (by folds), and the figures."""
    data = prepared.data
    articles = [item for item in data.articles if prepared.is_crossed(data.events[item.id])]
    rust = prepared.tokenizer.rust

    def served(ids: Sequence[int]) -> NDArray[np.float32]:
        return session.run(ids)[OUTPUT]

    flags = flags_in(guideline, articles, data)
    evidence = gather(flags, data, articles, rust, lambda ids: said.get(key_of(ids)))
    confidence = fit_confidence(evidence)
    crossed = cross_fitted(evidence, [calibration_fold(each.event) for each in evidence])
    unread = flags_in(guideline, data.kept_apart, data)
    apart = gather(unread, data, data.kept_apart, rust, served)
    unlikely = choose_unlikely(evidence)
    learned = Counter(
        (claim.rule, source.kind in rule_model_data.OURS)
        for source in data.sources
        for claim in source.found
    )
    rules: dict[str, dict[str, Any]] = {}
    for rule in data.rules:
        own = [(flag, p) for flag, p in zip(evidence, crossed, strict=True) if flag.rule == rule]
        rules[rule] = {
            "written": learned[rule, True],
            "in_articles": learned[rule, False],
            "flags": len(own),
            "marked": sum(flag.marked for flag, _ in own),
            "said": round(float(sum(p for _, p in own)), 1),
        }
    scores = {
        "articles": len(articles),
        "confidence": confidence_scores(evidence, crossed, flags=len(flags)),
        "kept_apart": {
            "articles": len(data.kept_apart),
            **counted(apart, confidence.of(apart), flags=len(unread)),
        },
        "rules": rules,
    }
    return confidence, unlikely, scores


@dataclass(frozen=True, slots=True)
class EditorFlag:
    """A finding of the guideline in an article, and what editors said of it.

    `again`: its rule has found other words before in the article; `quoted`: in somebody's speech.
    `marked`: by an editor who had not seen it; `right`: then, or when it was judged. `judge` and
    `best`: the log odds of its words, of its rule or a sibling, and of any rule.
    """

    article: str
    event: str
    rule: str
    field: str
    start: int
    end: int
    loud: bool
    again: bool
    quoted: bool
    marked: bool
    right: bool
    judge: float = 0.0
    best: float = 0.0


def flags_in(
    guideline: Guideline, items: Sequence[Item], data: rule_model_data.RuleModelData
) -> list[EditorFlag]:
    """Return what the guideline in force finds in the part of articles that editors read."""
    related, policy = related_rules(guideline), make_policy(guideline, (), {})
    flags: list[EditorFlag] = []
    documents = [item.document for item in items]
    for item, checked in zip(items, run_policy(guideline, documents, policy), strict=True):
        before: dict[str, set[str]] = {}
        for found in checked.findings:
            again = says_again(before, found)
            unread = found.field != "title" and found.start >= item.read
            if unread or found.rule not in data.siblings:
                continue
            marked = any(agree(found, mark, related) for mark in item.marks)
            verdict = data.judged.get((item.id, found.rule, found.match.lower()))
            place = found.rule, found.field, found.start, found.end
            heard = found.severity != "suggestion", again, found.quoted == "attributed"
            right = marked or verdict == "right"
            flags.append(EditorFlag(item.id, data.events[item.id], *place, *heard, marked, right))
    return flags


def gather(
    flags: Sequence[EditorFlag],
    data: rule_model_data.RuleModelData,
    items: Sequence[Item],
    rust: Tokenizer,
    numbers: Callable[[Sequence[int]], NDArray[Any] | None],
) -> list[EditorFlag]:
    """Return flags that the judge has read, with what it says: `numbers` are those of a window."""
    column = {rule: at for at, rule in enumerate(data.rules)}
    found: list[EditorFlag] = []
    for item in items:
        own = [flag for flag in flags if flag.article == item.id]
        if not own:
            continue
        views = {"title": view(item.document.title), "text": view(item.document.text)}
        windows = read_windows([("title", views["title"]), ("text", views["text"])], rust)
        places = TokenPlaces(windows)
        for flag in own:
            field: Any = flag.field
            tokens = places.of((field, *views[field].to_shadow(flag.start, flag.end)))
            rows = [(numbers(windows[number].ids), token) for number, token in tokens]
            words = np.array([said[token] for said, token in rows if said is not None], np.float64)
            if len(words):
                family = [column[rule] for rule in sorted({flag.rule, *data.siblings[flag.rule]})]
                judge = float(np.clip(words[:, family].max(), *CLIP))
                found.append(replace(flag, judge=judge, best=float(words.max())))
    return found


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights of the features, and the log odds of each rule's flags being marked."""

    weights: Mapping[str, float]
    offset: float
    priors: Mapping[str, float]
    unknown: float

    def of(self, evidence: Sequence[EditorFlag]) -> Floats:
        """Return the probability that an editor marks each flag."""
        priors = [self.priors.get(each.rule, self.unknown) for each in evidence]
        weights = np.array([self.weights[name] for name in FEATURES])
        odds = _features(evidence, priors) @ weights + self.offset
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)

    def settings(self) -> dict[str, Any]:
        """Return it as it stands in `meta.json`."""
        return {
            **self.weights,
            "offset": self.offset,
            "clip": list(CLIP),
            "priors": dict(self.priors),
            "unknown_prior": self.unknown,
        }


def fit_confidence(evidence: Sequence[EditorFlag]) -> Confidence:
    """Fit on flags; each one's prior is that of the rule's other flags."""
    from sklearn.linear_model import LogisticRegression

    truth = np.array([each.marked for each in evidence], np.bool_)
    base = float(truth.mean())
    flags = Counter(each.rule for each in evidence)
    marked = Counter(each.rule for each in evidence if each.marked)

    def log_odds(flags: float, right: float) -> float:
        return float(np.log((right + PSEUDO * base) / (flags - right + PSEUDO * (1 - base))))

    others = [log_odds(flags[each.rule] - 1, marked[each.rule] - each.marked) for each in evidence]
    model = LogisticRegression(C=1).fit(_features(evidence, others), truth)
    *weights, offset = (round(float(n), _DIGITS) for n in (*model.coef_[0], model.intercept_[0]))
    priors = {rule: round(log_odds(flags[rule], marked[rule]), _DIGITS) for rule in sorted(flags)}
    unknown = round(log_odds(0, 0), _DIGITS)
    return Confidence(dict(zip(FEATURES, weights, strict=True)), offset, priors, unknown)


def cross_fitted(evidence: Sequence[EditorFlag], folds: Sequence[int]) -> Floats:
    """Return the confidence of each flag, fitted on the flags of other folds."""
    said = np.zeros(len(evidence))
    for fold in sorted(set(folds)):
        inside = [at for at, each in enumerate(folds) if each == fold]
        outside = [each for at, each in enumerate(evidence) if folds[at] != fold]
        said[inside] = fit_confidence(outside).of([evidence[at] for at in inside])
    return said


def confidence_scores(
    evidence: Sequence[EditorFlag], said: Floats, *, flags: int
) -> dict[str, Any]:
    """Return how well flags are ranked and how far confidences hold; `flags` were raised."""
    from sklearn.metrics import roc_auc_score

    truth = np.array([each.marked for each in evidence], np.bool_)
    return {
        "flags": flags,
        "judged": len(evidence),
        "right": int(truth.sum()),
        "auc": float(roc_auc_score(truth, said)),
        "auc_judge_alone": float(roc_auc_score(truth, [each.judge for each in evidence])),
        "calibration_error": calibration_error(truth, said, above=0.0),
        "chance_error": chance_error(said),
        "curve": reliability(truth, said),
        "cuts": _cuts(evidence, said),
    }


def counted(evidence: Sequence[EditorFlag], said: Floats, *, flags: int) -> dict[str, Any]:
    """Return counts alone, for articles that nobody learns from."""
    return {"flags": flags, "judged": len(evidence), "cuts": _cuts(evidence, said)}


def _cuts(evidence: Sequence[EditorFlag], said: Floats) -> list[dict[str, Any]]:
    rows = []
    for cut in (0.0, *CUTS):
        kept = [each for each, sure in zip(evidence, said, strict=True) if sure >= cut]
        marked, right = sum(flag.marked for flag in kept), sum(flag.right for flag in kept)
        loud = [flag for flag in kept if flag.loud]
        rows.append(
            {"from": cut, "flags": len(kept), "marked": marked, "right": right,
             "loud": len(loud), "loud_marked": sum(flag.marked for flag in loud)}
        )  # fmt: skip
    return rows


def _features(evidence: Sequence[EditorFlag], priors: Sequence[float]) -> Floats:
    rows = [
        (flag.judge, flag.best, prior, flag.loud, flag.again, flag.quoted, flag.field == "title")
        for flag, prior in zip(evidence, priors, strict=True)
    ]
    return np.array(rows, np.float64).reshape(-1, len(FEATURES))


def choose_unlikely(evidence: Sequence[EditorFlag]) -> tuple[float, list[dict[str, Any]]]:
    """Return the highest cut that loses few right flags, the lowest of all if each loses more."""
    right = np.array([each.right for each in evidence], np.bool_)
    odds = np.array([each.judge for each in evidence], np.float64)
    found, near = int(right.sum()), int((~right).sum())
    rows: list[dict[str, Any]] = []
    for cut in UNLIKELY_CUTS:
        lost, dropped = int((odds[right] < cut).sum()), int((odds[~right] < cut).sum())
        row = {"from": cut, "found": found, "lost": lost, "near_misses": near, "dropped": dropped}
        rows.append(row)
    cheap = [row["from"] for row in rows if row["lost"] <= LOST * found]
    return max(cheap, default=UNLIKELY_CUTS[0]), rows
