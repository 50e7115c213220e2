"""Model cards: the `README.md` of a model folder, written from its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.train.tables import (
    LABEL_HEADER,
    REGION_HEADER,
    SOURCE_HEADER,
    label_rows,
    markdown_table,
    region_rows,
    relevance_rows,
    source_rows,
)

_RELEVANCE = """\
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
main subject, and main or secondary subject. Isotonic calibration on cross-fitted scores.
Files are JSON and NumPy arrays; nothing is unpickled.

Tried and left out, because neither dev nor cross-validation gained: n-grams of the lead, gradient
boosting on the story counts and on top of the linear scores, TF-IDF over cue groups, static
sentence embeddings (wordllama, 256 dimensions: average precision fell by 0.016), the unlabelled
`weak_positive` rows, the mean or maximum of the scores of lead and whole article (lower on full
articles), the project's texts padded to article length.

## Data
Labelled news, train for learning, dev for measuring and (with cross-validation) for the threshold;
{texts} short texts written by this
project for thin forms and regions (`src/monitor/train/texts/`), train only. Training texts are
{positives} main, {borderlines} secondary, {negatives} other. Known noise: pimping cases without a
trafficking charge stand as 1 or 2. Most real positives are US snippets and releases: expect less
elsewhere. No demo article was trained on; between rounds of writing texts it was counted how many
demo articles of each kind are shown, and two of them showed general faults, mended since (a "gun
trafficking ring" counted as the term; a feed's summary was not read), so the demo is hopeful.

## Figures
Cross-validation: five folds by event on the labelled train rows, each scored by a model that saw
none of its event. Thresholds were set on cross-validation and dev, so dev precision at the
threshold is slightly hopeful. `rel` 2 is a main subject, 1 secondary, 0 other.

{figures}

Own texts, cross-fitted: {own_found:.0%} of the relevant ones found (shown with borderline:
{own_shown:.0%}), {own_false:.0%} of the others shown.

### Within each source (dev, `rel` 1 left out)
{sources}

### Main-subject articles found, by region (cross-validation, then dev)
{regions}

{dev_regions}

### What each part brings (dev, `rel` 1 left out)
{ablations}

"own texts found" is the share of the project's relevant texts above the cross-validated threshold
for precision 0.90, scored by models that did not see them.

Calibration assumes the mix of the labelled data ({prior:.1%} main-subject articles); in a national
feed (0.3 %) the same score means less. Projected precision counts `rel` 1 neither way; "as
sampled" takes hard negatives at their share of the data, the other at 0.3 %.

## Repeat
`monitor train relevance DATA --version {version} --seed {seed}` with the data files whose sha256
stand in `meta.json`; same data, seed and library versions give the same files.
"""


def relevance_card(meta: Mapping[str, Any]) -> str:
    """Return the card of a relevance model."""
    scores = meta["scores"]
    cross, dev = scores["cross_validation"], scores["dev"]
    figures = [
        (name, crossed, on_dev)
        for (name, crossed), (_, on_dev) in zip(
            relevance_rows(cross), relevance_rows(dev), strict=True
        )
    ]
    own = cross["own_texts"]
    texts = meta["training"]["texts_rel"]
    return _RELEVANCE.format(
        name=meta["name"],
        version=meta["version"],
        relevant=meta["thresholds"]["relevant"],
        borderline=meta["thresholds"]["borderline"],
        keep=f"{meta['training']['options']['keep']:,}",
        texts=sum(texts.values()),
        positives=texts["2"],
        borderlines=texts["1"],
        negatives=texts["0"],
        figures=markdown_table(("figure", "cross-validation", "dev"), figures),
        own_found=own["relevant_found"],
        own_shown=own["relevant_shown"],
        own_false=own["negatives_shown"],
        sources=markdown_table(SOURCE_HEADER, source_rows(dev)),
        regions=markdown_table(REGION_HEADER, region_rows(cross)),
        dev_regions=markdown_table(REGION_HEADER, region_rows(dev)),
        ablations=_ablations(scores.get("ablations", {})),
        prior=cross["rel"]["2"] / cross["rows"],
        seed=meta["training"]["seed"],
    )


def _ablations(table: Mapping[str, Any]) -> str:
    header = ("model", "average precision", "recall at precision 0.90", "own texts found")
    keys = ("average_precision", "recall_at_precision_0.90", "own_texts_found")
    rows = [(name, *(row.get(key, "") for key in keys)) for name, row in table.items()]
    return markdown_table(header, rows) if rows else "Not measured."


_TAGS = """\
# {name} {version}: form, response, places, victims, flow

English news about trafficking in human beings; given only to articles that the relevance model
calls relevant or borderline. Every tag carries the words that show why (`evidence`).

## How it works
- `form`: ruled. Phrases of `cues.json` count 3 points in the headline, 2 in the lead, 1 elsewhere;
  a form needs 2 points (up to 4 in long texts) and a third of the strongest form's.
  `unspecified` stands alone where the term is used and no form. The score is points / (points + 1).
  A learned model (logistic regression as below) measured 0.77 to 0.81 micro-F1 on dev and knew
  names rather than deeds; most forms have under ten real examples.
- `response`, `victim`, `flow`: learned, one logistic regression per label over the features of
  the relevance model. Evidence: the label's phrases in `cues.json`, else, for
  `response`, the words that weigh most, for `flow`, the places. `victim` and `flow` give the
  likeliest label, or none where it is unlikely or nothing shows it; unknown is no tag.
- `place`: a gazetteer (ISO names, cities, US counties and states, demonyms, national bodies) finds
  countries; a logistic regression over how and where they are named decides `exploitation`.
  `origin`, `transit` and `mentioned` follow from words beside the name and are not measured: there
  are no labels for them yet. Names with several meanings (Georgia, Jordan, Chad, Turkey…) need
  support in the text.

## Figures
Dev, the `rel` 2 rows. Thresholds were set on cross-fitted train rows; the phrases were written
from `tagging.md` and extended by looking at train rows, dev was only measured. A row without a
label of a scheme is no example of it; labels said there count as false for form, victim and flow.

{figures}

Experimental (under 20 examples in dev): {experimental}; of places, all but the US.

## Limits
Three in four training articles are about the US. A US story told without any US name (local
television, local police) gets no place. Victim figures are low: texts often name children and
adults who are no victims.

## Repeat
`monitor train tags DATA --version {version} --seed {seed}` with the data files whose sha256 stand
in `meta.json`.
"""


def tags_card(meta: Mapping[str, Any]) -> str:
    """Return the card of a tags model."""
    parts: list[str] = []
    for scheme, scores in meta["scores"]["dev"].items():
        parts.append(f"### {scheme} ({scores['rows']} rows)")
        parts.append(markdown_table(LABEL_HEADER, label_rows(scores)))
    return _TAGS.format(
        name=meta["name"],
        version=meta["version"],
        figures="\n\n".join(parts),
        experimental="; ".join(
            f"{scheme}: {', '.join(labels)}"
            for scheme, labels in meta["experimental"].items()
            if labels and labels != ["*"]
        ),
        seed=meta["training"]["seed"],
    )
