"""Who speaks: names, pronouns and the parts of a broken quotation."""

import pytest
from quotation_cases import quotations_of

from monitor.text.analysis import view


def speakers_of(text):
    return [quotation.speaker for _, quotation in quotations_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We ran,” Ann Doe said, “and hid.”", ["Ann Doe"] * 2),
        ("“We ran,” said Ann Doe, “and hid.”", ["Ann Doe"] * 2),
        ("“We ran,” said Ann Doe. Bo Ek, her son, said, “I hid.”", ["Ann Doe", "Bo Ek, her son"]),
        ("Senator Ann Doe voted no. “It is bad,” she said.", ["Senator Ann Doe"]),
        ("Ann Doe left. The ministry is silent. “I wait,” she said.", ["Ann Doe"]),
        ("Police said so. “I wait,” she said.", ["she"]),
        ("Ann Doe met Bo Ek. “I wait,” she said.", ["Ann Doe"]),
        ("“Go,” said Mr Ek. Ann Doe stayed. “No,” she said. “Why?” he said.",
         ["Mr Ek", "Ann Doe", "Mr Ek"]),
        ("“I wait,” she said. Ann Doe had come by boat.", ["Ann Doe"]),
        ("“Them's the rules,” drawled rancher Bo Ek.", ["rancher Bo Ek"]),
        ("“We ran,” said the founder, Ann Doe.", ["the founder, Ann Doe"]),
        ("“No,” Ann Doe, who lives in Rome, added.", ["Ann Doe"]),
        ("One of them said no, adding that it was “grim”.", ["One of them"]),
        ("The envoy's remark that it was “a hotel” drew protests.", ["The envoy"]),
        ("“No,” was the reply from Ann Doe.", ["Ann Doe"]),
        ("Ann Doe rose and said: “No.”", ["Ann Doe"]),
        ("Bo Ek was blunt. “We have three boats for all of it.”", ["Bo Ek"]),
        ("I asked her. “No,” I said.", ["I"]),
    ],
)  # fmt: skip
def test_speakers(text, expected):
    assert speakers_of(text) == expected


def test_a_pronoun_has_its_own_place_beside_the_person():
    text = "Senator Ann Doe voted no. “It is bad,” she said."
    [(_, quotation)] = quotations_of(text)
    assert view(text).shadow[slice(*quotation.source_span)] == "she"


def test_a_mention_has_no_speaker():
    [(_, quotation)] = quotations_of("Ann Doe says the term “illegal” should be avoided.")
    assert (quotation.kind, quotation.speaker, quotation.speaker_span) == ("mention", None, None)
