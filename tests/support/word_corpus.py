"""Makes Word files out of XML, part by part, for tests."""

import io
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" mc:Ignorable="w14 w15"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
STYLES = f"""{HEAD}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>\
<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/><w:sz w:val="22"/></w:rPr></w:rPrDefault>\
<w:pPrDefault/></w:docDefaults>\
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>\
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/>\
<w:rPr><w:sz w:val="56"/></w:rPr></w:style>\
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>\
<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>\
<w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/>\
<w:rPr><w:i/></w:rPr></w:style>\
<w:style w:type="paragraph" w:styleId="Kommentartext"><w:name w:val="annotation text"/>\
<w:rPr><w:sz w:val="20"/></w:rPr></w:style>\
<w:style w:type="character" w:styleId="Kommentarzeichen"><w:name w:val="annotation reference"/>\
<w:rPr><w:sz w:val="16"/></w:rPr></w:style>\
<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>\
<w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr></w:style>\
<w:style w:type="character" w:styleId="Funotenzeichen"><w:name w:val="footnote reference"/>\
<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style></w:styles>"""
SECTION = (
    '<w:sectPr w:rsidR="00A77B3E"><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" '
    'w:right="1417" w:bottom="1134" w:left="1417" w:header="708" w:footer="708" w:gutter="0"/>'
    "</w:sectPr>"
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060"
    "6060000000050001a5f645400000000049454e44ae426082"
)


def part(root: str, inside: str) -> str:
    """Return a part's XML: root element `w:root` around `inside`."""
    return f"{HEAD}<w:{root} {NAMESPACES}>{inside}</w:{root}>"


def package(
    body: str,
    parts: Mapping[str, tuple[str, str, str]] | None = None,
    links: Mapping[str, str] | None = None,
    *,
    styles: str = STYLES,
    more: Mapping[str, bytes] | None = None,
    main: str = "word/document.xml",
) -> bytes:
    """Return a .docx of `body`; `parts` by name as (relationship, content type, XML).

    `links` are addresses by relationship id, `more` files of any content, related to by nothing.
    """
    folder = main.rpartition("/")[0]
    all_parts = {"styles.xml": (f"{R}/styles", f"{OFFICE}.styles+xml", styles), **(parts or {})}
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{name}"/>'
        for n, (name, (kind, _, _)) in enumerate(all_parts.items(), 1)
    ) + "".join(
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target="{url}" TargetMode="External"/>'
        for key, url in (links or {}).items()
    )
    overrides = "".join(
        f'<Override PartName="/{folder}/{name}" ContentType="{content}"/>'
        for name, (_, content, _) in all_parts.items()
    )
    opc = "http://schemas.openxmlformats.org/package/2006"
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{opc}/content-types"><Default Extension='
        '"rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/><Default Extension="png" '
        f'ContentType="image/png"/><Override PartName="/{main}" '
        f'ContentType="{OFFICE}.document.main+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{opc}/relationships"><Relationship Id="rId1" '
        f'Type="{R}/officeDocument" Target="{main}"/></Relationships>',
        main: part("document", f"<w:body>{body}{SECTION}</w:body>"),
        f"{folder}/_rels/{main.rpartition('/')[2]}.rels": f'{HEAD}<Relationships xmlns="{opc}/'
        f'relationships">{relations}</Relationships>',
        **{f"{folder}/{name}": xml for name, (_, _, xml) in all_parts.items()},
        **(more or {}),
    }
    return zipped(files)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def run(text: str, look: str = "", rsid: str = "") -> str:
    """Return a run as Word writes it."""
    mark = f' w:rsidR="{rsid}"' if rsid else ""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f"<w:r{mark}>{properties}<w:t{space}>{text}</w:t></w:r>"


def para(inside: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p w:rsidR="00A77B3E" w:rsidRDefault="00A77B3E">{look}{inside}</w:p>'
