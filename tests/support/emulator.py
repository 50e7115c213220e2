"""Another processor than this machine's: qemu's user mode, where it is installed."""

from __future__ import annotations

import os
import platform
import shutil

import pytest

EMULATOR = shutil.which("qemu-x86_64")
PLAIN, OLD = "Haswell-v4", "Nehalem-v1"
"""A processor with AVX2 and nothing newer, and one of 2008 without AVX or fused multiply-add."""
PROCESSOR = os.environ.get("EMULATED_PROCESSOR", "")
"""Which one tests emulate, none by default: it takes two minutes; `make kernels` has them all."""
needs_emulator = pytest.mark.skipif(
    not PROCESSOR or EMULATOR is None or platform.machine() not in ("x86_64", "AMD64"),
    reason="`make kernels` emulates other processors (qemu-x86_64, on x86-64)",
)


def on(processor: str, *command: str) -> list[str]:
    """Return a command as one that runs on another processor."""
    assert EMULATOR is not None
    return [EMULATOR, "-cpu", processor, *command]
