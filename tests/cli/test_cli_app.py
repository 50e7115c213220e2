"""The root of the command line: its table, and what reading it costs."""

import subprocess
import sys

import pytest

from monitor.cli.app import COMMANDS, load_command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_has_the_first_paragraph_of_each_commands_help(name: str) -> None:
    first = load_command(name).help.partition("\n\n")[0]
    assert " ".join(first.split()) == COMMANDS[name]


def test_help_loads_no_command() -> None:
    """What every command needs is a tenth of a second; rules and storage are a second."""
    code = """
import atexit, sys
ours = ("monitor", "monitor.cli", "monitor.cli.app", "monitor.cli.common", "monitor.records",
        "monitor.records.errors")
heavy = ("pydantic", "sqlalchemy", "spacy", "numpy", "rich")
atexit.register(lambda: print([
    name for name in sys.modules
    if name in heavy or (name.partition(".")[0] == "monitor" and name not in ours)
]))
sys.argv = ["monitor", "--help"]
from monitor.cli import main
main()
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"


def test_the_help_of_commands_loads_nothing_heavy() -> None:
    heavy = (
        "spacy sklearn onnxruntime trafilatura feedparser sqlalchemy fastapi numpy pydantic pygls"
    )
    code = (
        "import sys; from monitor.cli.app import FIRST_LINES, load_command;"
        "[load_command(name) for name in FIRST_LINES];"
        f"print([m for m in {heavy!r}.split() if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
