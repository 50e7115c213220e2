"""Title and date are what trafilatura's own, longer way to them gives; so is the text.

A site's name is no part of a title and no author.
"""

import pytest
from trafilatura import bare_extraction

from monitor.cli.demo_site import build_site, load_outlets
from monitor.feeds.page_extraction import extract_document, extract_page, without_site

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


@pytest.mark.parametrize(
    ("title", "headings", "kept"),
    [
        ("Ferry sinks - The Harbour Post", [], "Ferry sinks"),
        ("Harbour Post | Ferry sinks", [], "Ferry sinks"),
        ("Ferry sinks | harbourpost.example", [], "Ferry sinks"),
        ("Ferry sinks - World - Harbour Post", ["Ferry sinks"], "Ferry sinks"),
        ("Ferry sinks - World - Harbour Post", [], "Ferry sinks - World"),
        ("Inquest: ferry sank - in calm seas", [], "Inquest: ferry sank - in calm seas"),
        ("Inquest: ferry sank", ["The Harbour Post"], "Inquest: ferry sank"),
        ("Harbour Post", ["Harbour Post"], "Harbour Post"),
        ("News: Harbour Post sold - Harbour Post", ["News"], "News"),
        ("A well-known captain", [], "A well-known captain"),
    ],
)
def test_a_title_loses_the_name_of_its_site(title: str, headings: list[str], kept: str) -> None:
    sites = {"harbourpost", "theharbourpost", "harbourpostexample"}
    assert without_site(title, headings, sites) == kept


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (
            (
                '<script type="application/ld+json">{"@context": "https://schema.org", "@type":'
                ' "NewsArticle", "author": [{"@type": "Person", "name": "Ama Osei"},'
                ' {"@type": "Person", "name": "Kofi Mensah"}]}</script>'
            ),
            "",
            ("Ama Osei", "Kofi Mensah"),
        ),
        ('<meta name="author" content="Ama Osei">', "", ("Ama Osei",)),
        ('<meta name="author" content="The Harbour Post">', "", ()),
        ("", '<span class="author">Ama van der Osei</span>', ("Ama van der Osei",)),
        ("", '<span class="author">Account you are logged in</span>', ()),
        ("", "", ()),
    ],
)
def test_authors_are_read_from_pages(head: str, body: str, authors: tuple[str, ...]) -> None:
    markup = (
        f'<html><head><meta property="og:site_name" content="Harbour Post">{head}'
        '<meta property="og:title" content="Ferry comes in | Harbour Post"></head>'
        f"<body><article><h1>Ferry comes in</h1>{body}{STORY}</article></body></html>"
    )
    page = extract_page(markup.encode(), "text/html", f"{BASE}/story")
    assert page is not None
    assert (page.title, page.authors) == ("Ferry comes in", authors)
