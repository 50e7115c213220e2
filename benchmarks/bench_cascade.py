"""Measure `monitor classify` on a natural mix, and the encoder against bare onnxruntime.

The mix: every English negative of dev, annotated hard ones included (6 % against 0.3 % in a real
feed), and 0.3 % main subjects. JSON lines in, JSON lines out, in one process on one core.

    python benchmarks/bench_cascade.py ../shared/data/relevance/dev.jsonl.gz
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import time
from pathlib import Path

from monitor.classify import classify_lines, find_model, load_classifiers, load_folder
from monitor.classify.relevance import load_relevance
from monitor.classify.windows import window
from monitor.config import data_dir

PREVALENCE = 0.003


def natural_mix(path: Path, seed: int) -> list[dict[str, str]]:
    """Return the rows of the mix, as `monitor classify` takes them."""
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    negatives = [row for row in rows if row["rel"] == 0]
    main = [row for row in rows if row["rel"] == 2]
    draw = random.Random(seed)
    mix = negatives + draw.sample(main, round(len(negatives) * PREVALENCE / (1 - PREVALENCE)))
    draw.shuffle(mix)
    return [{key: row[key] for key in ("id", "title", "text", "language")} for row in mix]


def rate(mix: list[dict[str, str]]) -> float:
    """Articles a second of processor time, all assessors, JSON to JSON."""
    lines = [json.dumps(row) for row in mix]
    assessors = load_classifiers(data_dir("models"))
    list(classify_lines(lines[:32], assessors))
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
    arguments = parser.parse_args()
    mix = natural_mix(arguments.data, arguments.seed)
    stages(mix)
    print(f"JSON to JSON: {rate(mix):.0f} articles a second and core")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
