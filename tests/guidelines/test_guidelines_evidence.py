"""What evidence words mean, kind by kind, on a guideline written for the test."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.guidelines import check_document, load_guideline
from monitor.text.document import Document

THB = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"


@pytest.fixture
def guideline(tmp_path):
    """Return a function that loads a guideline of one rule, given its own fields."""

    def load(**fields):
        for name in ("guideline.yaml", "lexicon.yaml"):
            (tmp_path / name).write_text((THB / name).read_text())
        rule = {
            "id": "test-rule",
            "title": "Test",
            "principle": "accuracy",
            "kind": "context",
            "severity": "warning",
            "gate": "none",
            "quotes": "flag",
            "message": "{match}",
            "why": "Why.",
            "sources": [{"title": "T", "section": "S", "url": "https://x.org", "role": "states"}],
            "match": [{"phrases": ["hired"]}],
            "examples": {"bad": ["[[a]]"] * 2, "good": ["b"] * 2, "quoted": ["c"]},
            **fields,
        }
        with (tmp_path / "test.yaml").open("w") as file:
            YAML().dump({"topic": "Test", "rules": [rule]}, file)
        return load_guideline(tmp_path)

    return load


def matches(guideline, text, **fields):
    return [f.match for f in check_document(guideline, Document(text, **fields)).findings]


PLACES = [
    ("sentence", "A girl was hired.", "A girl came. He hired."),
    ("before", "A girl was hired.", "He hired a girl."),
    ("after", "He hired a girl.", "A girl was hired."),
    ("near", "A girl came. He hired.", "He hired. A girl came."),
    ("around", "He hired. A girl came.", "He hired. It rained. A girl came."),
    ("paragraph", "A girl came. It rained. He hired.", "A girl came.\n\nHe hired."),
    ("document", "A girl came.\n\nIt rained. He hired.", "He hired."),
    ("headline", "The girl\n\nHe hired.", "The day\n\nA girl came. He hired."),
    ("body", "The day\n\nA girl came. He hired.", "The girl\n\nHe hired."),
]


@pytest.mark.parametrize(("within", "yes", "no"), PLACES, ids=[place[0] for place in PLACES])
def test_within(guideline, within, yes, no):
    def documents(text):
        lines = text.split("\n\n", 1)
        head = (0, len(lines[0])) if within in ("headline", "body") else None
        return {"text": text, "headline": head}

    needs = guideline(needs=[{"lexicons": ["minor"], "within": within}])
    assert matches(needs, **documents(yes)) == ["hired"]
    assert matches(needs, **documents(no)) == []
    unless = guideline(kind="phrase", unless=[{"lexicons": ["minor"], "within": within}])
    assert matches(unless, **documents(yes)) == []
    assert matches(unless, **documents(no)) == ["hired"]


def test_evidence_is_told(guideline):
    rule = guideline(needs=[{"lexicons": ["minor"]}], message="{match} because of {evidence}")
    (finding,) = check_document(rule, Document("The schoolgirl was hired.")).findings
    assert finding.message == "hired because of schoolgirl"


def test_reach_counts_words(guideline):
    rule = guideline(needs=[{"phrases": ["girl"], "within": "after", "reach": 2}])
    assert matches(rule, "He hired the girl.") == ["hired"]
    assert matches(rule, "He hired the young girl.") == []


def test_at_least_counts_different_places(guideline):
    rule = guideline(needs=[{"phrases": ["girl"], "at_least": 2}])
    assert matches(rule, "A girl and a girl were hired.") == ["hired"]
    assert matches(rule, "A girl was hired.") == []


def test_all_needs_any_unless(guideline):
    rule = guideline(
        needs=[{"phrases": ["girl"]}, {"phrases": ["bar"]}],
        unless=[{"phrases": ["legally"]}, {"phrases": ["cook"]}],
    )
    assert matches(rule, "The girl was hired for the bar.") == ["hired"]
    assert matches(rule, "The girl was hired.") == []
    assert matches(rule, "The girl was hired as a cook for the bar.") == []


def test_tokens_mark_and_clauses(guideline):
    rule = guideline(
        kind="tokens",
        trigger=["men"],
        match=[{"tokens": [[{"LOWER": "to"}, {"LIKE_NUM": True, "MARK": True}, {"LOWER": "men"}]]}],
        unless=[{"tokens": [[{"LEMMA": "deny"}]]}],
    )
    assert matches(rule, "She was sold to twenty men.") == ["twenty"]
    assert matches(rule, "She was sold to twenty men, which he denies.") == []


def test_lexicon_names_stand_for_their_words_in_patterns(guideline):
    rule = guideline(
        kind="tokens",
        trigger_stems=["hir"],
        match=[{"tokens": [[{"LEMMA": "hire"}, {"LOWER": {"IN": "minor"}}]]}],
    )
    assert matches(rule, "They were hiring schoolgirls.") == ["hiring schoolgirls"]
    assert matches(rule, "They were hiring adults.") == []


WHO = {
    "kind": "dependency",
    "trigger_stems": ["admit"],
    "match": [
        {
            "dependency": [
                {
                    "nodes": [
                        {"RIGHT_ID": "verb", "RIGHT_ATTRS": {"LEMMA": "admit"}},
                        {
                            "LEFT_ID": "verb",
                            "REL_OP": ">",
                            "RIGHT_ID": "who",
                            "RIGHT_ATTRS": {"DEP": "nsubj"},
                        },
                    ],
                    "mark": ["verb"],
                }
            ]
        }
    ],
    "needs": [{"person": "who", "is": ["victim", "minor"]}],
}


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("The trafficked woman admitted it.", True),
        ("The manager admitted it.", False),
        ("The woman sat with a lawyer. She admitted it.", True),
        ("The manager drove the women. He admitted it.", False),
        ("The boys spoke first. They admitted it.", True),
        ("The girl, who admitted it, went home.", True),
        ("It rained. She admitted it.", False),
        ("Rosa Mensah, a former victim, spoke. It rained. It poured. Mensah admitted it.", True),
        ("Survivor Rosa spoke. It rained. It poured. Rosa admitted it.", True),
        ("Rosa, the owner, spoke. It rained. It poured. Rosa admitted it.", False),
        ("Rosa met a victim. It rained. It poured. Rosa admitted it.", False),
    ],
)
def test_persons(guideline, text, flagged):
    assert bool(matches(guideline(**WHO), text)) is flagged


def test_severity_of_a_matcher_only_lowers(guideline):
    lower = guideline(kind="phrase", match=[{"phrases": ["hired"], "severity": "suggestion"}])
    higher = guideline(kind="phrase", match=[{"phrases": ["hired"], "severity": "error"}])
    for rule, severity in ((lower, "suggestion"), (higher, "warning")):
        (finding,) = check_document(rule, Document("He hired.")).findings
        assert finding.severity == severity


CHECK = {
    "kind": "document",
    "match": [],
    "check": {
        "min_words": 5,
        "about": [{"phrases": ["trafficking"], "within": "document", "at_least": 2}],
        "met": [{"phrases": ["hotline"], "within": "document"}],
        "broken": [{"phrases": ["nobody helps"], "within": "document"}],
        "otherwise": "silent",
        "reasons": {"met": "it helps", "broken": "it does not"},
    },
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("trafficking, trafficking", None),
        ("There is trafficking here and a hotline for those who need it.", None),
        ("There is trafficking and more trafficking, and a hotline for people.", True),
        ("There is trafficking and more trafficking, and nobody helps people.", False),
        ("There is trafficking and more trafficking, and then it rained.", None),
    ],
)
def test_document_checks(guideline, text, met):
    (item,) = check_document(guideline(**CHECK), Document(text)).scorecard
    assert item.met is met
    assert item.reason
    assert bool(item.evidence) is (met is not None)


def test_headline_flags(guideline):
    check = {
        **CHECK["check"],
        "about": [],
        "min_words": 0,
        "flags": "headline",
        "met": [],
        "broken": [
            {
                "phrases": ["hell", "shock"],
                "headline_has": ["exclamation", "capitals"],
                "within": "headline",
                "at_least": 2,
            }
        ],
    }
    rule = guideline(kind="document", match=[], check=check)
    assert matches(rule, "He was sentenced.", title="Horror in hell!") == ["Horror in hell!"]
    assert matches(rule, "He was sentenced.", title="Man sentenced to hell") == []
    assert not check_document(rule, Document("He was.", title="Hell!")).scorecard


@pytest.mark.parametrize(("policy", "flagged"), [("flag", 1), ("soften", 1), ("skip", 0)])
def test_quote_policies(guideline, policy, flagged):
    rule = guideline(kind="phrase", quotes=policy)
    findings = check_document(rule, Document("'The firm hired nobody,' the mayor said.")).findings
    assert len(findings) == flagged
    assert [f.severity for f in findings] == ["warning" if policy == "flag" else "suggestion"][
        :flagged
    ]
    scare = check_document(rule, Document("He was 'hired' for nothing.")).findings
    assert [(f.severity, f.quoted) for f in scare] == [("warning", "scare")]


def test_quoted_as_evidence(guideline):
    rule = guideline(kind="phrase", unless=[{"quoted": "attributed"}])
    assert matches(rule, "'The firm hired nobody,' the mayor said.") == []
    assert matches(rule, "The firm hired nobody, the mayor said.") == ["hired"]


def test_entities_are_found_where_a_rule_asks_for_them(guideline):
    person = {"ENT_TYPE": "PERSON", "OP": "+", "MARK": True}
    rule = guideline(
        kind="tokens",
        trigger=["rescued"],
        match=[{"tokens": [[person, {"LOWER": {"IN": ["was", "is"]}}, {"LOWER": "rescued"}]]}],
    )
    text = "It rained in Accra. Police said that Maria Mensah was rescued on Monday."
    assert matches(rule, text) == ["Maria Mensah"]
    assert matches(rule, "The dog was rescued on Monday.") == []
