"""The other pages: rules and digest, in the browser and as text."""

import re
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from monitor.app import Monitor
from monitor.records.account import AT_HOME
from monitor.web.page_frame import render
from monitor.web.rules_page import rule_values, split_example
from monitor.web.server import STATIC_DIR

HOSTILE = "<script>alert(1)</script>"
HOSTILE_SOURCE = {
    "title": HOSTILE,
    "section": HOSTILE,
    "url": "javascript:alert(1)",
    "checked": HOSTILE,
}


@pytest.mark.browser
def test_rules_and_one_rule(page: Page, desk: Monitor) -> None:
    page.get_by_role("link", name="Rules").click()
    links = page.locator(".rule-list a")
    expect(links).to_have_count(len(desk.guideline.rules))
    page.locator('a[href="/rules/child-prostitute"]').click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Child prostitute")
    for heading in (
        *("What", "Why", "What it flags", "What it leaves alone", "Known limits"),
        *("How often it is right", "Sources"),
    ):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(page.locator(".examples.bad mark").first).to_be_visible()
    assert "[[" not in page.locator("main").inner_text()
    assert "{match}" not in page.locator("main").inner_text()


@pytest.mark.browser
def test_the_digest_is_one_click_away(page: Page) -> None:
    page.get_by_role("link", name="Today").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wednesday 25 November 2026")
    expect(page.get_by_text("Farm owner charged").first).to_be_visible()
    expect(page.get_by_text("new swimming pool")).to_have_count(0)
    expect(page.get_by_role("link", name="2026-11-26")).to_have_count(0)
    page.get_by_role("link", name="‹ 2026-11-24").click()
    expect(page.locator(".quiet")).to_be_visible()


@pytest.mark.browser
def test_the_mailed_digest_shows_with_its_own_styles(page: Page) -> None:
    page.goto("/v1/digests/all?format=html")
    expect(page.get_by_text("Farm owner charged").first).to_be_visible()
    width = page.locator("main").evaluate("(main) => getComputedStyle(main).maxWidth")
    assert width == "928px"


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/digests/all", "/v1/digests/all?format=html"])
def test_a_story_takes_three_lines_and_its_evidence_waits(page: Page, path: str) -> None:
    page.goto(path)
    story = (
        page.locator(".story")
        .filter(has_text="Officials meet")
        .or_(page.locator(".story").filter(has_text="Farm owner charged"))
        .first
    )
    lines = story.locator("h3, .meta, summary")
    expect(lines).to_have_count(3)
    heights = lines.evaluate_all("(found) => found.map((one) => one.clientHeight)")
    assert max(heights) < 30, heights  # one line each
    evidence = story.locator(".tags q").first
    expect(evidence).to_be_hidden()
    story.locator("summary").click()
    expect(evidence).to_be_visible()
    expect(story.locator("code")).to_have_text(re.compile("^article-"))
    assert not re.search(r"\b[01]\.\d\d\b", page.locator(".story").first.inner_text())


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/digests/all", "/v1/digests/all?format=html"])
def test_headings_of_a_digest_go_down_one_step_at_a_time(page: Page, path: str) -> None:
    page.goto(path)
    levels = page.locator("h1, h2, h3, h4, h5, h6").evaluate_all(
        "(found) => found.map((heading) => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1
    assert 3 in levels
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    "path", ["/nothing", "/rules/nothing", "/digests/nothing", "/static/nothing.js"]
)
def test_a_person_who_is_lost_gets_a_page(address: str, path: str) -> None:
    answer = httpx.get(address + path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>Not Found</h1>" in answer.text
    assert "nothing.js" not in answer.text


def test_every_rule_has_a_page(address: str, desk: Monitor) -> None:
    with httpx.Client(base_url=address) as client:
        for rule in desk.rules():
            page = client.get(f"/rules/{rule['id']}")
            assert page.status_code == 200
            assert "[[" not in page.text
            assert not re.search(r"\{(match|evidence)\}", page.text)


def test_markup_from_outside_stays_text() -> None:
    rule = {
        "id": HOSTILE,
        "feedback": None,
        "guideline": HOSTILE,
        "also": [HOSTILE],
        "title": HOSTILE,
        "principle": HOSTILE,
        "kind": "phrase",
        "severity": "error",
        "quotes": "flag",
        "message": HOSTILE,
        "why": HOSTILE,
        "suggest": [HOSTILE],
        "sources": [HOSTILE_SOURCE],
        "examples": {"bad": [f"[[{HOSTILE}]]"], "good": [HOSTILE], "quoted": []},
        "limits": [HOSTILE],
        "figures": [
            {
                **dict.fromkeys(("id", "claim", "fact", "instead"), HOSTILE),
                "right": None,
                "sources": [HOSTILE_SOURCE],
            }
        ],
        "countries": [
            {
                **dict.fromkeys(("code", "name", "note"), HOSTILE),
                "law": [
                    {
                        **dict.fromkeys(
                            ("states", "statute", "section", "area", "consent"), HOSTILE
                        ),
                        "unchecked_since": HOSTILE,
                        "under_age": 18,
                        "sources": [HOSTILE_SOURCE],
                    }
                ],
                "helplines": [
                    {
                        **dict.fromkeys(("name", "hours", "languages", "unchecked_since"), HOSTILE),
                        "numbers": [HOSTILE],
                        "sources": [HOSTILE_SOURCE],
                    }
                ],
            }
        ],
        "measured": {
            **dict.fromkeys(("date", "data", "guideline"), HOSTILE),
            **dict.fromkeys(("hits", "independent_hits", "right", "sure", "found"), 3),
            "examples": 3,
            "articles": 3,
            "current": False,
            "general_hits_per_100k_words": 0.5,
        },
    }
    html = render("rule.html", visitor=AT_HOME, **rule_values(rule))
    html += render("error.html", status=404, title=HOSTILE, detail=HOSTILE, visitor=AT_HOME)
    assert "<script>alert" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", [[("plain", False)]]),
        ("a [[b]] c", [[("a ", False), ("b", True), (" c", False)]]),
        ("T\n\n[[b\nc]]", [[("T", False)], [("b\nc", True)]]),
    ],
)
def test_examples_are_cut_at_their_marks(text: str, pieces: list[list[tuple[str, bool]]]) -> None:
    assert split_example(text) == pieces


def test_spelling_services_are_told_to_keep_off(address: str) -> None:
    html = httpx.get(address).text
    fields = re.findall(r"<textarea[^>]*>", html)
    assert len(fields) == 2
    for field in fields:
        for wanted in ('spellcheck="false"', 'writingsuggestions="false"', 'autocomplete="off"'):
            assert wanted in field


def test_static_files_name_no_other_host() -> None:
    files = [path for path in Path(STATIC_DIR).parent.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        if path.suffix in {".js", ".css", ".html", ".svg"}:
            found = re.findall(r"https?://[a-z0-9.-]+", path.read_text("utf-8"))
            assert set(found) <= {"http://www.w3.org"}, path


def test_scripts_never_make_markup_of_text() -> None:
    for path in STATIC_DIR.glob("*.js"):
        text = path.read_text("utf-8")
        for name in ("innerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert name not in text, f"{path.name}: {name}"
        # read, it writes elements out with all their words escaped
        assert not re.search(r"outerHTML\s*\+?=(?!=)", text), f"{path.name}: outerHTML is set"
