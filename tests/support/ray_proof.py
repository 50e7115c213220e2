"""All that is shown of `--engine ray`, for `make proof`: throughput, then what is killed.

PAGES=10000 python tests/support/ray_proof.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = os.environ.get("PAGES", "2000")
STEPS = (
    ("benchmarks/bench_ray.py", "--pages", PAGES),
    ("-m", "pytest", "-q", "-s", "-p", "no:randomly", "tests/scale"),
)

if __name__ == "__main__":
    # the tests that kill need few pages: throughput is measured before
    environ = os.environ | {"PAGES": str(min(int(PAGES), 1000))}
    codes = [
        subprocess.run([sys.executable, *step], cwd=ROOT, env=environ, check=False).returncode
        for step in STEPS
    ]
    sys.exit(max(codes))
