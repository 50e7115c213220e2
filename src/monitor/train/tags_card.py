"""The card of a tags model: its `README.md`, written from its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.train.tables import LABEL_HEADER, experimental_text, label_rows, markdown_table

EVIDENCE = """\
Of version 1.1.0, 100 spans drawn at random from the tags of the relevant rows of dev (seed 5, 882
spans) were read by the author of the taggers: 94 show the tag's reason, 6 not (a press
conference as awareness work; US taken from wording that says nothing; a denial taken as the deed; a
word in an organisation's name; "a life liberated from" as a rescue; abusers taken for victims).
Earlier draws had 77, 80, 86 and 86: definitions and other standing text of releases, outlets'
names, embassies and currencies as places, and scattered words were mended between them."""
_TAGS = """\
# {name} {version}: form, response, places, victims, flow, indicators

English news about trafficking in human beings; given only to articles that the relevance model
calls relevant or borderline. Every tag carries the words that show why (`evidence`). {encoder}

## How it works
- `form`: ruled phrases and the encoder. Phrases of `cues.json` count 3 points in the headline, 2 in
  the lead, 1 elsewhere; a form with enough points (2, up to 4 in long texts, and a third of the
  strongest form's) has support 4, one with any phrase 2; support and the encoder's log odds must
  add up to 0 or more. `unspecified` stands alone where the term is used and no form. Rare forms
  live by their phrases: the encoder has seen few.
- `response`: a logistic regression per label over n-grams and story counts, and the encoder, in
  equal shares on a like scale.
- `victim`, `flow`: behind the linear model, small models over its log odds and counts of who is
  spoken of (ages, a suspect's left out; children and adults to whom something is done; "women and
  girls") and of places and their roles; then the encoder in equal shares. `both` is children and
  adults. Of a scheme one label or none; unknown is no tag.
- `place`: a gazetteer (ISO names, cities, towns and provinces where the words beside them say that
  a place is meant, US counties and states, demonyms, national bodies), and a small model over how
  and where a country is named. A last candidate is the US where the wording is American and no
  place abroad is told: American local news seldom names its country. Names with several meanings
  (Georgia, Jordan, Chad, Turkey…) need support in the text. `origin`, `transit` and `mentioned`
  follow from words beside the name.
- `indicator`: ruled phrases, in sentences that speak of people and not of trafficking at large.
- Evidence: the phrases; where the encoder alone sees a label, the sentence of headline or lead that
  it sees it in most.

## Figures
Dev, the `rel` 2 rows. Phrases and features were chosen by looking at train and by cross-validation
by event; the shares and cut-offs with the encoder on the events of train that it was not trained
on and on dev together (187 articles), one round number each, so dev is slightly hopeful. A row
without a label of a scheme is no example of it; labels said there count as false for form, victim
and flow. Last line of a table: without `unspecified` or `US`; for victim and flow, on the rows
whose label is known.

{figures}

### Indicators, origin and transit
80 articles of train (seeded draw over sources, one per event), read by one annotator, so agreement
is not known: the first 620 words. 40 served to write the phrases; the other 40 were labelled when
the phrases were finished, before any output on them was seen. Later changes (standing text that is
no account, found by reading evidence on dev) left these figures as they were. Roles lean on the
place model, which has learned from these articles (not from their roles).

{indicators}

### What each part brings (micro-F1 on dev)
{ablations}

The project's own texts ({written}) are short and cover forms and regions that news here hardly has.

Experimental (under 20 examples; marked `experimental` in output): {experimental}.

### Evidence
{evidence}

## Limits
Three in four training articles are about the US; no more than a handful of examples exist for
most countries and forms. Headline-and-snippet items carry other stories' headlines, which give
places and responses that are not this story's. Indicators are found by wording alone: an account
without the usual words is missed, and a charge ("false imprisonment") counts as the fact.

## Repeat
`monitor train tags DATA --version {version} --seed {seed}` with the data files whose sha256 stand
in `meta.json`.
"""


def tags_card(meta: Mapping[str, Any]) -> str:
    """Return the card of a tags model."""
    scores = meta["scores"]
    encoder = meta["settings"]["encoder"]
    return _TAGS.format(
        name=meta["name"],
        version=meta["version"],
        encoder="No encoder." if encoder is None else f"Encoder: encoder-en {encoder['version']}.",
        figures=_tables(scores["dev"]),
        indicators="\n\n".join(
            f"#### {part}\n\n{_tables(tables)}" for part, tables in scores["indicators"].items()
        )
        if "indicators" in scores
        else "Not measured: the articles are not in the data.",
        ablations=_ablations(scores.get("ablations", {})),
        written="train only, linear parts and encoder",
        experimental=experimental_text(meta["experimental"]),
        evidence=EVIDENCE,
        seed=meta["training"]["seed"],
    )


def _tables(scores: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for scheme, table in scores.items():
        parts.append(f"### {scheme} ({table['rows']} rows)")
        parts.append(markdown_table(LABEL_HEADER, label_rows(table)))
    return "\n\n".join(parts)


def _ablations(table: Mapping[str, Mapping[str, float]]) -> str:
    if not table:
        return "Not measured."
    schemes = list(next(iter(table.values())))
    rows = [(name, *(row[scheme] for scheme in schemes)) for name, row in table.items()]
    return markdown_table(("model", *schemes), rows)
