"""Markup and script in everything that comes from outside stay text on every page, in Chromium.

`XSS=2220` has all of them (as the proof does), 185 on a desk; eight stand for them in the suite.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

import serving
import xss
from monitor.app import Monitor
from monitor.archive.articles_found import fill_index
from monitor.jobs.mask_names import mask_due
from monitor.records.article import Assessment, Enclosure, Review
from monitor.records.counts import outlet_id
from monitor.records.feed import Feed
from monitor.records.finding import Citation, Finding, Span
from monitor.records.tag import Tag
from monitor.settings import Settings
from store_samples import NOW, feed, incoming, poll

pytestmark = pytest.mark.browser

PAYLOADS = xss.payloads(int(os.environ.get("XSS", "8")))
ON_A_DESK = 185
DESKS = [PAYLOADS[at : at + ON_A_DESK] for at in range(0, len(PAYLOADS), ON_A_DESK)]
WATCH = """
window.hits = [];
window.hit = (n) => { window.hits.push(n); };
for (const name of ["alert", "confirm", "prompt"]) {
  window[name] = () => window.hits.push(name);
}
"""
FOREIGN = """() => {
  const bad = [];
  for (const node of document.querySelectorAll("*")) {
    const tag = node.tagName.toLowerCase();
    for (const { name, value } of node.attributes) {
      if (/^on/i.test(name)) bad.push(`${node.tagName} ${name}`);
      const runs = /^[\\u0000-\\u0020]*(javascript|vbscript|data):/i.test(value);
      if (tag === "link" && value === "data:,") continue; // our own, for no icon
      if (/^(href|src|action|formaction|xlink:href|data)$/i.test(name) && runs) {
        bad.push(`${node.tagName} ${name}=${value}`);
      }
    }
    if (/^(iframe|object|embed|base|img|video|audio|marquee|math|template|x-own)$/.test(tag)) {
      bad.push(tag);
    }
    if (tag === "style" && node.closest("body")) bad.push(tag);
    if (tag === "script" && !/^\\/static\\/[a-z-]+\\.js$/.test(node.getAttribute("src") ?? "")) {
      bad.push("script");
    }
  }
  return { bad, hits: window.hits, ours: document.querySelectorAll("main").length };
}"""


def article_of(text: str, number: int) -> tuple[str, str]:
    """A text about trafficking with the payload in it, and its id."""
    body = f"{text}\n\nPolice charged two men with human trafficking. {text} They deny it."
    return f"article-{number:04}", body


def fill(monitor: Monitor, texts: Sequence[str]) -> list[str]:
    """Store the payloads wherever something from outside may stand; return the articles' ids."""
    feeds = [
        hostile_feed(text, number) for number, text in enumerate(texts[:: max(1, len(texts) // 40)])
    ]
    monitor.store.add_feeds(feeds, NOW)
    ids = []
    for number, text in enumerate(texts):
        article, body = article_of(text, number)
        entry = incoming(
            f"{number:04}",
            body,
            article_id=article,
            title=f"{text} trafficking",
            summary=text,
            url=f'https://news.example/{number}?"onfocus="hit({number})',
            authors=(text,),
            categories=(text,),
            enclosures=(Enclosure(f"https://x.example/{number}?{text}", text),),
        )
        monitor.store.record_poll(poll(feeds[number % len(feeds)], [entry]), monitor.now())
        ids.append(article)
    stamp_all(monitor)
    monitor.fold()
    mask_due(monitor)
    fill_index(monitor)
    for article, text in zip(ids, texts, strict=True):
        sha = monitor.article(article).article.sha256
        monitor.store.add_review(Review(article, sha, text, "relevant", {}, NOW), NOW)
    return ids


def hostile_feed(text: str, number: int) -> Feed:
    return replace(feed(f"{number}"), title=text, outlet=text, description=text, site=text)


def stamp_all(monitor: Monitor) -> None:
    """Judge every article relevant, with tags and findings whose words are hostile."""
    for assessor in monitor.assessors:
        while batch := monitor.store.due(assessor.stamp, limit=500):
            monitor.store.record_assessments(
                [(article, said_of(article.title, assessor.stamp)) for article in batch], NOW
            )


def said_of(title: str, stamp: str) -> Assessment:
    words = title[:6]
    finding = Finding(
        rule="child-prostitute",
        severity="warning",
        principle=title,
        scope="headline",
        field="title",
        start=0,
        end=len(words),
        match=words,
        quoted="no",
        message=title,
        why=title,
        suggestions=(title,),
        sources=(Citation(title, title, title), Citation("x", "y", f"javascript:{title}")),
    )
    if stamp.startswith("thb-"):
        return Assessment(stamp, findings=(finding,))
    tags = (
        Tag("form", "forced_labour", 0.9, (Span("title", 0, 4), Span("text", 0, 5))),
        Tag("form", title, 0.9, (Span("text", 2, 7),)),
        Tag("place", title, 0.9, role=title),
    )
    return Assessment(stamp, relevance=0.9, relevant=True, borderline=False, tags=tags)


@pytest.fixture(scope="module", name="hostile", params=DESKS, ids=range(len(DESKS)))
def _hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Monitor, list[str]]]:
    settings = Settings(home=tmp_path_factory.mktemp("hostile"))
    with Monitor(settings, now=lambda: NOW) as monitor:
        ids = fill(monitor, request.param)
        with serving.serve(monitor, lifespan="off") as address:
            yield address, monitor, ids


def addresses(monitor: Monitor, ids: Sequence[str]) -> list[str]:
    """Every page that shows something from outside; of lists all pages by their cursors."""
    feeds = [f"/feeds/{one.id}" for one in monitor.store.feeds()]
    stories = monitor.store.list_stories(monitor.stories_stamp, limit=len(ids))
    outlets = sorted({outlet_id(monitor.article(one).article.outlet) for one in ids[:60]})
    return [
        *(
            "/digests/all",
            "/v1/digests/all?format=html",
            "/feeds",
            "/tokens",
            "/trends",
            "/outlets",
        ),
        *("/review", "/review?order=newest", "/review/confirm", "/review/differences"),
        *("/review/practice", "/review/learning", "/articles?q=trafficking", "/stories"),
        *feeds,
        *(f"{one}/remove" for one in feeds[:3]),
        *(f"/outlets/{one}" for one in outlets),
        *(f"/outlets/{one}/letter" for one in outlets),
        *(f"/stories/{one.id}" for one in stories),
        *(f"/articles/{one}" for one in ids),
        # Drawn by the parts that the article's page is drawn by: of many, each tenth.
        *(f"/review?article={one}" for one in ids[:: 1 if len(ids) < ON_A_DESK else 10]),
    ]


def look(page: Page, address: str) -> None:
    """Open a page and all that is folded away in it."""
    page.goto(address)
    page.evaluate("() => document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    said = page.evaluate(FOREIGN)
    assert said == {"bad": [], "hits": [], "ours": 1}, address


def test_what_comes_from_outside_stays_text(
    browser: Browser, hostile: tuple[str, Monitor, list[str]]
) -> None:
    address, monitor, ids = hostile
    context = browser.new_context(base_url=address)
    context.add_init_script(WATCH)
    page = context.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda r: None if r.url.startswith(address) else said.append(r.url))
    looked = addresses(monitor, ids)
    for where in looked:
        look(page, where)
    for where in ("/articles", "/stories"):
        page.goto(where)
        while (following := page.locator("a[rel=next]")).count():
            look(page, str(following.first.get_attribute("href")))
            looked.append(where)
    assert said == []
    context.close()
    print(f"{len(ids):,} payloads on {len(looked):,} pages: none ran, none became an element")


def test_it_would_be_seen(browser: Browser) -> None:
    """The look finds what a page without escaping would do."""
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto(
        "data:text/html,<main id=main><img src=x onerror=hit(1)><script>hit(2)</script></main>"
    )
    page.wait_for_function("() => window.hits.length === 2")
    said = page.evaluate(FOREIGN)
    assert {"IMG onerror", "img", "script"} <= set(said["bad"])
    page.close()
