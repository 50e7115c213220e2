"""Renders the pages. Everything from outside is escaped by the templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.desk.feedback import said_words
from monitor.digest import words
from monitor.digest.view import DigestView
from monitor.guidelines import measured_words, unchecked_words
from monitor.visitors import Visitor
from monitor.web.api_docs_page import view_api
from monitor.web.page_frame import render

if TYPE_CHECKING:
    from monitor.guidelines import Guideline

STATIC_DIR = Path(__file__).resolve().parent / "static"

_MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)

_EXAMPLES = (
    ("bad", "What it flags", "The marked words are flagged."),
    ("good", "What it leaves alone", "Nothing here is flagged."),
    ("quoted", "In quotations", "What happens inside quotation marks; marked words are flagged."),
)

Pieces = list[tuple[str, bool]]


def render_draft(
    *,
    visitor: Visitor,
    max_chars: int,
    guidelines: Sequence[Guideline],
    countries: Sequence[Mapping[str, Any]],
    country: str,
    passed_on: str = "",
) -> str:
    """Return the page on which a draft is checked.

    `guidelines` are those in force, which reports name; `countries` (as `country_json` tells them)
    are those from which one can choose, `country` the code of the one chosen at first. `passed_on`
    is the host off this machine that texts of LanguageTool's clients go to, if any.
    """
    return render(
        "draft.html",
        visitor=visitor,
        here="/",
        max_chars=max_chars,
        guidelines=guidelines,
        countries=countries,
        country=country,
        passed_on=passed_on,
    )


def render_rules(
    rules: Sequence[Mapping[str, Any]], *, visitor: Visitor, guideline: str, problem: str | None
) -> str:
    """Return the list of all rules (as `Monitor.rules` gives them), by principle.

    `guideline` is the stamps in force; `problem` why an edit of a guideline is not.
    """
    ids = Counter(rule["id"] for rule in rules)
    ordered = sorted(map(_with_example, rules), key=_principle)
    for rule in ordered:
        way = (rule["guideline"], rule["id"]) if ids[rule["id"]] > 1 else (rule["id"],)
        rule["href"] = f"/rules/{'/'.join(way)}"
    groups = [(principle, list(group)) for principle, group in groupby(ordered, key=_principle)]
    return render(
        "rules.html",
        visitor=visitor,
        here="/rules",
        rules=rules,
        groups=groups,
        stamps=guideline.split(),
        problem=problem,
    )


def render_rule(rule: Mapping[str, Any], *, visitor: Visitor) -> str:
    """Return the page of one rule, as `Monitor.rule` gives it."""
    examples = [
        (heading, hint, kind, [split_example(text) for text in rule["examples"][kind]])
        for kind, heading, hint in _EXAMPLES
        if rule["examples"].get(kind)
    ]
    rule = _with_example(rule)
    measured = [*measured_words(rule["measured"]), *said_words(rule["feedback"])]
    return render(
        "rule.html",
        visitor=visitor,
        rule=rule,
        examples=examples,
        measured=measured,
        unchecked=unchecked_words,
    )


def render_digest_page(
    view: DigestView, *, visitor: Visitor, day: str, before: str | None, after: str | None
) -> str:
    """Return a digest within the site, at /digests/`day`; `before` and `after` are days beside."""
    return render(
        "digest.html",
        visitor=visitor,
        here="/digests/today",
        digest=view,
        address=f"/digests/{day}",
        before=before,
        after=after,
        words=words,
    )


def render_docs(document: Mapping[str, Any], *, visitor: Visitor, address: str) -> str:
    """Return the description of the API, from its OpenAPI document; calls go to `address`."""
    return render("docs.html", visitor=visitor, here="/docs", api=view_api(document, address))


def render_unsubscribe(
    title: str, *, visitor: Visitor, token: str, address: str, done: bool
) -> str:
    """Return the page that asks, or says, that `address` gets no more mail; "": a wrong link."""
    return render(
        "unsubscribe.html", visitor=visitor, title=title, token=token, address=address, done=done
    )


def render_error(status: int, title: str, detail: str, *, visitor: Visitor) -> str:
    """Return the page that says what went wrong."""
    return render("error.html", visitor=visitor, status=status, title=title, detail=detail)


def split_example(text: str) -> list[Pieces]:
    """Return an example's paragraphs in pieces, each with whether `[[…]]` marked it."""
    return [
        [(piece, bool(n % 2)) for n, piece in enumerate(_MARKED.split(paragraph)) if piece]
        for paragraph in text.split("\n\n")
    ]


def _with_example(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule with its message as it reads for its own first bad example."""
    bad = rule["examples"]["bad"]
    found = _MARKED.search(bad[0]) if bad else None
    message = rule["message"].replace("{match}", found[1] if found else "…")
    return {**rule, "message": message.replace("{evidence}", "…")}


def _principle(rule: Mapping[str, Any]) -> str:
    principle: str = rule["principle"]
    return principle
