"""Corrections that are listed and not applied, and files that are broken."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from corrected_exports import (
    FORMATS,
    TITLE,
    Home,
    add_form,
    annotate,
    corrected_copy,
    each_line,
    key,
    remove_flag,
    remove_form,
    rewrite,
    standoff,
    tag_number,
    url,
)
from light_desk import LightDesk
from monitor.export.columns import CorrectedFormat
from monitor.export.corrections import need_span
from monitor.export.corrections_import import read_keys
from monitor.export.k_anonymity import generalised
from monitor.records.errors import DataError, UsageError
from monitor.settings import Settings
from store_samples import NOW, feed, incoming, poll

# What is listed and not applied -------------------------------------------------------------------


@pytest.mark.parametrize("format", ["brat", "jsonl"])
def test_a_changed_text_is_listed(home: Home, format: CorrectedFormat) -> None:
    out = remove_form(home, format)
    entry = incoming("a", "Another text.", title=TITLE, article_id=key("a"), url=url("a"))
    home.monitor.store.record_poll(poll(feed(), [entry]), NOW)
    applied = home.bring(out, format)
    (told,) = applied.listed
    assert (told.kind, told.why) == ("not applied", "the article was changed since it was exported")
    assert home.said() == []


def test_an_unknown_article_is_listed(home: Home, tmp_path: Path) -> None:
    out = remove_form(home, "doccano")
    (tmp_path / "other").mkdir()
    with LightDesk(Settings(home=tmp_path / "other"), now=lambda: NOW) as other:
        applied = Home(other, home.folder).bring(out, "doccano")
    assert len(applied.listed) == 3
    assert {one.why for one in applied.listed} == {
        "the desk has no such article, or has forgotten it"
    }


def test_a_forgotten_article_is_listed(home: Home) -> None:
    out = remove_form(home, "brat")
    home.monitor.store.forget([key("a")], "request", NOW)
    (told,) = home.bring(out, "brat").listed
    assert (told.kind, told.article_id) == ("not applied", key("a"))
    assert told.why == "the desk has no such article, or has forgotten it"


def test_places_in_another_text_are_not_believed(home: Home) -> None:
    out = home.export("doccano")
    each_line(out / "doccano.jsonl", lambda row: row.update(text=row["text"].replace("men", "man")))
    (told,) = home.bring(out, "doccano").listed
    assert (told.kind, told.why[:12]) == ("not applied", "its text is ")


def test_what_no_review_can_say_is_told(home: Home) -> None:
    out = home.export("jsonl")

    def edit(row: dict[str, Any]) -> None:
        row["tags"].pop(tag_number(row, "indicator", "isolation"))
        row["tags"].pop(tag_number(row, "place", "GH"))
        row["tags"].pop(tag_number(row, "victim", "adult"))
        row["tags"][tag_number(row, "response", "prosecution")]["evidence"].pop()
        row["findings"].append({**row["findings"][0], "start": 1})

    out = corrected_copy(home)
    each_line(out, edit)
    applied = home.bring(out, "jsonl")
    assert [(one.kind, one.why) for one in applied.listed] == [
        ("not said", "indicator: reviews have no word for it"),
        ("not said", "victim: takes exactly one label, marked are 0"),
        ("not said", "finding: 1 marked where no rule had found any"),
        ("not said", "place: reviews say only where the exploitation is"),
        ("not said", "evidence: other words than exported are marked for response-prosecution"),
    ]
    assert home.said() == []


def test_a_flag_that_the_rules_find_no_more_is_told(home: Home) -> None:
    out = remove_flag(home, "jsonl")
    home.monitor.__dict__["assessors"] = home.monitor.assessors[:2]
    (told,) = home.bring(out, "jsonl").listed
    assert told.why == "victim-as-slave: the rules in force find no such flag any more"
    assert home.flags() == {}


def test_an_annotation_begun_anew_takes_nothing_away(home: Home) -> None:
    out = home.export("labelstudio")

    def anew(result: list[dict[str, Any]]) -> None:
        kept = [one for one in result if one["value"].get("labels") == ["form-forced_labour"]]
        result[:] = kept

    annotate(out, anew, parent_prediction=None)
    home.bring(out, "labelstudio")
    assert home.said() == [("Ama", "relevant", {"form": ("forced_labour",)})]
    assert home.flags() == {}


def test_a_skipped_task_says_nothing(home: Home) -> None:
    out = home.export("labelstudio")
    annotate(out, list.clear, was_cancelled=True)
    assert home.bring(out, "labelstudio").read == 0
    assert home.said() == []


def test_a_version_that_was_kept_back_is_in_the_key_file(home: Home) -> None:
    out = remove_form(home, "doccano")
    hidden = {"id": "0123", "url": url("a"), "sha256": "?"}

    def hide(row: dict[str, Any]) -> None:
        hidden["sha256"] = row["record"]["sha256"]
        row["record"] |= {"id": "0123", "sha256": None}

    each_line(out / "doccano.jsonl", hide)
    (told,) = home.bring(out, "doccano").listed
    assert told.why.endswith("name its key file with --key")
    keys = home.folder / "out.key.jsonl"
    keys.write_text(json.dumps(hidden) + "\n", encoding="utf-8")
    assert home.bring(out, "doccano", keys=read_keys(keys)).listed == ()
    assert home.said() == [("Ama", "relevant", {"form": ("forced_labour",)})]


def test_a_withheld_row_says_nothing_and_nothing_can_be_said_of_it(home: Home) -> None:
    out = home.export("jsonl")
    lines = [json.loads(line) for line in (out / "articles.jsonl").read_text("utf-8").splitlines()]
    lines[1] = {**generalised(lines[1]), "id": lines[1]["id"]}
    corrected = home.folder / "corrected.jsonl"
    for path in (out / "articles.jsonl", corrected):
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    applied = home.bring(corrected, "jsonl")
    assert (applied.read, applied.unchanged, applied.listed) == (2, 2, ())
    lines[1]["relevant"] = not lines[1]["relevant"]
    corrected.write_text("".join(json.dumps(one) + "\n" for one in lines), "utf-8")
    (told,) = home.bring(corrected, "jsonl").listed
    assert told.why == "the export withholds what is said of it: correct a restricted one"
    assert home.said("a") == home.said("b") == home.said("c") == []


@pytest.mark.parametrize("format", ["brat", "doccano"])
def test_what_was_given_to_anybody_comes_back(home: Home, format: CorrectedFormat) -> None:
    out = home.give_away(format)
    if format == "brat":
        for path in out.rglob("*.ann"):
            rewrite(path, lambda text: re.sub(r"T\d+\tform-other .*\n#\d+\t.*\n", "", text))
    else:
        gone = re.compile(r', \[\d+, \d+, "form-other"\]')
        rewrite(out / "doccano.jsonl", lambda text: gone.sub("", text))
    written = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert "███████".encode() in written
    applied = home.bring(out, format)
    assert (applied.corrected, applied.reviews, applied.flags, applied.listed) == (3, 3, 0, ())
    # What was left out of the export was not taken away by who corrected it.
    assert home.said("b") == [("Ama", "relevant", {"form": ("forced_labour",)})]


# Files that are broken ----------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_label_that_is_none_names_file_and_place(home: Home, format: CorrectedFormat) -> None:
    out = add_form(home, format)
    for path in [out] if out.is_file() else [p for p in out.rglob("*") if p.is_file()]:
        text = path.read_text("utf-8")
        path.write_text(text.replace("forced_begging", "beggars"), encoding="utf-8", newline="")
    with pytest.raises(DataError, match=r": 'form-beggars' is no label$") as refused:
        home.bring(out, format)
    file, place = str(refused.value).removesuffix(": 'form-beggars' is no label").split(":", 1)
    assert Path(file).is_file()
    if format == "brat":
        assert "form-beggars" in Path(file).read_text("utf-8").splitlines()[int(place) - 1]
    else:
        assert re.fullmatch(r"\d+| task \d+, annotation \d+", place)
    assert home.said() == []


BROKEN = [
    ("doccano", "doccano.jsonl", '{"text": "x', "doccano.jsonl:4: is no JSON"),
    ("doccano", "doccano.jsonl", "[]", "doccano.jsonl:4: it is no document"),
    ("doccano", "doccano.jsonl", '{"text": "x", "label": []}', "doccano.jsonl:4: its offsets"),
    (
        "doccano",
        "doccano.jsonl",
        (
            '{"text": "x", "label": [[0, 9, "form-other"]], "offsets": "utf-16", '
            '"record": {"id": "1", "length": {"title": 0, "text": 1}}}'
        ),
        "doccano.jsonl:4: 0 to 9 is no part of the text",
    ),
    (
        "doccano",
        "doccano.jsonl",
        (
            '{"text": "word", "label": [[0.0, 3.5, "form-other"]], "offsets": "utf-16", '
            '"record": {"id": "1", "length": {"title": 0, "text": 1}}}'
        ),
        "doccano.jsonl:4: 0 to 3.5 is no part of the text",
    ),
    ("jsonl", "articles.jsonl", '{"id": 3}', "articles.jsonl:4: it does not say which article"),
    (
        "jsonl",
        "articles.jsonl",
        '{"id": "1", "text": 5, "length": {"title": 0, "text": 1}}',
        "articles.jsonl:4: it does not say which article",
    ),
    (
        "jsonl",
        "articles.jsonl",
        '{"id": "1", "text": null, "length": {"title": 0, "text": 1e999}}',
        "articles.jsonl:4: it does not say which article",
    ),
    ("brat", "A.ann", "T91 form-other\n", "it is no line of a standoff file"),
    ("brat", "A.ann", "T91\tform-other 0 x\ty\n", "it is no span"),
    ("brat", "A.ann", f"T91\tform-other 0 {'9' * 5000}\ty\n", "it is no span"),
    ("brat", "A.ann", "T91\tform-other 0 5\tOther\n", "its words are not those at its place"),
    ("brat", "A.ann", "T91\tform-other 4 90000\tx\n", "4 to 90000 is no part of the text"),
    ("brat", "A.ann", "T1\tform-other 0 5\tSlave\n", "T1 is there twice"),
    ("brat", "brat/documents.jsonl", '{"document": "../../a"}', "it names no document"),
    ("brat", "brat/documents.jsonl", '{"document": "/etc/a"}', "it names no document"),
    ("brat", "A.ann", "A9\tRelevance T1 perhaps\n", "'perhaps' is none of relevant"),
    ("labelstudio", "labelstudio-0001.json", "]", "labelstudio-0001.json:1: is no JSON"),
]


def test_a_place_may_be_written_as_data_frames_write_it() -> None:
    assert need_span("form-other", 0.0, 1504.0, 2000, "a.json:1") == ("form-other", 0, 1504)
    for start, end in ((0, 3.5), (True, 4), (0, float("inf")), (0, float("nan")), (0, "4")):
        with pytest.raises(DataError, match="no part of the text"):
            need_span("form-other", start, end, 2000, "a.json:1")


@pytest.mark.parametrize(("format", "name", "line", "said"), BROKEN)
def test_a_broken_file_is_refused_whole(
    home: Home, format: CorrectedFormat, name: str, line: str, said: str
) -> None:
    out = remove_form(home, format)
    home.export("jsonl") if format != "jsonl" else None
    path = standoff(out, "c") if name == "A.ann" else out / name if out.is_dir() else out
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(line)
    number = len(path.read_text("utf-8").splitlines())
    said = said.replace("articles.jsonl", path.name)
    with pytest.raises(DataError, match=re.escape(said)) as refused:
        home.bring(out, format)
    if format == "brat":
        assert str(refused.value).startswith(f"{path}:{number}: ")
    assert home.said() == []


def test_a_broken_task_is_named(home: Home) -> None:
    out = home.export("labelstudio")
    annotate(out, lambda result: result.append({"type": "choices", "value": "x"}))
    path = out / "labelstudio-0001.json"
    with pytest.raises(DataError, match=r"task \d, annotation 1: a result has no value"):
        home.bring(out, "labelstudio")
    rewrite(path, lambda text: text.replace('"reviews": []', '"reviews": [1]', 1))
    with pytest.raises(DataError, match="task 1: its reviews are not as they were exported"):
        home.bring(out, "labelstudio")


def test_only_doccano_knows_approval(home: Home) -> None:
    with pytest.raises(UsageError, match="--approved is of doccano's files: brat knows no approv"):
        home.bring(home.export("brat"), "brat", approved=True)


def test_jsonl_needs_the_export_it_was_made_from(home: Home) -> None:
    out = remove_form(home, "jsonl")
    with pytest.raises(UsageError, match="only its export tells"):
        home.bring(out, "jsonl", exported=None)
    with pytest.raises(DataError, match="nowhere: is not there"):
        home.bring(out, "jsonl", exported=Path("nowhere"))
    with pytest.raises(UsageError, match="is the export itself; correct a copy of it"):
        home.bring(home.folder / "out-jsonl", "jsonl")
    other = home.folder / "one.jsonl"
    other.write_text(out.read_text("utf-8").splitlines()[1] + "\n", encoding="utf-8")
    applied = home.bring(out, "jsonl", exported=other)
    assert [one.why for one in applied.listed] == [
        "it is not in the export that was named with --exported"
    ] * 2


def test_a_link_to_what_has_no_end_is_refused(home: Home) -> None:
    out = home.export("brat")
    text = standoff(out).with_suffix(".txt")
    text.unlink()
    text.symlink_to("/dev/zero")
    with pytest.raises(DataError, match=r"\.txt: is no file"):
        home.bring(out, "brat")


def test_a_brat_folder_without_its_list_is_refused(home: Home) -> None:
    out = home.export("brat")
    (out / "brat" / "documents.jsonl").unlink()
    with pytest.raises(DataError, match="it says which articles the documents are"):
        home.bring(out, "brat")
    (out / "keys.jsonl").write_text('{"id": "0123"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"keys\.jsonl:1: is no line of a key file"):
        read_keys(out / "keys.jsonl")
