"""One rule as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.review.flag_feedback import said_words
from monitor.rules.measured_precision import measured_words
from monitor.rules.national_law import law_words, unchecked_words

Data = Mapping[str, Any]


def rule_text(rule: Data) -> str:
    """Return a rule, as `Monitor.rule` gives it, in lines."""
    lines = [f"{rule['id']}: {rule['title']}", f"{rule['severity']}, {rule['principle']}", ""]
    lines += [rule["message"], "", f"Why: {rule['why']}"]
    lines += [f"Better: {text}" for text in rule["suggest"]]
    for heading, key in (("Flagged", "bad"), ("Not flagged", "good"), ("In quotes", "quoted")):
        if examples := rule["examples"].get(key):
            lines += ["", f"{heading}:", *(f"  {text}" for text in examples)]
    for heading, part in (
        ("Known figures", _figures(rule)),
        ("By country (as far as known)", _countries(rule)),
        ("Limits", (f"  {limit}" for limit in rule["limits"])),
        ("How often it is right", (f"  {line}" for line in _right(rule))),
        ("Sources", (f"  {source_line(source)}" for source in rule["sources"])),
    ):
        found = list(part)
        lines += ["", f"{heading}:", *found] if found else []
    return "\n".join(lines)


def _right(rule: Data) -> Iterator[str]:
    yield from measured_words(rule["measured"])
    yield from said_words(rule["feedback"])


def source_line(source: Data) -> str:
    """Return a source with its place and address."""
    return f"{source['title']}, {source['section']} <{source['url']}>"


def _figures(rule: Data) -> Iterator[str]:
    for figure in rule["figures"]:
        yield f"  “{figure['claim']}”: {figure['fact']} {figure['instead']}"
        yield from (f"    {source_line(source)}" for source in figure["sources"])


def _countries(rule: Data) -> Iterator[str]:
    for country in rule["countries"]:
        if country["note"]:
            yield f"  {country['name']}: {country['note']}"
        for law in country["law"]:
            area = f" ({law['area']})" if law["area"] else ""
            cited = ", ".join(filter(None, (law["statute"], law["section"])))
            said = law_words(law["states"], law["consent"], law["unchecked_since"])
            yield f"  {country['name']}{area}, {cited}: {said}"
            yield from (f"    {source_line(source)}" for source in law["sources"])
        for line in country["helplines"]:
            unchecked = line["unchecked_since"] and unchecked_words(line["unchecked_since"])
            more = ", ".join(filter(None, (line["hours"], line["languages"], unchecked)))
            numbers = " or ".join(line["numbers"])
            yield f"  {country['name']}: {line['name']} {numbers}{f' ({more})' if more else ''}"
            yield from (f"    {source_line(source)}" for source in line["sources"])
    if rule["countries"]:
        yield "  We do not hold the law of any other country."
