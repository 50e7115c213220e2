"""The encoder's tokenizer: transformers', built from bytes that were verified.

Importing it takes half a second, so it waits for the first article that the encoder is asked about.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

CHARS_PER_TOKEN = 12
"""No news text has longer tokens on average; what lies behind is cut off unread."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids with the model's start and end marks; they cover `text[:end]`."""

    ids: tuple[int, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """Token ids of `[CLS] before [SEP] sentence [SEP]`; the sentence's tokens begin at `start`.

    `offsets` are those tokens' characters in the sentence.
    """

    ids: tuple[int, ...]
    start: int
    offsets: tuple[tuple[int, int], ...]

    def tokens(self, start: int, end: int) -> list[int]:
        """Return the numbers, within the sentence, of tokens that share a character with a span."""
        return [i for i, (low, high) in enumerate(self.offsets) if low < end and high > start]


@dataclass(slots=True, eq=False)
class TextTokenizer:
    """Splits a text into at most `limit` tokens. Threads may share it."""

    rust: Tokenizer
    limit: int
    _python: PreTrainedTokenizerFast | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def split(self, text: str) -> Tokens:
        """Return the tokens of the beginning of `text`."""
        # one code point for each lone surrogate, which the Rust side refuses
        clean = text[: self.limit * CHARS_PER_TOKEN].encode("utf-8", "replace").decode()
        encoded = self._encode(clean)
        ends = [end for _, end in encoded["offset_mapping"]]
        return Tokens(tuple(encoded["input_ids"]), max(ends, default=0))

    def sentence(self, text: str, before: str, context: int) -> Sentence:
        """Return the tokens of a sentence behind the last `context` ones of what stands before it.

        Raises `ModelError` for a tokenizer that has no `[CLS]` or `[SEP]`.
        """
        ids, places = self._pieces(text)
        ids, places = ids[: self.limit], places[: self.limit]
        known = self._pieces(before)[0][-context:] if before else []
        end = self._mark("[SEP]")
        row = (self._mark("[CLS]"), *known, end, *ids, end)
        return Sentence(row, len(known) + 2, tuple(places))

    def _pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        clean = text.encode("utf-8", "replace").decode()
        encoding = self.rust.encode(clean, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def _mark(self, name: str) -> int:
        found = self.rust.token_to_id(name)
        if found is None:
            raise ModelError(f"tokenizer: has no token '{name}'")
        return int(found)

    def _encode(self, text: str) -> Any:
        with self._lock:
            if self._python is None:
                self._python = _wrap(self.rust)
                self._call("")  # sets the limit on the Rust side, which threads must not do at once
        return self._call(text)

    def _call(self, text: str) -> Any:
        assert self._python is not None
        return self._python(
            text,
            truncation=True,
            max_length=self.limit,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )


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


def _wrap(rust: Tokenizer) -> PreTrainedTokenizerFast:
    # that there is no torch is as it should be, and no news for whoever classifies articles
    logging.getLogger("transformers").addFilter(_speaks_of_more_than_torch)
    from transformers import PreTrainedTokenizerFast

    make: Callable[..., PreTrainedTokenizerFast] = PreTrainedTokenizerFast  # untyped there
    return make(tokenizer_object=rust)


def _speaks_of_more_than_torch(record: logging.LogRecord) -> bool:
    return "PyTorch was not found" not in record.getMessage()
