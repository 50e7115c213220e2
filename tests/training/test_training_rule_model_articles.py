"""Articles that the judge learns from beyond those of the data, and in which round."""

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import shipped
from monitor.records.errors import DataError
from training.rule_model_data import (
    ARTICLE,
    DEVELOPMENT,
    EARLIER,
    FOLDER,
    MARKS,
    SENTENCES,
    WRITTEN,
    RuleModelOptions,
    RuleWindow,
    TokenTarget,
    general_news,
    judged_rules,
    read_drafts,
    read_marked,
    read_written,
    rounds_of,
    sources_of,
)


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return path


def test_marks_are_kept_by_place(tmp_path: Path) -> None:
    texts = write(
        tmp_path / "texts.jsonl.gz", [{"id": "a", "title": "Held", "text": "Six were rescued."}]
    )
    place = {"rule": "rescue-language", "field": "text", "start": 9, "end": 16, "quoted": False,
             "sure": True}  # fmt: skip
    marks = tmp_path / "marks.jsonl"
    marks.write_text(json.dumps({"id": "a", "read": 100, "findings": [place]}))
    (item,) = read_marked(marks, [texts])
    assert [(mark.quote, mark.spans, mark.sure) for mark in item.marks] == [
        ("rescued", ((9, 16),), True)
    ]
    marks.write_text(json.dumps({"id": "b", "read": 100, "findings": []}))
    with pytest.raises(DataError, match="text of 'b'"):
        read_marked(marks, [texts])


def test_no_text_of_others_is_kept() -> None:
    rows = [json.loads(line) for line in (FOLDER / MARKS).read_text("utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 300
    assert {key for row in rows for key in row} == {"id", "read", "findings", "doc", "doc_ok"}
    assert {key for row in rows for mark in row["findings"] for key in mark} == {
        "rule", "field", "start", "end", "quoted", "sure",
    }  # fmt: skip


def test_written_articles_and_drafts_have_their_marks() -> None:
    written = read_written()
    drafts = read_drafts(Path(__file__).parents[1] / "data" / "guidelines")
    assert len(written) > 40
    assert len(drafts) > 10
    for item in (*written, *drafts):
        assert all(mark.spans for mark in item.marks)
    assert not read_drafts(Path("nowhere") / "guidelines")


def test_sentences_written_for_a_rule_are_of_one_there_is_and_say_where() -> None:
    rules, siblings = judged_rules(shipped.thb())
    sources = list(sources_of(FOLDER / SENTENCES, "*.yaml", siblings))
    found = Counter(claim.rule for source in sources for claim in source.found)
    assert min(found[rule] for rule in rules) > 20
    assert sum(bool(source.doubted) for source in sources) > 1_000
    for source in sources:
        for claim in source.found:
            assert source.document.text[claim.start : claim.end].strip()
    assert len({source.document.text for source in sources}) == len(sources)


def test_general_news_is_a_sample_of_what_is_not_relevant(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": f"a{n}", "event": f"e{n}", "rel": n % 2, "title": "", "text": "Rain."}
        for n in range(4_000)
    ]
    texts = write(tmp_path / "texts.jsonl.gz", rows)
    drawn = [event for event, _ in general_news([texts], lambda event: event.endswith("0"))]
    assert 5 < len(drawn) < 40
    assert all(int(event[1:]) % 2 == 0 and not event.endswith("0") for event in drawn)


def window(kind: str, *, spoken: bool) -> RuleWindow:
    nothing = np.zeros(1, np.float32)
    return RuleWindow(kind, "e", (1, 2), (TokenTarget((0,), nothing, nothing, (), spoken),))


def test_articles_of_two_editors_come_in_every_round_and_the_rest_in_turn() -> None:
    windows = [
        *(window(ARTICLE, spoken=True) for _ in range(5)),
        *(window(ARTICLE, spoken=False) for _ in range(8)),
        *(window(EARLIER, spoken=True) for _ in range(8)),
        *(window(DEVELOPMENT, spoken=True) for _ in range(8)),
        *(window(WRITTEN, spoken=True) for _ in range(3)),
    ]
    options = RuleModelOptions(rounds=8, silent=4, earlier=2, sentences=5)
    learned = np.arange(1, len(windows))
    rounds = [list(each) for each in rounds_of(windows, learned, options, np.random.default_rng(0))]
    assert len(rounds) == 8
    assert all({1, 2, 3, 4} <= set(each) and 0 not in each for each in rounds)
    assert all(max(each) < 29 for each in rounds)
    assert {sum(21 <= number < 29 for number in each) for each in rounds} == {5}
    for half in (rounds[:4], rounds[4:]):
        assert sorted(n for each in half for n in each if 5 <= n < 13) == list(range(5, 13))
    for pair in (rounds[:2], rounds[6:]):
        assert sorted(n for each in pair for n in each if 13 <= n < 21) == list(range(13, 21))
