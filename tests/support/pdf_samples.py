"""PDFs for tests, written by hand: pages of lines, with an encryption entry or without text."""

from __future__ import annotations

from collections.abc import Sequence


def pdf(
    pages: Sequence[Sequence[str]], *, title: str = "", created: str = "", encrypted: bool = False
) -> bytes:
    """Return a PDF whose pages show lines in Helvetica; an empty line is a gap."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        shown = _shown(lines)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown))
    said = (f"/Title ({title}) " if title else "") + (
        f"/CreationDate ({created})" if created else ""
    )
    objects.append(f"<< {said} >>".encode())
    locked = b""
    if encrypted:
        key = b"00" * 32
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -44 /O <%s> /U <%s> >>" % (key, key))
        locked = b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    return _file(objects, locked, info=len(objects) - encrypted)


def _shown(lines: Sequence[str]) -> bytes:
    out = ["BT /F1 11 Tf 60 780 Td 14 TL"]
    for line in lines:
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        out.append(f"({escaped}) Tj T*" if line else "T*")
    return "\n".join([*out, "ET"]).encode("cp1252")


def _file(objects: Sequence[bytes], locked: bytes, *, info: int) -> bytes:
    body = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer << /Size %d /Root 1 0 R /Info %d 0 R%s >>\n" % (
        len(objects) + 1,
        info,
        locked,
    )
    body += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(body)
