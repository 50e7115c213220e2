"""The papers of the shipped rules, printed twice and looked through (the step `papers`).

Ends with 1 where two runs differ, a brochure does not fit its sheet, a heading stands at the foot
of a page, a page has no stamp, axe-core finds something, or a key is not the checker's answer.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from monitor.app import Monitor
from monitor.rules.handbook.printing import Written, find_browser, flags_of, write_handbook
from monitor.settings import Settings

MADE = date(2026, 11, 28)
FOOT_PT = 20 / 25.4 * 72
"""Where the text of a page ends, above its edge."""
OVERFLOWING = """() => [...document.querySelectorAll(".panel")].filter((panel) => {
  const stamp = panel.querySelector(".stamp").getBoundingClientRect().top;
  const shown = [...panel.children].filter((child) => !child.classList.contains("stamp"));
  return shown.some((child) => child.getBoundingClientRect().bottom > stamp + 1);
}).length"""


def main() -> int:
    """Print the table; return how it went."""
    with tempfile.TemporaryDirectory() as name, Monitor(Settings(home=Path(name))) as monitor:
        folders = (Path(name) / "one", Path(name) / "two")
        written = [write_handbook(monitor.in_force, folder, made=MADE) for folder in folders]
        files = written[0].files
        faults = [f"differs: {file}" for file in files if _differ(*folders, file)]
        faults += chain.from_iterable(_printed(folders[0] / file, written[0]) for file in files)
        faults += _looked_at(folders[0])
        faults += _keys(monitor, written[0])
    print(*(faults or ["nothing to mend"]), sep="\n")
    return 1 if faults else 0


def _differ(one: Path, two: Path, file: str) -> bool:
    first, second = (hashlib.sha256((folder / file).read_bytes()) for folder in (one, two))
    return first.digest() != second.digest()


def _printed(path: Path, written: Written) -> Iterator[str]:
    """Print how many pages a PDF has; yield what is wrong in it."""
    if path.suffix != ".pdf":
        return
    reader = PdfReader(path)
    lowest = min(_heights(reader, reader.outline), default=None)
    low = "" if lowest is None else f", lowest heading {lowest / 72 * 25.4:.0f} mm above the foot"
    print(f"{path.name:34}{len(reader.pages):4} pages, {path.stat().st_size / 1024:6.0f} KB{low}")
    stamp = written.material.book.stamp_line
    for number, page in enumerate(reader.pages, 1):
        text = " ".join(unicodedata.normalize("NFKC", page.extract_text() or "").split())
        if stamp not in text:
            yield f"{path.name}, page {number}: no stamp"
    if path.stem.startswith("brochure-") and len(reader.pages) != 2:
        yield f"{path.name}: {len(reader.pages)} pages"
    if path.stem == "handbook" and lowest is not None and lowest < 30:
        yield f"{path.name}: a heading at the foot of a page"


def _heights(reader: PdfReader, outline: Any) -> Iterator[float]:
    """Yield how high above the foot of the text the headings of an outline stand, in points."""
    for item in outline:
        if isinstance(item, list):
            yield from _heights(reader, item)
        elif item.top is not None:
            yield float(item.top) - FOOT_PT


def _looked_at(folder: Path) -> Iterator[str]:
    """Yield what axe-core finds in the pages, and panels of brochures that are too full."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for path in sorted(folder.glob("*.html")):
            yield from _page_faults(browser, path)
        browser.close()


def _page_faults(browser: Browser, path: Path) -> Iterator[str]:
    with browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        page.evaluate(Axe().axe_script)
        found = page.evaluate("() => axe.run({resultTypes: ['violations']})")["violations"]
        yield from (f"{path.name}: {one['id']} ({len(one['nodes'])} places)" for one in found)
        page.emulate_media(media="print")
        if path.stem.startswith("brochure-") and (full := page.evaluate(OVERFLOWING)):
            yield f"{path.name}: {full} panels are too full"


def _keys(monitor: Monitor, written: Written) -> Iterator[str]:
    """Yield questions whose key the checker does not confirm."""
    material = written.material
    asked = [*material.pre, *material.post, *material.mark]
    told = flags_of(monitor.in_force)([question.shown.text for question in asked])
    print(f"{len(asked)} questions, of {len({one.entry.key for one in asked})} rules")
    for question, flags in zip(asked, told, strict=True):
        found = {(flag.rule, flag.words) for flag in flags}
        wanted = {(question.entry.key, words) for words in question.shown.marked}
        if found != (wanted if question.flagged else set()):
            yield f"{question.shown.text}: {sorted(found)}"


if __name__ == "__main__":
    sys.exit(main())
