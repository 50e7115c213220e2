"""Character encoding detection: bytes from outside to clean text, whatever their label says.

Labels lie so often that the bytes are asked first: text that is valid UTF-8 and not plain ASCII
is UTF-8, whoever calls it Latin-1. Only then are the labels tried, and statistics last.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import webencodings

_BEGINNINGS = (
    (codecs.BOM_UTF8, "utf-8", 3),
    (codecs.BOM_UTF32_LE, "utf-32-le", 4),
    (codecs.BOM_UTF32_BE, "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
    (b"<\0\0\0", "utf-32-le", 0),
    (b"<\0", "utf-16-le", 0),
    (b"\0<", "utf-16-be", 0),
)
"""Byte order marks with their length, then how a document of wide characters without one begins."""
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What browsers read in place of the label: the superset that authors meant."""
_CODECS = re.compile(
    r"utf-(8|16|32)(-[lb]e)?|iso8859-\d+|cp\d+|koi8-[a-z]+|mac-[a-z]+\d?|gb18030|big5hkscs|"
    r"euc_\w+|iso2022_\w+|johab|ptcp154|kz1048"
)
"""Codecs of documents; Python knows others (`utf-7`, `unicode_escape`) that no page may choose."""
_JAPANESE = re.compile(rb"\x1b\$[@B]|\x1b\([JI]")
_SAMPLE = 16_384
"""Bytes shown to the statistical detector, which takes seconds on whole pages."""
_LATIN = re.compile(
    r"cp125[02478]|iso8859-(1|2|3|4|9|1[03456])|mac-.*|cp437|cp775|cp85[028]|cp1140"
)
"""Latin alphabets, which the detector confuses: French prose is Baltic to it."""
_CENTRAL = tuple(bytes([code]) for code in b"\xb3\xb9\xec\xf5\xf8\xf9\xfb")  # ł ą ě ő ř ů ű
_WESTERN = tuple(bytes([code]) for code in b"\xe0\xe5\xe6\xe7\xea\xf1")  # à å æ ç ê ñ
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_CLEAN = str.maketrans(
    {c: "" for c in range(0x20) if chr(c) not in "\t\n\r"}
    | {0x7F: "", 0xFEFF: "", 0xFFFE: "", 0xFFFF: ""}
    | {c: s or "" for c, s in _C1.items()}
)
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n\r")
_C1_WRITTEN = re.compile(rb"\xc2[\x80-\x9f]")
_MARKS = tuple(mark.encode() for mark in "\ufeff\ufffe\uffff")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read as, and whether a label said otherwise."""

    text: str
    encoding: str
    mislabelled: bool


def decode(body: bytes, labels: Sequence[str | None] = ()) -> Decoded:
    """Return `body` as text; `labels` are what header and document call its encoding, in order.

    Never fails: what fits nothing is read as the nearest thing with replacement characters.
    """
    claimed = [codec for label in labels if label and (codec := find_codec(label))]
    encoding, start = _find_encoding(body, claimed)
    text = body[start:].decode(encoding, "monitor.cp1252" if encoding == "utf-8" else "replace")
    lied = bool(claimed) and encoding not in claimed and not text.isascii()
    return Decoded(text, encoding, lied)


def find_codec(label: str) -> str | None:
    """Return Python's name of the codec that browsers, else Python, know as `label`, or `None`."""
    label = label.strip(" '\"")
    standard = webencodings.lookup(label)
    names = [standard.codec_info.name] if standard else []
    with contextlib.suppress(LookupError, ValueError):
        names.append(codecs.lookup(label).name)
    known = (_WIDER.get(name, name) for name in names)
    return next((name for name in known if _CODECS.fullmatch(name)), None)


def header_charset(content_type: str) -> str | None:
    """Return the charset parameter of a Content-Type header."""
    match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return match[1] if match else None


def clean(text: str) -> str:
    """Return `text` without what no reader should see and PostgreSQL refuses.

    Control characters go (C1 ones become the Windows-1252 character that was meant), surrogate
    pairs are joined, lone surrogates become U+FFFD.
    """
    if text.isascii():
        return text.translate(_CLEAN)
    try:
        written = text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        written = text.encode()
    is_clean = (  # to ask the bytes takes a tenth of what `str.translate` does
        len(written.translate(None, _CONTROLS)) == len(written)
        and not _C1_WRITTEN.search(written)
        and not any(mark in written for mark in _MARKS)
    )
    return text if is_clean else text.translate(_CLEAN)


def _find_encoding(body: bytes, claimed: Sequence[str]) -> tuple[str, int]:
    """Return the codec for `body` and the length of its byte order mark."""
    for beginning, encoding, mark_length in _BEGINNINGS:
        if body.startswith(beginning):
            return encoding, mark_length
    if body.isascii():
        return ("iso2022_jp", 0) if _JAPANESE.search(body) else ("utf-8", 0)
    if _fits(body, "utf-8"):
        return "utf-8", 0
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for c in text if c > "\x7f") - bad
    if good > 4 * bad:  # some foreign bytes pasted in, which is common
        return "utf-8", 0
    fitting = (one for one in claimed if one != "utf-8" and _fits(body, one))
    if claim := next(fitting, None):
        return claim, 0
    from charset_normalizer import from_bytes

    first = next(i for i, byte in enumerate(body) if byte > 0x7F)
    start = max(0, first - _SAMPLE // 4)
    sample = body[start : start + _SAMPLE]
    best = from_bytes(sample, steps=3).best()
    found = find_codec(best.encoding) if best else None
    if not found or _LATIN.fullmatch(found):
        # Central from Western European is told by the letters that each has and the other rarely
        central, western = (sum(map(sample.count, letters)) for letters in (_CENTRAL, _WESTERN))
        found = "cp1250" if central > max(western, 5) else "cp1252"
    return found, 0


def _fits(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"  # cut in the middle of a character
    except UnicodeError:
        return False
    return True


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("monitor.cp1252", _read_as_cp1252)
