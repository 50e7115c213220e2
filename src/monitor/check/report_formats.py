"""Report formats of a check: SARIF 2.1.0 for code scanning, GitHub's workflow commands, a page.

Columns and offsets of SARIF count code points of the source file; a place in a Word file is the
file. Fixes are there only where the flagged words stand in the file as they are read. The HTML page
needs nothing else: no script, nothing loaded, printable.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from monitor.check.batch import Batch, by_number, has_lines, is_open
from monitor.records.finding import SEVERITIES
from monitor.records.json_shapes import in_ten

Json = dict[str, Any]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT = "SRCROOT"
LEVELS = {"error": "error", "warning": "warning", "suggestion": "note"}
_PLACEHOLDER = re.compile(r"\{(?=\d+\})|(?<=\d)\}")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_NOTIFICATIONS = {
    "unreadable": "A document could not be read, so nothing is known of it.",
    "ignore-comment": "An ignore comment names no rule, an unknown one or no reason.",
}
_DESCRIBED = ("shortDescription", "fullDescription", "help")  # GitHub wants all of them


def as_sarif(batch: Batch) -> str:
    """Return the log file's text; of people it speaks by number and place."""
    batch = _unnamed(batch)
    named = {
        batch.name(finding): finding
        for document in batch.documents
        for finding in (*document.get("findings", ()), *document.get("ignored", ()))
    }
    index = {name: number for number, name in enumerate(sorted(named))}
    driver = {
        "name": "thb-monitor",
        "organization": "thb-monitor maintainers",
        "version": batch.version,
        "semanticVersion": batch.version,
        "rules": [_rule(name, batch.rules.get(name, {}), named[name]) for name in index],
        "notifications": [
            {"id": name, **{key: {"text": words} for key in _DESCRIBED}}
            for name, words in _NOTIFICATIONS.items()
        ],
        "properties": {"guideline": batch.guideline},
        **({"informationUri": batch.about} if batch.about else {}),
    }
    artifacts, results, notifications = [], [], []
    for number, document in enumerate(batch.documents):
        where = {**_location(batch, document["path"]), "index": number}
        artifact: Json = {"location": where, "roles": ["analysisTarget"]}
        if "error" not in document:
            card = [{"item": one["item"], "met": one["met"]} for one in document["scorecard"]]
            kept = {"words": document["words"], "language": document["language"]}
            reached = document["coverage"]["checked"]
            artifact["properties"] = {**kept, "scorecard": card, "coverage": reached}
        artifacts.append(artifact)
        results += list(_results(batch, document, where, index))
        notifications += list(_notifications(document, where))
    ended = {"executionSuccessful": batch.exit_code < 2, "exitCode": batch.exit_code}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder the check ran in."}}},
        "invocations": [{**ended, "toolExecutionNotifications": notifications}],
        "artifacts": artifacts,
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _unnamed(batch: Batch) -> Batch:
    return replace(batch, documents=tuple(map(by_number, batch.documents)))


def _rule(name: str, rule: Mapping[str, Any], finding: Mapping[str, Any]) -> Json:
    title = rule.get("title", name)
    title = title if title.endswith((".", "!", "?")) else f"{title}."
    why, sources = rule.get("why") or finding["why"], rule.get("sources") or finding["sources"]
    parts = [_escaped(why)]
    if offered := [f"- {_escaped(words)}" for words in rule.get("suggest", ())]:
        parts += ["**Better**", "\n".join(offered)]
    if lines := [
        f"- [{_escaped(source['title'])}](<{quote(source['url'], safe=_URL)}>), "
        f"{_escaped(source['section'])}"
        for source in sources
    ]:
        parts += ["**Sources**", "\n".join(lines)]
    return {
        "id": name,
        "shortDescription": {"text": _text(title)},
        "fullDescription": {"text": _text(why)},
        "help": {"text": _text(why), "markdown": "\n\n".join(parts)},
        "defaultConfiguration": {"level": LEVELS[rule.get("severity", finding["severity"])]},
        "properties": {"tags": [finding["principle"]]},
        **({"helpUri": sources[0]["url"]} if sources else {}),
    }


_URL = "!#$%&'()*+,/:;=?@[]~-._"


def _results(
    batch: Batch, document: Mapping[str, Any], where: Json, index: Mapping[str, int]
) -> Iterator[Json]:
    for finding in (*document.get("findings", ()), *document.get("ignored", ())):
        name, offered = batch.name(finding), finding["suggestions"]
        region: Json = {}  # the place in the source file, if that has lines and it is known
        if has_lines(document) and finding["field"] == "text":
            side = "source_" if "source_start" in finding else ""
            start, end = finding[f"{side}start"], finding[f"{side}end"]
            region = {"startLine": finding["line"], "startColumn": finding["column"]}
            region |= {"endLine": finding["end_line"], "endColumn": finding["end_column"]}
            region |= {"charOffset": start, "charLength": end - start}
        place = {"artifactLocation": where, **({"region": region} if region else {})}
        better = f" Better: {' / '.join(offered)}." if offered else ""
        result: Json = {
            "ruleId": name,
            "ruleIndex": index[name],
            "level": LEVELS[finding["severity"]],
            "message": {"text": _text(f"{finding['message']}{better}")},
            "locations": [{"physicalLocation": place}],
            "properties": {key: finding[key] for key in ("quoted", "scope", "protects")},
        }
        if "fingerprint" in finding:
            sides = zip(("wordsBefore/v1", "wordsBehind/v1"), finding["fingerprint"], strict=True)
            result["partialFingerprints"] = dict(sides)
        if finding["confidence"] is not None:
            result["rank"] = round(100 * finding["confidence"], 1)
        if batch.baseline:
            result["baselineState"] = "new"
        if "reason" in finding:
            told = {"kind": "inSource", "status": "accepted", "justification": finding["reason"]}
            result["suppressions"] = [told]
        if fixes := list(_fixes(where, region, document["path"], finding)):
            result["fixes"] = fixes
        yield result


def _fixes(where: Json, region: Json, path: str, finding: Mapping[str, Any]) -> Iterator[Json]:
    if not region or region["charLength"] != finding["end"] - finding["start"]:
        return
    is_html = PurePath(path).suffix.lower() in {".html", ".htm"}
    for words in finding["suggestions"]:
        written = html.escape(words, quote=False) if is_html else words
        replaced = {"deletedRegion": region, "insertedContent": {"text": written}}
        yield {
            "description": {"text": _text(f"Write: {words}")},
            "artifactChanges": [{"artifactLocation": where, "replacements": [replaced]}],
        }


def _notifications(document: Mapping[str, Any], where: Json) -> Iterator[Json]:
    """Yield what could not be read, and what is wrong with ignore comments."""
    told: list[tuple[int, str, str, Json]] = []
    if "error" in document:
        told.append((0, "error", document["error"], {}))
    for one in document.get("ignore_problems", ()):
        region = {"startLine": one["line"], "startColumn": one["column"]}
        told.append((1, "warning", one["message"], {"region": region}))
    for index, level, words, region in told:
        yield {
            "descriptor": {"id": list(_NOTIFICATIONS)[index], "index": index},
            "level": level,
            "message": {"text": _text(words)},
            "locations": [{"physicalLocation": {"artifactLocation": where, **region}}],
        }


def _location(batch: Batch, path: str) -> Json:
    """Return a file's place: relative to the root, or where it is outside of it, absolute."""
    inside = batch.inside(path)
    if inside is not None:
        return {"uri": quote(os.fsencode(inside)), "uriBaseId": ROOT}
    absolute = batch.absolute(path).lstrip("/")
    return {"uri": f"file:///{quote(os.fsencode(absolute), safe='/:')}"}


def _text(words: str) -> str:
    """Return words as a message: nothing in them is a placeholder or a link."""
    words = words.encode("utf-8", "replace").decode()
    if "](" in words:
        words = words.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return words.replace("{", "{{").replace("}", "}}") if _PLACEHOLDER.search(words) else words


def _escaped(words: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(words.split()))


GITHUB_LEVELS = {"error": "error", "warning": "warning", "suggestion": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def as_github(batch: Batch) -> str:
    """Return one command a line, for findings, unreadable files and useless ignore comments.

    Columns are there only on one line, since GitHub refuses others. They count code points from 1;
    the end column is the one after the last, as others write it.
    """
    lines = []
    for document in _unnamed(batch).documents:
        path = batch.inside(document["path"]) or batch.absolute(document["path"])
        if "error" in document:
            place = {"file": path, "title": "could not be checked"}
            lines.append(_command("error", place, document["error"]))
            continue
        for finding in document["findings"]:
            place = {"file": path}
            if has_lines(document):
                place |= {"line": finding["line"], "endLine": finding["end_line"]}
                if finding["line"] == finding["end_line"]:
                    place |= {"col": finding["column"], "endColumn": finding["end_column"]}
            offered = finding["suggestions"]
            better = f"\nBetter: {' / '.join(offered)}" if offered else ""
            said = f"{finding['message']}{better}\n{finding['why']}"
            level = GITHUB_LEVELS[finding["severity"]]
            lines.append(_command(level, {**place, "title": finding["rule"]}, said))
        for problem in document.get("ignore_problems", ()):
            place = {"file": path, "line": problem["line"], "col": problem["column"]}
            place["title"] = "ignore comment"
            lines.append(_command("warning", place, problem["message"]))
    return "".join(lines)


def _command(name: str, properties: Mapping[str, Any], message: str) -> str:
    told = (f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {','.join(told)}::{message.translate(_DATA)}\n"


_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_PARAGRAPHS = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n)){2,}")


def as_page(batch: Batch) -> str:
    """Return the page; the text of a document is shown where it has `text`.

    Beside that text people are told of by number and place.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    batch = _unnamed(batch)
    environment = Environment(
        loader=PackageLoader("monitor.check"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    views = []
    for document in batch.documents:
        # cards are numbered as they stand in the text
        cards = sorted(document.get("findings", ()), key=lambda finding: finding["start"])
        told: dict[str, int] = {}
        for number, finding in enumerate(cards, 1):
            told.setdefault(finding["rule"], number)
        text, scorecard = document.get("text"), document.get("scorecard", ())
        view: Json = {"document": document, "cards": cards, "told": told}
        view["open"] = sum(map(is_open, document.get("people", ())))
        view["paragraphs"] = list(_paragraphs(text, cards)) if text is not None else []
        missing = (o for o in scorecard if o["met"] is False and "ignored" not in o)
        view["missing"] = [o for o in missing if o["item"] not in told]
        views.append({**view, "met": [one for one in scorecard if one["met"]]})
    template = environment.get_template("findings.html")
    page = template.render(batch=batch, views=views, in_ten=in_ten, style_hash="{style_hash}")
    style = _STYLE.search(page)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    # Before any word of a draft: the first of its kind in the page is ours.
    page = page.replace("{style_hash}", base64.b64encode(digest).decode(), 1)
    return page.encode("utf-8", "replace").decode()


def _paragraphs(text: str, findings: Sequence[Mapping[str, Any]]) -> Iterator[list[Json]]:
    """Yield the paragraphs in pieces, cut where a flag begins or ends, with findings' numbers."""
    flags = [(n, f) for n, f in enumerate(findings, 1) if f["field"] == "text"]
    start = 0
    for gap in (*_PARAGRAPHS.finditer(text), None):
        end = gap.start() if gap else len(text)
        here = [(n, f) for n, f in flags if f["start"] < end and start < f["end"]]
        edges = {edge for _, f in here for edge in (f["start"], f["end"]) if start < edge < end}
        pieces = []
        for left, right in pairwise(sorted({start, end, *edges})):
            over = [(n, f) for n, f in here if f["start"] <= left and right <= f["end"]]
            worst = min((f["severity"] for _, f in over), key=SEVERITIES.index, default="")
            cards, begins = [n for n, _ in over], [n for n, f in over if f["start"] == left]
            told = {"text": text[left:right], "severity": worst, "cards": cards, "begins": begins}
            pieces.append(told)
        if text[start:end].strip():
            yield pieces
        start = gap.end() if gap else end
