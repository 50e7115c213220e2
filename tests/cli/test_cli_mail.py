"""`monitor digest --send` and `monitor recipients`, typed, against a real mail server."""

from pathlib import Path
from xml.etree import ElementTree as ET

import mail_server
from desk import make_desk
from mail_server import PASSWORD, USER

SETTINGS = """
[smtp]
host = "{host}"
port = {port}
username = "{user}"
sender = "Desk <desk@example.org>"
ca_file = '{ca_file}'
timeout_s = 5
[[recipients]]
address = "officer@example.org"
[[recipients]]
address = "refused@example.org"
timezone = "Asia/Dili"
"""


def test_a_digest_is_sent_and_its_troubles_are_told(tmp_path: Path) -> None:
    with mail_server.serve(tmp_path) as server:
        told = SETTINGS.format(
            host=server.host, port=server.port, user=USER, ca_file=server.ca_file
        )
        desk = make_desk(tmp_path / "desk", told)
        wrong = desk.type("digest", "--send", MONITOR_SMTP_PASSWORD="wrong")
        assert wrong.code == 1
        assert wrong.out.count("refused user name or password (535") == 2
        assert "wrong" not in wrong.out + wrong.err
        sent = desk.type("digest", "--send", MONITOR_SMTP_PASSWORD=PASSWORD)
        assert sent.code == 1
        officer, refused = sent.out.splitlines()
        assert officer.startswith("officer@example.org cases ")
        assert officer.endswith(": sent")
        assert "failed: the mail server does not accept the recipient (550 5.1.1 …" in refused
        again = desk.type(
            "digest", "--send", "--to", "officer@example.org", MONITOR_SMTP_PASSWORD=PASSWORD
        )
        assert (again.code, "not sent: had that day before" in again.out) == (0, True)
        assert len(server.received) == 1
        assert "no story" in server.received[0]["Subject"]
    listed = desk.type("recipients", "list").out.splitlines()
    assert listed[0].split("\t")[:5] == [
        "officer@example.org",
        "cases",
        "07:00",
        "every day",
        "UTC",
    ]
    assert listed[1].endswith("had none so far")
    sends = desk.type("recipients", "sends", "--open")
    assert (sends.code, sends.out.count("\n")) == (1, 1)
    assert "\trefused@example.org\tfailed\t" in sends.out
    atom = ET.fromstring(desk.type("digest", "--format", "atom").out)
    assert atom.tag == "{http://www.w3.org/2005/Atom}feed"


def test_without_mail_it_says_what_to_set(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk")
    assert "no mail server is set: [smtp] host" in desk.refuses("digest", "--send")
    assert "--to goes with --send" in desk.refuses("digest", "--to", "a@b.example")
    assert "no [[recipients]] in monitor.toml" in desk.refuses("recipients", "list")
    gone = desk.refuses("recipients", "restore", "a@b.example")
    assert "a@b.example has not unsubscribed" in gone
