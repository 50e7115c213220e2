"""Codes and names of languages, as LanguageTool's clients know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.labels.countries import country_name, language_name
from monitor.text.language_detection import MIN_SCORE

_VARIANTS: Mapping[str, tuple[str, ...]] = {
    "en": ("US", "GB", "AU", "CA", "NZ", "ZA"),
    "de": ("DE", "AT", "CH"),
    "pt": ("PT", "BR"),
}
"""Countries whose variants LanguageTool tells apart, the usual first."""
_SHORT = ("US", "GB")
"""As LanguageTool writes them."""


def primary(code: str) -> str:
    """Return the language of a code, without country or script."""
    return code.replace("_", "-").partition("-")[0].lower()


def list_languages(codes: Iterable[str]) -> list[dict[str, str]]:
    """Return the languages with their variants, for `/v2/languages`."""
    return [
        {"name": name_of(variant), "code": code, "longCode": variant}
        for code in dict.fromkeys(codes)
        for variant in (code, *(f"{code}-{country}" for country in _VARIANTS.get(code, ())))
    ]


def name_of(code: str) -> str:
    """Return a code's name, such as `English (US)`; a code that is nobody's is its own name."""
    language, _, rest = code.partition("-")
    name = language_name(language.lower())
    if len(rest) != 2:
        return name
    country = rest.upper()
    return f"{name} ({country if country in _SHORT else country_name(country)})"


def variant_of(language: str, preferred: Sequence[str]) -> str:
    """Return the code for a language that was recognised: a preferred variant, else the usual."""
    usual = [f"{language}-{country}" for country in _VARIANTS.get(language, ())[:1]]
    wished = [code for code in preferred if primary(code) == language]
    return [*wished, *usual, language][0]


def language_block(code: str, detected: str | None = None) -> dict[str, Any]:
    """Return what an answer says of its language; `detected` where the client left it to us."""
    seen = {"name": name_of(detected or code), "code": detected or code}
    how = {"confidence": MIN_SCORE, "source": "text"} if detected else _TOLD
    return {"name": name_of(code), "code": code, "detectedLanguage": {**seen, **how}}


_TOLD: Mapping[str, Any] = {"confidence": 1.0, "source": "request"}
