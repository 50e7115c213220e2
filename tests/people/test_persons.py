"""The persons of a text: who is meant from sentence to sentence, in what role, of what age."""

import time
from dataclasses import replace

import pytest

import shipped
from monitor.people.identifiability import details_by_kind
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.matching import open_draft
from monitor.text.document import Document

THB = shipped.thb()


def cast(text, title=""):
    draft = open_draft(THB, Document(text, title, language="en"))
    return draft.cast, draft


def places(text, title=""):
    """All places that speak of persons, title first, with the words that stand there."""
    found, draft = cast(text, title)
    return [
        (scene.view.shadow[mention.start : mention.end], found.of(mention))
        for scene in draft.scenes
        for mention in found.mentions[scene.field].all
    ]


def one_of(found, word, nth=0):
    return [person for words, person in found if words == word][nth]


def roles(text, word, nth=0):
    return one_of(places(text), word, nth).roles


SAME = [
    ("The girl, who was 14, was found. Police said she had been sold.", "girl", "she"),
    ("The 16-year-old was lured. The teenager told police.", "16-year-old", "teenager"),
    ("Rosa Mensah spoke. Later Mensah wept.", "Rosa Mensah", "Mensah"),
    ("Survivor Rosa spoke. It rained. It poured. Rosa left.", "Survivor", "Rosa"),
    ("Rosa, a former cook, spoke.", "Rosa", "cook"),
    ("A boy named Kofi was found. Kofi is well.", "boy", "Kofi"),
    ("The 13-year-old from Brod, a pupil, was sold.", "13-year-old", "pupil"),
    ("'I was sold,' said Ana Doe. She wept.", "I", "She"),
    ("'He beat me,' the survivor said.", "me", "survivor"),
    ("The women were held. They left.", "women", "They"),
    ("The girl met a man. He sold her.", "girl", "her"),
    ("The girl met a man. He sold her.", "man", "He"),
    ("The girl was there. It rained. A man came. The man saw the girl.", "man", "man"),
    ("A social worker said the boy was held. He is 13.", "boy", "He"),
    ("The minister said the boy was held. He added that it rained.", "minister", "He"),
    ("Her brother found the 15-year-old.", "Her", "15-year-old"),
    ("A man met the girl after she ran away.", "girl", "she"),
    ("Ana Ruci met her and told her she owed money.", "her", "she"),
    ("She is Rosa Mensah, a cook.", "She", "Rosa Mensah"),
    ("Rosa Mensah's day began at five. Mensah was a cook.", "Rosa Mensah", "Mensah"),
    ("Rosa Mensah slept. 'I forgot,' the 36-year-old said.", "Rosa Mensah", "36-year-old"),
    ("Joy, 17, was found. The eldest child of a widow who sells corn, she was sold.", "Joy", "she"),
]


@pytest.mark.parametrize(("text", "one", "other"), SAME)
def test_the_same_person(text, one, other):
    found = places(text)
    assert one_of(found, one) is one_of(found, other, -1)


APART = [
    ("The man forced him to steal.", "man", "him"),
    ("A girl and a boy were found.", "girl", "boy"),
    ("The girl was found. A girl was sold.", "girl", "girl"),
    ("Kofi Boateng was sold. Kofi Mensah was held.", "Kofi Boateng", "Kofi Mensah"),
    ("The mother of the girl came. The girl wept.", "mother", "girl"),
    ("'He beat me,' the survivor said.", "He", "survivor"),
    ("The girl, 14, was found. The 15-year-old was sold.", "girl", "15-year-old"),
    ("The police came. She wept.", "police", "She"),
]


@pytest.mark.parametrize(("text", "one", "other"), APART)
def test_different_persons(text, one, other):
    found = places(text)
    assert one_of(found, one) is not one_of(found, other, -1)


ROLES = [
    ("Rosa Mensah was sold by her uncle.", "Rosa Mensah", {"known-victim", "named"}),
    ("Rosa Mensah was sold by her uncle.", "uncle", {"known-suspect"}),
    ("The manager forced her to work.", "manager", {"suspect"}),
    ("The manager forced her to work.", "her", {"known-victim"}),
    ("Two men were charged with trafficking girls.", "men", {"known-suspect"}),
    ("Two men were charged with trafficking girls.", "girls", {"known-victim", "minor"}),
    ("Police arrested a driver.", "driver", {"known-suspect"}),
    ("Workers held in a farm spoke.", "Workers", {"victim"}),
    ("Girls trafficked from the north were found.", "Girls", {"known-victim"}),
    ("Ana Doe, 34, spoke. She was trafficked.", "Ana Doe", {"adult", "known-victim"}),
    ("Rosa Mensah spoke. She was sold when she was 15.", "Rosa Mensah", {"minor", "minor-then"}),
    ("Rosa Mensah spoke. She is 15.", "Rosa Mensah", {"minor"}),
    ("The boy, aged 12, spoke.", "boy", {"minor"}),
    ("At the age of 14, she left.", "she", {"minor"}),
    ("The manager forced her to work.", "manager", {"one"}),
    ("Victims may be ill.", "Victims", {"victim", "general"}),
    ("Ana Doe, who waived her right to anonymity, spoke.", "Ana Doe", {"consenting"}),
    ("Ana Doe wept. It rained. Doe has told her story publicly.", "Ana Doe", {"consenting"}),
    ("Ana Doe agreed to be named.", "Ana Doe", {"consenting"}),
    ("She said a boy found last week in Vela was sold.", "boy", {"known-victim"}),
    ("Ana Doe told police in Vela that she was sold.", "Ana Doe", {"known-victim"}),
    ("Ana Doe told police of being sold twice.", "Ana Doe", {"known-victim"}),
    ("Ana Doe told officers in tears how she was sold.", "Ana Doe", {"known-victim"}),
]


@pytest.mark.parametrize(("text", "word", "expected"), ROLES)
def test_roles(text, word, expected):
    assert expected <= roles(text, word)


NOT = [
    ("The worker was charged with trafficking.", "worker", "victim"),
    ("A lawyer for the girl spoke. The lawyer was 45.", "lawyer", "minor"),
    ("Police forced the door.", "Police", "suspect"),
    ("The number of victims was 12.", "victims", "minor"),
    ("Women aged 15 to 49 were asked.", "Women", "known-minor"),
    ("The pay for the boss is around 8.45.", "boss", "minor"),
    ("The girl was found.", "girl", "known-victim"),
    ("The tool was sold by the farmer.", "farmer", "victim"),
    ("The traffickers sold her.", "traffickers", "general"),
    ("Two women fled. Women were held.", "women", "general"),
    ("Ana Doe was named. A cook agreed to be named.", "Ana Doe", "consenting"),
    ("She said a boy found last week in Vela was sold.", "She", "victim"),
    ("Ana Doe told reporters that some children sometimes ran away.", "Ana Doe", "victim"),
    ("Twenty-two-year-old Ana Doe was sold.", "Ana Doe", "minor"),
    ("A forty-one-year-old was sold.", "forty-one-year-old", "minor"),
]


@pytest.mark.parametrize(("text", "word", "role"), NOT)
def test_no_role(text, word, role):
    assert role not in roles(text, word)


@pytest.mark.parametrize(
    "text",
    [
        "The Hotel Miramar was raided.",
        "He flew to Accra on Monday.",
        "In Lagos, the official spoke.",
        "The Ocean Star, 41, sank.",
        "Yesterday Police were there.",
        "The SAPD was there.",
        "Children were found in Vela.",
    ],
)
def test_no_person_of_a_capital(text):
    found, _ = cast(text)
    assert not any(p.names for p in found.persons)


def test_names_of_the_headline_are_those_of_the_text():
    text = "Rosa Mensah, 15, was sold."
    found = places(text, "Mensah Sold By Her Uncle")
    assert [words for words, _ in found] == ["Mensah", "Her", "Uncle", "Rosa Mensah"]
    assert one_of(found, "Mensah") is one_of(found, "Rosa Mensah")


def details(text, word, nth=0):
    found, draft = cast(text)
    named = [
        m for m in found.mentions["text"].all if draft.text.view.shadow[m.start : m.end] == word
    ]
    return first_details(found, found.of(named[nth]))


def first_details(found, one):
    """The first words of each kind of detail, in order; of overlapping ones the longest."""
    first = [places[0] for places in details_by_kind(found, one).values()]
    first.sort(key=lambda fact: fact[1][0] - fact[1][1])
    kept = []
    for scene, (start, end) in first:
        if not any(start < b and a < end for _, (a, b) in kept):
            kept.append((scene, (start, end)))
    return [scene.view.shadow[a:b] for scene, (a, b) in sorted(kept, key=lambda fact: fact[1])]


def test_details_are_counted_per_person_over_the_whole_text():
    text = (
        "The girl was sold in spring. It rained. The girl lived in the village of Brod. The "
        "14-year-old attended St Anne's. Her father runs the ferry. The driver, 44, comes from the "
        "hamlet of Vela and lives at 12 Mill Lane."
    )
    assert details(text, "girl") == [
        "village of Brod", "14-year-old", "St Anne's", "Her father runs",
    ]  # fmt: skip
    assert details(text, "driver") == ["44", "hamlet of Vela", "12 Mill Lane"]


def test_five_dates_are_one_detail():
    text = "The girl left the village of Brod on 3 May. The girl came on 4 May and on 5 May."
    assert details(text, "girl") == ["village of Brod", "on 3 May"]


def test_a_date_alone_is_no_detail():
    assert details("The girl left on 3 May.", "girl") == []


def test_general_words_are_no_detail_without_a_name():
    assert details("The girl worked in a hotel on the road to the village.", "girl") == []
    assert details("The girl slept in the Hotel Miramar.", "girl") == ["Hotel Miramar"]


def test_a_region_tells_little_of_who_comes_from_there():
    assert details("The girl from Vela was sold.", "girl") == ["from Vela"]
    assert details("The girl from Vela Mare County was sold.", "girl") == []


def test_a_husband_is_of_nobodys_place():
    text = "The cook, 40, the husband of Rosa, was sold. He lived in the village of Brod."
    assert "of Rosa" not in details(text, "cook")


def test_an_item_of_a_list_has_no_name_beside_it():
    assert details("The girl slept in Refuge Vela.", "girl") == ["Refuge Vela"]
    assert details("The girl was helped by Haven, Refuge, Unbound and others.", "girl") == []


def test_a_detail_has_the_word_that_it_points_at():
    assert details("The girl works at a bakery near Vela.", "girl")[0] == "works at a bakery"


@pytest.mark.parametrize(
    "unit",
    [
        "Rosa Mensah, 15, was sold by her uncle. ",
        "she told him that he told her ",
        "The girl, a girl, the girl, who was 14, ",
        "'I was sold,' said Ana Doe. ",
        "was sold by the man who was forced by ",
        "\U0001f600",
        "Mensah Boateng ",
    ],
)
def test_time_is_linear(unit):
    def seconds(length):
        text = (unit * (length // len(unit) + 1))[:length]
        draft = open_draft(THB, Document(text, language="en"))
        start = time.process_time()
        found = draft.cast
        for one in found.persons[:1]:
            first_details(found, one)
        return time.process_time() - start

    seconds(2_000)
    # the better of two: a search for garbage may fall into one
    assert min(seconds(100_000), seconds(100_000)) < 0.5 + 6 * seconds(50_000)


@pytest.mark.parametrize(
    "unit",
    ["'I was sold,' she said. ", "\u201c\u2018a ", "Rosa Mensah, 15, of Brod, was sold. "],
)
def test_a_check_of_a_text_of_nothing_else_is_linear(unit):
    policy = replace(make_policy(THB, (), {}), force_topic=True)

    def seconds(length):
        text = (unit * (length // len(unit) + 1))[:length]
        start = time.process_time()
        run_policy(THB, [Document(text, language="en")], policy)
        return time.process_time() - start

    seconds(500)
    assert min(seconds(12_000), seconds(12_000)) < 1 + 5 * seconds(6_000)
