"""Run what hangs on scores on emulated processors: `make kernels`.

An emulator is some thirty times slower: all of dev takes it the better part of an hour.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from emulator import EMULATOR, OLD, PLAIN, on

HERE = Path(__file__).resolve().parents[1]
SCORED = (
    "classify/test_classify_tokens.py",
    "classify/test_classify_cascade.py",
    "classify/test_classify_prefilter.py",
    "classify/test_classify_tags.py",
    "train/test_train_cascade.py",
    "train/test_train_models.py",
    "test_floors.py::test_the_card_holds_what_the_shipped_model_scores",
)
"""Tests whose outcome hangs on what the shipped models score."""
PROBE = "classify/test_classify_kernels.py"


def run(name: str, command: Sequence[str], **settings: str) -> bool:
    """Run tests; print how long it took, and return whether all passed."""
    started = time.monotonic()
    done = subprocess.run(command, check=False, cwd=HERE, env={**os.environ, **settings})
    minutes = (time.monotonic() - started) / 60
    said = "passed" if done.returncode == 0 else "FAILED"
    print(f"{name}: {said} in {minutes:.0f} minutes", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run both; return 0 if all passed."""
    if EMULATOR is None:
        print("no qemu-x86_64: sh tests/support/bring_qemu.sh", file=sys.stderr)
        return 2
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    passed = [
        *(
            run(f"a few texts on {one}", (*pytest, PROBE), EMULATED_PROCESSOR=one)
            for one in (OLD, PLAIN)
        ),
        run(f"tests on {PLAIN}", on(PLAIN, *pytest, *SCORED)),
    ]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
