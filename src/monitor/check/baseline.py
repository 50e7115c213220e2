"""Baseline of findings: what was found before is left at that, so that only what is new is shown.

    {"schema": 1, "key": null, "findings": [["<hash>", "<hash>"], …]}

By its hashes (rule, wording and five words before, or behind; both where a side is short) a finding
is known again after an edit, without keeping its words. Who guesses them could confirm the guess: a
key, whose mark `key` is, prevents it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from monitor.records.errors import DataError
from monitor.records.finding import FLAGGED

_HASH = re.compile(r"[0-9a-f]{32}")
SIDE = 5
"""Words on each side."""
ENOUGH = 3
_REACH = 400
"""Characters in which these words are looked for."""
_WORD = re.compile(r"\w+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")

Pair = tuple[str, str]
Baseline = Sequence[Pair]
"""Findings that are known, by their hashes, as often as they were found."""


def make_baseline(documents: Iterable[Mapping[str, Any]], key: str) -> str:
    """Return the file that makes all findings of `documents` known; they have fingerprints."""
    pairs = sorted(finding["fingerprint"] for one in documents for finding in one["findings"])
    lines = ",\n".join(f"  {json.dumps(pair)}" for pair in pairs)
    found = f"[\n{lines}\n ]" if pairs else "[]"
    return f'{{"schema": 1,\n "key": {json.dumps(_confirm(key))},\n "findings": {found}}}\n'


def read_baseline(text: str, name: str, key: str) -> Baseline:
    """Read a file that `make_baseline` wrote; raises `DataError`, naming it, for any other."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DataError(f"{name}: no baseline: not JSON") from error
    keys = {"schema", "key", "findings"}
    if not isinstance(data, dict) or set(data) != keys or data["schema"] != 1:
        raise DataError(f"{name}: no baseline of schema 1 (make one with --write-baseline)")
    if data["key"] != _confirm(key):
        made = "without one" if data["key"] is None else "with another or this call has none"
        raise DataError(f"{name}: the key MONITOR_CHECK_BASELINE_KEY does not fit: made {made}")
    found = data["findings"]
    if not isinstance(found, list) or not all(
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(part, str) and _HASH.fullmatch(part) for part in pair)
        for pair in found
    ):
        raise DataError(f"{name}: 'findings' is to be a list of pairs of hashes")
    return [(first, second) for first, second in found]


def _confirm(key: str) -> str | None:
    return hmac.new(key.encode(), b"monitor baseline", "sha256").hexdigest()[:32] if key else None


def only_new(documents: Iterable[Mapping[str, Any]], baseline: Baseline) -> list[Mapping[str, Any]]:
    """Return the documents without findings that are known; how many those were is `known`.

    Each known finding accounts for one: the same words flagged twice as often are new once. The
    best fits first: both hashes, then the one of the words before, then of those behind.
    """
    given = list(documents)
    found = [finding["fingerprint"] for one in given for finding in one.get("findings", ())]
    known = [False] * len(found)
    rest: list[Pair] = list(baseline)
    for key_of in (itemgetter(0, 1), itemgetter(0), itemgetter(1)):
        left: dict[Any, list[Pair]] = {}
        for pair in rest:
            left.setdefault(key_of(pair), []).append(pair)
        for index, pair in enumerate(found):
            if not known[index] and (fits := left.get(key_of(pair))):
                fits.pop()
                known[index] = True
        rest = [pair for fits in left.values() for pair in fits]
    told = iter(known)
    for number, one in enumerate(given):
        if "findings" in one:
            new = [finding for finding in one["findings"] if not next(told)]
            given[number] = {**one, "findings": new, "known": len(one["findings"]) - len(new)}
    return given


def with_fingerprints(document: Mapping[str, Any], text: str, key: str) -> dict[str, Any]:
    """Return a document's JSON with a `fingerprint` in each finding; `text` is its visible text."""
    told = dict(document)
    for part in FLAGGED & document.keys():
        told[part] = [{**one, "fingerprint": _hashes(one, text, key)} for one in document[part]]
    return told


def _hashes(finding: Mapping[str, Any], text: str, key: str) -> list[str]:
    """Return the two hashes of a finding in the field `text`; 32 hexadecimal digits each."""
    start, end = finding["start"], finding["end"]
    before = _words(text[max(0, start - _REACH) : start])[-SIDE:]
    behind = _words(text[end : end + _REACH])[:SIDE]
    wording = [finding["rule"], *_words(finding["match"]), ""]
    hashes = []
    for name, side in (("before", before), ("behind", behind)):
        told = [name, *side] if len(side) >= ENOUGH else ["both", *before, "", *behind]
        data = "\n".join([*wording, *told]).encode("utf-8", "surrogatepass")
        made = hmac.new(key.encode(), data, "sha256") if key else hashlib.sha256(data)
        hashes.append(made.hexdigest()[:32])
    return hashes


def _words(text: str) -> list[str]:
    """Return the words as they are compared: without case, marks, hyphenation and odd spaces."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return _WORD.findall(plain)
