"""The project's own texts made longer with other items, so that length tells a model nothing.

What is written down as relevant is longer than its look-alikes, and a newspaper's item is longer
than both: a model of the texts as they are takes whatever is long for relevant (of French news it
never saw, 199 of 254; lengthened, 6). Feeds deliver such items too: a summary with the next
stories behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.evaluate.labelled_data import Labelled

TOGETHER = 3
"""So many of the texts that are not relevant stand behind one another, and behind others."""


def lengthen(texts: Sequence[Labelled], least: int) -> list[Labelled]:
    """Return each text as written and once more, other texts behind it up to `least` characters.

    What is put behind is never relevant. All that shares a text shares an `event`, so that no
    fold learns from what it is asked about.
    """
    groups = [
        [text for text in texts if text.rel == 0][n :: _count(texts)] for n in range(_count(texts))
    ]
    made: list[Labelled] = []
    for number, group in enumerate(groups):
        others = [text for text in texts if text.rel > 0][number :: len(groups)]
        for text in (*group, *others):
            short = replace(text, event=group[0].event)
            made += [short, _behind(short, [each for each in group if each is not text], least)]
    return made or list(texts)


def _count(texts: Sequence[Labelled]) -> int:
    return sum(text.rel == 0 for text in texts) // TOGETHER


def _behind(text: Labelled, others: Sequence[Labelled], least: int) -> Labelled:
    whole = text.text
    for other in others:
        if len(whole) < least:
            whole = f"{whole} {other.title}. {other.text}"
    return replace(text, id=f"{text.id}+", text=whole)
