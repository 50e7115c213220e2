"""The examinations, one after the other. A new one is a function here, or beside, and its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from monitor.cli.clock import examine_clock
from monitor.cli.database import examine_database
from monitor.cli.doctor_check import Check, Setup
from monitor.cli.doctor_mail import examine_mail
from monitor.cli.parts import examine_parts
from monitor.cli.serving import examine_serving
from monitor.labels.folders import data_dir
from monitor.records.errors import MonitorError, how_to_install
from monitor.settings import settings_variables

Examination = Callable[[Setup], Iterator[Check]]


def examine(setup: Setup, examinations: Iterable[Examination] | None = None) -> list[Check]:
    """Return what each examination says; one that fails itself is a fault of its part."""
    found: list[Check] = []
    for look in EXAMINATIONS if examinations is None else examinations:
        part = look.__name__.removeprefix("examine_")
        try:
            found += look(setup)
        except MonitorError as error:
            found.append(Check(part, "fault", str(error), _ADVICE.get(part, "")))
        except Exception as error:  # noqa: BLE001 - the other parts are to be examined too
            why = f"unexpected {type(error).__name__}: {error}"
            found.append(Check(part, "fault", why, "report it, with this line"))
    return found


def exit_code(checks: Iterable[Check]) -> int:
    """Return 1 where there is a fault, else 0: a warning lets a desk work."""
    return int(any(check.status == "fault" for check in checks))


def examine_settings(setup: Setup) -> Iterator[Check]:
    """Say which settings are in force. That they can be read was seen before."""
    file = setup.file
    said = f"from {file.resolve()}" if file else f"the defaults: no monitor.toml in {Path.cwd()}"
    names = settings_variables()
    if names:
        said = f"{said}, and {', '.join(names)} of the environment"
    if file:
        yield Check("settings", "ok", said)
    else:
        advice = "monitor init, if this is to be a desk, or change to the folder of yours"
        yield Check("settings", "warning", said, advice)


def examine_models(_: Setup) -> Iterator[Check]:
    """Check every file of every model in use against its sha256."""
    from monitor.classify.registry import list_models

    for state in list_models(data_dir("models")):
        name = f"{state.name} {state.version}"
        if state.problem:
            advice = f"{how_to_install()}; or train and promote another version"
            yield Check("models", "fault", f"{name}: {state.problem}", advice)
        elif state.used:
            said = "" if state.measured else "; not measured, so what it shows is called possible"
            yield Check("models", "ok", f"{name}: whole, in use{said}")


def examine_guideline(setup: Setup) -> Iterator[Check]:
    """Load the guidelines in force, with the settings of their rules."""
    from monitor.desk import Desk

    for guideline in Desk(setup.settings).guidelines:
        yield Check("guideline", "ok", f"{guideline.stamp}: {len(guideline.rules)} rules")


EXAMINATIONS: tuple[Examination, ...] = (
    examine_settings,
    examine_parts,
    examine_models,
    examine_guideline,
    examine_database,
    examine_clock,
    examine_mail,
    examine_serving,
)
_ADVICE = {
    "models": how_to_install(),
    "guideline": "[check] guideline names a folder, or one of: monitor guidelines list",
    "database": "[database] says where it is; without it, monitor.sqlite beside monitor.toml",
}
