"""Pages of stories, trends and outlets over HTTP: what they say, and what they do not."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from lxml import html

from monitor.app import Monitor
from monitor.records.counts import outlet_id
from monitor.settings import ServeSettings
from monitor.stats.trend_queries import judge_flag
from serving import desk, serve
from store_samples import NOW
from story_desk import HOSTILE, NAME, NAMED, RESCUED, bring, opened, tell

__all__ = ["desk"]

ECHO, POST = outlet_id("The Echo"), outlet_id(HOSTILE)
Served = tuple[Monitor, httpx.Client]


@pytest.fixture(scope="module", name="told")
def _told(tmp_path_factory: pytest.TempPathFactory, desk: Monitor) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("told")
    with opened(folder, desk) as monitor:
        tell(monitor)
        with serve(monitor) as address, httpx.Client(base_url=address, timeout=60) as client:
            yield monitor, client


@pytest.fixture(name="client")
def _client(told: Served) -> httpx.Client:
    return told[1]


def page(client: httpx.Client, path: str, status: int = 200) -> html.HtmlElement:
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status, path
    assert NAME not in answer.text, path
    assert "<script>alert" not in answer.text, path
    assert 'style="' not in answer.text, path
    shown = html.fromstring(answer.text)
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids)), path
    return shown


def words(node: html.HtmlElement, path: str) -> str:
    return " ".join(" ".join(found.text_content() for found in node.xpath(path)).split())


def test_a_story_is_listed_with_its_outlets_and_counted(client: httpx.Client) -> None:
    shown = page(client, "/stories")
    assert words(shown, "//p[@class='lede']").startswith("1 story, newest first")
    (card,) = shown.xpath("//li[@class='story']")
    assert card.xpath(".//h2//a/@href") == ["/stories/article-wire"]
    assert f"/outlets/{ECHO}" in card.xpath(".//p[@class='told']/a/@href")
    assert "3 articles" in words(card, ".//p[@class='meta']")


@pytest.mark.parametrize(
    ("query", "stories"),
    [
        ("form=&place=&outlet=&several=&since=&to=", 1),
        ("form=sexual_exploitation&place=gh&outlet=The+Echo&several=yes", 1),
        ("form=organ_removal", 0),
        ("outlet=Nobody", 0),
        ("since=2026-11-26", 0),
        ("since=2026-11-25&to=2026-11-25", 1),
    ],
)
def test_filters_stand_in_the_query(client: httpx.Client, query: str, stories: int) -> None:
    shown = page(client, f"/stories?{query}")
    assert len(shown.xpath("//li[@class='story']")) == stories
    assert words(shown, "//p[@class='lede']").startswith(f"{stories} stor")


@pytest.mark.parametrize(
    "path",
    [
        "/stories?after=nobody",
        "/stories?form=none",
        "/stories?since=yesterday",
        "/stories/article-wire?after=nobody",
        "/trends?since=2026-11-02&to=2026-11-01",
        "/trends?to=9999-12-31",
        "/trends?step=year",
        "/outlets?after=nobody",
    ],
)
def test_what_cannot_be_asked_for_is_said(client: httpx.Client, path: str) -> None:
    page(client, path, 422)


@pytest.mark.parametrize(
    "path", ["/stories/nobody", "/trends/none.csv", "/outlets/nobody", "/outlets/nobody/letter"]
)
def test_what_is_not_there_is_said(client: httpx.Client, path: str) -> None:
    page(client, path, 404)


def test_a_story_tells_who_was_first_and_what_each_made_of_it(client: httpx.Client) -> None:
    shown = page(client, "/stories/article-wire")
    assert "First: The Wire" in words(shown, "//p[@class='lede']")
    first, copy, post = shown.xpath("//ul[contains(@class, 'side-by-side')]/li")
    assert "First of 3" in words(first, ".//p[@class='meta']")
    assert "[name withheld]" in words(copy, ".//h2")
    assert "Flags inherited from the first" in words(copy, ".//h3")
    added = copy.xpath(".//h3[starts-with(., 'Flags added')]/following-sibling::ul[1]/li")
    lines = [" ".join(line.text_content().split()) for line in added]
    assert any("words not repeated" in line for line in lines)
    assert any("in tears" in line for line in lines)
    assert "in tears" in words(copy, ".//details[1]//ins")
    assert copy.xpath(".//summary[contains(., 'versions')]")
    assert "three" in words(copy, ".//ol[@class='versions']//del")
    assert "the first's text, word for word" in words(post, ".//p[@class='meta']")
    assert "child (3 of 3)" in words(shown, "//dl")


def test_a_digest_leads_to_its_stories_and_outlets(client: httpx.Client) -> None:
    links = page(client, "/digests/2026-11-25").xpath("//li[@class='story']//a/@href")
    assert "/stories/article-wire" in links
    assert {f"/outlets/{outlet_id('The Wire')}", f"/outlets/{ECHO}"} <= set(links)


def test_a_long_story_has_pages(told: Served) -> None:
    monitor, client = told
    for n in range(12):
        bring(monitor, f"copy-{n:02}", f"Gazette {n}", ago_h=1.9 - n / 100)
    monitor.fold()
    shown = page(client, "/stories/article-wire")
    cards = "//ul[contains(@class, 'side-by-side')]/li"
    assert len(shown.xpath(cards)) == 12
    (after,) = shown.xpath("//a[@rel='next']/@href")
    rest = page(client, after)
    assert [words(one, ".//p[@class='meta'][2]")[:10].strip() for one in rest.xpath(cards)] == [
        "First of 1",
        "13 of 15 t",
        "14 of 15 t",
        "15 of 15 t",
    ]
    assert not rest.xpath("//a[@rel='next']")


def test_every_plot_has_a_name_and_its_table(client: httpx.Client) -> None:
    shown = page(client, "/trends?since=2026-11-01&to=2026-11-30")
    assert "Coverage, not incidence" in words(shown, "//p[@class='notice']")
    plots = shown.xpath("//*[name()='svg'][@role='img']")
    assert len(plots) >= 5
    for plot in plots:
        name, told = plot.get("aria-labelledby").split()
        assert shown.xpath(f"//*[@id='{name}']")[0].text_content().strip()
        assert shown.xpath(f"//*[@id='{told}']")[0].text_content().strip()
        (section,) = plot.xpath("ancestor::section")
        assert len(section.xpath(".//table//tr")) > 1
        assert section.xpath(".//a[@download]/@href")[0].startswith("/trends/")
        assert not plot.xpath(".//*[@style] | .//style")


def test_what_is_chosen_is_counted_and_nothing_is_said_to_be_nothing(client: httpx.Client) -> None:
    days = "since=2026-11-01&to=2026-11-30"
    assert page(client, f"/trends?{days}&place=GH&step=").xpath("//section")
    none = page(client, f"/trends?{days}&place=TH")
    assert "No article about trafficking that is as chosen" in words(none, "//p[@class='quiet']")


def test_a_table_is_read_back_as_it_was_and_runs_no_formula(client: httpx.Client) -> None:
    days = "since=2026-11-01&to=2026-11-30"
    answer = client.get(f"/trends/outlets.csv?{days}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["period"] for row in rows} == {"2026-11-01..2026-11-30"}
    assert all(row["note"].startswith("Coverage, not incidence") for row in rows)
    assert HOSTILE in [row["outlet"] for row in rows]
    listed = client.get(f"/outlets.csv?{days}").content.decode("utf-8-sig")
    assert "The Echo" in listed
    assert client.get(f"/outlets/{ECHO}/flags.csv?{days}").status_code == 200


def test_an_outlet_has_its_scorecard_and_says_what_is_missing(client: httpx.Client) -> None:
    shown = page(client, f"/outlets/{ECHO}")
    assert words(shown, "//h1") == "The Echo"
    assert "1 story" in words(shown, "//p[@class='lede']")
    assert "a share takes 20" in words(shown, "//section")
    assert "Guideline: thb-en@" in words(shown, "//footer")
    assert "None in these days" in words(shown, "//section[@aria-labelledby='panel-confirmed']")
    listed = page(client, "/outlets?name=ECHO")
    assert listed.xpath("//tbody//a/@href")[0].startswith(f"/outlets/{ECHO}?since=")
    assert words(listed, "//p[@class='lede']").startswith("1 outlet with such a name")


def test_a_letter_is_made_of_what_people_confirmed(told: Served) -> None:
    monitor, client = told
    path = f"/outlets/{ECHO}/letter"
    none = page(client, path)
    assert not none.xpath("//textarea")
    assert "monitor reviews flag" in words(none, "//main")
    for rule in (RESCUED[0], NAMED[0]):
        judge_flag(monitor, "article-echo", rule, right=True, reviewer="a")
    judge_flag(monitor, "article-echo", "trauma-voyeurism", right=False, reviewer="a")
    (area,) = page(client, path).xpath("//textarea")
    letter = area.text_content()
    assert "“rescued”" in letter
    assert "protecting children" not in letter  # the made-up finding says humanity
    assert "in tears" not in letter
    assert "could tell who somebody is" in letter
    assert "An article whose headline we do not repeat" in letter
    assert "https://news.example" not in letter  # its address may repeat the headline
    assert not {"Abena", "Owusu", "Tetteh"} & set(re.findall(r"\w+", letter))
    outlet = page(client, f"/outlets/{ECHO}")
    flags = outlet.xpath("//section[@aria-labelledby='panel-confirmed']//li")
    assert len(flags) == 2
    assert "/stories/article-wire" in flags[0].xpath(".//a/@href")


def test_outlets_outside_of_the_days_are_not_there(told: Served) -> None:
    day = (NOW - timedelta(days=200)).date()
    page(told[1], f"/outlets/{ECHO}?since={day}&to={day}", 404)
    assert not page(told[1], f"/outlets?since={day}&to={day}").xpath("//tbody")


def test_scorecards_are_for_who_may_read_unless_they_are_switched_on(
    told: Served, tmp_path: Path
) -> None:
    monitor, home = told
    far = {"x-forwarded-for": "203.0.113.9", "accept": "text/html"}
    scorecards = ("/outlets", "/outlets.csv", f"/outlets/{ECHO}", f"/outlets/{ECHO}/flags.csv")
    for path in scorecards:
        assert home.get(path, headers=far).status_code in (303, 401), path
    with opened(tmp_path, monitor, serve=ServeSettings(public_scorecards=True)) as shown:
        tell(shown)
        with serve(shown) as address, httpx.Client(base_url=address, timeout=60) as client:
            for path in scorecards:
                answer = client.get(path, headers=far)
                assert answer.status_code == 200, path
                for inside in ("/stories", "Confirmed flags", "/letter", "rescued from", NAME):
                    assert inside not in answer.text, path
            for path in (f"/outlets/{ECHO}/letter", "/stories", "/trends"):
                assert client.get(path, headers=far).status_code in (303, 401), path
            assert "Confirmed flags" in client.get(f"/outlets/{ECHO}").text
