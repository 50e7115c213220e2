"""What an outlet changed of the first copy, and which flags it added."""

from datetime import UTC, datetime, timedelta

from monitor.records.article import Article, AssessedArticle
from monitor.records.finding import Finding
from monitor.stories.outlet_comparison import changes_of, compare_story, flags_of

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WIRE = (
    "Police in Takoradi freed nineteen men from three trawlers on Tuesday. A magistrate remanded"
    " the skipper until the ninth of December."
)


def finding(rule: str, match: str, start: int = 0) -> Finding:
    return Finding(
        rule, "warning", "terminology", "body", "text", start, start + len(match), match, "no",
        "Say it otherwise.", "", (), (),
    )  # fmt: skip


def article(key, text, *, title="Crew freed", hours=0.0, findings=()):
    at = NOON + timedelta(hours=hours)
    one = Article(key, f"https://{key}.example/", title, text, key, "en", at, NOON, key)
    return AssessedArticle(one, 0.9, True, False, None, (), tuple(findings), (), ())


def test_changed_stretches_are_told_in_both_texts():
    old = article("a", WIRE).article
    new = article("b", WIRE.replace("freed", "rescued").replace("Tuesday", "Monday night")).article
    share, changes = changes_of(old, new)
    assert share > 0.8
    assert [(old.text[slice(*change.old)], new.text[slice(*change.new)]) for change in changes] == [
        ("freed", "rescued"),
        ("Tuesday", "Monday night"),
    ]


def test_what_is_left_out_has_a_place_in_the_newer_text():
    old, new = article("a", WIRE).article, article("b", WIRE[: WIRE.index(" A mag")]).article
    (change,) = changes_of(old, new)[1]
    assert old.text[slice(*change.old)].startswith("A magistrate")
    assert change.new == (len(new.text), len(new.text))


def test_of_a_text_of_its_own_only_the_headline_is_compared():
    old = article("a", WIRE, title="Crew freed at night").article
    new = article("b", "Charities look after a group in a hostel.", title="Crew freed").article
    share, changes = changes_of(old, new)
    assert share < 0.3
    assert {change.field for change in changes} == {"title"}


def test_flags_are_the_same_by_rule_and_words():
    first = [finding("rescue-language", "Rescued", 4), finding("sex-slave", "slave")]
    other = [finding("rescue-language", "rescued", 90), finding("sex-slave", "slaves")]
    carried, added = flags_of(first, other)
    assert [f.match for f in carried] == ["rescued"]
    assert [f.match for f in added] == ["slaves"]


def test_who_published_first_leads_whoever_was_seen_first():
    late = article("late", WIRE, hours=2, findings=[finding("sex-slave", "slave")])
    early = article("early", WIRE)
    first, second = compare_story([late, early])
    assert (first.assessed.article.id, first.first, first.copied) == ("early", True, None)
    assert (second.copied, second.changes, len(second.added)) == (1.0, (), 1)
    assert compare_story([]) == ()
