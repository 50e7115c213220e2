"""Article pages: allowed by robots.txt, fetched, extracted, and given up on host by host."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import FeedError, UnsafeAddress
from monitor.feeds.http import PAGE_TYPES, Client, FetchResult, fetch
from monitor.feeds.pages import Page, extract_page
from monitor.feeds.robots import UNREADABLE, Robots
from monitor.feeds.urls import host_of

MAX_FAILURES = 3
"""After so many pages in a row without an answer a host is left alone for the run."""
_log = logging.getLogger(__name__)
_BUSY = frozenset((429, 503))


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page, or why there is none; `retry` says that it may be there another time."""

    page: Page | None = None
    error: str | None = None
    unsafe: bool = False
    retry: bool = False


class PageReader:
    """Reads article pages in one run; safe to use from several threads."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._robots = Robots(client, now)
        self._failures: Counter[str] = Counter()
        self._guard = threading.Lock()

    def read(self, url: str) -> PageAnswer:
        """Return the article at `url`. Never fails: what goes wrong is in the answer."""
        try:
            return self._read(url, host_of(url))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the other pages
            _log.exception("page %s", url)
            return PageAnswer(error=f"{url}: unexpected {type(error).__name__}")

    def _read(self, url: str, host: str) -> PageAnswer:
        with self._guard:
            if self._failures[host] >= MAX_FAILURES:
                return PageAnswer(error=f"{url}: its host does not answer", retry=True)
        try:
            refusal = self._robots.refusal(url)
            if refusal:
                return PageAnswer(error=f"{url}: {refusal}", retry=refusal == UNREADABLE)
            answer = fetch(self._client, url, now=self._now(), accept=PAGE_TYPES)
        except UnsafeAddress as error:
            return PageAnswer(error=str(error), unsafe=True)
        except FeedError as error:
            self._note(host, failed=True)
            return PageAnswer(error=str(error), retry=True)
        self._note(host, failed=False)
        return self._extract(answer, url, host)

    def _extract(self, answer: FetchResult, url: str, host: str) -> PageAnswer:
        if answer.body is None:
            if answer.status in _BUSY:
                with self._guard:
                    self._failures[host] = MAX_FAILURES
            retry = answer.status >= 500 or answer.status == 429
            return PageAnswer(error=f"{url}: status {answer.status}", retry=retry)
        if answer.truncated:
            return PageAnswer(error=f"{url}: the answer ended early", retry=True)
        page = extract_page(answer.body, answer.content_type, answer.final_url)
        if page is None:
            return PageAnswer(error=f"{url}: no article text found in the page")
        return PageAnswer(page)

    def _note(self, host: str, *, failed: bool) -> None:
        with self._guard:
            self._failures[host] = self._failures[host] + 1 if failed else 0
