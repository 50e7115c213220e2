"""Asking another LanguageTool server, and taking from its answer what has the right shape.

The one place where a draft may leave this process for another: only to the address in the settings
(on this machine unless they say otherwise), past no proxy of the environment, after no redirect.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from anyio import CapacityLimiter, move_on_after, to_thread

from monitor.api.languagetool_request import LanguageToolRequest
from monitor.records.errors import MonitorError
from monitor.settings import LanguageToolSettings, is_local

MAX_ANSWER = 8_000_000
"""Bytes; a check of 40,000 characters with a match in each line is under one million."""
LATE = "it did not answer in time"


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has."""
    return len(text.encode("utf-16-le")) // 2


class UpstreamError(MonitorError):
    """The other server did not answer as it should; says why in our own words."""


def ask_upstream(
    settings: LanguageToolSettings,
    path: str,
    fields: Mapping[str, str] | None = None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
) -> Any:
    """Return the JSON that the other server answers (to `fields`); raises `UpstreamError`."""
    parts = urlsplit(settings.upstream)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=settings.timeout_s)
    until = monotonic() + settings.timeout_s
    try:
        connection.connect()
        if not settings.allow_remote and not is_local(connection.sock.getpeername()[0]):
            raise UpstreamError("it is not on this machine")
        body = urlencode(fields).encode() if fields is not None else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        address = parts.path.rstrip("/") + path
        connection.request("POST" if fields else "GET", address, body=body, headers=headers)
        kept = bytearray()
        with connection.getresponse() as answer:
            if answer.status != 200:  # a redirect too: it is not gone after
                raise UpstreamError(f"it answered with status {answer.status}")
            while chunk := answer.read1(65_536):
                kept += chunk
                if len(kept) > MAX_ANSWER:
                    raise UpstreamError("its answer is too large")
                if monotonic() > until:
                    raise UpstreamError(LATE)
    except TimeoutError as error:
        raise UpstreamError(LATE) from error
    except (OSError, HTTPException) as error:
        raise UpstreamError("it cannot be reached") from error
    finally:
        connection.close()
    try:
        return json.loads(kept)
    except (ValueError, RecursionError) as error:
        raise UpstreamError("its answer is not JSON") from error


def sound_matches(answer: Any, units: int) -> tuple[list[dict[str, Any]], bool]:
    """Return the matches of a check's answer that can be used, and whether those are all.

    `units` is the length of the text; only keys that are known are taken over.
    """
    told = answer.get("matches") if isinstance(answer, dict) else None
    if not isinstance(told, list):
        raise UpstreamError("its answer is not that of a check")
    warnings = answer.get("warnings")
    cut = isinstance(warnings, dict) and warnings.get("incompleteResults") is True
    found = [_sound(match, units) for match in told]
    return [match for match in found if match], not cut and None not in found


def _sound(match: Any, units: int) -> dict[str, Any] | None:
    """Return a match rebuilt from what of it has the right type, `None` where it is none."""

    def of(told: Any, key: str, default: str = "") -> str:
        return _text(told.get(key) or default)

    try:
        offset, length, rule, context = (match[k] for k in ("offset", "length", "rule", "context"))
        around, wide = context["offset"], context["length"]
        if not (_is_place(offset, length) and offset + length <= units and _is_place(around, wide)):
            return None
        category = rule.get("category") or {}
        return {
            "message": _text(match["message"]),
            "shortMessage": of(match, "shortMessage"),
            "replacements": [{"value": _text(x["value"])} for x in match.get("replacements") or []],
            "offset": offset,
            "length": length,
            "context": {"text": _text(context["text"]), "offset": around, "length": wide},
            "sentence": of(match, "sentence"),
            "type": {"typeName": of(match.get("type") or {}, "typeName", "Other")},
            "rule": {
                "id": _text(rule["id"]),
                "description": of(rule, "description"),
                "issueType": of(rule, "issueType", "uncategorized"),
                "urls": [{"value": _text(x["value"], web=True)} for x in rule.get("urls") or []],
                "category": {"id": of(category, "id", "MISC"), "name": of(category, "name")},
            },
            "ignoreForIncompleteSentence": match.get("ignoreForIncompleteSentence") is True,
            "contextForSureMatch": 0,
        }
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _is_place(offset: Any, length: Any) -> bool:
    return type(offset) is type(length) is int and offset >= 0 and length >= 0


def _text(value: Any, *, web: bool = False) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # half a surrogate pair is a ValueError
    if web and not value.startswith(("http://", "https://")):
        raise ValueError
    return value


logger = logging.getLogger("monitor.api")
AT_ONCE = 8  # threads that wait for it
REST_S = 30.0
"""For how long it is not asked after it came late: a paragraph each would wait in vain."""
LANGUAGES_S = 600.0  # how long its list of languages is kept


class Upstream:
    """Asks the server of `settings`, if there is one. Only the event loop may call it."""

    def __init__(self, settings: LanguageToolSettings) -> None:
        self._settings = settings
        self._limiter: CapacityLimiter | None = None
        self._rests_until = float("-inf")
        self._languages: tuple[float, list[dict[str, str]]] = (float("-inf"), [])

    async def matches(self, asked: LanguageToolRequest) -> tuple[list[dict[str, Any]], bool]:
        """Return its matches, and whether those are all; none and no where it does not answer."""
        if not self._settings.upstream:
            return [], True
        try:
            answer = await self._ask("/check", asked.passed_on)
            return sound_matches(answer, utf16_length(asked.given.source))
        except UpstreamError as error:
            logger.warning("languagetool upstream: %s", error)
            return [], False

    async def languages(self) -> list[dict[str, str]]:
        """Return its languages, asked for seldom; those known before where it does not answer."""
        kept_until, known = self._languages
        if self._settings.upstream and time.monotonic() >= kept_until:
            try:
                answer = await self._ask("/languages")
                if not isinstance(answer, list):
                    raise UpstreamError("its answer is no list of languages")  # noqa: TRY301
                keys = ("name", "code", "longCode")
                known = [
                    {key: one[key] for key in keys}
                    for one in answer
                    if isinstance(one, dict) and all(isinstance(one.get(key), str) for key in keys)
                ]
            except UpstreamError as error:
                logger.warning("languagetool upstream: %s", error)
            self._languages = time.monotonic() + LANGUAGES_S, known
        return known

    async def _ask(self, path: str, fields: Mapping[str, str] | None = None) -> Any:
        if time.monotonic() < self._rests_until:
            raise UpstreamError("it is not asked for a while, as it came late")
        self._limiter = self._limiter or CapacityLimiter(AT_ONCE)
        ask = partial(ask_upstream, self._settings, path, fields)
        with move_on_after(self._settings.timeout_s):
            return await to_thread.run_sync(ask, abandon_on_cancel=True, limiter=self._limiter)
        self._rests_until = time.monotonic() + REST_S
        raise UpstreamError(LATE)
