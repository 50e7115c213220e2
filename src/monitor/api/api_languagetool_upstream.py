"""The other LanguageTool server of the settings, asked beside our own check."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from anyio import CapacityLimiter, move_on_after, to_thread

from monitor.api.languagetool_request import Wanted
from monitor.api.languagetool_upstream import (
    UpstreamError,
    ask_upstream,
    sound_matches,
    upstream_languages,
)
from monitor.clients import LanguageToolSettings

logger = logging.getLogger("monitor.api")

AT_ONCE = 8
"""Threads that wait for it."""
REST_S = 30.0
"""For how long it is not asked after it came late: a paragraph each would wait in vain."""
LANGUAGES_S = 600.0
"""How long its list of languages is kept."""


class Upstream:
    """Asks the server of `settings`, if there is one. Only the event loop may call it."""

    def __init__(
        self, settings: LanguageToolSettings, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._limiter: CapacityLimiter | None = None
        self._rests_until = float("-inf")
        self._languages: tuple[float, list[dict[str, str]]] = (float("-inf"), [])

    async def matches(self, wanted: Wanted) -> tuple[list[dict[str, Any]], bool]:
        """Return its matches, and whether those are all; none and no where it does not answer."""
        if not self._settings.upstream:
            return [], True
        try:
            answer = await self._ask("/check", wanted.passed_on)
            units = len(wanted.given.source.encode("utf-16-le")) // 2
            return sound_matches(answer, units)
        except UpstreamError as error:
            logger.warning("languagetool upstream: %s", error)
            return [], False

    async def languages(self) -> list[dict[str, str]]:
        """Return its languages, asked for seldom; those known before where it does not answer."""
        kept_until, known = self._languages
        if self._settings.upstream and self._monotonic() >= kept_until:
            try:
                known = upstream_languages(await self._ask("/languages"))
            except UpstreamError as error:
                logger.warning("languagetool upstream: %s", error)
            self._languages = self._monotonic() + LANGUAGES_S, known
        return known

    async def _ask(self, path: str, fields: Mapping[str, str] | None = None) -> Any:
        if self._monotonic() < self._rests_until:
            raise UpstreamError("it is not asked for a while, as it came late")
        self._limiter = self._limiter or CapacityLimiter(AT_ONCE)
        ask = partial(ask_upstream, self._settings, path, fields)
        with move_on_after(self._settings.timeout_s):
            return await to_thread.run_sync(ask, abandon_on_cancel=True, limiter=self._limiter)
        self._rests_until = self._monotonic() + REST_S
        raise UpstreamError("it did not answer in time")
