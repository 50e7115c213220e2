"""Attributed speech, scare quotes and mentions told apart; who is speaking."""

import json

import pytest

from monitor.text.analysis import view
from shared_data import SHARED, needs_shared


def found(text: str) -> list[tuple[str, str, str | None]]:
    """The quotations in marks (no sentence-wide mentions): kind, words, speaker."""
    seen = view(text)
    spans = set(seen.sentences)
    return [
        (q.kind, seen.shadow[q.start : q.end], q.speaker)
        for q in seen.quotations
        if (q.start, q.end) not in spans
    ]


def kinds(text: str) -> list[str]:
    return [kind for kind, _, _ in found(text)]


def is_silenced(text: str, words: str) -> bool:
    """Whether some mention covers the words."""
    seen = view(text)
    start = seen.shadow.index(words)
    return any(
        q.kind == "mention" and q.start <= start and start + len(words) <= q.end
        for q in seen.quotations
    )


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("'We ran', said Maria Lopez, a shelter director.", "Maria Lopez, a shelter director"),
        ("“We ran,” the survivor said.", "the survivor"),
        ("«We ran», the survivor told the court.", "the survivor"),
        ("She said she was “treated like an animal”.", "She"),
        ("Ana, 19, a survivor from Lagos, said: “He sold me.”", "Ana, 19, a survivor from Lagos"),
        ("The 'massage parlour' was raided, police said.", "police"),
        ("Minister: 'We will act'", "Minister"),
        ("'Modern slaves' found on farm, police say", "police"),
        ("'I was a slave' - survivor", "survivor"),
        ("Police rescue 'sex slaves': minister", "minister"),
        ("According to the NGO, the 'slaves' were sold.", "the NGO"),
        ("The women were 'slaves', according to the union.", "the union"),
        ("The judge called the girls 'child prostitutes'.", "The judge"),
        ("She was called a 'slave' by her employer.", "her employer"),
        ("It was what police called a 'rescue'.", "police"),
        ("On Monday, Ann Doe told reporters the 'illegals' would go.", "Ann Doe"),
        ("In her words, 'he owned me'.", "her"),
        ("“He sold us.” Maria Lopez said.", "Maria Lopez"),
        ("She told reporters:\n\n“I was sold.”", "She"),
        ("The girl was told: “You are mine.”", None),
        ("'We were slaves': survivor tells court", "survivor"),
        ("'Slaves' found on farm, says police chief", "police chief"),
        ("'Child prostitutes' on our streets, warns MP", "MP"),
        ("'Child prostitutes' on our streets – MP", "MP"),
        ("Police chief says 'slaves' found on farm", "Police chief"),
        ("Court told 'sex slaves' were kept in cellar", "Court"),
        ("Interior minister on raid: ‘We freed slaves’", "Interior minister on raid"),
        ("Ghana's president, in a tweet: 'Slaves no more'", "Ghana's president"),
        ("Says Ana: “I was sold.”", "Ana"),
        ("“I was sold” – Ana, 19", "Ana, 19"),
        ("Ana (not her real name) said: “I was sold.”", "Ana (not her real name)"),
        ("“Slaves,” the sheriff called them.", "the sheriff"),
        ("As one officer put it, “they were slaves”.", "one officer"),
        ("One officer put it like this: “They were slaves.”", "One officer"),
        ("Asked about it, the sheriff replied: “Prostitutes, all of them.”", "the sheriff"),
        ("Her message read: “Save us.”", "Her message"),
        ("“I was a slave”, reads the banner.", "the banner"),
        ("The indictment says the men “sold” her.", "The indictment"),
        ("« We were slaves, » Ana Doe said.", "Ana Doe"),
        ("„We were slaves,“ Ana Doe said.", "Ana Doe"),
        ("‹We were slaves›, Ana Doe said.", "Ana Doe"),
        ("''We were slaves,'' said Ana Doe.", "Ana Doe"),
        ("“We ran,” Ana Doe, a nurse, said on Monday.", "Ana Doe, a nurse"),
        ("“We ran,” as a memo put it.", "a memo"),
        ("“Nobody may talk,” the memo put it.", "the memo"),
        ("“Nobody may talk,” as the memo described it.", "the memo"),
        ("“I was twelve.” — Anna Example, teacher", "Anna Example, teacher"),
        ("“I was twelve.” -- Anna Example", "Anna Example"),
        ("“I was twelve.”\n\n– Anna Example, teacher", "Anna Example, teacher"),
        ("Demonstrators said they want “justice”.", "Demonstrators"),
        ("Demonstrators said they want the mayor to go. “We will be back.”", "Demonstrators"),
        ("“We will be back.” Demonstrators said they want the mayor to go.", "Demonstrators"),
        ("“Let her go!” Marta's niece, Lena Hollis, shouted.", "Lena Hollis"),
        ("“Let her go!” shouted Marta's niece, Lena Hollis.", "Lena Hollis"),
        ("“Let her go,” Marta's 12-year-old niece, Lena Hollis, shouted at him.", "Lena Hollis"),
        ("Her sister, Lena Hollis, said: “She was sold.”", "Lena Hollis"),
    ],
)
def test_attributed(text, speaker):
    [(kind, _, who)] = found(text)
    assert (kind, who) == ("attributed", speaker)


@pytest.mark.parametrize(
    "text",
    [
        "The 'massage parlour' had six rooms.",
        "The 'boyfriend' took her passport.",
        "The so-called “loverboy” was held.",
        "They are known as 'loverboys'.",
        "Women called 'madams' ran the house.",
        "'Sex slaves' freed in raid",
        "The man, who told police he was a plumber, ran a 'massage parlour'.",
        "The 'boss' said she had to pay.",
        "Officers said so. The 'guards' slept.",
        "The “rescued” women were locked in a shelter.",
        "A report and a claim: the 'boss' slept.",
        "The 'boss' called them to the yard.",
    ],
)
def test_scare(text):
    assert kinds(text) == ["scare"]


@pytest.mark.parametrize(
    "text",
    [
        "The term 'child prostitute' is wrong.",
        "Lawyers use the words “child prostitute” still.",
        "Replace 'sex slave' with 'trafficked woman'.",
        "Say 'survivor', not 'victim'.",
        "Terms such as 'illegal', 'alien' and 'slave' should go.",
        "Newsrooms should stop using 'sex slave'.",
        "'Sex slave' implies consent.",
        "'Sex slave' is a misleading label.",
        "The film 'Sex Slaves' opens today.",
        "The stylebook now prefers 'survivor'.",
        "They should not be called 'child prostitutes'.",
        "The charity has asked papers to drop 'sex slave'.",
        "The expression 'sex slave' hides a crime, the guide says.",
        "He faces a count of 'child pornography', the statute's term for abuse material.",
    ],
)
def test_quoted_mention(text):
    assert set(kinds(text)) == {"mention"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The charity says there is no such thing as a child prostitute.", "child prostitute"),
        ("“There is no such thing as a child prostitute,” said Ana Doe.", "child prostitute"),
        ("The novel mentions a boy prostitute, a word its translator chose to keep.", "prostitute"),
        ("Do not call them child prostitutes.", "child prostitutes"),
        ("Reporters no longer use the term sex slave.", "sex slave"),
        ("Editors dropped the phrase sex slave last year.", "sex slave"),
    ],
)
def test_mention_without_marks(text, words):
    assert is_silenced(text, words)


@pytest.mark.parametrize(
    "text",
    [
        "Police said the two child prostitutes were found in a motel.",
        "The worker had a phone but never called the police.",
        "He served a prison term for keeping sex slaves.",
        "In the words of the judge, they were sex slaves.",
        "He gave his word that the sex slaves would be freed, and dropped the charge.",
        "In terms of numbers, sex slaves are rare.",
        "She sent word of the sex slaves to the capital.",
    ],
)
def test_no_mention(text):
    assert not any(q.kind == "mention" for q in view(text).quotations)


def test_a_long_quotation_with_a_mention_in_it():
    text = "“There is no such thing as a child prostitute. They were sex slaves,” he said."
    assert is_silenced(text, "child prostitute")
    assert not is_silenced(text, "sex slaves")


def test_a_quotation_over_paragraphs_has_one_speaker():
    text = "“They came at night.\n\n“They took us.\n\n“I was 15,” said Ana, a survivor."
    assert found(text) == [
        ("attributed", "They came at night.", "Ana, a survivor"),
        ("attributed", "They took us.", "Ana, a survivor"),
        ("attributed", "I was 15,", "Ana, a survivor"),
    ]
    single = "'They came at night.\n\n'They took us,' said Ana."
    assert [speaker for _, _, speaker in found(single)] == ["Ana", "Ana"]


def test_floating_sentences_keep_the_speaker_and_pronouns_are_resolved():
    text = "“They beat us,” said Ana, a survivor. “We had no food.”\n\n“Nobody came,” she added."
    assert [(kind, speaker) for kind, _, speaker in found(text)] == [
        ("attributed", "Ana, a survivor")
    ] * 3


def test_parts_of_one_quotation_are_all_the_speakers():
    for text, speaker in (
        ("“We were sold,” she said, “like cattle.”", "she"),
        ("The report called the women “slaves” and “property”.", "The report"),
        ("“They were”, in the words of the prosecutor, “slaves”.", "the prosecutor"),
        ("The defence said she was a “willing prostitute” who “knew the work”.", "The defence"),
    ):
        assert [(kind, who) for kind, _, who in found(text)] == [("attributed", speaker)] * 2


def test_a_sentence_between_two_quotations_keeps_the_speaker():
    text = "“We were sold,” said Ana Doe. She looked away. “Like cattle,” she added."
    assert [(kind, who) for kind, _, who in found(text)] == [("attributed", "Ana Doe")] * 2


def test_speech_in_speech_is_the_speakers():
    assert found("The judge said: “They called us ‘slaves’ there.”") == [
        ("attributed", "They called us 'slaves' there.", "The judge"),
        ("attributed", "slaves", "The judge"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The traffickers' van and the girls' bags weren't hers.", []),
        ("It’s the girls’ choice, it isn’t theirs.", []),
        ("'It's the girls' choice,' he said.", ["It's the girls' choice,"]),
        ("‘Slaves’ of the ring, the girls’ lawyer said.", ["Slaves"]),
        ("the 'sex slaves' and 'madams' at traffickers' homes", ["sex slaves", "madams"]),
        ("In the '90s and ’80s they told 'em so.", []),
        ("rock 'n' roll was 'fun'", ["fun"]),
        ('A 12" screen and 5\'10" tall.', []),
        ("''typed'' and ``TeX'' and „German“", ["typed", "TeX", "German"]),
        ("He kept (“the gang’s ‘property’”) them.", ["the gang's 'property'", "property"]),
        ('"a" "b"', ["a", "b"]),
        ("“Never closed\n\nNext paragraph.", ["Never closed"]),
        ('A stray " mark in a line.', []),
        ("", []),
        ("“”''\"\"", []),
    ],
)
def test_marks_and_apostrophes(text, expected):
    assert [words for _, words, _ in found(text)] == expected


@needs_shared
def test_no_bad_example_of_the_catalogue_is_a_mention():
    catalogue = json.loads((SHARED / "guidelines/catalogue.json").read_text(encoding="utf-8"))
    bad = [sentence for rule in catalogue for sentence in rule["bad"]]
    assert len(bad) > 300
    silenced = [s for s in bad if any(q.kind == "mention" for q in view(s).quotations)]
    assert silenced == []


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        (
            "Anna Reyes said: “The school knew.”\n\n“Nothing is written down,” as a memo put it.",
            ["Anna Reyes", "a memo"],
        ),
        (
            "Anna Reyes said: “We ran.”\n\nDemonstrators said they want him gone. “He must go.”",
            ["Anna Reyes", "Demonstrators"],
        ),
        (
            "“We ran,” Anna Reyes said. “He hid us.” Police said they would be back for the rest.",
            ["Anna Reyes", "Anna Reyes"],
        ),
        ("“We ran.”\n\n- Police came at six.\n\n- They left.", [None]),
        ("“We ran.”\n\nThe trial - Kofi Abara's first - goes on.", [None]),
        ("“We ran.” It was, the police found, the wrong house.", [None]),
    ],
)
def test_the_next_quotation_has_a_speaker_of_its_own(text: str, speakers: list[str | None]) -> None:
    assert [speaker for _, _, speaker in found(text)] == speakers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("''We ran,'' said Ana Doe.", ["We ran,"]),
        ("Ana Doe said ''no, never'' to the man, who is 5'11'' tall.", ["no, never"]),
        (
            "''He told me 'you will pay''' said Ana Doe.",
            ["He told me 'you will pay'", "you will pay"],
        ),
        ("''We saw it.\n\n''Nobody built it,'' said Ana Doe.", ["We saw it.", "Nobody built it,"]),
        ("The ''boss'' took ''the girls' papers'' away.", ["boss", "the girls' papers"]),
    ],
)
def test_two_single_marks_are_one_double_mark(text: str, words: list[str]) -> None:
    assert [said for _, said, _ in found(text)] == words
