"""Counting: what is a hit, a miss, a false flag, a repeat."""

import json

import pytest

import shipped
from monitor.evaluate import two_editors
from monitor.evaluate.rule_precision import evaluate_general, evaluate_guideline, load_literals
from monitor.records.errors import DataError

THB = shipped.thb()

TEXT = (
    "Police arrested two men on trafficking charges on Monday. Illegal migrants were found. "
    "More illegal migrants came. The women were rescued from the flat. Sex slaves, they said."
)


def mark(rule, quote, *, sure=True, field="text"):
    return {"rule": rule, "quote": quote, "field": field, "quoted": "no", "sure": sure}


def write(file, rows):
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.fixture
def evaluate(tmp_path):
    def run(*findings, read=1_000, literals=None, title="News", doc=()):
        row = {"id": "a", "read": read, "findings": findings, "doc": doc, "doc_ok": ["no-helpline"]}
        write(tmp_path / "relevance" / "dev.jsonl", [{"id": "a", "title": title, "text": TEXT}])
        data = write(tmp_path / "spans" / "dev.jsonl", [row])
        return evaluate_guideline(THB, data, literals=literals)

    return run


def test_hits_and_false_flags(evaluate):
    result = evaluate(mark("illegal-migrant", "Illegal migrants"), mark("sex-slave", "nothing"))
    assert result["overall"]["sure"] == 2
    assert result["overall"]["found"] == 1
    assert [miss["rule"] for miss in result["misses"]] == ["sex-slave"]
    assert result["rules"]["illegal-migrant"]["precision"] == 1.0  # the second is a repeat in place
    assert {flag["rule"] for flag in result["false_flags"]} == {"rescue-language", "sex-slave"}


def test_a_sibling_counts_for_both_sides(evaluate):
    result = evaluate(mark("slave-noun", "slaves"))
    assert result["rules"]["slave-noun"]["found"] == 1
    assert result["rules"]["sex-slave"]["right"] == 1


def test_a_headline_that_the_editor_had_found_sensational_too_is_no_false_flag(evaluate):
    loud, rule = "Sex slaves rescued from hell!", "headline-sensational"
    assert evaluate(title=loud, doc=[rule])["rules"][rule]["right"] == 1
    assert evaluate(title=loud)["rules"][rule] | {"recall": 0} == {
        "sure": 0, "found": 0, "recall": 0, "flags": 1, "right": 0, "precision": 0.0, "repeats": 0,
    }  # fmt: skip


def test_what_literal_phrases_find_is_counted_apart(evaluate, tmp_path):
    catalogue = tmp_path / "catalogue.json"
    entry = {"id": "illegal-migrant", "patterns": ["CONTEXT: more illegal", "illegal mig*"]}
    catalogue.write_text(json.dumps([entry, {"id": "sex-slave", "patterns": ["sex slave"]}]))
    result = evaluate(
        mark("illegal-migrant", "Illegal migrants"),
        mark("slave-noun", "slaves"),
        literals=load_literals(catalogue),
    )
    assert result["overall"]["sure"] == 2
    # "sex slave" does not match "Sex slaves": neither the mark nor the flag is literal
    assert result["beyond_literal"] | {"repeats": 0} == {
        "sure": 1,
        "found": 1,
        "recall": 1.0,
        "repeats": 0,
        "flags": 2,
        "right": 1,
        "precision": 0.5,
    }
    assert "beyond_literal" not in evaluate(mark("slave-noun", "slaves"))


@pytest.mark.parametrize("content", ["{", "[1]", '[{"id": "a"}]'])
def test_a_broken_catalogue_is_named(tmp_path, content):
    file = tmp_path / "catalogue.json"
    file.write_text(content)
    with pytest.raises(DataError, match=r"catalogue\.json"):
        load_literals(file)


def test_data_that_cannot_be_read_is_named(tmp_path):
    file = tmp_path / "dev.jsonl.gz"
    file.write_bytes(b"no gzip")
    with pytest.raises(DataError, match=r"dev\.jsonl\.gz: cannot be read"):
        evaluate_general(THB, file)
    with pytest.raises(DataError, match="none\\.jsonl: cannot be read"):
        evaluate_general(THB, tmp_path / "none.jsonl")


def test_unsure_marks_are_neither_missed_nor_false(evaluate):
    result = evaluate(mark("rescue-language", "rescued from the flat", sure=False))
    assert result["overall"]["sure"] == 0
    assert result["rules"]["rescue-language"]["precision"] == 1.0


def test_what_was_not_read_does_not_count(evaluate):
    assert evaluate(read=40)["overall"]["flags"] == 0


def test_scorecard_answers_are_compared(evaluate):
    card = evaluate()["scorecard"]
    assert card["no-helpline"]["cannot_tell"] == 1
    assert card["all"]["answers"] == sum(c["answers"] for n, c in card.items() if n != "all")


def test_missing_text_and_broken_line_are_told(tmp_path, evaluate):
    evaluate()
    spans = tmp_path / "spans" / "dev.jsonl"
    write(spans, [{"id": "b", "read": 9, "findings": [], "doc": [], "doc_ok": []}])
    with pytest.raises(DataError, match="the text of 'b'"):
        evaluate_guideline(THB, spans)
    spans.write_text("{}\n{")
    with pytest.raises(DataError, match="line 1"):
        evaluate_guideline(THB, spans)


def test_general_news_counts_loud_flags_only(tmp_path):
    rows = [{"id": "a", "rel": 0, "text": TEXT}, {"id": "b", "rel": 2, "text": TEXT}]
    result = evaluate_general(THB, write(tmp_path / "x.jsonl", rows))
    assert result["articles"] == 1
    assert result["rules"] == {"illegal-migrant": 2, "sex-slave": 1}
    assert result["errors"] == []


@pytest.fixture
def twice(tmp_path):
    """Compare two editors' marks in the text with what the guideline finds."""

    def run(first, second, *said):
        row = {"id": "a", "read": 1_000, "doc": [], "doc_ok": []}
        write(tmp_path / "relevance" / "dev.jsonl", [{"id": "a", "title": "News", "text": TEXT}])
        one = write(tmp_path / "spans" / "one.jsonl", [row | {"findings": first}])
        other = write(tmp_path / "spans" / "other.jsonl", [row | {"findings": second}])
        judged = two_editors.read_judged([write(tmp_path / "spans" / "judged.jsonl", said)])
        read = two_editors.read_twice(THB, two_editors.read_pairs(one, other))
        asked = two_editors.flags_to_judge(THB, read, judged)
        return two_editors.compare_editors(THB, read, judged), asked

    return run


def verdict(rule, match, said):
    start = len("News\n\n") + TEXT.index(match)
    return {"id": "a", "rule": rule, "start": start, "end": start + len(match), "verdict": said}


def test_a_flag_is_right_where_either_editor_marked_it_or_judged_it_so(twice):
    sure, unsure = mark("sex-slave", "Sex slaves"), mark("illegal-migrant", "migrants", sure=False)
    result, asked = twice([sure], [sure, unsure])
    flags = {voice: result[voice]["flags"] for voice in ("warnings", "suggestions")}
    assert result["sure"]["found"] | {"interval": []} == {
        "count": 1, "of": 1, "share": 1.0, "interval": [],
    }  # fmt: skip
    assert sum(result[voice]["marked"] for voice in flags) == 3  # a repeat in place is one, too
    assert sum(result[voice]["unjudged"] for voice in flags) == sum(flags.values()) - 3 == 1
    assert {row["match"] for row in asked} > {"rescued from"}  # with a decoy that nothing tells
    assert len(asked) == 2
    assert all(row.keys() == {"id", "rule", "start", "end", "match", "verdict"} for row in asked)
    result, asked = twice(
        [sure], [sure, unsure], verdict("rescue-language", "rescued", "right"),
        verdict("sex-slave", "Sex slaves", "arguable"),
    )  # fmt: skip
    shares = [result[voice]["precision_judged"] for voice in flags]
    assert [share["count"] == share["of"] for share in shares] == [True, True]
    assert result["decoys"] == {"right": 0, "arguable": 1, "wrong": 0}
    assert asked == []


def test_recall_counts_what_both_hold_sure(twice):
    nothing = mark("pity", "two men")
    result, _ = twice([nothing, mark("sex-slave", "slaves")], [nothing | {"sure": False}])
    assert result["sure"]["found"]["of"] == 0
    assert result["editors"]["first"]["all of the other"]["share"] == 1.0
    assert result["editors"]["second"]["sure of the other"]["share"] == 0.5
    lines = two_editors.render_editors(result)
    assert lines[0] == f"{THB.stamp} on 1 articles"
    assert any(line.startswith("second editor, sure of the other") for line in lines)


def test_marks_of_other_articles_and_other_verdicts_are_named(twice, tmp_path):
    with pytest.raises(DataError, match=r"judged\.jsonl, 'a': the verdict 'fine' is none of right"):
        twice([], [], verdict("sex-slave", "slaves", "fine"))
    with pytest.raises(DataError, match=r"judged\.jsonl, 'a': no rule, start or end"):
        twice([], [], {"id": "a", "verdict": "right"})
    one = tmp_path / "spans" / "one.jsonl"
    with pytest.raises(DataError, match=r"none\.jsonl: no marks for 'a', which"):
        two_editors.read_pairs(one, write(tmp_path / "spans" / "none.jsonl", []))
