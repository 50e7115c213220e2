"""What the shipped models say of a few texts, as JSON: run by the emulator, compared natively."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from numpy._core._multiarray_umath import __cpu_features__

from monitor.classify.encoder import Memory
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.model_stamps import encoder_folder
from monitor.classify.relevance import load_relevance
from monitor.classify.tags import load_tags
from monitor.labels.data_files import data_dir

MODELS = data_dir("models")
TEXTS = (
    ("Maids unpaid", "Passports taken."),
    ("Women freed", "Their passports were taken."),
    ("Drug ring broken up", "Police seized cocaine. Drug trafficking is on the rise, they said."),
)
"""A case, something near one, something else. What the encoder is asked about is as short as can
be, since an emulator takes two seconds and a half for a word."""


def probe() -> dict[str, Any]:
    """Return relevance and, where it was asked, the encoder's numbers; the first text's tags."""
    folder = load_folder(find_model(MODELS, "relevance-en"))
    second = encoder_folder(folder)
    assert second is not None
    model = load_relevance(folder, second)
    assert model.cascade is not None
    # what was read before is not read again: an emulator may take a minute for a text
    encoder = replace(model.cascade.encoder, memory=Memory())
    model = replace(model, cascade=replace(model.cascade, encoder=encoder))
    tags = replace(load_tags(load_folder(find_model(MODELS, "tags-en")), second), encoder=encoder)
    said = [
        {
            "relevance": judgement.main,
            "asked": asked,
            "numbers": {
                head: row.tolist()
                for head, row in (encoder.outputs(title, text) if asked else {}).items()
            },
        }
        for (title, text), (judgement, asked) in zip(TEXTS, model.judge_all(TEXTS), strict=True)
    ]
    return {
        "avx2": __cpu_features__["AVX2"],
        "avx512": __cpu_features__["AVX512F"],
        "texts": said,
        "tags": {f"{tag.scheme} {tag.label} {tag.role}": tag.score for tag in tags.tag(*TEXTS[0])},
    }


if __name__ == "__main__":
    print(json.dumps(probe()))
