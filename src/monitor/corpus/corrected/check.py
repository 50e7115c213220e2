"""Whether a text that came back is the one that is stored, as far as it was given."""

from __future__ import annotations

from monitor.corpus.brat import brat_text
from monitor.corpus.cells import without_surrogates
from monitor.corpus.corrections import Corrected, shift_of
from monitor.corpus.one_text import BETWEEN, VEIL
from monitor.corpus.redaction import MASK


def same_text(corrected: Corrected, title: str, text: str) -> bool:
    """Whether each code point is the stored one, or stands for one that was kept back."""
    whole = f"{title}{BETWEEN}{text}" if shift_of(corrected.record) else text
    stored = without_surrogates(whole) if corrected.carriage_returns else brat_text(whole)
    given = corrected.text or ""
    return len(given) == len(stored) and all(
        one == other or one in (VEIL, MASK) for one, other in zip(given, stored, strict=True)
    )
