"""The draft page gives a Word file back with comments."""

from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

import people_draft
from web_draft import DRAFT, FLAGGED
from word_reading import around, ours, text_of

pytestmark = pytest.mark.browser
BUTTON = "Download it with comments"


def test_a_word_file_is_downloaded_with_comments(page: Page, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(DRAFT)
    document.save(str(tmp_path / "My draft.docx"))
    page.get_by_label("Open a file").set_input_files(tmp_path / "My draft.docx")
    with page.expect_download() as waiting:
        page.get_by_role("button", name=BUTTON).click()
    assert waiting.value.suggested_filename == "My draft-reviewed.docx"
    data = Path(waiting.value.path()).read_bytes()
    assert text_of(data) == DRAFT
    assert FLAGGED in [around(data)[key] for key in ours(data)]
    expect(page.get_by_role("alert")).to_be_hidden()


def test_what_was_said_of_people_goes_into_the_comments(page: Page, tmp_path: Path) -> None:
    document = docx.Document()
    for paragraph in people_draft.DRAFT.strip().split("\n\n"):
        document.add_paragraph(paragraph)
    document.save(str(tmp_path / "six.docx"))
    page.get_by_label("Open a file").set_input_files(tmp_path / "six.docx")
    named = page.locator(".card", has=page.get_by_text("Yaw Mensima", exact=True))
    named.first.get_by_role("button", name="in “People in this draft”").click()

    def commented() -> set[str]:
        with page.expect_download() as waiting:
            page.get_by_role("button", name=BUTTON).click()
        data = Path(waiting.value.path()).read_bytes()
        return {around(data)[key] for key in ours(data)}

    assert "Yaw Mensima" in commented()
    page.keyboard.press("Alt+p")
    page.keyboard.press("o")
    expect(named).to_have_count(0)
    assert "Yaw Mensima" not in commented()
    page.get_by_label("Draft", exact=True).press("End")
    page.keyboard.type(" Now.")
    assert "Yaw Mensima" in commented()
    expect(page.locator("#announce")).to_contain_text("without your answers")


def test_only_word_files_are_given_back(page: Page, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text(DRAFT)
    page.get_by_label("Open a file").set_input_files(tmp_path / "draft.txt")
    expect(page.locator("#opened")).to_contain_text("draft.txt")
    expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
