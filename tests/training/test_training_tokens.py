"""The encoder learns from the token ids that it is served with."""

from monitor.classify.tokenizer import load_tokenizer
from monitor.labels.data_files import data_dir
from training.encoder_data import encode, training_tokenizer

FILE = max(data_dir("models").glob("encoder-en/*/tokenizer.json"))
TEXTS = [
    "Two charged with human trafficking\nPolice said the women had been locked in.",
    "locked " * 300,
    "",
    "a\ud800b",
    "\U0001f642" * 100 + " \ufb01 \u0130",
    "[MASK] in a headline",
]


def test_training_and_serving_split_texts_alike() -> None:
    for limit in (16, 256):
        served = load_tokenizer(FILE.read_bytes(), limit=limit, where=str(FILE))
        learned = encode(training_tokenizer(FILE.read_bytes(), limit), TEXTS)
        assert learned == [list(served.split(text).ids) for text in TEXTS]
        assert max(map(len, learned)) == limit
