"""What the draft routes ask for, as data that can be sent to another process, and the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from monitor.desk import Desk
from monitor.records.errors import UsageError


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do to a draft: the method's options as JSON has them, and a file's content."""

    method: Literal["warm_up", "check_text", "check_bytes", "comment_docx", "classify", "say_flag"]
    options: Mapping[str, Any] = field(default_factory=dict)
    data: bytes = b""


WARM_UP = Job("warm_up", {})
"""Loads all that drafts need, so that the first one waits for nothing."""
_TEXTS = "The women, who were trafficked, admitted it.", "Rain moves in from the west. " * 25
"""A draft on trafficking, and one that has to be asked about."""


def perform(desk: Desk, job: Job) -> bytes:
    """Return the answer to `job`, as JSON or a Word file; raises what `desk` raises."""
    if job.method == "warm_up":
        return _json([desk.check_text(text)["words"] for text in _TEXTS])
    if job.method == "check_text":
        return _json(desk.check_text(**job.options))
    if job.method == "check_bytes":
        return _json(desk.check_bytes(job.data, **job.options))
    if job.method == "comment_docx":
        return _commented(desk, job)
    if job.method == "say_flag":
        return _counted(desk, job)
    (line,) = desk.classify_lines([json.dumps(dict(job.options))])
    return line.encode()


def _commented(desk: Desk, job: Job) -> bytes:
    """Return a Word file with comments; `now` of the options is when they are made."""
    from monitor.text.docx_comments import AUTHOR, comment_docx

    options = dict(job.options)
    now = datetime.fromisoformat(options.pop("now"))
    document = desk.check_bytes(job.data, **options)
    return comment_docx(job.data, document, author=AUTHOR, now=now)


def _counted(desk: Desk, job: Job) -> bytes:
    """Count whether a flag was right; nothing of a draft is in the options."""
    from monitor.review.flag_feedback import ChangedError, say_flag

    try:
        return _json({"hits": say_flag(desk, **job.options).hits})
    except ChangedError as error:
        raise UsageError(str(error)) from error  # which every process knows


def _json(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
