"""An export's texts fetched again from a real server: the same, changed, gone, kept out."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import feed_server
import own_guide
from feed_server import Answer, FeedServer
from light_desk import LightDesk
from monitor.export.k_anonymity import generalised
from monitor.export.publication import PublicationPolicy
from monitor.export.rehydration import RehydrationReport, RehydrationRequest, rehydrate
from monitor.export.selection import export
from monitor.feeds.article_import import add_article
from monitor.feeds.urls import article_id
from monitor.records.errors import DataError, UsageError
from monitor.records.finding import Span
from monitor.records.tag import Tag
from monitor.settings import CheckSettings, FetchSettings, Settings
from store_samples import NOW, at, flagged, judged, tagged

BODY = [
    f"Paragraph {n} tells how the harbour crew was held without pay 🐦 and what number {n} said."
    for n in range(8)
]
WORDS = "crew was held without"
SPAN = "held without pay 🐦 and what number 3 said"
FEW = ("same", "added", "edited", "moved", "other", "gone")
NAMES = (*FEW, "soft", "refused", "reserved", "robots")


def page(paragraphs: list[str], title: str, head: str = "") -> bytes:
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html lang='en'><head><title>{title}</title>{head}</head><body><article>"
        f"<h1>{title}</h1>{text}</article></body></html>"
    ).encode()


@pytest.fixture(name="server")
def _server() -> Iterator[FeedServer]:
    with feed_server.serve() as served:
        yield served


def desk_in(home: Path) -> LightDesk:
    home.mkdir(exist_ok=True)
    fetch = FetchSettings(timeout_s=5.0, allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
    check = CheckSettings(guideline=str(own_guide.tiny(home.parent, "thb-en")))
    return LightDesk(Settings(home=home, fetch=fetch, check=check), now=lambda: at(60))


def fill(desk: LightDesk, server: FeedServer, names: tuple[str, ...] = FEW) -> None:
    for name in names:
        server.script[f"/{name}"] = Answer(page(BODY, f"Crew held in {name}"))
        add_article(desk, f"{server.url}/{name}")
    for article in desk.store.due("relevance-en@1+aaaaaaaaaaaa", limit=99):
        start = article.text.index(SPAN)
        tag = Tag("form", "forced_labour", 0.9, (Span("text", start, start + len(SPAN)),))
        (finding,) = flagged(article).findings
        spot = article.text.index(WORDS)
        here = replace(finding, field="text", start=spot, end=spot + 21, match="")
        every = [judged(0.9), tagged(tag), replace(flagged(article), findings=(here,))]
        desk.store.record_assessments([(article, one) for one in every], NOW)


def change(server: FeedServer) -> None:
    script = server.script
    script["/added"] = Answer(
        page(["An advertisement for a car, which was not there.", *BODY], "Crew held in added")
    )
    edited = [one for one in BODY if "Paragraph 5" not in one]
    edited[0] = f"Updated at noon. {edited[0]}"
    script["/edited"] = Answer(page(edited, "Crew held in edited"))
    script["/gone"] = Answer(status=410)
    script["/refused"] = Answer(status=403)
    meta = '<meta name="robots" content="noai">'
    script["/reserved"] = Answer(page(BODY, "Crew held in reserved", meta))
    script["/moved"] = Answer(status=301, headers={"Location": "/here"})
    script["/here"] = Answer(page(BODY, "Crew held in moved"))
    cakes = [f"Cake {n} is made of {n} eggs, flour, butter and a little salt." for n in range(9)]
    script["/other"] = Answer(page(cakes, "Cakes"))
    script["/soft"] = Answer(status=302, headers={"Location": "/"})
    script["/"] = Answer(page(cakes, "Home"))
    script["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /robots\n")
    server.requests.clear()


def run(desk: LightDesk, source: Path, out: Path, **more: Any) -> RehydrationReport:
    return rehydrate(desk, RehydrationRequest(source, out, **more))


def lines(path: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {one["id"]: one for one in found}


@pytest.mark.parametrize(("format", "text"), [("jsonl", "quotes"), ("parquet", "full")])
def test_what_becomes_of_an_export(
    server: FeedServer, tmp_path: Path, format: Any, text: Any
) -> None:
    ids = {article_id(f"{server.url}/{name}"): name for name in NAMES}
    with desk_in(tmp_path / "desk") as desk:
        fill(desk, server, NAMES)
        policy = PublicationPolicy(
            text=text, restricted=True, quote_share=1.0
        )  # the texts are short
        export(desk, tmp_path / "export", format=format, policy=policy)
    change(server)
    out = tmp_path / "out"
    with desk_in(tmp_path / "elsewhere") as desk:  # where no desk is, none is made
        done = run(desk, tmp_path / "export", out)
        again = run(desk, tmp_path / "export", out)
    assert not list((tmp_path / "elsewhere").iterdir())
    told = json.loads((out / "report.json").read_text("ascii"))
    causes = {ids[one["id"]]: one["cause"] for one in told["items"]}
    assert causes == {
        **dict.fromkeys(("same", "moved"), "same"),
        **dict.fromkeys(("added", "edited"), "changed"),
        "gone": "gone",
        "soft": "gone",
        "refused": "refused",
        "robots": "robots",
        "reserved": "withdrawn",
        "other": "other_text",
    }
    assert (done.missing, done.moved, done.fetched) == (6, 1, len(NAMES))
    assert (again.missing, again.fetched, again.causes) == (6, 0, done.causes)
    asked = [path for path in server.paths() if path not in ("/robots.txt", "/", "/here")]
    assert sorted(asked) == sorted(f"/{name}" for name in NAMES if name != "robots")

    found = lines(out / "rehydrated.jsonl")
    had = [one["id"] for one in told["items"] if one["cause"] in ("same", "changed")]
    assert list(found) == had
    for record in found.values():
        (tag,) = record["tags"]
        for one, words in ((tag["evidence"][0], SPAN), *((f, WORDS) for f in record["findings"])):
            assert record["text"][one["start"] : one["end"]] == one["match"] == words
        assert record["url"].startswith(server.url)
    how = {ids[one]: record["rehydrated"]["spans"] for one, record in found.items()}
    assert how["same"] == how["added"] == {"hash": 3}
    lost = found[article_id(f"{server.url}/edited")]["rehydrated"]["lost"]
    if text == "full":
        assert how["edited"] == {"context": 2, "lost": 1}
        assert lost == [
            {"of": "scorecard", "label": "no-helpline", "field": "text", "start": 0, "end": 1}
        ]
    else:  # words that stand in every paragraph tell nothing by themselves
        assert how["edited"] == {"words": 1, "lost": 2}
        assert [one["of"] for one in lost] == ["finding", "scorecard"]
    for name in ("rehydrated.jsonl", "progress.jsonl", "report.json"):
        assert stat.S_IMODE((out / name).stat().st_mode) == 0o600


def test_a_run_that_was_killed_goes_on(server: FeedServer, tmp_path: Path) -> None:
    with desk_in(tmp_path / "desk") as desk:
        fill(desk, server)
        export(desk, tmp_path / "export", format="jsonl")
    change(server)
    asked = 0

    def stopped() -> bool:
        return asked > 1

    def count(more: int) -> None:
        nonlocal asked
        asked += more

    out, wish = tmp_path / "out", RehydrationRequest(tmp_path / "export", tmp_path / "out")
    with desk_in(tmp_path / "desk") as desk:
        first = rehydrate(desk, wish, report=count, stopped=stopped)
        assert sum(first.causes.values()) == first.fetched < len(FEW)
        # killed in the middle of a line, and between a record and its line of progress
        progress = (out / "progress.jsonl").read_bytes().splitlines(keepends=True)
        kept = [line for line in progress if b'"same"' not in line]
        (out / "progress.jsonl").write_bytes(b"".join(kept) + b'{"id": "12')
        with (out / "rehydrated.jsonl").open("ab") as file:
            file.write(b'{"schema": 1, "id": "ab')
        rest = rehydrate(desk, wish)
        assert first.fetched + rest.fetched == len(FEW)
        assert sum(rest.causes.values()) == rest.articles == len(FEW)
        pages = [path for path in server.paths() if path.strip("/") in FEW]
        assert len(pages) == len(set(pages))
        assert len(lines(out / "rehydrated.jsonl")) == 4
        policy = PublicationPolicy("full", restricted=True)
        other = export(desk, tmp_path / "x", format="jsonl", policy=policy)
        with pytest.raises(UsageError, match="another export"):
            run(desk, other.path, out)


def test_what_had_no_answer_is_asked_again(server: FeedServer, tmp_path: Path) -> None:
    with desk_in(tmp_path / "desk") as desk:
        fill(desk, server, FEW[:2])
        export(desk, tmp_path / "export", format="jsonl")
        server.script["/same"] = Answer(status=500)
        server.requests.clear()
        wished = RehydrationRequest(tmp_path / "export", tmp_path / "out")
        assert rehydrate(desk, wished).causes == {"no_answer": 1, "same": 1}
        server.script["/same"] = Answer(page(BODY, "Crew held in same"))
        assert rehydrate(desk, wished).fetched == 0
        server.script["/robots.txt"] = Answer(status=500)
        silent = replace(wished, folder=tmp_path / "silent")
    with desk_in(tmp_path / "new") as other:  # that has not asked for it today
        assert rehydrate(other, silent).causes == {"no_answer": 2}
    server.script["/robots.txt"] = Answer(status=404)
    with desk_in(tmp_path / "desk") as desk:
        done = rehydrate(desk, replace(wished, retry=True))
        assert (done.fetched, done.causes) == (1, {"same": 2})


def test_the_desk_knows_what_is_not_to_be_had(server: FeedServer, tmp_path: Path) -> None:
    """What it forgot, what a publisher took back, and what has no address without the key file."""
    ids = {name: article_id(f"{server.url}/{name}") for name in NAMES}
    key = tmp_path / "key.jsonl"
    with desk_in(tmp_path / "desk") as desk:
        fill(desk, server)
        source = export(desk, tmp_path / "export", format="jsonl").path
        rows = lines(source)
        with key.open("w", encoding="utf-8") as file:
            for name in ("added", "moved"):
                row = rows[ids[name]]
                file.write(json.dumps({k: row[k] for k in ("id", "url", "title", "sha256")}) + "\n")
                row.update(url=None, title=None)
        rows[ids["added"]] = {**generalised(rows[ids["added"]]), "id": ids["added"]}
        one = tmp_path / "withheld.jsonl"
        one.write_text("".join(json.dumps(row) + "\n" for row in rows.values()), "utf-8")
        desk.store.forget([ids["gone"]], "person", NOW)
        server.requests.clear()
        done = run(desk, one, tmp_path / "without")
        assert done.causes == {"forgotten": 1, "no_address": 2, "same": 3}
        assert "/gone" not in server.paths()
        with_key = run(desk, one, tmp_path / "with", key=key)
        assert with_key.causes == {"forgotten": 1, "same": 5}
        full = lines(tmp_path / "with" / "rehydrated.jsonl")[ids["added"]]
        assert (full["url"], len(full["text"])) == (f"{server.url}/added", full["length"]["text"])
        full = lines(tmp_path / "with" / "rehydrated.jsonl")[ids["moved"]]
        assert (full["url"], full["title"]) == (f"{server.url}/moved", "Crew held in moved")
        desk.store.forget([ids["moved"]], "person", NOW)  # by its own id, which an export withholds
        one.write_text(one.read_text("utf-8").replace(ids["moved"], "0" * 16), "utf-8")
        key.write_text(key.read_text("utf-8").replace(ids["moved"], "0" * 16), "utf-8")
        server.requests.clear()
        assert run(desk, one, tmp_path / "named", key=key).causes == {"forgotten": 2, "same": 4}
        assert "/moved" not in server.paths()
        (first, *_) = rows.values()
        odd = json.dumps({**first, "tags": [{"evidence": [{"start": "1"}]}]})
        for broken, said in (("[]", "no record"), (odd, "1: no record"), ("{", "no JSON")):
            one.write_text(broken, "utf-8")
            with pytest.raises(DataError, match=said):
                run(desk, one, tmp_path / said)
        other = tmp_path / "other.parquet"
        other.write_text("changed", "utf-8")
        with pytest.raises(DataError, match="no records of an export"):
            run(desk, other, tmp_path / "x")
        source.write_text("changed", "utf-8")
        with pytest.raises(UsageError, match="vouches"):
            run(desk, tmp_path / "export", tmp_path / "y")
