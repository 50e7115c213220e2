"""The encoder's tokenizer: the Rust library under transformers, used by itself.

transformers would add 1.7 seconds of import and a warning that there is no torch, for the same
ids (a test in the training environment compares them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CHARS_PER_TOKEN = 12
"""No news text has longer tokens on average; what lies behind is cut off unread."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids with the model's start and end marks; they cover `text[:end]`."""

    ids: tuple[int, ...]
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class TextTokenizer:
    """Splits a text into at most `limit` tokens."""

    tokenizer: Tokenizer
    limit: int

    def split(self, text: str) -> Tokens:
        """Return the tokens of the beginning of `text`."""
        # one code point for each lone surrogate, which the Rust side refuses
        clean = text[: self.limit * CHARS_PER_TOKEN].encode("utf-8", "replace").decode()
        encoded = self.tokenizer.encode(clean)
        ends = [end for _, end in encoded.offsets]
        return Tokens(tuple(encoded.ids), max(ends, default=0))


def load_tokenizer(content: bytes, *, limit: int, where: str) -> TextTokenizer:
    """Build a tokenizer from the bytes of a `tokenizer.json`; raises `ModelError`."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(content.decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(limit)
    except Exception as error:  # the Rust side raises bare exceptions
        raise ModelError(f"{where}: no tokenizer ({error})") from error
    return TextTokenizer(tokenizer, limit)
