"""Known figures: strict data, found however news writes them, silent where they are right."""

import re
from pathlib import Path

import pytest

from monitor.records.errors import GuidelineError
from monitor.rules.checker import check_document
from monitor.rules.figures import load_figures, write_money, write_number
from monitor.rules.loading import FIGURES, load_guideline
from monitor.text.document import Document

THB = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"

FIGURE = """\
figures:
  - id: bales
    rule: first-rule
    claim: There are 27 million slaves.
    written:
      - numbers: [27000000]
        of: [slaves]
    fact: an approximation of 1999.
    instead: Leave it out.
    sources:
      - {title: T, section: S, url: "https://example.org", role: states, checked: "2026-11-25"}
"""
RULE = """\
topic: Test
rules:
  - id: first-rule
    title: First
    principle: accuracy
    kind: phrase
    severity: warning
    gate: none
    quotes: flag
    message: "{match}"
    why: Because.
    sources: [{title: R, section: S, url: "https://example.org/r", role: states}]
    match:
      - figures: true
    examples:
      bad: ["There are [[27 million slaves]].", "[[27m slaves]] toil."]
      good: [These are good., So are these.]
      quoted: ["'[[27 million slaves]],' he said."]
"""


@pytest.fixture(scope="module")
def guideline():
    return load_guideline(THB)


@pytest.fixture
def folder(tmp_path):
    for name in ("guideline.yaml", "lexicon.yaml"):
        (tmp_path / name).write_text((THB / name).read_text())
    (tmp_path / "test.yaml").write_text(RULE)
    (tmp_path / FIGURES).write_text(FIGURE)
    return tmp_path


def findings(guideline, text, *rules):
    checked = check_document(guideline, Document(text, language="en"))
    return [f for f in checked.findings if f.rule in rules]


def figures(guideline, text):
    return findings(guideline, text, "zombie-statistics", "modern-slavery-figure-mislabelled")


def test_a_figure_brings_its_own_message_reason_and_source(folder):
    (found,) = findings(load_guideline(folder), "There are 27 million slaves.", "first-rule")
    assert found.message == "'27 million slaves': an approximation of 1999."
    assert found.why == "Leave it out."
    assert [source.title for source in found.sources] == ["T", "R"]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("    claim:", "    clame: x\n    claim:", ["figure 'bales'", "line 4", "'clame'"]),
        ("    fact: an approximation of 1999.\n", "", ["figure 'bales'", "'fact' is missing"]),
        ("    sources:\n", "    sources: []\n    x:\n", ["figure 'bales'", "'x'"]),
        (', checked: "2026-11-25"', "", ["figure 'bales'", "'checked' is missing", "line 11"]),
        ('"2026-11-25"', '"last week"', ["figure 'bales'", "last week"]),
        ("rule: first-rule", "rule: other", ["figure 'bales'", "line 3", "no rule 'other'"]),
        ("numbers: [27000000]", "numbers: [many]", ["figure 'bales'", "line 6"]),
        ("        of: [slaves]", "        phrases: [x]", ["figure 'bales'", "a form has"]),
    ],
)
def test_a_wrong_figure_names_file_figure_and_line(folder, before, after, named):
    assert FIGURE.count(before) == 1
    (folder / FIGURES).write_text(FIGURE.replace(before, after))
    with pytest.raises(GuidelineError) as caught:
        load_guideline(folder)
    assert FIGURES in str(caught.value)
    assert [part for part in named if part not in str(caught.value)] == [], str(caught.value)


def test_an_id_used_twice_is_an_error(folder):
    (folder / FIGURES).write_text(FIGURE + FIGURE.removeprefix("figures:\n"))
    with pytest.raises(GuidelineError, match=r"figure 'bales'.*taken"):
        load_guideline(folder)


def test_a_rule_that_takes_figures_needs_some(folder):
    (folder / FIGURES).unlink()
    with pytest.raises(GuidelineError, match="'first-rule' has 'figures: true'"):
        load_guideline(folder)


def test_every_figure_that_is_right_somewhere_says_so_in_its_message():
    for figure in load_figures(THB / FIGURES):
        assert len(figure.fact.split()) > 5
        if figure.right:
            assert figure.right.number in figure.fact
        assert all(re.match(r"https?://", source.url) for source in figure.sources)


@pytest.mark.parametrize(
    "figure",
    [f for f in load_figures(THB / FIGURES) if f.rule.startswith("modern")],
    ids=lambda f: f.id,
)
def test_mislabelled_estimates_are_found_in_every_way_of_writing(guideline, figure):
    """Each number, in each way, said to be trafficked people or slaves, names the right figure."""
    label = "are enslaved" if "as-slavery" in figure.id else "are trafficked every year"
    for form in figure.written:
        for number in form.numbers:
            for way in write_number(number):
                text = f"Some {way} people {label}, the minister said."
                (found,) = findings(guideline, text, figure.rule)
                assert figure.fact.split(";")[0] in found.message, text
                assert found.sources[0].title == figure.sources[0].title


def test_money_is_found_in_every_way_of_writing(guideline):
    for way in write_money(150_000_000_000):
        (found,) = figures(guideline, f"Human trafficking is a {way} industry.")
        assert "$236 billion" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "The ILO and Walk Free put people in forced labour or forced marriage at 49.6 million.",
        "The estimate of 27.6 million people in forced labour is the ILO's.",
        "In 2016, 40.3 million people were in modern slavery, the ILO and Walk Free estimated.",
        "In 2012 the ILO put people in forced labour at 20.9 million; its new figure is higher.",
        "Forced labour makes $236 billion a year, up from $150 billion in 2014, the ILO says.",
        "UNICEF and the ILO say 138 million children were in child labour in 2024.",
        "Fact-check: the claim that the average age of entry is 13 rests on 107 interviews.",
        "There is no evidence that 300,000 children are trafficked each year in the United States.",
        "The GAO calls the estimate of 600,000 to 800,000 people trafficked a year unsupported.",
        "The city of 40 million people has a trafficking court.",
        "The fund spent 50 million pounds on people who were trafficked.",
        "A study of 400 women found a median age of entry of 19.",
        "In all, 1,250,000,000 people live where 2.50 million votes were cast.",
    ],
)
def test_a_figure_with_its_label_year_and_source_is_silent(guideline, text):
    assert figures(guideline, text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Some 2.50 million people are trafficked.", "50 million"),
        ("Some 150,000,000 people are trafficked.", "50,000,000"),
        ("Some 150 million people are trafficked.", "50 million"),
    ],
)
def test_part_of_a_number_is_not_the_number(guideline, text, number):
    assert number in text
    assert figures(guideline, text) == []


def test_a_known_figure_goes_before_a_sibling_that_knows_less(guideline):
    checked = check_document(
        guideline, Document("There are 27 million slaves today.", language="en")
    )
    assert "zombie-statistics" in {f.rule for f in checked.findings}
    assert "estimate-as-count" not in {f.rule for f in checked.findings}


def test_parts_of_a_statistic_are_evidence(folder):
    rule = RULE.replace("kind: phrase", "kind: context").replace(
        "      - figures: true\n",
        "      - phrases: [victims]\n"
        "        needs: [{statistic: [share], within: sentence}]\n"
        "        unless: [{statistic: [base]}, {statistic: [source, year], within: around}]\n",
    )
    (folder / "test.yaml").write_text(rule)
    (folder / FIGURES).unlink()
    own = load_guideline(folder)
    for text, count in {
        "Seventy per cent of victims are women.": 1,
        "Nine in ten victims are women.": 1,
        "Victims are women.": 0,
        "In 2024 some victims came.": 0,
        "Of the 312 people identified, 62% of victims are women.": 0,
        "Of victims 62% are women. UNODC counted in 2022.": 0,
        "Of victims 62% are women. UNODC counted.": 1,
        "Of victims 62% are women in 2022.": 1,
    }.items():
        assert len(findings(own, text, "first-rule")) == count, text
