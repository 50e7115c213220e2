"""The draft page in a real browser: flags, cards, keys, suggestions."""

import re
import threading
import time

import anyio.to_thread
import pytest
from playwright.sync_api import Browser, Page, Route, expect
from starlette.types import ASGIApp, Receive, Scope, Send

import serving
from monitor.app import Monitor
from monitor.web.server import create_app
from web_draft import DRAFT, FLAGGED, LONG, cards, draft, marked, paste, write

pytestmark = pytest.mark.browser

WALKED = """Police said that child prostitutes had worked in a flat near the harbour.

It rained all day. The voiceless girls were locked in at night, officers told the court.

A man was charged with trafficking. He had sold them as sex slaves, a prosecutor said."""


def test_it_says_that_the_draft_goes_nowhere(page: Page) -> None:
    expect(page.get_by_text("not stored and not logged")).to_be_visible()


def test_pasted_words_are_flagged_where_they_stand(page: Page) -> None:
    """Without a click: the check comes by itself after a pause."""
    paste(page, DRAFT)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    assert marked(page) == [FLAGGED]
    assert cards(page) == [FLAGGED]
    expect(page.locator("#filters")).to_be_hidden()
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


def test_a_country_brings_its_law_and_is_kept_nowhere(page: Page) -> None:
    page.get_by_label("Country").select_option("GH")
    write(page, "The girl, Maria Lopes, 14, was trafficked and found locked in the bar.")
    card = page.locator(".card", has=page.get_by_text("Maria Lopes", exact=True))
    card.locator("summary").click()
    expect(card).to_contain_text("Children's Act, 1998 (Act 560)")
    page.get_by_label("Country").focus()
    page.keyboard.press("Home")  # by key: the first one is no country
    expect(page.locator(".card").first).not_to_contain_text("Act 560")
    page.get_by_label("Country").select_option("GB")
    expect(page.locator(".card").first).to_contain_text("United Kingdom")
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    page.reload()
    expect(page.get_by_label("Country")).to_have_value("")


def test_that_a_country_s_law_is_not_held_is_said(page: Page) -> None:
    note = page.locator("#country-note")
    expect(note).to_be_hidden()
    page.get_by_label("Country").select_option("NG")  # before anything is written
    expect(note).to_have_text("We do not hold this country's law.")
    expect(page.locator("#announce")).to_have_text("We do not hold this country's law.")
    write(page, "The girl, Maria Lopes, 14, was trafficked and found locked in the bar.")
    expect(note).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a report").click()
    report = saved.value.path().read_text(encoding="utf-8")
    assert "Nigeria. We do not hold this country's law." in report
    page.get_by_label("Country").select_option("GH")
    expect(note).to_be_hidden()


def test_a_headline_is_checked_too(page: Page) -> None:
    write(page, "Nothing to see here.", title="The child prostitutes of the harbour")
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
    expect(page.get_by_role("status")).to_have_text(re.compile("^No flags"))
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


def test_a_click_on_a_severity_shows_its_flags_and_another_shows_all(page: Page) -> None:
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("flags in"))
    group = page.get_by_role("group", name="Which flags to show")
    every, error = (
        group.get_by_role("button", name="All"),
        group.get_by_role("button", name="error"),
    )
    total, errors = page.locator(".card").count(), page.locator(".card.error").count()
    assert 0 < errors < total
    expect(every).to_have_attribute("aria-pressed", "true")
    error.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(errors)
    expect(page.locator(".card.error")).to_have_count(errors)
    expect(error).to_be_focused()
    expect(error).to_have_attribute("aria-pressed", "true")
    expect(every).to_have_attribute("aria-pressed", "false")
    assert marked(page, "suggestion") == []
    count = error.inner_text().split()[-1]
    expect(page.locator("#position")).to_have_text(re.compile(f"^{count} flags?$"))
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_have_count(total)
    error.click()
    every.click()
    expect(page.locator(".card")).to_have_count(total)


def test_a_card_shows_the_sentence_of_the_place_that_it_stands_for(page: Page) -> None:
    write(page, LONG, title="Girls found")
    card = page.locator(".card", has=page.get_by_text("2 places"))
    sentence = card.locator(".sentence")
    expect(sentence).to_have_text(
        "Police said that child prostitutes, 14 and 16, had worked in a flat near the harbour."
    )
    expect(sentence.locator("b")).to_have_text(FLAGGED)
    card.get_by_role("button", name="Next place").click()
    expect(sentence).to_contain_text("The council said that two places")
    expect(sentence).to_contain_text("until their families had been traced.")


def test_keys_go_on_from_the_caret(page: Page) -> None:
    """In the text, whatever the order of the cards."""
    write(page, WALKED, title="Child prostitutes found")
    area = page.get_by_label("Draft", exact=True)
    position = page.locator("#position")

    def caret(at: int) -> None:
        area.evaluate("(a, at) => { a.focus(); a.setSelectionRange(at, at); }", at)

    def current() -> str:
        return str(page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])"))

    caret(WALKED.index("It rained"))
    page.keyboard.press("F8")
    expect(page.locator(".card[aria-current]")).to_be_focused()
    assert current() == "The voiceless"
    page.keyboard.press("F8")
    assert current() == "sex slaves"
    page.keyboard.press("Escape")  # her words are selected: on from there
    page.keyboard.press("Shift+F8")
    assert current() == "The voiceless"
    page.keyboard.press("Shift+F8")
    assert current() == "child prostitutes"
    expect(position).to_have_text(re.compile("^2 of "))
    caret(0)
    page.keyboard.press("Shift+F8")
    assert current() == "Child prostitutes"
    caret(len(WALKED))
    page.get_by_role("button", name="Next ›").click()
    expect(position).to_have_text(re.compile("^1 of "))


def test_what_others_say_is_counted_and_shown_where_it_stands(page: Page) -> None:
    write(page, f"{DRAFT} “She was a sex slave,” a bystander said.")
    said = page.locator("#silenced")
    expect(said.locator("summary")).to_have_text("1 wording in what others say left alone")
    assert FLAGGED in marked(page)
    said.locator("summary").click()
    said.get_by_role("button", name="sex slave").click()
    current = page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])")
    assert "sex slave" in current
    write(page, DRAFT)
    expect(said).to_be_hidden()


def test_the_whole_draft_has_a_scorecard(page: Page) -> None:
    write(page, LONG)
    region = page.get_by_role("region", name="The draft as a whole")
    expect(region).to_be_visible()
    states = re.compile("needs attention|in order|not judged")
    expect(region.locator("li").first).to_contain_text(states)
    for place in region.locator(".evidence").all():
        place.click()
        assert page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])")


def test_a_headline_that_is_flagged_is_not_asked_about_again(page: Page) -> None:
    write(page, LONG, title="Shocking horror: girl slave sold in hell hotel")
    flags, whole = page.locator("#cards"), page.locator("#scorecard")
    expect(flags).to_contain_text("The headline shocks")
    expect(whole).to_be_visible()
    expect(whole.locator(".missing", has_text="Tone of the headline")).to_have_count(0)


def every_mark(page: Page) -> list[str]:
    """Marks of the wording at any severity: by its window, some are doubted."""
    words = [word for name in ("error", "suggestion") for word in marked(page, name)]
    return [word for word in words if " ".join(word.split()) == FLAGGED]


def test_ten_thousand_words(page: Page) -> None:
    text = "\n\n".join(f"{n} {LONG}" for n in range(62))
    assert len(text.split()) > 10_000
    page.get_by_label("Draft", exact=True).fill(text, timeout=60_000)
    expect(page.get_by_role("status")).to_have_text(re.compile("flags in"), timeout=60_000)
    assert len(every_mark(page)) == 124
    # the server checks them all again: what the next test asks would wait behind it
    with page.expect_response(re.compile(r"/v1/check\b"), timeout=60_000):
        started = time.perf_counter()
        page.get_by_label("Draft", exact=True).press("End")
        page.keyboard.insert_text("x")
        assert len(every_mark(page)) == 124
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
    write(page, "Some child prostitutes had worked there.", title="Child prostitutes in the bar")
    card = page.locator(".card")
    expect(card.locator(".suggestion").nth(1)).to_have_text(re.compile("^[A-Z]"))
    card.get_by_role("button", name="Next place").click()
    expect(card.locator(".match")).to_have_text("child prostitutes")
    wording = card.locator("button.suggestion").first.inner_text()
    assert wording[0].islower()
    card.locator("button.suggestion").first.click()
    assert draft(page) == f"Some {wording} had worked there."
    expect(page.get_by_label("Headline")).to_have_value("Child prostitutes in the bar")


def test_a_late_answer_is_not_shown_on_another_draft(page: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/check", hold_the_first)
    area = page.get_by_label("Draft", exact=True)
    with page.expect_request("**/v1/check"):
        area.fill(DRAFT)
        page.get_by_role("button", name="Check now").click()
    area.evaluate("(a) => { a.focus(); a.setSelectionRange(0, 0); }")
    page.keyboard.insert_text("Something longer than before. ")
    held[0].continue_()
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    assert marked(page) == [FLAGGED]


def test_a_late_answer_never_overwrites_a_newer_one(browser: Browser, desk: Monitor) -> None:
    """A server that holds back its first answer, and a browser that does not give it up."""
    first = threading.Event()
    asked: list[str] = []

    def slow(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path") == "/v1/check":
                asked.append(scope["path"])
                if len(asked) == 1:
                    await anyio.to_thread.run_sync(first.wait)
            await app(scope, receive, send)

        return answer

    app = slow(create_app(desk, hosts=("127.0.0.1",)))
    with serving.serve(desk, app=app) as address:
        page = browser.new_page(base_url=address)
        page.add_init_script(
            "const { fetch } = window;"
            "window.fetch = (url, options) => fetch(url, { ...options, signal: undefined });"
        )
        page.goto("/")
        area = page.get_by_label("Draft", exact=True)
        with page.expect_request("**/v1/check"):
            area.fill("The girls were sex slaves.")
            page.get_by_role("button", name="Check now").click()
        area.fill(DRAFT)
        expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
        assert cards(page) == [FLAGGED]
        with page.expect_response("**/v1/check"):
            first.set()
        page.wait_for_timeout(100)
        assert cards(page) == [FLAGGED]
        assert marked(page) == [FLAGGED]
        assert len(asked) == 2
        page.close()
