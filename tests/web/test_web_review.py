"""Reviewing in Chromium by the keyboard, and by plain forms; by two at once, by a volunteer."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.requests import Request

import serving
from monitor.api.access import get_visitor
from monitor.app import Monitor
from monitor.records.account import AT_HOME, Visitor
from monitor.review.practice import practice_of
from monitor.review.review_queue import Reviewer
from monitor.web.server import create_app
from review_desk import review_desk
from review_session import Typist, compare, listening, rows, stored, work
from store_samples import NOW

VOLA = Visitor("Vola", frozenset({"check", "read", "review"}), provisional=True)


@pytest.fixture(scope="module")
def filled(desk: Monitor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """Sixteen stories, one told twice; the clock goes on by a second each time it is asked."""
    ticks = count()
    now = lambda: NOW + timedelta(seconds=next(ticks))  # noqa: E731
    with review_desk(tmp_path_factory.mktemp("review"), desk, now, stories=16) as monitor:
        yield monitor


@pytest.fixture(scope="module")
def here(filled: Monitor) -> Iterator[str]:
    """Serve it; a header, in tests only, says who calls."""

    def visitor(request: Request) -> Visitor:
        return VOLA if request.headers.get("x-test-visitor") else AT_HOME

    app = create_app(filled)
    app.dependency_overrides[get_visitor] = visitor
    with serving.serve(filled, app=app) as address:
        yield address


@pytest.fixture
def client(here: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=here, headers={"accept": "text/html"}) as client:
        yield client


def fields(html: str) -> dict[str, str]:
    """The hidden fields of the form that decides."""
    form = html[html.index('class="review-form"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def article_in(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query).get("article", [""])[0]


@pytest.mark.browser
def test_two_review_by_the_keyboard_and_the_store_has_what_they_typed(
    browser: Browser, here: str, filled: Monitor
) -> None:
    complaints: list[str] = []
    windows = [browser.new_context(base_url=here).new_page() for _ in range(2)]
    for page in windows:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
    first, second = Typist(windows[0], "Ama"), Typist(windows[1], "Kofi")
    first.begin()
    second.begin("/review?order=newest")
    assert work(first, second, 8, 2, 1) == []
    first.page.keyboard.press("f")  # the first flag, if there is one
    if first.page.locator("[name=flag-1]").count():
        first.page.keyboard.press("Space")
    flagged = first.decide("a")
    assert compare(filled, [first, second]) == []
    acts = [row.act for row in rows(filled, "decisions")]
    assert (acts.count("review"), acts.count("undo")) == (11, 2)
    assert len(first.undone) == 2
    assert sum(bool(tags) for _, tags in first.typed.values()) == 1
    judged = [(row.article_id, row.right, row.reviewer) for row in rows(filled, "flag_verdicts")]
    assert judged in ([], [(flagged, 1, "Ama")])
    keyboard_is_left_alone(first.page)
    for page in windows:
        page.context.close()
    assert complaints == []


def keyboard_is_left_alone(page: Page) -> None:
    """No key acts in a field, with a modifier, or where they were switched off; `?` tells them."""
    with listening(page):
        page.goto("/review")
    shown = page.get_by_role("heading", level=1).inner_text()
    place = page.get_by_label("Reviewing as")
    place.focus()
    page.keyboard.press("End")
    page.keyboard.type(" arb?")
    expect(place).to_have_value("Ama arb?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.keyboard.press("Control+b")
    page.keyboard.press("?")
    expect(page.get_by_text("Keys work wherever")).to_be_visible()
    page.get_by_role("button", name="Switch the keys off").click()
    expect(page.get_by_text("Keys are switched off")).to_have_count(1)
    page.keyboard.press("r")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    expect(page.get_by_role("heading", level=1)).to_have_text(shown)
    expect(page.locator("#review-help")).not_to_have_attribute("open", "")


def test_it_all_works_without_a_script(client: httpx.Client, filled: Monitor) -> None:
    html = client.get("/review", params={"set": "", "order": "", "day": ""}).text
    shown = fields(html)
    assert "Adwoa" not in html
    assert "Mensah" not in html
    said = {**shown, "verdict": "relevant", "place": "th gh", "looked": ""}
    for wrong, status in (
        ({"verdict": "maybe"}, 422),
        ({"place": "Mars"}, 409),
        ({"sha256": "0" * 64}, 409),
        ({"article": "none"}, 404),
        ({"set": "all"}, 422),
        ({"day": "soon"}, 422),
        ({"flag-1": "right", "spot-1": "sex-slave title 700 710"}, 404),
    ):
        assert client.post("/review/decide", data={**said, **wrong}).status_code == status, wrong
    client.post("/review/name", data={"name": "Efua ✓", "back": "https://elsewhere.example/"})
    before = len(rows(filled, "decisions"))
    following = article_in(client.post("/review/decide", data=said))
    assert following not in ("", shown["article"])
    assert filled.store.claimed(filled.now())[following] == "Efua ✓"
    assert stored(filled, "Efua ✓")[shown["article"]] == ("relevant", {"place": ("GH", "TH")})
    html = client.get("/review", params={"article": shown["article"]}).text
    assert "Efua ✓</bdi>: relevant" in html
    undo = {"decision": re.search(r'name="decision" value="(\d+)"', html)[1]}  # type: ignore[index]
    stranger = httpx.post(f"{client.base_url}/review/undo", data=undo)
    assert stranger.status_code == 404
    assert article_in(client.post("/review/undo", data=undo)) == shown["article"]
    assert client.post("/review/undo", data=undo).status_code == 409
    assert shown["article"] not in stored(filled, "Efua ✓")
    assert len(rows(filled, "decisions")) == before + 2
    for path in ("/review/confirm", "/review/differences", "/review/practice", "/review/learning"):
        assert client.get(path).status_code == 200
    cookie = client.post("/review/name", data={"name": "A"}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_copies_get_the_same_word_and_differences_are_listed(
    client: httpx.Client, filled: Monitor
) -> None:
    for name, verdict in (("Yaw", "relevant"), ("Zoe", "not_relevant")):
        client.post("/review/name", data={"name": name})
        html = client.get("/review", params={"article": "article-daily-0"}).text
        assert "same text: <bdi>The Herald" in html
        assert "Yaw</bdi>" not in html  # another's word would be followed
        client.post("/review/decide", data={**fields(html), "verdict": verdict})
    for name, verdict in (("Yaw", "relevant"), ("Zoe", "not_relevant")):
        said = stored(filled, name)
        assert said["article-daily-0"] == said["article-herald-0"] == (verdict, {})
    html = client.get("/review/differences").text
    assert "article=article-herald-0" in html
    assert "sex slaves" not in html
    html = client.get("/review", params={"set": "differ", "article": "article-daily-0"}).text
    assert "Yaw</bdi>: relevant" in html
    assert "Zoe</bdi>: not relevant" in html


def test_a_volunteers_word_waits_to_be_confirmed(client: httpx.Client, filled: Monitor) -> None:
    vola = {"x-test-visitor": "Vola"}
    html = client.get("/review", params={"article": "article-daily-11"}, headers=vola).text
    assert "counts once a reviewer has confirmed it" in html
    said = {**fields(html), "verdict": "borderline"}
    assert client.post("/review/decide", data=said, headers=vola).status_code == 303
    assert "article-daily-11" not in stored(filled, "Vola")
    (waiting,) = filled.store.waiting_decisions()
    confirm = {"decision": str(waiting), "right": "yes"}
    assert client.post("/review/confirm", data=confirm, headers=vola).status_code == 403
    client.post("/review/name", data={"name": "Yaw"})
    assert "<bdi>Vola</bdi> says:" in client.get("/review/confirm").text
    assert client.post("/review/confirm", data=confirm).status_code == 303
    assert stored(filled, "Vola")["article-daily-11"] == ("borderline", {})
    assert client.post("/review/confirm", data=confirm).status_code == 409
    html = client.get("/review/confirm").text
    undo = {"decision": re.search(r'name="decision" value="(\d+)"', html)[1], "page": "confirm"}  # type: ignore[index]
    assert client.post("/review/undo", data=undo).status_code == 303
    assert "article-daily-11" not in stored(filled, "Vola")
    assert filled.store.waiting_decisions() == [waiting]


def test_practice_is_blind_and_told_with_kappa(client: httpx.Client, filled: Monitor) -> None:
    client.post("/review/name", data={"name": "Nana"})
    before = rows(filled, "reviews")
    left = practice_of(filled, Reviewer("Nana")).left
    assert left
    html = client.get("/review/practice").text
    for told in ("The model:", "Forced labour", "Is each flag right?", "Said so far"):
        assert told not in html
    data = {**fields(html), "verdict": "not_relevant"}
    answer = client.post("/review/practice", data=data)
    html = client.get(answer.headers["location"]).text
    assert re.search("You said not relevant; (so did the desk|the desk said)", html)
    assert re.search(r"Cohen&#39;s kappa (is not defined|-?\d\.\d\d \(n = 1\))", html)
    assert rows(filled, "reviews") == before
    assert data["article"] not in practice_of(filled, Reviewer("Nana")).left


def test_a_sample_is_shown_without_what_the_model_says(
    client: httpx.Client, filled: Monitor
) -> None:
    from monitor.records.review import Draw, Drawn

    day = datetime.fromisoformat("2026-11-24").date().isoformat()
    draw = Draw(
        day, "x", (), (Drawn("article-daily-3", 0, 0.5), Drawn("article-daily-5", 1, 1)), NOW
    )
    filled.store.add_draw(draw)
    html = client.get("/review", params={"set": "sample"}).text
    assert "of 2 to decide" in html
    for told in ("The model:", "Forced labour ·", "Is each flag right?"):
        assert told not in html
    assert "Nothing to decide" in client.get("/review?set=sample&day=2026-01-01").text
