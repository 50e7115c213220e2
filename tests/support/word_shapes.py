"""Word files of many shapes, all made here: what Word, Google Docs and LibreOffice write.

Those called `word_…` and `gdocs_…` are imitations, written after how the two programs write XML:
runs split in the middle of words by `w:rsid…`, `w:proofErr`, `w:rtl w:val="0"` in every run.
`libreoffice_…` were written by LibreOffice itself (tests/data/word/README.md). The texts are ours.
"""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx

from word_corpus import (
    HEAD,
    NAMESPACES,
    OFFICE,
    PNG,
    R,
    W,
    package,
    para,
    part,
    run,
    zipped,
)

DATA = Path(__file__).parents[1] / "data" / "word"


def word_runs() -> bytes:
    """Runs split in the middle of words, spelling marks, bookmarks across."""
    return package(
        para(run("Girls freed in raid"), "Titel")
        + para(
            run("Police said two chi", rsid="00A13F5A")
            + '<w:proofErr w:type="spellStart"/>'
            + run("ld prosti", rsid="00B23F5A")
            + '<w:bookmarkStart w:id="4" w:name="here"/>'
            + run("tutes", rsid="00C33F5A")
            + '<w:proofErr w:type="spellEnd"/><w:bookmarkEnd w:id="4"/>'
            + '<w:r w:rsidR="00D43F5A"><w:lastRenderedPageBreak/><w:t xml:space="preserve">'
            " were found near the harbour.</w:t></w:r>"
        )
    )


def word_looks() -> bytes:
    """Looks that change within the words; tabs, breaks, hyphens inside a run."""
    return package(
        para(
            run("The ", "<w:i/>")
            + run("child ", '<w:b/><w:color w:val="FF0000"/><w:sz w:val="28"/>')
            + '<w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr><w:t>pro</w:t><w:softHyphen/>'
            "<w:t>stitute</w:t><w:tab/><w:t>was seen</w:t><w:br/><w:t>by a co</w:t>"
            '<w:noBreakHyphen/><w:t xml:space="preserve">worker, another child prostitute </w:t>'
            "</w:r>" + run("  too.  ", "<w:u w:val='single'/>")
        )
    )


def word_tracked() -> bytes:
    """Insertions, deletions, moves, changed looks, a row inserted."""
    at = 'w:author="A. Editor" w:date="2026-01-02T03:04:00Z"'
    change = f'<w:b/><w:rPrChange w:id="9" {at}><w:rPr><w:i/></w:rPr></w:rPrChange>'
    return package(
        para(
            run("A chi")
            + f'<w:del w:id="1" {at}><w:r><w:delText>ef</w:delText></w:r></w:del>'
            + f'<w:ins w:id="2" {at}>{run("ld prosti")}</w:ins>'
            + run("tute and a ")
            + f'<w:ins w:id="3" {at}>{run("second child prostitute, ")}</w:ins>'
            + run("third child prostitute here", change)
        )
        + para(
            f'<w:moveFromRangeStart w:id="5" {at} w:name="m"/><w:moveFrom w:id="6" {at}>'
            + run("child prostitute moved")
            + '</w:moveFrom><w:moveFromRangeEnd w:id="5"/>'
            + run("Stays.")
        )
        + para(
            f'<w:moveToRangeStart w:id="7" {at} w:name="m"/><w:moveTo w:id="8" {at}>'
            + run("child prostitute moved")
            + '</w:moveTo><w:moveToRangeEnd w:id="7"/>'
        )
    )


def word_notes() -> bytes:
    """Footnotes and endnotes, one referred to from the middle of a flagged phrase."""
    separators = (
        '<w:{0} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{0}>'
        '<w:{0} w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r>'
        "</w:p></w:{0}>"
    )
    note = '<w:{0} w:id="{1}"><w:p><w:r><w:{0}Ref/></w:r>{2}</w:p></w:{0}>'
    feet = separators.format("footnote") + "".join(
        note.format("footnote", n, run(text))
        for n, text in ((1, " The word child prostitute was used."), (2, " Nothing here."))
    )
    ends = separators.format("endnote") + note.format(
        "endnote", 1, run(" A child prostitute, he said.")
    )
    mark = (
        '<w:r><w:rPr><w:rStyle w:val="Funotenzeichen"/></w:rPr><w:{0}Reference w:id="{1}"/></w:r>'
    )
    return package(
        para(
            run("Two child ")
            + mark.format("footnote", 2)
            + run("prostitutes were named.")
            + '<w:r><w:t>See</w:t><w:footnoteReference w:id="1"/><w:t xml:space="preserve"> there'
            ".</w:t></w:r>" + mark.format("endnote", 1)
        )
        + para(run("A last line.")),
        {
            "footnotes.xml": (f"{R}/footnotes", f"{OFFICE}.footnotes+xml", part("footnotes", feet)),
            "endnotes.xml": (f"{R}/endnotes", f"{OFFICE}.endnotes+xml", part("endnotes", ends)),
        },
    )


def word_tables() -> bytes:
    """A table in a table, merged cells, a heading, a caption."""
    cell = '<w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/>{0}</w:tcPr>{1}</w:tc>'
    table = (
        '<w:tbl><w:tblPr><w:tblW w:w="8000" w:type="dxa"/></w:tblPr><w:tblGrid>'
        '<w:gridCol w:w="4000"/><w:gridCol w:w="4000"/></w:tblGrid>{0}</w:tbl>'
    )
    inner = table.format(
        f"<w:tr>{cell.format('', para(run('Inner child prostitute')))}"
        f"{cell.format('', para(run('x')))}</w:tr>"
    )
    first, next_ = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        f"<w:tr>{cell.format(first, para(run('Said')))}"
        f"{cell.format('', para(run('a child ') + run('prostitute', '<w:b/>')))}</w:tr>"
        f"<w:tr>{cell.format(next_, para(''))}{cell.format('', inner + para(''))}</w:tr>"
    )
    return package(
        para(run("The child prostitute heading"), "berschrift1")
        + table.format(rows)
        + para(run("Table 1: child prostitutes"), "Beschriftung")
    )


def word_box() -> bytes:
    """A text box as Word writes it: a shape, and the same text again for older programs."""
    box = para(run("Boxed child prostitute."))
    return package(
        para(
            run("Before a child prostitute ")
            + '<w:r><w:rPr><w:noProof/></w:rPr><mc:AlternateContent><mc:Choice Requires="wps">'
            '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="2000000" '
            'cy="800000"/><wp:docPr id="1" name="Box"/><wp:cNvGraphicFramePr/><a:graphic>'
            '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
            '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext '
            'cx="2000000" cy="800000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            f"</wps:spPr><wps:txbx><w:txbxContent>{box}</w:txbxContent></wps:txbx><wps:bodyPr/>"
            "</wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback>"
            '<w:pict><v:shape id="b" style="width:150pt;height:60pt"><v:textbox><w:txbxContent>'
            f"{box}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>"
            "</w:r>" + run(" and after.")
        )
    )


def word_wrapped() -> bytes:
    """Links, fields, smart tags, content controls around and across the words."""
    tag = '<w:smartTag w:uri="urn:x" w:element="place">{0}</w:smartTag>'
    control = (
        '<w:sdt><w:sdtPr><w:alias w:val="Field"/></w:sdtPr><w:sdtContent>{0}</w:sdtContent></w:sdt>'
    )
    char = '<w:r><w:fldChar w:fldCharType="{0}"/></w:r>'
    return package(
        para(
            run("A ")
            + f'<w:hyperlink r:id="rIdA" w:history="1">{run("child prostitute", "<w:i/>")}'
            "</w:hyperlink>"
            + run(" and a child ")
            + f'<w:hyperlink w:anchor="x">{run("prostitute linked half")}</w:hyperlink>'
            + run(" and ")
            + tag.format(run("a child ") + run("prostitute"))
            + run("s tagged.")
        )
        + para(
            char.format("begin")
            + '<w:r><w:instrText xml:space="preserve"> HYPERLINK "https://a.example" </w:instrText>'
            "</w:r>"
            + char.format("separate")
            + run("field child prostitute")
            + char.format("end")
            + f'<w:fldSimple w:instr=" TITLE ">{run("simple child prostitute")}</w:fldSimple>'
            + run(" in ")
            + control.format(run("a child prostitute") + run(" control"))
        )
        + control.format(para(run("Blocked child prostitute."))),
        links={"rIdA": "https://outlet.example/a?b=1&amp;c=2"},
    )


COMMENTED_BODY = (
    para('<w:commentRangeStart w:id="3"/>' + run("A child prostitute")
    + '<w:commentRangeEnd w:id="3"/><w:r><w:rPr><w:rStyle w:val="Kommentarzeichen"/></w:rPr>'
    '<w:commentReference w:id="3"/></w:r>' + run(" was here. "))
    + para('<w:commentRangeStart w:id="5"/>' + run("Done: child prostitute.")
    + '<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>')
)  # fmt: skip


def word_comments() -> bytes:
    """Comments of others: open, answered and resolved, with all the parts beside."""
    kind = "http://schemas.microsoft.com/office"
    comment = (
        '<w:comment w:id="{0}" w:author="B. Desk" w:date="2026-01-02T03:04:00Z" w:initials="BD">'
        '<w:p w14:paraId="{1}"><w:r><w:annotationRef/></w:r><w:r><w:t>{2}</w:t></w:r></w:p>'
        "</w:comment>"
    )
    comments = (
        comment.format(3, "1A2B3C4D", "Really? Rule: child-prostitute")
        + comment.format(4, "1A2B3C4E", "An answer")
        + comment.format(5, "1A2B3C4F", "Settled")
    )
    extended = (
        f'{HEAD}<w15:commentsEx {NAMESPACES}><w15:commentEx w15:paraId="1A2B3C4D" w15:done="0"/>'
        '<w15:commentEx w15:paraId="1A2B3C4E" w15:paraIdParent="1A2B3C4D" w15:done="0"/>'
        '<w15:commentEx w15:paraId="1A2B3C4F" w15:done="1"/></w15:commentsEx>'
    )
    cid = "http://schemas.microsoft.com/office/word/2016/wordml/cid"
    ids = (
        f'{HEAD}<w16cid:commentsIds xmlns:w16cid="{cid}"><w16cid:commentId '
        'w16cid:paraId="1A2B3C4D" w16cid:durableId="2A2B3C4D"/></w16cid:commentsIds>'
    )
    people = (
        f'{HEAD}<w15:people {NAMESPACES}><w15:person w15:author="B. Desk"><w15:presenceInfo '
        'w15:providerId="None" w15:userId="B. Desk"/></w15:person></w15:people>'
    )
    return package(
        COMMENTED_BODY,
        {
            "comments.xml": (f"{R}/comments", f"{OFFICE}.comments+xml", part("comments", comments)),
            "commentsExtended.xml": (
                f"{kind}/2011/relationships/commentsExtended",
                f"{OFFICE}.commentsExtended+xml",
                extended,
            ),
            "commentsIds.xml": (
                f"{kind}/2016/09/relationships/commentsIds",
                f"{OFFICE}.commentsIds+xml",
                ids,
            ),
            "people.xml": (f"{kind}/2011/relationships/people", f"{OFFICE}.people+xml", people),
        },
    )


def gdocs() -> bytes:
    """As Google Docs exports: every run says that it is not right to left, space kept always."""
    rsids = 'w:rsidDel="00000000" w:rsidR="00000000" w:rsidRPr="00000000"'
    keep = f'<w:r {rsids}>{{0}}<w:t xml:space="preserve">{{1}}</w:t></w:r>'
    plain = '<w:rPr><w:rtl w:val="0"/></w:rPr>'
    bold = '<w:rPr><w:b w:val="1"/><w:rtl w:val="0"/></w:rPr>'
    link = '<w:rPr><w:color w:val="1155cc"/><w:u w:val="single"/><w:rtl w:val="0"/></w:rPr>'
    empty = f"<w:r {rsids}>{plain}</w:r>"
    return package(
        para(keep.format(plain, "Headline of a child prostitute") + empty, "Titel")
        + para(
            keep.format(plain, "A child ")
            + keep.format(bold, "prostitute ")
            + keep.format(plain, "was named. ")
            + '<w:hyperlink r:id="rId77">'
            + keep.format(link, "Child prostitute")
            + "</w:hyperlink>" + empty
        ),
        links={"rId77": "https://docs.example/x"},
    )  # fmt: skip


def gdocs_suggestions() -> bytes:
    """Google Docs' suggestions are tracked changes; its comments lack initials."""
    at = 'w:author="C. Writer" w:id="0" w:date="2026-02-03T04:05:06Z"'
    comments = (
        '<w:comment w:author="C. Writer" w:id="0" w:date="2026-02-03T04:05:06Z"><w:p><w:r>'
        "<w:t>Check this</w:t></w:r></w:p></w:comment>"
    )
    return package(
        para(
            '<w:commentRangeStart w:id="0"/>'
            + run("A child ")
            + f"<w:ins {at}>{run('prostitute')}</w:ins><w:del {at}><w:r>"
            "<w:delText>worker</w:delText></w:r></w:del>"
            '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
            + run(" spoke.")
        ),
        {"comments.xml": (f"{R}/comments", f"{OFFICE}.comments+xml", part("comments", comments))},
    )


def word_pictures() -> bytes:
    """A picture with a description, and a phonetic guide."""
    picture = (
        '<w:r><w:drawing><wp:inline><wp:extent cx="100000" cy="100000"/><wp:docPr id="2" name="P" '
        'descr="A child prostitute at a window"/><a:graphic><a:graphicData uri="http://schemas.'
        'openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="2" '
        'name="P"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rIdP"/><a:stretch>'
        '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext '
        'cx="100000" cy="100000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    ruby = (
        '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="center"/><w:hps w:val="10"/><w:hpsRaise '
        'w:val="10"/><w:hpsBaseText w:val="20"/><w:lid w:val="ja-JP"/></w:rubyPr><w:rt>'
        f"{run('above')}</w:rt><w:rubyBase>{run('child prostitute')}</w:rubyBase></w:ruby></w:r>"
    )
    return package(
        para(run("Picture of a child prostitute: ") + picture.replace(' r:embed="rIdP"', ""))
        + para(run("Guide ") + ruby + run(" end"))
    )


def word_scripts() -> bytes:
    """Right-to-left runs, emoji, combining marks, no-break spaces, NFD."""
    return package(
        para(
            run("قالت ", "<w:rtl/>")
            + run("child\u00a0prostitute 👩🏽‍🎤 ")
            + run("cafe\u0301 👧child pro\u00adstitute🌊 ")
            + run("و child prostitute", "<w:rtl/>")
        ).replace("<w:pPr>", "<w:pPr><w:bidi/>")
    )


def indented() -> bytes:
    """White space between all elements, another prefix, the document under another name, no styles
    of comments."""
    files = {}
    data = package(
        para(run("An indented child prostitute.")),
        styles=f'{HEAD}<w:styles xmlns:w="{W}"/>',
        main="doc/main.xml",
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            files[name] = archive.read(name)
    body = files["doc/main.xml"].decode().replace("w:", "x:").replace("xmlns:w=", "xmlns:x=")
    files["doc/main.xml"] = body.replace("><", ">\n  <").encode()
    return zipped(files)


def word_sections() -> bytes:
    """Lists, sections, a formula, a custom part and one that nothing leads to."""
    section = '<w:pPr><w:sectPr><w:type w:val="nextPage"/></w:sectPr></w:pPr>'
    listed = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    formula = "<m:oMath><m:r><m:t>x+y</m:t></m:r></m:oMath>"
    return package(
        f"<w:p>{listed}{run('First child prostitute')}</w:p><w:p>{listed}{run('Second')}{formula}"
        f"{run(' child prostitute')}</w:p><w:p>{section}</w:p>" + para(run("Another page.")),
        more={"customXml/item1.xml": b"<a>\r\n kept </a>", "docProps/thumbnail.png": PNG},
    )


def python_docx() -> bytes:
    """As python-docx writes it, from its own template."""
    file = docx.Document()
    file.add_paragraph("Girls freed", style="Title")
    paragraph = file.add_paragraph("Two child ")
    paragraph.add_run("prosti").bold = True
    paragraph.add_run("tutes\twere found, and a child prostitute.")
    table = file.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "a child prostitute"
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _made(name: str) -> Callable[[], bytes]:
    return (DATA / f"{name}.docx").read_bytes


SHAPES: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        word_runs, word_looks, word_tracked, word_notes, word_tables, word_box, word_wrapped,
        word_comments, word_pictures, word_scripts, word_sections, gdocs, gdocs_suggestions,
        indented, python_docx,
    )
} | {path.stem: _made(path.stem) for path in sorted(DATA.glob("*.docx"))}  # fmt: skip
