"""Comments in Markdown and HTML that silence a rule, and say why.

<!-- monitor-ignore RULE[, RULE]: reason -->       in its paragraph, or else the next one
<!-- monitor-ignore-file RULE[, RULE]: reason -->  in the whole file
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.text.positions import Positions
from monitor.text.visible_text import Comment

_OURS = re.compile(r"\s*monitor-ignore(?P<file>-file)?(?![\w-])(?P<rest>.*)", re.DOTALL)
_COLON = re.compile(r":(?=\s|\Z)")
_NAME = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,99}")
_MARKS = str.maketrans({"<": "‹", ">": "›"})
WRITE = "<!-- monitor-ignore RULE: reason -->"


@dataclass(frozen=True, slots=True)
class IgnoreComment:
    """A comment that silences `rules` for `reason`: in `block`, or in the whole file (`None`)."""

    rules: tuple[str, ...]
    reason: str
    block: tuple[int, int] | None


def ignore_comment(rules: Sequence[str], reason: str, *, whole_file: bool = False) -> str:
    """Return the comment that silences `rules`; nothing in `reason` can end it early."""
    told = " ".join(reason.translate(_MARKS).replace("--", "–").split())
    return f"<!-- monitor-ignore{'-file' if whole_file else ''} {', '.join(rules)}: {told} -->"


def read_comments(
    comments: Iterable[Comment], names: Collection[str]
) -> tuple[list[IgnoreComment], list[tuple[Comment, str]]]:
    """Return what the comments silence and what is wrong with them; `names` are all rules'."""
    silences: list[IgnoreComment] = []
    problems: list[tuple[Comment, str]] = []
    for comment in comments:
        found = _OURS.match(comment.text)
        if found is None:
            continue
        named, *said = _COLON.split(found["rest"], maxsplit=1)
        if not said:
            named, *said = named.split(":", maxsplit=1)
        rules = [name for part in named.split(",") if (name := " ".join(part.split()))]
        reason = " ".join(" ".join(said).split())
        known = tuple(rule for rule in rules if rule in names)
        block = None if found["file"] else comment.block
        reaches = bool(found["file"] or block)
        wrong = [f"an ignore comment that names no rule: {WRITE}"] if not rules else []
        if rules and not reason:
            wrong.append(f"an ignore comment without a reason: {WRITE}")
        for rule in rules:
            if not _NAME.fullmatch(rule):
                wrong.append(f"an ignore comment with something else in a rule's place: {WRITE}")
            elif rule not in names:
                wrong.append(f"an ignore comment for '{rule}', which is no rule")
        if not wrong and not reaches:
            wrong.append("an ignore comment with no paragraph after it")
        problems += [(comment, words) for words in wrong]
        if known and reason and reaches:
            silences.append(IgnoreComment(known, reason, block))
    return silences, problems


def with_ignored(
    entry: Mapping[str, Any],
    comments: Sequence[Comment],
    names: Collection[str],
    positions: Positions | None,
) -> dict[str, Any]:
    """Return a document's JSON with what its comments silence, and why, under `ignored`.

    A scorecard entry that is silenced has the reason as `ignored`; `ignore_problems` tell what is
    wrong with comments. `names` are the rules' ids, whole and short; `positions` are the source's.
    """
    silences, problems = read_comments(comments, names)
    answer = dict(entry)
    if silences:
        found = [(one, _silencing(one, "rule", silences)) for one in entry["findings"]]
        answer["findings"] = [one for one, reason in found if reason is None]
        if ignored := [{**one, "reason": reason} for one, reason in found if reason is not None]:
            answer["ignored"] = ignored
        answer["scorecard"] = []
        for item in entry["scorecard"]:
            reason = _silencing(item, "item", silences)
            answer["scorecard"].append(item if reason is None else {**item, "ignored": reason})
    if problems and positions is not None:
        told = answer["ignore_problems"] = []
        for comment, says in problems:
            line, column = positions.line_column(comment.start)
            place = {"source_start": comment.start, "source_end": comment.end}
            told.append({"line": line, "column": column, **place, "message": says})
    return answer


def _silencing(told: Mapping[str, Any], key: str, comments: Iterable[IgnoreComment]) -> str | None:
    """Return why a comment silences a finding, or an item, `None` where none does."""
    own = told.get("guideline")
    for one in comments:
        named = (rule.rpartition("/") for rule in one.rules)
        if not any(rule == told[key] and own in (of or own, None) for of, _, rule in named):
            continue
        if one.block is None:
            return one.reason
        start, end = one.block
        in_text = key == "rule" and told["field"] == "text"
        if in_text and told["start"] < end and start < told["end"]:
            return one.reason
    return None
