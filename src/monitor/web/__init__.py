"""The pages: templates, plain ES modules and CSS, without a build step or another host.

Rendering is here and knows no HTTP; `monitor.api.pages` serves it.
"""

from monitor.web.pages import (
    STATIC_DIR,
    render_digest_page,
    render_docs,
    render_draft,
    render_error,
    render_rule,
    render_rules,
    render_unsubscribe,
)

__all__ = [
    "STATIC_DIR",
    "render_digest_page",
    "render_docs",
    "render_draft",
    "render_error",
    "render_rule",
    "render_rules",
    "render_unsubscribe",
]
