"""The files beside the data of an export: counted, measured, and read back by their programs."""

import csv
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from ruamel.yaml import YAML

from digest_samples import BODY, TAGS, article, finding
from monitor.export.columns import Column, ExportFormat
from monitor.export.croissant import croissant
from monitor.export.error_rates import error_rates
from monitor.export.export_facts import ExportFacts, FileFacts, Tally, file_facts, sha256_of
from monitor.export.exporter import export
from monitor.export.packaging import citation, datapackage, dataset_card
from monitor.export.publication import PublicationPolicy
from monitor.labels.data_files import data_dir
from monitor.records.article_record import FullRecord
from monitor.records.tag import Tag
from monitor.settings import ExportSettings

OURS = ExportSettings(
    "News of the Sunrise Desk", ("Sunrise Desk",), "CC-BY-4.0", "", "https://a.example"
)
COLUMNS = (
    Column("id", "text", "what names the article"),
    Column("relevance", "number", "the probability"),
    Column("relevant", "boolean", "whether it is shown"),
    Column("stamps", "list", "what judged"),
)
ROWS = [
    {
        "id": "a",
        "relevance": 0.5,
        "relevant": True,
        "stamps": ["x@1", "y@1"],
        "tags": [{"label": "z"}],
    },
    {"id": "b", "relevance": None, "relevant": None, "stamps": [], "tags": []},
]


def record(*verdicts, **values):
    reviews = [
        {"reviewer": f"r{i}", "verdict": v, "provisional": False} for i, v in enumerate(verdicts)
    ]
    seen = "2026-11-20T08:00:00Z"
    plain = {
        "stamps": ["x@1"],
        "tags": [],
        "findings": [],
        "relevance": 0.5,
        "language": "en",
        "outlet": "One",
    }
    return {**plain, "seen": seen, "reviews": reviews, **values}


def tallied(*records):
    tally = Tally()
    for each in records:
        tally.add(each)
    return tally.labels


def file_of(folder, path, columns=()):
    data = (folder / path).read_bytes()
    rows = len(ROWS) if columns else None
    return FileFacts(path, len(data), hashlib.sha256(data).hexdigest(), rows=rows, columns=columns)


def rates(*stamps, **options):
    return error_rates(stamps, data_dir("models"), **options)


def current(name):
    meta = max((data_dir("models") / name).glob("*/meta.json"))
    return f"{name}@{meta.parent.name}+0123456789ab"


def facts_of(*files, **values):
    plain = ExportFacts(
        format="csv",
        policy=PublicationPolicy(),
        rows=len(ROWS),
        files=files,
        filters={"query": "a```b", "since": None},
        stamps=(current("tags-en"),),
        created=datetime(2026, 11, 28, 6, tzinfo=UTC),
        lost={},
        withheld={"quotes": 3, "expired": 0},
        labels=tallied(record("relevant", "relevant")),
        about=OURS,
        measured=rates(current("tags-en"), current("relevance-en")),
    )
    return replace(plain, **values)


@pytest.fixture
def tables(tmp_path):
    """Both kinds of table in one folder, and many small files."""
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "articles.jsonl").write_text(lines, encoding="utf-8")
    with (tmp_path / "articles.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in COLUMNS])
        writer.writerows([["a", 0.5, "TRUE", "x@1;y@1"], ["b", "", "", ""]])
    (tmp_path / "documents").mkdir()
    for number in range(60):
        (tmp_path / f"documents/{number}.txt").write_text("word")
    small = file_facts(tmp_path / "documents", "documents")
    rich = (*COLUMNS, Column("tags", "object", "labels with evidence"))
    tables = file_of(tmp_path, "articles.jsonl", rich), file_of(tmp_path, "articles.csv", COLUMNS)
    return tmp_path, facts_of(*tables, small)


# Counting ----------------------------------------------------------------------------------


def test_tally_counts_labels_and_agreement():
    labels = tallied(
        record("relevant", "relevant", tags=[{"experimental": True}, {}]),
        record("relevant", "not_relevant", language=None, outlet="Two"),
        record("not_relevant", "not_relevant", "not_relevant", seen="2026-10-01T00:00:00Z"),
        record("relevant", relevance=None, mining="reserved"),
        record(),
    )
    assert (labels["tags"], labels["experimental"], labels["judged"]) == (2, 1, 4)
    assert (labels["reviewed"], labels["reviewers"], labels["outlets"]) == (4, 3, 2)
    assert labels["languages"] == {"en": 4, "unknown": 1}
    assert labels["mining"] == {"not stated": 4, "reserved": 1}
    assert (labels["first"], labels["last"]) == ("2026-10-01", "2026-11-20")
    # 10 ordered pairs, 8 of them equal; alpha by hand: 1 - (7 - 1) * 2 / (2 * 3 * 4)
    assert labels["agreement"]["articles"] == 3
    assert labels["agreement"]["share"] == pytest.approx(0.8)
    assert labels["agreement"]["alpha"] == pytest.approx(0.5)


def test_nobody_agrees_with_themselves():
    """Of one who said it twice the later word counts once."""
    again = record("relevant", "not_relevant", "not_relevant")
    for review in again["reviews"]:
        review["reviewer"] = "Ama"
    assert tallied(again)["agreement"]["articles"] == 0
    again["reviews"][-1]["reviewer"] = "Kofi"
    agreement = tallied(again)["agreement"]
    assert (agreement["articles"], agreement["share"]) == (1, 1)


def test_agreement_is_unknown_where_nobody_looked_twice():
    assert tallied(record("relevant"), record())["agreement"]["share"] is None
    same = tallied(record("relevant", "relevant"))["agreement"]
    assert (same["share"], same["alpha"]) == (1, None)


# Error rates -------------------------------------------------------------------------------


def test_error_rates_are_those_of_the_models_that_judged():
    found = rates(current("tags-en"), current("relevance-en"), "tags-en@0.0.1+old", "../x@1+y")
    meta = json.loads(max((data_dir("models") / "tags-en").glob("*/meta.json")).read_text())
    measured = {(row["data"], row["scheme"], row["label"]): row for row in found["labels"]}
    for label, row in meta["scores"]["dev"]["form"]["labels"].items():
        assert measured["dev", "form", label]["precision"] == row["precision"]
    assert measured["dev", "relevance", "relevant"]["recall"] > 0.5
    assert {row["region"] for row in found["regions"]} == meta["scores"]["regions"].keys()
    unmeasured = {(row["scheme"], row["label"]) for row in found["not_measured"]}
    assert {(s, one) for s, labels in meta["experimental"].items() for one in labels} <= unmeasured
    assert found["unknown"] == ["tags-en@0.0.1+old", "../x@1+y"]


def test_rules_tell_how_often_they_were_right():
    measure = {"flags": 4, "right": 3, "sure": 5, "found": 2}
    rules = {"a": SimpleNamespace(**measure), "b": SimpleNamespace(**dict.fromkeys(measure, 0))}
    then, stamp = "thb-en@1.0.0+then", "thb-en@1.0.0+now"
    measured = SimpleNamespace(date="2026-11-27", data="some articles", unseen=False, rules=rules)
    first, second = rates(stamp, rules={stamp: (then, measured)})["rules"]
    assert (first["precision"], first["recall"]) == (0.75, 0.4)
    assert (second["precision"], second["recall"]) == (None, None)
    assert first["measured"] != first["stamp"]


# Cards -------------------------------------------------------------------------------------


def front(card):
    _, yaml, text = card.split("---\n", 2)
    return YAML(typ="safe").load(yaml), text


def test_card_has_the_hubs_front_matter(tables):
    _, facts = tables
    head, text = front(dataset_card(facts))
    assert head["license"] == "cc-by-4.0"
    assert head["language"] == ["en"]
    assert head["size_categories"] == ["n<1K"]
    assert head["annotations_creators"] == ["machine-generated", "expert-generated"]
    assert [one["data_files"] for one in head["configs"]] == ["articles.jsonl", "articles.csv"]
    assert "sexual_exploitation" in text
    assert "3 places of which the words are over the limit" in text
    assert text.count("```") == 2  # what was searched for does not end the block


@pytest.mark.parametrize(
    ("licence", "head"),
    [
        ("", {"license": "other", "license_name": "not-stated"}),
        ("https://a.example/l", {"license": "other", "license_link": "https://a.example/l"}),
        ("Etalab-2.0", {"license": "other", "license_name": "Etalab-2.0"}),
    ],
)
def test_card_says_other_licences(licence, head):
    facts = facts_of(about=replace(OURS, licence=licence))
    assert head.items() <= front(dataset_card(facts))[0].items()


def test_a_restricted_export_says_so():
    assert "**Restricted.**" in dataset_card(facts_of(policy=PublicationPolicy(restricted=True)))
    assert (
        "Not to be published"
        in croissant(facts_of(policy=PublicationPolicy(restricted=True)))[
            "rai:personalSensitiveInformation"
        ]
    )


def test_an_empty_export_has_its_cards():
    empty = facts_of(rows=0, stamps=(), measured=rates(), labels=tallied(), about=ExportSettings())
    assert "0 articles of 0 outlets" in dataset_card(empty)
    YAML(typ="safe").load(citation(empty))


def test_citation_is_yaml_with_what_the_format_asks():
    told = YAML(typ="safe").load(citation(facts_of(about=replace(OURS, title='"Odd": title'))))
    assert told["cff-version"] == "1.2.0"
    assert told["title"] == '"Odd": title'
    assert told["authors"] == [{"name": "Sunrise Desk"}]
    assert str(told["date-released"]) == "2026-11-28"


# Read by the programs they are for ---------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_the_records(tables):
    mlc = pytest.importorskip("mlcroissant")
    folder, facts = tables
    (folder / "croissant.json").write_text(json.dumps(croissant(facts)), encoding="utf-8")
    dataset = mlc.Dataset(jsonld=str(folder / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings
    for name in ("articles.jsonl", "articles.csv"):
        rows = list(dataset.records(f"records/{name}"))
        assert [row[f"records/{name}/id"] for row in rows] == [b"a", b"b"]
        assert [row[f"records/{name}/relevance"] for row in rows] == [0.5, None]
    (first, _) = dataset.records("records/articles.jsonl")
    assert first["records/articles.jsonl/stamps"] == [b"x@1", b"y@1"]


@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_refuses_a_file_that_was_changed(tables):
    mlc = pytest.importorskip("mlcroissant")
    folder, facts = tables
    (folder / "croissant.json").write_text(json.dumps(croissant(facts)), encoding="utf-8")
    with (folder / "articles.csv").open("a") as file:
        file.write("c,,,\r\n")
    dataset = mlc.Dataset(jsonld=str(folder / "croissant.json"))
    with pytest.raises(Exception, match="Download"):
        list(dataset.records("records/articles.csv"))


@pytest.mark.filterwarnings("ignore")
def test_frictionless_validates_tables_and_hashes(tables):
    frictionless = pytest.importorskip("frictionless")
    folder, facts = tables
    descriptor = datapackage(facts)
    descriptor["resources"] = [r for r in descriptor["resources"] if r["path"] != "articles.jsonl"]
    path = Path(folder / "datapackage.json")
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    report = frictionless.validate(str(path))
    assert report.valid, report.flatten(["rowNumber", "fieldNumber", "type", "note"])
    with (folder / "articles.csv").open("a") as file:
        file.write("c,0.1,FALSE,\r\n")
    assert not frictionless.validate(str(path)).valid


# Whole exports -----------------------------------------------------------------------------

FORMATS = get_args(ExportFormat)


def exported(folder, format, **options):
    options = {"about": OURS, "now": datetime(2026, 11, 28, tzinfo=UTC), **options}
    tags = (
        *TAGS,
        Tag("place", "NA", 0.5, (), "mentioned"),
    )  # "NA": no missing value
    one = article(tags=tags, findings=(finding(BODY, "skipper", field="text", scope="body"),))
    two = article("a2", language=None)
    records = [FullRecord(each) for each in (one, two)]
    return export(
        records, folder, format=format, policy=PublicationPolicy(restricted=True), **options
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_export_is_a_package(tmp_path, format):
    out = exported(tmp_path / "out", format).manifest.parent
    listed = dict(
        reversed(line.split("  ", 1)) for line in (out / "SHA256SUMS").read_text().splitlines()
    )
    files = [path for path in out.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert listed == {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    head, text = front((out / "README.md").read_text(encoding="utf-8"))
    assert head["pretty_name"] == OURS.title
    assert f"as `{format}`" in text
    package = json.loads((out / "datapackage.json").read_text())
    assert all((out / resource["path"]).is_file() for resource in package["resources"])


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
@pytest.mark.filterwarnings("ignore")
def test_mlcroissant_reads_an_export(tmp_path, format):
    mlc = pytest.importorskip("mlcroissant")
    out = exported(tmp_path / "out", format).manifest.parent
    dataset = mlc.Dataset(jsonld=str(out / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    rows = list(dataset.records("records/articles"))
    assert [row["records/articles/id"] for row in rows] == [b"a1", b"a2"]
    assert [row["records/articles/language"] for row in rows] == [b"en", None]
    assert [row["records/articles/relevant"] for row in rows] == [True, True]


@pytest.mark.filterwarnings("ignore")
def test_frictionless_reads_every_table(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    out = exported(tmp_path / "out", "csv").manifest.parent
    report = frictionless.validate(str(out / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldNumber", "type", "note"])
    resources = frictionless.Package(str(out / "datapackage.json")).resources
    tags = next(resource for resource in resources if resource.path == "tags.csv").read_rows()
    assert "NA" in [row["label"] for row in tags]
    assert {row["experimental"] for row in tags} == {False}
    fields = [one for r in resources for one in r.schema.to_dict().get("fields", ())]
    assert all(field["description"] for field in fields)


@pytest.mark.parametrize("format", ["jsonl", "parquet", "doccano"])
@pytest.mark.filterwarnings("ignore")
def test_frictionless_vouches_for_what_is_no_flat_table(tmp_path, format):
    frictionless = pytest.importorskip("frictionless")
    report = exported(tmp_path / "out", format)
    package = str(tmp_path / "out" / "datapackage.json")
    assert frictionless.validate(package).valid
    report.path.write_bytes(report.path.read_bytes() + b" ")
    assert not frictionless.validate(package).valid


def test_two_formats_share_a_folder_and_its_checksums(tmp_path):
    exported(tmp_path, "csv")
    exported(tmp_path, "jsonl")
    listed = {line.split("  ", 1)[1] for line in (tmp_path / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in tmp_path.iterdir()} - {"SHA256SUMS"}
    assert listed == there
    entries = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert {entry["format"] for entry in entries} == {"csv", "jsonl"}


def test_checksums_of_a_folder_of_files_stay_beside_another_format(tmp_path):
    for kind in ("brat", "jsonl", "brat", "csv", "jsonl"):
        exported(tmp_path, kind)
        lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        there = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "SHA256SUMS"]
        assert listed == {p.relative_to(tmp_path).as_posix(): sha256_of(p) for p in there}
        assert len(lines) == len(there)
