"""Articles that a model not measured in their language would show: a section of their own."""

import json
from dataclasses import replace

import pytest

from digest_samples import article, digest, render
from monitor.digest.view import NO_WORDS, POSSIBLE, POSSIBLE_NOTE
from monitor.records.finding import Span
from monitor.records.tag import FoundTerm

TITLE = "Ils dormaient à douze dans un hangar sans papiers ni salaire"
START = TITLE.index("sans papiers")
TERM = FoundTerm("sans papiers", "fr", "documents", (Span("title", START, START + 12),))


def possible(key="f1", *, relevance=0.6, terms=(TERM,), **changes):
    whole = article(
        key, TITLE, "Le texte.", relevance=relevance, outlet="Le Quai", language="fr", **changes
    )
    return replace(whole, experimental=True, terms=terms)


def test_what_an_unmeasured_model_would_show_is_never_among_the_relevant():
    sure = possible("f1", relevance=0.99)
    side = replace(possible("f2", relevance=0.4), relevant=False, borderline=True)
    term = replace(possible("f3", relevance=0.0), relevant=False, borderline=False)
    silent = replace(term, article=replace(term.article, id="f4"), terms=())
    found = digest(silent, term, side, sure, article("a1"))
    assert [story.id for story in found.relevant] == ["a1"]
    assert found.borderline == found.unjudged == ()
    assert [a.article.id for a in found.possible] == ["f1", "f2", "f3"]


@pytest.mark.parametrize("form", ["html", "text", "md"])
def test_pages_say_possible_unmeasured_and_why(form):
    page = " ".join(render(digest(possible(), possible("f2", terms=())), form).split())
    heading = POSSIBLE.upper() if form == "text" else POSSIBLE
    for words in (heading, POSSIBLE_NOTE, TITLE, "Le Quai", "language: fr", "documents", NO_WORDS):
        assert words in page
    assert "2 possible in languages not measured" in page
    assert "likely" not in page  # a figure would be taken for one that was measured
    assert POSSIBLE.casefold() not in render(digest(article("a1")), form).casefold()


def test_json_names_it_apart_with_its_reason():
    told = json.loads(render(digest(possible()), "json"))
    assert told["relevant"] == told["borderline"] == told["unjudged"] == []
    (found,) = told["possible"]
    assert (found["id"], found["language"], found["relevance"]) == ("f1", "fr", 0.6)
    assert (found["relevant"], found["borderline"]) == (True, False)
    (term,) = found["terms"]
    (span,) = term["evidence"]
    assert TITLE[span["start"] : span["end"]] == "sans papiers"


def test_the_same_words_are_told_once_as_the_list_explains_them():
    listed = replace(TERM, meaning="without papers (a law)")
    page = render(digest(possible(terms=(TERM, listed))), "text")
    assert "“sans papiers”: without papers (a law)" in page
    assert "documents" not in page
