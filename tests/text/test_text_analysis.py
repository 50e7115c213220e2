"""The lent pipeline: exact tokens, nothing remembered, one thread at a time."""

import subprocess
import sys
import threading
from importlib import metadata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text import spacy_pipeline as monitor_nlp
from monitor.text.spacy_pipeline import analysis, find_entities, nlp_versions


def _remembered(word: str) -> bool:
    """Look the word up in every store that outlives a document."""
    with analysis() as nlp:
        lemmatizer = nlp.get_pipe("lemmatizer")
        cached = {form for forms in lemmatizer.cache.values() for form in forms}
        # `in` on the store hashes the word without adding it.
        return word in nlp.vocab.strings or word in cached or nlp.vocab.has_vector(word)


def test_analyses_a_sentence():
    with analysis() as nlp:
        doc = nlp("Police said the two girls were found in a motel.")
        assert [t.dep_ for t in doc if t.text == "Police"] == ["nsubj"]
        assert doc[3].lemma_ == "two"


def test_entities_only_on_request():
    text = "Maria Lopez lives in Ghana."
    with analysis() as nlp:
        assert "ner" not in nlp.pipe_names
        assert not nlp(text).ents
    for make in ("make_doc", "__call__"):
        with analysis() as nlp:
            doc = getattr(nlp, make)(text)
            find_entities(nlp, [doc])
            assert [(e.text, e.label_) for e in doc.ents][-1] == ("Ghana", "GPE")
    with analysis() as nlp:
        assert not nlp(text).ents


def test_forgets_the_words_of_a_draft():
    canary = "Zyqxvortrix"
    with analysis() as nlp:
        doc = nlp(f"{canary} was trafficking {canary.lower()}ings to {canary}ville.")
        find_entities(nlp, [doc])
        assert canary in nlp.vocab.strings
        assert len(doc) > 5
        del doc
    for word in (canary, canary.lower(), f"{canary.lower()}ings", f"{canary}ville"):
        assert not _remembered(word)


def test_forgets_after_a_failure():
    def fail() -> None:
        with analysis() as nlp:
            nlp("Qwyxcanary walked.")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not _remembered("Qwyxcanary")


def test_forgets_under_threads():
    words = [f"Vxqz{'abcdefgh'[i]}anary" for i in range(8)]
    results: dict[str, list[str]] = {}

    def work(word: str) -> None:
        for _ in range(3):
            with analysis() as nlp:
                results[word] = [t.text for t in nlp(f"The {word} said {word}s were sold.")]

    threads = [threading.Thread(target=work, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {w: ["The", w, "said", f"{w}s", "were", "sold", "."] for w in words}
    assert not any(_remembered(word) or _remembered(f"{word}s") for word in words)


def test_string_store_does_not_grow():
    with analysis() as nlp:
        before = len(nlp.vocab.strings)
    for i in range(20):
        with analysis() as nlp:
            nlp(f"Canary{i} met wombat{i} at place{i}.")
    with analysis() as nlp:
        assert len(nlp.vocab.strings) == before


def test_nesting_is_an_error_not_a_deadlock():
    with analysis(), pytest.raises(RuntimeError, match="inside"), analysis():
        pass
    with analysis() as nlp:
        assert nlp("Fine again.")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_tokens_keep_offsets(text):
    with analysis() as nlp:
        doc = nlp.make_doc(text)
        assert doc.text == text
        assert all(text[t.idx : t.idx + len(t)] == t.text for t in doc)


def test_versions_are_installed_distributions():
    assert all(metadata.version(name) for name in nlp_versions())


def test_importing_does_not_load_spacy():
    code = (
        "import sys, monitor.text.spacy_pipeline, monitor.text.analysis;"
        "sys.exit('spacy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_one_pipeline_for_the_process():
    with analysis() as first:
        pass
    with analysis() as second:
        assert first is second is monitor_nlp._loaded
