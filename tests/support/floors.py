"""Measures what must not be lost and holds it against `models/floors.json`.

`python tests/support/floors.py` prints every figure beside its floor (exit 1 if one is worse), with
names of sections only those; `--raise` writes what is better into the file. A floor is lowered by
hand only, in a commit that says why. Where a section's data have changed, its figures are new ones
and are written as they are: that shows in the diff too.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import articles
import marked
import planted
import sentences
import shipped
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import Judgement, load_relevance
from monitor.evaluate.evaluate_models import judge_rows, rounded
from monitor.evaluate.labelled_data import Labelled, file_sha256, read_labelled
from monitor.evaluate.metrics import relevance_scores
from monitor.evaluate.rule_precision import evaluate_general, evaluate_guideline
from shared_data import SHARED
from training.promote import (
    Floors,
    figures_of,
    kept_apart,
    loud_figures,
    marks_met,
    read_floors,
    travel_figures,
    write_floors,
)

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
RELEVANCE, SPANS = SHARED / "data" / "relevance", SHARED / "data" / "spans"
Figures = Mapping[str, float]


@dataclass(frozen=True)
class Measure:
    """How a section's figures come about; `run` gives those that should be high, and low.

    `slow`: takes a minute of a processor, so that the suite leaves it to `make floors`.
    """

    files: tuple[Path, ...]
    data: str
    run: Callable[[], tuple[Figures, Figures]]
    repeat: str = ""
    within: float = 0.0
    slow: bool = False

    @property
    def here(self) -> bool:
        return bool(self.files) and all(file.is_file() for file in self.files)

    def sha256(self) -> str:
        """The content of the files, whatever they are called."""
        hashes = sorted(file_sha256(file) for file in self.files)
        return (
            hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
        )


def of_sentences(files: Sequence[Path]) -> tuple[Figures, Figures]:
    result = sentences.score(shipped.thb(judge=True), files)
    quoted = {"found_in_quotations": result.heard} if result.quoted else {}
    return {"found": result.found, **quoted}, {"near_misses_flagged": result.flagged}


def of_articles() -> tuple[Figures, Figures]:
    outcomes = Counter(answer.outcome for answer in articles.answers(shipped.thb()))
    return {"right": outcomes["agree"]}, {"wrong": outcomes["wrong"]}


@cache
def annotated() -> Mapping[str, Any]:
    return evaluate_guideline(shipped.thb(), SPANS / "dev.jsonl.gz")


def of_annotated() -> tuple[Figures, Figures]:
    overall = annotated()["overall"]
    matched = overall["right"]
    return (
        {"sure_found": overall["found"], "flags_matched": matched},
        {"flags_unmatched": overall["flags"] - matched},
    )


def of_scorecards() -> tuple[Figures, Figures]:
    overall = annotated()["scorecard"]["all"]
    return {"right": overall["as_editors"]}, {"wrong": overall["opposite"]}


def of_marked(count: Callable[[], Mapping[str, int]]) -> tuple[Figures, Figures]:
    counts = count()
    return (
        {key: counts[key] for key in ("sure_found", "loud_matched", "suggestions_matched")},
        {key: counts[key] for key in ("loud_unmatched", "suggestions_unmatched")},
    )


def of_drafts(half: str) -> Mapping[str, int]:
    return marks_met(shipped.thb(judge=True), marked.drafts(half))


@cache
def apart() -> Mapping[str, int]:
    return marks_met(shipped.thb(judge=True), kept_apart(marked.SPANS))


def of_rules() -> tuple[Figures, Figures]:
    """What `python -m training promote` asks of the judge in use, without counting once more."""
    return loud_figures(apart()), {}


def of_general() -> tuple[Figures, Figures]:
    result = evaluate_general(shipped.thb(), RELEVANCE / "dev.jsonl.gz")
    return {}, {"flags": result["flags"], "errors": len(result["errors"])}


def of_model(name: str, data: Path, keys: Sequence[str]) -> tuple[Figures, Figures]:
    reached = figures_of(load_folder(find_model(MODELS, name)), data)
    return {key: reached[key] for key in keys}, {}


@cache
def judged() -> tuple[Sequence[Labelled], Sequence[Judgement], Any]:
    """The rows of dev, what the relevance model says of each, and whether its encoder was asked."""
    rows = [row for row in read_labelled(DEV) if row.language == "en"]
    return (
        rows,
        *judge_rows(load_relevance(load_folder(find_model(MODELS, "relevance-en"))), rows),
    )


def of_relevance() -> tuple[Figures, Figures]:
    reached = rounded(relevance_scores(*judged()))
    return {key: reached[key] for key in RANKING}, {}


def of_people() -> tuple[Figures, Figures]:
    """What the model in use tells of itself: it takes an hour to measure again."""
    scores = load_folder(find_model(MODELS, "people-en")).meta.scores
    return {
        "f1_named": scores["crossed_best_cut"]["f1"][0],
        "f1_as_found": scores["end_to_end_best_cut"]["f1"][0],
        "group_named": scores["crossed"]["named"]["three"][0],
        "role_named": scores["crossed"]["named"]["role"][0],
    }, {}


def of_sources() -> tuple[Figures, Figures]:
    """What the model in use tells of itself: it takes hours to measure again."""
    return travel_figures(load_folder(find_model(MODELS, "relevance-en")).meta), {}


REGIONAL = RELEVANCE / "regional.jsonl.gz"
DEV, MULTILINGUAL = RELEVANCE / "dev.jsonl.gz", RELEVANCE / "multilingual.jsonl.gz"
PERSONS = RELEVANCE.parent / "persons" / "train.jsonl.gz"
RANKING = (
    "average_precision",
    "recall_at_precision_0.90",
    "average_precision_rel1_negative",
    "average_precision_rel1_positive",
)
SCHEMES = ("form", "response", "place", "victim", "flow")
TEXTS = "tests/data/guidelines"

MEASURES: dict[str, Measure] = {
    "relevance-en": Measure(
        (DEV,),
        "relevance/dev.jsonl.gz",
        of_relevance,
        repeat="monitor evaluate relevance DATA",
        within=0.001,
    ),
    "relevance-en/sources": Measure(
        (REGIONAL,),
        "relevance/regional.jsonl.gz",
        of_sources,
        repeat="python -m training sources DATA",
        within=0.001,
    ),
    "tags-en": Measure(
        (DEV,),
        "relevance/dev.jsonl.gz",
        partial(of_model, "tags-en", DEV, SCHEMES),
        repeat="monitor evaluate tags DATA",
        within=0.001,
    ),
    "policy": Measure(
        (DEV,),
        "relevance/dev.jsonl.gz",
        partial(of_model, "policy", DEV, ("institution", "topic")),
        repeat="python -m training labels policy DATA",
        within=0.001,
    ),
    **{
        f"relevance-{language}": Measure(
            (MULTILINGUAL,),
            "relevance/multilingual.jsonl.gz",
            partial(of_model, f"relevance-{language}", MULTILINGUAL, [figure]),
            repeat=f"python -m training languages DATA --language {language}",
            within=0.002,
            slow=True,
        )
        for language, figure in {
            **dict.fromkeys(("es", "pt"), "average_precision"),
            # of texts of the project's own: there is nothing else
            **dict.fromkeys(("fr", "id", "tet", "th"), "own_average_precision"),
        }.items()
    },
    "rules-en": Measure(
        (marked.SPANS,),
        "spans/train.jsonl.gz",
        of_rules,
        within=0.001,
        slow=True,
    ),
    "people-en": Measure(
        (PERSONS,),
        "persons/train.jsonl.gz",
        of_people,
        repeat="python -m training fit people DATA --version V",
        within=0.001,
    ),
    "thb-en/sentences": Measure(
        tuple(sentences.DEVELOPMENT),
        f"{TEXTS}/development-*.yaml",
        partial(of_sentences, sentences.DEVELOPMENT),
        slow=True,
    ),
    "thb-en/held-out-sentences": Measure(
        tuple(sentences.HELD_OUT),
        f"{TEXTS}/held-out-*.yaml",
        partial(of_sentences, sentences.HELD_OUT),
    ),
    "thb-en/articles": Measure(tuple(articles.FILES), f"{TEXTS}/articles*.yaml", of_articles),
    "thb-en/annotated-articles": Measure(
        (SPANS / "dev.jsonl.gz",), "spans/dev.jsonl.gz", of_annotated
    ),
    "thb-en/annotated-scorecards": Measure(
        (SPANS / "dev.jsonl.gz",), "spans/dev.jsonl.gz", of_scorecards
    ),
    **{
        f"thb-en/{half}-drafts": Measure(
            (marked.DRAFTS / f"{half}.texts.jsonl", marked.DRAFTS / f"{half}.marks.jsonl"),
            f"tests/data/drafts/{half}.*.jsonl",
            partial(of_marked, partial(of_drafts, half)),
        )
        for half in marked.HALVES
    },
    "thb-en/articles-kept-apart": Measure(
        (marked.SPANS,),
        "spans/train.jsonl.gz, a quarter",
        partial(of_marked, apart),
        slow=True,
    ),
    "thb-en/planted-names": Measure(
        (planted.TEXTS, Path(planted.__file__)),
        "tests/data/persons/planted.yaml with the people of tests/support/planted.py",
        planted.measure,
    ),
    "thb-en/general-news": Measure((DEV,), "relevance/dev.jsonl.gz, rel 0", of_general, slow=True),
}
"""By the names of the sections; those of models are the models' names."""


@cache
def measure(name: str, how: Measure) -> Floors:
    """Measure a section now."""
    at_least, at_most = how.run()
    repeat = how.repeat or f"python tests/support/floors.py {name}"
    return Floors(how.data, how.sha256(), repeat, at_least, at_most, how.within)


def raised(floors: Floors | None, now: Floors) -> Floors:
    """Return the floors with what is better now; all that is now, where the data are others."""
    if floors is None or floors.data_sha256 != now.data_sha256:
        return now
    floors = replace(now, at_least=floors.at_least, at_most=floors.at_most)
    return floors.raised({**now.at_least, **now.at_most})


def tell(name: str, floors: Floors | None, now: Floors) -> bool:
    """Print the figures of a section beside its floors; return whether one is worse."""
    reached = {**now.at_least, **now.at_most}
    same = floors is not None and floors.data_sha256 == now.data_sha256
    old = {**floors.at_least, **floors.at_most} if floors else {}
    print(name if same else f"{name}: other data than before, so the figures are new ones")
    for key, figure in reached.items():
        before = "floor" if same else "on the data before"
        print(f"  {key} {figure:g}" + (f" ({before}: {old[key]:g})" if key in old else ""))
    below = floors.below(reached) if floors and same else []
    for sentence in below:
        print(f"  WORSE: {sentence}")
    for key in floors.better(reached) if floors and same else ():
        print(f"  better: {key}")
    return bool(below)


def main(
    words: Sequence[str] | None = None,
    measures: Mapping[str, Measure] = MEASURES,
    folder: Path = MODELS,
) -> int:
    """Measure, tell, and write what is better if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(measures))
    parser.add_argument("--raise", action="store_true", dest="write", help="write what is better")
    given = parser.parse_args(words)
    if unknown := set(given.names) - set(measures):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    every, worse = read_floors(folder), False
    new = dict(every)
    for name in given.names or measures:
        if not measures[name].here:
            print(f"{name}: its data are not here")
            continue
        now = measure(name, measures[name])
        worse |= tell(name, every.get(name), now)
        new[name] = raised(every.get(name), now)
    if given.write and new != every:
        write_floors(folder, {name: new[name] for name in measures if name in new})
        print(f"written: {folder / 'floors.json'}")
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
