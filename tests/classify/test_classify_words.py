import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classify.cue_phrases import CueGroup, CueTable, expand
from monitor.classify.features import ngrams, read_article
from monitor.classify.word_tokens import split_thai, split_words

TABLE = CueTable(
    [
        CueGroup("term", "term", ("human {trafficking|traffickers}",)),
        CueGroup("documents", "means", ("passports {~ |}taken",)),
        CueGroup("sold", "means", ("{was|were} sold",)),
        CueGroup("victimhood", "victim", ("victim{|s}",)),
    ]
)


@given(st.text())
def test_every_word_stands_where_it_says(text: str) -> None:
    words = split_words(text)
    for word, start, end in zip(words.words, words.starts, words.ends, strict=True):
        written = text[start:end].lower().replace("’", "'")
        assert written.rstrip(".") == word.rstrip(".") or written.replace(".", "") == word.replace(
            ".", ""
        )
    assert words.starts == sorted(words.starts)
    assert words.sentences == sorted(words.sentences)


def test_possessives_hyphens_and_dotted_names() -> None:
    assert split_words("The U.S. court’s child-labour case").words == [
        "the", "u.s", "court", "child", "labour", "case",
    ]  # fmt: skip


def test_sentences_end_at_stops_but_not_after_titles() -> None:
    words = split_words("Mr. Smith left. He came back ... A third\nA fourth")
    assert [words.sentences[words.words.index(w)] for w in ("smith", "he", "third", "fourth")] == [
        0, 1, 2, 3,
    ]  # fmt: skip


def test_phrases_expand_to_every_choice() -> None:
    assert list(expand("{a|b} c{|s}")) == ["a c", "a cs", "b c", "b cs"]


def test_cues_are_found_with_and_without_a_gap() -> None:
    reading = read_article(
        "Human traffickers jailed", "Their passports had all been taken and they were sold.", TABLE
    )
    assert [TABLE.groups[c.group].name for c in reading.title_cues] == ["term"]
    found = [
        (TABLE.groups[c.group].name, reading.text.words[c.first : c.last])
        for c in reading.text_cues
    ]
    assert found == [
        ("documents", ["passports", "had", "all", "been", "taken"]),
        ("sold", ["were", "sold"]),
    ]


def test_a_term_that_is_the_tail_of_another_trade_is_none() -> None:
    table = CueTable(
        [
            CueGroup("term", "term", ("trafficking ring", "sex trafficking")),
            CueGroup("trade", "other", ("{gun|drug ~} trafficking", "drug trafficking")),
        ]
    )

    def groups(text: str) -> list[str]:
        return [table.groups[cue.group].name for cue in table.find(split_words(text).words)]

    assert groups("a trafficking ring") == ["term"]
    assert groups("a gun trafficking ring") == ["trade"]
    assert groups("a drug trafficking ring") == ["trade"]
    assert groups("drug and sex trafficking") == ["trade", "term"]


def test_a_gap_has_three_words_at_most() -> None:
    assert not TABLE.find(["passports", "of", "the", "four", "men", "were", "taken"])


def test_thai_splits_into_clusters_that_cues_match_whole() -> None:
    text = "ตำรวจช่วย 7 คนจากขบวนการค้า\u200bมนุษย์ใน KK Park"
    words = split_thai(text)
    assert [text[a:b].lower() for a, b in zip(words.starts, words.ends, strict=True)] == words.words
    assert words.words[:5] == ["ตำ", "ร", "ว", "จ", "ช่"]
    assert words.words[-2:] == ["kk", "park"]
    assert len(set(words.sentences)) == text.count(" ") + 1
    table = CueTable(
        [CueGroup("term", "term", ("{ค้า|ขาย}มนุษย์",)), CueGroup("x", "term", ("ค้ามนุ",))],
        split_thai,
    )
    # a mark that allows a line break stands between the letters; half a cluster is no match
    cues = table.find(words.words)
    assert {table.groups[cue.group].name for cue in cues} == {"term", "x"}
    cue = next(cue for cue in cues if table.groups[cue.group].name == "term")
    assert text[words.starts[cue.first] : words.ends[cue.last - 1]] == "ค้า\u200bมนุษย์"
    assert table.find(split_thai("การค้ามนุ่ม").words) == []


@pytest.mark.parametrize(("longest", "count"), [(2, 7), (3, 9), (5, 10)])
def test_ngrams_are_runs_of_words(longest: int, count: int) -> None:
    grams = ngrams(["a", "b", "c", "d"], longest)
    assert len(grams) == count
    assert ("a b c" in grams) is (longest > 2)
