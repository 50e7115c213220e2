"""Article page reader: allowed by robots.txt, fetched, extracted, given up on host by host."""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds import text_mining_rights as rights
from monitor.feeds.http_client import PAGE_TYPES, FetchResult, HttpClient, fetch
from monitor.feeds.page_extraction import PDF_FAULTS, Page, extract_page, extract_pdf
from monitor.feeds.robots_txt import UNREADABLE, robots_refusal
from monitor.feeds.urls import host_of
from monitor.records.errors import FeedError, InstallationError, UnsafeAddress
from monitor.records.feed import PageFailure

MAX_FAILURES = 3
"""After so many pages in a row without an answer a host is left alone for the run."""
_log = logging.getLogger(__name__)
_STATUS: dict[int, PageFailure] = {
    401: "login",
    402: "login",
    403: "refused",
    404: "not_found",
    410: "not_found",
    429: "busy",
    503: "busy",
}
_MARKUP = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|meta|title|article|p|div)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A page, or why there is none, in words and as one of the causes that are counted.

    `retry` says that it may be there another time. `terms` are what is said of mining the page.
    `final_url` is where it was found in the end.
    """

    page: Page | None = None
    error: str | None = None
    failure: PageFailure | None = None
    retry: bool = False
    terms: rights.Terms = rights.UNSAID
    final_url: str = ""


class PageReader:
    """Reads article pages in one run; safe to use from several threads."""

    def __init__(self, client: HttpClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now
        self._failures: Counter[str] = Counter()
        self._broken = False
        self._guard = threading.Lock()

    def read(self, url: str) -> PageAnswer:
        """Return the article at `url`. Never fails: what goes wrong is in the answer."""
        try:
            return self._read(url, host_of(url))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not cost the other pages
            _log.exception("page %s", url)
            return PageAnswer(None, f"{url}: unexpected {type(error).__name__}", "fault")

    def _read(self, url: str, host: str) -> PageAnswer:
        if self._broken:  # told already: no page that is asked for could be read
            return PageAnswer(None, f"{url}: not asked for", "extractor", retry=True)
        if self._failures[host] >= MAX_FAILURES:
            return PageAnswer(None, f"{url}: its host does not answer", "no_answer", retry=True)
        try:
            if refusal := robots_refusal(self._client, url, self._now):
                return PageAnswer(None, f"{url}: {refusal}", "robots", retry=refusal == UNREADABLE)
            answer = fetch(self._client, url, now=self._now(), accept=PAGE_TYPES)
            self._failures[host] = 0
            return self._extract(answer, url, host)
        except FeedError as error:
            unsafe = isinstance(error, UnsafeAddress)
            self._failures[host] += not unsafe
            why: PageFailure = "unsafe" if unsafe else "no_answer"
            return PageAnswer(None, str(error), why, retry=not unsafe)

    def _extract(self, answer: FetchResult, url: str, host: str) -> PageAnswer:
        if answer.body is None:
            other: PageFailure = "server_error" if answer.status >= 500 else "status"
            failure = _STATUS.get(answer.status, other)
            if failure == "busy":
                self._failures[host] = MAX_FAILURES
            retry = answer.status >= 500 or answer.status == 429
            return PageAnswer(None, f"{url}: status {answer.status}", failure, retry=retry)
        if answer.truncated:
            return PageAnswer(None, f"{url}: the answer ended early", "no_answer", retry=True)
        here = answer.final_url
        if b"%PDF-" in answer.body[:1024]:  # whatever it was called
            page, fault = extract_pdf(answer.body)
            said = f"{url}: {PDF_FAULTS[fault]}" if fault else None
            return PageAnswer(page, said, fault, final_url=here)
        try:
            page = extract_page(answer.body, answer.content_type, here)
        except InstallationError as error:
            with self._guard:
                told, self._broken = self._broken, True
            if not told:  # once in a run: no page is at fault
                message = "error: %s; articles are judged on their summaries until it works"
                _log.error(message, error)
            return PageAnswer(None, str(error), "extractor", retry=True)
        if page is not None:
            by_file = rights.rule_terms(rights.file_rules(self._client, here, self._now), here)
            terms = rights.strictest(page.terms, rights.header_terms(answer.headers, here), by_file)
            return PageAnswer(page, terms=terms, final_url=here)
        is_page = is_html(answer.content_type, answer.body)
        why = "no article text found in the page" if is_page else "the page is no HTML"
        return PageAnswer(None, f"{url}: {why}", "no_text" if is_page else "not_html")


def is_html(content_type: str, body: bytes) -> bool:
    """Tell whether an answer is HTML, by its Content-Type (lower case) or as it begins."""
    media_type = content_type.partition(";")[0].strip()
    return media_type in ("text/html", "application/xhtml+xml") or bool(_MARKUP.search(body[:4096]))
