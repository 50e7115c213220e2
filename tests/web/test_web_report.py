"""Suggestions by key, reasons, copying, the report and "was it right?", in a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from web_draft import DRAFT, FLAGGED, cards, draft, marked, write

pytestmark = pytest.mark.browser

LINKED = f"""# A raid

Police said that {FLAGGED} had been [found <there>](https://news.example/a?b=1&c=2).

- One & all
"""


@pytest.fixture(scope="module")
def one(browser: Browser, address: str) -> Iterator[Page]:
    """One draft page for all; nothing may break the policy."""
    context = browser.new_context(
        base_url=address, permissions=["clipboard-read", "clipboard-write"], accept_downloads=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    refused = "Failed to load resource"  # the matter of a test
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/")
    yield page
    context.close()
    assert [words for words in complaints if not words.startswith(refused)] == []


@pytest.fixture
def page(one: Page) -> Page:
    one.reload()
    return one


def settled(page: Page) -> None:
    expect(page.locator("#desk")).not_to_have_attribute("aria-busy", "true")


def test_a_suggestion_is_taken_and_given_back_with_one_key(page: Page) -> None:
    write(page, DRAFT)
    page.keyboard.press("F8")
    wordings = page.locator(".card[aria-current] button.suggestion").all_inner_texts()
    page.keyboard.press("2")
    assert draft(page) == DRAFT.replace(FLAGGED, wordings[1])
    settled(page)
    page.keyboard.press("Control+Z")
    assert draft(page) == DRAFT
    expect(page.locator(".card[aria-current]")).to_be_focused()
    page.keyboard.press("Enter")
    assert draft(page) == DRAFT.replace(FLAGGED, wordings[0])
    page.keyboard.press("Control+Z")
    expect(page.locator(".card[aria-current]")).to_be_focused()
    area = page.get_by_label("Draft", exact=True)
    area.evaluate("""(a) => {
        a.focus();
        a.setSelectionRange(a.value.indexOf("hild"), a.value.indexOf("hild"));
    }""")
    page.keyboard.press("Alt+Enter")
    assert draft(page) == DRAFT.replace(FLAGGED, wordings[0])
    expect(area).to_be_focused()  # writing goes on
    page.keyboard.press("Control+Z")
    assert draft(page) == DRAFT
    page.keyboard.press("1")  # a digit like any other
    assert "1" in draft(page)


def test_what_is_taken_is_known_through_edits_and_undo(page: Page) -> None:
    """Pure: places follow, an undo and a redo are told from other changes."""
    told = page.evaluate("""async () => {
        const { take, followTaken, takenNow } = await import("/static/taken.js");
        const steps = ["a bad word", "a good word", "So a good word", "So a bad word",
            "So a good word", "So a good word, so", "So a gold word, so"];
        let entries = take([], { rule: "r", match: "bad", field: "text", start: 2 }, "good");
        return steps.slice(2).map((after, n) => {
            entries = followTaken(entries, "text", steps[n + 1], after);
            return takenNow(entries).map(({ start, end }) => after.slice(start, end)).join();
        });
    }""")
    assert told == ["good", "", "good", "good", ""]


def test_a_reason_is_noted_kept_and_reported(page: Page, tmp_path: Path) -> None:
    page.get_by_label("Keep in this tab").check()
    write(page, LINKED.replace("A raid", "A <b>raid</b> told"))
    page.get_by_role("button", name="Check it as Markdown").click()
    expect(page.locator("#format")).to_contain_text("Checked as")
    settled(page)
    page.locator(".card").get_by_role("button", name="Dismiss here").click()
    undo = page.locator("#undo")
    own = undo.get_by_label("Reason: Dismissed")
    own.fill("Quoted </style><script>alert(1)</script>")
    own.press("Enter")
    undo.get_by_role("button", name="House style").focus()
    page.locator("#hidden-count").click()
    row = page.locator("#hidden-list li")
    expect(row).to_contain_text("Reason: Quoted </style><script>")
    page.reload()
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    page.locator("#hidden-count").click()
    expect(row).to_contain_text("Reason: Quoted </style><script>")
    row.get_by_role("button", name="Change").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second of those to pick
    expect(row).to_contain_text("Reason: A name or title")
    expect(row.get_by_role("button", name="Change")).to_be_focused()
    text = saved(page, tmp_path)
    assert "by the reporter. Reason: A name or title" in text
    assert "None." in text
    row.get_by_role("button", name="Bring back").click()
    page.keyboard.press("Enter")
    settled(page)
    text = saved(page, tmp_path)
    assert re.search(f"“{FLAGGED}” → “.+” .child-prostitute.", text)
    page.get_by_label("Keep in this tab").uncheck()


def saved(page: Page, folder: Path) -> str:
    """The text of the report as another page shows the file; nothing in it runs."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save a report").click()
    assert re.fullmatch(r"draft-check-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename)
    path = folder / "report.html"
    download.value.save_as(path)
    other = page.context.new_page()
    other.goto(path.as_uri())
    assert other.locator("script, iframe, img").count() == 0
    text = other.locator("body").inner_text()
    other.close()
    return text


def test_the_report_is_printed_and_says_all_there_is(page: Page, address: str) -> None:
    def more(route: Route) -> None:
        said = route.fetch()
        document = said.json()
        [finding] = document["findings"]
        document["ignored"] = [{**finding, "match": "<i>slave</i>", "reason": "a <q>"}]
        document["unchecked"] = [{"start": 0, "end": 6, "kind": "sign-off"}]
        document["ignore_problems"] = [{"line": 3, "message": "no rule 'x'"}]
        route.fulfill(response=said, json=document)

    page.route("**/v1/check", more)
    write(page, DRAFT, title="<b>A title</b>")
    expect(page.locator("#unchecked")).to_have_text("Not checked: sign-off. Line 3: no rule 'x'.")
    assert marked(page) == [FLAGGED]
    quiet = "() => [...CSS.highlights.get('unchecked')].map(String)"
    assert page.evaluate(quiet) == [DRAFT[:6]]
    expect(page.locator("#hidden-list li")).to_contain_text("By a comment in the draft: a <q>")
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    report = page.locator("body > .report")
    expect(report).to_be_visible()
    expect(page.locator("#main")).to_be_hidden()
    expect(report.locator("mark + sup")).to_have_text("[1]")
    expect(report.locator("mark")).to_have_text(FLAGGED)
    expect(report).to_contain_text("<b>A title</b>")
    expect(report).to_contain_text("“<i>slave</i>” (child-prostitute), by a comment in the draft. ")
    expect(report).to_contain_text(re.compile(r"Guideline\s*thb-en@[\d.]+\+"))
    expect(report.locator(".sources a").first).to_have_attribute("href", re.compile("^https?://"))
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(report).to_have_count(0)
    page.emulate_media(media="screen")
    page.unroute("**/v1/check")


def test_the_text_is_copied_with_its_links(page: Page) -> None:
    page.get_by_label("Draft", exact=True).fill(LINKED)
    page.get_by_role("button", name="Check it as Markdown").click()
    copy = page.get_by_role("button", name="Copy the text")
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#copy")).to_have_text("Copied")
    forms = page.evaluate("""async () => {
        const [item] = await navigator.clipboard.read();
        const text = async (type) => (await item.getType(type)).text();
        return [await text("text/plain"), await text("text/html")];
    }""")
    assert forms[0] == LINKED
    assert '<a href="https://news.example/a?b=1&amp;c=2">found &lt;there&gt;</a>' in forms[1]
    assert "<h1>A raid</h1>" in forms[1]
    html = page.evaluate(
        """async () => {
            const { clipboardForms } = await import("/static/copying.js");
            const of = (text, format, title = "") => clipboardForms({ title, text }, format).html;
            return [of("a <b>\\n\\nc\\nd", "", "T & <t>"), of("<p>x", "html"),
                of("[x](javascript:alert(1)) **b *i*** `c<` \\\\*d\\n\\n1. x\\n   - y", "md")];
        }"""
    )
    plain, own, marks = (part.removeprefix('<meta charset="utf-8">') for part in html)
    assert plain == "<h1>T &#38; &#60;t&#62;</h1>\n<p>a &#60;b&#62;</p>\n<p>c<br>\nd</p>"
    assert own == "<p>x"
    assert "javascript" not in marks
    assert "<strong>b <em>i</em></strong> <code>c&#60;</code> *d" in marks


def test_whether_a_flag_was_right_is_asked_only_where_wanted(page: Page) -> None:
    told: list[Request] = []

    def take(route: Route) -> None:
        told.append(route.request)
        route.fulfill(status=200 if len(told) > 1 else 503, json={})

    page.route("**/v1/rules/*/feedback", take)
    write(page, DRAFT)
    asked = page.get_by_role("group", name="Was this flag right?")
    expect(asked).to_have_count(0)
    page.get_by_label("Ask me whether flags are right").check()
    asked.get_by_role("button", name="It was wrong").click()
    expect(asked).to_have_text("Your answer could not be sent.")
    page.get_by_label("Ask me whether flags are right").uncheck()
    page.get_by_label("Ask me whether flags are right").check()
    asked.get_by_role("button", name="It was wrong").press("Enter")
    expect(asked).to_have_text("You said that it was wrong.")
    assert told[1].url.endswith("/v1/rules/child-prostitute/feedback")
    said = json.loads(told[1].post_data or "")
    assert said.pop("guideline").startswith("thb-en@")
    assert said == {"right": False, "severity": "error", "client": "page"}
    assert cards(page) == [FLAGGED]
    page.unroute("**/v1/rules/*/feedback")
