"""The conversation with a real mail server: TLS, AUTH, and everything that goes wrong in it."""

import re
import socket
import warnings
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

import mail_server
from mail_server import PASSWORD, USER, MailServer
from monitor.digest.smtp import SendResult, send_message, try_login
from monitor.settings import SmtpSettings

DOTS = ".one\r\n..two\r\n.\r\nthree\r\n"


def message(to: str = "officer@example.org") -> EmailMessage:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = "Desk <desk@example.org>", to, "News"
    made.set_content(DOTS)
    return made


def settings(server: MailServer, **changes) -> SmtpSettings:
    return replace(
        SmtpSettings(
            server.host, server.port, "starttls", USER, PASSWORD, "desk@example.org", 1.0,
            server.ca_file,
        ),
        **changes,
    )  # fmt: skip


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server.serve(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture(autouse=True)
def _as_it_was(server: MailServer) -> Iterator[None]:
    server.received.clear()
    yield
    server.after_data = ""


@pytest.mark.parametrize("security", ["tls", "none"])
def test_of_every_security(tmp_path: Path, security: str) -> None:
    with mail_server.serve(tmp_path, security) as server:
        assert send_message(message(), settings(server, security=security)) == SendResult("sent")
        assert server.received[0].get_content() == DOTS


def test_with_starttls_and_a_password(server: MailServer) -> None:
    assert send_message(message(), settings(server)) == SendResult("sent")
    [got] = server.received
    assert got.get_content() == DOTS
    assert got["X-Mail-From"] == "desk@example.org"
    assert try_login(settings(server)) == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "wrong"}, r"refused user name or password \(535 "),
        ({"password": ""}, "no password: set MONITOR_SMTP_PASSWORD"),
        ({"ca_file": ""}, "its certificate is not trusted"),
        ({"host": "localhost"}, "its certificate is not trusted"),
        ({"security": "tls"}, "speaks no TLS there"),
        ({"security": "none", "username": ""}, r"does not accept the sender \(530 "),
        ({"port": 1}, "127.0.0.1:1: cannot be reached: Connection refused"),
        ({"host": "no-such-host.invalid"}, "no-such-host.invalid:.* cannot be reached"),
    ],
)
def test_what_is_wrong_with_all_mail(server: MailServer, changes, reason: str) -> None:
    smtp = settings(server, **changes)
    told = send_message(message(), smtp)
    assert (told.outcome, told.whole, told.lasting) == ("failed", True, False)
    assert re.search(reason, told.reason), told
    assert PASSWORD not in told.reason
    assert not server.received
    if "username" not in changes:
        assert try_login(smtp) == told.reason


@pytest.mark.parametrize(
    ("to", "reason", "lasting"),
    [
        ("refused", "does not accept the recipient (550 5.1.1 …: no such user here)", True),
        ("full", "the mailbox is full (552 5.2.2", True),
        ("busy", "the mailbox is full (452 4.2.2", False),
    ],
)
def test_what_is_wrong_with_one(server: MailServer, to: str, reason: str, lasting: bool) -> None:
    told = send_message(message(f"{to}@example.org"), settings(server))
    assert (told.outcome, told.whole, told.lasting) == ("failed", False, lasting)
    assert reason in told.reason


@pytest.mark.parametrize(
    ("after", "outcome", "reason"),
    [
        ("hang", "unknown", "no answer after the message was handed over"),
        ("take-and-hang", "unknown", "no answer after the message was handed over"),
        ("close", "unknown", "the connection broke after the message was handed over"),
        ("554 5.7.1 looks like spam", "failed", "does not accept the message (554 5.7.1"),
        ("452 4.3.1 disk full", "failed", "the mailbox is full (452"),
    ],
)
def test_after_it_was_handed_over(server: MailServer, after, outcome, reason: str) -> None:
    server.after_data = after
    told = send_message(message(), settings(server, timeout_s=0.4))
    assert told.outcome == outcome
    assert reason in told.reason


def test_a_server_that_says_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        smtp = SmtpSettings("127.0.0.1", port, "none", sender="a@b.example", timeout_s=0.3)
        told = send_message(message(), smtp)
    assert told.outcome == "failed"
    assert "did not answer in 0.3 s" in told.reason


def test_nothing_is_left_open(server: MailServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        send_message(message(), settings(server, password="wrong"))
        send_message(message(), settings(server))
