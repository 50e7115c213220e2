"""`monitor check FOLDER` as it is called."""

import json
import subprocess
import sys
from pathlib import Path


def test_a_suffix_in_capitals_is_the_same_suffix(tmp_path: Path) -> None:
    for name in ("b.TXT", "a.md", "notes.csv"):
        (tmp_path / name).write_text("Two child prostitutes were found.", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "monitor", "check", ".", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert [one["path"] for one in json.loads(done.stdout)["documents"]] == ["a.md", "b.TXT"]
