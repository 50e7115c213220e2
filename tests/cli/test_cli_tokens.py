"""`monitor tokens` as it is typed, and what serving others says and examining them finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk import Desk
from monitor.api.authentication import is_loopback, words_to_others
from monitor.app import Monitor
from monitor.cli.doctor import Setup, examine, examine_serving
from monitor.records.errors import ConfigError
from monitor.settings import DigestSettings, ServeSettings, Settings, load_settings
from store_samples import NOW


def test_a_token_is_told_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    made = desk.type("tokens", "add", "Ama Test", "--role", "volunteer", "--days", "9999999")
    assert made.code == 2
    made = desk.type("tokens", "add", "Ama Test", "--role", "volunteer")
    assert made.code == 0, made.err
    assert re.fullmatch(r"monitor_[\w-]{43}\n", made.out)
    assert "Ama Test (volunteer)" in made.err
    assert desk.type("tokens", "add", "Kofi", "--scope", "read", "--scope", "check").code == 0
    assert "already" in desk.refuses("tokens", "add", "ama test")
    assert "king" in desk.refuses("tokens", "add", "Esi", "--scope", "king")
    listed = [line.split("\t") for line in desk.type("tokens", "list").out.splitlines()]
    assert [(name, role, end) for name, role, _, end in listed] == [
        ("Ama Test", "volunteer", "no end"),
        ("Kofi", "reader", "no end"),
    ]
    assert desk.type("tokens", "revoke", "AMA TEST").err == "revoked: Ama Test (volunteer)\n"
    assert "no token" in desk.refuses("tokens", "revoke", "Ama Test")
    assert "revoked 20" in desk.type("tokens", "list").out
    secret = made.out.strip().removeprefix("monitor_")
    files = list(tmp_path.glob("monitor.sqlite*"))
    assert files
    assert all(secret.encode() not in file.read_bytes() for file in files)


def test_serving_others_says_how(tmp_path: Path) -> None:
    public = DigestSettings(public_url="https://desk.example")
    with Monitor(Settings(home=tmp_path)) as monitor:
        assert list(words_to_others(monitor, "localhost")) == []
        assert list(words_to_others(monitor, "::1")) == []
        first, second = words_to_others(monitor, "0.0.0.0")
        assert "monitor tokens add NAME" in first
        assert "without https" in second
    Desk(tmp_path).type("tokens", "add", "Ama")
    with Monitor(Settings(home=tmp_path, digest=public)) as monitor:
        (only,) = words_to_others(monitor, "192.0.2.2")
        assert "1 token can" in only


@pytest.mark.parametrize(
    ("address", "home"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True)),
        *(("192.0.2.2", False), ("::ffff:192.0.2.2", False), ("", False), ("localhost", False)),
    ],
)
def test_this_machine_is_known_by_its_address(address: str, home: bool) -> None:
    assert is_loopback(address) == home


@pytest.mark.parametrize("proxy", ["localhost", "*", "10.0.0.1/8", "10.0.0.0/33", ""])
def test_a_proxy_is_named_by_its_address(tmp_path: Path, proxy: str) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text(f'[serve]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8", "{proxy}"]\n')
    with pytest.raises(ConfigError, match=r"serve\.trusted_proxies"):
        load_settings(file)
    file.write_text('[serve]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8", "::1"]\n')
    assert load_settings(file).serve.trusted_proxies[1] == "10.0.0.0/8"


def test_doctor_sees_what_can_be_read_on_the_way(tmp_path: Path) -> None:
    def found(**settings: object) -> list[tuple[str, str]]:
        desk = Setup(Settings(home=tmp_path, **settings), None, NOW)  # type: ignore[arg-type]
        return [(check.status, check.found) for check in examine(desk, [examine_serving])]

    public = DigestSettings(public_url="https://desk.example")
    assert found() == []
    assert "no token" in found(digest=public)[0][1]
    Desk(tmp_path).type("tokens", "add", "Ama")
    ((status, said),) = found()
    assert status == "warning"
    assert "read on the way" in said
    assert found(digest=public) == [("ok", "1 token to sign in with, at https://desk.example")]
    wide = ServeSettings(trusted_proxies=("0.0.0.0/0",))
    assert found(digest=public, serve=wide)[0][0] == "warning"
