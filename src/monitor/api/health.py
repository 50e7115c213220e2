"""Health checks and numbers: `/healthz`, `/readyz`, and `/metrics` for Prometheus.

Labels of numbers are names of our own (routes, states, assessors): no address, no title and no word
of a draft or an article becomes one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from fastapi import APIRouter, Depends
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.api.access import CheckersDep, DeskDep, need
from monitor.api.openapi import says
from monitor.api.problem_details import ProblemError
from monitor.api.schemas import Alive, Ready
from monitor.desk import Desk
from monitor.records.errors import MonitorError, describe_exception
from monitor.storage.health import Happened

logger = logging.getLogger("monitor.api")
router = APIRouter(tags=["health"])


@router.get("/healthz", **says("Is the process alive?", Alive, usual=False))
async def healthz() -> JSONResponse:
    """Answer at once, without touching the database or a model, and without a thread."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", **says("Can it serve?", Ready, 503, usual=False))
def readyz(desk: DeskDep, checkers: CheckersDep) -> Response:
    """Open the database and load guideline and models; name what of them cannot be used."""
    found = troubles(desk)
    if found:
        for part, error in found.items():
            logger.error("not ready: %s: %s", part, describe_exception(error))
        # Only which part: the reason may name a path or a host, and goes to the log and `doctor`.
        raise ProblemError(503, f"Not ready: the {' and the '.join(found)} cannot be used.")
    checkers.load()
    stale = desk.shelf.problem is not None
    return JSONResponse({"status": "ready", **desk.ready(), "stale": stale})


PARTS: Mapping[str, Callable[[Desk], object]] = {
    "database": lambda desk: desk.store.ping(),
    "guideline": lambda desk: desk.guideline,
    "models": lambda desk: desk.classifiers,
}


def troubles(desk: Desk) -> dict[str, MonitorError]:
    """Open each part of `PARTS`; return what is wrong with those that cannot be used."""
    found: dict[str, MonitorError] = {}
    for part, use in PARTS.items():
        try:
            use(desk)
        except MonitorError as error:
            found[part] = error
    return found


MAX_AGE_S = 30.0
_SHARE = 50
"""The desk's numbers are read anew after half a minute, or after fifty times as long as reading
took where that is more: what is due is counted through the whole archive."""
_GOOD = {
    "description": "Counts and times in Prometheus' text format.",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}
_NUMBERS = says("Numbers for Prometheus", {200: _GOOD}, usual=False)
_READ = [Depends(need("read"))]
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@router.get("/metrics", dependencies=_READ, **_NUMBERS)
def metrics(request: Request) -> Response:
    """Return counts of feeds, polls, articles, due work and requests; no words of any text."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.render(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Metrics(Collector):
    """The numbers of one application; how the desk stands is read when asked, not too often."""

    def __init__(self, desk: Desk, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._guard = threading.Lock()
        self._next = float("-inf")
        self._happened = Happened()
        self._metrics: list[Metric] = []
        self._registry = CollectorRegistry()
        said = "Requests answered, by route and status."
        labels = ("route", "status")
        self._requests = Counter("monitor_requests", said, labels, registry=self._registry)
        self._seconds = Histogram(
            "monitor_request_seconds",
            "How long requests took, by route; POST /v1/check is a check of a draft.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._registry.register(self)

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the route's pattern, never the address asked for."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def render(self) -> bytes:
        """Return all numbers in the text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the desk's numbers; a part that cannot be read is 0 in `monitor_ready`."""
        with self._guard:
            start = self._monotonic()
            if start >= self._next:
                self._metrics = list(self._read())
                end = self._monotonic()
                self._next = end + max(MAX_AGE_S, _SHARE * (end - start))
            yield from self._metrics

    def _read(self) -> Iterator[Metric]:
        found = troubles(self._desk)
        ready = {part: float(part not in found) for part in PARTS}
        yield _gauge("ready", "Whether a part can be used.", ready, "part")
        if "database" in found:
            return
        stamps = () if found else self._desk.stamps
        try:
            self._happened = happened = self._desk.store.happened(self._happened)
            standing = self._desk.store.standing(stamps)
        except MonitorError:  # the log of the request that met it says why; the next scrape may do
            return
        outcomes = {"read": 0, "unchanged": 0, "failed": 0, **happened.polls}
        yield _counter("polls", "Polls of feeds, by outcome.", outcomes, "outcome")
        yield _counter("entries_fetched", "Entries of feeds fetched.", happened.fetched)
        yield _counter("entries_stored", "Entries stored as new or changed.", happened.stored)
        yield _counter("entries_dropped", "Entries dropped, by name.", happened.dropped, "drop")
        said = "Judgements that failed, by assessor."
        yield _counter("assessments_failed", said, happened.failed, "assessor")
        yield _gauge("feeds", "Feeds followed, by state.", standing.feeds, "state")
        yield _gauge("articles", "Articles stored.", standing.articles)
        yield _gauge("articles_expired", "Articles whose words have expired.", standing.expired)
        yield _gauge("assessments_due", "Articles still to judge.", standing.due, "assessor")
        last = {name: at.timestamp() for name, at in standing.last.items()}
        said = "When it last went well, in seconds since 1970."
        yield _gauge("last_success_timestamp_seconds", said, last, "what")


def _number(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    said: str,
    values: Mapping[str, float] | float,
    label: str = "",
) -> Metric:
    """Return one number, or one for each of `values`, whose keys are of `label`."""
    if not isinstance(values, Mapping):
        return kind(f"monitor_{name}", said, value=values)
    family = kind(f"monitor_{name}", said, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


_gauge = partial(_number, GaugeMetricFamily)
_counter = partial(_number, CounterMetricFamily)
