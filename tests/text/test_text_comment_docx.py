"""Comments in Word files: exactly at the words, and nothing else changed, for every shape."""

import io
import os
import re
import time
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import word_corpus
from monitor.records.errors import UsageError
from monitor.text.docx_comments import comment_docx
from word_corpus import para, run
from word_reading import (
    W,
    around,
    comments,
    finding,
    found,
    main,
    main_name,
    order_faults,
    ours,
    parts,
    text_of,
    without,
)
from word_shapes import SHAPES

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
shapes = pytest.mark.parametrize("name", SHAPES)
ASIDE = re.compile(r"In the[a-z ’]+: “(.*)”", re.DOTALL)


def reviewed(data: bytes, document: dict[str, Any] | None = None, now: datetime = NOW) -> bytes:
    document = found(data) if document is None else document
    return comment_docx(data, document, author="monitor", now=now)


def test_there_are_a_dozen_shapes_and_some_are_of_libreoffice() -> None:
    assert len(SHAPES) >= 15
    assert sum(name.startswith("libreoffice") for name in SHAPES) >= 2


@shapes
def test_each_finding_has_a_comment_around_its_words(name: str) -> None:
    data = SHAPES[name]()
    document = found(data)
    assert document["findings"]
    out = reviewed(data, document)
    texts, said = around(out), ours(out)
    words, aside = [], []
    for key, lines in said.items():
        if quoted := ASIDE.match(lines[0]):
            aside.append(quoted[1])
        elif not lines[0].startswith("Worth considering"):
            words.append(texts[key])
    assert sorted(words + aside) == sorted(f["match"] for f in document["findings"])
    assert len(said) == len(document["findings"]) + 1
    references = [e.get(W + "id") for e in main(out).iter(W + "commentReference")]
    assert len(set(references)) == len(references)
    assert set(references) >= said.keys()


@shapes
def test_text_and_formatting_stay(name: str) -> None:
    data = SHAPES[name]()
    out = reviewed(data)
    assert text_of(out) == text_of(data)
    assert without(out, ours(out)) == without(data, {})
    before, after = parts(data), parts(out)
    changed = {n for n in before if before[n] != after[n]}
    folder = main_name(data).rpartition("/")[0]
    rels = f"{folder}/_rels/{main_name(data).rpartition('/')[2]}.rels"
    own = {"[Content_Types].xml", rels, f"{folder}/comments.xml"}
    assert changed <= own | {main_name(data), f"{folder}/_rels/comments.xml.rels"}
    assert after.keys() - before.keys() <= own | {f"{folder}/_rels/comments.xml.rels"}
    for other, comment in comments(data).items():
        assert etree.tostring(comments(out)[other], method="c14n") == etree.tostring(
            comment, method="c14n"
        )
    for name_ in own & before.keys():
        old, new = (etree.fromstring(p[name_]) for p in (before, after))
        assert [etree.tostring(e) for e in new][: len(old)] == [etree.tostring(e) for e in old]


@shapes
def test_a_second_run_replaces_our_comments(name: str) -> None:
    once = reviewed(SHAPES[name]())
    assert parts(reviewed(once)) == parts(once)
    none = reviewed(once, {"findings": [], "scorecard": []})
    assert ours(none) == {}
    assert without(none, {}) == without(SHAPES[name](), {})
    assert reviewed(none, {"findings": [], "scorecard": []}) is none


@shapes
def test_what_is_written_is_in_the_schemas_order(name: str) -> None:
    out = reviewed(SHAPES[name]())
    assert [*order_faults(main(out))] == []
    for comment in comments(out).values():
        assert [*order_faults(comment)] == []


def test_a_comment_says_what_why_better_where_and_by_which_rule() -> None:
    out = reviewed(SHAPES["word_runs"]())
    whole, one = ours(out).values()
    assert whole == [
        "Worth considering for the draft as a whole:",
        "no-helpline: No helpline is named.",
        "Rule: no-helpline",
    ]
    assert one == [
        "A child cannot be a <prostitute> & more.",
        "Why: It names a choice.",
        "Why: There is none.",
        "Better: exploited child",
        "Source: A guide, 2.1",
        "Rule: child-prostitute (error)",
    ]
    comment = comments(out)["1"]
    told = {key.rpartition("}")[2]: value for key, value in comment.attrib.items()}
    assert told == {
        "id": "1", "author": "monitor", "initials": "mon", "date": "2026-11-28T09:30:00Z",
    }  # fmt: skip
    assert (
        b'Target="https://guide.example/a?b=1&amp;c" TargetMode="External"'
        in parts(out)["word/_rels/comments.xml.rels"]
    )
    assert around(out)["0"] == "Girls freed in raid"
    assert comment.find(f".//{W}pStyle").get(W + "val") == "Kommentartext"


def test_an_address_that_is_none_is_no_link_and_controls_are_left_out() -> None:
    data = SHAPES["word_runs"]()
    document = found(data)
    document["findings"][0]["sources"][0]["url"] = "javascript:alert(1)"
    document["findings"][0]["message"] = "A\x00 bell\x07 and half \ud800 a pair"
    out = reviewed(data, document)
    assert ours(out)["1"][0] == "A bell and half  a pair"
    assert not any(b"javascript" in part for part in parts(out).values())


def changed(data: bytes, name: str, *pairs: tuple[str, str]) -> bytes:
    files = parts(data)
    text = files[name].decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return word_corpus.zipped({**files, name: text.encode()})


def with_states(data: bytes, states: str) -> bytes:
    """Give all comments paragraph ids, as Word does on saving, and a part that tells of states."""
    files = parts(data)
    root = etree.fromstring(files["word/comments.xml"])
    for number, paragraph in enumerate(root.iter(W + "p")):
        w14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
        paragraph.set(w14 + "paraId", f"{number + 1:08X}")
    files["word/comments.xml"] = etree.tostring(root)
    ids = [[p.attrib[f"{w14}paraId"] for p in comment.iter(W + "p")][-1] for comment in root]
    entries = states.format(*ids)
    files["word/commentsExtended.xml"] = (
        f"<w15:commentsEx {word_corpus.NAMESPACES}>{entries}</w15:commentsEx>".encode()
    )
    kind = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
    files["word/_rels/document.xml.rels"] = files["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="x" Type="{kind}" Target="commentsExtended.xml"/>'.encode()
        + b"</Relationships>",
    )
    return word_corpus.zipped(files)


TWO = para(run("A child prostitute and a child prostitute."))


@pytest.mark.parametrize(
    "states",
    [
        '<w15:commentEx w15:paraId="{1}" w15:done="1"/><w15:commentEx w15:paraId="{2}"/>',
        '<w15:commentEx w15:paraId="0000FFFF" w15:paraIdParent="{1}"/>'  # noqa: ISC004
        '<w15:commentEx w15:paraId="{2}"/>',
    ],
    ids=["resolved", "answered"],
)
def test_ours_that_are_resolved_or_answered_stay_and_are_not_repeated(states: str) -> None:
    once = with_states(reviewed(word_corpus.package(TWO)), states)
    again = reviewed(once, now=datetime(2026, 12, 1, tzinfo=UTC))
    dates = {key: c.get(W + "date") for key, c in comments(again).items()}
    assert sorted(dates.values()) == ["2026-11-28T09:30:00Z"] + ["2026-12-01T00:00:00Z"] * 2
    assert dates["1"] == "2026-11-28T09:30:00Z"
    assert sorted(around(again).values()) == [
        "A child prostitute and a child prostitute.", "child prostitute", "child prostitute",
    ]  # fmt: skip
    extended = etree.fromstring(parts(again)["word/commentsExtended.xml"])
    assert len(extended) == 1, "the entry of the replaced one is gone, the other stays"
    # Another rule at the same place is another matter.
    other = {"findings": [finding(2, 18, "child prostitute", "another-rule")], "scorecard": []}
    assert [lines[-1] for lines in ours(reviewed(once, other)).values()] == [
        "Rule: child-prostitute (error)",
        "Rule: another-rule (error)",
    ]


def test_a_resolved_remark_on_the_whole_is_not_repeated() -> None:
    once = with_states(
        reviewed(word_corpus.package(TWO)), '<w15:commentEx w15:paraId="{0}" w15:done="1"/>'
    )
    document = found(once)
    document["scorecard"].append({**document["scorecard"][0], "item": "no-context"})
    again = ours(reviewed(once, document))
    assert again["0"][-1] == "Rule: no-helpline"
    assert [lines[-1] for lines in again.values()].count("Rule: no-helpline") == 1
    assert "Rule: no-context" in [lines[-1] for lines in again.values()]


def test_a_resolved_one_on_a_footnote_is_not_repeated_and_another_there_is_made() -> None:
    data = SHAPES["word_notes"]()
    key = next(k for k, lines in ours(reviewed(data)).items() if "footnote" in lines[0])
    index = [*ours(reviewed(data))].index(key)
    once = with_states(reviewed(data), f'<w15:commentEx w15:paraId="{{{index}}}" w15:done="1"/>')
    again = ours(reviewed(once))
    assert sum("footnote" in lines[0] for lines in again.values()) == 1
    document = found(once)
    text = text_of(once)
    start = text.index("was used")
    document["findings"].append(finding(start, start + 8, "was used"))
    assert sum("footnote" in lines[0] for lines in ours(reviewed(once, document)).values()) == 2


def test_comments_of_others_and_their_parts_stay_as_they_are() -> None:
    data = SHAPES["word_comments"]()
    out = parts(reviewed(reviewed(data)))
    for name in ("commentsExtended", "commentsIds", "people"):
        assert out[f"word/{name}.xml"] == parts(data)[f"word/{name}.xml"]


def test_notes_boxes_and_pictures_are_commented_in_the_body() -> None:
    notes = reviewed(SHAPES["word_notes"]())
    places = {ASIDE.match(lines[0])[0].split(":")[0]: key for key, lines in ours(notes).items()
              if ASIDE.match(lines[0])}  # fmt: skip
    assert places.keys() == {"In the footnote", "In the endnote"}
    root = main(notes)
    (start,) = (e for e in root.iter(W + "commentRangeStart")
                if e.get(W + "id") == places["In the footnote"])  # fmt: skip
    assert start.getnext().find(W + "footnoteReference").get(W + "id") == "1"
    assert b"commentRange" not in parts(notes)["word/footnotes.xml"]
    box = reviewed(SHAPES["word_box"]())
    assert not [
        e for b in main(box).iter(W + "txbxContent") for e in b.iter(W + "commentRangeStart")
    ]


def test_a_link_or_insertion_that_is_flagged_whole_has_the_marks_around_it() -> None:
    out = main(reviewed(SHAPES["word_wrapped"]()))
    first = next(iter(out.iter(W + "hyperlink")))
    assert first.getprevious().tag == W + "commentRangeStart"
    assert first.getnext().tag == W + "commentRangeEnd"


def test_findings_of_another_file_are_refused() -> None:
    document = {"findings": [finding(0, 5, "Other")], "scorecard": []}
    with pytest.raises(UsageError, match="not of this file"):
        reviewed(SHAPES["word_runs"](), document)
    document["findings"][0] |= {"start": 0, "end": 0, "match": ""}
    with pytest.raises(UsageError):
        reviewed(SHAPES["word_runs"](), document)


def test_the_headline_field_has_no_place_in_the_file() -> None:
    data = SHAPES["word_runs"]()
    document = {"findings": [finding(0, 5, "x") | {"field": "title"}], "scorecard": []}
    assert reviewed(data, document) is data


# --- any text


MARKS = [
    "\u0301",
    "\u200d",
    "\u00ad",
    "\u00a0",
    "👩🏽‍🎤",
    "🌊",
    "שלום",
    "قلم",
    "e\u0301",
    "\ufb01",
    "\u202e",
    "ﷺ",
]
ANY = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
PIECES = st.one_of(
    st.text(ANY, min_size=1, max_size=6),
    st.sampled_from(MARKS),
    st.sampled_from(["\t", "\n", "child ", " ", "prostitute"]),
)  # fmt: skip
LOOKS = st.sampled_from(["", "<w:b/>", '<w:rStyle w:val="X"/><w:i/>', "<w:rtl/>"])
WRAPS = st.sampled_from([
    "{}", "{}", "{}",
    '<w:hyperlink w:anchor="a">{}</w:hyperlink>',
    '<w:ins w:id="1" w:author="a">{}</w:ins>',
    '<w:smartTag w:element="a">{}</w:smartTag>',
    "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
    '{}<w:del w:id="2" w:author="a"><w:r><w:delText>gone</w:delText></w:r></w:del>',
    '{}<w:proofErr w:type="spellStart"/>',
])  # fmt: skip
ELEMENTS = {"\t": "<w:tab/>", "\n": "<w:br/>", "\u00ad": "<w:softHyphen/>"}


@st.composite
def drafts(draw: st.DrawFn) -> bytes:
    """A file of a few paragraphs, each of a few runs, some of them wrapped in something."""
    body = ""
    for _ in range(draw(st.integers(1, 3))):
        inside = ""
        for pieces in draw(
            st.lists(st.lists(PIECES, min_size=1, max_size=4), min_size=1, max_size=4)
        ):
            texts = "".join(
                ELEMENTS.get(p) or f'<w:t xml:space="preserve">{escape(p)}</w:t>' for p in pieces
            )
            inside += draw(WRAPS).format(f"<w:r><w:rPr>{draw(LOOKS)}</w:rPr>{texts}</w:r>")
        body += f"<w:p>{inside}</w:p>"
    return word_corpus.package(body + para(run("End.")))


@settings(max_examples=int(os.environ.get("WORD_EXAMPLES", "40")), deadline=None)
@given(drafts(), st.data())
def test_comments_stand_exactly_at_any_words(data: bytes, choice: st.DataObject) -> None:
    text = text_of(data)
    findings = []
    for _ in range(choice.draw(st.integers(1, 4))):
        start = choice.draw(st.integers(0, len(text) - 1))
        stop = text.find("\n\n", start)
        end = choice.draw(st.integers(start + 1, len(text) if stop < 0 else max(stop, start + 1)))
        if "\n\n" not in text[max(0, start - 1) : end] and text[start:end].strip():
            findings.append(finding(start, end, text[start:end]))
    document = {"findings": findings, "scorecard": []}
    out = reviewed(data, document)
    texts = around(out)
    assert sorted(texts[key] for key in ours(out)) == sorted(f["match"] for f in findings)
    assert text_of(out) == text
    assert without(out, ours(out)) == without(data, {})
    assert reviewed(out, document) == out


def test_a_file_of_hundreds_of_findings_takes_no_time() -> None:
    data = word_corpus.package(
        "".join(para(run("A child prostitute was here.")) for _ in range(300))
    )
    started = time.process_time()
    out = reviewed(data)
    assert time.process_time() - started < 2
    assert len(ours(out)) == 301


def test_zip_entries_keep_their_names_order_and_dates() -> None:
    data = SHAPES["libreoffice_desk"]()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(io.BytesIO(reviewed(data))) as after,
    ):
        told = [
            [(i.filename, i.date_time, i.compress_type) for i in z.infolist()]
            for z in (before, after)
        ]
    assert told[1][: len(told[0])] == told[0]
