"""Neovim, for real: opens a draft, sees flags, applies a fix, types, has a flag ignored."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import own_guide
from desk import MONITOR, clean_environ

NVIM = shutil.which("nvim")
TEXT = """# A head 😀

“Ä” — the unfortunate victim stood there.

An unfortunate victim 😀 spoke.
"""


@pytest.mark.skipif(NVIM is None, reason="Neovim is not installed")
def test_neovim_mends_and_silences(tmp_path: Path) -> None:
    own_guide.make(tmp_path)
    (tmp_path / "monitor.toml").write_text('[check]\nguideline = "own-guide"\n', encoding="utf-8")
    draft, result = tmp_path / "draft.md", tmp_path / "result.json"
    draft.write_text(TEXT, encoding="utf-8")
    script = Path(__file__).with_name("editor.lua")
    words = [str(NVIM), "--headless", "-u", "NONE", "-l", script, draft, result, *MONITOR, "lsp"]
    home = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_DATA_HOME": str(tmp_path / "data")}
    done = subprocess.run(
        list(map(str, words)),
        cwd=tmp_path,
        env=clean_environ() | home,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(result.read_text(encoding="utf-8"))
    assert [(flag["line"], flag["words"]) for flag in found["seen"]] == [
        (2, "unfortunate victim"),
        (4, "unfortunate victim"),
    ]
    assert {flag["code"] for flag in found["seen"]} == {"unfortunate-victim"}
    assert found["moved"] == 5
    comment = "<!-- monitor-ignore unfortunate-victim: kept on purpose: say why -->"
    assert found["text"] == (
        "Ünïted 😀 \n# B A head 😀\n\n“Ä” — the person stood there.\n\n"
        f"An unfortunate victim 😀 spoke. {comment}"
    )
    log = tmp_path / "state" / "nvim" / "lsp.log"
    assert "unfortunate" not in (log.read_text(encoding="utf-8") if log.exists() else "")
