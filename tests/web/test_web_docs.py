"""The page that describes the API: whole, of our own host alone, and true."""

import html
import json
import re
import subprocess
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from monitor.app import Monitor
from monitor.records.account import AT_HOME
from monitor.web.api_docs_page import example_of, type_words, view_api
from monitor.web.page_frame import render

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module", name="document")
def _document(address: str) -> dict[str, object]:
    document: dict[str, object] = httpx.get(f"{address}/openapi.json").json()
    return document


@pytest.mark.browser
def test_the_page_stands_alone_and_leads_to_every_route(
    page: Page, document: dict[str, object]
) -> None:
    page.goto("/docs")
    expect(page.get_by_role("heading", level=1)).to_have_text("API")
    routes = page.locator(".contents a")
    expect(routes).to_have_count(sum(map(len, document["paths"].values())))
    page.locator('.contents a[href$="check_v1_check_post"]').click()
    expect(page.locator("#check_v1_check_post h3")).to_be_in_viewport()
    page.locator('#check_v1_check_post a[href="#schema-CheckedDocument"]').click()
    expect(page.locator("#schema-CheckedDocument h3")).to_be_in_viewport()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/docs")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_every_link_within_the_page_leads_somewhere(address: str) -> None:
    text = httpx.get(f"{address}/docs").text
    places = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= places
    assert len(places) == len(re.findall(r'id="([^"]+)"', text)), "an id stands twice"


def test_every_field_and_schema_is_told(address: str, document: dict[str, object]) -> None:
    view = view_api(document, address)
    told = {schema["name"]: {row["name"] for row in schema["fields"]} for schema in view["schemas"]}
    for name, schema in document["components"]["schemas"].items():
        assert told[name] == set(schema.get("properties", {}))


def test_the_calls_on_the_page_do_what_they_say(
    address: str, desk: Monitor, tmp_path: Path
) -> None:
    (tmp_path / "draft.docx").write_bytes(_docx(tmp_path))
    article = next(iter(desk.articles())).article.id
    desk.fold()
    httpx.post(f"{address}/v1/coverage/sample").raise_for_status()
    (story, *_) = desk.store.list_stories(desk.stories_stamp, limit=1)
    (outlet, *_) = httpx.get(f"{address}/v1/outlets").json()["outlets"]
    said = {"verdict": "relevant"}
    review = httpx.post(f"{address}/v1/articles/{article}/review", json=said, timeout=60).json()
    known = {"DECISION": str(review["decision"])}
    known |= {"ARTICLE_ID": article, "STORY_ID": story.id, "OUTLET_ID": outlet["id"]}
    known |= {"RULE_ID": "child-prostitute", "GUIDELINE": desk.guideline.id}
    calls = re.findall(r'curl"><code>(.*?)</code>', httpx.get(f"{address}/docs").text, re.DOTALL)
    assert len(calls) >= 11
    for escaped in calls:
        call = re.sub(
            "[A-Z]+_ID|DECISION|GUIDELINE", lambda name: known[name[0]], html.unescape(escaped)
        )
        said = subprocess.run(
            ["sh", "-c", f"{call} -w '\n%{{content_type}}\n%{{http_code}}'"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        body, kind, status = said.stdout.rsplit("\n", 2)
        if status == "202":  # an export is made by and by
            known["EXPORT_ID"] = json.loads(body)["id"]
            _wait(f"{address}/v1/exports/{known['EXPORT_ID']}")
        else:
            assert status == "200", f"{call}\n{said.stdout}"
        if call.endswith("-o reviewed.docx"):
            assert (tmp_path / "reviewed.docx").read_bytes().startswith(b"PK"), call
        else:
            assert json.loads(body) if "json" in kind else kind.startswith("text/plain"), call


def _wait(export: str) -> None:
    until = time.monotonic() + 60
    while httpx.get(export).json()["state"] != "done":
        assert time.monotonic() < until
        time.sleep(0.1)


def _docx(folder: Path) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph("Police said that two children were found.")
    document.save(folder / "made.docx")
    return (folder / "made.docx").read_bytes()


def test_markup_in_a_description_stays_text(document: dict[str, object]) -> None:
    hostile = json.loads(json.dumps(document))
    operation = hostile["paths"]["/v1/check"]["post"]
    operation |= {"summary": HOSTILE, "description": f"`{HOSTILE}`", "operationId": '"><script>'}
    hostile["components"]["schemas"]["Alive"]["description"] = HOSTILE
    text = render(
        "docs.html", visitor=AT_HOME, api=view_api(hostile, "http://host.example/'\"<script>")
    )
    assert text.count("<script") == 1  # the site's own, which every page has


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": "integer", "minimum": 1, "maximum": 200}, "integer, ≥ 1, ≤ 200"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["a", "b"], "type": "string"}, '"a" or "b"'),
        ({"const": "ok", "type": "string"}, '"ok"'),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}, "list of Tag"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({}, "anything"),
    ],
)
def test_types_in_words(schema: dict[str, object], words: str) -> None:
    assert "".join(text for text, _ in type_words(schema)) == words


def test_an_example_is_made_where_none_is_given() -> None:
    schemas = {"V": {"enum": ["yes", "no"]}}
    schema = {
        "properties": {
            "v": {"$ref": "#/components/schemas/V"},
            "shown": {"type": "string", "examples": ["x"]},
            "left_out": {"type": "string"},
        },
        "required": ["v"],
    }
    assert example_of(schema, schemas) == {"v": "yes", "shown": "x"}
