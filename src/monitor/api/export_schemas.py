"""What `/v1/exports` takes and answers, as the OpenAPI document describes it."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from monitor.api.article_filter import ArticleChoice
from monitor.api.schemas import Model, WholeStr
from monitor.corpus import ExportFormat, TextDegree


class ExportChoice(ArticleChoice):
    """Which articles, in which format, with how much of their texts."""

    story: WholeStr | None = Field(
        default=None, min_length=1, max_length=200, description="Only the articles of this story."
    )
    format: ExportFormat = Field(description="The kind of file.")
    text: TextDegree = Field(
        default="quotes",
        description="How much of the texts: none, the words that are flagged or are evidence"
        " (within limits), or all.",
    )

    def filters(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the fields of `Filters`; days are those of `zone`."""
        wanted = self.wanted(zone)
        own = ("form", "place")
        found = {
            **{scheme: label for scheme, label in wanted.tags if scheme in own},
            "query": self.q or None,
            "since": wanted.since,
            "until": wanted.until,
            "tags": tuple(tag for tag in wanted.tags if tag[0] not in own) or None,
            "outlet": self.outlet or None,
            "language": self.language,
            "relevance": wanted.relevance,
            "min_relevance": self.min_relevance,
            "flag": self.flag,
            "rule": self.rule,
            "story": self.story,
            "published_since": self.published_since,
            "published_until": self.published_until,
            "timezone": zone.key if wanted.published is not None else None,
        }
        return {name: value for name, value in found.items() if value is not None}


class ExportRequest(ExportChoice):
    """An export to be made; filters as of `GET /v1/articles`, joined by "and"."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"format": "csv", "form": "forced_labour"}]},
    )


class ExportedFile(Model):
    """A file of an export, or a folder of many."""

    name: str
    bytes: int = Field(ge=0)
    sha256: str


class ExportOut(Model):
    """An export and how far it is."""

    id: str
    state: Literal["waiting", "writing", "done", "failed"]
    format: ExportFormat
    text: TextDegree
    filters: dict[str, Any] = Field(description="What its articles are chosen by.")
    made: str = Field(description="When it was asked for, RFC 3339.")
    until: str = Field(description="When it is deleted.")
    rows: int = Field(ge=0, description="Articles written so far.")
    withheld: dict[str, int] = Field(description="What was kept back, by kind.")
    files: list[ExportedFile]
    problem: str | None = Field(description="Why it failed.")
    download: str | None = Field(description="Where its archive is, once it is done.")
