"""The papers in a real Chromium: printed, looked through page by page, and shown as slides."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PageObject, PdfReader

import handbook_samples
import own_guide
from desk import Desk
from monitor.app import Monitor
from monitor.records.errors import HandbookError, UsageError
from monitor.rules.handbook.printing import find_browser, print_pdf, render_pages, write_handbook
from monitor.settings import load_settings

NEEDED = pytest.mark.skipif(find_browser() is None, reason="no Chromium here")


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    own_guide.tiny(tmp_path, rule=handbook_samples.rules())
    (tmp_path / "monitor.toml").write_text('[check]\nguideline = "tiny"\n', encoding="utf-8")
    return Desk(tmp_path)


def words_of(sheet: PageObject) -> str:
    """A printed page's text; a font's ligatures are letters again."""
    return " ".join(unicodedata.normalize("NFKC", sheet.extract_text() or "").split())


@pytest.mark.browser
@NEEDED
def test_printed_pages_bear_the_stamp_and_their_number(tmp_path: Path) -> None:
    made = handbook_samples.material(tmp_path)
    pages = render_pages(made)
    browser = find_browser()
    assert browser
    for name, count in (("brochure-accuracy", 2), ("handbook", None)):
        page, target = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        page.write_text(pages[f"{name}.html"], encoding="utf-8")
        print_pdf(browser, page, target, made=handbook_samples.MADE)
        printed = PdfReader(target).pages
        assert count in (None, len(printed))
        for sheet in printed:
            assert made.book.stamp_line in words_of(sheet)
        if name == "handbook":
            last = words_of(printed[-1])
            assert f"{len(printed)} / {len(printed)}" in last
            assert b"D:20261128000000" in target.read_bytes()


@pytest.mark.browser
@NEEDED
def test_slides_are_walked_by_keys(browser: Browser, tmp_path: Path) -> None:
    page_file = tmp_path / "slides.html"
    made = handbook_samples.material(tmp_path)
    page_file.write_text(render_pages(made)["slides.html"], encoding="utf-8")
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(page_file.as_uri())
    place = page.locator("#place")
    count = page.locator(".slide").count()
    for key, at in (("ArrowRight", 2), ("PageDown", 3), ("ArrowLeft", 2), ("End", count)):
        page.keyboard.press(key)
        assert place.inner_text() == f"{at} / {count}"
        assert page.locator(".slide:visible").count() == 1
    page.keyboard.press("Home")
    page.get_by_role("button", name="Next").click()
    assert place.inner_text() == f"2 / {count}"
    page.close()
    assert told == []


def test_without_a_browser_there_is_html_and_it_is_said(desk: Desk, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor", "guidelines", "handbook", "-o", "out"]
    command += ["--date", "2026-11-28"]
    env = {**os.environ, "PATH": str(tmp_path / "nowhere")}
    said = subprocess.run(
        command, cwd=desk.folder, env=env, capture_output=True, text=True, check=True
    )
    files = said.stdout.split()
    assert "out/handbook.html" in files
    assert all(name.endswith(".html") for name in files)
    assert "no Chromium or Chrome here, so no PDF" in said.stderr
    assert "tiny@1.0.0" in (tmp_path / "out" / "handbook.html").read_text(encoding="utf-8")
    assert ".pdf" not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_what_cannot_be_done_is_said(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with Monitor(load_settings(desk.folder / "monitor.toml")) as monitor:
        with pytest.raises(UsageError, match="no guideline 'other' here"):
            monitor.in_force.chosen(["other"])
        with pytest.raises(HandbookError, match="cannot write"):
            write_handbook(
                monitor.in_force, tmp_path / "file", made=handbook_samples.MADE, pdf=False
            )
    broken = tmp_path / "bin" / "chromium"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=os.pathsep)
    with Monitor(load_settings(desk.folder / "monitor.toml")) as monitor:
        written = write_handbook(monitor.in_force, tmp_path / "out", made=handbook_samples.MADE)
    assert written.problem == f"{broken}: cannot print handbook.html (exit 3)"
    assert ".pdf" not in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    with pytest.raises(HandbookError, match=r"cannot print page\.html"):
        print_pdf("/bin/false", tmp_path / "page.html", tmp_path / "x", made=handbook_samples.MADE)
