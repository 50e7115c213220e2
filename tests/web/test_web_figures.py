"""Pages of stories, trends and outlets in a real Chromium: axe-core, widths, keyboard, copying."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_axe import assert_clean

from monitor.app import Monitor
from monitor.records.counts import outlet_id
from monitor.stats.trend_queries import judge_flag
from serving import desk, serve
from story_desk import RESCUED, opened, tell, tell_many

__all__ = ["desk"]

pytestmark = pytest.mark.browser

WHOLE = "WIDTHS" in os.environ
"""All states at all widths, as `make proof` asks for; else the fullest of each page."""
GAZETTE, ECHO = outlet_id("Gazette 0"), outlet_id("The Echo")
FULL = (
    "/trends",
    "/stories/article-wire",
    f"/outlets/{GAZETTE}",
    f"/outlets/{GAZETTE}/letter",
)
MORE = (
    "/stories",
    "/outlets",
    "/trends?step=day",
    "/trends?form=organ_removal",
    "/trends?place=TH",
    "/stories?outlet=Nobody",
    "/stories?several=yes",
    "/outlets?name=nobody",
    f"/outlets/{ECHO}",
    f"/outlets/{ECHO}/letter",
    "/trends?step=year",
    "/stories/nobody",
)
EMPTY = ("/trends", "/stories", "/outlets")


@pytest.fixture(scope="module", name="hundreds")
def _hundreds(tmp_path_factory: pytest.TempPathFactory, desk: Monitor) -> Iterator[str]:
    with opened(tmp_path_factory.mktemp("hundreds"), desk) as monitor:
        tell(monitor)
        tell_many(monitor, 300 if WHOLE else 30)
        for n in range(0, 42, 21):
            judge_flag(monitor, f"article-many-{n}", RESCUED[0], right=True, reviewer="a")
        with serve(monitor) as address:
            yield address


@pytest.mark.parametrize("path", [*FULL, *(MORE if WHOLE else ())])
def test_pages_with_much_on_them_are_clean(browser: Browser, hundreds: str, path: str) -> None:
    page = browser.new_page(base_url=hundreds)
    page.goto(path)
    for details in page.locator("details").all():
        details.evaluate("(node) => { node.open = true; }")
    assert_clean(page)
    page.close()


@pytest.mark.skipif(not WHOLE, reason="in `make proof`: set WIDTHS")
@pytest.mark.parametrize("path", EMPTY)
def test_empty_pages_are_clean(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, desk: Monitor, path: str
) -> None:
    folder = tmp_path_factory.mktemp("empty")
    with opened(folder, desk) as monitor, serve(monitor) as address:
        page = browser.new_page(base_url=address)
        page.goto(path)
        expect(page.locator(".quiet")).to_be_visible()
        assert_clean(page)
        page.close()


def letter(page: Page) -> str:
    words: str = page.get_by_label("Letter", exact=True).input_value()
    return words


def test_a_letter_is_changed_and_copied_with_the_keyboard(browser: Browser, hundreds: str) -> None:
    context = browser.new_context(
        base_url=hundreds, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto(f"/outlets/{GAZETTE}")
    page.get_by_role("link", name="Draft a letter to the editor").press("Enter")
    expect(page.get_by_role("heading", level=1, name="A letter to the editor")).to_be_focused()
    page.get_by_label("Letter", exact=True).press("Control+End")
    page.keyboard.type("The desk")
    page.get_by_role("button", name="Copy the letter").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == letter(page)
    assert letter(page).endswith("The desk")
    context.close()


def test_filters_change_the_address_and_leave_out_what_is_empty(
    browser: Browser, hundreds: str
) -> None:
    page = browser.new_page(base_url=hundreds)
    page.goto("/stories")
    page.get_by_label("Form").select_option("sexual_exploitation")
    page.get_by_label("Told by").select_option("yes")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".lede")).to_contain_text("1 story with an article")
    assert page.url.endswith("/stories?form=sexual_exploitation&several=yes")
    page.close()
