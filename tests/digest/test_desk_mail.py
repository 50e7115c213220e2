"""Mail from a real desk to a real server: sent once, told when not, never sent twice."""

import os
import random
import re
import shutil
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest

import mail_server
from mail_server import PASSWORD, USER, MailServer
from monitor.app import Monitor
from monitor.digest.mail_delivery import find_recipient, send_day, send_due, unsubscribe
from monitor.digest.mail_message import stop_token
from monitor.digest.smtp import SendResult, send_message
from monitor.records.article import Assessment
from monitor.records.errors import UsageError
from monitor.records.hidden_names import WITHHELD
from monitor.records.tag import Tag
from monitor.settings import DigestSettings, Filter, Recipient, Settings, SmtpSettings
from store_samples import NOW, feed, incoming, poll

DAY = "2026-11-25"
MORNING = NOW.replace(day=26, hour=7)  # of the day after the articles came
TEXT = (
    "Amina Yusuf was trafficked to Doha and forced to work as a maid, a court in Accra was told."
    " Kofi Mensah, 41, was charged with trafficking her."
)
OFFICER = Recipient("officer@example.org", timezone="Africa/Accra")


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    """A desk with two articles; what they are is said, not worked out."""
    with Monitor(Settings(home=tmp_path_factory.mktemp("desk")), now=lambda: NOW) as monitor:
        store = monitor.store
        store.add_feeds([feed()], NOW)
        entries = [
            incoming("maid", TEXT, title="Amina Yusuf tells court of months without pay"),
            incoming("camp", "Officials met.", title="Officials meet on scam compounds"),
        ]
        store.record_poll(poll(feed(), entries), NOW)
        stamps = {stamp.partition("@")[0]: stamp for stamp in monitor.stamps}
        for stamp, said in [
            (stamps["relevance-en"], {"relevance": 0.95, "relevant": True, "borderline": False}),
            (stamps["tags-en"], {"tags": (Tag("form", "forced_labour", 0.9),)}),
        ]:
            due = store.due(stamp, limit=9)
            store.record_assessments([(a, Assessment(stamp, **said)) for a in due], NOW)
        assert monitor.guideline
        store.close()
        yield monitor


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server.serve(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(name="smtp")
def _smtp(server: MailServer) -> Iterator[SmtpSettings]:
    server.received.clear()
    server.raw.clear()
    yield SmtpSettings(
        server.host, server.port, "starttls", USER, PASSWORD, "Desk <desk@example.org>", 0.5,
        server.ca_file,
    )  # fmt: skip
    server.after_data = ""


Open = Callable[..., Monitor]


@pytest.fixture(name="desk")
def _desk(whole: Monitor, tmp_path: Path, smtp: SmtpSettings) -> Iterator[Open]:
    """Open the desk with other settings, on a copy of its database that the test's desks share."""
    shutil.copy(whole.settings.home / "monitor.sqlite", tmp_path)
    opened = []

    def open_(*recipients: Recipient, now=NOW, **changes) -> Monitor:
        settings = Settings(home=tmp_path, smtp=smtp, recipients=recipients or (OFFICER,))
        monitor = Monitor(replace(settings, **changes), now=lambda: now)
        for part in ("guideline", "classifiers", "assessors"):
            monitor.__dict__[part] = getattr(whole, part)
        opened.append(monitor)
        return monitor

    yield open_
    for monitor in opened:
        monitor.close()


def outcomes(monitor: Monitor) -> list[tuple[str, str, str]]:
    return [(d.address, d.day, d.outcome) for d in monitor.store.deliveries()]


def test_a_day_is_sent_once_with_names_masked(desk: Open, server: MailServer) -> None:
    monitor = desk()
    [first] = send_day(monitor, DAY, NOW)
    assert (first.outcome, first.is_well) == ("sent", True)
    [again] = send_day(monitor, DAY, NOW)
    assert again.skipped == "had that day before, or may have had it"
    [got] = server.received
    assert got["Subject"].startswith("Trafficking in the news, Wednesday 25 November 2026: 2 stor")
    assert "Amina" not in got.as_string()
    for kind in ("plain", "html"):
        content = got.get_body((kind,)).get_content()
        assert f"{WITHHELD} tells court of months without pay" in content
        assert "Forced labour" in content
    [resent] = send_day(monitor, DAY, NOW, to="OFFICER@example.org", again=True)
    assert resent.outcome == "sent"
    assert server.received[1]["Message-ID"] != got["Message-ID"]
    assert outcomes(monitor) == [("officer@example.org", DAY, "sent")] * 2


def test_what_is_due_is_sent_at_the_hour(desk: Open, server: MailServer) -> None:
    monitor = desk(OFFICER, Recipient("tokyo@example.org", hour=7, timezone="Asia/Tokyo"))
    send_due(monitor, MORNING - timedelta(days=1))
    before = send_due(monitor, MORNING - timedelta(minutes=1))
    assert {s.address for s in before} == {"tokyo@example.org"}, "it is 16:00 there"
    got = send_due(monitor, MORNING)
    assert {s.address for s in got} == {"officer@example.org"}
    assert send_due(monitor, MORNING + timedelta(hours=12)) == []
    late = send_due(monitor, MORNING + timedelta(days=4))  # the lid was shut: one, not four
    assert [s.day for s in late] == ["2026-11-29", "2026-11-28"]
    subjects = [m["Subject"] for m in server.received if m["To"] == "officer@example.org"]
    assert "Thursday 26 November 2026 to Sunday 29 November 2026" in subjects[-1]


WORDS = {
    "second": "Nineteen men were freed from trawlers in a port; nobody had been paid since March.",
    "third": "A farm's owner held pickers' passports, inspectors found after a call to a hotline.",
    "late": "A recruiter who sold jobs on cruise ships was charged with trafficking in persons.",
}


def links(message) -> list[str]:
    """Return which articles a mail leads to."""
    body = message.get_body(("plain",)).get_content()
    return sorted(re.findall(r"https://news\.example/(\w+)", body))


def bring(monitor: Monitor, name: str, seen: datetime, *, judge: bool = True) -> None:
    """Store an article of one more event, and say that it is relevant."""
    entry = incoming(name, WORDS[name], title=f"Title of {name}")
    monitor.store.record_poll(poll(feed(), [entry]), seen)
    if judge:
        say_relevant(monitor, seen)


def say_relevant(monitor: Monitor, now: datetime) -> None:
    """Judge what is not judged."""
    stamp = next(stamp for stamp in monitor.stamps if stamp.startswith("relevance-en"))
    said = Assessment(stamp, relevance=0.95, relevant=True, borderline=False)
    due = monitor.store.due(stamp, limit=9)
    monitor.store.record_assessments([(article, said) for article in due], now)


def test_a_day_that_waits_is_not_lost_when_another_is_sent_by_hand(
    desk: Open, server: MailServer
) -> None:
    """Of the 25th nothing had been mailed; the 26th by hand made its stories vanish for good."""
    later = NOW + timedelta(days=1)
    monitor = desk(now=later)
    bring(monitor, "second", later - timedelta(hours=2))
    [sent] = send_day(monitor, None, later)
    assert (sent.day, sent.outcome) == ("2026-11-26", "sent")
    bring(monitor, "third", later + timedelta(hours=2))
    assert send_due(monitor, later + timedelta(hours=4)), "the account of the 25th"
    assert send_due(monitor, MORNING + timedelta(days=1)) == [], "the 26th was by hand"
    assert send_due(monitor, MORNING + timedelta(days=2))
    assert [links(message) for message in server.received] == [
        ["camp", "maid", "second"], [], ["third"],
    ]  # fmt: skip
    told, account = (
        " ".join(message.get_body(("plain",)).get_content().split())
        for message in server.received[:2]
    )
    assert "Of these, 2 came in before Thursday 26 November" in told
    assert "2 stories of these days are left out: an earlier digest told of them." in account


def test_what_is_judged_late_comes_with_the_next(desk: Open, server: MailServer) -> None:
    monitor = desk()
    bring(monitor, "late", NOW, judge=False)
    send_due(monitor, MORNING)
    say_relevant(monitor, MORNING)
    send_due(monitor, MORNING + timedelta(days=1))
    assert [links(message) for message in server.received] == [["camp", "maid"], ["late"]]
    told = " ".join(server.received[1].get_body(("plain",)).get_content().split())
    assert "Of these, 1 came in before Thursday 26 November 2026 and was in no digest" in told


def test_what_a_wider_filter_lets_pass_comes_with_the_next(desk: Open, server: MailServer) -> None:
    narrow = replace(OFFICER, filter=Filter(form=("organ_removal",)))
    send_due(desk(narrow), MORNING)
    send_due(desk(), MORNING + timedelta(days=1))
    send_due(desk(narrow), MORNING + timedelta(days=2))
    send_due(desk(), MORNING + timedelta(days=3))
    assert [links(message) for message in server.received] == [[], ["camp", "maid"], [], []]


def test_the_same_again_is_the_same(desk: Open, server: MailServer) -> None:
    """Of more days than one, whatever came in or was set since; what failed holds nothing."""
    monitor = desk()
    send_due(monitor, MORNING - timedelta(days=1))
    bring(monitor, "second", MORNING + timedelta(hours=3))
    server.after_data = "452 busy"
    send_due(monitor, MORNING)
    server.after_data = "take-and-hang"
    send_due(monitor, MORNING + timedelta(days=1))
    server.after_data = ""
    assert monitor.store.deliveries()[0].outcome == "unknown"
    bring(monitor, "third", MORNING + timedelta(hours=4))
    narrow = replace(OFFICER, filter=Filter(form=("organ_removal",)))
    again = {"to": OFFICER.address, "again": True}
    send_day(desk(narrow), "2026-11-26", MORNING + timedelta(days=1), **again)
    first, second = server.received[-2:]
    assert links(first) == links(second) == ["camp", "maid", "second"]
    assert first["Subject"] == second["Subject"]
    assert "25 November 2026 to Thursday 26 November 2026" in second["Subject"]
    assert first["Message-ID"] != second["Message-ID"]


def test_an_empty_digest_sent_again_is_empty(desk: Open, server: MailServer) -> None:
    narrow = replace(OFFICER, filter=Filter(form=("organ_removal",)))
    send_day(desk(narrow), DAY, MORNING)
    send_day(desk(), DAY, MORNING, to=OFFICER.address, again=True)
    send_due(desk(), MORNING + timedelta(days=1))
    assert [links(mail) for mail in server.received] == [[], [], ["camp", "maid"]]


def test_what_is_too_old_by_now_is_told(desk: Open, server: MailServer) -> None:
    monitor = desk()
    send_due(monitor, MORNING - timedelta(days=1))
    bring(monitor, "second", NOW + timedelta(days=20))
    send_due(monitor, MORNING + timedelta(days=32))
    send_due(monitor, MORNING + timedelta(days=33))
    assert [links(message) for message in server.received] == [[], ["second"], []]
    told = [
        " ".join(message.get_body(("plain",)).get_content().split()) for message in server.received
    ]
    words = "2 stories from before Friday 27 November 2026 were in no digest to you"
    assert [words in text for text in told] == [False, True, False]


def test_each_gets_what_it_asked_for(desk: Open, server: MailServer) -> None:
    none = Recipient("none@example.org", filter=Filter(form=("organ_removal",)))
    brief = Recipient("policy@example.org", preset="policy")
    assert all(s.outcome == "sent" for s in send_day(desk(OFFICER, none, brief), DAY, NOW))
    by = {m["To"]: m for m in server.received}
    text = by["none@example.org"].get_body(("plain",)).get_content()
    assert "No new story of these days fits what this digest is set to." in text
    assert "no story" in by["none@example.org"]["Subject"]
    told = by["policy@example.org"].get_body(("plain",)).get_content()
    assert "tells court" not in told
    assert "Thursday 19 November 2026 to Wednesday 25 November 2026" in told


def test_one_that_is_refused_keeps_nobody_else_from_it(desk: Open, server: MailServer) -> None:
    monitor = desk(Recipient("refused@example.org"), Recipient("full@example.org"), OFFICER)
    assert [s.outcome for s in send_day(monitor, DAY, NOW)] == ["failed", "failed", "sent"]
    assert len(server.received) == 1
    text = monitor.render_digest(monitor.digest(DAY), "text")
    assert "Digests that may not have arrived:" in text
    assert "2026-11-25 to r…@example.org: not sent: the mail server does not accept the" in text
    assert "the mailbox is full" in text
    assert "refused@example.org" not in text


def test_a_wrong_password_is_tried_once_for_all(desk: Open, smtp: SmtpSettings) -> None:
    asked = []

    def send(message, settings) -> SendResult:
        asked.append(str(message["To"]))
        return send_message(message, settings)

    wrong = replace(smtp, password="wrong")
    monitor = desk(OFFICER, Recipient("else@example.org"), smtp=wrong)
    got = send_due(monitor, MORNING, send=send)
    assert [(s.outcome, "refused user name or password" in s.reason) for s in got] == [
        ("failed", True)
    ] * 2
    assert asked == ["officer@example.org"]
    assert send_due(monitor, MORNING + timedelta(minutes=5), send=send) == []
    again = send_due(desk(), MORNING + timedelta(minutes=20))
    assert [s.outcome for s in again] == ["sent"]


def test_a_server_that_hangs_leaves_it_unknown_and_it_is_not_sent_again(
    desk: Open, server: MailServer
) -> None:
    server.after_data = "take-and-hang"
    monitor = desk()
    [sent] = send_due(monitor, MORNING)
    assert (sent.outcome, sent.is_well) == ("unknown", False)
    server.after_data = ""
    assert send_due(monitor, MORNING + timedelta(hours=8)) == []
    assert send_day(monitor, DAY, MORNING)[0].skipped
    told = monitor.render_digest(monitor.digest(DAY), "text").split()
    assert "nobody knows whether it was sent: no answer after the message was" in " ".join(told)
    assert [m["To"] for m in server.received] == ["officer@example.org"]
    [day_after] = send_due(monitor, MORNING + timedelta(days=1))
    assert (day_after.day, day_after.outcome) == ("2026-11-26", "sent")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # of threads, at a fork
def test_killed_between_the_servers_word_and_the_commit(desk: Open, server: MailServer) -> None:
    def send(message, smtp) -> SendResult:
        assert send_message(message, smtp).outcome == "sent"
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    child = os.fork()
    if child == 0:
        try:
            send_day(desk(), DAY, NOW, send=send)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert len(server.received) == 1
    monitor = desk()
    assert outcomes(monitor) == [("officer@example.org", DAY, "unknown")]
    assert send_day(monitor, DAY, NOW)[0].skipped
    assert send_due(monitor, MORNING) == []
    assert len(server.received) == 1, "it was sent twice"
    assert "it was cut off before the answer was stored" in " ".join(
        monitor.render_digest(monitor.digest(DAY), "text").split()
    )
    [asked] = send_day(monitor, DAY, NOW, to="officer@example.org", again=True)
    assert asked.outcome == "sent"
    assert not monitor.digest(DAY).undelivered


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_killed_at_any_moment_nothing_is_sent_twice(
    desk: Open, server: MailServer, smtp: SmtpSettings, tmp_path: Path
) -> None:
    """`KILLS` days, each begun by processes that are killed, then ended by one that is not."""
    chance, kills = random.Random(11), int(os.environ.get("KILLS", "4"))
    recipients = [Recipient(f"r{n}@example.org") for n in range(5)]
    patient = replace(smtp, timeout_s=30.0)  # a busy machine is none of what is looked at
    counts: Counter[int] = Counter()
    started = time.perf_counter()
    send_due(desk(*recipients, smtp=patient), MORNING - timedelta(days=1))
    took = time.perf_counter() - started
    for number in range(kills):
        moment = MORNING + timedelta(days=number)
        delay = chance.uniform(0.0, 1.2 * took)
        child = os.fork()
        if child == 0:
            try:
                send_due(desk(*recipients, smtp=patient), moment)
            finally:
                os._exit(0)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        counts[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])] += 1
        monitor = desk(*recipients, smtp=patient)
        send_due(monitor, moment + timedelta(minutes=1))
        monitor.close()
    wait_until_quiet(server)
    monitor = desk(*recipients, smtp=patient)
    with sqlite3.connect(tmp_path / "monitor.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = monitor.store.deliveries()
    got = Counter((m["To"], m["Message-ID"]) for m in server.received)
    begun = Counter((d.address, d.message_id) for d in rows)
    assert max(got.values()) == 1, "sent twice"
    assert set(got) <= set(begun), "sent, and no row says so"
    assert {(d.address, d.message_id) for d in rows if d.outcome == "sent"} <= set(got)
    assert {d.outcome for d in rows} <= {"sent", "unknown"}
    for recipient in recipients:  # every day is had, or its outcome is listed as unknown
        days = {d.day for d in rows if d.address == recipient.address}
        assert len(days) == kills + 1
    unknown = sum(d.outcome == "unknown" for d in rows)
    arrived = sum((d.address, d.message_id) in got for d in rows if d.outcome == "unknown")
    print(
        f"{kills} kills ({counts[-signal.SIGKILL]} in time), {len(rows)} digests: {len(got)}"
        f" arrived once, none twice; {unknown} unknown, of which {arrived} had arrived"
    )


def wait_until_quiet(server: MailServer) -> None:
    """Let the server take what a killed process had handed over."""
    before = -1
    while before != len(server.received):
        before = len(server.received)
        time.sleep(0.3)


def test_where_one_hangs_the_others_wait(desk: Open, server: MailServer) -> None:
    server.after_data = "hang"
    monitor = desk(OFFICER, Recipient("else@example.org"))
    got = send_due(monitor, MORNING)
    assert [s.outcome for s in got] == ["unknown", "failed"]
    assert got[1].reason.startswith("not tried: no answer after the message was handed over")
    server.after_data = ""
    assert [s.address for s in send_due(monitor, MORNING + timedelta(minutes=15))] == [
        "else@example.org"
    ]


def test_cut_off_before_the_server_was_called(desk: Open, server: MailServer) -> None:
    def send(message, smtp) -> SendResult:
        raise KeyboardInterrupt

    monitor = desk()
    with pytest.raises(KeyboardInterrupt):
        send_day(monitor, DAY, NOW, send=send)
    assert outcomes(monitor) == [("officer@example.org", DAY, "unknown")]
    assert send_due(monitor, MORNING) == []
    assert not server.received


def test_two_desks_on_one_database_send_once(desk: Open, server: MailServer) -> None:
    one, other = desk(), desk()
    raced = []

    def send(message, smtp) -> SendResult:
        raced.extend(send_due(other, MORNING))
        return send_message(message, smtp)

    assert [s.outcome for s in send_due(one, MORNING, send=send)] == ["sent"]
    assert raced == []
    assert len(server.received) == 1


def test_every_header_is_right_in_the_bytes_that_the_server_got(
    desk: Open, server: MailServer, smtp: SmtpSettings
) -> None:
    """RFC 8058 and 2369: the link stands as it is, not as an encoded word that decodes to it."""
    digest = DigestSettings("Büro", public_url="https://desk.example.org/" + "long/" * 40)
    name = "Desk of the office in Accra, of that in Lomé, and of all the others"
    monitor = desk(digest=digest, smtp=replace(smtp, sender=f'"{name}" <a&b=c@example.org>'))
    send_day(monitor, DAY, NOW)
    [raw] = server.raw
    head = raw.partition(b"\r\n\r\n")[0]
    token = stop_token(monitor.store.key("unsubscribe"), OFFICER.address).encode()
    link = b"https://desk.example.org/" + b"long/" * 40 + b"unsubscribe/" + token
    assert (
        b"\r\nList-Unsubscribe: <%s>,\r\n <mailto:a%%26b%%3Dc@example.org?subject=unsubscribe>\r\n"
        % link
    ) in head
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head
    assert b"\r\nTo: officer@example.org\r\n" in head
    assert b"\n <a&b=c@example.org>\r\n" in head
    told = head.partition(b"\r\nFrom: ")[2] or head.removeprefix(b"From: ")
    told = re.split(rb"\r\n(?! )", told)[0]
    assert str(make_header(decode_header(told.decode()))) == f"{name} <a&b=c@example.org>"
    assert str(server.received[0]["Subject"]).startswith("Büro, Wednesday 25 November 2026")
    encoded = [line for line in head.split(b"\r\n") if b"=?" in line]
    assert all(
        line.startswith((b"From: =?utf-8?", b"Subject: =?utf-8?", b" =")) for line in encoded
    )
    assert all(len(word) <= 75 for word in b" ".join(encoded).split() if b"=?" in word), "RFC 2047"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")), "RFC 5322"


def test_who_unsubscribes_gets_no_more(desk: Open, server: MailServer) -> None:
    digest = DigestSettings(public_url="https://desk.example.org")
    monitor = desk(OFFICER, Recipient("else@example.org"), digest=digest)
    send_day(monitor, DAY, NOW)
    link = server.raw[0].partition(b"\r\nList-Unsubscribe: <")[2].partition(b">")[0].decode()
    assert link.startswith("https://desk.example.org/unsubscribe/")
    token = link.rpartition("/")[2]
    assert find_recipient(monitor, token) == "officer@example.org"
    assert unsubscribe(monitor, token) == "officer@example.org"
    assert unsubscribe(monitor, token[::-1]) is None
    assert unsubscribe(monitor, stop_token("guessed", "else@example.org")) is None
    assert [s.address for s in send_due(monitor, MORNING + timedelta(days=1))] == [
        "else@example.org"
    ]
    [told, _] = send_day(monitor, "2026-11-24", NOW)
    assert told.skipped == "unsubscribed on 2026-11-25"
    assert monitor.store.restore_recipient("officer@example.org")
    assert len(send_due(monitor, MORNING + timedelta(days=2))) == 2


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"day": "all"}, "'all' is no single day"),
        ({"day": "2026-11-20..2026-11-25"}, "is no single day"),
        ({"day": "2026-11-26"}, "2026-11-26 is not yet: today is 2026-11-25"),
        ({"day": None, "to": "nobody@example.org"}, r"'nobody@example.org' is none of the \[\["),
        ({"day": None, "again": True}, "--resend needs --to"),
    ],
)
def test_what_cannot_be_sent(desk: Open, call, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        send_day(desk(), call.pop("day"), NOW, **call)


def test_without_mail_nothing_is_due(desk: Open) -> None:
    assert send_due(desk(smtp=SmtpSettings()), MORNING) == []
    with pytest.raises(UsageError, match="no mail server is set"):
        send_day(desk(smtp=SmtpSettings()), DAY, NOW)
