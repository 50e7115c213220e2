"""The pages of the rules in force: `/rules` and what is under it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from starlette.responses import HTMLResponse

from monitor.api.rule_routes import find_rule
from monitor.review.flag_feedback import said_words
from monitor.rules.measured_precision import measured_words
from monitor.rules.national_law import unchecked_words
from monitor.rules.rule_descriptions import rules_json
from monitor.web.page_frame import PageDep, page_router

router = page_router("check")
_MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_EXAMPLES = (
    ("bad", "What it flags", "The marked words are flagged."),
    ("good", "What it leaves alone", "Nothing here is flagged."),
    ("quoted", "In quotations", "What happens inside quotation marks; marked words are flagged."),
)
Pieces = list[tuple[str, bool]]


@router.get("/rules")
def rules_page(page: PageDep) -> HTMLResponse:
    """Show every rule of the guidelines in force, by principle."""
    rules = rules_json(page.desk.in_force)
    ids = Counter(rule["id"] for rule in rules)
    principle = itemgetter("principle")
    ordered = sorted(map(_with_example, rules), key=principle)
    for rule in ordered:
        way = (rule["guideline"], rule["id"]) if ids[rule["id"]] > 1 else (rule["id"],)
        rule["href"] = f"/rules/{'/'.join(way)}"
    return page.render(
        "rules.html",
        here="/rules",
        rules=rules,
        groups=[(name, list(group)) for name, group in groupby(ordered, key=principle)],
        stamps=page.desk.in_force.stamp.split(),
        problem=page.desk.shelf.problem,
    )


@router.get("/rules/{rule_id}")
def rule_page(rule_id: str, page: PageDep) -> HTMLResponse:
    """Show one rule."""
    return page.render("rule.html", **rule_values(find_rule(page.desk, rule_id)))


@router.get("/rules/{guideline}/{rule_id}")
def guideline_rule_page(guideline: str, rule_id: str, page: PageDep) -> HTMLResponse:
    """Show the rule of one guideline, where several have it."""
    return rule_page(f"{guideline}/{rule_id}", page)


def rule_values(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page of a rule says, of a rule as `find_rule` gives it."""
    examples = [
        (heading, hint, kind, [split_example(text) for text in rule["examples"][kind]])
        for kind, heading, hint in _EXAMPLES
        if rule["examples"].get(kind)
    ]
    return {
        "rule": _with_example(rule),
        "examples": examples,
        "measured": [*measured_words(rule["measured"]), *said_words(rule["feedback"])],
        "unchecked": unchecked_words,
    }


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
