"""The digest as mail: masked, in our own words first, and a message that mail programs trust."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import formataddr
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_samples import LEDGER, article, finding, tag
from mail_samples import NAME, case, country, digest, letter, mask
from monitor.digest.build import choose
from monitor.digest.mail_message import (
    Envelope,
    Links,
    address_of,
    mail_html,
    mail_text,
    make_message,
    message_id,
    stop_link,
    stop_token,
)
from monitor.digest.newsletter import write_brief, write_letter
from monitor.digest.tag_words import neutral_line, tag_line
from monitor.records.digest import Story
from monitor.records.hidden_names import WITHHELD
from monitor.records.tag import Tag
from monitor.settings import Filter
from monitor.text.safe_text import clean

NOW = datetime(2026, 11, 25, 7, tzinfo=UTC)
ENVELOPE = Envelope(
    '"Desk, of Accra" <desk@example.org>', "officer@example.org", "cases", "2026-11-24", "k" * 64,
    "2026-11-24", "https://desk.example/",
)  # fmt: skip


def message(found, envelope=ENVELOPE, **options):
    made = make_message(found, envelope, NOW, **options)
    return message_from_bytes(bytes(made), policy=policy.default)


def parts(read) -> tuple[str, str]:
    plain, html = (read.get_body((kind,)) for kind in ("plain", "html"))
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize(
    ("tags", "line"),
    [
        (
            [("form", "forced_labour"), ("place", "TH"), ("response", "prosecution"),
             ("victim", "adult")],
            "Forced labour · Thailand · prosecution · adults",
        ),
        ([("form", "unspecified"), ("place", "GH")], "Trafficking in human beings · Ghana"),
        ([("victim", "both")], "Trafficking in human beings · adults and children"),
        ([], "Trafficking in human beings"),
        ([("form", "forced_labour"), ("form", "organ_removal")], "Forced labour, organ removal"),
    ],
)  # fmt: skip
def test_a_story_in_a_line(tags, line: str) -> None:
    found = article(tags=tuple(tag(scheme, label, 0.9) for scheme, label in tags))
    assert neutral_line(Story("s", (found,)), country) == line


def test_no_name_leaves_the_desk() -> None:
    found = message(letter(case(url="https://o.example/amina-yusuf-court")))
    assert "Amina" not in found.as_string()
    assert "Yusuf" not in found.as_string()
    for part in parts(found):
        assert f"{WITHHELD} tells court" in part
        assert "The article's address is not shown" in part.replace("\n   ", " ")
        assert "Forced labour · Thailand · prosecution · adults" in part


def test_what_cannot_be_masked_and_what_is_graphic_is_not_shown() -> None:
    thai = case("t", "ชื่อ", "ข่าว", language="th")
    graphic = case("g", "Girl raped and tortured for weeks")
    flagged = case(
        "f", "A quiet headline", findings=(finding("A quiet headline", "quiet",
        rule="graphic-sexual-detail"),),
    )  # fmt: skip
    plain, html = parts(message(letter(thai, graphic, flagged)))
    for part in (plain, html):
        for words in ("ชื่อ", "raped", "tortured", "quiet headline"):
            assert words not in part
    assert plain.count("Headline not shown: it tells of violence in detail.") == 2
    assert "names cannot be masked in this language" in html
    assert html.count("Read it at the outlet") == 2
    assert "https://o.example/t" not in plain + html  # it mostly repeats the headline
    assert "Nor is the article's address" in html


def test_where_an_address_is_hidden_the_mail_leads_to_the_desk() -> None:
    named = case("a/1", url="https://o.example/amina-yusuf-court")
    thai = case("t", "ชื่อ", "ข่าว", language="th", url="https://o.example/t")
    found = write_letter(
        digest(named, thai, case("p")),
        title="News",
        country_name=country,
        mask=mask,
        public_url="https://desk.example/sub/",
    )
    for part in parts(message(found)):
        assert "https://desk.example/sub/articles/a%2F1" in part
        assert "https://desk.example/sub/articles/t" in part
        assert "https://o.example/p" in part
        for hidden in ("articles/p", "amina", "o.example/t"):
            assert hidden not in part
        assert "Read it at the desk, signed in" in part


def test_the_subject_is_day_count_forms_and_places() -> None:
    found = letter(case("a"), case("b"), case("c", tags=(tag("place", "GH", 0.9),)))
    assert (
        found.subject
        == "News, Tuesday 24 November 2026: 3 stories (forced labour; Thailand, Ghana)"
    )
    assert letter().subject == "News, Tuesday 24 November 2026: no story"


def test_the_message_is_one_of_a_mailing() -> None:
    read = message(letter(case()))
    assert read["From"].addresses[0].display_name == "Desk, of Accra"
    assert read["To"] == "officer@example.org"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == NOW
    token = stop_token(ENVELOPE.key, "Officer@example.org")
    stop = f"https://desk.example/unsubscribe/{token}"
    assert read["List-Unsubscribe"] == f"<{stop}>, <mailto:desk@example.org?subject=unsubscribe>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "officer" not in stop
    plain, html = parts(read)
    for part in (plain, html):
        assert stop in part
        assert "https://desk.example/digests/2026-11-24" in part
    assert "<style" in html
    assert "prefers-color-scheme" in html
    assert 'style="' in html
    assert "--" not in html.partition("<body")[2].partition("style=")[2][:80]
    assert read["Message-ID"] == message(letter(case("b")))["Message-ID"]
    assert read["Message-ID"] != message(letter(case()), again=1)["Message-ID"]
    other = replace(ENVELOPE, address="else@example.org")
    assert message_id(other) != message_id(ENVELOPE)


def test_without_an_address_of_the_desk_one_stops_it_by_mail() -> None:
    read = message(letter(case()), replace(ENVELOPE, public_url=""))
    assert read["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe>"
    assert "List-Unsubscribe-Post" not in read
    assert "answer with the word unsubscribe" in parts(read)[0]
    plain_http = message(letter(case()), replace(ENVELOPE, public_url="http://10.0.0.1:8000"))
    assert "List-Unsubscribe-Post" not in plain_http
    assert "http://10.0.0.1:8000/unsubscribe/" in plain_http["List-Unsubscribe"]


@settings(max_examples=40, deadline=None)
@given(
    st.text(min_size=1, max_size=120).filter(lambda name: bool(clean(name))),
    st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True),
    st.integers(1, 470),
)
def test_structured_headers_are_never_encoded_whatever_the_settings(name, local, length) -> None:
    """All but the name: there RFC 2047 has its place, in words of its own."""
    sender = f"{local}@{'d' * 63}.example"
    own = replace(
        ENVELOPE,
        sender=formataddr((clean(name), sender)),
        address=sender,
        public_url="https://desk.example/" + "p" * length,
    )
    raw = bytes(make_message(letter(), own, NOW))
    head = dict(
        line.split(b": ", 1) for line in re.split(rb"\r\n(?![ \t])", raw.partition(b"\r\n\r\n")[0])
    )
    for key in (b"To", b"Message-ID", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Date"):
        assert b"=?" not in head[key].replace(local.encode(), b"")
    first, second = head[b"List-Unsubscribe"].split(b",\r\n ")
    assert first == f"<{stop_link(own)}>".encode()
    assert unquote(second.decode()) == f"<mailto:{sender}?subject=unsubscribe>"
    assert head[b"To"] == sender.encode()
    found = message_from_bytes(raw, policy=policy.default)["From"].addresses
    assert [one.addr_spec for one in found] == [sender]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


def test_a_token_is_of_one_address_and_one_desk() -> None:
    token = stop_token("key", "officer@example.org")
    assert address_of(token, "key", ["else@example.org", "Officer@example.org"]) == (
        "Officer@example.org"
    )
    assert address_of(token, "other key", ["officer@example.org"]) is None
    assert address_of("é\ud800", "key", ["officer@example.org"]) is None


@settings(max_examples=25)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_from_outside_reaches_a_header(title: str, outlet: str) -> None:
    nasty = f"{title}\r\nBcc: all@example.org\r\n\r\n{outlet}"
    found = case(title=nasty, outlet=nasty, id=nasty, url=f"https://o.example/{nasty}")
    read = message(letter(replace(found, tags=(tag("place", nasty, 0.9),))))
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence",
        "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert read["To"] == "officer@example.org"
    assert not any("\n" in value or "\r" in value for value in read.values())


def test_markup_of_outlets_stays_text() -> None:
    nasty = case(title="<script>alert(1)</script> & <img src=x onerror=y>", outlet="<b>x</b>")
    html = mail_html(letter(nasty), Links())
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>x</b>" not in html


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), ["a", "b"]),
        (Filter(form=("organ_removal", "forced_labour")), ["a"]),
        (Filter(form=("organ_removal",)), []),
        (Filter(place=("GH",)), ["b"]),
        (Filter(place=("GH", "TH"), response=("prosecution",)), ["a"]),
        (Filter(outlet=("coast daily",)), ["a", "b"]),
        (Filter(outlet=("Else",)), []),
        (Filter(min_relevance=0.95), ["a"]),
    ],
)
def test_a_recipient_gets_what_it_asked_for(wanted: Filter, ids: list[str]) -> None:
    other = case("b", relevance=0.7, tags=(tag("place", "GH", 0.9),))
    found = choose(digest(case("a"), other), wanted)
    assert [story.id for story in found.relevant] == ids
    assert found.ledger == LEDGER


def brief(*articles):
    return write_brief(digest(*articles), title="News", country_name=country, mask=mask)


def policy_tags(*labels: str) -> tuple[Tag, ...]:
    return tuple(tag(*label.split(":"), 0.95) for label in labels)


NAMED = policy_tags(
    "instrument:ilo_c189", "instrument:palermo_protocol", "institution:greta", "institution:ilo"
)


def test_the_policy_brief_names_institutions_and_no_case() -> None:
    first = case("a", text=f"{NAME} was held.")
    found = brief(
        replace(first, tags=(*first.tags, *NAMED)),
        case("b", tags=(tag("response", "prevention", 0.9),)),
    )
    assert [p.told for p in found.ps] == ["1 story", "0 stories", "1 story", "0 stories"]
    assert [n.heading for n in found.instruments] == ["ILO Convention No. 189", "Palermo Protocol"]
    assert [n.heading for n in found.institutions] == ["GRETA", "ILO"]
    assert (
        found.ps[2].named == "GRETA (1), ILO (1), ILO Convention No. 189 (1), Palermo Protocol (1)"
    )
    read = message(found)
    assert read["Subject"].startswith("News: policy brief, Tuesday 24 November 2026: 2 stories")
    for part in parts(read):
        assert "tells court" not in part
        assert "Amina" not in part
        assert "https://www.coe.int/en/web/anti-human-trafficking/greta" in part


def test_the_brief_tells_policy_news_that_is_not_about_trafficking_apart() -> None:
    news = case("n", tags=policy_tags("topic:smuggling", "institution:iom"), outlet="The Port")
    known = digest(case("a", tags=policy_tags("topic:smuggling")))
    both = replace(known, context=(Story("n", (news,)),))
    found = write_brief(both, title="News", country_name=country, mask=mask)
    (topic,) = found.topics
    told = "2 stories, 1 of them not about trafficking"
    assert (topic.heading, topic.told, topic.named) == ("Smuggling", told, "IOM (1)")
    assert "1 story, by response, and 1 story of other policy news" in found.summary
    for part in parts(message(found)):
        assert told in part
        assert "The Port" in part
    nothing = choose(both, Filter(topic=("labour_abuse",)))
    assert (nothing.relevant, nothing.context) == ((), ())
    kept = choose(both, Filter(institution=("iom",), min_relevance=0.99))
    assert (len(kept.relevant), len(kept.context)) == (0, 1)
    assert choose(both, Filter(partnership=("funding",))).context == ()


def test_the_brief_tells_the_kinds_of_partnership() -> None:
    told = digest(
        case("a", tags=policy_tags("partnership:task_force", "partnership:funding")),
        case("b", tags=policy_tags("partnership:task_force")),
    )
    found = write_brief(told, title="N", country_name=country, mask=mask)
    assert [p.kinds for p in found.ps] == ["", "", "", "task force (2), funding (1)"]
    for part in parts(message(found)):
        assert "task force (2), funding (1)" in " ".join(part.split())


def test_a_topic_told_once_is_no_doubtful_one() -> None:
    once = (tag("topic", "labour_abuse", 0.5), tag("topic", "smuggling", 0.5))
    found = write_brief(digest(case("a", tags=once)), title="N", country_name=country, mask=mask)
    assert [topic.heading for topic in found.topics] == ["Smuggling", "Labour abuse"]
    doubtful = (*once, tag("form", "forced_labour", 0.5))
    line = tag_line(doubtful, country)
    assert line == ("forced labour?", "labour abuse, paid irregular passage")


def test_what_most_stories_name_comes_first() -> None:
    stories = [case(f"i{n}", tags=policy_tags("institution:iom")) for n in range(7)]
    more = [case(f"u{n}", tags=policy_tags("institution:unodc")) for n in range(9)]
    told = digest(*stories, *more)
    found = write_brief(told, title="News", country_name=country, mask=mask)
    listed = [(one.heading, one.told) for one in found.institutions]
    assert listed == [("UNODC", "9 stories"), ("IOM", "7 stories")]


def test_the_text_part_is_78_columns_wide_save_for_addresses() -> None:
    text = mail_text(
        letter(*(case(f"a{n}", "A headline of words " * 9) for n in range(3))), Links()
    )
    assert all(len(line) <= 78 or "http" in line for line in text.splitlines())
