"""`/metrics` and `/readyz`: what is counted, what is named, and that no word of a text is there."""

import json
import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

import store_samples
from monitor.api.health import Metrics, troubles
from monitor.app import Monitor
from monitor.records.feed import FeedState
from monitor.settings import CheckSettings, Settings
from serving import ARTICLES, serve

Samples = dict[tuple[str, ...], float]


def read(text: str) -> Samples:
    """The samples by name and label values, without the times that the library adds."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_what_was_done_is_counted(client: httpx.Client) -> None:
    client.post("/v1/check", json={"text": "Ungewoehnliches Wort in einem Entwurf."})
    client.get("/no/such/Geheimnis")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = read(answer.text)
    assert found["monitor_requests_total", "POST /v1/check", "200"] >= 1
    assert found["monitor_request_seconds_count", "POST /v1/check"] >= 1
    assert found["monitor_requests_total", "GET (no route)", "404"] >= 1
    assert found["monitor_entries_fetched_total",] == len(ARTICLES)
    assert found["monitor_entries_stored_total",] == len(ARTICLES)
    assert found["monitor_articles",] == len(ARTICLES)
    assert found["monitor_polls_total", "read"] == 1
    assert found["monitor_feeds", "alive"] == 1
    assert found["monitor_assessments_due", "thb-en"] == 0
    assert found["monitor_ready", "models"] == 1
    words = {word for title, text in ARTICLES.values() for word in re.findall(r"\w{7,}", title)}
    assert not [word for word in {*words, "Ungewoehnliches", "Geheimnis"} if word in answer.text]
    assert "example" not in answer.text, "an address"


def test_metrics_follow_the_rules_of_access(client: httpx.Client) -> None:
    assert client.get("/metrics", headers={"Host": "elsewhere.example"}).status_code == 400


def test_counts_go_on_from_where_they_were(tmp_path: Path) -> None:
    """Only what is new is read, and not more often than every half minute."""
    clock = [0.0]
    feed, other = store_samples.feed(), store_samples.feed("other")
    with Monitor(Settings(home=tmp_path), now=lambda: store_samples.NOW) as monitor:
        metrics = Metrics(monitor, monotonic=lambda: clock[0])
        monitor.store.add_feeds([feed, other], store_samples.NOW)
        entries = [store_samples.incoming("a"), store_samples.incoming("b")]
        monitor.store.record_poll(
            store_samples.poll(feed, entries, dropped={"no_link": 3}), store_samples.NOW
        )
        first = read(metrics.render().decode())
        failed = FeedState(last_poll=store_samples.NOW, failures=1, error="status 404")
        poll = store_samples.poll(feed, state=failed, error="status 404")
        monitor.store.record_poll(poll, store_samples.at(1))
        assert read(metrics.render().decode())["monitor_polls_total", "failed"] == 0
        clock[0] = 31
        second = read(metrics.render().decode())
    assert first["monitor_entries_dropped_total", "no_link"] == 3
    assert first["monitor_assessments_due", "relevance-en"] == 2
    assert (first["monitor_feeds", "alive"], first["monitor_feeds", "never_polled"]) == (1, 1)
    assert second["monitor_polls_total", "failed"] == 1
    assert second["monitor_polls_total", "read"] == 1
    assert second["monitor_entries_dropped_total", "no_link"] == 3
    assert (second["monitor_feeds", "alive"], second["monitor_feeds", "failing"]) == (0, 1)


def test_what_is_not_ready_is_named(tmp_path: Path) -> None:
    """And nothing of where it is: that is for the log."""
    (tmp_path / "monitor.sqlite").write_bytes(b"no database at all" * 100)
    settings = Settings(home=tmp_path, check=CheckSettings(guideline="no-such-guideline"))
    with Monitor(settings) as monitor, serve(monitor) as address:
        answer = httpx.get(f"{address}/readyz", timeout=60)
        numbers = read(httpx.get(f"{address}/metrics").text)
        assert set(troubles(monitor)) == {"database", "guideline"}
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    said = json.loads(answer.text)["detail"]
    assert said == "Not ready: the database and the guideline cannot be used."
    assert (numbers["monitor_ready", "database"], numbers["monitor_ready", "models"]) == (0, 1)


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
def test_they_are_for_machines(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert "text/html" not in answer.headers["content-type"]
