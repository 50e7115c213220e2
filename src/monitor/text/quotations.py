"""Whose words are these: attributed speech, scare quotes, and words named as words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QuotationKind = Literal["attributed", "scare", "mention"]


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of the shadow text, inside its marks.

    `attributed` is somebody's speech, with the speaker where it can be told; `scare` the writer's
    own voice at arm's length; `mention` a word named as a word, with or without marks.
    """

    start: int
    end: int
    kind: QuotationKind
    speaker: str | None = None
    speaker_span: tuple[int, int] | None = None
