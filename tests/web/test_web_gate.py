"""Signing in and out in Chromium, from elsewhere, by keyboard; and the page of tokens."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from monitor.app import Monitor
from monitor.records.account import ROLES
from web_draft import DRAFT, write

pytestmark = pytest.mark.browser

_numbers = itertools.count(1)


@pytest.fixture(name="far")
def _far(browser: Browser, address: str) -> Iterator[Page]:
    """A browser elsewhere: what it asks for comes through a proxy."""
    context = browser.new_context(
        base_url=address, extra_http_headers={"X-Forwarded-For": "203.0.113.9"}
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def make_token(desk: Monitor, role: str) -> tuple[str, str]:
    made, secret = desk.store.add_token(f"Browser {next(_numbers)}", ROLES[role], desk.now())
    return made.name, secret


def heading(page: Page, said: str) -> None:
    expect(page.get_by_role("heading", level=1).locator("visible=true")).to_have_text(said)


def test_who_comes_from_elsewhere_signs_in_goes_on_and_signs_out(far: Page, desk: Monitor) -> None:
    name, secret = make_token(desk, "reader")
    far.goto("/rules?q=1")
    heading(far, "Sign in")
    assert far.get_by_role("navigation", name="Pages").get_by_role("link").all_inner_texts() == [
        "Sign in"
    ]
    far.get_by_label("Your token").press_sequentially("monitor_no")
    far.keyboard.press("Enter")
    expect(far.get_by_role("alert")).to_be_focused()
    far.keyboard.press("Tab")
    far.keyboard.insert_text(secret)
    far.keyboard.press("Enter")
    heading(far, "Rules")
    assert far.url.endswith("/rules?q=1")
    ways = far.get_by_role("navigation", name="Pages")
    expect(ways).to_contain_text(name)
    expect(ways.get_by_role("link", name="Review")).to_have_count(0)
    expect(ways.get_by_role("link", name="Tokens")).to_have_count(0)
    ways.get_by_role("link", name="Draft").click()
    write(far, DRAFT)
    expect(far.locator(".card").first).to_be_visible()
    far.get_by_label("Keep in this tab").check()
    ways.get_by_role("button", name="Sign out").click()
    heading(far, "You are signed out")
    far.wait_for_function("() => sessionStorage.length === 0")
    far.goto("/")
    heading(far, "Sign in")


def test_a_draft_outlives_a_session_that_ended(far: Page, desk: Monitor) -> None:
    """It stays in the tab while one signs in again: nothing is lost with the session."""
    name, secret = make_token(desk, "reader")
    far.goto("/")
    far.get_by_label("Your token").fill(secret)
    far.keyboard.press("Enter")
    heading(far, "Check a draft")
    write(far, DRAFT)
    desk.store.revoke_token(name, desk.now())
    far.get_by_role("button", name="Check now").click()
    expect(far.get_by_role("alert")).to_contain_text("Sign in")
    far.get_by_role("link", name="Rules").click()
    heading(far, "Sign in")
    far.get_by_label("Your token").fill(make_token(desk, "reader")[1])
    far.keyboard.press("Enter")
    heading(far, "Rules")
    far.get_by_role("link", name="Draft").click()
    expect(far.get_by_label("Draft", exact=True)).to_have_value(DRAFT)


def test_tokens_are_made_and_revoked_by_a_click(page: Page, desk: Monitor) -> None:
    name = f"<b>Browser</b> {next(_numbers)}"
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Role").select_option("volunteer")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", name="The token of")).to_be_focused()
    secret = page.locator(".secret").inner_text()
    assert secret.startswith("monitor_")
    page.get_by_role("link", name="Rules").click()
    heading(page, "Rules")
    page.go_back()
    heading(page, "Who may sign in")
    assert secret not in page.content()
    page.get_by_role("button", name=f"Revoke the token of {name}").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("revoked")
    page.get_by_label("Show", exact=True).select_option("live")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name=name)).to_have_count(0)
    assert page.url.endswith("/tokens?state=live")
