"""Runs the shell steps of `action.yml` as GitHub's runner does: bash, inputs as the file says."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = YAML(typ="safe").load(ROOT / "action.yml")


def run_step(
    name: str, folder: Path, given: Mapping[str, str], *, action: Path, temp: Path
) -> subprocess.CompletedProcess[str]:
    """Run the step of this name in `folder`, with the inputs `given` or their defaults."""
    [step] = [one for one in ACTION["runs"]["steps"] if one.get("name") == name]
    assert step["shell"] == "bash"
    unknown = set(given) - set(ACTION["inputs"])
    assert not unknown, unknown
    known = {
        f"inputs.{key}": given.get(key, one["default"]) for key, one in ACTION["inputs"].items()
    }
    known |= {"github.action_path": str(action), "runner.temp": str(temp)}

    def value(found: re.Match[str]) -> str:
        return known[found[1]]

    assert "${{" not in step["run"], "what is given must not become part of a script"
    environ = {key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, v) for key, v in step["env"].items()}
    script = temp / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("MONITOR_")} | environ,
        capture_output=True,
        text=True,
        check=False,
    )
