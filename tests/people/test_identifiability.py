"""Who can be identified from what is told of her, and what a reporter is asked."""

import re
from dataclasses import replace

import pytest

from monitor.people.identifiability import MAX_QUESTIONS, full_name, identified, known_by
from monitor.records.finding import Span
from monitor.records.people import PeopleTable, PersonDetail, PersonMention, TextPerson

TEXT = (
    "Rosa Mensah, 34, of Mill Lane, a cook at the Hotel Astor. Mrs Okoro. Rosa. "
    "Her father Kofi Mensah. The eldest, a pupil at Bole school. Darko Ilic. His daughter. "
    "A girl. A boy."
) + " It rained." * 60
FIELDS = {"title": "", "text": TEXT}


def span(words):
    start = TEXT.index(words)
    return Span("text", start, start + len(words))


def person(number, words, protected=0.9, *, details=(), **told):
    kind = "name" if re.match(r"(Rosa|Mrs|Kofi|Darko)", words) else "noun"
    found = tuple(PersonDetail(of, span(said)) for of, said in details)
    role = "victim" if protected > 0.1 else "other"
    mention = PersonMention(span(words), kind)
    return TextPerson(number, (mention,), role, protected, 0.0, details=found, **told)


def judged(*people, **how):
    return identified(PeopleTable(people), FIELDS, **how).people


WORK, HOME = ("work", "a cook at the Hotel Astor"), ("home", "of Mill Lane")
AGE, ADDRESS = ("age", "34"), ("address", "Mill Lane")


@pytest.mark.parametrize(
    ("words", "details", "identifiable"),
    [
        ("Rosa Mensah", (), "maybe"),
        ("Rosa Mensah", (AGE,), "yes"),
        ("Rosa Mensah", (WORK,), "maybe"),
        ("Mrs Okoro", (), "maybe"),
        ("Mrs Okoro", (AGE,), "yes"),
        ("Mrs Okoro", (WORK,), "yes"),
        ("A girl", (), "no"),
        ("A girl", (AGE,), "maybe"),
        ("A girl", (AGE, WORK), "maybe"),
        ("A girl", (HOME, WORK), "maybe"),
        ("A girl", (AGE, HOME, WORK), "yes"),
        ("A girl", (ADDRESS,), "yes"),
    ],
)
def test_who_acquaintances_would_know(words, details, identifiable):
    (one,) = judged(person(1, words, details=details))
    assert one.identifiable == identifiable


def test_a_changed_name_is_none():
    (one,) = judged(person(1, "Rosa Mensah", name_changed=True))
    assert one.identifiable == "no"
    (one,) = judged(person(1, "Rosa Mensah", name_changed=True, details=(AGE, HOME, WORK)))
    assert one.identifiable == "yes"


def test_who_is_named_in_full_is_flagged_by_an_age_or_words_of_her_own():
    assert judged(person(1, "Rosa Mensah", speech=(span("Her father"),)))[0].identifiable == "yes"
    assert judged(person(1, "Rosa Mensah", 0.6, details=(AGE,)))[0].identifiable == "maybe"
    child = person(1, "Rosa Mensah", 0.6, details=(AGE,), minor=True)
    assert judged(child)[0].identifiable == "yes"


def test_a_short_text_tells_of_nobody_else():
    short = {"title": "", "text": TEXT[:200]}
    (one,) = identified(PeopleTable((person(1, "Rosa Mensah", 0.5),)), short).people
    assert one.identifiable == "yes"
    assert judged(person(1, "Rosa Mensah", 0.5))[0].identifiable == "maybe"


def test_only_who_is_likely_to_be_protected():
    likely = (person(1, "Kofi Mensah", p, age=60) for p in (0.8, 0.3, 0.1))
    assert [judged(one)[0].identifiable for one in likely] == ["yes", "maybe", "no"]


def test_off_the_subject_nobody_is_flagged_and_near_it_who_is_likely():
    likely = [person(1, "Kofi Mensah", p, age=60) for p in (0.95, 0.8)]
    people = (*likely, replace(likely[1], minor=True))
    near = [judged(one, subject="near")[0].identifiable for one in people]
    assert near == ["yes", "maybe", "yes"]
    other = [judged(one, subject="other")[0] for one in people]
    assert [one.identifiable for one in other] == ["maybe"] * 3
    assert all(one.questions for one in other)
    kept = replace(likely[0], restricted=True)
    assert judged(kept, subject="other")[0].identifiable == "yes"


def test_name_age_and_address_are_how_courts_call_the_accused():
    likely = (person(1, "Rosa Mensah", p, age=34) for p in (0.9, 0.8))
    assert [judged(one)[0].identifiable for one in likely] == ["yes", "maybe"]


def test_who_is_known_by_many_details_is_flagged_sooner():
    school, looks = ("school", "a pupil at Bole school"), ("family", "The eldest")
    few, many = (WORK, AGE), (WORK, school, looks)
    people = (person(1, "A girl", 0.85, details=details) for details in (few, many))
    assert [judged(one)[0].identifiable for one in people] == ["maybe", "yes"]


def test_a_relative_who_is_named_leads_to_her_and_she_only_perhaps_to_her_kin():
    father = person(1, "Kofi Mensah", age=60)
    father, girl = replace(father, role="relative"), person(2, "A girl", details=(WORK,))
    for people in (
        (father, replace(girl, kin_of=(1,))),
        (replace(father, kin_of=(2,)), girl),
    ):
        assert [one.identifiable for one in judged(*people)] == ["yes", "yes"]
    sister = replace(person(2, "A girl", kin_of=(1,)), role="relative")
    named = person(1, "Rosa Mensah", age=34)
    assert [one.identifiable for one in judged(named, sister)] == ["yes", "maybe"]


def test_an_accused_father_who_is_named_tells_who_his_daughter_is():
    father = replace(person(1, "Darko Ilic", 0.0), role="suspect", accused=0.9)
    daughter = person(2, "His daughter", kin_of=(1,))
    people = judged(father, daughter)
    assert [one.identifiable for one in people] == ["no", "yes"]
    assert known_by(people[1], PeopleTable(people), FIELDS) == "kinship"


def test_who_may_not_be_identified_may_not_be_named_whatever_her_role():
    (one,) = judged(person(1, "Mrs Okoro", 0.0, restricted=True))
    assert one.identifiable == "yes"
    (one,) = judged(person(1, "A girl", 0.0, restricted=True, details=(AGE,)))
    assert (one.identifiable, one.questions) == ("maybe", ())


def test_a_group_is_asked_about_only_where_much_is_told():
    assert judged(person(1, "A girl", several=True, details=(WORK,)))[0].identifiable == "no"
    assert judged(person(1, "A girl", several=True, details=(WORK, HOME)))[0].identifiable == "no"
    school = ("school", "a pupil at Bole school")
    two = person(1, "A girl", several=True, details=(WORK, HOME, school))
    assert judged(two)[0].identifiable == "maybe"


@pytest.mark.parametrize(
    ("told", "questions"),
    [
        ({"protected": 0.3}, ("exploited",)),
        ({}, ("exploited",)),
        ({"answered": True}, ("minor", "consent")),
        ({"answered": True, "said": frozenset({"consent"})}, ("minor",)),
        ({"answered": True, "said": frozenset({"consent", "minor"})}, ()),
        ({"age": 34}, ("consent",)),
        ({"age": 34, "minor": False}, ("consent",)),
        ({"age": 14, "minor": True}, ()),
        ({"protected": 0.1}, ()),
    ],
)
def test_what_is_asked(told, questions):
    (one,) = judged(person(1, "Rosa Mensah", **told))
    assert one.questions == questions


def test_the_likeliest_of_whom_most_is_told_are_asked_first_and_no_more_than_a_few():
    people = [person(n, "Rosa Mensah", 0.21 + n / 50) for n in range(1, 11)]
    people.append(person(11, "Rosa Mensah", 0.25, details=(HOME, WORK)))
    asked = [one.number for one in judged(*people) if one.questions]
    assert asked == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert len(asked) == MAX_QUESTIONS
    assert not any(one.questions for one in judged(*people, asks=False))


def test_a_full_name_has_two_words_beside_titles():
    assert full_name(person(1, "Mrs Okoro"), FIELDS) is None
    assert full_name(person(1, "Rosa Mensah"), FIELDS) == span("Rosa Mensah")


def test_what_is_judged_again_is_the_same():
    table = identified(PeopleTable((person(1, "Rosa Mensah"), person(2, "A girl"))), FIELDS)
    assert identified(table, FIELDS) == table
