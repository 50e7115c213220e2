"""A rule's examples as they are shown: in pieces, the flagged words apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.rules.rule_schema import Example

_MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_GAP = re.compile(r"\s*\n\s*\n\s*")
SENTENCE = 220
"""An example of at most so many characters, in one paragraph and alone, can be shown anywhere."""

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """An example: its headline and paragraphs in pieces, each with whether it is flagged.

    `context` stands before it and is never flagged; a `caption` goes with a picture.
    """

    title: Pieces
    paragraphs: tuple[Pieces, ...]
    context: str = ""
    caption: bool = False

    @property
    def text(self) -> str:
        """The words without marks; paragraphs are a line apart."""
        lines = (self.title, *self.paragraphs) if self.title else self.paragraphs
        return "\n\n".join("".join(text for text, _ in pieces) for pieces in lines)

    @property
    def marked(self) -> tuple[str, ...]:
        """The flagged words, in order."""
        lines = (self.title, *self.paragraphs)
        return tuple(text for pieces in lines for text, flagged in pieces if flagged)

    @property
    def is_sentence(self) -> bool:
        """Whether it stands alone in a line or two."""
        alone = not self.title and not self.context and not self.caption
        return alone and len(self.paragraphs) == 1 and len(self.text) <= SENTENCE


def show_example(example: str | Example, *, headline: bool = False) -> Shown:
    """Return an example of a rule file in pieces; `headline`: only what it is about is shown."""
    whole = Example(text=example) if isinstance(example, str) else example
    if headline and whole.title:
        return Shown(_pieces(whole.title), (), whole.context.strip())
    return Shown(
        _pieces(whole.title) if whole.title else (),
        tuple(_pieces(part) for part in _GAP.split(whole.text.strip()) if part),
        whole.context.strip(),
        whole.caption,
    )


def _pieces(text: str) -> Pieces:
    return tuple((part, bool(n % 2)) for n, part in enumerate(_MARK.split(text)) if part)


def short_first(examples: Sequence[Shown], count: int) -> tuple[Shown, ...]:
    """Return up to `count` examples: those of one sentence, else the shortest, in their order."""
    chosen = [one for one in examples if one.is_sentence][:count]
    if not chosen:
        chosen = sorted(examples, key=lambda one: len(one.text))[:1]
    return tuple(chosen)
