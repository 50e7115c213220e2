"""The draft page in a real browser."""

import re
import time
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Browser, Page, expect

import serving
from monitor.config import CheckSettings, Settings
from monitor.core import Monitor

pytestmark = pytest.mark.browser

FLAGGED = "child prostitutes"
DRAFT = f"🌊 Waves 🏖️ — שלום עליכם. Police said the two {FLAGGED} were found. مرحبا"
LONG = """Girls freed from locked flat

Police said the two child prostitutes, 14 and 16, were found in a flat near the harbour.

Prosecutors charged a man of 41 with human trafficking. They say that he promised the girls work in
a restaurant, took their passports at the airport and told them that they owed him 9,000 for the
journey. For seven months they were locked in at night and driven to clients by day.

The man denies all charges. His lawyer said that he had only rented out the rooms. A hearing is set
for next Thursday at the district court, where the girls will be heard by video from another room.

The council said that two places in a shelter had been found for them, and that the child
prostitutes would be looked after by a guardian until their families had been traced. A spokeswoman
said that eleven cases of this kind had been counted in the county since January, after seven in
the whole of last year, and that most of them had come to light through neighbours.
"""


def write(page: Page, text: str, *, title: str = "") -> None:
    """Put a draft in, ask for the check, and wait for its answer."""
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Draft", exact=True).fill(text)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("flag|Not checked", re.IGNORECASE))


def paste(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.get_by_label("Draft", exact=True).click()
    page.keyboard.press("Control+V")


def marked(page: Page, severity: str = "error") -> list[str]:
    """Return the words that are highlighted."""
    words: list[str] = page.evaluate(
        "(name) => [...(CSS.highlights.get(name) ?? [])].map(String)", f"flag-{severity}"
    )
    return words


def draft(page: Page) -> str:
    return page.get_by_label("Draft", exact=True).input_value()


def cards(page: Page) -> list[str]:
    return page.locator(".card .match").all_inner_texts()


def test_it_says_that_the_draft_goes_nowhere(page: Page) -> None:
    expect(page.get_by_text("not stored and not logged")).to_be_visible()


def test_pasted_words_are_flagged_where_they_stand(page: Page) -> None:
    """Without a click: the check comes by itself after a pause."""
    paste(page, DRAFT)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    assert marked(page) == [FLAGGED]
    assert cards(page) == [FLAGGED]
    card = page.locator(".card")
    expect(card).to_contain_text("Error", ignore_case=True)
    expect(card.get_by_role("button", name=re.compile("^Replace with"))).not_to_have_count(0)
    card.locator("summary").click()
    links = card.locator("details a[target=_blank]")
    expect(links.first).to_be_visible()
    for link in links.all():
        assert re.match("https?://|/rules/", link.get_attribute("href") or "")


def test_marks_lie_under_the_words_at_any_width(page: Page) -> None:
    """The textarea wraps as its mirror does: else one of them would be higher."""
    write(page, (DRAFT + " " + "long-hyphenated-words and 漢字漢字 of all kinds " * 3) * 12)
    for width in (360, 700, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        heights = page.evaluate("""() => {
            const area = document.querySelector("#text"), mirror = area.previousElementSibling;
            area.style.height = "0";
            const needed = area.scrollHeight;
            area.style.height = "";
            return [needed, mirror.getBoundingClientRect().height, area.clientHeight];
        }""")
        needed, mirror, shown = heights
        assert shown >= needed, width
        range_end = page.evaluate("""() => {
            const mirror = document.querySelector("#text").previousElementSibling;
            const range = document.createRange();
            range.selectNodeContents(mirror);
            return range.getBoundingClientRect().height;
        }""")
        assert abs(range_end - needed) < 20, (width, range_end, needed, mirror)


def test_a_headline_is_checked_too(page: Page) -> None:
    write(page, "Nothing to see here.", title="Two child prostitutes found")
    assert marked(page) == [FLAGGED]
    expect(page.locator(".card .note")).to_have_text("in the headline")


def test_repeats_are_one_card_with_a_count(page: Page) -> None:
    write(page, LONG)
    assert len(marked(page)) == 2
    card = page.locator(".card", has=page.get_by_text("2 places"))
    expect(card).to_have_count(1)
    card.get_by_role("button", name="Next place").click()
    second = LONG.index(FLAGGED.split(maxsplit=1)[0], LONG.index(FLAGGED) + 1)
    page.keyboard.press("Escape")
    start = page.evaluate("() => document.querySelector('#text').selectionStart")
    assert start == second


def test_the_flags_can_be_walked_with_keys_alone(page: Page) -> None:
    write(page, LONG)
    total = page.locator(".card").count()
    assert total >= 1
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("F8")
    expect(page.locator(".card[aria-current]")).to_be_focused()
    expect(page.locator("#announce")).to_have_text(re.compile(r"Flag 1 of \d+, .*: "))
    page.keyboard.press("F8")
    expect(page.locator("#announce")).to_have_text(re.compile(r"Flag 2 of "))
    page.keyboard.press("Shift+F8")
    expect(page.locator("#announce")).to_have_text(re.compile(r"Flag 1 of "))
    page.keyboard.press("Shift+F8")  # round to the last
    expect(page.locator("#announce")).to_have_text(re.compile(r"Flag (\d+) of \1,"))
    page.keyboard.press("F8")
    current = page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])")
    page.keyboard.press("Escape")
    area = page.get_by_label("Draft", exact=True)
    expect(area).to_be_focused()
    selected = area.evaluate("(a) => a.value.slice(a.selectionStart, a.selectionEnd)")
    assert selected == current


def test_a_suggestion_is_applied_and_can_be_undone(page: Page) -> None:
    write(page, DRAFT)
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("F8")
    button = page.locator(".card").get_by_role("button", name=re.compile("^Replace with")).first
    wording = button.inner_text()
    button.focus()
    page.keyboard.press("Enter")
    assert draft(page) == DRAFT.replace(FLAGGED, wording)
    expect(page.get_by_role("status")).to_have_text("No flags.")
    assert marked(page) == []
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("Control+Z")
    assert draft(page) == DRAFT
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))


def test_focus_stays_among_the_flags_after_a_suggestion(page: Page) -> None:
    write(page, LONG)
    page.keyboard.press("F8")
    page.locator(".card[aria-current] button.suggestion").first.click()
    expect(page.locator("#flags :focus, #flags:focus")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text(re.compile("flag"))
    expect(page.locator("#flags :focus, #flags:focus")).to_have_count(1)


def test_marks_follow_their_words_while_one_types(page: Page) -> None:
    write(page, LONG)
    area = page.get_by_label("Draft", exact=True)
    area.evaluate("(a) => { a.focus(); a.setSelectionRange(0, 0); }")
    page.keyboard.insert_text("🌊 New: ")
    assert marked(page) == [FLAGGED, FLAGGED.replace(" ", "\n")]


def test_an_edit_inside_a_flag_takes_its_mark_away(page: Page) -> None:
    write(page, DRAFT)
    area = page.get_by_label("Draft", exact=True)
    area.evaluate(
        "(a, at) => { a.focus(); a.setSelectionRange(at, at); }", DRAFT.index("prost") + 9
    )
    page.keyboard.insert_text("x")
    assert marked(page) == []
    assert cards(page) == []


def test_hovering_a_word_shows_why(page: Page) -> None:
    write(page, DRAFT)
    x, y = page.evaluate("""() => {
        const box = [...CSS.highlights.get("flag-error")][0].getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
    }""")
    page.mouse.move(x, y)
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    tip.hover()  # it can be hovered itself
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_the_caret_in_a_word_shows_why(page: Page) -> None:
    write(page, DRAFT)
    area = page.get_by_label("Draft", exact=True)
    area.evaluate("(a, at) => { a.focus(); a.setSelectionRange(at, at); }", DRAFT.index("hild"))
    page.keyboard.press("ArrowRight")
    tip = page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(area).to_be_focused()


def test_severities_can_be_left_out(page: Page) -> None:
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("flags in"))
    before = page.locator(".card").count()
    errors = page.locator(".card.error").count()
    assert 0 < errors < before
    page.get_by_role("group", name="Show by severity").get_by_role("button", name="error").click()
    expect(page.locator(".card.error")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(before - errors)
    assert marked(page) == []


def test_the_whole_draft_has_a_scorecard(page: Page) -> None:
    write(page, LONG)
    region = page.get_by_role("region", name="The draft as a whole")
    expect(region).to_be_visible()
    expect(region.locator("li").first).to_contain_text(re.compile("missing|present|not judged"))
    for place in region.locator(".evidence").all():
        place.click()
        assert page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])")


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
    document.add_heading("Two child prostitutes found", 0)
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
    assert draft(page) == DRAFT


def test_an_empty_draft_is_not_sent(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text("Nothing checked yet.")


def test_what_the_server_refuses_is_said_in_words(page: Page) -> None:
    page.get_by_label("Draft", exact=True).evaluate(
        "(a) => { a.value = 'half a pair \\ud800'; a.dispatchEvent(new InputEvent('input')); }"
    )
    expect(page.get_by_role("alert")).to_contain_text("surrogate")
    write(page, DRAFT)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_clear_can_be_undone(page: Page) -> None:
    write(page, DRAFT)
    page.get_by_role("button", name="Clear").click()
    assert draft(page) == ""
    assert marked(page) == []
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("Control+Z")
    assert draft(page) == DRAFT


def test_ten_thousand_words(page: Page) -> None:
    text = "\n\n".join(f"{n} {LONG}" for n in range(62))
    assert len(text.split()) > 10_000
    page.get_by_label("Draft", exact=True).fill(text)
    expect(page.get_by_role("status")).to_have_text(re.compile("flags in"), timeout=60_000)
    assert len(marked(page)) == 124
    started = time.perf_counter()
    page.get_by_label("Draft", exact=True).press("End")
    page.keyboard.insert_text("x")
    assert len(marked(page)) == 124
    assert time.perf_counter() - started < 2


def test_the_first_tab_skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the flags")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#flags")).to_be_focused()


def test_nothing_goes_into_the_browsers_storage(page: Page) -> None:
    write(page, DRAFT)
    kept = page.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )
    assert kept == [0, 0, "", 0, 0]


def test_a_draft_over_the_limit_is_not_sent(browser: Browser, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, check=CheckSettings(max_chars=100))
    with Monitor(settings) as monitor, serving.serve(monitor) as address:
        page = browser.new_page(base_url=address)
        page.goto("/")
        page.get_by_label("Draft", exact=True).fill("🌊" * 101)
        expect(page.get_by_role("alert")).to_have_text(re.compile("101 characters.*limit is 100"))
        page.get_by_label("Draft", exact=True).fill("🌊" * 100)
        expect(page.get_by_role("alert")).to_be_hidden()
        expect(page.get_by_role("status")).to_have_text("No flags.")
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


def test_findings_move_with_edits_whatever_the_edit(page: Page) -> None:
    """Seeded random edits: a finding that stays is still on the same characters."""
    wrong = page.evaluate("""async () => {
        const { shift } = await import("/static/findings.js");
        let seed = 7;
        const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
        const letters = ["a", "b", "🌊", "\\n", "ש"];
        const word = (n) => Array.from({ length: n }, () => letters[random(5)]).join("");
        const wrong = [];
        for (let round = 0; round < 3000; round += 1) {
            const before = word(30);
            const at = random(before.length), cut = random(4);
            const after = before.slice(0, at) + word(random(4)) + before.slice(at + cut);
            const findings = Array.from({ length: 5 }, (_, id) => {
                const start = random(before.length - 1), end = start + 1 + random(4);
                return { id, field: "text", start, end: Math.min(end, before.length) };
            });
            for (const moved of shift(findings, "text", before, after)) {
                const old = findings[moved.id];
                const words = before.slice(old.start, old.end);
                const now = after.slice(moved.start, moved.end);
                if (words !== now) wrong.push([before, after, old, moved]);
            }
        }
        return wrong;
    }""")
    assert wrong == []


def test_a_suggestion_has_the_case_of_its_own_place(page: Page) -> None:
    write(page, "Two child prostitutes were found.", title="Child prostitutes found")
    card = page.locator(".card")
    expect(card.locator(".suggestion").nth(1)).to_have_text(re.compile("^[A-Z]"))
    card.get_by_role("button", name="Next place").click()
    expect(card.locator(".match")).to_have_text("child prostitutes")
    wording = card.locator("button.suggestion").first.inner_text()
    assert wording[0].islower()
    card.locator("button.suggestion").first.click()
    assert draft(page) == f"Two {wording} were found."
    expect(page.get_by_label("Headline")).to_have_value("Child prostitutes found")


def test_another_language_is_named(page: Page) -> None:
    thai = "ตำรวจกล่าวว่าพบเด็กหญิงสองคนในแฟลตใกล้ท่าเรือเมื่อคืนวันอังคาร และกำลังสอบสวนเจ้าของอาคาร"
    write(page, thai)
    expect(page.get_by_text("This reads as Thai. The guideline covers English")).to_be_visible()
