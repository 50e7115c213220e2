"""Renders the papers as HTML pages that need nothing else; all text of rules is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.rules.handbook.book import PRINCIPLES
from monitor.rules.handbook.exercises import MINUTES_EXERCISES, MINUTES_TEST, Material

if TYPE_CHECKING:
    from jinja2 import Environment

_BLOCK = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
LETTERS = "ABCDEFGH"


def render_pages(material: Material, *, printed: bool = False) -> dict[str, str]:
    """Return the pages by file name; `printed`: there will be a PDF of each but the first."""
    shown = {"material": material, "book": material.book, "numbers": {}, "printed": printed}
    pages = {
        "index.html": _render("index.html", shown),
        "handbook.html": _render("handbook.html", shown),
        "training.html": _render("training.html", shown),
        "slides.html": _render("slides.html", shown),
        "exercises.html": _render("exercises.html", shown),
        "pre-test.html": _test(shown, "Pre-test", material.pre),
        "post-test.html": _test(shown, "Post-test", material.post),
        "answer-key.html": _render("answer-key.html", shown),
    }
    for brochure in material.brochures:
        name = f"brochure-{brochure.chapter.id}.html"
        pages[name] = _render("brochure.html", {**shown, "brochure": brochure})
    return pages


def render_handbook(material: Material, numbers: Mapping[str, int]) -> str:
    """Return the handbook with the printed page of each heading in its contents."""
    shown = {"material": material, "book": material.book, "numbers": numbers}
    return _render("handbook.html", shown)


def _test(shown: Mapping[str, Any], heading: str, questions: Any) -> str:
    return _render("test.html", {**shown, "heading": heading, "questions": questions})


def _render(template: str, values: Mapping[str, Any]) -> str:
    page = (
        _environment()
        .get_template(template)
        .render(
            **values,
            LETTERS=LETTERS,
            MINUTES_TEST=MINUTES_TEST,
            MINUTES_EXERCISES=MINUTES_EXERCISES,
            principles=PRINCIPLES,
            policy="{policy}",
        )
    )
    return page.replace("{policy}", _policy(page), 1).encode("utf-8", "replace").decode()


def _policy(page: str) -> str:
    """Return the page's policy: only its own styles and script, and nothing from anywhere."""
    hashes: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _BLOCK.findall(page):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    parts = [f"{kind}-src {' '.join(found)}" for kind, found in hashes.items() if found]
    return "; ".join(("default-src 'none'", *parts, "base-uri 'none'", "form-action 'none'"))


def css_string(text: str) -> str:
    """Return text as a CSS string in which nothing ends it or the style.

    An escape takes the space behind it with it, so each has one of its own.
    """
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
    return made
