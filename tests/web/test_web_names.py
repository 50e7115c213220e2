"""A page of masked headlines in Chromium: no name in it, and all by the keyboard."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_axe import assert_clean

import shipped
from monitor.app import Monitor
from monitor.jobs.mask_names import mask_due
from monitor.records.article import Assessment
from monitor.records.finding import Finding, Span
from monitor.records.tag import Tag
from monitor.settings import Settings
from serving import serve
from store_samples import CLASSIFIER, NOW, feed, incoming, poll

pytestmark = pytest.mark.browser

TITLE = "Trafficked girl Amina Yusuf freed"
TEXT = "Amina Yusuf, 14, was trafficked and sold to a man in Accra. Yusuf is safe now."
FLAG = Finding(
    "child-victim", "warning", "child-protection", "headline", "title", 11, 27, "girl Amina Yusuf",
    "no", "'Amina Yusuf' names a child.", "It stays.", (), (),
)  # fmt: skip
TAG = Tag("victim", "child", 0.9, (Span("text", 0, 17),))
ENTRIES = [
    *(
        incoming(f"girl{n}", TEXT + f" {n}", title=TITLE, url=f"https://n.example/{n}/amina-yusuf")
        for n in range(9)
    ),
    incoming("foreign", "La niña Ana fue vendida en Lima por su tío.", title="Ana", language="es"),
]


@pytest.fixture
def page(tmp_path, browser: Browser):
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as desk:
        vars(desk).update(shelf=shipped.shelf(), assessors=(SimpleNamespace(stamp=CLASSIFIER),))
        desk.store.add_feeds([feed()], NOW)
        desk.store.record_poll(poll(feed(), ENTRIES), NOW)
        said = Assessment(CLASSIFIER, 0.9, True, False, tags=(TAG,), findings=(FLAG,))
        found = [desk.store.article(entry.article_id, ()).article for entry in ENTRIES]
        desk.store.record_assessments([(article, said) for article in found], NOW)
        mask_due(desk)
        with serve(desk) as address:
            opened = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
            opened.goto("/digests/all")
            yield opened
            opened.close()


def test_no_name_is_in_the_page_until_it_is_asked_for_by_keys_or_all_at_once(page: Page) -> None:
    assert not any(word in page.content() for word in ("Amina", "Yusuf", "amina", ">Ana<"))
    assert_clean(page)
    page.set_viewport_size({"width": 1280, "height": 300})
    last = page.get_by_role("button", name="Show names", exact=True).last
    last.focus()
    top = page.evaluate("scrollY")
    assert top > 0
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hide again")).to_be_focused()
    assert abs(page.evaluate("scrollY") - top) < 40
    expect(page.get_by_role("link", name=TITLE)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hide again")).to_have_count(0)
    assert "Amina" not in page.content()
    expect(page.get_by_text("names cannot be told in this language")).to_have_count(1)
    page.get_by_role("button", name="Show names on this page").click()
    expect(page.locator(".headline", has_text="Amina Yusuf")).to_have_count(9)
    expect(page.locator(".headline").get_by_text("Ana", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Hide names again").click()
    expect(page.locator(".withheld").first).to_be_visible()
    assert "Amina" not in page.content()
