"""The fine-tuned encoder of a model folder: log odds of every head for an article's windows.

The first window is headline and lead. A long article gets one more, at the densest stretch of cues
behind it. What was reckoned before is found by a hash: figures, never a text.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import Reading
from monitor.classify.model_files import ModelFolder
from monitor.classify.model_stamps import ENCODER
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import TextTokenizer, load_tokenizer
from monitor.records.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
NAME = ENCODER
TITLE_CHARS = 200
ENOUGH = 3
"""Points that make a stretch worth reading: the term and another cue, or three cues."""
MODEL, TOKENIZER = "encoder.onnx", "tokenizer.json"
RELEVANCE = "relevance"
Heads = Mapping[str, "NDArray[np.float32]"]
"""For each head one number per label, before softmax or sigmoid."""


@dataclass(slots=True)
class Memory(Generic[T]):
    """The latest results by the hash of what they were made from; threads may share it."""

    size: int = 4096  # more than lies between two questions about the same text
    _known: OrderedDict[bytes, T] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: bytes, make: Callable[[], T]) -> T:
        """Return the result from before, or `make` it; the oldest is forgotten."""
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known
        result = make()
        with self._lock:
            self._known[key] = result
            while len(self._known) > self.size:
                self._known.popitem(last=False)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class EncoderModel:
    """A verified encoder, `heads` with their labels; with a `memory` nothing is read twice."""

    session: EncoderSession
    tokenizer: TextTokenizer
    heads: Mapping[str, Sequence[str]]
    memory: Memory[Heads] | None = None

    def read(self, text: str) -> Heads:
        """Return the numbers of every head for the beginning of one text."""
        return self._numbers(self.tokenizer.split(text).ids)

    def outputs(self, title: str, text: str) -> Heads:
        """Return the numbers of every head for an article's headline and lead."""
        return self.read(window(title, text))

    def windows(
        self,
        title: str,
        text: str,
        reading: Reading,
        cues: CueTable,
        goes_on: Callable[[Heads], bool],
    ) -> tuple[Heads, Heads | None]:
        """Return the numbers for headline and lead, and, if these `goes_on`, of a later stretch."""
        tokens = self.tokenizer.split(window(title, text))
        first = self._numbers(tokens.ids)
        if not goes_on(first):
            return first, None
        seen = max(0, tokens.end - len(title[:TITLE_CHARS]) - 1)
        start = later_stretch(reading, cues, seen) if seen < len(text) else None
        return first, None if start is None else self.read(window(title, text[start:]))

    def _numbers(self, ids: Sequence[int]) -> Heads:
        if self.memory is None:
            return self.session.run(ids)
        key = hashlib.sha256(array("q", ids).tobytes()).digest()
        return self.memory.get(key, lambda: self.session.run(ids))


def load_encoder(folder: ModelFolder) -> EncoderModel:
    """Build the encoder of a verified folder; raises `ModelError`."""
    meta = folder.path / "meta.json"
    limit = folder.meta.settings.get("max_tokens")
    if type(limit) is not int or limit < 2:
        raise ModelError(f"{meta}: 'max_tokens' must be a number of tokens")
    if RELEVANCE not in folder.meta.labels:
        raise ModelError(f"{meta}: 'labels' has no '{RELEVANCE}'")
    session = EncoderSession(folder.bytes_of(MODEL), str(folder.path / MODEL))
    where = str(folder.path / TOKENIZER)
    tokenizer = load_tokenizer(folder.bytes_of(TOKENIZER), limit=limit, where=where)
    return EncoderModel(session, tokenizer, folder.meta.labels)


def window(title: str, passage: str) -> str:
    """Return the text of a window: the headline, and a passage that the tokenizer cuts."""
    return f"{title[:TITLE_CHARS]}\n{passage}"


def later_stretch(reading: Reading, cues: CueTable, seen: int) -> int | None:
    """Return where the densest stretch of cues at or after code point `seen` starts, if any."""
    terms, core = cues.of_kind("term"), cues.of_kind("term", "means", "purpose", "victim")
    starts, sentences = reading.text.starts, reading.text.sentences
    later = [cue for cue in reading.text_cues if cue.group in core and starts[cue.first] >= seen]
    best = (ENOUGH - 1, -1)
    for at, cue in enumerate(later):
        # about what 256 tokens hold beside the headline
        end = bisect_left(later, cue.first + 150, key=lambda one: one.first)
        groups = {one.group for one in later[at:end]}
        points = sum(2 if group in terms else 1 for group in groups)
        if points > best[0]:
            best = (points, cue.first)
    word = best[1]
    while word > 0 and sentences[word - 1] == sentences[word]:
        word -= 1
    return starts[word] if word >= 0 else None
