"""Learning from a desk's reviews: labelled rows, refitting relevance, promotion on held-out ones.

The latest review of each reviewer holds; versions on which they differ are left out and reported.
The linear stage and the thresholds of the model in use are fitted anew, from its weights on. One
reviewed article in `HELD_OUT_OF` is never learned from: a new version is promoted where it does no
worse on these than the one in use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify import model_files, relevance
from monitor.classify.features import Reading
from monitor.classify.model_stamps import encoder_folder
from monitor.classify.relevance import NAME, Judgement, RelevanceModel
from monitor.evaluate import linear_fit as fit
from monitor.evaluate.evaluate_models import as_article, judge_rows, rounded
from monitor.evaluate.evaluation_report import render
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.metrics import average_precision, share_of
from monitor.labels.data_files import data_dir
from monitor.records.article import Article, AssessedArticle, Review
from monitor.records.errors import DataError, ModelError, UsageError
from monitor.stories.clustering import group_stories
from monitor.text.language_detection import identify_language

if TYPE_CHECKING:
    from monitor.desk import Desk


BASIS = "review"
HELD_OUT_OF = 5
"""One reviewed article in so many is never learned from."""
FOLDS = 5
FEWEST = 10
"""Articles on the subject, and others, without which nothing can be refitted or compared."""
COMPARED = ("average_precision", "average_precision_any", "precision", "recall")
"""Figures of which none may fall for a version to be promoted."""
REL = {"relevant": 2, "borderline": 1, "not_relevant": 0}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Reviewers differ on `scheme` (`relevance` or a tag scheme); `said` is by reviewer."""

    article_id: str
    title: str
    scheme: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Rows to train on, and where reviewers differ."""

    rows: tuple[Labelled, ...]
    conflicts: tuple[Conflict, ...]


def review_rows(reviewed: Iterable[tuple[Article, Sequence[Review]]], *, language: str) -> Reviewed:
    """Return the training rows of reviewed versions in `language`, and the conflicts.

    A scheme on which reviewers differ is not labelled; if they differ on the verdict, the version
    gives no row at all.
    """
    rows: list[Labelled] = []
    conflicts: list[Conflict] = []
    for article, reviews in reviewed:
        latest = {review.reviewer: review for review in reviews}
        schemes = sorted({scheme for review in latest.values() for scheme in review.tags})
        said = {"relevance": {name: str(review.verdict) for name, review in latest.items()}}
        said |= {
            scheme: {
                name: ", ".join(review.tags[scheme]) or "none"
                for name, review in latest.items()
                if scheme in review.tags
            }
            for scheme in schemes
        }
        differ = {scheme for scheme, words in said.items() if len(set(words.values())) > 1}
        conflicts += [
            Conflict(article.id, article.title, scheme, words)
            for scheme, words in said.items()
            if scheme in differ
        ]
        spoken = article.language or identify_language(f"{article.title}\n{article.text}")
        in_language = (spoken or language).partition("-")[0].lower() == language
        # what was said of an expired one stands, but there is no text to learn from
        if in_language and "relevance" not in differ and not article.expired:
            rows.append(_row(article, latest, differ))
    return Reviewed(tuple(rows), tuple(conflicts))


def _row(article: Article, latest: Mapping[str, Review], differ: set[str]) -> Labelled:
    given = (pair for review in latest.values() for pair in review.tags.items())
    tags = {scheme: labels for scheme, labels in given if scheme not in differ}
    return Labelled(
        id=f"review:{article.id}:{article.sha256[:12]}",
        # versions of one article tell one story
        event=f"review:{article.id}",
        source=BASIS,
        language=article.language or "en",
        title=article.title,
        text=article.text,
        rel=REL[next(iter(latest.values())).verdict],
        basis=BASIS,
        sure=True,
        form=tags.get("form") or None,
        response=tags.get("response"),
        place=tags.get("place"),
        victim=next(iter(tags.get("victim", ())), None),
        flow=next(iter(tags.get("flow", ())), None),
        said_at=max((review.at.isoformat() for review in latest.values() if review.at), default=""),
    )


def is_held_out(row: Labelled) -> bool:
    """Whether an article measures what is learned and is never learned from itself."""
    return hashlib.sha256(f"held out {row.event}".encode()).digest()[0] % HELD_OUT_OF == 0


def split_rows(rows: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Return the rows to learn from, by story, and those held out.

    What tells the same as one held out is not learned from either.
    """
    held = [row for row in rows if is_held_out(row)]
    stories = {row.id: row.event for row in join_copies(rows)}
    apart = {stories[row.id] for row in held}
    learned = [replace(row, event=stories[row.id]) for row in rows]
    return [row for row in learned if row.event not in apart], held


def join_copies(rows: Sequence[Labelled]) -> list[Labelled]:
    """Return the rows with one `event` for all rows that tell the same; their ids must differ.

    Every row counts as an outlet of its own, so that copies within one outlet are joined, and none
    has a date: a story told again after a year is a copy too.
    """
    assessed = (
        AssessedArticle(as_article(row), None, None, None, None, (), (), (), ()) for row in rows
    )
    event = {
        each.article.id: story.id for story in group_stories(assessed) for each in story.articles
    }
    return [replace(row, event=event[row.id]) for row in rows]


def refit_relevance(
    models: Path,
    out: Path,
    rows: Sequence[Labelled],
    *,
    version: str,
    seed: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Refit the English model in use on labelled `rows`, write `out/relevance-en/version`.

    Returns the content of `meta.json`, with figures of cross-validation on the rows learned from
    and of both versions on those held out. The same rows, seed and libraries give the same files.
    Raises `DataError` for too few rows and `ModelError`.
    """
    folder = model_files.load_folder(model_files.find_model(models, NAME))
    base = relevance.load_relevance(folder)
    learned, held = split_rows([row for row in rows if row.language.partition("-")[0] == "en"])
    _check_enough(learned, "to learn from")
    readings = [base.read(row.title, row.text)[1] for row in learned]
    say(f"cross-fitting {FOLDS} models on {len(learned)} articles, {len(held)} are held out")
    main, any_ = np.zeros(len(learned)), np.zeros(len(learned))
    for fold in fit.make_folds([row.event for row in learned], FOLDS, seed):
        rest = np.setdiff1d(np.arange(len(learned)), fold).tolist()
        model = _refitted(base, [learned[i] for i in rest], [readings[i] for i in rest])
        said, _ = judge_rows(model, [learned[i] for i in fold.tolist()])
        main[fold] = [judgement.main for judgement in said]
        any_[fold] = [judgement.any for judgement in said]
    rel = np.array([row.rel for row in learned])
    thresholds = {
        "relevant": _best_threshold(main[rel != 1], rel[rel != 1] == 2),
        "borderline": _best_threshold(any_, rel >= 1),
    }
    model = replace(_refitted(base, learned, readings), thresholds=thresholds)
    say("measuring")
    pairs = zip(main.tolist(), any_.tolist(), strict=True)
    crossed = [model.decide(*pair) for pair in pairs]
    scores = {
        "cross_validation": _figures(learned, crossed),
        "held_out": _figures(held, judge_rows(model, held)[0]),
        "held_out_before": _figures(held, judge_rows(base, held)[0]),
    }
    told = max((row.said_at for row in rows), default="")
    meta = {
        **{k: v for k, v in asdict(folder.meta).items() if k not in ("schema", "files")},
        "version": version,
        "released": False,
        "thresholds": dict(model.thresholds),
        # countries are those of the model refitted: the desk's reviews are too few to tell
        "scores": rounded(scores) | {"countries": folder.meta.scores.get("countries", {})},
        "training": {
            "seed": seed,
            "from": {"version": folder.meta.version, "files": dict(folder.meta.files)},
            "reviews_rel": {str(n): sum(row.rel == n for row in learned) for n in (2, 1, 0)},
            **({"reviews_until": told} if told else {}),
        },
    }
    files = {
        **folder.content,
        relevance.WEIGHTS: model_files.pack_arrays(fit.linear_arrays(model.linear)),
        relevance.VOCABULARY: model_files.pack_json(
            {key: list(grams) for key, grams in model.linear.vocabulary.items()}
        ),
    }
    card = render("refitted.md", meta=meta)
    return asdict(model_files.save_folder(out / NAME / version, meta, files, f"{card}\n"))


def _check_enough(rows: Sequence[Labelled], what: str) -> None:
    main, others = (sum(row.rel == rel for row in rows) for rel in (2, 0))
    if min(main, others) < FEWEST:
        raise DataError(
            f"too few reviews {what}: {main} relevant and {others} not relevant, "
            f"at least {FEWEST} of each are needed"
        )


def _refitted(
    base: RelevanceModel, rows: Sequence[Labelled], readings: Sequence[Reading]
) -> RelevanceModel:
    linear = fit.refit_linear(base.linear, base.counter, readings, fit.relevance_targets(rows))
    return replace(base, linear=linear)


def _best_threshold(scores: fit.Floats, truth: NDArray[np.bool_]) -> float:
    """Return where F1 is best, in the middle of the gap below it."""
    best = fit.best_f1_threshold(scores, truth)
    return round((best + float(scores[scores < best].max(initial=0.0))) / 2, 4)


def _figures(rows: Sequence[Labelled], said: Sequence[Judgement]) -> dict[str, Any]:
    """Return what is compared: how rows are ranked, and precision and recall of what is shown."""
    rel = np.array([row.rel for row in rows])
    main, any_ = (np.array([getattr(each, key) for each in said]) for key in ("main", "any"))
    shown = np.array([each.relevant for each in said], dtype=np.bool_)
    clear = rel != 1
    return {
        "rows": len(rows),
        "average_precision": average_precision(rel[clear] == 2, main[clear]),
        "average_precision_any": average_precision(rel >= 1, any_),
        "precision": share_of(rel[clear & shown] == 2),
        "recall": share_of(shown[rel == 2]),
    }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Figures of a new version and of the one in use on held-out rows; why it is refused, if so."""

    reached: Mapping[str, float]
    before: Mapping[str, float]
    refused: tuple[str, ...]


def promote_on_reviews(
    models: Path, name: str, version: str, rows: Sequence[Labelled]
) -> Comparison:
    """Release a refitted version if no figure on the held-out among `rows` is below that in use.

    Raises `UsageError` for another model than that of relevance, `ModelError` for an unknown
    version, and `DataError` where too few rows are held out.
    """
    if name != NAME:
        raise UsageError(f"{name}: only {NAME} is refitted from reviews")
    folder = find_version(models, name, version)
    held = [row for row in rows if is_held_out(row)]
    _check_enough(held, "held out to compare with")
    used = model_files.find_model(models, name)
    both = (relevance.load_relevance(model_files.load_folder(at)) for at in (used, folder))
    before, reached = (rounded(_figures(held, judge_rows(one, held)[0])) for one in both)
    refused = [
        f"{name} {version}: {key} is {reached[key]:g} on {len(held)} held-out reviews, "
        f"that of {used.name} is {before[key]:g}"
        for key in COMPARED
        if reached[key] < before[key]
    ]
    refused += newer_released(models, name, folder)
    if not refused:
        release(model_files.load_folder(folder))
    return Comparison(reached, before, tuple(refused))


def find_version(models: Path, name: str, version: str) -> Path:
    """Return the folder of a version, released or not; raises `ModelError`."""
    folder = models / name / version
    if folder not in model_files.model_versions(models, name):
        raise ModelError(f"{folder}: no such version")
    return folder


def newer_released(models: Path, name: str, folder: Path) -> list[str]:
    """Return why a version would not be used: a newer one is released already."""
    with suppress(ModelError):  # none is released
        used = model_files.find_model(models, name)
        versions = model_files.model_versions(models, name)
        if versions.index(used) > versions.index(folder):
            return [f"{name} {folder.name}: {used.name} is newer and released"]
    return []


def release(folder: model_files.ModelFolder) -> None:
    """Set `released` in `meta.json`, of a relevance model's encoder too; the files stay."""
    meta: dict[str, Any] = asdict(folder.meta) | {"released": True}
    text = json.dumps(meta, indent=1, ensure_ascii=False, allow_nan=False)
    (folder.path / model_files.META).write_text(text + "\n", encoding="utf-8", newline="\n")
    encoder = encoder_folder(folder) if folder.meta.name == NAME else None
    if encoder is not None and not encoder.meta.released:
        release(encoder)


@dataclass(frozen=True, slots=True)
class Learning:
    """Of the reviewed articles, `new` are not yet learned from; the model judged `judged` of these.

    Of `differ` it says otherwise. `model` is the English one in force, which learned from the
    `learned` reviewed articles up to the moment `until` (None: from none of a desk's).
    """

    model: str
    learned: int
    until: datetime | None
    reviewed: int
    new: int
    judged: int
    differ: int


def learning_of(desk: Desk) -> Learning:
    """Return what the model in force has not learned yet; nothing is trained for it."""
    training, last = _training()
    stamps = [s for s in desk.relevance_stamps if s.startswith(f"{NAME}@")]
    reviewed, _, _ = desk.store.count_reviews(stamps)
    return Learning(
        stamps[0].partition("+")[0] if stamps else NAME,
        sum(training.get("reviews_rel", {}).values()),
        last,
        reviewed,
        *desk.store.count_reviews(stamps, last),
    )


def count_new(desk: Desk) -> int:
    """Return how many reviewed articles the model in force has not learned from."""
    return desk.store.count_reviewed(_training()[1])


def _training() -> tuple[Mapping[str, Any], datetime | None]:
    """Return how the model in force was trained, and up to when it learned from reviews."""
    training = model_files.read_meta(model_files.find_model(data_dir("models"), NAME)).training
    until = training.get("reviews_until")
    return training, datetime.fromisoformat(until) if until else None
