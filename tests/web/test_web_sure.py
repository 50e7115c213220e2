"""Fewer, surer flags or more in a real browser, and what the page says of how sure they are."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from web_draft import JUDGED as TEXT
from web_draft import cards, judge, marked, write

pytestmark = pytest.mark.browser

FINE = "The council said that the bridge had been closed after the flood. " * 3
BEST = ["child prostitutes", "illegal migrant", "Sobbing"]


def more(page: Page) -> Locator:
    return page.locator("#more")


def test_the_page_opens_with_the_best_and_the_rest_comes_on_request(page: Page) -> None:
    judge(page)
    write(page, TEXT)
    assert cards(page) == BEST
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"^3 flags in \d+ words, 1 less sure\.$"))
    expect(more(page)).to_have_text("Show them")
    assert marked(page, "suggestion") == ["Sobbing"]
    more(page).click()
    assert cards(page) == [*BEST, "sex slaves"], "what is right once in ten stands last"
    expect(status).to_have_text(re.compile(r"^4 flags in \d+ words\.$"))
    assert "sex slaves" in marked(page, "suggestion")
    said = {
        card.locator(".match").inner_text(): card.locator(".sureness").all_inner_texts()
        for card in page.locator(".card").all()
    }
    assert said == {
        "sex slaves": ["Editors mark about 1 in 10 such flags."],
        "child prostitutes": ["Editors mark over 9 in 10 such flags."],
        "Sobbing": [],
        "illegal migrant": ["Editors mark about 3 in 10 such flags."],
    }
    expect(more(page)).to_have_text("Show fewer")
    more(page).click()
    assert cards(page) == BEST


def test_with_keys_alone_and_it_stays_while_one_writes(page: Page) -> None:
    judge(page)
    write(page, TEXT)
    more(page).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(4)
    expect(more(page)).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("4 flags")
    write(page, f"{TEXT}\nIt rained.")
    expect(page.locator(".card")).to_have_count(4)
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    write(page, TEXT)
    assert cards(page) == BEST, "the page opens with fewer"


def test_without_a_difference_nothing_is_offered(page: Page) -> None:
    judge(page)
    write(page, "Police said that child prostitutes had worked there.")
    expect(page.locator(".card")).to_have_count(1)
    expect(more(page)).to_be_hidden()


def test_only_unsure_flags_are_counted_and_no_praise(page: Page) -> None:
    judge(page)
    write(page, "He told of sex slaves in the harbour, and that they were trafficked.")
    status = page.get_by_role("status")
    expect(status).to_have_text(re.compile(r"^1 flag in \d+ words, less sure\.$"))
    expect(page.locator("#clean")).to_be_hidden()
    expect(page.locator("#missed")).to_be_visible()
    more(page).click()
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator("#missed")).to_be_hidden()


def test_all_above_the_bar_and_at_least_the_best_five(page: Page) -> None:
    opened = page.evaluate(
        """async (lists) => {
            const { byPriority, opening } = await import("/static/findings.js");
            const of = (list) => byPriority(list.map((priority) => ({ priority })));
            return lists.map((list) => opening(of(list), { bar: 1, floor: 0.5, best: 5 })
                .map(({ priority }) => priority));
        }""",
        [[1.1, 2, 1, 1.5, 3, 1, 1.2, 0.9], [0.6, 0.7, 1.5, 0.8, 0.9, 0.5, 0.55], [0.4, 0.7, 0.1]],
    )
    assert opened == [[3, 2, 1.5, 1.2, 1.1, 1, 1], [1.5, 0.9, 0.8, 0.7, 0.6], [0.7]]


def test_an_empty_result_says_how_much_is_missed(page: Page) -> None:
    write(page, FINE)
    missed = page.locator("#missed")
    expect(missed).to_have_text(re.compile(r"finds about \d in 10 \(\d+ of \d+, measured on "))
    expect(page.locator("#announce")).to_contain_text("No flags does not mean")
    write(page, "La policía dijo que dos niñas fueron halladas en un bar cerca del puerto.")
    expect(missed).to_be_hidden()
