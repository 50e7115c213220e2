"""Fewer, surer flags or more in a real browser, and what the page says of how sure they are."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from web_draft import JUDGED as TEXT
from web_draft import cards, judge, marked, show_more, write

pytestmark = pytest.mark.browser

FINE = "The council said that the bridge had been closed after the flood. " * 3
SURE = ["sex slaves", "child prostitutes"]


def which(page: Page) -> Locator:
    return page.get_by_role("group", name="Which flags to show")


def test_the_surer_flags_are_shown_first_and_the_rest_on_request(page: Page) -> None:
    judge(page)
    write(page, TEXT)
    assert cards(page) == SURE
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"^2 flags in \d+ words, 2 more less sure\.$")
    )
    fewer = which(page).get_by_role("button", name="Fewer, surer 2")
    expect(fewer).to_have_attribute("aria-pressed", "true")
    show_more(page)
    assert cards(page) == [*SURE, "Sobbing", "illegal migrant"]
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^4 flags in \d+ words\.$"))
    expect(fewer).to_have_attribute("aria-pressed", "false")
    assert "illegal migrant" in marked(page, "warning")
    fewer.click()
    assert cards(page) == SURE
    assert marked(page, "warning") == []


def test_a_flag_says_how_often_editors_mark_it(page: Page) -> None:
    judge(page)
    write(page, TEXT)
    show_more(page)
    said = {
        card.locator(".match").inner_text(): card.locator(".sureness").all_inner_texts()
        for card in page.locator(".card").all()
    }
    assert said == {
        "sex slaves": ["Editors mark under 1 in 10 such flags."],
        "child prostitutes": ["Editors mark over 9 in 10 such flags."],
        "Sobbing": [],
        "illegal migrant": ["Editors mark about 3 in 10 such flags."],
    }


def test_the_choice_is_made_with_keys_alone_and_stays_while_one_writes(page: Page) -> None:
    judge(page)
    write(page, TEXT)
    more = which(page).get_by_role("button", name="More 4")
    more.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(4)
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announce")).to_contain_text("4 flags")
    page.keyboard.press("F8")
    expect(page.locator(".card[aria-current] .match")).to_have_text("sex slaves")
    write(page, f"{TEXT}\nIt rained.")
    expect(page.locator(".card")).to_have_count(4)
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    write(page, TEXT)
    assert cards(page) == SURE, "the page opens with fewer"


def test_without_a_difference_there_is_no_choice(page: Page) -> None:
    judge(page)
    write(page, "Police said that child prostitutes had worked there.")
    expect(page.locator(".card")).to_have_count(1)
    expect(which(page)).to_be_hidden()


def test_only_unsure_flags_are_no_praise(page: Page) -> None:
    judge(page)
    write(page, "Sobbing uncontrollably, the women told the court how they were trafficked.")
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"^No sure flags in \d+ words, 1 more less sure\.$")
    )
    expect(page.locator("#clean")).to_be_hidden()
    expect(page.locator("#missed")).to_be_visible()
    show_more(page)
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator("#missed")).to_be_hidden()


def test_an_empty_result_says_how_much_is_missed(page: Page) -> None:
    write(page, FINE)
    missed = page.locator("#missed")
    expect(missed).to_have_text(re.compile(r"finds about \d in 10 \(\d+ of \d+, measured on "))
    expect(page.locator("#announce")).to_contain_text("No flags does not mean")
    write(page, "La policía dijo que dos niñas fueron halladas en un bar cerca del puerto.")
    expect(missed).to_be_hidden()
