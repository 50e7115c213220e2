"""The engine: exact spans, gates, siblings, settings, and time linear in the length."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shipped
from monitor.records.errors import UsageError
from monitor.records.finding import Finding
from monitor.rules.checker import check_document, run_policy
from monitor.rules.findings import _takes_an, document_json
from monitor.rules.matching import settle
from monitor.text.document import Document
from monitor.text.readers import make_document

THB = shipped.thb()
LIMIT = 500_000


def check(text, **options):
    return check_document(THB, make_document(text, max_chars=LIMIT), **options)


def found(text, rule=None, **options):
    return [
        (f.rule, f.match) for f in check(text, **options).findings if rule is None or f.rule == rule
    ]


def test_the_issues_own_examples():
    findings = check("Police said the two child prostitutes were found.").findings
    assert [(f.rule, f.start, f.end, f.severity) for f in findings] == [
        ("child-prostitute", 20, 37, "error")
    ]
    assert not found("The charity says there is no such thing as a child prostitute.")


@pytest.mark.parametrize(
    "written",
    ["child prostitutes", "Child-Prostitutes", "CHILD PROSTITUTES", "child\nprostitutes",
     "child  prostitutes", "child\r\nprostitutes", "child\u00a0prostitutes",
     "child\u2011prostitutes", "chi\u00adld prosti\u200btutes"],
)  # fmt: skip
def test_writing_does_not_matter(written):
    assert found(f"Police found two {written} there.", "child-prostitute") == [
        ("child-prostitute", written)
    ]


@pytest.mark.parametrize(
    "written", ["grandchild prostitutes", "child prostitutesque", "child; prostitutes"]
)
def test_words_are_whole(written):
    assert not found(f"Police found two {written} there.", "child-prostitute")


def test_a_phrase_does_not_run_over_a_full_stop():
    assert not found("She spoke of the child. Prostitutes worked nearby.", "child-prostitute")


around = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@settings(max_examples=150, deadline=None)
@given(around, around, st.sampled_from(["child prostitutes", "illegal migrants"]))
def test_offsets_are_exact_in_any_text(before, after, phrase):
    text = f"{before} {phrase} {after}"
    for finding in check_document(THB, Document(text, language="en")).findings:
        assert text[finding.start : finding.end] == finding.match
    plain = f"{before}\n\nPolice found {phrase} there.\n\n{after}"
    checked = check_document(THB, Document(plain, language="en"), silenced=True)
    # Marks before and after it may make it a quotation: then it is silenced, and never lost.
    assert phrase in [finding.match for finding in (*checked.findings, *(checked.silenced or ()))]


def test_title_is_a_field_and_a_headline():
    document = make_document(
        "Police spoke on Monday.", title="Child prostitutes found", max_chars=99
    )
    (finding,) = check_document(THB, document).findings
    assert (finding.field, finding.scope, finding.start, finding.end) == (
        "title",
        "headline",
        0,
        17,
    )


def test_first_line_before_a_blank_line_is_the_headline():
    findings = check("Child prostitutes found\n\nThe child prostitutes were aged 14.").findings
    assert [f.scope for f in findings] == ["headline", "body"]


def test_captions_have_a_scope():
    text = "A picture. The child prostitutes at the door."
    document = Document(text, captions=((11, len(text)),), language="en")
    assert [f.scope for f in check_document(THB, document).findings] == ["caption"]


def test_a_labelled_paragraph_is_a_caption():
    findings = check("It rained.\n\nPhoto: two child prostitutes.\n\nChild prostitutes.").findings
    labels = [f for f in findings if f.rule == "child-prostitute"]
    assert [f.scope for f in labels] == ["caption", "body"]


def test_disable_and_severity():
    text = "Police said the two child prostitutes were found."
    assert not found(text, disable=["child-prostitute"])
    (finding,) = check(text, severity={"child-prostitute": "warning"}).findings
    assert finding.severity == "warning"
    for options in ({"disable": ["nosuch"]}, {"severity": {"nosuch": "error"}}):
        with pytest.raises(UsageError, match="no rule 'nosuch'"):
            check(text, **options)


def test_topic_gate_opens_short_texts_and_on_topic_ones_only():
    bad = "The scenes were harrowing, he said without quotes."
    filler = "The committee met on Tuesday to discuss the budget for roads and parks. " * 12
    assert found(bad, "hyperbole-adjectives")
    assert not found(f"{bad} The striker missed a penalty in the premier league.")
    assert not found(f"{filler}\n\n{bad}", "hyperbole-adjectives")
    topic = "Two men were charged with human trafficking. "
    assert found(f"{topic}\n\n{filler}\n\n{bad}", "hyperbole-adjectives")


def test_batch_and_single_say_the_same():
    texts = [
        "Police rescued 24 women from the flat.",
        "The woman admitted being trafficked.",
        "Nothing to see.",
        "The boy owned up to carrying drugs for the men who held his brother.",
    ] * 20
    documents = [make_document(text, max_chars=LIMIT) for text in texts]
    batch = run_policy(THB, documents)
    assert batch == [check_document(THB, document) for document in documents]
    assert any(checked.findings for checked in batch)


def finding(rule, start, end, severity="warning"):
    return Finding(
        rule, severity, "terminology", "body", "text", start, end, "", "no", "", "", (), ()
    )


def test_one_finding_per_place():
    siblings = [["a", "b"]]
    short, long = finding("a", 0, 5), finding("a", 0, 9)
    assert settle([short, long], siblings) == [long]
    assert settle([finding("b", 0, 9), short], siblings) == [finding("b", 0, 9)]
    assert settle([finding("b", 0, 5), short], siblings) == [short]
    worse = finding("b", 0, 5, "error")
    assert settle([worse, short], siblings) == [worse]
    other = finding("c", 0, 9)
    assert settle([other, short], siblings) == [short, other]
    assert settle([short, finding("a", 6, 9)], siblings) == [short, finding("a", 6, 9)]


def test_document_json_has_the_shape_of_the_contract():
    text = "\ufeffCafé \U0001f600.\r\nPolice said the two child prostitutes were found."
    document = make_document(text, max_chars=LIMIT)
    entry = document_json(
        document, check_document(THB, document), path="draft.txt", include_text=True
    )
    (shown,) = entry["findings"]
    start = text.index("child")
    assert (entry["path"], entry["text"]) == ("draft.txt", text)
    assert (shown["start"], shown["end"]) == (start, start + 17)
    assert (shown["utf16_start"], shown["utf16_end"]) == (start + 1, start + 18)
    assert (shown["line"], shown["column"]) == (2, 21)
    assert list(entry) == ["path", "language", "words", "findings", "scorecard", "text"]
    assert list(shown) == [
        "rule", "guideline", "severity", "confidence",
        "principle", "scope", "field", "start", "end", "utf16_start",
        "utf16_end", "line", "column", "end_line", "end_column", "match", "quoted",
        "message", "why", "suggestions", "sources", "protects", "priority",
    ]  # fmt: skip
    assert set(shown["sources"][0]) == {"title", "section", "url"}
    keys = {"item", "guideline", "met", "reason", "evidence"}
    assert all(set(item) == keys for item in entry["scorecard"])


def test_short_texts_are_not_scored():
    scorecard = check("Two women were trafficked to the coast.").scorecard
    assert scorecard
    assert {item.met for item in scorecard} == {None}
    assert all(item.reason for item in scorecard)


def test_suggestions_agree_with_number_article_and_capital():
    (finding,) = check("Child prostitutes were found.").findings
    assert finding.suggestions[0] == "Sexually exploited children"
    (finding,) = check("An illegal migrant was found.").findings
    assert finding.suggestions == ("undocumented migrant",)


def test_a_match_may_say_that_the_rule_has_no_suggestion_for_it():
    (finding,) = check("Trafficked women and illegal children were found.").findings
    assert (finding.match, finding.suggestions) == ("illegal children", ())


@pytest.mark.parametrize(
    ("words", "article"),
    [("undocumented migrant", True), ("union", False), ("uninvolved man", True), ("hour", True),
     ("European", False), ("person", False), ("usual suspect", False), ("umbrella", True)],
)  # fmt: skip
def test_an_is_a_matter_of_sound(words, article):
    assert _takes_an(words) is article


PATHOLOGICAL = {
    "one line": lambda n: "child prostitute women rescued admitted she was " * (n // 48),
    "quotes": lambda n: '\'she was "rescued" ' * (n // 19),
    "emoji": lambda n: "\U0001f600" * n,
    "spaces": lambda n: "child " + " " * n + "prostitute",
    "full stops": lambda n: "She admitted it. " * (n // 17),
}


@pytest.mark.parametrize("make", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_time_grows_with_the_length(make):
    def seconds(text):
        started = time.process_time()
        check(text)
        return time.process_time() - started

    # The best of two: matchers are built for the first text that needs them, in either length.
    small, large = (min(seconds(make(n)) for _ in range(2)) for n in (5_000, 40_000))
    assert large < 24 * max(small, 0.01), (small, large)


@pytest.mark.parametrize(
    ("format", "source"),
    [
        ("md", "# A title\n\nTwo **child** prostitutes &amp; [a man](https://x.org)."),
        ("html", "<h1>A title</h1>\n<p>Two <b>child</b>\nprostitutes &amp; a man.</p>"),
    ],
)
def test_places_in_the_source_file(format, source):
    document = make_document(source, format=format, max_chars=LIMIT)
    entry = document_json(document, check_document(THB, document), include_text=True)
    (shown,) = entry["findings"]
    assert shown["scope"] == "body"
    assert entry["text"][shown["start"] : shown["end"]] == shown["match"]
    written = source[shown["source_start"] : shown["source_end"]]
    assert written.startswith("child")
    assert written.endswith("prostitutes")
    line = source[: shown["source_start"]].count("\n") + 1
    assert (shown["line"], shown["column"]) == (
        line,
        shown["source_start"] - source.rfind("\n", 0, shown["source_start"]),
    )
