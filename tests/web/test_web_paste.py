"""What Word, Google Docs and others put on the clipboard, pasted in a real browser."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from clipboards import DOCS, DOCS_MARKDOWN, OTHERS, WORD, WORD_MARKDOWN, WORD_PLAIN
from web_draft import FLAGGED, draft, marked

pytestmark = pytest.mark.browser

READ = "async (html) => (await import('/static/pasted.js')).readPasted(html)"
FILL = """([html, plain]) => {
    addEventListener("copy", (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (html) event.clipboardData.setData("text/html", html);
        event.clipboardData.setData("text/plain", plain);
    }, { once: true, capture: true });
    document.execCommand("copy");
}"""
FORMAT = "async () => (await import('/static/state.js')).state.format"


@pytest.fixture(scope="module")
def one(browser: Browser, address: str) -> Iterator[Page]:
    """One draft page for all; nothing may run, load or break the policy."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/")
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def page(one: Page) -> Page:
    one.reload()
    return one


def paste(page: Page, html: str, plain: str) -> None:
    """Through the real clipboard, whose HTML no browser has cleaned."""
    page.get_by_label("Draft", exact=True).focus()
    page.evaluate(FILL, [html, plain])
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("Control+V")


def test_html_is_read_as_what_it_shows(page: Page) -> None:
    for html, markdown, plain in [
        (WORD, WORD_MARKDOWN, None),
        (DOCS, DOCS_MARKDOWN, None),
        *OTHERS,
    ]:
        read = page.evaluate(READ, html)
        assert read["markdown"] == markdown
        if plain is not None:
            assert read["plain"] == plain


def test_word_is_pasted_with_links_checked_and_undone(page: Page) -> None:
    area = page.get_by_label("Draft", exact=True)
    area.fill("Before. ")
    area.press("End")
    paste(page, WORD, WORD_PLAIN)
    assert draft(page) == f"Before. \n\n{WORD_MARKDOWN}"
    expect(page.locator("#announce")).to_have_text(re.compile("^Pasted with 1 link as Markdown"))
    expect(page.locator("#format")).to_contain_text("Checked as Markdown")
    expect(page.get_by_role("status")).to_have_text(re.compile("^1 flag in"))
    assert marked(page) == [FLAGGED]
    page.keyboard.press("Control+Z")
    assert draft(page) == "Before. "
    assert page.evaluate(FORMAT) == ""
    page.keyboard.press("Control+Shift+Z")
    assert draft(page).endswith(WORD_MARKDOWN)
    assert page.evaluate(FORMAT) == "md"


def test_what_needs_no_reading_is_left_to_the_browser(page: Page) -> None:
    for html, plain in [
        ("", "Two\n\nparagraphs [x](https://x.example)"),
        ("<b>just</b> words", "just words"),
        (
            "<div>## Source</div><div><br></div><div>**x**</div>",
            "## Source\n\n**x**",
        ),
    ]:
        paste(page, html, plain)
        assert draft(page) == plain
        assert page.evaluate(FORMAT) == ""
        page.get_by_label("Draft", exact=True).fill("")
    paste(page, "<p>One</p><p>two *</p>", "One\ntwo *")  # paragraphs, and nothing for Markdown
    assert draft(page) == "One\n\ntwo *"
    assert page.evaluate(FORMAT) == ""


def test_a_huge_paste_is_quick_and_one_step_to_undo(page: Page) -> None:
    area = page.get_by_label("Draft", exact=True)
    area.fill("Before. ")
    area.press("End")
    words = "The council said so, and the harbour was quiet. " * 20
    html = f'<p class=MsoNormal>{words}<a href="https://x.example/">More</a></p>' * 600
    page.get_by_label("Draft", exact=True).focus()
    page.evaluate(FILL, [html, f"{words}\r\n" * 600])
    area.focus()
    started = time.perf_counter()
    page.keyboard.press("Control+V")
    assert len(draft(page)) > 500_000  # over the limit: not sent
    assert time.perf_counter() - started < 5
    page.keyboard.press("Control+Z")
    assert draft(page) == "Before. "
    assert page.evaluate(FORMAT) == ""
