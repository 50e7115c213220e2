"""The draft page in a real browser: files, and what can go wrong."""

import re
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page, expect

import serving
from monitor.app import Monitor
from monitor.settings import CheckSettings, Settings
from web_draft import DRAFT, FLAGGED, draft, marked, write

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("breaks", ["\n", "\r\n"])
def test_a_text_file_is_opened(page: Page, tmp_path: Path, breaks: str) -> None:
    path = tmp_path / "<b>draft.txt"
    path.write_bytes(f"A raid{breaks}{breaks}🌊{breaks}{DRAFT}{breaks}".encode())
    page.get_by_label("Open a file").set_input_files(path)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    expect(page.locator("#opened")).to_contain_text("<b>draft.txt")
    assert marked(page) == [FLAGGED]
    assert "\r" not in draft(page)


def test_a_word_file_is_opened(page: Page, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("The child prostitutes of the harbour", 0)
    document.add_paragraph(DRAFT)
    document.save(str(tmp_path / "draft.docx"))
    page.get_by_label("Open a file").set_input_files(tmp_path / "draft.docx")
    expect(page.get_by_role("status")).to_have_text(re.compile("2 flags in"))
    assert marked(page) == [FLAGGED, FLAGGED]


def test_a_file_that_is_none_of_ours_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "draft.pdf"
    path.write_bytes(b"%PDF-1.7")
    write(page, DRAFT)
    page.get_by_label("Open a file").set_input_files(path)
    expect(page.get_by_role("alert")).to_contain_text(".docx files are read")
    expect(page.get_by_role("status")).to_contain_text("flags are those of the last check")
    assert draft(page) == DRAFT
    assert marked(page) == [FLAGGED]


def test_an_empty_draft_is_not_sent(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text("Nothing checked yet.")


def test_what_the_server_refuses_is_said_in_words(page: Page) -> None:
    page.get_by_label("Draft", exact=True).evaluate(
        """(area) => {
            area.value = 'half a pair \\ud800';
            area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        }"""
    )
    expect(page.get_by_role("alert")).to_contain_text("surrogate")
    write(page, DRAFT)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_draft_over_the_limit_is_not_sent(browser: Browser, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, check=CheckSettings(max_chars=100))
    with Monitor(settings) as monitor, serving.serve(monitor) as address:
        page = browser.new_page(base_url=address)
        page.goto("/")
        page.get_by_label("Draft", exact=True).fill("🌊" * 101)
        expect(page.get_by_role("alert")).to_have_text(re.compile("101 characters.*limit is 100"))
        page.get_by_label("Draft", exact=True).fill("🌊" * 100)
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_role("status")).to_have_text(re.compile("^No flags"))
        page.close()


def test_a_server_that_is_gone_is_said_and_the_draft_stays(
    browser: Browser, tmp_path: Path
) -> None:
    with Monitor(Settings(home=tmp_path)) as monitor:
        with serving.serve(monitor) as address:
            page = browser.new_page(base_url=address)
            page.goto("/")
            write(page, DRAFT)
        page.get_by_role("button", name="Check now").click()
        expect(page.get_by_role("alert")).to_contain_text("does not answer")
        assert draft(page) == DRAFT
        page.close()


def test_another_language_is_named(page: Page) -> None:
    thai = "ตำรวจกล่าวว่าพบเด็กหญิงสองคนในแฟลตใกล้ท่าเรือเมื่อคืนวันอังคาร และกำลังสอบสวนเจ้าของอาคาร"
    write(page, thai)
    expect(page.locator("#reach")).to_have_text(
        "This reads as Thai; the guideline covers English: not checked."
    )
    expect(page.get_by_role("status")).to_have_text("Not checked.")
    expect(page.locator("#clean")).to_be_hidden()


def test_a_broken_file_is_named_by_its_own_name(page: Page, tmp_path: Path) -> None:
    """The server calls it upload.docx, so that no name reaches a log."""
    path = tmp_path / "Raid $& draft.docx"
    path.write_bytes(b"no Word file")
    page.get_by_label("Open a file").set_input_files(path)
    expect(page.get_by_role("alert")).to_contain_text("Raid $& draft.docx: ")
    expect(page.get_by_role("alert")).not_to_contain_text("pload.docx")
    wrong = tmp_path / "raid.pdf"
    wrong.write_bytes(b"%PDF")
    page.get_by_label("Open a file").set_input_files(wrong)
    expect(page.get_by_role("alert")).to_contain_text(re.compile("^raid.pdf: Only .txt"))


def test_opening_a_file_loses_no_draft(page: Page, tmp_path: Path) -> None:
    write(page, DRAFT, title="A raid")
    page.get_by_role("button", name="Dismiss here").click()
    path = tmp_path / "other.txt"
    path.write_bytes(b"Another\r\ndraft.")
    page.get_by_label("Open a file").set_input_files(path)
    expect(page.locator("#opened")).to_contain_text("other.txt")
    assert draft(page) == "Another\ndraft."
    expect(page.get_by_label("Headline")).to_have_value("")
    page.get_by_role("button", name="Bring back the draft before").click()
    assert draft(page) == DRAFT
    expect(page.get_by_label("Headline")).to_have_value("A raid")
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    expect(page.locator("#opened")).to_be_hidden()


def test_a_long_file_is_opened_at_once(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("Nobody had worked there, and the harbour was quiet.\n" * 4000, "utf-8")
    page.get_by_label("Open a file").set_input_files(path)
    expect(page.locator("#opened")).to_contain_text("long.txt")
    expect(page.get_by_role("status")).to_have_text(re.compile("^No flags"))
