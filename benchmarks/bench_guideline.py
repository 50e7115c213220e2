"""How fast the rules read: news in bulk, memory, and drafts made to hurt.

    python benchmarks/bench_guideline.py NEWS.jsonl.gz [--articles 2000]

`NEWS` is JSON Lines with `title` and `text`, as it comes: most of it about other things. Figures
are words per second of processor time on one core, after loading; the drafts made to hurt are
timed at one length and at twice it, and should take about twice as long.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from monitor.labels.data_files import data_dir
from monitor.rules.checker import check_document, run_policy
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline
from monitor.text.document import Document

LENGTH = 100_000
"""Characters of a draft made to hurt; the same at twice the length goes with it."""
SENTENCE = "The girl, 15, who was trafficked, said the men had sold her to a client in Leeds. "
HURTFUL: dict[str, Callable[[int], str]] = {
    "one line without a space": lambda n: "a" * n,
    "one line of prose": lambda n: (SENTENCE * (n // len(SENTENCE) + 1))[:n],
    "one sentence without an end": lambda n: ("and the trafficked girl said that " * n)[:n],
    "only emoji": lambda n: "😀" * n,
    "nothing but quotations": lambda n: ('"She was a sex slave," he said. ' * n)[:n],
    "quotations left open": lambda n: ('"“‘« ' * n)[:n],
    "nested brackets": lambda n: "(" * (n // 2) + ")" * (n // 2),
    "nothing but ages and names": lambda n: ("Anna Lee, 14, " * n)[:n],
    "nothing but a name and her mother": lambda n: (SENTENCE + "Rosa's mother. " * n)[:n],
}


def articles(path: Path) -> list[Document]:
    """Read the articles."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Document(row["text"], row.get("title") or "", language="en") for row in rows]


def cpu(action: Callable[[], object]) -> float:
    """Return the processor seconds an action takes."""
    start = time.process_time()
    action()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("news", type=Path)
    parser.add_argument("--articles", type=int, default=2_000)
    options = parser.parse_args()
    guideline = load_guideline(data_dir("guidelines") / "thb-en")
    documents = list(islice(articles(options.news), options.articles))
    check_document(guideline, Document(SENTENCE, language="en"))  # loads spaCy
    words = sum(len(f"{d.title} {d.text}".split()) for d in documents)
    seconds = cpu(lambda: run_policy(guideline, documents))
    print(f"{len(documents)} articles, {words} words: {words / seconds:,.0f} words/CPU-second")
    hurt(guideline)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory at its peak':34} {peak:7.0f} MB")


def hurt(guideline: Guideline) -> None:
    """Time the drafts made to hurt, at a length and at twice it."""
    for name, make in HURTFUL.items():
        drafts = [Document(make(size), language="en") for size in (LENGTH, 2 * LENGTH)]
        once, twice = (cpu(partial(check_document, guideline, draft)) for draft in drafts)
        print(f"{name:34} {once:7.2f} s   twice the length {twice:7.2f} s")


if __name__ == "__main__":
    main()
