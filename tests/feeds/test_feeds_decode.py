import pytest

from monitor.feeds.encoding_detection import clean, find_codec
from monitor.feeds.feed_parser import parse_feed

URL = "https://outlet.example/feed"


def test_thai_under_each_of_its_labels():
    title = "ศาล"  # too short for statistics to tell
    for label in ("windows-874", "dos-874", "TIS-620", "iso-8859-11", "cp874"):
        body = (
            f'<?xml version="1.0" encoding="{label}"?><rss version="2.0"><channel>'
            f"<title>{title}</title></channel></rss>"
        ).encode("cp874")
        feed = parse_feed(body, f"text/xml; charset={label}", URL)
        assert (feed.title, feed.warnings) == (title, ())


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("windows-874", "cp874"),
        ("x-sjis", "cp932"),
        ("x-gbk", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("x-cp1251", "cp1251"),
        ("iso-8859-8-i", "iso8859-8"),
        ("koi8-ru", "koi8-u"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("macintosh", "mac-roman"),
        ("latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("unicode-1-1-utf-8", "utf-8"),
        ("cp437", "cp437"),
        (' "UTF8" ', "utf-8"),
        ("unicode_escape", None),
        ("utf-7", None),
        ("replacement", None),
        ("x-user-defined", None),
        ("idna", None),
        ("no such\x00label", None),
    ],
)
def test_labels(label, codec):
    assert find_codec(label) == codec


def test_every_label_of_the_encoding_standard_is_known():
    from webencodings.labels import LABELS

    unknown = {name for label, name in LABELS.items() if find_codec(label) is None}
    assert unknown == {"replacement", "x-user-defined"}, "these two stand for no text"


@pytest.mark.parametrize("before", ["", "ñ ", "ภาษาไทย "])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\0b\x0bc\x7fd", "abcd"),
        ("a\tb\nc\rd", "a\tb\nc\rd"),
        ("a\x93b\x85c\x81d", "a“b…cd"),
        ("\ufeffa\ufffeb\uffffc", "abc"),
        ("a\ud83d\ude00b", "a😀b"),
        ("a\ud83db\ude00", "a\ufffdb\ufffd"),
        ("\xa0é\u2028", "\xa0é\u2028"),
    ],
)
def test_what_no_reader_should_see_goes(before: str, written: str, read: str) -> None:
    assert clean(before + written) == before + read
