"""Clients that others made, driven for real against `/v2`: the step `languagetool` of the proof.

They take a program or the registries' packages, and longer than a change may wait; the client that
is a package of ours for tests is in test_api_languagetool.py.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import own_severities
import serving
from monitor.app import Monitor
from monitor.settings import CheckSettings, LanguageToolSettings, ServeSettings, Settings

pytestmark = pytest.mark.skipif(
    not os.environ.get("LANGUAGETOOL"), reason="LANGUAGETOOL=1 drives the clients of others"
)
SYSTEM_PYTHON = "/usr/bin/python3"
"""Which Debian's python3-uno is for."""
PROOFREAD = Path(__file__).parents[1] / "support" / "libreoffice_proofread.py"
TEXT = "😀 The wumpus met a gromble, and then a fizzle."
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
RED, ORANGE, BLUE = 0xFF0000, 0xD16820, 0x0000FF
REHYPE = """\
import { build } from "annotatedtext-rehype";
const [address, html] = process.argv.slice(2);
const data = JSON.stringify(build(html));
const body = new URLSearchParams({ language: "en-US", data });
const answer = await fetch(`${address}/v2/check`, { method: "POST", body });
const { matches } = await answer.json();
const words = matches.map((m) => [m.rule.id, html.slice(m.offset, m.offset + m.length)]);
console.log(JSON.stringify(words));
"""
FETCH = """async (address) => {
  const body = new URLSearchParams({ language: "en-US", text: "The wumpus." });
  try {
    const answer = await fetch(`${address}/v2/check`, { method: "POST", body });
    return (await answer.json()).matches.length;
  } catch (error) {
    return error.name;
  }
}"""


@pytest.fixture(name="at", scope="module")
def _at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("desk")
    settings = Settings(
        home=home,
        check=CheckSettings(guideline=str(own_severities.make(home))),
        languagetool=LanguageToolSettings(show="suggestion"),
    )
    with Monitor(settings) as monitor, serving.serve(monitor) as at:
        monitor.check_text("The wumpus.")
        yield at


def ran(*command: str | Path, cwd: Path | None = None, **environ: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        check=False,
        text=True,
        cwd=cwd,
        env=os.environ | environ,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def has_uno() -> bool:
    asked = [SYSTEM_PYTHON, "-c", "import uno"]
    has_python = Path(SYSTEM_PYTHON).exists()
    return has_python and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice(at: str) -> None:
    if not has_uno():
        pytest.skip("python3-uno is not installed")
    odd = "שלום e\u0301 n\u00ado “wumpus”\u00a0👩\u200d👧 gromble"
    told = ran(SYSTEM_PYTHON, PROOFREAD, f"{at}/v2", TEXT, odd, "Nothing.")
    first, second, nothing = json.loads(told)
    assert nothing == []
    for text, found in ((TEXT, first), (odd, second)):
        raw = text.encode("utf-16-le")
        words = [raw[2 * e["start"] :][: 2 * e["length"]].decode("utf-16-le") for e in found]
        assert words == ["wumpus", "gromble", "fizzle"][: len(found)]
    assert [error["properties"]["LineColor"] for error in first] == [RED, ORANGE, BLUE]
    assert first[0]["short"] == "'wumpus' is not said. (A guide, 1)"
    assert first[0]["full"] == "About wumpus"
    assert first[0]["suggestions"][:2] == ["person", "somebody"]
    print("LibreOffice:", [(e["start"], e["length"], e["short"]) for e in first])


@pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")
def test_annotatedtext_rehype(at: str, tmp_path: Path) -> None:
    ran("npm", "init", "-y", cwd=tmp_path)
    ran("npm", "install", "--no-audit", "--no-fund", "annotatedtext-rehype@1.0.12", cwd=tmp_path)
    (tmp_path / "go.mjs").write_text(REHYPE, encoding="utf-8")
    html = '<p title="😀">A 😀 <b>wum</b>pus &amp; a <em>gromble</em>.</p><p>“fizzle” e\u0301</p>'
    found = json.loads(ran("node", "go.mjs", at, html, cwd=tmp_path))
    assert [words for _, words in found] == ["wum</b>pus", "gromble", "fizzle"]
    print("annotatedtext-rehype:", found)


def test_pylanguagetool(at: str, tmp_path: Path) -> None:
    """Its exit code says whether there are matches; it marks them wrongly after an emoji."""
    packages = tmp_path / "packages"
    wanted = ("pyLanguagetool==0.11.0", "setuptools<81")
    ran(sys.executable, "-m", "pip", "install", "-q", "--target", packages, *wanted)
    draft = tmp_path / "draft.txt"
    draft.write_text(TEXT.removeprefix("😀 "), encoding="utf-8")
    call = "from pylanguagetool.cli import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", call, "-a", f"{at}/v2/", "-l", "en-US", draft]
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PYTHONPATH": str(packages)},
        timeout=200,
    )
    assert done.returncode == 1
    for word in ("wumpus", "gromble", "fizzle"):
        assert f"'{word}' is not said. (A guide, 1)" in done.stdout
    print("pyLanguagetool:", done.stdout.splitlines()[:2])


def test_a_page_of_another_origin_in_chromium(tmp_path: Path) -> None:
    """Chromium lets the page that is named read the answer, and no other."""
    sync_api = pytest.importorskip("playwright.sync_api")
    other = tmp_path / "other"
    other.mkdir()
    guide = str(own_severities.make(tmp_path))
    with Monitor(Settings(home=other)) as page_desk, serving.serve(page_desk) as page_at:
        settings = Settings(
            home=tmp_path,
            check=CheckSettings(guideline=guide),
            serve=ServeSettings(allow_origins=(page_at,)),
        )
        with Monitor(settings) as monitor, serving.serve(monitor) as at:
            elsewhere = page_at.replace("127.0.0.1", "localhost")
            with sync_api.sync_playwright() as playwright:
                path = next(filter(None, map(shutil.which, BROWSERS)), None)
                browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
                told = [_fetched(browser, origin, at) for origin in (page_at, elsewhere)]
                browser.close()
    assert told == [1, "TypeError"]
    print("Chromium, a page that is named and one that is not:", told)


def _fetched(browser: object, origin: str, at: str) -> object:
    page = browser.new_context(bypass_csp=True).new_page()  # type: ignore[attr-defined]
    page.goto(f"{origin}/healthz")
    return page.evaluate(FETCH, at)
