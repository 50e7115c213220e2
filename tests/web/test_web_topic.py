"""The reporter's word that a draft is about trafficking, where it does not read so."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from web_draft import ELSEWHERE, LONG, cards, draft, write

pytestmark = pytest.mark.browser

NOTE = "This does not read as a text about trafficking"


def box(page: Page) -> Locator:
    return page.get_by_label("This is about trafficking")


def tick(page: Page) -> None:
    write(page, ELSEWHERE)
    box(page).check()
    expect(page.locator(".card").first).to_be_visible()


def test_it_is_asked_where_the_draft_reads_as_off_topic(page: Page) -> None:
    expect(box(page)).to_be_hidden()
    write(page, LONG)
    expect(box(page)).to_be_hidden()
    write(page, ELSEWHERE)
    expect(page.locator("#reach")).to_contain_text(NOTE)
    expect(box(page)).to_be_visible()
    expect(box(page)).not_to_be_checked()
    assert cards(page) == []


def test_the_tick_applies_every_rule_and_can_be_taken_back(page: Page) -> None:
    write(page, ELSEWHERE)
    box(page).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d flags? in"))
    assert "as slaves" in cards(page)
    expect(page.locator("#reach")).to_be_hidden()
    expect(box(page)).to_be_checked()
    expect(box(page)).to_be_focused()
    expect(page.locator("#announce")).to_have_text(re.compile(r"^\d flags? in"))
    page.keyboard.press("Space")
    expect(page.locator("#reach")).to_contain_text(NOTE)
    expect(box(page)).to_be_visible()
    assert cards(page) == []


def test_it_holds_while_one_writes_and_not_for_another_draft(page: Page, tmp_path: Path) -> None:
    tick(page)
    area = page.get_by_label("Draft", exact=True)
    area.press("Control+End")
    page.keyboard.type(" A hearing is set for May.")
    with page.expect_response("**/v1/check") as told:
        page.get_by_role("button", name="Check now").click()
    assert told.value.json()["coverage"]["topic"] == "said"
    area.fill("")
    expect(box(page)).to_be_hidden()
    area.fill(ELSEWHERE)
    expect(page.locator("#reach")).to_contain_text(NOTE)
    expect(box(page)).not_to_be_checked()
    box(page).check()
    expect(page.locator(".card").first).to_be_visible()
    file = tmp_path / "other.txt"
    file.write_text(ELSEWHERE.replace("bridge", "ferry"), encoding="utf-8")
    page.locator("#file").set_input_files(file)
    expect(page.locator("#opened")).to_contain_text("other.txt")
    expect(page.locator("#reach")).to_contain_text(NOTE)
    expect(box(page)).not_to_be_checked()
    page.get_by_role("button", name="Bring back the draft before").click()
    expect(box(page)).to_be_checked()
    expect(page.locator(".card").first).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Clear it").click()
    expect(box(page)).to_be_hidden()
    write(page, ELSEWHERE)
    expect(box(page)).not_to_be_checked()


def test_it_is_there_after_another_page_and_a_reload(page: Page) -> None:
    tick(page)
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")
    page.go_back()
    expect(box(page)).to_be_checked()
    page.get_by_label("Keep in this tab").check()
    page.reload()
    expect(page.locator(".card").first).to_be_visible()
    assert draft(page) == ELSEWHERE
    expect(box(page)).to_be_checked()
