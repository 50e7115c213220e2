"""Media monitor and reporting-guideline checker for news about trafficking in human beings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.app import Monitor, open_monitor

__version__ = "0.1.0"
__all__ = ["Monitor", "__version__", "open_monitor"]


def __getattr__(name: str) -> object:
    """Load the public names when first asked for: a version costs no more than that."""
    if name in __all__:
        from monitor import app

        return getattr(app, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
