"""Rules told to their readers: what one cannot do, the law, how often it was right, their size.

Half of a rule's limits follow from how it is made and are written here once; a rule file adds what
only its author knows (`limits`). The size is what somebody who reads rules aloud has to say: each
phrase, word of a slot and name of a lexicon, wherever it stands, and their long lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

from monitor.rules.compiler import Guideline
from monitor.rules.figures import load_figures
from monitor.rules.findings import one_line, rule_json
from monitor.rules.loading import FIGURES, check_folder, load_lexicons, rule_files
from monitor.rules.measured_precision import Measured, measured_json
from monitor.rules.national_law import Country, laws_for
from monitor.rules.rule_reloading import InForce, rules_called
from monitor.rules.rule_schema import Clause, Rule, RuleFile, Slot, Token
from monitor.rules.spacy_patterns import WORDS
from monitor.rules.yaml_files import read_yaml

_KINDS: Mapping[str, str] = {
    "phrase": "It finds the wordings listed for it; the same thing said in other words is missed.",
    "tokens": "It finds patterns of words within one sentence; other ways to say it are missed.",
    "dependency": "It relies on a small language model's reading of the sentence, which is "
    "sometimes wrong.",
    "context": "It judges words by what stands around them; who or what they refer to can be "
    "mistaken where sentences are long or far apart.",
}
_DOCUMENT = (
    "It answers for the whole text, and only for texts of {words} words or more.",
    "It sees whether words that show the practice are there, not how well it is done.",
)
_QUOTES: Mapping[str, str] = {
    "flag": "Inside quotation marks it is flagged just the same.",
    "soften": "What a speaker says is left alone: 'soften' is withdrawn and read as 'skip'.",
    "skip": "What a speaker says is left alone.",
}
_SCOPES: Mapping[str, str] = {
    "headline": "It looks at headlines only.",
    "body": "It does not look at headlines and captions.",
    "caption": "It looks at captions and alternative texts only, as far as the format marks them.",
}


def describe_rule(
    guideline: Guideline, rule: Rule, *, countries: Mapping[str, Country], measured: Measured | None
) -> dict[str, Any]:
    """Return all there is to know of a rule, as data.

    To what `rule_json` has: `limits`, `figures` (known ones that it finds), `countries` (law on its
    matter, and helplines where it offers them), `measured`.
    """
    figures = []
    for figure in guideline.figures:
        if figure.rule == rule.id:
            fact = one_line(figure.fact)
            shown = figure.model_dump(include={"id", "claim", "right"}, by_alias=True)
            shown |= {"fact": fact[:1].upper() + fact[1:], "instead": one_line(figure.instead)}
            sources = [source.model_dump() for source in figure.sources]
            figures.append({**shown, "sources": sources})
    told = []
    for country in countries.values():
        law = [each.model_dump(exclude={"concerns"}) for each in laws_for(country, rule)]
        lines = country.helplines if rule.offers == "helplines" else ()
        # that a law was looked for in vain is something: the country is there with its note
        if law or lines or (rule.law and country.note):
            place = {"code": country.country, "name": country.name, "note": one_line(country.note)}
            told.append({**place, "law": law, "helplines": [line.model_dump() for line in lines]})
    return {
        **rule_json(guideline, rule),
        "limits": _limits(guideline, rule),
        "figures": figures,
        "countries": told,
        "measured": measured_json(guideline, rule.id, measured),
    }


def describe_ruled(in_force: InForce, name: str) -> dict[str, Any] | None:
    """Return all there is to know of the first rule called so, if any; `also` names the others."""
    found = rules_called(in_force.guidelines, name)
    if not found:
        return None
    (guideline, rule), *others = found
    ruling = next(one for one in in_force.rulings if one.guideline is guideline)
    countries, measured = ruling.countries, ruling.measured
    said = describe_rule(guideline, rule, countries=countries, measured=measured)
    return {**said, "also": [f"{of.id}/{other.id}" for of, other in others]}


def rules_json(in_force: InForce) -> list[dict[str, Any]]:
    """Return every rule of the guidelines in force, as data."""
    return [rule_json(of, rule) for of in in_force.guidelines for rule in of.rules]


def _limits(guideline: Guideline, rule: Rule) -> list[str]:
    told = [*map(one_line, rule.limits), _KINDS.get(rule.kind, "")]
    told += [each.format(words=rule.check.min_words) for each in _DOCUMENT if rule.check]
    told += [] if rule.check else [_QUOTES[rule.quotes]]
    told.append(_SCOPES.get(rule.scope, ""))
    if rule.gate != "none":
        short = guideline.about.topic.short_words
        told.append(
            "It is silent in texts that do not show that they are about trafficking; a text under "
            f"{short} words must only not show another topic."
        )
    return list(filter(None, told))


WIDE = 120
"""Characters of the longest line that an editor reads without scrolling."""


def measure_size(path: Path, *, cache: Path | None = None) -> dict[str, Any]:
    """Return the size of the guideline in folder `path`, as data, largest rule first.

    `patterns` are words of token patterns and triggers, and count besides; `long_lines` are counted
    by file. Raises `GuidelineError` for a file that is wrong.
    """
    check_folder(path)
    read = [rule for f in rule_files(path) for rule in read_yaml(f, RuleFile, cache).rules]
    rules = sorted(map(_size, read), key=lambda size: (-size["entries"], size["rule"]))
    counts = [size["entries"] for size in rules]
    lists = {}
    for name, lexicon in load_lexicons(path, cache).items():
        parts = (lexicon.words, lexicon.stems, lexicon.include, lexicon.never_in)
        lists[name] = sum(map(len, parts)) + sum(map(_slots, lexicon.sequences))
    figures = 0
    for figure in load_figures(path / FIGURES, cache):
        figures += _clauses((*figure.needs, *figure.unless))
        for form in figure.written:
            slots = (form.numbers, form.ranges, form.phrases, form.before, form.of)
            figures += sum(map(len, slots)) + _slots(form.sequence)
    lines: list[dict[str, Any]] = [
        {"file": file.relative_to(path).as_posix(), "line": number, "characters": len(line)}
        for file in sorted((*path.glob("*.yaml"), *path.glob("countries/*.yaml")))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    ]
    none: dict[str, Any] = {"file": "", "line": 0, "characters": 0}
    return {
        "schema": 1,
        "entries": sum(counts),
        "median": median(counts) if counts else 0,
        "largest": counts[0] if counts else 0,
        "total": sum(counts) + sum(lists.values()) + figures,
        "patterns": sum(size["patterns"] for size in rules),
        "rules": rules,
        "lexicons": lists,
        "figures": figures,
        "longest_line": max(lines, key=itemgetter("characters"), default=none),
        "long_lines": dict(Counter(one["file"] for one in lines if one["characters"] > WIDE)),
    }


def _size(rule: Rule) -> dict[str, Any]:
    clauses = [*rule.needs, *rule.unless]
    if check := rule.check:
        clauses += [*check.about, *check.unless, *check.met, *check.broken]
    entries = 0
    tokens: list[Token] = []
    for matcher in rule.match:
        entries += len(matcher.phrases) + len(matcher.replace) + _slots(matcher.sequence)
        clauses += [*matcher.needs, *matcher.unless]
        tokens += [token for pattern in matcher.tokens for token in pattern]
        tokens += [node for pattern in matcher.dependency for node in pattern.nodes]
    tokens += [token for clause in clauses for pattern in clause.tokens for token in pattern]
    patterns = len(rule.trigger) + len(rule.trigger_stems) + sum(map(_said, tokens))
    return {"rule": rule.id, "entries": entries + _clauses(clauses), "patterns": patterns}


def _clauses(clauses: Iterable[Clause]) -> int:
    return sum(len(c.lexicons) + len(c.phrases) + sum(map(_slots, c.sequences)) for c in clauses)


def _slots(slots: Iterable[Slot | Sequence[str]]) -> int:
    return sum(1 if isinstance(slot, str) else len(slot) for slot in slots)


def _said(value: Any, key: str = "") -> int:
    """Count the words that a token of a pattern asks for."""
    if isinstance(value, Mapping):
        inside = key if key in WORDS else ""
        return sum(_said(v, k if k in WORDS else inside) for k, v in value.items())
    if isinstance(value, list):
        return len(value) if key in WORDS else 0
    return int(isinstance(value, str) and key in WORDS)
