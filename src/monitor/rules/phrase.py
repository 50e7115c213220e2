"""Kind `phrase`: what the scan found of listed phrases; no grammar, no analysis."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.rules.compiler import CompiledMatcher, CompiledRule
from monitor.rules.matching import Candidate
from monitor.text.analysis import Scene


def find_phrases(rule: CompiledRule, matcher: CompiledMatcher, scene: Scene) -> Iterator[Candidate]:
    """Yield the matcher's phrases; one that runs over the end of a sentence does not count."""
    for start, end in scene.hits.of(matcher.wordset):
        sentence = scene.sentence_of(start, end)
        if sentence is not None:
            fitting = matcher.fitting(scene, sentence, start)
            yield Candidate(scene, rule, fitting, start, end, sentence)
