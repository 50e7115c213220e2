"""Flags in a real browser: one card for one problem, dismissing, ignoring, source text, waiting."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from web_draft import DRAFT, FLAGGED, LONG, cards, draft, marked, write

pytestmark = pytest.mark.browser

SOBBING = "Sobbing uncontrollably, the women told the court how they were trafficked."
PHRASE = "Sobbing uncontrollably"
MARKDOWN = """# A raid

The men sold two **child** prostitutes 🌊 and hid [child prostitutes](https://example.org/x).
"""
HTML = """<h1>A raid</h1>
<p>The men sold two
<b>child</b> prostitutes &amp; hid <a href="/x">child prostitutes</a> in a flat.</p>
"""


def card_of(page: Page, words: str) -> Locator:
    pattern = re.compile(words.replace(" ", r"\s+"), re.IGNORECASE)
    return page.locator(".card", has=page.locator(".match", has_text=pattern))


def problems(page: Page, findings: list[dict[str, Any]], text: str) -> list[str]:
    """The words of the problems that findings in `text` make, each rule with its words."""
    result: list[str] = page.evaluate(
        """async ([findings, text]) => {
            const { problemsOf } = await import("/static/findings.js");
            const made = findings.map(([rule, match, suggestions], id) => ({
                id, rule, match, suggestions, severity: "warning", field: "text",
                start: text.indexOf(match), end: text.indexOf(match) + match.length }));
            made.sort((a, b) => a.start - b.start || a.end - b.end);
            return problemsOf(made, { title: "", text }).map(({ words }) => words);
        }""",
        [findings, text],
    )
    return result


def test_one_problem_is_one_card(page: Page) -> None:
    write(page, SOBBING)
    assert cards(page) == [PHRASE]
    assert marked(page, "suggestion") == PHRASE.split()
    expect(page.get_by_role("status")).to_have_text(re.compile("^1 flag in"))
    page.keyboard.press("F8")
    expect(page.locator("#position")).to_have_text("1 of 1")
    current = page.evaluate("() => String([...CSS.highlights.get('flag-current')][0])")
    assert current == PHRASE


def test_a_card_names_each_rule_that_it_stands_for(page: Page) -> None:
    write(page, "Dozens of migrants ended up as slaves on citrus farms.")
    card = card_of(page, "ended up as slaves")
    expect(card).to_have_count(1)
    expect(card.locator(".rule-name")).to_have_count(2)
    expect(
        card.get_by_role("button", name=re.compile("^Ignore “.*” in this draft$"))
    ).to_have_count(2)


def test_replacements_of_one_word_say_which(page: Page) -> None:
    write(page, "Rescuers rescued nine women whom traffickers had sold for sex.")
    expect(card_of(page, "Rescuers rescued")).to_contain_text("Write instead of “rescued”")


def test_a_wording_that_would_hide_another_flag_is_not_offered(page: Page) -> None:
    write(page, "Police freed the slaves and rescued the victims of trafficking.")
    card = card_of(page, "slaves")
    expect(card).not_to_contain_text("Write instead")
    card.get_by_text("Why, and on whose word").click()
    expect(card).to_contain_text("has found")


@pytest.mark.parametrize(
    ("text", "findings", "expected"),
    [
        ("the voiceless sex slaves", [("a", "voiceless", []), ("b", "sex slaves", ["x"])],
         ["voiceless sex slaves"]),
        ("child-bride ring", [("a", "child", []), ("b", "bride", [])], ["child-bride"]),
        ("sobbing and then shaking", [("a", "sobbing", []), ("a", "shaking", [])],
         ["sobbing and then shaking"]),
        ("sobbing and then shaking", [("a", "sobbing", []), ("b", "shaking", [])],
         ["sobbing", "shaking"]),
        ("illegals and aliens", [("a", "illegals", ["x"]), ("a", "aliens", ["y"])],
         ["illegals", "aliens"]),
        ("sobbing. Shaking", [("a", "sobbing", []), ("a", "Shaking", [])], ["sobbing", "Shaking"]),
        ("sobbing\n\nShaking", [("a", "sobbing", []), ("a", "Shaking", [])],
         ["sobbing", "Shaking"]),
        ("one two three four five six seven eight nine",
         [("a", "one two three four five six seven eight nine", []), ("b", "three", [])],
         ["one two three four five six seven eight nine", "three"]),
    ],
)  # fmt: skip
def test_what_is_joined_and_what_is_not(
    page: Page, text: str, findings: list[Any], expected: list[str]
) -> None:
    assert problems(page, findings, text) == expected


def test_a_flag_is_dismissed_and_brought_back(page: Page) -> None:
    write(page, LONG)
    total = page.locator(".card").count()
    card = card_of(page, "child prostitutes")
    expect(card.locator(".places")).to_have_text("2 places")
    card.get_by_role("button", name="Dismiss here: “child").click()
    expect(card.locator(".places")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text(re.compile("1 hidden"))
    assert len(marked(page)) == 1
    expect(page.locator("#flags :focus")).to_have_count(1)
    page.locator("#undo").get_by_role("button", name="Undo", exact=True).click()
    assert len(marked(page)) == 2
    expect(page.locator(".card[aria-current]")).to_be_focused()
    expect(page.locator("#undo")).to_be_hidden()
    expect(page.locator("#hidden")).to_be_hidden()
    assert page.locator(".card").count() == total


def test_what_is_dismissed_follows_its_words(page: Page) -> None:
    """Through edits before and beside it, checks, and a change of the words that is undone."""
    write(page, DRAFT)
    page.get_by_role("button", name="Dismiss here").click()
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    expect(page.locator("#clean")).to_be_hidden()
    area = page.get_by_label("Draft", exact=True)

    def type_at(at: int, words: str) -> None:
        area.evaluate("(a, at) => { a.focus(); a.setSelectionRange(at, at); }", at)
        page.keyboard.insert_text(words)
        page.get_by_role("button", name="Check now").click()
        expect(page.locator("#desk")).not_to_have_attribute("aria-busy", "true")

    def start() -> int:
        value: int = area.evaluate("(a) => a.value.indexOf('child prost')")
        return value

    type_at(0, "🌊 Earlier: ")
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    type_at(start(), "the two ")
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    type_at(start() + 3, "x")  # other words
    expect(page.get_by_role("status")).not_to_contain_text("hidden")
    page.keyboard.press("Control+Z")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text("No flags left, 1 hidden.")
    type_at(0, "More child prostitutes, he said. ")  # the same words elsewhere are a flag
    expect(page.get_by_role("status")).to_have_text(re.compile("^1 flag in .*, 1 hidden"))
    assert marked(page) == [FLAGGED]


def test_a_rule_is_ignored_in_this_draft(page: Page) -> None:
    write(page, LONG, title="The child prostitutes of the harbour")
    card_of(page, "child prostitutes").get_by_role(
        "button", name=re.compile("^Ignore this rule in this draft: 'Child")
    ).click()
    assert marked(page) == []
    expect(page.get_by_role("status")).to_have_text(re.compile("3 hidden"))
    area = page.get_by_label("Draft", exact=True)
    area.press("Control+End")
    page.keyboard.insert_text("More child prostitutes came.")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("4 hidden"))
    page.locator("#hidden-count").click()
    hidden = page.locator("#hidden-list li")
    expect(hidden).to_have_text(re.compile("Rule: .*4 flags"))
    hidden.get_by_role("button", name="Bring back").click()
    assert len(marked(page)) == 4
    expect(page.locator(".card[aria-current]")).to_be_focused()


def test_flags_are_set_aside_and_brought_back_with_keys_alone(page: Page) -> None:
    page.get_by_role("button", name="Try an example").click()
    expect(page.locator(".card").first).to_be_visible()
    words = cards(page)
    page.keyboard.press("F8")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.textContent") == "Dismiss here":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".card[aria-current]")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text(f"Dismissed “{words[0]}”")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".card[aria-current] .match")).to_have_text(words[0])
    page.keyboard.press("Escape")
    expect(page.get_by_label("Headline")).to_be_focused()


def test_another_draft_begins_with_nothing_set_aside(page: Page) -> None:
    write(page, DRAFT)
    page.get_by_role("button", name="Dismiss here").click()
    page.get_by_role("button", name="Try an example").click()
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"flags in \d+ words(, \d+ less sure)?\.$")
    )
    expect(page.locator("#hidden")).to_be_hidden()


def test_at_phone_width_count_and_way_stay_in_sight(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    walk = page.get_by_role("group", name="Walk through the flags")
    expect(walk).to_be_hidden()  # nothing to walk through yet
    page.get_by_role("button", name="Try an example").click()
    expect(page.locator("#position")).to_have_text(re.compile(r"^\d+ flags$"))
    height = page.evaluate("() => document.documentElement.scrollHeight")
    for top in (0, height // 2, height):
        page.evaluate("(top) => scrollTo({ top, behavior: 'instant' })", top)
        expect(walk.get_by_role("button", name="Next")).to_be_in_viewport(ratio=1)
        expect(page.locator("#position")).to_be_in_viewport(ratio=1)
    walk.get_by_role("button", name="Next").click()
    expect(page.locator("#position")).to_have_text(re.compile("^1 of "))
    for _ in range(3):
        walk.get_by_role("button", name="Next").click()
        card = page.locator(".card[aria-current]")
        expect(card).to_be_focused()
        bottom = card.evaluate("(card) => card.getBoundingClientRect().bottom")
        top = walk.evaluate("(walk) => walk.getBoundingClientRect().top")
        assert bottom <= top + 1, "the bar covers the card"
    page.locator(".card[aria-current] .match").click()
    area = page.get_by_label("Draft", exact=True)
    expect(area).to_be_focused()
    assert page.evaluate("() => innerWidth === document.documentElement.scrollWidth")


@pytest.mark.parametrize(
    ("text", "status", "note"),
    [
        ("The bridge is closed until spring, the council said. " * 20,
         "No flags in what could be checked.", "does not read as a text about trafficking"),
        ("Two girls.", "No flags in what could be checked.", "Too short to judge as a whole"),
        ("La policía dijo que dos niñas fueron halladas en un bar cerca del puerto.",
         "Not checked.", "This reads as Spanish"),
    ],
)  # fmt: skip
def test_little_checked_is_no_praise(page: Page, text: str, status: str, note: str) -> None:
    write(page, text)
    expect(page.get_by_role("status")).to_have_text(status)
    expect(page.locator("#reach")).to_contain_text(note)
    expect(page.locator("#clean")).to_be_hidden()
    expect(page.locator("#announce")).to_contain_text(note)


def test_a_check_after_each_pause_is_read_out_only_with_news(page: Page) -> None:
    write(page, DRAFT)
    expect(page.locator("#announce")).to_contain_text("1 flag")
    page.evaluate("""() => {
        window.said = [];
        const region = document.querySelector("#announce");
        new MutationObserver(() => said.push(region.textContent)).observe(
            region, { childList: true, characterData: true, subtree: true });
    }""")
    area = page.get_by_label("Draft", exact=True)
    area.press("Control+End")
    for word in (" one", " two"):
        with page.expect_response("**/v1/check"):
            page.keyboard.type(word)
    expect(page.locator("#words")).to_contain_text("17")
    said = [words for words in page.evaluate("() => said") if words != "Checking…"]
    assert said == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (MARKDOWN, "Markdown"),
        (HTML, "HTML"),
    ],
)  # fmt: skip
def test_pasted_source_is_recognised_and_marked_where_it_stands(
    page: Page, source: str, name: str
) -> None:
    write(page, source)
    offer = page.locator("#format")
    expect(offer).to_contain_text(f"This looks like {name}.")
    offer.get_by_role("button", name=f"Check it as {name}").click()
    expect(offer).to_contain_text(f"Checked as {name}")
    expect(page.locator(".card .places")).to_have_text("2 places")
    broken, whole = marked(page)
    assert whole == FLAGGED
    assert broken in ("child** prostitutes", "child</b> prostitutes")
    card = page.locator(".card").first
    card.get_by_role("button", name="Next place").click()
    wording = card.locator("button.suggestion").first.inner_text()
    card.locator("button.suggestion").first.click()
    assert draft(page) == f"{wording}".join(source.rsplit(FLAGGED, 1))
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    # Where markup stands between the words, replacing them would break it.
    expect(page.locator(".card button.suggestion")).to_have_count(0)
    expect(page.locator(".card .wording").first).to_be_visible()
    for place in page.locator("#scorecard .evidence").all():
        place.click()
    offer.get_by_role("button", name="Check it as plain text").click()
    expect(offer).to_be_hidden()


@pytest.mark.parametrize(
    "text",
    ["- one dash\n- another", "Costs 5 * 3 * 2 and a_b_c", "a < b and c > d", "#1 in sales",
     "He said [sic] (twice) that", "1. First\n2. Second", "A line\nAnother line", "> I said"],
)  # fmt: skip
def test_plain_text_is_not_taken_for_source(page: Page, text: str) -> None:
    like = page.evaluate(
        "async (text) => (await import('/static/format.js')).looksLike(text)", text
    )
    assert like == ""


def test_plain_text_can_be_insisted_on(page: Page) -> None:
    write(page, "## Not a heading\n\nchild prostitutes")
    page.get_by_role("button", name="It is plain text").click()
    expect(page.locator("#format")).to_be_hidden()
    page.get_by_label("Draft", exact=True).press("Control+End")
    page.keyboard.type(" there")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    expect(page.locator("#format")).to_be_hidden()


def test_a_busy_desk_is_asked_again(page: Page) -> None:
    asked: list[str] = []

    def busy_twice(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 2:
            route.continue_()
            return
        body = {"type": "about:blank", "title": "Service Unavailable", "status": 503}
        route.fulfill(
            status=503,
            headers={"Retry-After": "1"},
            content_type="application/problem+json",
            body=json.dumps(body | {"detail": "Too many drafts are waiting."}),
        )

    page.route("**/v1/check", busy_twice)
    page.get_by_label("Draft", exact=True).fill(DRAFT)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text("The desk is busy; trying again in 1 second.")
    expect(page.get_by_role("status")).to_have_text(re.compile("1 flag in"))
    assert len(asked) == 3
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_desk_that_cannot_check_is_not_asked_again(page: Page) -> None:
    asked: list[str] = []

    def broken(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, content_type="application/json", body='{"detail": "no models"}')

    page.route("**/v1/check", broken)
    page.get_by_label("Draft", exact=True).fill(DRAFT)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("alert")).to_have_text("No models.")
    assert len(asked) == 1


def test_the_mark_of_a_milder_flag_does_not_cover_a_graver_one(page: Page) -> None:
    def both(route: Route) -> None:
        said = route.fetch()
        document = said.json()
        found = document["findings"]
        found += [{**f, "rule": "slave-noun", "severity": "suggestion"} for f in found]
        route.fulfill(response=said, json=document)

    page.route("**/v1/check", both)
    write(page, DRAFT)
    expect(page.locator(".card")).to_have_count(1)
    assert (marked(page), marked(page, "suggestion")) == ([FLAGGED], [])
