"""Flags stand at the very words of the source file, and offers put in what fits there."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from monitor.lsp.diagnostics import (
    Capabilities,
    EditorDraft,
    actions_at,
    diagnostics_of,
    refusal,
)
from monitor.lsp.documents import Encoding, Format, Lines
from monitor.lsp.editor_settings import Options
from monitor.text.readers import make_document

WORDS = "marked words"
CLIENT = Capabilities(versioned_edits=True, shows_disabled=True, shows_documents=True)


def answer_of(text: str, format: str = "txt", **more: Any) -> dict[str, Any]:
    """The answer of a check that flags `WORDS` wherever they are read, and nothing else."""
    document = make_document(text, format=format, max_chars=10_000)
    findings = []
    start = document.text.find(WORDS)
    while start >= 0:
        finding = {"start": start, "end": start + len(WORDS)} | FINDING | more
        if document.source_map:
            first, last = document.source_map.original(start, start + len(WORDS))
            finding |= {"source_start": first, "source_end": last}
        findings.append(finding)
        start = document.text.find(WORDS, start + 1)
    return {"findings": findings, "coverage": {"checked": "whole", "note": None}}


FINDING = {
    "rule": "a-rule",
    "severity": "warning",
    "match": WORDS,
    "quoted": "no",
    "message": "Not these.",
    "why": "They mark.",
    "suggestions": ["other <words>", "more"],
    "sources": [{"title": "None", "section": "", "url": ""}, {"url": "https://guide.example/a"}],
}


def flags_of(text: str, format: Format = "txt", **more: Any) -> list[types.Diagnostic]:
    return diagnostics_of(answer_of(text, format, **more), Lines(text), format, Options())


def offered(
    text: str, format: Format = "txt", client: Capabilities = CLIENT
) -> list[types.CodeAction]:
    draft = EditorDraft("file:///d", 3, Lines(text), format, is_current=True)
    return actions_at(draft, flags_of(text, format), client, feedback=False)


def applied(text: str, action: types.CodeAction) -> str:
    """The text after an action's edit."""
    assert action.edit
    assert action.edit.document_changes
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 3
    (edit,) = change.edits
    assert isinstance(edit, types.TextEdit)
    start, end = ((place.line, place.character) for place in (edit.range.start, edit.range.end))
    return Lines(text).edited(start, end, edit.new_text)


def test_a_flag_has_code_link_reason_and_level() -> None:
    (flag,) = flags_of(f"The {WORDS}.", quoted="scare")
    assert (flag.code, flag.source) == ("a-rule", "monitor")
    assert flag.code_description == types.CodeDescription("https://guide.example/a")
    assert flag.severity is types.DiagnosticSeverity.Warning
    assert flag.message == "Not these. (scare quotation)\nWhy: They mark."
    assert flag.range == types.Range(types.Position(0, 4), types.Position(0, 16))


def test_what_is_set_is_not_shown() -> None:
    text = f"The {WORDS}."
    lines, answer = Lines(text), answer_of(text)
    assert not diagnostics_of(answer, lines, "txt", Options(severity="error"))
    assert not diagnostics_of(answer, lines, "txt", Options(disable=("a-rule",)))
    assert not diagnostics_of(answer, lines, "txt", Options(), {("a-rule", "")})
    assert not diagnostics_of(answer, lines, "txt", Options(), {("a-rule", "marked words")})
    assert diagnostics_of(answer, lines, "txt", Options(), {("a-rule", "others")})


def test_what_is_not_checked_or_wrong_in_a_comment_is_told() -> None:
    answer = {
        "findings": [],
        "coverage": {"checked": "none", "note": "This reads as Thai."},
        "ignore_problems": [{"source_start": 2, "source_end": 4, "message": "no reason"}],
    }
    problem, note = diagnostics_of(answer, Lines("a\nbcd"), "md", Options())
    assert (problem.code, problem.range.start.line, problem.message) == (
        "ignore-comment",
        1,
        "no reason",
    )
    assert (note.code, note.message) == ("not-checked", "This reads as Thai.")


PIECES = st.sampled_from(
    ("😀 ", "e\u0301 ", "\u202eשלום\u202c ", "\u00a0", "so\u00adft ", "é", "\u2028", "“q” ", "漢 ")
)
NOISE = st.lists(PIECES, max_size=4).map("".join)
BREAKS = st.sampled_from(("\n", "\r\n", "\r"))
SHAPES: dict[str, tuple[str, ...]] = {
    "txt": ("{0}{w}{1}{n}{n}{1}{w}",),
    "md": (
        "# {0}{w}{n}{n}{1}{w} *{0}*{n}{w}{n}",
        "- {0}[{w}](http://a.example){n}- {1}&amp;{w}{n}",
        "> {0}{w}{n}> {1}`x` **{w}**{n}",
        "| {0} | {w} |{n}|---|---|{n}| a {1}| {w} |{n}",
    ),
    "html": (
        "<p>{0}&eacute;{w}{n}{1}</p><!-- x -->{n}<h1>{w}</h1>",
        "<ul><li>{0}<b>{w}</b> {1}</li></ul>&nbsp;<p title='{w}'>{w}</p>",
    ),
}


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([(kind, shape) for kind in SHAPES for shape in SHAPES[kind]]),
    NOISE,
    NOISE,
    BREAKS,
    st.sampled_from(get_args(Encoding)),
    st.booleans(),
)
def test_flags_stand_at_the_very_words(
    shape: tuple[Format, str], one: str, two: str, line: str, encoding: Encoding, bom: bool
) -> None:
    kind, pattern = shape
    text = "\ufeff" * bom + pattern.format(one, two, w=WORDS, n=line)
    lines = Lines(text, encoding)
    answer = answer_of(text, kind)
    assert len(answer["findings"]) == 2 + (pattern.count("{w}") > 2) * (kind == "md")
    for flag in diagnostics_of(answer, lines, kind, Options()):
        start, end = (
            lines.offset((place.line, place.character))
            for place in (flag.range.start, flag.range.end)
        )
        assert text[start:end] == flag.data["written"] == WORDS


def test_one_fix_for_each_suggestion_the_first_preferred() -> None:
    text = f"😀 The {WORDS}."
    first, second, here, everywhere = offered(text)
    assert (first.title, first.is_preferred) == (
        "Replace “marked words” with “other <words>”",
        True,
    )
    assert not second.is_preferred
    assert applied(text, first) == "😀 The other <words>."
    assert applied(text, second) == "😀 The more."
    assert here.command
    assert here.command.arguments == ["file:///d", "a-rule", WORDS]
    assert everywhere.command
    assert everywhere.command.arguments == ["a-rule"]


@pytest.mark.parametrize(
    ("format", "before", "after"),
    [
        ("md", "A *b* {}.", "A *b* other \\<words\\>."),
        ("html", "<p>{}</p>", "<p>other &lt;words&gt;</p>"),
    ],
)
def test_a_fix_is_written_as_the_format_wants(format: Format, before: str, after: str) -> None:
    text = before.format(WORDS)
    assert applied(text, offered(text, format)[0]) == after


def test_markup_between_the_words_is_not_torn() -> None:
    text = "A marked *words* here."
    first = offered(text, "md")[0]
    assert first.edit is None
    assert first.disabled
    quiet = offered(text, "md", Capabilities())
    assert [action.title.partition(" ")[0] for action in quiet] == ["Ignore", "Ignore"]


def test_words_that_moved_are_found_and_others_never_replaced() -> None:
    (flag,) = flags_of(f"The {WORDS}.")
    draft = EditorDraft("file:///d", 4, Lines(f"The other {WORDS}."), "txt", is_current=False)
    (only,) = actions_at(draft, [flag], CLIENT, feedback=False)
    assert only.title.startswith("Ignore a-rule everywhere")


def test_feedback_is_offered_where_asked_for_without_a_word_of_the_draft() -> None:
    text = f"The {WORDS}."
    draft = EditorDraft("file:///d", 4, Lines(text), "txt", is_current=True)
    actions = actions_at(draft, flags_of(text), CLIENT, feedback=True)
    given_to = [a.command.arguments for a in actions if a.command and "flag was" in a.title]
    assert given_to == [["a-rule", True, None, "warning"], ["a-rule", False, None, "warning"]]


@pytest.mark.parametrize(
    ("format", "text", "where"),
    [
        ("md", "One {w} and more.  \nNext line.\n", "and more.<c>  \n"),
        ("md", "- a {w}\n- b {w} c\n", "a {w}<c>\n- b"),
        ("md", "| a | b |\n|---|---|\n| {w} | c |\n", "| {w}<c> | c |"),
        ("md", "# {w}\n\nText.\n", "# {w}<c>\n"),
        ("html", "<p>The {w} stood.</p>\n<p>b</p>", "The {w}<c> stood.</p>"),
        ("html", "<p>The {w}\nstood.</p>", "The {w}<c>\nstood."),
    ],
)
def test_a_comment_goes_where_the_file_reads_as_before(
    format: Format, text: str, where: str
) -> None:
    text = text.format(w=WORDS)
    draft = EditorDraft("file:///d", 3, Lines(text), format, is_current=True)
    actions = actions_at(draft, flags_of(text, format)[:1], CLIENT, feedback=False)
    action = next(action for action in actions if "here" in action.title)
    comment = " <!-- monitor-ignore a-rule: kept on purpose: say why -->"
    after = applied(text, action)
    assert where.format(w=WORDS).replace("<c>", comment) in after
    assert action.command
    assert action.command.arguments
    _, start, end = action.command.arguments
    lines = Lines(after)
    assert (
        after[lines.offset(tuple(start)) : lines.offset(tuple(end))] == "kept on purpose: say why"
    )


@pytest.mark.parametrize(
    ("format", "text"), [("html", "<p><img alt='the {w}'></p>"), ("html", "<title>{w}</title>")]
)
def test_where_there_are_no_comments_the_session_ignores(format: Format, text: str) -> None:
    actions = offered(text.format(w=WORDS), format)
    assert any("until the editor is closed" in a.title and "“" in a.title for a in actions)
    assert not any("adds a comment" in a.title for a in actions)


def test_an_empty_draft_needs_no_words() -> None:
    from monitor.records.errors import DocumentError, DocumentTooLarge

    assert refusal(DocumentError("the document is empty")) == []
    (flag,) = refusal(DocumentTooLarge("the document has 9 characters; the limit is 5"))
    assert (flag.code, flag.severity) == ("too-large", types.DiagnosticSeverity.Information)
    assert flag.message.startswith("Not checked: the document has 9 characters")
