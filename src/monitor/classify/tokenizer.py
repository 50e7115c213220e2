"""Word-piece tokenizer of the encoder, from the bytes of a `tokenizer.json` that were verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.records.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids with the model's start and end marks; they cover `text[:end]`."""

    ids: tuple[int, ...]
    end: int


@dataclass(slots=True, eq=False)
class TextTokenizer:
    """Splits a text into at most `limit` tokens. Threads may share it."""

    rust: Tokenizer
    limit: int

    def split(self, text: str) -> Tokens:
        """Return the tokens of the beginning of `text`."""
        encoding = self.rust.encode(readable(text, self.limit))
        ids, offsets = encoding.ids, encoding.offsets
        if len(ids) > self.limit:
            # the end mark stays
            ids, offsets = [*ids[: self.limit - 1], ids[-1]], offsets[: self.limit - 1]
        return Tokens(tuple(ids), max((end for _, end in offsets), default=0))


def readable(text: str, limit: int) -> str:
    """Return as much of a text as `limit` tokens may take, without lone surrogates."""
    # no news text has longer tokens on average
    return text[: limit * 12].encode("utf-8", "replace").decode()


def load_tokenizer(content: bytes, *, limit: int, where: str) -> TextTokenizer:
    """Build a tokenizer from the bytes of a `tokenizer.json`; raises `ModelError`."""
    from tokenizers import Tokenizer

    try:
        rust = Tokenizer.from_str(content.decode("utf-8"))
        rust.no_padding()
        rust.no_truncation()
    except Exception as error:  # the Rust side raises bare exceptions
        raise ModelError(f"{where}: no tokenizer ({error})") from error
    return TextTokenizer(rust, limit)
