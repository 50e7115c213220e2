"""Rendering the papers as HTML pages that need nothing else, and printing them as PDF.

All text of rules is escaped. A Chromium that is installed prints; where there is none, nothing is.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from monitor import __version__
from monitor.records.errors import HandbookError
from monitor.rules.handbook import exercises
from monitor.rules.handbook.book import PRINCIPLES, Handbook, make_book
from monitor.rules.rule_reloading import InForce

if TYPE_CHECKING:
    from jinja2 import Environment
    from pypdf import PdfReader


_BLOCK = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def render_pages(material: exercises.Material, *, printed: bool = False) -> dict[str, str]:
    """Return the pages by file name; `printed`: there will be a PDF of each but the first."""
    names = ("index", "handbook", "training", "slides", "exercises")
    pages = {f"{name}.html": _render(f"{name}.html", material, printed=printed) for name in names}
    for heading, questions in (("Pre-test", material.pre), ("Post-test", material.post)):
        asked = {"printed": printed, "heading": heading, "questions": questions}
        pages[f"{heading.lower()}.html"] = _render("test.html", material, **asked)
    pages["answer-key.html"] = _render("answer-key.html", material, printed=printed)
    for one in material.brochures:
        name = f"brochure-{one.chapter.id}.html"
        pages[name] = _render("brochure.html", material, printed=printed, brochure=one)
    return pages


def render_handbook(material: exercises.Material, numbers: Mapping[str, int]) -> str:
    """Return the handbook with the printed page of each heading in its contents."""
    return _render("handbook.html", material, numbers=numbers)


def _render(template: str, material: exercises.Material, **values: Any) -> str:
    """Return a page whose policy allows its own styles and script, and nothing from anywhere."""
    given = {"numbers": {}, "material": material, "book": material.book, **values}
    page = _environment().get_template(template).render(**given, policy="{policy}")
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _BLOCK.findall(page):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    parts = [f"{kind}-src {' '.join(found)}" for kind, found in hashes.items() if found]
    policy = "; ".join(("default-src 'none'", *parts, "base-uri 'none'", "form-action 'none'"))
    return page.replace("{policy}", policy, 1).encode("utf-8", "replace").decode()


def css_string(text: str) -> str:
    """Return text as a CSS string in which nothing ends it or the style."""
    escaped = "".join(
        char if char.isascii() and (char.isalnum() or char in " .,:()-+") else f"\\{ord(char):06x} "
        for char in text
    )
    return f'"{escaped}"'


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("monitor.rules.handbook"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css"] = css_string
    made.globals |= {"LETTERS": "ABCDEFGH", "principles": PRINCIPLES}
    for name in ("MINUTES_TEST", "MINUTES_EXERCISES"):
        made.globals[name] = getattr(exercises, name)
    return made


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
TIMEOUT_S = 180
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-extensions",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing is fetched, whatever a page names
)
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)(\d{14})([^)]*\))")


def find_browser() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_pdf(browser: str, page: Path, target: Path, *, made: date) -> None:
    """Print the HTML file `page` to `target`; `made` is the day that the PDF says it is of.

    Raises `HandbookError` where the browser fails or takes longer than `TIMEOUT_S` seconds.
    """
    with TemporaryDirectory(prefix="monitor-print-") as profile:
        printed = Path(profile) / "out.pdf"
        command = [browser, *_OPTIONS, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--no-sandbox")  # which Chromium refuses to run as root with
        try:
            done = subprocess.run(  # noqa: S603 - a program found by name, with a file of ours
                [*command, page.resolve().as_uri()],
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HandbookError(f"{browser}: cannot print {page.name}: {error}") from error
        if not printed.is_file() or done.returncode:
            raise HandbookError(f"{browser}: cannot print {page.name} (exit {done.returncode})")
        # with its own dates the same pages would not give the same bytes
        stamp = made.strftime("%Y%m%d000000").encode()
        dated = _DATES.sub(lambda found: found[1] + stamp + found[3], printed.read_bytes())
        target.write_bytes(dated)


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
    material: exercises.Material
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
    material = exercises.make_material(book, seed=seed, flags=flags_of(in_force))
    browser = find_browser() if pdf else None
    pages = render_pages(material, printed=browser is not None)
    for name, page in pages.items():
        _put(directory / name, page.encode())
        tell(name)
    files = list(pages)
    problem = "" if browser or not pdf else ABSENT
    try:
        for name in (name for name in pages if browser and name != UNPRINTED):
            files.append(_print(browser or "", directory / name, material))
            tell(files[-1])
    except HandbookError as error:
        problem = str(error)
        _put(directory / UNPRINTED, render_pages(material)[UNPRINTED].encode())
    return Written(tuple(files), browser, material, problem)


def _print(browser: str, page: Path, material: exercises.Material) -> str:
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


def flags_of(in_force: InForce) -> exercises.FlagSentences:
    """Return what tells which words of sentences the guidelines in force flag."""
    from monitor.rules.checker import make_policy, run_policy
    from monitor.text.document import Document

    def flags(sentences: Sequence[str]) -> list[list[exercises.FlaggedWords]]:
        found: list[list[exercises.FlaggedWords]] = [[] for _ in sentences]
        documents = list(map(Document, sentences))
        for ruling in in_force.rulings:
            own = ruling.guideline
            told = run_policy(own, documents, make_policy(own, ruling.disable, ruling.severity))
            for flagged, checked in zip(found, told, strict=True):
                for one in checked.findings:
                    key = f"{own.id}/{one.rule}"
                    flagged.append(exercises.FlaggedWords(key, one.match, one.suggestions))
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


def heading_pages(printed: Path, book: Handbook) -> dict[str, int]:
    """Return the pages, from 1, of the book's headings by anchor, as the PDF's outline has them."""
    from pypdf import PdfReader

    reader = PdfReader(printed)
    pages = dict(_titled(reader, reader.outline))
    wanted = {f"c{one.number}": f"{one.number}{one.title}" for one in book.chapters}
    wanted |= {one.anchor: f"{one.number}{one.title}" for one in book.entries}
    wanted["index"] = "Index of rule names"
    # a heading's severity may stand behind it
    endings = ("", "error", "warning", "suggestion", "ERROR", "WARNING", "SUGGESTION")
    found = {
        anchor: [key for ending in endings if (key := "".join(title.split()) + ending) in pages]
        for anchor, title in wanted.items()
    }
    return {anchor: pages[keys[0]] for anchor, keys in found.items() if keys}


def _titled(reader: PdfReader, outline: Any) -> Iterator[tuple[str, int]]:
    """Yield the outline's titles without spaces, each with its page."""
    for item in outline:
        if isinstance(item, list):
            yield from _titled(reader, item)
        elif (page := reader.get_destination_page_number(item)) is not None:
            yield "".join(str(item.title).split()), page + 1
