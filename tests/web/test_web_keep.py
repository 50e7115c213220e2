"""The draft survives: other pages, Back and Forward, a reload with the box ticked; and Clear."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from web_draft import DRAFT, FLAGGED, LONG, cards, draft, marked, paste, write

pytestmark = pytest.mark.browser

STORES = """async () => [localStorage.length, document.cookie, (await indexedDB.databases()).length,
    (await caches.keys()).length]"""
WORDS = "Police said that"


def kept(page: Page) -> str | None:
    words: str | None = page.evaluate("() => sessionStorage.getItem('draft')")
    return words


def asked(page: Page, *, leave: bool) -> list[str]:
    """Answer the browser's question whether to leave; return which kinds of question came."""
    kinds: list[str] = []

    def answer(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return kinds


def heading(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def test_the_draft_is_there_again_with_its_flags(page: Page) -> None:
    """By link, by Back, by Forward; without a reload, and without another check."""
    write(page, LONG, title="Harbour")
    before = cards(page)
    page.evaluate("() => { window.mark = 1; }")
    checks: list[str] = []
    page.on("request", lambda request: checks.append(request.url) if "check" in request.url else 0)
    for link, address, title in (
        ("Rules", "/rules", "Rules"),
        ("Today", "/digests/today", "Wednesday 25 November 2026"),
    ):
        page.get_by_role("link", name=link).click()
        expect(heading(page)).to_have_text(title)
        expect(heading(page)).to_be_focused()
        expect(page).to_have_url(re.compile(f"{address}$"))
        expect(page.get_by_role("link", name=link)).to_have_attribute("aria-current", "page")
        expect(page.locator("#desk")).to_be_hidden()
    expect(page).to_have_title(re.compile("25 November"))
    page.go_back()
    expect(heading(page)).to_have_text("Rules")
    page.go_back()
    expect(heading(page)).to_have_text("Check a draft")
    expect(page).to_have_title("Check a draft · monitor")
    assert draft(page) == LONG
    assert cards(page) == before
    assert len(marked(page)) == 2
    page.go_forward()
    expect(heading(page)).to_have_text("Rules")
    page.get_by_role("link", name="Draft").click()
    expect(page.get_by_label("Headline")).to_have_value("Harbour")
    assert draft(page) == LONG
    assert cards(page) == before
    assert page.evaluate("() => window.mark") == 1
    assert checks == []


def test_undo_still_works_after_a_look_at_another_page(page: Page) -> None:
    write(page, DRAFT)
    area = page.get_by_label("Draft", exact=True)
    area.press("End")
    area.press("Control+End")
    page.keyboard.type(" More")
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_have_text("Rules")
    page.go_back()
    expect(area).to_be_focused()  # where she was
    page.keyboard.type(" words")
    assert draft(page) == f"{DRAFT} More words"
    for _ in range(3):
        page.keyboard.press("Control+Z")
    assert draft(page) != f"{DRAFT} More words"


def test_a_draft_begun_on_another_page_is_kept_too(browser: Browser, address: str) -> None:
    """The site was entered by another door: the draft page comes without a reload, and works."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/rules/child-prostitute")
    page.evaluate("() => { window.mark = 1; }")
    page.get_by_role("link", name="Draft").click()
    write(page, DRAFT)
    assert marked(page) == [FLAGGED]
    page.go_back()
    expect(heading(page)).to_contain_text("Child prostitute")
    expect(page.locator("main")).to_have_class("page narrow")
    page.go_forward()
    assert draft(page) == DRAFT
    assert marked(page) == [FLAGGED]
    page.get_by_label("Draft", exact=True).press("F8")
    expect(page.locator(".card[aria-current]")).to_be_focused()
    assert page.evaluate("() => window.mark") == 1
    context.close()


def test_pages_stay_where_they_were_scrolled(page: Page) -> None:
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_have_text("Rules")
    link = page.locator(".rule-list a").nth(30)
    link.scroll_into_view_if_needed()
    before = page.evaluate("() => scrollY")
    assert before > 300
    link.click()
    expect(page.locator(".eyebrow")).to_be_visible()
    assert page.evaluate("() => scrollY") == 0
    page.go_back()
    expect(heading(page)).to_have_text("Rules")
    page.wait_for_function("(y) => Math.abs(scrollY - y) < 5", arg=before)


def test_a_page_that_is_not_there_takes_no_draft_with_it(page: Page, address: str) -> None:
    write(page, DRAFT)
    page.evaluate("() => document.querySelector('nav a[href=\"/rules\"]').href = '/nothing'")
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_have_text("Not Found")
    page.context.set_offline(True)
    page.get_by_role("link", name="Today").click()
    expect(heading(page)).to_have_text("The program does not answer")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(heading(page)).to_have_text("Wednesday 25 November 2026")
    page.get_by_role("link", name="Draft").click()
    assert draft(page) == DRAFT


def test_no_page_has_an_id_that_the_draft_has(page: Page) -> None:
    """It stays in the document, so links to places and labels would lead into it."""
    for link in ("Rules", "Today", "API"):
        place = page.get_by_role("navigation", name="Pages").get_by_role("link", name=link)
        place.click()
        expect(place).to_have_attribute("aria-current", "page")
        ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(({ id }) => id)")
        assert len(ids) == len(set(ids)) > 30


def test_keys_of_the_draft_do_nothing_on_other_pages(page: Page) -> None:
    write(page, DRAFT)
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_be_focused()
    page.keyboard.press("F8")
    page.keyboard.press("Escape")
    expect(heading(page)).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the flags")).to_have_count(0)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_reload_asks_first(page: Page, elsewhere: bool) -> None:
    """Also while another page is shown: the draft is in the tab all the same."""
    paste(page, DRAFT)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    if elsewhere:
        page.get_by_role("link", name="Rules").click()
        expect(heading(page)).to_have_text("Rules")
    kinds = asked(page, leave=False)
    page.evaluate("() => setTimeout(() => location.reload())")
    page.wait_for_timeout(500)
    assert kinds == ["beforeunload"]
    if elsewhere:
        page.get_by_role("link", name="Draft").click()
    assert draft(page) == DRAFT
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Clear it").click()
    page.reload()
    assert kinds == ["beforeunload"], "an empty page asks nothing"


def test_nothing_is_left_after_a_reload_that_was_wanted(page: Page) -> None:
    paste(page, DRAFT)
    kinds = asked(page, leave=True)
    page.reload()
    assert kinds == ["beforeunload"]
    assert draft(page) == ""
    expect(page.get_by_label("Keep in this tab")).not_to_be_checked()
    assert kept(page) is None


def test_the_box_keeps_the_draft_over_a_reload(page: Page) -> None:
    kinds = asked(page, leave=True)
    paste(page, LONG)
    page.get_by_label("Headline").fill("Harbour 🌊")
    page.get_by_label("Country").select_option("GH")
    box = page.get_by_label("Keep in this tab")
    box.check()
    expect(page.locator(".card").first).to_be_visible()
    total = page.locator(".card").count()
    page.get_by_role("button", name="Dismiss here").first.click()
    expect(page.locator("#hidden-count")).to_have_text("Set aside in this draft: 1")
    page.reload()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"flags? in .*, 1 hidden\."))
    assert kinds == []
    assert draft(page) == LONG
    expect(page.get_by_label("Headline")).to_have_value("Harbour 🌊")
    expect(page.get_by_label("Country")).to_have_value("GH")
    expect(box).to_be_checked()
    assert page.locator(".card").count() in (total, total - 1)
    assert page.evaluate(STORES) == [0, "", 0, 0]
    box.uncheck()
    assert kept(page) is None


def test_what_was_typed_just_before_the_box_is_cleared_is_not_kept(page: Page) -> None:
    box = page.get_by_label("Keep in this tab")
    box.check()
    paste(page, DRAFT)
    box.uncheck()
    page.wait_for_timeout(900)  # longer than writing waits for the next key
    assert kept(page) is None


def test_the_box_keeps_the_draft_while_another_page_is_reloaded(page: Page) -> None:
    paste(page, DRAFT)
    page.get_by_label("Keep in this tab").check()
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_have_text("Rules")
    page.reload()
    expect(heading(page)).to_have_text("Rules")
    page.get_by_role("link", name="Draft").click()
    expect(page.get_by_label("Draft", exact=True)).to_have_value(DRAFT)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))


def test_without_the_box_nothing_is_written_anywhere(page: Page) -> None:
    write(page, DRAFT)
    page.get_by_role("link", name="Rules").click()
    expect(heading(page)).to_have_text("Rules")
    page.go_back()
    expect(heading(page)).to_have_text("Check a draft")
    assert page.evaluate(STORES) == [0, "", 0, 0]
    assert page.evaluate("() => sessionStorage.length") == 0
    assert WORDS not in str(page.evaluate("() => JSON.stringify(history.state)"))


def test_clear_asks_and_then_leaves_nothing(page: Page) -> None:
    page.get_by_label("Keep in this tab").check()
    write(page, LONG, title="Harbour")
    page.get_by_role("button", name="Dismiss here").first.click()
    page.wait_for_function("() => sessionStorage.getItem('draft')?.includes('Harbour')")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Go on writing").click()
    assert draft(page) == LONG
    page.get_by_role("button", name="Clear", exact=True).click()
    page.keyboard.press("Escape")
    assert draft(page) == LONG
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Clear it").click()
    area = page.get_by_label("Draft", exact=True)
    expect(area).to_be_focused()
    page.keyboard.press("Control+Z")
    assert draft(page) == ""
    assert marked(page) == []
    assert cards(page) == []
    assert page.evaluate("() => sessionStorage.length") == 0
    left = page.evaluate("() => document.querySelector('#desk').outerHTML")
    assert "harbour." not in left  # the example's own words do not end so
    assert "Harbour" not in left
    page.wait_for_timeout(600)
    assert page.evaluate("() => sessionStorage.length") == 0
    write(page, DRAFT)  # the new fields work like the old ones
    assert marked(page) == [FLAGGED]


def test_what_lies_in_storage_is_not_trusted(page: Page) -> None:
    def open_with(words: str) -> None:
        page.goto("/static/icon.svg")  # of the same origin, without a script
        page.evaluate("(words) => sessionStorage.setItem('draft', words)", words)
        page.goto("/")
        expect(page.get_by_label("Keep in this tab")).to_be_checked()

    for broken in ("{", '"x"', '{"title": 1}', "null", '{"title":"","text":["a"]}'):
        open_with(broken)
        expect(page.get_by_role("status")).to_have_text("Nothing checked yet.")
        assert draft(page) == ""
    odd = (
        '{"title": "", "text": "%s", "country": "XX", "format": "exe",'
        ' "aside": [1, {"id": 1}, {"id": 2, "rule": "child-prostitute"}]}'
    )
    open_with(odd % DRAFT)
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")


def test_a_browser_without_storage_is_said(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    context.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    page = context.new_page()
    page.goto("/")
    write(page, DRAFT)
    page.get_by_label("Keep in this tab").click()
    expect(page.get_by_role("alert")).to_contain_text("lets this page keep nothing")
    expect(page.get_by_label("Keep in this tab")).not_to_be_checked()
    context.close()
