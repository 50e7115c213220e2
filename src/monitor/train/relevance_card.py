"""The model card of a relevance model: its `README.md`, written from its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.train.reliability import reliability_plot
from monitor.train.tables import (
    ASKED_HEADER,
    KIND_HEADER,
    REGION_HEADER,
    RELIABILITY_HEADER,
    SOURCE_HEADER,
    asked_rows,
    interval_rows,
    kind_rows,
    markdown_table,
    region_rows,
    relevance_rows,
    reliability_rows,
    source_rows,
)

_CARD = """\
# {name} {version}: is an article about trafficking in human beings?

English news, from headline-and-snippet to full article. Output: the calibrated probability that
trafficking is a main subject (`relevance`), `relevant` at or above {relevant}, and `borderline`
where it is not but the probability that trafficking is a main or secondary subject is at or above
{borderline}. Other languages are not judged.

## How it works
A logistic regression over TF-IDF words and word pairs of the headline and of the whole text
({keep} n-grams kept in all), and over story counts: how often, where (headline, lead of 80 words,
whole text) and how close together the phrases of `cues.json` stand (the term, deception, documents
taken, confinement, debt, kinds of exploitation, responses…), and whether the sentence with the
term shares words with the headline, because snippets carry other stories' headlines. Two outputs:
main subject, and main or secondary subject. Files are JSON, NumPy arrays and ONNX; nothing is
unpickled.

Before it a gate of single words (`gate.json`) keeps out what cannot be about trafficking. On
cross-fitted train rows and own texts it lets through
{gate}.

Sentences that define trafficking or name a hotline are left out where the headline names nothing
of trafficking: without that, our own crime stories with such a paragraph appended scored up to
0.4. On dev it changes 3 articles.

{second}
Tried for the linear model and left out, because neither dev nor cross-validation gained: n-grams of
the lead, gradient boosting on the story counts and on top of the linear scores, TF-IDF over cue
groups, static sentence embeddings (wordllama, 256 dimensions: average precision fell by 0.016), the
mean or maximum of the scores of lead and whole article (lower on full articles), the project's
texts padded to article length.

## Data
Labelled news, train for learning, dev for measuring and for the second stage's few numbers;
{texts} short texts written by this project for thin forms and regions
(`src/monitor/train/texts/`), train only. Training texts are {positives} main, {borderlines}
secondary, {negatives} other. Known noise: pimping cases without a trafficking charge stand as 1 or
2. Most real positives are US snippets and releases: expect less elsewhere. No demo article was
trained on; between rounds of writing texts it was counted how many demo articles of each kind are
shown, and two of them showed general faults, mended since, so the demo is hopeful.

## Figures
{columns}`rel` 2 is a main subject, 1 secondary, 0 other.

{figures}

Own texts, cross-fitted, linear alone: {own_found:.0%} of the relevant ones found (shown with
borderline: {own_shown:.0%}), {own_false:.0%} of the others shown.

Full articles of general outlets ({general} main subjects), 95 % bootstrap interval:

{interval}
{stages}
### Within each source (dev, `rel` 1 left out)
{sources}

### Main-subject articles found, by region (dev)
{regions}

### Annotated rows that are no main subject, by their words (dev)
{kinds}

### Reliability
All of dev, then its annotated rows alone; ten bins of equal mass over scores above 0.02. The prior
is that of dev: {prior:.1%} main subjects, {hard:.1%} hard negatives; among the annotated rows
alone it is {annotated_prior:.0%}. In a national feed (0.3 %) the same score means less. "By chance
alone" in the table above is the error that perfect probabilities would show on so few rows: the
aim of 0.03 cannot be told from luck on dev, and an error near chance is as good as can be shown.

{reliability}

```
{plot}
```

{reliability_annotated}

### What each part of the linear model brings (dev, `rel` 1 left out)
{ablations}

"own texts found" is the share of the project's relevant texts above the cross-validated threshold
for precision 0.90, scored by models that did not see them.

Projected precision counts `rel` 1 neither way; "as sampled" takes hard negatives at their share of
the data, the other at 0.3 %.

## Repeat
`monitor train relevance DATA --version {version} --seed {seed}{encoder_option}` with the data files
whose sha256 stand in `meta.json`; same data, encoder, seed and library versions give the same
files.
`monitor evaluate relevance DATA/dev.jsonl.gz` prints these tables and every error by id.
"""

_SECOND = """\
What this leaves uncertain (log odds of any subject at least {lower}, of a main one at most {upper})
goes to `{encoder} {encoder_version}`, a fine-tuned MiniLM: headline and lead, and, where cues stand
behind them, the densest later stretch too. The log odds are added, weighted as below, and
calibrated; a later window can only raise them. What the linear model settles keeps its score.

{weights}

Weights, calibration and limits are fitted on rows that the encoder never saw: {held} rows of
held-out train events, weighed to the mix of dev, and dev. The lower limit keeps {kept:.1%} of the
main subjects that both together, on every article, would find at the threshold.

{asked}
"""

_COLUMNS = """\
Columns: Linear model alone, cross-validated: five folds by event on the labelled train rows.
Cascade, cross-fitted: dev, each row judged by weights and calibration fitted without its event;
this is the figure to expect elsewhere. As shipped: dev, on which its few numbers were also fitted.
"""


def relevance_card(meta: Mapping[str, Any]) -> str:
    """Return the card of a relevance model."""
    scores, training = meta["scores"], meta["training"]
    dev, own, texts = scores["dev"], scores["cross_validation"]["own_texts"], training["texts_rel"]
    cascade = meta["settings"].get("cascade")
    rel, limits = dev["rel"], meta["thresholds"]
    annotated = sum(cell["rows"] for cell in dev["hard_kinds"].values())
    hard = sum(c["rows"] for kind, c in dev["hard_kinds"].items() if kind.endswith("rel 0"))
    return _CARD.format(
        name=meta["name"],
        version=meta["version"],
        **limits,
        keep=f"{training['options']['keep']:,}",
        gate=", ".join(f"{share:.1%} of {kind}" for kind, share in scores["gate"].items()),
        second=_second(cascade, scores) if cascade else "",
        texts=sum(texts.values()),
        positives=texts["2"],
        borderlines=texts["1"],
        negatives=texts["0"],
        columns=_COLUMNS if cascade else "",
        figures=_figures(scores),
        own_found=own["relevant_found"],
        own_shown=own["relevant_shown"],
        own_false=own["negatives_shown"],
        general=dev["sources"].get("full articles of general outlets", {}).get("positives", 0),
        interval=markdown_table(("general outlets", "interval"), interval_rows(dev)),
        stages=_stages(scores["stages"]) if cascade else "",
        sources=markdown_table(SOURCE_HEADER, source_rows(dev)),
        regions=markdown_table(REGION_HEADER, region_rows(dev)),
        kinds=markdown_table(KIND_HEADER, kind_rows(dev)),
        prior=rel["2"] / dev["rows"],
        hard=hard / dev["rows"],
        annotated_prior=rel["2"] / max(1, rel["2"] + annotated),
        reliability=_curve(dev["reliability"]),
        plot=reliability_plot(dev["reliability"]),
        reliability_annotated=_curve(dev["reliability_annotated"]),
        ablations=_ablations(scores.get("ablations", {})),
        seed=training["seed"],
        encoder_option=f" --encoder {cascade['encoder']['version']}" if cascade else "",
    )


def _figures(scores: Mapping[str, Any]) -> str:
    columns = {"linear, cross-validated": scores["cross_validation"]}
    if "dev_crossed" in scores:
        columns["held-out train events"] = scores["held_out"]
        columns["dev, cross-fitted"] = scores["dev_crossed"]
    columns["dev, as shipped"] = scores["dev"]
    lines = zip(*(relevance_rows(column) for column in columns.values()), strict=True)
    rows = [(line[0][0], *(value for _, value in line)) for line in lines]
    return markdown_table(("figure", *columns), rows)


def _second(cascade: Mapping[str, Any], scores: Mapping[str, Any]) -> str:
    from monitor.train.fusion import KEPT

    main, any_ = (fusion["weights"] for fusion in cascade["fusions"])
    weights = zip(cascade["features"], main, any_, strict=True)
    return _SECOND.format(
        lower=cascade["lower"],
        upper=cascade["upper"],
        encoder=cascade["encoder"]["name"],
        encoder_version=cascade["encoder"]["version"],
        weights=markdown_table(("log odds of", "main subject", "any subject"), list(weights)),
        held=scores["held_out"]["rows"],
        kept=KEPT,
        asked=markdown_table(ASKED_HEADER, asked_rows(scores["dev"])),
    )


def _stages(table: Mapping[str, Mapping[str, float]]) -> str:
    keys = (
        "average_precision",
        "recall_at_precision_0.90",
        "average_precision_general",
        "recall_at_precision_0.90_general",
        "milliseconds",
    )
    header = (
        "stage",
        "average precision",
        "recall at precision 0.90",
        "the first in general outlets",
        "the second there",
        "ms an article",
    )
    rows = [(name, *(row[key] for key in keys)) for name, row in table.items()]
    return f"""
### What each stage brings and costs (dev, `rel` 1 left out, cross-fitted)
{markdown_table(header, rows)}

Cost in processor time of one core while training ran; of the cascade for dev's negatives.
"""


def _curve(curve: list[Mapping[str, Any]]) -> str:
    return markdown_table(RELIABILITY_HEADER, reliability_rows(curve))


def _ablations(table: Mapping[str, Any]) -> str:
    header = ("model", "average precision", "recall at precision 0.90", "own texts found")
    keys = ("average_precision", "recall_at_precision_0.90", "own_texts_found")
    rows = [(name, *(row.get(key, "") for key in keys)) for name, row in table.items()]
    return markdown_table(header, rows) if rows else "Not measured."
