"""What was found before and is left at that: a file of hashes, so that only what is new is shown.

    {"schema": 1, "key": null, "findings": [["<hash>", "<hash>"], …]}

One pair of hashes a finding (see `fingerprints`), sorted, so that their order says nothing of the
documents'. `key` confirms that the same key made them, `null` where none was used.
"""

from __future__ import annotations

import hmac
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.records.errors import DataError

_HASH = re.compile(r"[0-9a-f]{32}")
_KEYS = {"schema", "key", "findings"}
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Findings that are known, by their hashes, as often as they were found."""

    pairs: tuple[Pair, ...]


def make_baseline(documents: Iterable[Mapping[str, Any]], key: str) -> str:
    """Return the file that makes all findings of `documents` known; they have fingerprints."""
    pairs = sorted(_pair(finding) for one in documents for finding in one["findings"])
    lines = ",\n".join(f"  {json.dumps(pair)}" for pair in pairs)
    found = f"[\n{lines}\n ]" if pairs else "[]"
    return f'{{"schema": 1,\n "key": {json.dumps(_confirm(key))},\n "findings": {found}}}\n'


def read_baseline(text: str, name: str, key: str) -> Baseline:
    """Read a file that `make_baseline` wrote; raises `DataError`, naming it, for any other."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise DataError(f"{name}: no baseline: not JSON") from error
    if not isinstance(data, dict) or set(data) != _KEYS or data["schema"] != 1:
        raise DataError(f"{name}: no baseline of schema 1 (make one with --write-baseline)")
    if data["key"] != _confirm(key):
        made = "without one" if data["key"] is None else "with another or this call has none"
        raise DataError(f"{name}: the key MONITOR_CHECK_BASELINE_KEY does not fit: made {made}")
    found = data["findings"]
    if not isinstance(found, list) or not all(_is_pair(pair) for pair in found):
        raise DataError(f"{name}: 'findings' is to be a list of pairs of hashes")
    return Baseline(tuple((first, second) for first, second in found))


def only_new(documents: Iterable[Mapping[str, Any]], baseline: Baseline) -> list[Mapping[str, Any]]:
    """Return the documents without findings that are known; how many those were is `known`.

    Each known finding accounts for one: the same words flagged twice as often are new once. The
    best fits first: both hashes, then the one of the words before, then of those behind.
    """
    given = list(documents)
    findings = [finding for one in given for finding in one.get("findings", ())]
    known = _known([_pair(finding) for finding in findings], baseline.pairs)
    answer: list[Mapping[str, Any]] = []
    at = 0
    for one in given:
        if "findings" not in one:
            answer.append(one)
            continue
        count = len(one["findings"])
        new = [f for f, old in zip(one["findings"], known[at : at + count], strict=True) if not old]
        answer.append({**one, "findings": new, "known": count - len(new)})
        at += count
    return answer


def _known(found: list[Pair], baseline: tuple[Pair, ...]) -> list[bool]:
    left = Counter(baseline)
    known = [False] * len(found)
    for index, pair in enumerate(found):
        if left[pair] > 0:
            left[pair] -= 1
            known[index] = True
    rest = list(left.elements())
    for side in (0, 1):
        by_hash: dict[str, list[int]] = {}
        for number, pair in enumerate(rest):
            by_hash.setdefault(pair[side], []).append(number)
        taken: set[int] = set()
        for index, pair in enumerate(found):
            if not known[index] and (fits := by_hash.get(pair[side])):
                taken.add(fits.pop())
                known[index] = True
        rest = [pair for number, pair in enumerate(rest) if number not in taken]
    return known


def _pair(finding: Mapping[str, Any]) -> Pair:
    first, second = finding["fingerprint"]
    return first, second


def _is_pair(value: Any) -> bool:
    whole = isinstance(value, list) and len(value) == 2
    return whole and all(isinstance(part, str) and _HASH.fullmatch(part) for part in value)


def _confirm(key: str) -> str | None:
    return hmac.new(key.encode(), b"monitor baseline", "sha256").hexdigest()[:32] if key else None
