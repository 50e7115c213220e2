"""Exports for anybody: who the people are that an article identifies is told in no file."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from attacks import Loot, names_read, plunder
from digest_samples import article, finding
from monitor.export.annotations import one_text
from monitor.export.exporter import export
from monitor.export.identification_risk import DisclosureRules
from monitor.export.key_file import key_path
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical, record_schema
from monitor.export.redaction import NameRedaction
from monitor.records.article import Enclosure, Review
from monitor.records.article_record import FullRecord, Version
from monitor.records.errors import UsageError
from monitor.records.finding import ScorecardItem, Span
from monitor.records.hidden_names import LANGUAGE, Shown, withheld
from monitor.records.tag import Tag

TITLE = "Amina Yusuf's mother speaks"
TEXT = (
    "Amina Yusuf, 14, of Low Street was sold by a man in Accra. Kofi Mensah, 41, was charged. "
    "AMINA is safe now, said Inspector Ada Obi. " + "The hearing goes on in the old port. " * 60
)
SECRET = "the desk's own"
GUARD = DisclosureRules(frozenset({"child-name-identified"}), frozenset({"thb-en"}), "", SECRET)
STAMPS = ("thb-en@1.0.0+cccccccccccc",)
CREATED = datetime(2026, 11, 28, 9, tzinfo=UTC)


def span(words, field="text"):
    start = (TITLE if field == "title" else TEXT).index(words)
    return Span(field, start, start + len(words))


NAMES = (span("Amina Yusuf", "title"), span("Amina Yusuf"), span("AMINA"))
SHOWN = Shown("", NAMES)
NAMED = finding(
    TEXT,
    "Amina Yusuf",
    field="text",
    scope="body",
    rule="child-name-identified",
    severity="warning",
    guideline="thb-en",
    message="'Amina Yusuf' names a child (14, sold). Leave the name out.",
)
TERM = finding(
    TEXT,
    "sold by a man",
    field="text",
    scope="body",
    rule="other-rule",
    severity="suggestion",
    guideline="thb-en",
    message="'sold by a man' of Amina Yusuf.",
    why="AMINA.",
    suggestions=("Yusuf was sold",),
)


def told(*findings, tags=(), shown=SHOWN, relevance=0.97, **changes):
    one = article(title=TITLE, text=TEXT, findings=findings, tags=tags, relevance=relevance)
    kept = {key: changes.pop(key) for key in ("reviews", "story", "versions") if key in changes}
    judged = {key: changes.pop(key) for key in ("scorecard",) if key in changes}
    of = replace(one.article, sha256="5ec2e7" * 10, **changes)
    return FullRecord(replace(one, article=of, stamps=STAMPS, **judged), shown=shown, **kept)


def given(recorded, *, text="full", secret=SECRET, **options):
    guard = replace(GUARD, secret=secret)
    return publish(canonical(recorded), PublicationPolicy(text, **options), recorded.shown, guard)


def test_names_are_masked_at_their_length_and_others_stay():
    values = given(told(TERM)).values
    assert values["title"] == "███████████'s mother speaks"
    assert len(values["text"]) == len(TEXT)
    assert values["text"].startswith("███████████, 14, of Low Street was sold by a man in Accra.")
    assert "Kofi Mensah" in values["text"]
    assert "Ada Obi" in values["text"]
    (said,) = values["findings"]
    assert said["match"] == "sold by a man"
    assert said["message"] == "'sold by a man' of ███████████."
    assert (said["why"], said["suggestions"]) == ("█████.", ["█████ was sold"])
    assert values["url"]
    assert values["id"] == "a1"
    assert values["sha256"]
    assert one_text(values).endswith(values["text"])


@pytest.mark.parametrize("text", ["none", "quotes", "full"])
def test_no_string_of_any_degree_holds_a_name(text):
    evidence = (span("Amina Yusuf, 14"), span("AMINA is safe"), span("Amina Yusuf", "title"))
    recorded = told(
        TERM,
        tags=(Tag("victim", "child", 0.9, evidence),),
        scorecard=(ScorecardItem("item", True, "It names 'Amina Yusuf'.", (span("AMINA"),)),),
        authors=("Amina Yusuf", "Grace Yusuf"),
        categories=("Amina Yusuf case", "courts", "amina-yusuf", "AminaYusuf"),
        enclosures=(
            Enclosure("https://x.example/amina-yusuf.jpg"),
            Enclosure("https://x.example/1"),
        ),
    )
    values = given(recorded, text=text).values
    said = json.dumps(values, ensure_ascii=False)
    assert not names_read({"Amina Yusuf", "Amina", "AMINA"}, Loot([said]), Loot())
    assert values["authors"] == ["███████████", "Grace Yusuf"]
    assert values["categories"] == ["███████████ case", "courts"]
    assert [one["url"] for one in values["enclosures"]] == ["https://x.example/1"]


def test_identification_is_left_out_without_a_trace():
    named = replace(NAMED, severity="suggestion")  # or the article would be withheld
    evidence = (span("Amina Yusuf, 14"), span("14, of Low Street"), span("was charged"))
    reasons = ("'Amina Yusuf' is named.", "A man 'was charged'.")
    recorded = told(
        named,
        TERM,
        replace(TERM, start=0, end=15, match=TEXT[:15]),
        tags=(Tag("victim", "child", 0.9, evidence),),
        scorecard=tuple(ScorecardItem(n, True, n, (span("Amina Yusuf"),)) for n in reasons),
    )
    made = given(recorded)
    assert [one["rule"] for one in made.values["findings"]] == ["other-rule"]
    assert [one["start"] for one in made.values["tags"][0]["evidence"]] == [
        span("14, of Low Street").start,
        span("was charged").start,
    ]
    assert [item.get("reason") for item in made.values["scorecard"]] == [None, reasons[1]]
    assert made.values["scorecard"][0]["evidence"] == []
    assert made.withheld["identification_findings"] == 1
    assert made.withheld["beside_identification"] >= 4
    whole = given(recorded, restricted=True).values
    assert [one["rule"] for one in whole["findings"]].count("child-name-identified") == 1
    assert (whole["title"], whole["text"]) == (TITLE, TEXT)


def test_what_a_guideline_found_that_is_in_force_no_more_may_identify():
    record = canonical(told(TERM))
    for known, stays in ((None, True), (frozenset({"thb-en"}), True), (frozenset({"own"}), False)):
        made = publish(record, PublicationPolicy("full"), SHOWN, replace(GUARD, known=known))
        assert bool(made.values["findings"]) is stays
        assert made.withheld["identification_findings"] == (not stays)


def test_what_leads_to_an_article_that_identifies_somebody_goes_into_the_key():
    recorded = told(
        NAMED,
        authors=("Ann Writer",),
        mining_policy="https://coast.example/tdm?a1",
        reviews=(Review("a1", "s", "ann@desk.example", "relevant", at=CREATED),),
        versions=(Version("5ec2e7" * 10, CREATED), Version("0" * 60, CREATED)),
        story="a0",
    )
    made = given(recorded)
    values = made.values
    Draft202012Validator(json.loads(record_schema())).validate(values)
    assert values["withheld_year"] == 2026
    told_of = {name for name, value in values.items() if value or value is False}
    assert told_of == {
        *("schema", "id", "relevant", "borderline", "experimental", "stamps", "withheld_year"),
        *("length", "flow_region", "provenance"),  # keys that must be there, and say nothing
    }
    assert made.key == {
        "id": values["id"],
        "url": "https://coast.example/a1",
        "title": TITLE,
        "sha256": "5ec2e7" * 10,
    }
    said = json.dumps(values)
    for clue in ("coast.example/a1", '"a1"', '"a0"', "5ec2e7", "ann@", "Ann Writer", "07:10"):
        assert clue not in said
    again = given(recorded).values
    other = given(recorded, secret="another").values
    assert values == again
    assert values["id"] != other["id"]
    stories = [given(told(TERM, story="a0"), secret=one).values["story"] for one in ("a", "b")]
    assert len({"a0", *stories}) == 3
    assert given(recorded, restricted=True).values["reviews"][0]["reviewer"] == "ann@desk.example"


@pytest.mark.parametrize(
    ("recorded", "named"),
    [
        (told(replace(NAMED, severity="suggestion")), True),
        (told(NAMED), False),
        (told(shown=replace(SHOWN, link_tells=True)), False),
        (told(shown=None), False),
        (told(TERM, url="https://coast.example/freed-yusuf-speaks"), False),
        (told(TERM, url="https://x.example/yusuf", relevance=0.1), True),
        (told(), False),  # the guideline failed: it has a stamp, and has said nothing
    ],
)
def test_when_an_article_keeps_its_name(recorded, named):
    values = given(recorded).values
    assert (values["url"] is not None) is named
    assert (values["id"] == "a1") is named


def test_names_are_known_as_addresses_write_them():
    text = "Luíza dos Santos-Đorđević was sold. Amina Yusuf was freed."
    spans = [Span("text", 0, 25), Span("text", text.index("Amina"), text.index(" was freed"))]
    veil = NameRedaction({"title": "", "text": text}, spans)
    assert veil.hidden["text"] == [(0, 25), (36, 47)]
    for told in ("x.example/luiza-freed", "x.example/case_SANTOS", "x.example/dordevic.html"):
        assert veil.stands_in(told), told
    assert veil.stands_in("x.example/aminayusuf2.jpg")
    assert veil.stands_in("x.example/%4C%55%C3%8DZA")
    for told in ("x.example/direitos-dos-migrantes", "x.example/luizas", "x.example/yusufs-aminas"):
        assert not veil.stands_in(told), told


def test_who_wrote_and_published_it_is_told_without_hidden_names(tmp_path):
    of = {"Amina Yusuf": 11, "By Amina Yusuf": 11, "Yusuf, as told to Ada Obi": 5}
    of |= {"Grace Yusuf and Amina Yusuf": 11, "Amina Grace": 0, "AMINA (survivor)": 5}
    of |= {"by amina yusuf": 11, "Amina Y.": 5, "Ada Obi": 0}
    recorded = told(TERM, authors=tuple(of), outlet="Amina Yusuf's Own Page")
    values = given(recorded).values
    assert [name.count("█") for name in values["authors"]] == list(of.values())
    assert list(map(len, values["authors"])) == list(map(len, of))
    assert values["outlet"] == "███████████'s Own Page"
    asked = {"outlet": "Amina Yusuf's Own Page"}
    report = files(tmp_path, recorded, filters=asked)
    assert report.facts.filters == {"outlet": "█"}
    assert files(tmp_path, told(TERM), filters={"outlet": "Coast"}).facts.filters != {"outlet": "█"}


def test_an_article_that_no_guideline_judged_keeps_its_name_if_it_hides_none():
    unjudged = replace(told(), assessed=replace(told().assessed, stamps=("relevance-en@1+a",)))
    assert given(unjudged).values["url"] is None
    assert given(unjudged).withheld["unjudged"] == 1
    assert given(replace(unjudged, shown=Shown(TITLE))).values["url"]


@pytest.mark.parametrize("text", ["none", "quotes", "full"])
def test_nothing_is_told_where_names_cannot_be_told(text):
    tags = (Tag("victim", "child", 0.9, (span("was charged"),)),)
    recorded = told(TERM, tags=tags)
    recorded = replace(recorded, shown=withheld(recorded.assessed.article, LANGUAGE))
    made = given(recorded, text=text)
    values = made.values
    assert "text" not in values
    assert values["title"] is values["url"] is None
    assert values["findings"] == values["tags"] == []
    assert (made.withheld["untold"], made.withheld["unjudged"]) == (1, 0)


def files(tmp_path, *recorded, name="out", **options):
    guard = replace(GUARD, asked=options.pop("asked", ""))
    key = options.pop("key", key_path(tmp_path / name))
    return export(
        list(recorded),
        tmp_path / name,
        format=options.pop("format", "jsonl"),
        guard=guard,
        key=key,
        now=CREATED,
        k=1,  # so that each has a row
        **options,
    )


def test_the_key_file_is_for_its_owner_and_beside(tmp_path):
    report = files(tmp_path, told(NAMED, story="s"), told(shown=Shown(TITLE)))
    assert report.key == tmp_path / "out.key.jsonl"
    assert stat.S_IMODE(report.key.stat().st_mode) == 0o600
    (line,) = map(json.loads, report.key.read_text().splitlines())
    assert line["url"] == "https://coast.example/a1"
    first, second = map(json.loads, report.path.read_text().splitlines())
    assert (first["id"], second["id"]) == ("a1", line["id"])
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out.key.jsonl"}


def test_the_key_follows_what_the_folder_holds(tmp_path):
    files(tmp_path, told(NAMED))
    other = told(NAMED, id="a2", url="https://coast.example/a2")
    files(tmp_path, other, format="csv")  # beside the lines of jsonl
    key = key_path(tmp_path / "out")
    assert len(key.read_text().splitlines()) == 2
    files(tmp_path, other, name="new")
    files(tmp_path, told(NAMED), name="new")  # in their place
    (line,) = map(json.loads, key_path(tmp_path / "new").read_text().splitlines())
    assert line["url"].endswith("a1")
    for path in (tmp_path / "new").iterdir():
        if path.name != "articles.jsonl":
            path.unlink()
    with pytest.raises(UsageError, match="of no export"):
        files(tmp_path, other, name="new")
    assert "a1" in key_path(tmp_path / "new").read_text()
    shared = tmp_path / "shared.jsonl"
    for one, name in ((other, "b"), (told(NAMED), "c"), (told(NAMED), "c")):
        files(tmp_path, one, name=name, key=shared)
    lines = map(json.loads, shared.read_text().splitlines())
    assert sorted(line["url"][-2:] for line in lines) == ["a1", "a2"]


def test_a_key_inside_the_folder_is_refused_and_nothing_is_left_of_a_failure(tmp_path):
    assert key_path(tmp_path / "out" / "..") == tmp_path.with_name(f"{tmp_path.name}.key.jsonl")
    with pytest.raises(UsageError, match="folder of its own"):
        key_path(Path("/"))
    (tmp_path / "notes").write_text("mine\n[1]\n")
    for path in (Path("/dev/null"), tmp_path, tmp_path / "notes"):
        with pytest.raises(UsageError, match=f"{path}: it is there, and no key file"):
            files(tmp_path, told(NAMED), key=path)
    (tmp_path / "notes").unlink()
    with pytest.raises(UsageError, match="must not lie in"):
        files(tmp_path, told(NAMED), key=tmp_path / "out" / "k" / "key.jsonl")

    def failing():
        yield told(NAMED)
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError):
        export(failing(), tmp_path / "out", format="jsonl", guard=GUARD, key=tmp_path / "k.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_what_is_restricted_shares_no_folder_with_what_is_for_anybody(tmp_path):
    secret = PublicationPolicy(restricted=True)
    files(tmp_path, told(TERM))
    with pytest.raises(UsageError, match="holds an export for anybody: write this one elsewhere"):
        files(tmp_path, told(TERM), format="csv", policy=secret)
    files(tmp_path, told(TERM), policy=secret)  # in the place of the other
    with pytest.raises(UsageError, match="holds a restricted export"):
        files(tmp_path, told(TERM), format="csv")
    assert not (tmp_path / "out" / "articles.csv").exists()


def test_the_same_secret_gives_the_same_bytes_and_stands_in_no_file(tmp_path):
    for name in ("one", "two"):
        for kind in ("jsonl", "csv"):
            files(tmp_path, told(NAMED), told(TERM, id="a2"), name=name, format=kind)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert SECRET.encode() not in path.read_bytes()
    assert key_path(tmp_path / "one").read_bytes() == key_path(tmp_path / "two").read_bytes()


def test_what_was_searched_for_is_not_told_where_it_names_somebody(tmp_path):
    asked = {"query": "amina", "story": "a0"}
    report = files(tmp_path, told(NAMED), filters=asked, asked="amina")
    assert report.facts.filters == {"query": "█", "story": "█"}
    assert files(tmp_path, told(NAMED), filters=asked, asked="port yus*").facts.filters == {
        "query": "█",
        "story": "█",
    }
    assert files(tmp_path, told(TERM), filters=asked, asked="yusufs* am*").facts.filters == asked
    files(tmp_path, told(NAMED), filters=asked, asked="amina")
    loot, rest = plunder(tmp_path / "out", [])
    assert not names_read({"Amina", "amina"}, rest, Loot())
    assert not loot
    report = files(tmp_path, told(), filters={"query": "port"}, asked="port")
    assert report.facts.filters == {"query": "port"}


def test_an_import_tells_whose_file_it_was_in_a_restricted_export_alone():
    told = {"file": "case-ama.jsonl", "sha256": "ab", "format": "jsonl", "place": 3, "name": "x"}
    told["at"] = "2026-11-28T06:00:00Z"
    record = canonical(FullRecord(article()))
    record["provenance"]["import"] = told
    shown = Shown(record["title"])
    given = publish(record, PublicationPolicy(), shown, guard=DisclosureRules()).values[
        "provenance"
    ]["import"]
    assert given.keys() == {"sha256", "format", "place", "at"}
    assert (
        publish(record, PublicationPolicy(restricted=True)).values["provenance"]["import"] == told
    )
    record["provenance"]["feed"] = "import:ab"
    nameless = publish(
        record, PublicationPolicy(), replace(shown, link_tells=True), guard=DisclosureRules()
    ).values
    assert nameless["provenance"] == {"feed": None, "origin": None, "fetched": None}
