"""Measure `monitor classify` on a natural mix, and the encoder against bare onnxruntime.

The mix: every English negative of dev, annotated hard ones included (6 % against 0.3 % in a real
feed, which `--hard 0.003` makes), and 0.3 % main subjects; `--words` cuts articles to a length.
JSON lines in, JSON lines out, in one process on one core.

    python benchmarks/bench_cascade.py ../shared/data/relevance/dev.jsonl.gz
    python benchmarks/bench_cascade.py DATA --hard 0.003 --words 400
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import re
import resource
import time
from pathlib import Path

from monitor.classify.assessors import load_classifiers
from monitor.classify.bulk import classify_lines
from monitor.classify.encoder import window
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import load_relevance
from monitor.labels.data_files import data_dir

PREVALENCE = 0.003


def natural_mix(
    path: Path, seed: int, hard: float | None = None, words: int | None = None
) -> list[dict[str, str]]:
    """Return the rows of the mix, as `monitor classify` takes them.

    `hard` is the share of annotated look-alikes (default: all of them), `words` how long an
    article is at most.
    """
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    draw = random.Random(seed)
    easy, alike = (
        [row for row in rows if row["rel"] == 0 and (row["basis"] == "annotated") == annotated]
        for annotated in (False, True)
    )
    if hard is not None:
        alike = draw.sample(alike, round(len(easy) * hard / (1 - hard)))
    negatives = easy + alike
    main = [row for row in rows if row["rel"] == 2]
    mix = negatives + draw.sample(main, round(len(negatives) * PREVALENCE / (1 - PREVALENCE)))
    draw.shuffle(mix)
    if words is not None:
        mix = [{**row, "text": cut(row["text"], words)} for row in mix]
    return [{key: row[key] for key in ("id", "title", "text", "language")} for row in mix]


def cut(text: str, words: int) -> str:
    """Return the text up to the end of its `words`-th word."""
    ends = [match.end() for match in itertools.islice(re.finditer(r"\S+", text), words)]
    return text[: ends[-1]] if ends else text


def rate(mix: list[dict[str, str]]) -> float:
    """Articles a second of processor time, all assessors, JSON to JSON."""
    lines = [json.dumps(row) for row in mix]
    assessors = load_classifiers(data_dir("models"))
    warm = {"id": "0", "title": "Human trafficking", "language": "en"}
    list(classify_lines([json.dumps({**warm, "text": "She was forced to work."})], assessors))
    assert assessors[0]
    start = time.process_time()
    list(classify_lines(lines, assessors))
    return len(lines) / (time.process_time() - start)


def stages(mix: list[dict[str, str]]) -> None:
    """Print what reaches each stage, and the encoder's rate beside that of bare onnxruntime."""
    model = load_relevance(load_folder(find_model(data_dir("models"), "relevance-en")))
    pairs = [(row["title"], row["text"]) for row in mix]
    opened = [pair for pair in pairs if model.opens(*pair)]
    asked = [pair for (pair, (_, by)) in zip(pairs, model.judge_all(pairs), strict=True) if by]
    words = sum(len(text.split()) for _, text in pairs) / len(pairs)
    print(f"{len(pairs)} articles of {words:.0f} words")
    print(f"through the gate {len(opened) / len(pairs):.1%}, to the encoder", end=" ")
    print(f"{len(asked) / len(pairs):.2%}")
    assert model.cascade is not None
    encoder = model.cascade.encoder
    some = [pairs[i] for i in range(0, len(pairs), max(1, len(pairs) // 200))]
    ids = [encoder.tokenizer.split(window(*pair)).ids for pair in some]
    for row in ids[:8]:
        encoder.session.run(row)
    bare = ours = 0.0
    import numpy as np

    session = encoder.session._loaded()  # noqa: SLF001 the bare side of the comparison
    for pair, row in zip(some, ids, strict=True):
        start = time.process_time()
        session.run(None, {"ids": np.array([row], dtype=np.int64)})
        between = time.process_time()
        encoder.outputs(*pair)
        bare, ours = bare + between - start, ours + time.process_time() - between
    tokens = sum(map(len, ids)) / len(ids)
    print(f"encoder, {tokens:.0f} tokens: {len(some) / ours:.1f} windows a second and core,")
    print(f"bare onnxruntime {len(some) / bare:.1f}: {bare / ours:.2f} of it")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hard", type=float, help="share of annotated look-alikes; default: all")
    parser.add_argument("--words", type=int, help="cut articles to so many words")
    arguments = parser.parse_args()
    mix = natural_mix(arguments.data, arguments.seed, arguments.hard, arguments.words)
    stages(mix)
    print(f"JSON to JSON: {rate(mix):.0f} articles a second and core")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
