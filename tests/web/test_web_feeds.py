"""The feeds in the browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_axe import assert_clean

import feed_server
import serving
from feed_server import Answer, FeedServer
from monitor.app import Monitor
from monitor.settings import FetchSettings, Settings
from store_samples import NOW

pytestmark = pytest.mark.browser

HTML = {"Content-Type": "text/html"}
SITE = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/one" title="One">
<link rel="alternate" type="application/rss+xml" href="/two" title="Two"></head></html>"""


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as server:
        server.script |= {"/site": Answer(SITE, headers=HTML), "/bare": Answer(b"x", headers=HTML)}
        yield server


@pytest.fixture(name="desk")
def _desk(tmp_path) -> Iterator[Monitor]:
    settings = Settings(home=tmp_path, fetch=FetchSettings(allow_hosts=("127.0.0.1",)))
    with Monitor(settings, now=lambda: NOW) as monitor:
        yield monitor


@pytest.fixture(name="empty")
def _empty(browser: Browser, desk: Monitor) -> Iterator[Page]:
    with serving.serve(desk, lifespan="off") as address:
        page = browser.new_page(base_url=address)
        page.goto("/feeds")
        yield page
        page.close()


def test_from_nothing_to_a_feed_paused_and_removed(
    empty: Page, desk: Monitor, server: FeedServer
) -> None:
    page = empty
    expect(page.get_by_text("No feed is followed yet.")).to_be_visible()
    assert_clean(page)
    page.get_by_label("Follow a feed").focus()
    page.keyboard.type("https://www.facebook.com/some.page")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.url.endswith("/feeds")
    assert_clean(page)
    page.get_by_label("Follow a feed").fill(f"{server.url}/bare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("That page names no feed")
    assert_clean(page)
    page.goto("/feeds")
    page.get_by_label("Follow a feed").fill(f"{server.url}/site")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 feeds are named there")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert_clean(page)
    page.get_by_role("checkbox").nth(1).press("Space")
    page.get_by_role("button", name="Follow").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("2 added, 0 already followed.")
    expect(page.get_by_role("status").first).to_be_focused()
    page.locator(".feeds a").first.press("Enter")
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_role("button", name="Read it again")).to_be_visible()
    paused = {feed.url: feed.paused for feed in desk.store.feeds()}
    assert paused == {f"{server.url}/one": NOW, f"{server.url}/two": None}
    page.get_by_role("link", name="Remove…").press("Enter")
    page.get_by_role("button", name="Remove it").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The feed is removed.")
    assert [feed.url for feed in desk.store.feeds()] == [f"{server.url}/two"]
