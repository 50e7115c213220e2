"""The same on every processor: what an emulated one without AVX-512 or VNNI scores."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kernel_probe
from emulator import PLAIN, PROCESSOR, needs_emulator, on
from monitor.classify.onnx_encoder import TOLERANCE
from monitor.records.finding import SCORE_TOLERANCE


@needs_emulator
def test_another_processor_scores_the_same() -> None:
    native = kernel_probe.probe()
    other = probed_on(PROCESSOR)
    assert other["avx2"] == (PROCESSOR == PLAIN)
    assert not other["avx512"]
    for here, there in zip(native["texts"], other["texts"], strict=True):
        for head, numbers in here["numbers"].items():
            assert there["numbers"][head] == pytest.approx(numbers, abs=TOLERANCE)
        assert there["relevance"] == pytest.approx(here["relevance"], abs=SCORE_TOLERANCE)
        assert there["asked"] == here["asked"]
    assert other["tags"] == pytest.approx(native["tags"], abs=SCORE_TOLERANCE)
    assert native["tags"]
    assert [text["asked"] for text in native["texts"]].count(True) == 2


def probed_on(processor: str) -> Any:
    """Return what the models say on another processor."""
    command = on(processor, sys.executable, str(Path(kernel_probe.__file__)))
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    return json.loads(said.stdout)
