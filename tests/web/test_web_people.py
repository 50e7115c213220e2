"""The panel "People in this draft" in a real browser: read, decided by key, kept nowhere."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from people_draft import DRAFT, NAMES, TITLE, answer_with_questions
from web_draft import write

pytestmark = pytest.mark.browser

CHILD = "Esi Darkwa"


def count(page: Page) -> Locator:
    return page.locator("#people-count")


def entry(page: Page, words: str) -> Locator:
    return page.locator(".person", has=page.locator(".person-words", has_text=words))


def opened(page: Page) -> Locator:
    return page.locator(".person[aria-current]")


def say(page: Page, words: str, keys: str) -> None:
    """Open somebody's entry and press keys."""
    if entry(page, words).get_attribute("aria-current") is None:
        entry(page, words).locator(".person-head").click()
    expect(opened(page)).to_contain_text(words)
    opened(page).focus()
    for key in keys:
        page.keyboard.press(key)


def settled(page: Page) -> None:
    """Wait until no check runs or is about to."""
    page.wait_for_timeout(1_000)
    expect(page.locator("#desk[aria-busy]")).to_have_count(0)


def last(sent: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the words and what was said of each answer of the last request."""
    request = sent[-1]
    given = request["people"] if isinstance(request["people"], list) else []
    keys = ("role", "minor", "consent")
    return [
        (request[one["field"]][one["start"] : one["end"]], {k: one[k] for k in keys if k in one})
        for one in given
    ]


@pytest.mark.parametrize("width", [390, 1280])
def test_six_people_are_decided_by_keys_alone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    sent = answer_with_questions(page)
    write(page, DRAFT, title=TITLE)
    expect(count(page)).to_contain_text("to decide before publication")
    begun = time.monotonic()
    page.get_by_label("Draft", exact=True).focus()
    page.keyboard.press("Alt+p")
    decided: set[str] = set()
    for _ in range(page.locator(".person").count()):
        expect(opened(page)).to_be_focused()
        words = opened(page).locator(".person-words").all_inner_texts()
        here = [name for name in NAMES if words and words[0] in name]
        if here and opened(page).locator(".asked.open").count():
            is_child = here[0].endswith("Darkwa")
            for key in ("1", "3" if is_child else "4", "6"):
                page.keyboard.press(key)
            expect(opened(page).locator(".asked.open")).to_have_count(0)
            decided.add(here[0])
        page.keyboard.press("n")
    assert decided == set(NAMES)
    settled(page)
    assert time.monotonic() - begun < 120
    said = dict(last(sent))
    assert len(said) == len(NAMES)
    assert {(told["minor"], told["consent"]) for told in said.values()} == {
        (True, False), (False, False)
    }  # fmt: skip
    for name in NAMES:
        expect(entry(page, name).locator(".person-state")).not_to_contain_text("harmed?")
    kept = page.evaluate("() => [localStorage.length, sessionStorage.length, location.href]")
    assert kept[:2] == [0, 0]
    assert kept[2].endswith("/")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.unroute_all(behavior="ignoreErrors")


def test_roles_and_places_have_keys_and_buttons(page: Page) -> None:
    sent = answer_with_questions(page)
    write(page, DRAFT, title=TITLE)
    say(page, CHILD, "w")
    expect(opened(page).locator("[data-letter=w]")).to_have_attribute("aria-pressed", "true")
    expect(opened(page)).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("witness, you said")
    settled(page)
    assert last(sent) == [(CHILD, {"role": "witness"})]
    expect(opened(page)).to_be_focused()
    page.keyboard.press("w")  # the same again takes it back
    settled(page)
    assert sent[-1]["people"] is True
    page.keyboard.press("Enter")
    area = page.get_by_label("Draft", exact=True)
    expect(area).to_be_focused()
    assert area.evaluate("(a) => a.value.slice(a.selectionStart, a.selectionEnd)") == CHILD
    page.keyboard.press("Alt+p")
    expect(opened(page)).to_contain_text(CHILD)
    opened(page).get_by_role("button", name="minor", exact=False).first.click()
    settled(page)
    assert last(sent) == [(CHILD, {"role": "minor"})]
    opened(page).locator(".place-button", has_text="scar").first.click()
    assert area.evaluate("(a) => a.value.slice(a.selectionStart, a.selectionEnd)") == "scar"
    page.unroute_all(behavior="ignoreErrors")


def test_answers_follow_the_draft_through_edits(page: Page) -> None:
    sent = answer_with_questions(page)
    write(page, DRAFT, title=TITLE)
    say(page, "Yaw Mensima", "24")
    say(page, "Akua Boadi", "13")
    settled(page)
    area = page.get_by_label("Draft", exact=True)
    # A word put into the middle of a name; then another beginning, and a paragraph elsewhere gone.
    renamed = DRAFT.replace("Akua Boadi", "Akua Serwaa Boadi")
    area.fill(renamed)
    begin = f"🌊 On Tuesday morning {renamed}"
    area.fill(begin[: begin.index("The yard lies")] + begin[begin.index("A labour officer") :])
    settled(page)
    words = dict(last(sent))
    assert words["Yaw Mensima"] == {"role": "other", "minor": False}
    assert words["Akua Serwaa Boadi"] == {"role": "victim", "minor": True}
    # Her words are gone: the answer waits, and is back with them.
    before = area.input_value()
    area.fill(before.replace(before[before.index("Akua Serwaa") : before.index("A labour")], ""))
    settled(page)
    assert list(dict(last(sent))) == ["Yaw Mensima"]
    expect(page.locator("#people-waiting")).to_contain_text("1 answer not in use")
    area.fill(before)
    settled(page)
    assert dict(last(sent))["Akua Serwaa Boadi"] == {"role": "victim", "minor": True}
    expect(page.locator("#people-waiting")).to_be_hidden()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Clear it").click()
    assert page.evaluate("async () => (await import('/static/state.js')).state.answers") == []
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Ama came. Then Ama left.", "Later Ama came. Then Ama left.", "Ama left"),
        ("Ama came. Then Ama left.", "A cow. Then Ama left at noon.", "Ama left"),
        ("X. Then Ama left.", "Ama sat. Quite else. Then Ama left. Z", "Ama left"),
        ("X. Then Ama left.", "X. Then Amina left.", "Amina left"),
        ("X. Then Ama left.", "X. Then she left.", None),
    ],
)
def test_a_place_is_known_again(page: Page, before: str, after: str, words: str | None) -> None:
    """The anchor is on the last "Ama" of the text before."""
    found = page.evaluate(
        """async ([before, after]) => {
            const { follow, say, isWaiting } = await import("/static/answers.js");
            const start = before.lastIndexOf("Ama");
            const person = { person: 1, mentions: [{ field: "text", start, end: start + 3 }] };
            const answers = say([], [person], person, { role: "other" }, { text: before });
            const [moved] = follow(answers, "text", before, after);
            return isWaiting(moved) ? null : after.slice(moved.anchors[0].start);
        }""",
        [before, after],
    )
    assert (found is None) == (words is None)
    assert words is None or found.startswith(words)


def test_answers_are_saved_without_names_and_loaded_again(page: Page, tmp_path: Path) -> None:
    sent = answer_with_questions(page)
    write(page, f"🌊 {DRAFT}", title=TITLE)
    say(page, CHILD, "36")
    say(page, "Ibrahim Salifu", "1")
    settled(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save answers").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    text = file.read_text(encoding="utf-8")
    assert not [name for name in NAMES if set(name.split()) & set(re.findall(r"\w+", text))]
    assert [set(one) - {"field", "start", "end"} for one in json.loads(text)] == [
        {"minor", "consent"}, {"role"}
    ]  # fmt: skip
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Clear it").click()
    write(page, f"🌊 {DRAFT}", title=TITLE)
    assert sent[-1]["people"] is True
    page.locator("#people-file").set_input_files(file)
    settled(page)
    told = [(CHILD, {"minor": True, "consent": False}), ("Ibrahim Salifu", {"role": "victim"})]
    assert last(sent) == told
    # Of another text the places tell of nobody: said, and the draft is checked all the same.
    write(page, "The harbour was calm. " * 40)
    expect(page.get_by_role("status")).to_contain_text("flag", ignore_case=True)
    expect(page.locator("#people-waiting")).to_contain_text("2 answers not in use")
    for wrong in ('{"a": 1}', '[{"field": "text", "start": 0, "end": 4, "name": "x"}]', "x"):
        file.write_text(wrong, encoding="utf-8")
        page.locator("#people-file").set_input_files(file)
        expect(page.get_by_role("alert")).to_contain_text("no file of answers")
    page.unroute_all(behavior="ignoreErrors")


def test_an_answer_that_finds_nobody_does_not_stop_the_check(page: Page, tmp_path: Path) -> None:
    write(page, DRAFT, title=TITLE)
    file = tmp_path / "people.json"
    nobody = DRAFT.index("floods in August")
    good = DRAFT.index(CHILD)
    places = [(nobody, nobody + 6), (good, good + len(CHILD))]
    file.write_text(
        json.dumps([{"field": "text", "start": a, "end": b, "minor": True} for a, b in places]),
        encoding="utf-8",
    )
    page.locator("#people-file").set_input_files(file)
    expect(page.locator("#people-waiting")).to_contain_text("1 answer not in use")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("#people-waiting")).to_be_hidden()
    expect(entry(page, CHILD).locator(".person-head")).to_be_visible()


def test_a_childs_flag_is_not_dismissed_without_a_reason(page: Page) -> None:
    write(page, DRAFT, title=TITLE)
    card = page.locator(".card", has=page.get_by_text(CHILD, exact=True)).first
    card.get_by_role("button", name="Dismiss here").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(page.locator("#child-reason")).to_be_focused()
    for words in ("", "   "):
        page.locator("#child-reason").fill(words)
        dialog.get_by_role("button", name="Dismiss with this reason").click()
        expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep the flag").click()
    expect(card).to_be_visible()
    card.get_by_role("button", name="Dismiss here").click()
    page.keyboard.type("The court lifted the order")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.locator("#hidden-count").click()
    expect(page.locator("#hidden-list")).to_contain_text("Reason: The court lifted the order")
    page.locator("#hidden-list").get_by_role("button", name="Change").click()
    page.locator("#hidden-list .reason").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#hidden-list")).to_contain_text("Reason: The court lifted the order")
    child = page.locator(".card", has=page.get_by_text("Kojo Darkwa", exact=True)).first
    child.get_by_role("button", name=re.compile("^Ignore this rule")).first.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(child).to_be_visible()


def test_a_flag_leads_to_the_person_and_the_report_has_no_name_beside(page: Page) -> None:
    write(page, DRAFT, title=TITLE)
    card = page.locator(".card", has=page.get_by_text(CHILD, exact=True)).first
    card.get_by_role("button", name=re.compile(r"^Person \d+ in")).click()
    expect(opened(page)).to_be_focused()
    expect(opened(page)).to_contain_text(CHILD)
    opened(page).get_by_role("button", name=re.compile("^Flag: ")).first.click()
    expect(page.locator(".card[aria-current]")).to_be_focused()
    say(page, CHILD, "3")
    settled(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save a report").click()
    report = saved.value.path().read_text(encoding="utf-8")
    draft, flags = report[: report.index("<h2>Flags")], report[report.index("<h2>Flags") :]
    assert CHILD in draft
    assert not [name for name in NAMES if name in flags]
    assert re.search(r"Person \d+</strong> \(line \d+\): .*under 18", flags)


def test_what_is_asked_of_the_draft_is_open_until_answered(page: Page) -> None:
    write(page, DRAFT, title=TITLE)
    expect(count(page)).to_contain_text("2 questions on the draft open")
    page.keyboard.press("Alt+p")
    page.keyboard.press("p")
    while "Pictures" not in opened(page).inner_text():
        page.keyboard.press("p")
    page.keyboard.press("1")
    expect(opened(page)).to_contain_text("hide faces")
    page.keyboard.press("4")
    expect(count(page)).not_to_contain_text("questions")
    expect(opened(page)).to_be_focused()
