"""axe-core over every page and state, at a phone's and at a desk's width, light and dark."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import people_draft
from monitor.app import Monitor
from monitor.records.account import ROLES
from web_draft import ELSEWHERE, JUDGED, LONG, judge, show_more, write

pytestmark = pytest.mark.browser

AXE = Axe()
ASKED = os.environ.get("WIDTHS", "")
WIDTHS = tuple(map(int, (ASKED or "390,1280").split(",")))


def violations(page: Page, *, only: str = "") -> list[str]:
    """What axe-core finds, each with where; `only` names one rule to be asked about."""
    if page.evaluate("() => typeof axe === 'undefined'"):
        page.evaluate(AXE.axe_script)
    options = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    said: dict[str, Any] = page.evaluate("(options) => axe.run(options)", options)
    assert said["passes"], "axe-core looked at nothing"
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in said["violations"]
        for node in found["nodes"]
    ]


def assert_clean(page: Page) -> None:
    """At both widths, and in the dark, where only colours differ."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        assert violations(page) == [], width
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.emulate_media(color_scheme="dark")
    assert violations(page, only="color-contrast") == [], "dark"


def example(page: Page) -> None:
    page.get_by_role("button", name="Try an example").click()
    expect(page.locator(".card").first).to_be_visible()


def walked(page: Page) -> None:
    example(page)
    page.keyboard.press("F8")
    page.locator(".card[aria-current] summary").click()


def set_aside(page: Page) -> None:
    example(page)
    page.get_by_role("button", name="Dismiss here").first.click()
    page.get_by_role("button", name="Ignore this rule").first.click()
    page.locator("#hidden-count").click()
    page.locator("#silenced-count").click()


def reasoned(page: Page) -> None:
    """A reason given, another being given; asked whether flags are right; a word taken by key."""
    set_aside(page)
    page.locator("#undo").get_by_role("button", name="House style").click()
    page.locator("#hidden-list").get_by_role("button", name="Give one").first.click()
    page.get_by_label("Ask me whether flags are right").check()
    expect(page.get_by_role("group", name="Was this flag right?").first).to_be_visible()
    page.keyboard.press("F8")


def printed(page: Page) -> None:
    example(page)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator("body > .report")).to_be_visible()


def tip(page: Page) -> None:
    example(page)
    area = page.get_by_label("Draft", exact=True)
    area.evaluate("(a) => { a.focus(); a.setSelectionRange(25, 25); }")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tooltip")).to_be_visible()


def clean(page: Page) -> None:
    write(page, LONG.replace("child prostitutes", "girls").replace("child\nprostitutes", "girls"))


def people(page: Page) -> None:
    """The panel with somebody's entry open, an answer given, the others shown."""
    write(page, people_draft.DRAFT, title=people_draft.TITLE)
    page.locator("#people-others-count").click()
    page.keyboard.press("Alt+p")
    page.keyboard.press("6")
    expect(page.locator(".person[aria-current] [aria-pressed=true]").first).to_be_visible()


def of_draft(page: Page) -> None:
    """What is asked of pictures and other reports."""
    people(page)
    page.locator("[data-key=head-draft]").click()
    page.keyboard.press("1")


def childs_flag(page: Page) -> None:
    write(page, people_draft.DRAFT, title=people_draft.TITLE)
    card = page.locator(".card", has=page.get_by_text("Kojo Darkwa", exact=True)).first
    card.get_by_role("button", name="Dismiss here").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def spanish(page: Page) -> None:
    write(page, "La policía dijo que dos niñas fueron halladas en un bar cerca del puerto.")


def off_topic(page: Page) -> None:
    write(page, ELSEWHERE)
    expect(page.get_by_label("This is about trafficking")).to_be_visible()


def said(page: Page) -> None:
    off_topic(page)
    page.get_by_label("This is about trafficking").check()
    expect(page.locator(".card").first).to_be_visible()


def fewer(page: Page) -> None:
    judge(page)
    write(page, JUDGED)
    expect(page.locator(".sureness").first).to_be_visible()


def more(page: Page) -> None:
    fewer(page)
    show_more(page)


def source(page: Page) -> None:
    write(page, "# A raid\n\nPolice said that **child** prostitutes had been there.")


def refused(page: Page) -> None:
    area = page.get_by_label("Draft", exact=True)
    area.fill("binary \x01 text")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("alert")).to_be_visible()


def clearing(page: Page) -> None:
    example(page)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def elsewhere(page: Page) -> None:
    """Another page shown while the draft is out of sight."""
    example(page)
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rules")


def unanswered(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.context.set_offline(False)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": lambda page: None,
    "flags": example,
    "walked": walked,
    "fewer": fewer,
    "more": more,
    "set aside": set_aside,
    "reasoned": reasoned,
    "printed": printed,
    "tip": tip,
    "clean": clean,
    "people": people,
    "pictures": of_draft,
    "a child's flag": childs_flag,
    "spanish": spanish,
    "off topic": off_topic,
    "said to be on topic": said,
    "source": source,
    "refused": refused,
    "clearing": clearing,
    "elsewhere": elsewhere,
    "unanswered": unanswered,
}
PAGES = (
    *("/rules", "/rules/child-prostitute", "/rules/child-name-identified"),
    *("/digests/today", "/digests/all", "/digests/2026-11-24", "/nothing"),
    "/v1/digests/all?format=html",
    pytest.param("/docs", marks=pytest.mark.skipif(not ASKED, reason="every route: set WIDTHS")),
    *("/articles", "/articles?q=court+-boats&flag=any", "/articles?since=x"),
    *("/articles/article-farm?q=court", "/articles/article-mayor"),
    *("/feeds", "/feeds?show=paused", "/feeds/feed-daily", "/feeds/feed-daily/remove"),
    *("/signin", "/signin?out=1", "/tokens", "/tokens?state=ended"),
)


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_draft_page_is_clean(browser: Browser, address: str, state: str) -> None:
    page = browser.new_page(base_url=address)
    page.goto("/")
    STATES[state](page)
    assert_clean(page)
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_other_page_is_clean(browser: Browser, address: str, path: str) -> None:
    page = browser.new_page(base_url=address)
    page.goto(path)
    assert_clean(page)
    page.close()


def test_signing_in_and_a_new_token_among_many_are_clean(
    browser: Browser, address: str, desk: Monitor
) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    page = browser.new_page(base_url=address, extra_http_headers=elsewhere)
    page.goto("/tokens")
    page.get_by_label("Your token").fill("monitor_none")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_clean(page)
    for number in range(40):
        name = f"Among many, with a name that is rather long for a person {number}"
        _, secret = desk.store.add_token(name, ROLES["admin"], desk.now())
    page.get_by_label("Your token").fill(secret)
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("One more among many")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="The token of")).to_be_visible()
    assert_clean(page)
    page.close()
    for token in desk.store.tokens():
        if "mong many" in token.name:
            desk.store.revoke_token(token.name, desk.now())


def test_it_would_find_something(browser: Browser, address: str) -> None:
    page = browser.new_page(base_url=address)
    page.goto("/")
    page.evaluate("() => document.documentElement.removeAttribute('lang')")
    found = {line.partition(":")[0] for line in violations(page)}
    assert found == {"html-has-lang"}
    page.close()
