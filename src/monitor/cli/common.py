"""How a command comes by its `Monitor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import typer

if TYPE_CHECKING:
    from monitor.app import Monitor


def monitor_of(context: typer.Context) -> Monitor:
    """Return the `Monitor` that the call's settings describe, closed when the command ends.

    Whoever calls the commands in its own process may say as `obj` how another is opened.
    """
    if callable(context.obj):
        return cast("Monitor", context.with_resource(context.obj()))
    from monitor.app import open_monitor
    from monitor.settings import load_settings

    return context.with_resource(open_monitor(load_settings(context.obj)))
