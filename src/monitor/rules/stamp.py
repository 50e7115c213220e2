"""The guideline's stamp: rule files, the language model, and the model that judges flags."""

from __future__ import annotations

from pathlib import Path

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import LIBRARIES
from monitor.records.stamps import make_stamp
from monitor.text.nlp_init import nlp_versions


def guideline_stamp(
    name: str, version: str, path: Path, own: Path | None = None, judge: ModelFolder | None = None
) -> str:
    """Return `name@version+hash`; any change of data that could change a finding changes it.

    `own` is a folder whose rules come on top of those in `path`.
    """
    return make_stamp(
        name,
        version,
        "guideline",
        files=[
            *path.glob("*.yaml"),
            *path.glob("countries/*.yaml"),
            *(judge.stamped_files if judge else ()),
            *(own.glob("*.yaml") if own else ()),
        ],
        libraries=[*nlp_versions(), "ahocorasick-rs", *(LIBRARIES if judge else ())],
        known={judge.path / name: sha256 for name, sha256 in judge.meta.files.items()}
        if judge
        else {},
    )
