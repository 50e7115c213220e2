"""The zip of a Word file: opened with suspicion, its parts found, written back with few changed.

python-docx, which would read and write one too, throws away white space between elements and the
parts that it cannot reach; here every part that was not changed stays byte for byte what it was.
"""

from __future__ import annotations

import copy
import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from monitor.records.errors import DocumentError, DocumentTooLarge

MAX_UNPACKED = 100_000_000
"""Bytes of all parts together; a page of text is a few kilobytes, pictures are stored packed."""
MAX_PARTS = 5_000
MAX_XML = 30_000_000
"""Bytes of a part that is parsed: its tree takes some twenty times that."""

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPC = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old .doc files begin, and .docx files with a password."""
_ENCRYPTED = 0x1
# What zipfile, zlib and lxml raise for files that are not what they say.
_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError)
_NOT_WORD = "not a Word file, or a damaged or encrypted one"


class WordPackage:
    """The parts of a Word file; nothing is fetched, and nothing is written to disk.

    Raises `DocumentError` for what is no Word file, is encrypted, has macros, a DTD or impossible
    names in its zip; `DocumentTooLarge` if it unpacks to too much.
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith(_COMPOUND):
            raise DocumentError(
                "not a Word file that can be read: an old .doc, or one with a password; "
                "save it as .docx without one"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_DAMAGE, NotImplementedError) as error:
            raise DocumentError("not a Word file") from error
        self._names = _checked_names(self._zip.infolist())
        self._trees: dict[str, Any] = {}
        if not self.has(CONTENT_TYPES):
            raise DocumentError(_NOT_WORD)
        types = self.tree(CONTENT_TYPES)
        kinds = {
            (entry.get("PartName") or "").lstrip("/").lower(): entry.get("ContentType") or ""
            for entry in types.iter(TYPES + "Override")
        }
        defaults = (entry.get("ContentType") or "" for entry in types.iter(TYPES + "Default"))
        macros = any(
            "macro" in kind or "vbaProject" in kind for kind in (*kinds.values(), *defaults)
        )
        if macros or "vbaproject.bin" in map(posixpath.basename, self._names):
            raise DocumentError("the file has macros; save it as .docx without them")
        main = self.find(f"{RELATIONSHIP}/officeDocument", "")
        if main is None and self.find(_STRICT, "") is not None:
            raise DocumentError(
                "a Strict Open XML file is not a Word file that is read here; "
                "save it as Word Document (.docx)"
            )
        if main is None or kinds.get(main.lower()) != MAIN_TYPE:
            raise DocumentError(_NOT_WORD)
        self.main = main

    def find(self, kind: str, source: str | None = None) -> str | None:
        """Return the name of the part that the relationship `kind` (a URI) of `source` leads to.

        `source` is the document where it is not given. What lies outside the file is none.
        """
        source = self.main if source is None else source
        rels = self.rels_name(source)
        for relation in self.tree(rels).iter(OPC + "Relationship") if self.has(rels) else ():
            if relation.get("Type") == kind and relation.get("TargetMode") != "External":
                path = posixpath.join("/", posixpath.dirname(source), relation.get("Target", ""))
                return self._names.get(posixpath.normpath(path).lstrip("/").lower())
        return None

    @staticmethod
    def rels_name(source: str) -> str:
        """Return the name of the part with the relationships of `source`."""
        folder, name = posixpath.split(source)
        return posixpath.join(folder, "_rels", f"{name}.rels")

    def has(self, name: str) -> bool:
        """Whether there is a part of that name; case does not count, as the standard has it."""
        return name.lower() in self._names

    def tree(self, name: str) -> Any:
        """Return the root element of a part; the same one each time, so that it can be changed."""
        name = self._names.get(name.lower(), name)
        if name not in self._trees:
            from lxml import etree

            data = self._read(name)
            if len(data) > MAX_XML:
                raise DocumentTooLarge(f"a part of the file has more than {MAX_XML:,} bytes")
            safe = {"resolve_entities": False, "load_dtd": False, "no_network": True}
            parser = etree.XMLParser(huge_tree=False, strip_cdata=False, **safe)
            try:
                root = etree.fromstring(data, parser)
            except (etree.LxmlError, ValueError) as error:
                raise DocumentError(_NOT_WORD) from error
            if root.getroottree().docinfo.internalDTD is not None:
                raise DocumentError("not a Word file: it has a document type, which none has")
            self._trees[name] = root
        return self._trees[name]

    def part(self, kind: str, source: str | None = None) -> Any | None:
        """Return the root element of the part that `find` finds, `None` where there is none."""
        name = self.find(kind, source)
        return None if name is None else self.tree(name)

    def save(self, changed: Mapping[str, Any]) -> bytes:
        """Return the file with the parts `changed`, root elements by name, put in or added.

        All others keep their bytes, names, order and dates.
        """
        from lxml import etree

        out = io.BytesIO()
        new = {
            self._names.get(name.lower(), name): etree.tostring(
                root, xml_declaration=True, encoding="UTF-8", standalone=True
            )
            for name, root in changed.items()
        }
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for info in self._zip.infolist():
                data = new.pop(info.filename, None)
                package.writestr(
                    copy.copy(info), self._read(info.filename) if data is None else data
                )
            for name, data in new.items():
                info = zipfile.ZipInfo(name)  # of 1980: the clock is nobody's business
                info.compress_type = zipfile.ZIP_DEFLATED
                package.writestr(info, data)
        return out.getvalue()

    def _read(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
            raise DocumentError(_NOT_WORD) from error


def _checked_names(parts: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Return the names of the parts by their lower case; refuse what no program writes."""
    # zipfile reads no more of a part than it declares, so the declared sizes bound the work.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise DocumentTooLarge(f"the file unpacks to more than {MAX_UNPACKED:,} bytes")
    names: dict[str, str] = {}
    for part in parts:
        name = part.filename
        pieces = name.removesuffix("/").split("/")
        odd = "\\" in part.orig_filename or "\0" in part.orig_filename or ":" in pieces[0]
        if odd or ".." in pieces or "" in pieces:
            raise DocumentError("not a Word file: its zip has a path that leads out of it")
        if name.lower() in names:
            raise DocumentError("not a Word file: its zip has one part twice")
        if part.flag_bits & _ENCRYPTED:
            raise DocumentError("an encrypted zip, not a Word file; save it without a password")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DocumentError("not a Word file: its zip is packed in an unknown way")
        names[name.lower()] = name
    return names
