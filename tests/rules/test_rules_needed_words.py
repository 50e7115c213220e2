"""Words that patterns need: nothing that spaCy finds is passed over, and spaCy is spared."""

import subprocess
import sys

import pytest

import shipped
from monitor.rules.spacy_patterns import ENTITIES, NeededWords
from monitor.text.spacy_pipeline import analysis, find_entities

THB = shipped.thb()


@pytest.mark.parametrize(
    ("pattern", "text", "may"),
    [
        ([{"LOWER": "child"}, {"LOWER": {"IN": ["bride", "brides"]}}], "child brides came", True),
        ([{"LOWER": "child"}, {"LOWER": {"IN": ["bride", "brides"]}}], "brides and a child", False),
        ([{"LOWER": "child"}, {"LOWER": "bride"}], "a child came with the bride", False),
        ([{"LOWER": "a"}, {"LOWER": "very", "OP": "*"}, {"LOWER": "b"}], "a very very b", True),
        ([{"LOWER": "a"}, {"LOWER": "very", "OP": "?"}, {"LOWER": "b"}], "a very very b", False),
        ([{"LOWER": "a"}, {"IS_TITLE": True}, {"LOWER": "b"}], "a lee b", True),
        ([{"LOWER": "a"}, {"IS_TITLE": True}, {"LOWER": "b"}], "b lee a", False),
        ([{"LOWER": "can"}, {"LOWER": "not"}], "they cannot", True),
        ([{"TEXT": {"REGEX": "^(WAS|IS)$"}}], "she was", False),
        ([{"TEXT": {"REGEX": "^(WAS|IS)$"}}], "SHE WAS", True),
        ([{"TEXT": {"REGEX": "^[A-Z]{3}$"}}], "she ran", True),
        ([{"LOWER": {"NOT_IN": ["a"]}}], "b", True),
        ([{"LOWER": "b", "OP": "!"}], "a", True),
        ([{"LOWER": "b", "OP": "{0,2}"}, {"LOWER": "a"}], "a", True),
        ([{"LOWER": "b", "OP": "{1,2}"}, {"LOWER": "a"}], "a", False),
    ],
)  # fmt: skip
def test_what_must_stand_there(pattern, text, may):
    assert NeededWords([pattern]).may_match(text, text.lower()) is may


def test_the_order_of_a_tree_is_not_that_of_its_text():
    nodes = [{"LOWER": "claims"}, {"LOWER": "she"}]
    assert NeededWords([nodes], ordered=False).may_match("she claims", "she claims")
    assert not NeededWords([nodes], ordered=False).may_match("she said", "she said")


def test_nothing_that_spacy_finds_is_passed_over():
    """Every pattern on every example of its rule: what it finds, its words are there for."""
    found = 0
    with analysis() as nlp:
        for compiled in THB.compiled:
            patterns = list(_patterns(compiled))
            for example in compiled.rule.examples.bad if patterns else ():
                text = example if isinstance(example, str) else example.text
                doc = nlp(text.replace("[[", "").replace("]]", "").replace("\n", " "))
                if any(p.level == ENTITIES for p in patterns):
                    find_entities(nlp, [doc])
                for pattern in patterns:
                    if next(iter(pattern.find(doc)), None) is not None:
                        found += 1
                        assert pattern.needed.may_match(doc.text, doc.text.lower()), (
                            compiled.rule.id,
                            doc,
                        )
    assert found > 150  # who is identified is read from the people table, without patterns


def _patterns(compiled):
    for matcher in compiled.matchers:
        yield from matcher.patterns
        yield from (c.patterns for c in (*matcher.needs, *matcher.unless) if c.patterns)


@pytest.mark.parametrize(
    ("text", "loaded"),
    [
        ("The minister said that illegal migrants would be turned back at the border.", False),
        ("The minister called human trafficking a scourge. Police spoke of a sex slave.", True),
        ("Police said the girl, who was trafficked, was a child bride.", True),
    ],
)
def test_spacy_is_loaded_where_a_pattern_may_match(tmp_path, text, loaded):
    draft = tmp_path / "draft.txt"
    draft.write_text(text, encoding="utf-8")
    code = (
        "import sys; from monitor import open_monitor; from pathlib import Path;"
        f"done = open_monitor().check_bytes(Path({str(draft)!r}).read_bytes(), 'draft.txt');"
        "print(bool(done['findings']), 'spacy' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert out.stdout.split() == ["True", str(loaded)]
