"""By what a finding is known again after its document was edited, without keeping its words.

Two hashes: of rule, wording and the five words before, and the same with the five behind. An edit
on one side, or anywhere else, leaves one of them as it was. Line numbers are not in them, nor the
file's name. Where a side is short (a headline), its hash takes both sides, since rule and wording
alone would be guessed at once.

Who guesses the very words can still confirm the guess: a key, which is kept elsewhere, prevents it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

SIDE = 5
"""Words on each side."""
ENOUGH = 3
_REACH = 400
"""Characters in which these words are looked for."""
_WORD = re.compile(r"\w+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def with_fingerprints(document: Mapping[str, Any], text: str, key: str) -> dict[str, Any]:
    """Return a document's JSON with a `fingerprint` in each finding; `text` is its visible text."""
    return {
        **document,
        **{
            part: [
                {**finding, "fingerprint": list(fingerprint(finding, text, key))}
                for finding in document[part]
            ]
            for part in ("findings", "ignored")
            if part in document
        },
    }


def fingerprint(finding: Mapping[str, Any], text: str, key: str) -> tuple[str, str]:
    """Return the two hashes of a finding in the field `text`; 32 hexadecimal digits each."""
    start, end = finding["start"], finding["end"]
    before = _words(text[max(0, start - _REACH) : start])[-SIDE:]
    behind = _words(text[end : end + _REACH])[:SIDE]
    wording = [finding["rule"], *_words(finding["match"])]
    whole = ["both", *before, "", *behind]
    sides = (
        ["before", *before] if len(before) >= ENOUGH else whole,
        ["behind", *behind] if len(behind) >= ENOUGH else whole,
    )
    first, second = (_hash([*wording, "", *side], key) for side in sides)
    return first, second


def _words(text: str) -> list[str]:
    """Return the words as they are compared: without case, marks, hyphenation and odd spaces."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    return _WORD.findall(plain)


def _hash(words: Sequence[str], key: str) -> str:
    data = "\n".join(words).encode("utf-8", "surrogatepass")
    made = hmac.new(key.encode(), data, "sha256") if key else hashlib.sha256(data)
    return made.hexdigest()[:32]
