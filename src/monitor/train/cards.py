"""The model card of a tags model: its `README.md`, written from its measured figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.train.tables import LABEL_HEADER, label_rows, markdown_table

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
