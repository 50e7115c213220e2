"""The rule format: strict, published, and clear about what is wrong where."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from monitor.records.errors import GuidelineError
from monitor.rules.loading import load_guideline, rule_files
from monitor.rules.rule_schema import rule_schema

GUIDELINES = Path(__file__).resolve().parents[2] / "guidelines"
THB = GUIDELINES / "thb-en"

RULE = """\
topic: Test
rules:
  - id: first-rule
    title: First
    principle: terminology
    kind: phrase
    severity: warning
    gate: none
    quotes: flag
    message: "{match}"
    why: Because.
    sources: [{title: T, section: S, url: "https://example.org", role: states}]
    match:
      - phrases: [bad words]
    examples:
      bad: ["These are [[bad words]].", "[[Bad words]] again."]
      good: [These are good., So are these.]
      quoted: ["'[[Bad words]],' he said."]
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("guideline.yaml", "lexicon.yaml"):
        (tmp_path / name).write_text((THB / name).read_text())
    (tmp_path / "test.yaml").write_text(RULE)
    return tmp_path


def edit(folder, old, new):
    text = (folder / "test.yaml").read_text()
    assert text.count(old) == 1
    (folder / "test.yaml").write_text(text.replace(old, new))


def error(folder):
    with pytest.raises(GuidelineError) as caught:
        load_guideline(folder)
    return str(caught.value)


def test_published_schema_is_the_one_the_loader_uses():
    assert json.loads((GUIDELINES / "rule.schema.json").read_text()) == rule_schema()


@pytest.mark.parametrize("file", rule_files(THB), ids=lambda file: file.name)
def test_rule_files_are_valid_under_the_published_schema(file):
    data = YAML(typ="safe", pure=True).load(file.read_text())
    validator = Draft202012Validator(json.loads((GUIDELINES / "rule.schema.json").read_text()))
    assert [e.message for e in validator.iter_errors(data)] == []


def test_unknown_field_names_file_rule_and_line(folder):
    edit(folder, "    why: Because.", "    why: Because.\n    unles: []")
    assert (
        error(folder)
        == f"{folder / 'test.yaml'}, rule 'first-rule', line 12: unknown field 'unles'"
    )


def test_unknown_field_deep_inside_names_its_line(folder):
    edit(
        folder, "      - phrases: [bad words]", "      - phrases: [bad words]\n        sugest: [x]"
    )
    assert "rule 'first-rule', line 15: unknown field 'sugest'" in error(folder)


def test_missing_field_names_it(folder):
    edit(folder, "    why: Because.\n", "")
    assert "rule 'first-rule', line 3: field 'why' is missing" in error(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: warning", "severity: fatal", "line 7: 'severity'"),
        ("phrases: [bad words]", "phrases: [1990]", "line 14: 'phrases'"),
        ("kind: phrase", "kind: context", "kind 'context' has 'needs'"),
        ("phrases: [bad words]", "tokens: [[{LOWER: bad}]]", "does not have 'tokens' matchers"),
        ("bad: [", "bads: [", "unknown field 'bads'"),
        (', "[[Bad words]] again."', "", "at least 2 bad and 2 good"),
        ("      quoted: [\"'[[Bad words]],' he said.\"]\n", "", "needs a quoted one"),
        ("These are good.", "'These [[are]] good.'", "a good example has nothing marked"),
        ("kind: phrase", "kind: [", "not valid YAML"),
        ('"{match}"', '"{mtach}"', "line 10: 'message' has '{mtach}'"),
        ('"{match}"', '"{evidence}"', "no 'needs' that could find any"),
        ("id: first-rule", "id: First rule", "'id'"),
    ],
)
def test_mistakes_are_told(folder, old, new, said):
    edit(folder, old, new)
    assert said in error(folder)


def test_unknown_lexicon_names_line(folder):
    clause = "    needs:\n      - lexicons: [victm]\n    examples:"
    edit(folder, "    examples:", clause)
    assert "rule 'first-rule', line 16: there is no lexicon 'victm'" in error(folder)


def test_unknown_token_attribute_names_line(folder):
    edit(folder, "kind: phrase", "kind: tokens\n    trigger: [bad]")
    edit(folder, "phrases: [bad words]", "tokens: [[{LOWR: bad}]]")
    assert "line 15: 'LOWR' is no attribute" in error(folder)


def test_an_id_used_twice_is_refused(folder):
    (folder / "zweite.yaml").write_text(RULE)
    assert "line 3: this id is taken by a rule in" in error(folder)


def test_a_folder_without_guideline_is_refused(tmp_path):
    assert "no guideline here" in error(tmp_path)


def test_a_wrong_name_in_guideline_yaml_names_its_line(folder):
    file = folder / "guideline.yaml"
    file.write_text(file.read_text().replace("strong: [thb-term]", "strong: [thb-terms]"))
    assert error(folder) == f"{file}, line 14: there is no lexicon 'thb-terms'"


def test_a_lexicon_that_includes_itself_is_refused(folder):
    with (folder / "lexicon.yaml").open("a") as file:
        file.write("\n  ring:\n    about: A ring.\n    include: [ring]\n")
    edit(folder, "    examples:", "    needs:\n      - lexicons: [ring]\n    examples:")
    assert "lexicon 'ring' includes itself" in error(folder)


def test_patterns_that_could_match_without_end_are_refused(folder):
    edit(folder, "kind: phrase", "kind: tokens\n    trigger: [bad]")
    loose = "{IS_ALPHA: true, OP: '*'}"
    pattern = ", ".join(["{LOWER: bad}", *[loose] * 3])
    edit(folder, "phrases: [bad words]", f"tokens: [[{pattern}]]")
    assert "'OP' is '*' or '+' on more than 2 tokens" in error(folder)
