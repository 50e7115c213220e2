"""The pictures of the documents: each page of the desk.

    python tests/support/screenshots.py                     # writes docs/images/*.png
    python tests/support/screenshots.py --to /tmp/pictures --width 390

The desk has followed the sample outlets at a fixed time, so that a picture changes only where its
page does.
"""

from __future__ import annotations

import argparse
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

import serving
from monitor.app import Monitor
from monitor.cli import demo_site as demo_outlets
from monitor.feeds.opml import parse_opml
from monitor.feeds.starter_feeds import make_feed
from monitor.jobs.mask_names import mask_due
from monitor.settings import FetchSettings, Settings

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEIGHT = 800
LARGEST = 150_000
"""Bytes of a picture: they travel with every checkout."""
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-lcd-text"]
"""Grey edges of letters instead of coloured ones: the same on every screen."""
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

HEADLINE = "Teenage sex slaves rescued from harbour flat"
DRAFT = """\
Police said on Tuesday that two child prostitutes, 14 and 16, had been found in a flat near \
the harbour of Fenmarsh.

Prosecutors charged a man of 41 with human trafficking. They say that he promised the girls work \
in a restaurant, took their passports and told them that they owed him 9,000 for the journey. \
Both admitted that they had been sold twice.

Officers rescued a further seven illegal immigrants from the building. “We were locked in at \
night,” one of them said. The man denies all charges."""


def draft(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Headline").fill(HEADLINE)
    page.get_by_label("Draft", exact=True).fill(DRAFT)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d flags? in"))


def story(page: Page) -> None:
    """The one that most outlets told."""
    page.goto("/stories?several=yes")
    page.locator("main h2 a, main h3 a").first.click()
    expect(page.get_by_text("First:")).to_be_visible()


def article(page: Page) -> None:
    page.goto("/articles?q=passports")
    page.locator("main h2 a, main h3 a").first.click()
    expect(page.get_by_role("heading", name="Scorecard")).to_be_visible()


def outlet(page: Page) -> None:
    page.goto("/outlets")
    page.locator("main table a").first.click()
    expect(page.get_by_role("link", name="Draft a letter")).to_be_visible()


def at(path: str) -> Callable[[Page], None]:
    """Return how to show the page at an address."""

    def show(page: Page) -> None:
        page.goto(path)

    return show


PICTURES: Mapping[str, Callable[[Page], None]] = {
    "draft": draft,
    "digest": at("/digests/today"),
    "review": at("/review"),
    "archive": at("/articles?q=passports"),
    "article": article,
    "stories": at("/stories"),
    "story": story,
    "trends": at("/trends"),
    "outlets": at("/outlets"),
    "outlet": outlet,
    "feeds": at("/feeds"),
    "rules": at("/rules"),
    "rule": at("/rules/child-prostitute"),
    "tokens": at("/tokens"),
    "signin": at("/signin"),
    "api": at("/docs"),
}


@contextmanager
def desk() -> Iterator[str]:
    """Serve a desk that has followed the sample outlets; give its address."""
    with tempfile.TemporaryDirectory() as folder, demo_outlets.serve() as outlets:
        home = Path(folder)
        fetch = FetchSettings(allow_hosts=(demo_outlets.HOST,), host_spacing_s=0.0)
        with Monitor(Settings(home=home, fetch=fetch), now=lambda: NOW) as monitor:
            listed = parse_opml(outlets.opml(home / "feeds.opml").read_bytes())
            monitor.add_feeds([make_feed(feed.url, title=feed.title) for feed in listed])
            monitor.ingest()
            monitor.assess()
            monitor.fold()
            mask_due(monitor)
            with serving.serve(monitor, log_level="warning") as address:
                yield address


def take(address: str, folder: Path, width: int = 1280) -> list[Path]:
    """Write every picture into `folder`; return their paths. Too large a one is an error."""
    path = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        page = browser.new_page(
            base_url=address,
            viewport={"width": width, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        for name, show in PICTURES.items():
            show(page)
            page.evaluate("document.fonts.ready")
            target = folder / f"{name}.png"
            save(page.screenshot(animations="disabled", caret="hide"), target)
            if target.stat().st_size > LARGEST:
                raise SystemExit(f"{target}: over {LARGEST:,} bytes")
            taken.append(target)
        browser.close()
    return taken


def save(png: bytes, target: Path) -> None:
    """Write a picture in its 256 main colours: a third of the bytes, flat colours to the letter."""
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(256, kmeans=1, dither=Image.Dither.NONE)
        few.save(target, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=IMAGES, help="the folder")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in CSS pixels")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with desk() as address:
        for path in take(address, options.to, options.width):
            print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
