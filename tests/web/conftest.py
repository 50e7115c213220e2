"""A real Chromium, watched: no request leaves the machine, no error, no breach of the policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from serving import address, desk

__all__ = ["address", "desk", "page"]

REPORT = """addEventListener("securitypolicyviolation",
    (event) => console.error("policy:", event.violatedDirective, event.blockedURI))"""


expect.set_options(timeout=20_000)  # a slow core shared with others needs more than five seconds


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The draft page; what the browser asked for and complained of is looked at in the end."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 1280, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.add_init_script(REPORT)
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            # A refused or unanswered request is the matter of the tests that provoke it.
            if message.type in ("error", "warning")
            and not message.text.startswith("Failed to load resource")
            else None
        ),
    )
    page.goto("/")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith("http://127.0.0.1:")] == []
    assert complaints == []
