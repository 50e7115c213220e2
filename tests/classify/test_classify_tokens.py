"""The encoder's tokenizer: limits, surrogates, threads, silence."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.classify.tokenizer import TextTokenizer, load_tokenizer
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError

FILE = max(data_dir("models").glob("encoder-en/*/tokenizer.json"))
LIMIT = 32


def fresh() -> TextTokenizer:
    return load_tokenizer(FILE.read_bytes(), limit=LIMIT, where=str(FILE))


SPLIT = fresh()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_keeps_to_the_limit(text: str) -> None:
    tokens = SPLIT.split(text)
    assert 2 <= len(tokens.ids) <= LIMIT
    assert 0 <= tokens.end <= len(text)


def test_the_end_says_what_was_read() -> None:
    short = "The women were locked in."
    assert SPLIT.split(short).end == len(short)
    long = "locked " * 100
    assert SPLIT.split(long).end == len("locked ") * (LIMIT - 2) - 1
    assert SPLIT.split("a\ud800b").end == 3


def test_threads_may_share_a_fresh_one() -> None:
    texts = [f"word {n} " * (n % 40) for n in range(200)]
    shared = fresh()
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(shared.split, texts))
    assert said == [SPLIT.split(text) for text in texts]


def test_a_broken_file_is_named() -> None:
    with pytest.raises(ModelError, match=r"t\.json: no tokenizer"):
        load_tokenizer(b"{}", limit=LIMIT, where="t.json")


def test_reading_a_text_prints_nothing() -> None:
    code = (
        "from pathlib import Path\n"
        "from monitor.classify.tokenizer import load_tokenizer\n"
        f"load_tokenizer(Path({str(FILE)!r}).read_bytes(), limit=9, where='').split('a')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert (done.stdout, done.stderr) == ("", "")
