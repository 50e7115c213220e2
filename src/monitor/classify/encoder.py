"""The fine-tuned encoder of a model folder: log odds of every head for an article's windows."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import Reading
from monitor.classify.memory import Memory
from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import TextTokenizer, load_tokenizer
from monitor.classify.windows import TITLE_CHARS, later_stretch, window
from monitor.records.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "encoder-en"
MODEL, TOKENIZER = "encoder.onnx", "tokenizer.json"
RELEVANCE = "relevance"
Heads = Mapping[str, "NDArray[np.float32]"]
"""For each head one number per label, before softmax or sigmoid."""


@dataclass(frozen=True, slots=True, eq=False)
class EncoderModel:
    """A verified encoder. `heads` names the labels of each head in the order of its numbers.

    With a `memory`, what it has read before costs nothing.
    """

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
        """Return the numbers for headline and lead, and for the densest later stretch of cues.

        The second is read only where the first `goes_on`: most articles are settled by it.
        """
        tokens = self.tokenizer.split(window(title, text))
        first = self._numbers(tokens.ids)
        if not goes_on(first):
            return first, None
        seen = max(0, tokens.end - len(title[:TITLE_CHARS]) - 1)
        stretch = later_stretch(reading, cues, seen) if seen < len(text) else None
        if stretch is None:
            return first, None
        return first, self.read(window(title, text[stretch.start :]))

    def _numbers(self, ids: Sequence[int]) -> Heads:
        if self.memory is None:
            return self.session.run(ids)
        key = hashlib.sha256(array("q", ids).tobytes()).digest()
        known = self.memory.get(key)
        if known is None:
            known = self.session.run(ids)
            self.memory.put(key, known)
        return known


def load_encoder(folder: ModelFolder) -> EncoderModel:
    """Build the encoder of a verified folder; raises `ModelError`."""
    meta = folder.path / "meta.json"
    limit = folder.meta.settings.get("max_tokens")
    if type(limit) is not int or limit < 2:
        raise ModelError(f"{meta}: 'max_tokens' must be a number of tokens")
    heads = folder.meta.labels
    if RELEVANCE not in heads:
        raise ModelError(f"{meta}: 'labels' has no '{RELEVANCE}'")
    for name in (MODEL, TOKENIZER):
        if name not in folder.content:
            raise ModelError(f"{meta}: lists no file '{name}'")
    session = EncoderSession(folder.content[MODEL], str(folder.path / MODEL))
    where = str(folder.path / TOKENIZER)
    tokenizer = load_tokenizer(folder.content[TOKENIZER], limit=limit, where=where)
    return EncoderModel(session, tokenizer, heads)
