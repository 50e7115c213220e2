"""The archive in the browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_axe import assert_clean

import serving
from light_desk import LightDesk
from monitor.app import Monitor
from monitor.settings import Settings
from store_samples import NOW, feed, incoming, poll

pytestmark = pytest.mark.browser


@pytest.fixture(name="empty")
def _empty(tmp_path: Path) -> Iterator[Monitor]:
    with LightDesk(Settings(home=tmp_path), now=lambda: NOW) as monitor:
        assert monitor.guideline  # takes longer to read than a page may take
        yield monitor


@pytest.fixture(name="tab")
def _tab(browser: Browser, empty: Monitor) -> Iterator[Page]:
    with serving.serve(empty, lifespan="off") as address:
        page = browser.new_page(base_url=address)
        yield page
        page.close()


def test_from_an_empty_archive_to_one_of_hundreds(tab: Page, empty: Monitor) -> None:
    tab.goto("/articles")
    expect(tab.get_by_text("Nothing is stored yet.")).to_be_visible()
    assert_clean(tab)
    tab.get_by_label("Its address").focus()
    tab.keyboard.type("ftp://outlet.example/x")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_be_focused()
    expect(tab.get_by_role("alert")).to_contain_text("Not added")
    expect(tab.get_by_label("Its address")).to_have_value("ftp://outlet.example/x")
    assert_clean(tab)
    empty.store.add_feeds([feed()], NOW)
    empty.store.record_poll(poll(feed(), [incoming("one", "One boat.")]), NOW - timedelta(days=1))
    tab.goto("/articles")
    expect(tab.get_by_role("status")).to_have_text("1 article, newest first")
    assert_clean(tab)
    entries = [incoming(f"{n:03}", f"Boats and crates, {n}.") for n in range(300)]
    empty.store.record_poll(poll(feed(), entries), NOW)
    tab.reload()
    expect(tab.get_by_role("status")).to_have_text("301 articles, newest first")
    assert_clean(tab)


def test_searching_by_keyboard(tab: Page, empty: Monitor) -> None:
    empty.store.add_feeds([feed()], NOW)
    entries = [incoming(f"{n:02}", f"Boats and crates, {n}.") for n in range(60)]
    empty.store.record_poll(poll(feed(), entries), NOW)
    tab.goto("/articles")
    tab.get_by_label("Words").focus()
    tab.keyboard.type('"crates 7" boats')
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("1 article")
    assert "q=%22crates+7%22+boats" in tab.url
    expect(tab.get_by_role("heading", level=1)).to_be_focused()
    expect(tab.locator("mark.hit").first).to_have_text("Boats")
    tab.go_back()
    expect(tab.get_by_role("status")).to_contain_text("60 articles")
    tab.get_by_role("link", name="Older").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("link", name="Newest")).to_be_visible()
    tab.get_by_label("Words").fill("nothing has this word")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("No article is like that.")).to_be_visible()
    assert_clean(tab)
    tab.get_by_label("Words").fill("crates")
    tab.get_by_role("group").get_by_text("More filters").press("Enter")
    tab.get_by_label("Outlet").fill("The Daily")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("60 articles")
    assert "outlet=The+Daily" in tab.url
    tab.locator(".results a").first.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Title of 59")
    expect(tab.locator(".article-text mark.hit")).to_have_text("crates")
    assert_clean(tab)


def test_what_was_found_is_exported(tab: Page, empty: Monitor) -> None:
    empty.store.add_feeds([feed()], NOW)
    entries = [incoming("one", "One boat."), incoming("two", "A farm.")]
    empty.store.record_poll(poll(feed(), entries), NOW)
    tab.goto("/articles?q=boat")
    tab.locator("summary", has_text="Export these articles").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_label("Format")).to_be_visible()
    assert_clean(tab)
    tab.get_by_role("button", name="Export").press("Enter")
    expect(tab.get_by_role("link", name="Download the archive")).to_be_visible()
    expect(tab.get_by_role("status")).to_contain_text("1 article, oldest first")
    assert_clean(tab)
    with tab.expect_download() as download:
        tab.get_by_role("link", name="Download the archive").press("Enter")
    with ZipFile(download.value.path()) as packed:
        assert b"article-one" in packed.read("articles.jsonl")
