"""The report as a file: nothing runs, nothing is fetched, everybody can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from test_web_axe import assert_clean

import own_guide
from monitor.app import Monitor
from monitor.check.batch import Batch
from monitor.check.report_formats import as_page
from monitor.settings import CheckSettings, Settings

pytestmark = pytest.mark.browser

DRAFT = """\
<p>An unfortunate victim &lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(2)&gt;
&lt;/mark&gt;&lt;/p&gt; {{ 7 * 7 }} {style_hash} 😀.</p><p>مرحبا an unfortunate victim.</p>
"""


def test_the_report_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    folder = own_guide.make(tmp_path)
    drafts = Monitor(Settings(check=CheckSettings(guideline=str(folder))))
    one = {"path": "<b>a&.html", **drafts.check_text(DRAFT, format="html", include_text=True)}
    failed = {"path": "::x", "error": "<script>alert(3)</script>"}
    page_file = tmp_path / "report.html"
    page_file.write_text(as_page(Batch((one, failed), "g", {}, tmp_path)), encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.locator("mark").all_inner_texts() == ["unfortunate victim"] * 2
    assert "<script>alert(1)</script>" in page.locator(".draft").inner_text()
    assert "{{ 7 * 7 }} {style_hash} 😀" in page.locator(".draft").inner_text()
    assert page.locator("script, img").count() == 0
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(244, 242, 238)", "its own policy keeps its style out"
    page.locator("mark + a").first.click()
    assert page.locator(".card:target").count() == 1
    assert_clean(page)
    assert (said, [url for url in asked if not url.startswith("file:")]) == ([], [])
    context.close()
