"""Title and date are what trafilatura's own, longer way to them gives; so is the text."""

import pytest
from trafilatura import bare_extraction

from monitor.demo.articles import load_outlets
from monitor.demo.site import build_site
from monitor.feeds.extraction import extract_document

BASE = "https://outlets.example"
SITE = build_site(load_outlets(), BASE)
PAGES = [path for path, found in SITE.items() if found.media_type.startswith("text/html")][::4]
ODD = {
    "json": '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "From'
    ' JSON", "datePublished": "2026-03-04"}</script>',
    "broken json": '<script type="application/ld+json">{"@type": "NewsArticle", </script>',
    "og": '<meta property="og:title" content="From Open Graph">'
    '<meta property="article:published_time" content="2025-01-02T08:00:00Z">',
    "nothing": "",
}
STORY = "".join(f"<p>The ferry came in at noon on day {n} with forty on board.</p>" for n in "1234")


@pytest.mark.parametrize("path", [*PAGES, *ODD])
def test_it_finds_what_the_whole_library_finds(path: str) -> None:
    if path in ODD:
        markup = f"<html><head>{ODD[path]}</head><body><h1>From h1</h1>{STORY}</body></html>"
        url = f"{BASE}/2024/05/06/story"
    else:
        markup, url = SITE[path].body.decode(), BASE + path
    whole = bare_extraction(
        markup,
        url=url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    found = extract_document(markup, url)
    assert (found.title, found.date, found.text) == (whole.title, whole.date, whole.text)
