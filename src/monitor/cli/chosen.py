"""`--guideline NAME`: the guidelines that one call asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import monitor_of

if TYPE_CHECKING:
    from monitor.desk import Desk


def choose(context: typer.Context, names: list[str] | None) -> tuple[Desk, tuple[str, ...] | None]:
    """Return a monitor that has the guidelines `names`, and their ids; without names all in force.

    A name is an id in force, one that comes along, or a folder, as in `[check] guideline`.
    """
    from monitor.desk import Desk
    from monitor.rules.loading import GUIDELINE
    from monitor.settings import guideline_dir

    desk: Desk = monitor_of(context)
    if not names:
        return desk, None
    settings = desk.settings
    folders: dict[str, Path] = {
        name: folder.resolve()
        for name in (*settings.check.guidelines, *names)
        if ((folder := guideline_dir(name, settings.home)) / GUIDELINE).is_file()
    }
    there = {folders.get(name) for name in settings.check.guidelines}
    more = {folders[name]: name for name in names if name in folders}
    added = tuple(name for folder, name in more.items() if folder not in there)
    if added:  # beside those in force, so that the settings of their rules still hold
        check = replace(settings.check, guideline=(*settings.check.guidelines, *added))
        desk = context.with_resource(Desk(replace(settings, check=check)))
    ids = {one.folder.resolve(): one.id for one in desk.guidelines}
    return desk, tuple(ids.get(folders[n], n) if n in folders else n for n in names)
