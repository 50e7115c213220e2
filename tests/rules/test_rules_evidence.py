"""What evidence words mean, kind by kind, on a guideline written for the test."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.rules.checker import check_document
from monitor.rules.loading import load_guideline
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


WHOM = [
    ("subject", "The girl was hired.", True),
    ("subject", "The mother of the girl was hired.", False),
    ("subject", "The boss who took her passport hired.", False),
    ("subject", "A girl sat there. She was hired.", True),
    ("before", "The boss told the girl he hired.", False),
    ("before", "The boss met the girl and hired.", True),
    ("after", "The boss hired the girl.", True),
    ("after", "The girl hired a lawyer.", False),
    ("near", "A girl came. It was said they hired.", True),
    ("match", "The girl was hired.", False),
    ("anyone", "The boss hired, the mother of the girl said.", True),
]


@pytest.mark.parametrize(("where", "text", "holds"), WHOM)
def test_referents(guideline, where, text, holds):
    rule = guideline(kind="context", needs=[{"referent": where, "is": ["minor"]}])
    assert bool(matches(rule, text)) is holds


def test_a_role_of_the_whole_text(guideline):
    rule = guideline(needs=[{"referent": "subject", "is": ["known-victim+minor"]}])
    told = "Rosa Mensah is 15. It rained. Her uncle sold her. It poured. Mensah was hired."
    assert matches(rule, told) == ["hired"]
    assert matches(rule, told.replace("sold", "met")) == []
    assert matches(rule, told.replace("15", "25")) == []


def test_the_message_says_who_and_why_even_from_an_earlier_sentence(guideline):
    rule = guideline(
        needs=[{"referent": "subject", "is": ["minor+known-victim"]}],
        message="{match} ({evidence})",
    )
    text = "The girl, who was 14, was sold by her uncle. It was May. She was hired."
    (finding,) = check_document(rule, Document(text)).findings
    assert finding.message == "hired (girl, sold, was 14)"


CASES = [
    ("They took a dinghy over the Channel. Nobody was there. He hired.", "smuggling"),
    ("They were locked in and exploited. He hired.", "trafficking"),
    ("They took a dinghy over the Channel and were exploited and beaten. He hired.", None),
    ("It rained on the coast. He hired.", None),
    ("He spoke of exploitation. He hired.", None),
]


@pytest.mark.parametrize(("text", "case"), CASES)
def test_facts_make_a_case(guideline, text, case):
    for name in ("smuggling", "trafficking"):
        rule = guideline(needs=[{"case": [name], "within": "document"}])
        assert bool(matches(rule, text)) is (name == case)


def test_people_are_matches(guideline):
    text = "A cook came. Rosa Mensah was sold. Mensah wept. The owner was charged."
    assert matches(guideline(match=[{"people": {"minor": False}}]), text) == ["Rosa Mensah"]
    assert matches(guideline(match=[{"people": {"minor": True}}]), text) == []
    assert matches(guideline(match=[{"people": {"known_by": ["details"]}}]), text) == []


def test_details_are_marked_where_most_of_them_stand(guideline):
    rule = guideline(match=[{"people": {"minor": True, "known_by": ["details"]}}])
    told = "The girl, who was sold, is 14. Her father runs the bakery in the village of Brod."
    assert matches(rule, told) == ["Her father runs the bakery in the village of Brod"]
    told = "The girl, who was sold, is 14. She lives in the village of Brod."
    assert matches(rule, told) == []


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


def checked(guideline, text, **check):
    rule = guideline(**{**CHECK, "check": {**CHECK["check"], "about": [], "min_words": 0, **check}})
    (item,) = check_document(rule, Document(text)).scorecard
    return item


def test_a_question_about_a_person_of_the_text(guideline):
    about = [{"referent": "anyone", "is": ["known-victim+named"]}]
    named = "Rosa Mensah was trafficked to the coast, and nobody helps."
    assert checked(guideline, named, about=about).met is False
    assert checked(guideline, named.replace("Rosa Mensah", "A cook"), about=about).met is None


def test_what_is_there_is_there_in_a_short_text_too(guideline):
    short = {"min_words": 200, "min_words_met": 0}
    assert checked(guideline, "A hotline for trafficked people.", **short).met is True
    assert checked(guideline, "Nobody helps trafficked people.", **short).met is None
    assert "too short" in checked(guideline, "Nobody helps trafficked people.", **short).reason


def test_not_met_points_at_what_raised_the_question(guideline):
    about = [{"phrases": ["trafficking"], "within": "document"}]
    item = checked(guideline, "They spoke of trafficking.", about=about, otherwise="broken")
    assert item.met is False
    assert [(span.start, span.end) for span in item.evidence] == [(14, 25)]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Rosa Mensah was trafficked to a farm. She asked not to be named, she says.", True),
        ("A cook was trafficked. A neighbour of the owner, who asked not to be named, left.", None),
        ("A cook was trafficked. The suspect, 40, asked not to be named.", None),
    ],
)
def test_a_question_asks_whose_the_words_are(guideline, text, met):
    asks = {"phrases": ["asked not to be named"], "within": "document"}
    clause = {**asks, "whose": "subject", "is": ["victim"], "not": ["suspect"]}
    assert checked(guideline, text, met=[clause]).met is met


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("The charity said that they were trafficked.", "charity"),
        ("They were trafficked, said Ana Ruci, a nurse with a charity.", None),
        ("They were trafficked, said Ana Ruci, a director of a charity.", "charity"),
        ("'They were trafficked,' the charity's lawyer said.", "charity"),
        ("According to the charity, two people were trafficked.", "charity"),
        ("He took them in out of charity, police said of the trafficked men.", None),
        ("The charity works in the town where they were trafficked, police said.", None),
        ("The charity was told that they were trafficked.", None),
        ("Police told the charity that they were trafficked.", None),
        ("The charity refused to say who was trafficked.", None),
    ],
)
def test_a_voice_is_who_speaks_and_not_what_is_named(guideline, text, voice):
    met = [{"phrases": ["charity"], "whose": "voice", "within": "document"}]
    item = checked(guideline, text, met=met)
    assert [text[span.start : span.end] for span in item.evidence][-1:] == (
        [voice] if voice else []
    )


def test_the_lawyer_of_the_suspects_is_no_voice_of_the_victims(guideline):
    clause = {"phrases": ["lawyer"], "whose": "voice", "not": ["suspect"], "within": "document"}
    story = "Two people were trafficked. A lawyer for {} said that it was over."
    assert checked(guideline, story.format("the women"), met=[clause]).met is True
    assert checked(guideline, story.format("the suspects"), met=[clause]).met is None


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Trafficked? Call the unit on 112.", True),
        ("Workers who were trafficked can write or call 0800 800 800, free of charge.", True),
        ("The national line for trafficked people is 1929.", True),
        ("Officers were called to 112 houses in the trafficking inquiry.", None),
        ("The report on trafficking of 2019 speaks of 1,200 calls.", None),
        ("Trafficking case: for the press, call Jo Moss on 0800 800 800.", None),
    ],
)
def test_a_number_to_call(guideline, text, met):
    clause = {"contact": True, "within": "document"}
    assert checked(guideline, text, met=[clause]).met is met


def test_weak_words_leave_a_question_open(guideline):
    text = "Experts say that nobody helps trafficked people."
    weak = [{"phrases": ["experts"], "whose": "voice", "within": "document"}]
    assert checked(guideline, text).met is False
    item = checked(guideline, text, weak=weak)
    assert (item.met, [(span.start, span.end) for span in item.evidence]) == (None, [(0, 7)])
    assert item.reason.startswith("cannot tell")


def test_words_that_overlap_count_once(guideline):
    met = [{"phrases": ["recruitment fees", "fees"], "within": "document", "at_least": 2}]
    assert checked(guideline, "Trafficked people paid recruitment fees.", met=met).met is None
    assert checked(guideline, "Trafficked people paid fees, fees, fees.", met=met).met is True


def test_captions_are_judged_one_by_one(guideline):
    captions = {
        "each": "caption",
        "met": [{"phrases": ["posed"], "within": "caption"}],
        "broken": [{"phrases": ["hands"], "within": "caption"}],
    }
    story = "Two people were trafficked.\n\n{}\n\nPhoto: tied hands{}\n\nTheir hands shook."
    assert checked(guideline, story.format("Photo: posed", ", posed"), **captions).met is True
    assert checked(guideline, story.format("Photo: posed", ""), **captions).met is False
    assert checked(guideline, "Their hands shook. They were trafficked.", **captions).met is None


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
    (item,) = check_document(rule, Document("He was.", title="Hell!")).scorecard
    assert item.met is False
    (item,) = check_document(rule, Document("He was sentenced to hell!")).scorecard
    assert item.met is None


@pytest.mark.parametrize(("policy", "flagged"), [("flag", 1), ("soften", 0), ("skip", 0)])
def test_quote_policies(guideline, policy, flagged):
    rule = guideline(kind="phrase", quotes=policy)
    findings = check_document(rule, Document("'The firm hired nobody,' the mayor said.")).findings
    assert len(findings) == flagged
    assert [f.severity for f in findings] == ["warning"] * flagged
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
