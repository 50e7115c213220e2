"""Cue phrases: groups of phrases found in one walk over the words of a text (a trie).

A trie over words, not a regular expression: the words are split already. Not the scanner of
`monitor.text.phrase_search`: models count cues by these words, which may have gaps. Files hold the
groups: `cues.json` of a model folder, YAML that it is made from.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from monitor.classify.model_files import ModelFolder
from monitor.classify.word_tokens import Splitter, split_words, splitter_of
from monitor.records.errors import ModelError
from monitor.text.regular_expressions import word_set

GAP = "~"  # up to three words
KINDS = word_set(
    "term other means purpose sector victim response flow indicator gender protection context"
)
_CHOICE = re.compile(r"\{([^{}]*)\}")
_END = ""


@dataclass(frozen=True, slots=True)
class CueGroup:
    """Phrases that carry the same fact; `form` is the form of exploitation they speak of."""

    name: str
    kind: str
    phrases: tuple[str, ...]
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """One phrase found: words `first` to `last` (exclusive) belong to group number `group`."""

    group: int
    first: int
    last: int


def expand(phrase: str) -> Iterator[str]:
    """Yield each plain phrase that `{a|b}` alternatives stand for."""
    parts = _CHOICE.split(phrase)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    for choice in itertools.product(*choices):
        yield " ".join("".join(choice).split())


class CueTable:
    """Cue groups, ready to search in the words that `split` makes of a text."""

    def __init__(self, groups: Sequence[CueGroup], split: Splitter = split_words) -> None:
        self.groups, self.split = tuple(groups), split
        self.index: Mapping[str, int] = {group.name: i for i, group in enumerate(self.groups)}
        self._terms, self._other = self.of_kind("term"), self.of_kind("other")

    def of_kind(self, *kinds: str) -> frozenset[int]:
        """Return the numbers of the groups of these kinds."""
        return frozenset(i for i, group in enumerate(self.groups) if group.kind in kinds)

    @cached_property
    def _trie(self) -> dict[str, Any]:
        """Every phrase by its words: built at the first text, since a digest reads none."""
        root: dict[str, Any] = {}
        parts: dict[str, list[str]] = {GAP: [GAP]}
        for number, group in enumerate(self.groups):
            for plain in itertools.chain.from_iterable(map(expand, group.phrases)):
                node = root
                for word in plain.split():
                    if (own := parts.get(word)) is None:
                        own = parts[word] = self.split(word).words
                    for part in own:
                        node = node.setdefault(part, {})
                ends: list[int] = node.setdefault(_END, [])
                if number not in ends:
                    ends.append(number)
        return root

    def find(self, words: Sequence[str]) -> list[Cue]:
        """Return every cue in `words`, by place; of one group and start only the longest.

        The ring in "gun trafficking ring" is no term; "drug and sex trafficking" stays both.
        """
        trie = self._trie
        found: list[Cue] = []
        for first, word in enumerate(words):
            if (node := trie.get(word)) is not None:
                best: dict[int, int] = {}
                _walk(node, words, first + 1, best)
                found += [Cue(group, first, last) for group, last in best.items()]
        taken = {cue.last - 1 for cue in found if cue.group in self._other}
        return [cue for cue in found if cue.first not in taken or cue.group not in self._terms]


def _walk(node: dict[str, Any], words: Sequence[str], at: int, best: dict[int, int]) -> None:
    for group in node.get(_END, ()):
        if best.get(group, 0) < at:
            best[group] = at
    if (gap := node.get(GAP)) is not None:
        for skip in range(at, min(at + 4, len(words))):
            if (deeper := gap.get(words[skip])) is not None:
                _walk(deeper, words, skip + 1, best)
    if at < len(words) and (deeper := node.get(words[at])) is not None:
        _walk(deeper, words, at + 1, best)


def load_cue_table(folder: ModelFolder, name: str) -> CueTable:
    """Return the cue table of a model; raises `ModelError`."""
    groups = parse_cues(folder.json(name), str(folder.path / name))
    return CueTable(groups, splitter_of(folder.meta.language))


def parse_cues(raw: Any, where: str) -> list[CueGroup]:
    """Check cue groups read from JSON or YAML; raises `ModelError` naming file and group."""
    if not isinstance(raw, dict):
        raise ModelError(f"{where}: must map group names to groups")
    groups: list[CueGroup] = []
    for name, group in raw.items():
        here = f"{where}: group '{name}'"
        if not isinstance(group, dict) or not {"kind", "phrases"} <= group.keys():
            raise ModelError(f"{here} needs 'kind' and 'phrases'")
        if unknown := sorted(group.keys() - {"kind", "phrases", "form"}):
            raise ModelError(f"{here} has an unknown key '{unknown[0]}'")
        if group["kind"] not in KINDS:
            raise ModelError(f"{here}: kind '{group['kind']}' is unknown")
        phrases = group["phrases"]
        if not isinstance(phrases, list) or not all(isinstance(p, str) and p for p in phrases):
            raise ModelError(f"{here}: 'phrases' must be a list of strings")
        groups.append(CueGroup(name, group["kind"], tuple(phrases), group.get("form")))
    return groups
