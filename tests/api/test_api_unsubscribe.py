"""One click stops a digest, without signing in, for one address only; a look changes nothing."""

from collections.abc import Iterator

import httpx
import pytest

import serving
from monitor.app import Monitor
from monitor.digest.mail_delivery import KEY
from monitor.digest.mail_message import stop_token
from monitor.settings import DigestSettings, Recipient, Settings

ADDRESS = "officer@example.org"
CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(scope="module", name="monitor")
def _monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    settings = Settings(
        home=tmp_path_factory.mktemp("desk"),
        digest=DigestSettings(public_url="https://desk.example.org"),
        recipients=(Recipient(ADDRESS), Recipient("else@example.org")),
    )
    with Monitor(settings) as monitor:
        yield monitor


@pytest.fixture(scope="module", name="call")
def _call(monitor: Monitor) -> Iterator[httpx.Client]:
    with serving.serve(monitor, lifespan="off") as address, httpx.Client(base_url=address) as call:
        yield call


@pytest.fixture(name="path")
def _path(monitor: Monitor) -> str:
    monitor.store.restore_recipient(ADDRESS)
    return f"/unsubscribe/{stop_token(monitor.store.key(KEY), ADDRESS)}"


def test_a_look_changes_nothing_and_shows_no_address(
    call: httpx.Client, monitor: Monitor, path: str
) -> None:
    page = call.get(path, headers={"Host": "desk.example.org"})
    assert page.status_code == 200
    assert "o…@example.org" in page.text
    assert ADDRESS not in page.text
    assert page.headers["referrer-policy"] == "same-origin", "else its form has no origin"
    assert call.head(path).status_code in (200, 405)
    assert call.post(path, data={"other": "x"}).status_code == 200
    assert monitor.store.unsubscribed() == {}


@pytest.mark.parametrize(
    "form", [{"data": CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}]
)
def test_a_mail_program_stops_it_with_one_click(
    call: httpx.Client, monitor: Monitor, path: str, form
) -> None:
    """RFC 8058: no cookie, no origin, as a form in either encoding; twice is as once."""
    for _ in range(2):
        done = call.post(path, headers={"Host": "desk.example.org"}, **form)
        assert done.status_code == 200
        assert "gets no further digest" in done.text
    assert list(monitor.store.unsubscribed()) == [ADDRESS]


def test_a_guessed_link_stops_nobody(call: httpx.Client, monitor: Monitor, path: str) -> None:
    for token in ("0" * 64, path[-10:], "%00", "é"):
        assert call.post(f"/unsubscribe/{token}", data=CLICK).status_code == 404
        assert call.get(f"/unsubscribe/{token}").status_code == 404
    assert monitor.store.unsubscribed() == {}


def test_another_sites_page_cannot(call: httpx.Client, monitor: Monitor, path: str) -> None:
    refused = call.post(path, data=CLICK, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert monitor.store.unsubscribed() == {}
