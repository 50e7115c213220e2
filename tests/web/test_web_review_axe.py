"""axe-core over reviewing in its states; all of them where WIDTHS is set, as the proof sets it."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_axe import assert_clean

import serving
from monitor.app import Monitor
from monitor.records.article import Review
from review_desk import review_desk
from store_samples import NOW

pytestmark = pytest.mark.browser

HUNDREDS = 300


@pytest.fixture(scope="module")
def many(desk: Monitor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk with stories by the hundred, a difference, and a volunteer's word that waits."""
    numbers = HUNDREDS if "WIDTHS" in os.environ else 3
    with review_desk(tmp_path_factory.mktemp("many"), desk, lambda: NOW, stories=numbers) as made:
        for name, verdict in (
            ("Ama", "relevant"),
            ("Kofi", "not_relevant"),
            ("Vola", "borderline"),
        ):
            article = made.store.article("article-daily-1", ()).article
            waits = name == "Vola"
            said = Review(article.id, article.sha256, name, verdict, {"form": ()})  # type: ignore[arg-type]
            made.store.decide([said], [], reviewer=name, provisional=waits, now=NOW)
        with serving.serve(made) as address:
            yield address


@pytest.fixture(scope="module")
def empty(desk: Monitor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("none")
    with review_desk(home, desk, lambda: NOW, stories=0) as made, serving.serve(made) as address:
        yield address


def help_open(page: Page) -> None:
    page.goto("/review")
    page.locator(".fix summary").click()
    page.locator("#review-help summary").click()
    expect(page.get_by_text("Keys work wherever")).to_be_visible()
    for folded in page.locator("details.graphic").all():
        folded.evaluate("(box) => { box.open = true; }")


def decided(page: Page) -> None:
    page.goto("/review")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".review-last")).to_be_visible()


def at(path: str) -> Callable[[Page], None]:
    return lambda page: page.goto(path) and None


STATES: dict[str, Callable[[Page], None]] = {
    "help open": help_open,
    "confirming": at("/review/confirm"),
    "hundreds": at("/review"),
    "decided": decided,
    "a conflict": at("/review?set=differ"),
    "differences": at("/review/differences"),
    "practice": at("/review/practice"),
    "what comes of it": at("/review/learning"),
    "no sample": at("/review?set=sample"),
    "error": at("/review?article=none"),
}
SOME = list(STATES)[: None if "WIDTHS" in os.environ else 2]


@pytest.mark.parametrize("state", SOME)
def test_every_state_of_reviewing_is_clean(browser: Browser, many: str, state: str) -> None:
    page = browser.new_page(base_url=many)
    STATES[state](page)
    assert_clean(page)
    page.close()


@pytest.mark.skipif("WIDTHS" not in os.environ, reason="part of the proof")
@pytest.mark.parametrize(
    "path",
    ["/review", "/review/confirm", "/review/differences", "/review/practice", "/review/learning"],
)
def test_every_page_of_reviewing_is_clean_where_there_is_nothing(
    browser: Browser, empty: str, path: str
) -> None:
    page = browser.new_page(base_url=empty)
    page.goto(path)
    assert_clean(page)
    page.close()
