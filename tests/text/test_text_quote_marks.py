"""Which mark opens, which closes, which is neither; quotations over paragraphs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotation_cases import quotations_of

from monitor.text.normalised_text import make_shadow
from monitor.text.quotation_marks import find_pairs
from monitor.text.sentences import find_paragraphs

LONG = "working with every shipper, broker and port on the coast to find out who paid the agents"


def words_of(text):
    return [text[start:end] for (start, end), _ in quotations_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a straight mark within a sentence, and more words than an apostrophe could open
        (
            f'The board said it was "{LONG}" and closed the line.',
            [LONG],
        ),
        ('He said:"We go."He went. "No," she said.', ["We go.", "No,"]),
        ('The place is called "Cyber Yard."This yard is large.', ["Cyber Yard."]),
        ('" We stay ", he said .', ["We stay"]),
        ('" A stray one. He said "no" and "yes".', ["no", "yes"]),
        (
            "“A talk on “my secret”, as you said.”",
            ["A talk on “my secret”, as you said.", "my secret"],
        ),
        ("“We ran, he said. “We hid.”", ["We ran,", "We hid."]),
        ("“It was lost, said Ann Doe.", ["It was lost,"]),
        ("“A visit to “Old Yard” is good.", ["A visit to “Old Yard” is good.", "Old Yard"]),
        ("We signed,” he said. “Twice.”", ["We signed,", "Twice."]),
        ("The plant in Dorn” was shut.", []),
        ("It refers to ”Abuse of a Player” here.", ["Abuse of a Player"]),
        ("»Wir gehen«, sagte sie.", ["Wir gehen"]),
        ('"He is 6\'2" tall," she said.', ["He is 6'2\" tall,"]),
        ("It lies at 36° 12′ N, 5° 20′ 30″ W.", []),
        ("&quot;No,&quot; he said. &ldquo;Never.&rdquo;", ["No,", "Never."]),
        ("'They said, 'Go home,'' he recalled.", ["Go home,"]),
        # over paragraphs
        ("“It was\n\nlate.” He left.", ["It was", "late."]),
        ("“One.\n\nTwo.\n\nThree.” He left.", ["One.", "Two.", "Three."]),
        ("“One.\n\nTwo.\n\n“Three,” he said.", ["One.", "Three,"]),
        ("“Lost.\n\nIt refers to ”Abuse of a Player” here.", ["Lost.", "Abuse of a Player"]),
    ],
)
def test_marks(text, expected):
    assert words_of(text) == expected


@given(st.text(alphabet="aB1 .,'\"“”„«»‘’`´\n&;", max_size=80))
def test_pairs_nest_or_stand_apart(text):
    shadow = make_shadow(text)
    pairs = find_pairs(shadow.marks, find_paragraphs(shadow.text))
    for index, one in enumerate(pairs):
        assert one.before <= one.start < one.end <= one.after
        for other in pairs[index + 1 :]:
            apart = other.before >= one.after
            assert apart or (one.start <= other.before and other.after <= one.end)
