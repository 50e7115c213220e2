"""The guideline on paper: what is in it, that it is its own, and that it is the same again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

import own_guide
import shipped
from handbook_samples import HOSTILE, MADE, book, hostile, in_force, material, rule
from monitor.rules.handbook.book import PRINCIPLES, TOGETHER, _measured, make_book, show_example
from monitor.rules.handbook.exercises import (
    PANEL_MM,
    FlaggedWords,
    FlagSentences,
    _showable,
    _why,
    card_height,
    make_material,
)
from monitor.rules.handbook.printing import css_string, render_handbook, render_pages
from monitor.rules.loading import load_guideline, load_own_rules
from monitor.rules.rule_reloading import rule_on


def trusting(*guideline: str) -> FlagSentences:
    """A checker that flags what `[[…]]` marks: for tests of what is made of its answers."""
    del guideline
    return lambda sentences: [[FlaggedWords("nobody/nothing", "nothing")] for _ in sentences]


def test_an_example_is_shown_in_pieces() -> None:
    shown = show_example("A [[bad]] word.\n\nAnd [[more]].")
    assert shown.paragraphs == (
        (("A ", False), ("bad", True), (" word.", False)),
        (("And ", False), ("more", True), (".", False)),
    )
    assert shown.marked == ("bad", "more")
    assert not shown.is_sentence
    assert show_example("A [[bad]] word.").is_sentence


def test_every_rule_in_force_is_in_the_book_once(tmp_path: Path) -> None:
    there = in_force(tmp_path)
    off = replace(there.rulings[0], disable=("rule-3",), severity={"rule-1": "error"})
    made = make_book(replace(there, rulings=(off,)), made=MADE, program="1.2.3")
    assert sorted(entry.id for entry in made.entries) == [
        f"rule-{n}" for n in (0, 1, 2, 4, 5, 6, 7)
    ]
    assert next(entry for entry in made.entries if entry.id == "rule-1").severity == "error"
    assert [one.id for one in made.chapters] == [
        one for one in PRINCIPLES if one in {entry.principle for entry in made.entries}
    ]
    first = made.chapters[0].entries[0]
    assert (first.number, first.message) == ("1.1", "'odd word 0' is no word for a person.")


def test_house_rules_are_in_it_beside_the_guideline(tmp_path: Path) -> None:
    own_guide.tiny(tmp_path, rule="topic: T\nrules:" + rule("ours", "odd word", "accuracy"))
    text = "topic: T\nrules:" + rule("theirs", "strange word", "accuracy")
    house = load_guideline(own_guide.own(tmp_path, "house", text))
    base = load_guideline(tmp_path / "tiny")
    made = make_book(
        rule_on([base, load_own_rules(house.folder, base)]), made=MADE, program="1.2.3"
    )
    assert [(one.id, one.extends) for one in made.abouts] == [("tiny", ""), ("house", "tiny")]
    assert [entry.key for entry in made.entries] == ["tiny/ours", "house/theirs"]
    pages = render_pages(make_material(made, seed=1, flags=trusting()))
    assert "House rules" in pages["handbook.html"]
    for name, page in pages.items():
        for about in made.abouts:
            assert about.stamp in page, name


def test_the_same_rules_seed_and_day_give_the_same_pages(tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / folder).mkdir()
    first, again = material(tmp_path / "a"), material(tmp_path / "b")
    assert render_pages(first) == render_pages(again)
    other = material(tmp_path / "c", seed=2)
    assert render_pages(other)["pre-test.html"] != render_pages(first)["pre-test.html"]
    assert [one.entry.key for one in other.pre] != [one.entry.key for one in first.pre]


def test_the_two_tests_ask_of_the_same_rules_with_other_sentences(tmp_path: Path) -> None:
    made = material(tmp_path)
    assert made.pre
    flagged = [{one.entry.key for one in test if one.flagged} for test in (made.pre, made.post)]
    assert flagged[0] == flagged[1]
    sentences = [{one.shown.text for one in test} for test in (made.pre, made.post)]
    assert not sentences[0] & sentences[1]
    for question in (*made.pre, *made.post):
        assert bool(question.shown.marked) == question.flagged
        if question.kind == "why":
            assert question.entry.why.startswith(question.options[question.right])
            assert len(set(question.options)) == len(question.options)
    drawn = {one.shown.text for one in (*made.mark, *made.better)}
    assert not drawn & (sentences[0] | sentences[1])


def test_wrong_reasons_speak_of_the_same_things_and_are_not_asked_twice(tmp_path: Path) -> None:
    made = book(tmp_path)
    asked, *others = made.entries
    reasons = (
        "Nets hold.",
        "Ships sink early.",
        "Trees grow.",
        "Trees fall.",
        "Fish use nets.",
    )
    foreign = [one for one in others if one.principle != asked.principle][: len(reasons)]
    entries = (
        replace(asked, why="Ships carry fish in nets."),
        *(replace(one, why=why) for one, why in zip(foreign, reasons, strict=True)),
    )
    told = replace(made, chapters=(replace(made.chapters[0], entries=entries),))
    shown = show_example("The [[ships]] came early with fish.")
    first = _why(told, entries[0], shown, "1", set())
    assert set(first.options) == {entries[0].why, *(reasons[n] for n in (0, 1, 4))}
    again = _why(told, entries[0], shown, "1", set(first.options))
    assert set(again.options) >= {entries[0].why, "Trees fall.", "Trees grow."}
    kin = replace(entries[0], siblings=frozenset({asked.id, foreign[4].id}))
    assert reasons[4] not in _why(told, kin, shown, "1", set()).options


@pytest.mark.parametrize(
    ("right", "hits", "found", "sure", "said"),
    [
        (17, 21, 4, 5, "marked 17 of the 21 places | found 4 of the 5 breaches"),
        (15, 15, 2, 2, "marked all 15 places | found both breaches"),
        (0, 1, 0, 1, "had not marked the one place | has not found the one breach"),
        (0, 4, 0, 3, "marked none of the 4 places | found none of the 3 breaches"),
    ],
)
def test_shares_are_told_as_people_say_them(
    right: int, hits: int, found: int, sure: int, said: str
) -> None:
    figures = {"articles": 140, "hits": hits, "right": right, "sure": sure, "found": found}
    told = _measured(figures)
    assert all(part in told for part in said.split(" | ")), told


def test_what_answers_for_a_whole_text_is_not_said_to_flag_nothing() -> None:
    made = make_book(rule_on([shipped.thb()]), made=MADE, program="1")
    assert {one.measured for one in made.entries if one.whole} == {TOGETHER}
    page = render_handbook(make_material(made, seed=1, flags=trusting()), {})
    assert ">4 rules on the whole text.<" in page
    assert not re.search(r"\b0 rules|\b0 of the|of the 1 ", page)


def test_what_the_checker_sees_otherwise_is_no_question(tmp_path: Path) -> None:
    made = make_material(book(tmp_path), seed=1, flags=trusting())
    assert (made.pre, made.post, made.mark) == ((), (), ())
    pages = render_pages(made)
    assert "too few examples" in pages["pre-test.html"]


@pytest.fixture(name="pages", scope="module")
def _pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = material(tmp_path_factory.mktemp("pages"))
    return render_pages(made, printed=True)


def test_there_is_a_page_of_each_kind(pages: dict[str, str]) -> None:
    brochures = {name for name in pages if name.startswith("brochure-")}
    assert len(brochures) == 4
    assert set(pages) - brochures == {
        *("index.html", "handbook.html", "training.html", "slides.html", "exercises.html"),
        *("pre-test.html", "post-test.html", "answer-key.html"),
    }
    links = lxml.html.fromstring(pages["index.html"]).xpath("//a/@href")
    assert set(links) == {
        link for name in pages if name != "index.html" for link in (name, name[:-4] + "pdf")
    }


def test_pages_stand_alone_and_are_well_made(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        tree = lxml.html.fromstring(page)
        assert tree.get("lang") == "en", name
        assert len(tree.xpath("//h1")) == 1, name
        assert not tree.xpath("//link | //img | //iframe | //*[@src] | //*[@style]"), name
        assert "default-src 'none'" in page
        assert tree.xpath("//main"), name
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        within = [link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")]
        assert set(within) <= set(ids), name
        assert "tiny@1.0.0" in page, name


def test_flagged_words_never_stand_as_advice(pages: dict[str, str]) -> None:
    """In the handbook what is flagged is in a box that says so, and no suggestion has it."""
    tree = lxml.html.fromstring(pages["handbook.html"])
    for mark in tree.xpath("//article//mark"):
        box = mark.xpath("ancestor::div[contains(@class, 'shown')]")[0]
        assert box.xpath("string(span[@class='label'])").strip() in ("Flagged ✗", "In a quotation")
    assert all("odd word" not in one.text_content() for one in tree.xpath("//*[@class='instead']"))


def test_the_key_has_every_answer(pages: dict[str, str], tmp_path: Path) -> None:
    made = material(tmp_path)
    key = lxml.html.fromstring(pages["answer-key.html"])
    rows = key.xpath("//h2[text()='Pre-test']/following-sibling::table[1]/tbody/tr")
    assert len(rows) == len(made.pre)
    for row, question in zip(rows, made.pre, strict=True):
        said = " ".join(row.text_content().split())
        if question.kind == "why":
            assert row.xpath("string(td[2])").strip() == "ABCD"[question.right]
        elif question.flagged:
            assert tuple(row.xpath(".//mark/text()")) == question.shown.marked
        else:
            assert "nothing to flag" in said
        assert question.entry.title in said


def test_text_of_rules_is_escaped_everywhere(tmp_path: Path) -> None:
    pages = render_pages(material(tmp_path, hostile()))
    assert any(
        HOSTILE[8:20] in lxml.html.fromstring(page).text_content() for page in pages.values()
    )
    for name, page in pages.items():
        tree = lxml.html.fromstring(page)
        assert not tree.xpath("//img"), name
        assert len(tree.xpath("//script")) == (name == "slides.html"), name
        assert len(tree.xpath("//style")) == 1, name


def test_css_strings_cannot_be_left() -> None:
    assert css_string('a"; b') == '"a\\000022 \\00003b  b"'
    assert not re.search(r'["<>;{}\n]', css_string('"<>;{}\n\\')[1:-1])


def test_the_shipped_rules_fill_the_papers() -> None:
    """Every rule has an entry; a brochure's cards fit, and none is empty."""
    made = make_book(rule_on([shipped.thb()]), made=MADE, program="1.2.3")
    assert len(made.entries) == len(shipped.thb().rules)
    assert set(made.general("kind", 0)) == {"context", "dependency", "phrase", "tokens"}
    assert set(made.general("quotes", 1)) == {"flag", "skip"}
    for brochure in make_material(made, seed=1, flags=trusting()).brochures:
        few = 1 < len(_showable(brochure.chapter)) <= 4
        for panel in brochure.panels:
            need = sum(card_height(one, (), why=one.whole or few) for one in panel)
            assert need <= PANEL_MM
        assert brochure.shown, brochure.chapter.id
        assert brochure.sources
