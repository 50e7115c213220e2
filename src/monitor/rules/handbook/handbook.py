"""The guideline on paper: writes handbook, brochures, training and tests into a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

from monitor import __version__
from monitor.records.errors import HandbookError
from monitor.rules.handbook.book import make_book
from monitor.rules.handbook.browser import find_browser, print_pdf
from monitor.rules.handbook.exercises import Material, make_material
from monitor.rules.handbook.outline import heading_pages
from monitor.rules.handbook.printing import render_handbook, render_pages
from monitor.rules.handbook.questions import Flag, Flags
from monitor.rules.house_style import InForce

UNPRINTED = "index.html"
"""The list of papers, for the screen only."""
ABSENT = "no Chromium or Chrome here"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the files' names, in order, the program that printed them, and of what.

    `problem` says why there is no PDF of each, where one was wanted.
    """

    files: tuple[str, ...]
    browser: str | None
    material: Material
    problem: str = ""


def write_handbook(
    in_force: InForce,
    directory: Path,
    *,
    made: date,
    seed: int = 1,
    pdf: bool = True,
    tell: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write the papers of the guidelines in force into `directory`.

    With the same guidelines, `seed` and `made` the same bytes. `tell` is told of
    each file. Where no browser is or it fails, there is the HTML and `problem` says why. Raises
    `HandbookError` where the folder cannot be written to.
    """
    book = make_book(in_force, made=made, program=__version__)
    material = make_material(book, seed=seed, flags=flags_of(in_force))
    browser = find_browser() if pdf else None
    pages = render_pages(material, printed=browser is not None)
    for name, page in pages.items():
        _put(directory / name, page.encode())
        tell(name)
    files = list(pages)
    problem = "" if browser or not pdf else ABSENT
    try:
        for name in pages if browser else ():
            if name != UNPRINTED:
                assert browser is not None
                files.append(_print(browser, directory / name, material))
                tell(files[-1])
    except HandbookError as error:
        problem = str(error)
        _put(directory / UNPRINTED, render_pages(material)[UNPRINTED].encode())
    return Written(tuple(files), browser, material, problem)


def _print(browser: str, page: Path, material: Material) -> str:
    """Print a page beside itself and return the PDF's name."""
    target, made = page.with_suffix(".pdf"), material.book.made
    print_pdf(browser, page, target, made=made)
    if page.stem == "handbook":
        # the pages of the contents are known only once it is printed; the second time they stand
        numbers = heading_pages(target, material.book)
        numbered = page.with_name(f".{page.stem}.{uuid4().hex}.html")
        try:
            _put(numbered, render_handbook(material, numbers).encode())
            print_pdf(browser, numbered, target, made=made)
        finally:
            numbered.unlink(missing_ok=True)
    return target.name


def flags_of(in_force: InForce) -> Flags:
    """Return what tells which words of sentences the guidelines in force flag."""
    from monitor.rules.checker import check_documents
    from monitor.text.document import Document

    def flags(sentences: Sequence[str]) -> list[list[Flag]]:
        found: list[list[Flag]] = [[] for _ in sentences]
        documents = [Document(sentence) for sentence in sentences]
        for ruling in in_force.rulings:
            guideline = ruling.guideline
            told = check_documents(
                guideline, documents, disable=ruling.disable, severity=ruling.severity
            )
            for flagged, checked in zip(found, told, strict=True):
                flagged += [
                    Flag(f"{guideline.id}/{one.rule}", one.match, one.suggestions)
                    for one in checked.findings
                ]
        return found

    return flags


def _put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise HandbookError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink()
