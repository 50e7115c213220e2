"""What brat, spaCy, Label Studio and doccano are given, read back as they read it."""

import json
import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import pytest
import spacy
from hypothesis import given, settings
from spacy.tokens import DocBin

from annotated import articles, assessed, marks_on_words, published, read_brat
from digest_samples import BODY, TAGS, TITLE, finding
from monitor.export import brat, docbin, doccano, labelstudio
from monitor.export.annotations import all_names, name_of, one_text, parse_name
from monitor.export.docbin import make_doc, make_tokenizer
from monitor.labels.schemes import ONE_LABEL_SCHEMES, SCHEMES, check_labels
from monitor.records.finding import Span
from monitor.records.tag import Tag

VOCAB = spacy.blank("xx").vocab
ENGLISH = make_tokenizer("en")
RICH = assessed(TITLE, BODY, tags=TAGS, findings=(finding(TITLE, "Sex slave"),))


def write(module, values, folder):
    writer = module.open_writer(folder, "full")
    writer.write(values)
    writer.close()
    return writer


def read_units(text, start, end):
    """Return what JavaScript's `text.substring` does."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def check_brat(values, folder):
    writer = write(brat, values, folder)
    document = read_brat(folder / "brat" / "0001" / "a1.ann")
    text = one_text(values)
    assert len(document.text) == len(text)
    different = {ours for ours, read in zip(text, document.text, strict=True) if ours != read}
    assert different <= {"\r"}
    spans = [(name, pairs) for name, pairs in document.spans.values() if name != "document"]
    expected = []
    for name, start, end in marks_on_words(values):
        at, pairs = start, []
        for line in document.text[start:end].splitlines(keepends=True):
            pairs.append((at, at + len("".join(line.splitlines()))))
            at += len(line)
        if document.text[start:end].strip():
            expected.append((name, pairs))
    assert [(name, _joined(pairs)) for name, pairs in spans] == [
        (name, _joined(pairs)) for name, pairs in expected
    ]
    assert writer.lost["spans_of_space_only"] == len(marks_on_words(values)) - len(expected)
    return document, writer


def _joined(pairs):
    """What of the text the pieces cover, however they are cut."""
    return sorted({n for start, end in pairs for n in range(start, end)})


def check_docbin(values, folder):
    writer = write(docbin, values, folder)
    (path,) = writer.files
    (doc,) = DocBin().from_disk(path).get_docs(VOCAB)
    check_doc(doc, values)
    return doc, writer


def check_doc(doc, values):
    text = one_text(values)
    assert doc.text == text
    found = [
        (span.label_, span.start_char, span.end_char)
        for key in ("tags", "findings")
        for span in doc.spans[key]
    ]
    assert found == marks_on_words(values)
    assert all(span.text == text[span.start_char : span.end_char] for span in doc.spans["tags"])


def check_labelstudio(values, folder):
    writer = write(labelstudio, values, folder)
    (task,) = json.loads((folder / "labelstudio-0001.json").read_text("utf-8"))
    text = task["data"]["text"]
    assert text == one_text(values)
    (prediction,) = task["predictions"]
    regions = [one["value"] for one in prediction["result"] if one["type"] == "labels"]
    assert [(*one["labels"], one["start"], one["end"]) for one in regions] == marks_on_words(values)
    assert all(text[one["start"] : one["end"]] == one["text"] for one in regions)
    config = ET.parse(folder / "labelstudio.xml").getroot()
    controls = {one.get("name"): one for one in config.iter() if one.get("toName") == "text"}
    for one in [*prediction["result"], *(r for a in task["annotations"] for r in a["result"])]:
        allowed = {child.get("value") for child in controls[one["from_name"]]}
        kind = {"labels": "Labels", "choices": "Choices"}[one["type"]]
        assert controls[one["from_name"]].tag == kind
        assert set(one["value"][one["type"]]) <= allowed
    return task, writer


def check_doccano(values, folder):
    writer = write(doccano, values, folder)
    (line,) = (folder / "doccano.jsonl").read_text("utf-8").splitlines()
    row = json.loads(line)
    text = one_text(values)
    assert row["text"] == text
    assert [name for _, _, name in row["label"]] == [name for name, _, _ in marks_on_words(values)]
    for (start, end, _), (_, first, last) in zip(row["label"], marks_on_words(values), strict=True):
        assert read_units(row["text"], start, end) == text[first:last]
    return row, writer


CHECKS = (check_brat, check_docbin, check_labelstudio, check_doccano)


@given(articles())
@settings(max_examples=25, deadline=None)
def test_any_text_and_spans_are_read_back(one):
    values = published(one)
    empty = sum(
        span.start == span.end
        for span in (
            *(span for tag in one.tags for span in tag.evidence),
            *one.findings,
            *(span for item in one.scorecard for span in item.evidence),
        )
    )
    doc = make_doc(values, ENGLISH)
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (read,) = DocBin().from_bytes(packed).get_docs(VOCAB)
    check_doc(read, values)
    for check in (check_brat, check_labelstudio, check_doccano):
        with TemporaryDirectory() as folder:
            _, writer = check(values, Path(folder))
            assert writer.lost["empty_spans"] == empty
            assert all(number > 0 for number in writer.lost.values())


@pytest.mark.parametrize("degree", ["none", "quotes", "full"])
@pytest.mark.parametrize("check", CHECKS)
def test_degrees_of_text_keep_offsets(check, degree, tmp_path):
    values = published(RICH, degree)
    check(values, tmp_path)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (b"Secret tail" in written) == (degree == "full" and check is not check_docbin)
    assert (b"\xc2\xb7\xc2\xb7" in written) == (degree != "full" and check is not check_docbin)


def test_brat_has_what_is_of_the_whole_article(tmp_path):
    document, writer = check_brat(published(RICH), tmp_path)
    assert document.spans["T1"] == ("document", [(0, len(TITLE))])
    assert document.attributes == [("Relevance", "T1", "relevant"), ("victim-unknown", "T1", None)]
    notes = dict(document.notes)
    assert notes["T1"] == "article a1; relevance 0.97; victim-unknown 0.5"
    assert notes["T2"] == "score 0.93"
    assert notes["T6"].startswith("error; Names a person")
    config = (tmp_path / "brat" / "annotation.conf").read_text("utf-8")
    sections = {part.splitlines()[0]: part for part in config.split("[")[1:]}
    entities = {line.strip() for line in sections["entities]"].splitlines()}
    assert {name for name, _ in document.spans.values()} <= entities
    attributes = {line.split("\t")[0] for line in sections["attributes]"].splitlines()}
    assert {name for name, _, _ in document.attributes} <= attributes
    listed = json.loads((tmp_path / "brat" / "documents.jsonl").read_text("utf-8"))
    words = {"match", "message", "why", "suggestions", "sources"}  # in text, notes, or lost
    assert listed["findings"][0].keys() == published(RICH)["findings"][0].keys() - words
    gone = {"url", "outlet", "language", "published", "seen", "provenance", "reviews"}
    assert gone | {"finding_explanations"} <= writer.lost.keys()
    assert writer.lost.keys().isdisjoint(("text", "title", "tags", "findings", "sha256", "stamps"))
    assert set(writer.lost.values()) == {1}


def test_thousands_of_brat_documents_go_into_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(brat, "PER_FOLDER", 2)
    writer = brat.open_writer(tmp_path, "full")
    values = published(RICH)
    for id_ in ("a1", "../up", "a3", ".hidden", "a5"):
        writer.write({**values, "id": id_})
    writer.close()
    names = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.ann"))
    assert names == [
        *("brat/0001/a1.ann", "brat/0001/article-2.ann", "brat/0002/a3.ann"),
        *("brat/0002/article-4.ann", "brat/0003/a5.ann"),
    ]


def test_docbin_has_the_record_and_its_scores(tmp_path):
    doc, writer = check_docbin(published(RICH), tmp_path)
    assert doc.cats["relevance"] == 0.97
    assert doc.cats["victim-unknown"] == 0.5
    (flag,) = doc.spans["findings"]
    place, number = flag.id_.split("/")
    assert doc.user_data["record"][place][int(number)]["rule"] == "sex-slave"
    assert doc.user_data["record"]["sha256"] == "0" * 64
    assert "text" not in doc.user_data["record"]
    assert writer.lost == Counter()


def test_docbin_is_written_in_shards(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin, "PER_FILE", 2)
    writer = docbin.open_writer(tmp_path, "full")
    for n in range(5):
        writer.write({**published(RICH), "id": f"a{n}"})
    writer.close()
    read = [doc for path in writer.files for doc in DocBin().from_disk(path).get_docs(VOCAB)]
    assert [path.name for path in writer.files] == [f"docbin-{n:04d}.spacy" for n in (1, 2, 3)]
    assert [doc.user_data["record"]["id"] for doc in read] == [f"a{n}" for n in range(5)]


def test_label_studio_has_predictions_and_reviews(tmp_path, monkeypatch):
    monkeypatch.setattr(labelstudio, "PER_FILE", 1)
    task, writer = check_labelstudio(published(RICH), tmp_path)
    (prediction,) = task["predictions"]
    assert prediction["model_version"] == "relevance-en@1.0.0+0123456789ab"
    assert prediction["score"] == 0.97
    chosen = {
        r["from_name"]: r["value"]["choices"]
        for r in prediction["result"]
        if "score" not in r and r["type"] == "choices"
    }
    assert chosen == {"relevance": ["relevant"], "whole-victim": ["victim-unknown"]}
    (review,) = task["annotations"]
    said = {one["from_name"]: one["value"]["choices"] for one in review["result"]}
    assert said == {"relevance": ["relevant"], "whole-form": ["form-other"]}
    assert writer.lost == Counter()
    two = tmp_path / "two"
    two.mkdir()
    writer = labelstudio.open_writer(two, "full")
    for _ in range(2):
        writer.write(published(RICH))
    writer.close()
    assert [len(json.loads(path.read_text("utf-8"))) for path in writer.files[1:]] == [1, 1]


@pytest.mark.parametrize("module", [brat, docbin, doccano, labelstudio])
def test_no_article_makes_files_that_are_read(module, tmp_path):
    writer = module.open_writer(tmp_path, "full")
    writer.close()
    assert all(path.exists() for path in writer.files)
    assert writer.lost == Counter()
    if module is docbin:
        assert list(DocBin().from_disk(writer.files[0]).get_docs(VOCAB)) == []
    if module is labelstudio:
        assert json.loads(writer.files[1].read_text("utf-8")) == []


@pytest.mark.parametrize("module", [brat, docbin, doccano, labelstudio])
def test_the_same_records_give_the_same_bytes(module, tmp_path):
    first, again = ({}, {})
    for name, files in (("one", first), ("two", again)):
        folder = tmp_path / name
        folder.mkdir()
        write(module, published(RICH), folder)
        files |= {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert first == again


def test_doccano_lines_have_the_same_keys_and_none_is_null(tmp_path):
    # doccano reads them into one table: what is missing or null in a line comes back as NaN.
    bare = assessed("", "", relevance=0.1)
    rows = [check_doccano(published(one), tmp_path / name)[0] for one, name in _two(tmp_path, bare)]
    assert rows[0].keys() == rows[1].keys()
    assert None not in [*rows[0].values(), *rows[1].values()]


def _two(tmp_path, bare):
    for name in ("rich", "bare"):
        (tmp_path / name).mkdir()
    return [(RICH, "rich"), (bare, "bare")]


def test_whatever_a_person_may_say_can_be_marked():
    names = all_names(())
    assert SCHEMES.keys() == names.keys()
    assert all(names.values())
    for scheme, some in names.items():
        assert all(re.fullmatch(r"[a-z]+-[\w-]+", name, re.ASCII) for name in some)
        if scheme not in (*ONE_LABEL_SCHEMES, "indicator"):
            assert len(
                check_labels({scheme: [parse_name(name).label for name in some]})[scheme]
            ) == len(some)


def test_names_say_what_they_mean():
    assert name_of("place", "TH", "exploitation") == "place-TH"
    for tag in (("form", "other", None), ("place", "TH", "origin"), ("finding", "sex-slave", None)):
        named = parse_name(name_of(*tag))
        assert (named.scheme, named.label, named.role) == tag
    assert parse_name("place-TH").role == "exploitation"
    assert parse_name("nonsense") is None
    assert parse_name("form-") is None


def test_a_mark_over_spaces_keeps_them(tmp_path):
    text = "One  two three"
    tags = tuple(
        Tag("form", "other", 0.5, (Span("text", *place),))
        for place in ((3, 4), (4, 9), (8, 9), (0, 14))
    )
    values = published(assessed("", text, tags=tags))
    doc, _ = check_docbin(values, tmp_path)
    assert [span.text for span in doc.spans["tags"]] == [" ", " two ", " ", text]


@pytest.mark.parametrize("format", [brat, docbin, doccano, labelstudio])
def test_a_span_behind_the_text_costs_no_export(tmp_path, format):
    values = published(RICH)
    values["tags"][0]["evidence"].append({"field": "text", "start": 9_000, "end": 9_009})
    writer = write(format, values, tmp_path)
    assert writer.lost["spans_outside_text"] == 1
