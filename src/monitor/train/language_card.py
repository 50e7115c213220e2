"""The model card of a relevance model of a language with little labelled news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.train.tables import SPREAD_FIGURES, markdown_table, spread

_CARD = """\
# {name} {version}: is an article in "{language}" about trafficking in human beings?

A first stage only: a logistic regression over TF-IDF words and word pairs and over story counts of
`cues.json`, as in `relevance-en`; no encoder, no gate, no tags. Articles in this language are
judged by it and by no other relevance model. Cues weigh {story_weight:g} (English: 0.03), because
they carry over to other outlets and one outlet's words do not; of three weights tried on these rows
it was the best for both languages, so the figures are a little hopeful (average precision differed
by 0.007 in Portuguese, 0.03 in Spanish).

## Data, and how far to trust it
{rows} articles, in {stories} stories after joining near-duplicates: {positives} main subjects
(`rel` 2), {borderline} secondary (`rel` 1). {annotated} were annotated, once (no second annotator);
the other {sampled} are sampled negatives without a strong term, so near misses are hardly measured.
They are from:
{sources}

In effect that is one outlet. Others, and other countries, write otherwise, and nothing here
measures them save the project's own texts below.

{texts} short texts were written for this project in other countries' words and in thin forms
(`src/monitor/train/texts/{language}/`), train only.

## Figures
By cross-validation: five folds, near-duplicates in one fold, {seeds} seeds; mean (lowest to highest
seed). `rel` 1 is left out unless said. The spread over seeds is not the uncertainty of {positives}
positives: one of them more or less moves recall by {step:.0%}.

{figures}

Cross-fitted rows at the thresholds, of all rows of that kind:

{at_threshold}

The project's own texts, at the same thresholds; "not learned" is by a model of the labelled rows
alone, and says most about other countries:

{own}

## Probability and thresholds
`relevance` is Platt's curve with smoothed targets on the cross-fitted scores; with {positives}
positives a curve of steps would follow single articles. It holds for this file's share of main
subjects, {prior:.1%}; in a national feed (0.3 %) the same score means less. With so few positives
take it as an order, not as a measured frequency: no reliability table is given. `relevant` at or
above {relevant}, the lowest that keeps precision 0.90 on cross-fitted rows; `borderline` at or
above {at_borderline} of the output for any subject, where its F1 is best. Both are chosen on the
rows that the figures at the thresholds count, which are hopeful by that much; average precision is
not.

## Repeat
`monitor train relevance DATA --language {language} --version {version} --seed {seed}`, with the
data whose sha256 stands in `meta.json`; `monitor evaluate relevance DATA/{file}` refits and prints
the figures.
"""
_SOURCES = {
    "acervo_blogdojamildo": "the archive of a Brazilian newspaper's political blog, 2006 to 2024",
    "ljz_jornada_zacatecas": "a Mexican regional newspaper, 2008 to 2022",
    "us_prosecutor_press_releases": "US prosecutors' press releases, no main subject among them",
}


def language_card(meta: Mapping[str, Any]) -> str:
    """Return the card of such a model."""
    scores, training, rel = meta["scores"], meta["training"], meta["scores"]["rel"]
    own = scores["own_texts"]
    return _CARD.format(
        name=meta["name"],
        version=meta["version"],
        language=meta["language"],
        story_weight=training["options"]["story_weight"],
        rows=scores["rows"],
        stories=scores["stories"],
        positives=rel["2"],
        borderline=rel["1"],
        annotated=scores["annotated"],
        sampled=scores["rows"] - scores["annotated"],
        sources="\n".join(
            f"- {count} from {_SOURCES.get(source, source)}"
            for source, count in training["sources"].items()
        ),
        texts=sum(own["texts"].values()),
        seeds=scores["seeds"],
        step=1 / max(1, rel["2"]),
        figures=_figures(scores),
        at_threshold=_shown(rel, {"cross-fitted": scores["at_threshold"]}),
        own=_shown(
            own["texts"],
            {"learned, cross-fitted": own["learned"], "not learned": own["not_learned"]},
        ),
        prior=rel["2"] / scores["rows"],
        relevant=meta["thresholds"]["relevant"],
        at_borderline=meta["thresholds"]["borderline"],
        seed=training["seed"],
        file=next(iter(training["data"])),
    )


def _figures(scores: Mapping[str, Any]) -> str:
    without = scores["without_own_texts"]
    rows = [
        (name, spread(scores[key]), spread(without[key])) for key, name in SPREAD_FIGURES.items()
    ]
    terms = scores["average_precision_of_terms"]
    rows.append(("average precision of counting terms", f"{terms:.3f}", ""))
    return markdown_table(("figure", "as shipped", "without the own texts"), rows)


def _shown(rel: Mapping[str, int], tables: Mapping[str, Mapping[str, int]]) -> str:
    header = ["rows", "all"]
    for name in tables:
        header += [f"{name}: relevant", f"{name}: relevant or borderline"]
    rows = []
    for value in ("2", "1", "0"):
        cells: list[Any] = [f"rel {value}", rel[value]]
        for table in tables.values():
            cells += [table[f"rel {value} relevant"], table[f"rel {value} shown"]]
        rows.append(cells)
    return markdown_table(header, rows)
