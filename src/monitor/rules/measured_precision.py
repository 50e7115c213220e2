"""How often each rule was right on annotated articles: `measured.json`.

Beside the rules but not part of their stamp: measuring a guideline must not make a new one. What
was measured on other texts, or with other rules than those in force, is shown with its date and
stamp, and not as if it held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from monitor.records.errors import GuidelineError
from monitor.records.json_shapes import in_ten
from monitor.records.stamps import is_same
from monitor.rules.rule_schema import IsoDate, Strict, Text

if TYPE_CHECKING:
    from monitor.rules.compiler import Guideline

MEASURED = "measured.json"
PER_WORDS = 100_000
WRONG = ("false_met", "false_not_met")


class RuleMeasure(Strict):
    """Of the marks editors were sure of, how many were found; of its flags, how many were right.

    `general` counts its warnings and errors in general news, None where that was not measured.
    `answers` counts those it gave on whole texts where editors had answered too, `as_editors` those
    that were the same.
    """

    sure: int
    found: int
    flags: int
    right: int
    general: int | None = None
    answers: int = 0
    as_editors: int = 0
    examples: int


class General(Strict):
    """The general news in which hits were counted."""

    data: Text
    articles: int
    words: int


class Sentences(Strict):
    """Of sentences with a breach that nobody who wrote the rules had read, how many were found."""

    data: Text
    date: IsoDate
    breaches: Annotated[int, Field(gt=0)]
    found: int


class Measured(Strict):
    """`measured.json`: what was measured, on what, when, and with which guideline.

    `unseen` is whether those who wrote the rules had not worked with these articles.
    """

    schema_: Literal[1] = Field(1, alias="schema")
    guideline: Text
    date: IsoDate
    data: Text
    unseen: bool
    articles: int
    general: General | None = None
    sentences: Sentences | None = None
    rules: Mapping[str, RuleMeasure]


def load_measured(path: Path) -> Measured | None:
    """Read the measurements of the guideline in a folder, if any; raises `GuidelineError`."""
    file = path / MEASURED
    if not file.is_file():
        return None
    try:
        return Measured.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        problem = error.errors()[0] if isinstance(error, ValidationError) else None
        what = f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" if problem else error
        raise GuidelineError(f"{file}: cannot be used: {what}") from error


def measured_of(
    guideline: Guideline,
    result: Mapping[str, Any],
    *,
    data: str,
    unseen: bool,
    day: date,
    general: tuple[str, Mapping[str, Any]] | None = None,
    sentences: Sentences | None = None,
) -> dict[str, Any]:
    """Return `measured.json` from what `evaluate_guideline` and `evaluate_general` returned."""
    counted = general[1]["rules"] if general else None
    rules = {}
    for rule in guideline.rules:
        row, said = result["rules"].get(rule.id, {}), result["scorecard"].get(rule.id, {})
        as_editors = int(said.get("agree", 0))
        rules[rule.id] = {
            **{name: int(row.get(name, 0)) for name in ("sure", "found", "flags", "right")},
            "general": None if counted is None else int(counted.get(rule.id, 0)),
            "answers": as_editors + sum(int(said.get(name, 0)) for name in WRONG),
            "as_editors": as_editors,
            "examples": len(rule.examples),
        }
    return {
        "schema": 1,
        "guideline": result["guideline"],
        "date": day.isoformat(),
        "data": data,
        "unseen": unseen,
        "articles": result["articles"],
        "general": general
        and {"data": general[0], "articles": general[1]["articles"], "words": general[1]["words"]},
        "sentences": sentences and sentences.model_dump(mode="json"),
        "rules": rules,
    }


def write_measured(file: Path, content: Mapping[str, Any]) -> None:
    """Write `measured.json`; raises `GuidelineError` where it cannot be written."""
    Measured.model_validate(content)
    try:
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise GuidelineError(f"{file}: cannot be written: {error.strerror or error}") from error


def measured_json(guideline: Guideline, rule: str, measured: Measured | None) -> Any:
    """Return what was measured of one rule for readers, None where nothing was.

    `hits` are its flags there, `independent_hits` those in articles that its authors had not
    worked with; `current` is whether the guideline measured is the one in force.
    """
    row = measured.rules.get(rule) if measured else None
    if measured is None or row is None:
        return None
    news, rate = measured.general, None
    if news is not None and row.general is not None and news.words:
        rate = round(PER_WORDS * row.general / news.words, 2)
    return {
        "date": measured.date,
        "data": measured.data,
        "articles": measured.articles,
        "guideline": measured.guideline,
        "current": is_same(measured.guideline, guideline.stamp),
        "hits": row.flags,
        "independent_hits": row.flags if measured.unseen else 0,
        "right": row.right,
        "precision": round(row.right / row.flags, 3) if row.flags else None,
        "sure": row.sure,
        "found": row.found,
        "recall": round(row.found / row.sure, 3) if row.sure else None,
        "general_hits_per_100k_words": rate,
        "answers": row.answers,
        "as_editors": row.as_editors,
        "examples": row.examples,
    }


def missed_words(measured: Measured | None) -> str | None:
    """Return in a sentence how much is missed where nothing is flagged, None where not measured."""
    told = measured.sentences if measured else None
    if told is None:
        return None
    return (
        "No flags does not mean that all is well: of the breaches in sentences that nobody who "
        f"wrote the rules had read, the checker finds {in_ten(told.found / told.breaches)} "
        f"({told.found} of {told.breaches}, measured on {told.date})."
    )


def measured_words(measured: Mapping[str, Any] | None) -> list[str]:
    """Return in sentences what `measured_json` says, honest where that is nothing."""
    if measured is None:
        return ["No independent hits yet: it has not been measured on annotated articles."]
    hits, articles = measured["hits"], measured["articles"]
    flagged = f"Editors had marked {measured['right']} of the {hits} places that it flags in "
    said = f"{flagged}{articles} annotated articles."
    if not hits and measured["answers"]:
        same = f"in {measured['as_editors']} of {measured['answers']} articles among {articles}"
        said = f"It answers for the whole text: {same} as editors had."
    elif not hits:
        none = f"No independent hits yet: it flags nothing in {articles} annotated articles"
        said = f"{none}, so how often it is right is not known."
    lines = [said]
    if hits and not measured["independent_hits"]:
        lines.append(
            "No independent hits yet: those who wrote the rules worked with these articles, so "
            "expect it to be right less often on others."
        )
    if measured["sure"]:
        lines.append(
            f"It found {measured['found']} of the {measured['sure']} breaches there that editors "
            "were sure of."
        )
    if (rate := measured["general_hits_per_100k_words"]) is not None:
        lines.append(f"In general news it warns {rate:g} times in 100,000 words.")
    lines.append(f"All of its own {measured['examples']} examples hold.")
    since = "" if measured["current"] else "; the rules have changed since"
    lines.append(f"Measured on {measured['date']} on {measured['data']}{since}.")
    return lines
