"""Documents from text and from files of every format, and what is refused."""

import io
import time
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.records.article import Article
from monitor.records.errors import DocumentError, DocumentTooLarge
from monitor.text.document import Document, document_of
from monitor.text.docx_package import MAX_UNPACKED
from monitor.text.positions import Positions
from monitor.text.readers import MAX_BYTES, decode, make_document, read_document
from word_shapes import SHAPES

LIMIT = 100_000


def read(source: str, name: str) -> Document:
    return read_document(source.encode(), name, max_chars=LIMIT)


def headline(document: Document) -> str | None:
    return document.text[slice(*document.headline)] if document.headline else None


def captions(document: Document) -> list[str]:
    return [document.text[a:b] for a, b in document.captions]


def place(source: str, document: Document, words: str) -> str:
    """The source's characters for words of the visible text."""
    assert document.source_map
    start = document.text.index(words)
    return source[slice(*document.source_map.original(start, start + len(words)))]


# --- plain text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Head\n\nBody", "Head"),
        ("Head\r\n\r\nBody", "Head"),
        ("Head  \n \t\nBody", "Head"),
        ("\ufeffHead\n\nBody", "Head"),
        ("\n\nHead\n\nBody", "Head"),
        ("Head\nBody\n\nMore", None),
        ("Only one line.\n", None),
        ("Only one line.\n\n", None),
        ("😀 שלום\n\n😀", "😀 שלום"),
    ],
)
def test_the_first_line_is_the_headline_if_a_blank_line_follows(text, expected):
    document = make_document(text, max_chars=LIMIT)
    assert document.text == text
    assert headline(document) == expected


@pytest.mark.parametrize("text", [" " * 200_000 + "x", "x" + " y" * 100_000, "\n" * 200_000 + "x"])
def test_a_headline_is_looked_for_in_linear_time(text):
    started = time.process_time()
    assert make_document(text, max_chars=300_000).headline is None
    assert time.process_time() - started < 2


def test_a_separate_title_is_the_headline():
    document = make_document("Lead.\n\nBody.", title="Head", max_chars=LIMIT)
    assert (document.title, document.headline) == ("Head", None)


def test_document_of_an_article():
    now = datetime(2026, 11, 25, tzinfo=UTC)
    article = Article("1", "u", "Head", "Body", "Outlet", "en", None, now, "0")
    assert document_of(article) == Document("Body", title="Head", language="en")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\t\ufeff\u200b", "empty"),
        ("ab\x00c", r"U\+0000 at character 2"),
        ("a\ud800b", "half a surrogate pair at character 1"),
    ],
)
def test_what_cannot_be_checked_is_refused(text, message):
    with pytest.raises(DocumentError, match=message):
        make_document(text, max_chars=LIMIT)
    with pytest.raises(DocumentError):
        make_document(f"<p>{text}</p>" if text.strip() else text, format="html", max_chars=LIMIT)


def test_the_limit_is_in_visible_characters():
    assert make_document("x" * 50, max_chars=50).text
    with pytest.raises(DocumentTooLarge, match="51 characters; the limit is 50"):
        make_document("x" * 51, max_chars=50)
    with pytest.raises(DocumentTooLarge):
        make_document("x" * 50, title="t", max_chars=50)
    assert make_document(f"<p class='{'y' * 99}'>{'x' * 50}</p>", format="html", max_chars=50)


def test_unknown_formats_and_suffixes():
    with pytest.raises(DocumentError, match="'pdf'"):
        make_document("x", format="pdf", max_chars=LIMIT)
    with pytest.raises(DocumentError, match=r"a\.pdf: not a \.txt"):
        read("x", "a.pdf")


def test_errors_name_the_file_and_never_the_text():
    with pytest.raises(DocumentError) as error:
        read("secret\x00words", "dir/draft.txt")
    assert "dir/draft.txt" in str(error.value)
    assert "secret" not in str(error.value)


def test_emoji_and_right_to_left_text_are_simply_read():
    text = "👩‍👩‍👧 שלום — مرحبا 😀" * 20
    assert read(text, "a.txt").text == text


# --- encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1"]
)
def test_encodings(encoding):
    text = "Café owners “sold” girls – for £5." if encoding != "latin-1" else "Café für £5."
    assert read_document(text.encode(encoding), "a.txt", max_chars=LIMIT).text == text


def test_an_html_file_may_name_its_encoding():
    source = '<meta charset="windows-1251"><p>Торговля людьми.</p>'
    data = source.encode("cp1251")
    assert read_document(data, "a.html", max_chars=LIMIT).text == "Торговля людьми."
    lying = b'<meta charset="no-such-thing"><p>Caf\xe9 was closed.</p>'
    assert read_document(lying, "a.html", max_chars=LIMIT).text == "Café was closed."


def test_an_encoding_without_a_name_is_found():
    text = "Полиция освободила двадцать женщин, которых заставляли работать без оплаты. " * 5
    assert decode(text.encode("cp1251")) == text


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0", b"%PDF-1.4\0\0", bytes(range(256))])
def test_binary_files_are_refused(data):
    with pytest.raises(DocumentError, match="binary"):
        read_document(data, "a.txt", max_chars=LIMIT)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.md", "a.html", "a.docx"]))
def test_any_bytes_are_read_or_refused(data, name):
    try:
        document = read_document(data, name, max_chars=LIMIT)
    except DocumentError as error:
        message = str(error)
    else:
        message = f"{name}: read" if document.text else "nothing read"
    assert message.startswith(name)


def test_too_many_bytes():
    with pytest.raises(DocumentTooLarge, match=r"20,000,001 bytes"):
        read_document(b" " * (MAX_BYTES + 1), "a.md", max_chars=LIMIT)


def test_markdown_may_not_be_mostly_marks():
    with pytest.raises(DocumentTooLarge, match=r"a\.md: .*limit"):
        read_document(b"[a](" + b"b" * 60_000 + b")", "a.md", max_chars=1_000)


# --- Markdown

MARKDOWN = """\
---
title: not visible
---

# Girls **freed** &amp; safe ##

Two *child* prosti*tutes* were [found](http://example.org/slave "sex slave") in
a `code` motel.\\* They <b>ran</b> ![A girl &quot;Ana&quot; *here*](girl.png)away.<br>End <!--no-->

> A quoted line
> - an item that
>   goes on

| Name | What |
|---|---|
| Ana | a\\|b |

```
code block
```

    indented code

<figure><img alt="Alt &lt;1&gt;"><figcaption>Caption
<i>one</i></figcaption></figure>

Setext head
===

See <http://example.org/auto> and ~~gone~~.
[ref]: http://example.org/ref
"""
VISIBLE = """\
Girls freed & safe

Two child prostitutes were found in a motel.* They ran away.
End

A girl "Ana" here

A quoted line

an item that goes on

Name

What

Ana

a|b

Alt <1>

Caption one

Setext head

See and gone. [ref]: http://example.org/ref"""


def test_markdown_shows_what_a_reader_sees():
    document = read(MARKDOWN, "a.md")
    assert document.text == VISIBLE
    assert headline(document) == "Girls freed & safe"
    assert captions(document) == ['A girl "Ana" here', "Alt <1>", "Caption one"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_markdown_knows_where_things_stand(newline):
    source = MARKDOWN.replace("\n", newline)
    document = read(source, "a.markdown")
    assert document.text == VISIBLE
    assert place(source, document, "child prostitutes") == "child* prosti*tutes"
    assert place(source, document, "found") == "found"
    assert place(source, document, "& safe") == "&amp; safe"
    assert place(source, document, "motel.*") == "motel.\\*"
    assert place(source, document, '"Ana" here') == "&quot;Ana&quot; *here"
    assert place(source, document, "a|b") == "a\\|b"
    assert place(source, document, "goes on") == "goes on"
    assert place(source, document, "Alt <1>") == "Alt &lt;1&gt;"
    assert document.source_map
    start = document.source_map.original(document.text.index("item that"), 0)[0]
    assert document.source_map.positions.line_column(start) == (11, 8)
    assert Positions(source).line_column(start) == (11, 8)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Head\n\nBody", "Head"),
        ("# Head\nBody", "Head"),
        ("Head *one*\n\nBody", "Head one"),
        ("Body line\nsecond line\n\nMore", None),
        ("Body only", None),
        ("- item\n\nBody", None),
        ("\ufeff# Head\n\nBody", "Head"),
        ("+++\na = 1\n+++\nHead\n\nBody", "Head"),
    ],
)
def test_markdown_headlines(source, expected):
    assert headline(read(source, "a.md")) == expected


PIECES = st.sampled_from(
    ["a", "bc ", "*", "**", "_", "`", "[", "](x)", "![", "<b>", "&amp;", "\\*", "\n", "\n\n", "# ",
     "> ", "- ", "|", "😀", "é", " ", "~~", "<!-- ", "-->", "\t", "1. ", "'", "<p>", "</p>", "&lt",
     "<img alt='x y'>", '<a href="q">', "<http://a.bc>", "\r\n", "<h1>", "</h1>", "<figcaption>",
     "    "]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25), st.sampled_from(["a.md", "a.html"]))
def test_the_source_map_points_at_identical_characters(pieces, name):
    source = "".join(pieces)
    try:
        document = read(source, name)
    except DocumentError:
        return
    text, source_map = document.text, document.source_map
    assert source_map
    read_from = {"&": ("&amp;", "&"), "<": ("&lt", "<"), "*": ("\\*", "*")}
    last = 0
    for at, character in enumerate(text):
        start, end = source_map.original(at, at + 1)
        assert 0 <= start <= end <= len(source)
        if not character.isspace():
            assert source[start:end] in read_from.get(character, (character,))
            if at not in {i for a, b in document.captions for i in range(a, b)}:
                assert start >= last
                last = start


# --- HTML


def test_html_shows_what_a_reader_sees():
    source = (
        "<!doctype html><html><head><title>Site &amp; title</title><style>p{}</style></head><body>"
        "<nav>menu</nav><h1>Girls  <em>freed</em></h1><p hidden>unseen<p>One&nbsp;two\n  three<br>"
        "four <b>child</b> prosti<i>tute</i>.<img src=x alt='Girl &amp; boy'> More</p>"
        '<script>alert("<p>sex slave</p>")</script><figure><figcaption>A caption</figcaption>'
        "</figure><!-- sex slave --><div style='color:red; display: none'>unseen</div>"
        "<template>unseen</template><table><tr><td>cell<td>next</table>last < 5 &unknown; <3"
    )
    document = read(source, "page.HTML")
    assert document.text == (
        "Girls freed\n\nOne\u00a0two three\nfour child prostitute. More\n\nGirl & boy\n\n"
        "A caption\n\ncell\n\nnext\n\nlast < 5 &unknown; <3"
    )
    assert headline(document) == "Girls freed"
    assert captions(document) == ["Girl & boy", "A caption"]
    assert place(source, document, "child prostitute") == "child</b> prosti<i>tute"
    assert place(source, document, "Girl & boy") == "Girl &amp; boy"


def test_an_html_title_is_the_headline_where_there_is_no_h1():
    document = read("<title>Head &amp; more</title><p>Body", "a.htm")
    assert document.text == "Head & more\n\nBody"
    assert headline(document) == "Head & more"
    assert headline(read("<p>Body", "a.html")) is None


def test_html_without_visible_text_is_empty():
    with pytest.raises(DocumentError, match="empty"):
        read("<script>let a = 1</script><p> </p>", "a.html")


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<div>", "<p hidden>", "<script>", "&", "<a b='", "<svg>", "<a =", "<h1>",
     "<figcaption>", "</p>", "<![CDATA["],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_hostile_markup_takes_linear_time(piece, name):
    source = "x " + piece * (60_000 // len(piece))
    started = time.process_time()
    read(source, name)
    assert time.process_time() - started < 10


# --- Word


def word(build) -> bytes:
    file = docx.Document()
    build(file)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def test_word_files():
    def build(file):
        file.add_paragraph("Girls freed", style="Title")
        file.add_paragraph("Section", style="Heading 1")
        paragraph = file.add_paragraph("Two child ")
        paragraph.add_run("prosti").bold = True
        paragraph.add_run("tutes\twere found.")
        table = file.add_table(rows=1, cols=2)
        table.cell(0, 0).text = "cell one"
        table.cell(0, 1).text = "cell two"
        file.add_paragraph("The motel", style="Caption")
        deleted = file.add_paragraph("Kept ")
        w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        deleted._p.append(
            parse_xml(f'<w:del xmlns:w="{w}"><w:r><w:delText>gone</w:delText></w:r></w:del>')
        )
        deleted._p.append(
            parse_xml(f'<w:ins xmlns:w="{w}"><w:r><w:t>and added</w:t></w:r></w:ins>')
        )
        pictured = file.add_paragraph("Picture:").add_run()
        picture = io.BytesIO(PNG)
        pictured.add_picture(picture)
        for properties in file.element.body.iter(qn("wp:docPr")):
            properties.set("descr", "A girl at a window")

    document = read_document(word(build), "a.docx", max_chars=LIMIT)
    assert document.text == (
        "Girls freed\n\nSection\n\nTwo child prostitutes\twere found.\n\ncell one\n\ncell two\n\n"
        "The motel\n\nKept and added\n\nPicture:\n\nA girl at a window"
    )
    assert headline(document) == "Girls freed"
    assert captions(document) == ["The motel", "A girl at a window"]
    assert document.format == "docx"
    assert document.source_map is None


def test_a_word_heading_is_the_headline_where_there_is_no_title():
    data = word(lambda f: (f.add_paragraph("Head", style="Heading 1"), f.add_paragraph("Body")))
    assert headline(read_document(data, "a.docx", max_chars=LIMIT)) == "Head"


def test_notes_are_read_behind_the_paragraph_that_refers_to_them():
    data = SHAPES["word_notes"]()
    document = read_document(data, "a.docx", max_chars=LIMIT)
    assert document.text == (
        "Two child prostitutes were named.See there.\n\nNothing here.\n\n"
        "The word child prostitute was used.\n\nA last line.\n\nA child prostitute, he said."
    )
    assert document.headline is None


def test_tracked_changes_are_read_as_if_accepted():
    text = read_document(SHAPES["word_tracked"](), "a.docx", max_chars=LIMIT).text
    assert text == (
        "A child prostitute and a second child prostitute, third child prostitute here\n\n"
        "Stays.\n\nchild prostitute moved"
    )


def test_how_a_word_is_pronounced_is_no_part_of_the_sentence():
    text = read_document(SHAPES["word_pictures"](), "a.docx", max_chars=LIMIT).text
    assert text.endswith("Guide child prostitute end")


def test_zip_bombs_are_refused_before_they_are_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (MAX_UNPACKED + 1))
    assert len(out.getvalue()) < 1_000_000
    started = time.process_time()
    with pytest.raises(DocumentTooLarge, match=r"bomb\.docx: the file unpacks to more than"):
        read_document(out.getvalue(), "bomb.docx", max_chars=LIMIT)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("data", [b"plain", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" * 100])
def test_what_is_no_word_file(data):
    with pytest.raises(DocumentError, match="not a Word file"):
        read_document(data, "a.docx", max_chars=LIMIT)


def test_a_zip_that_is_no_word_file_and_a_damaged_one():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(DocumentError, match="Word"):
        read_document(out.getvalue(), "a.docx", max_chars=LIMIT)
    whole = bytearray(word(lambda f: f.add_paragraph("Body")))
    whole[len(whole) // 3 : len(whole) // 3 + 400] = b"\x55" * 400
    with pytest.raises(DocumentError, match="Word"):
        read_document(bytes(whole), "a.docx", max_chars=LIMIT)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060"
    "6060000000050001a5f645400000000049454e44ae426082"
)
