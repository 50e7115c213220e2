"""What the documents name is there: commands, options, keys, variables, routes, files, links."""

import re
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

import documents
import make_reference
from monitor.app import Monitor
from monitor.settings import Settings
from monitor.web.server import MODULES, create_app

ROOT = documents.ROOT
COMMANDS = documents.commands()
SETTINGS = documents.settings()
SECTIONS = {key.partition(".")[0] for key in SETTINGS if "." in key}
OPTIONS = {option for command in COMMANDS.values() for option in command.options} | {"--help"}
OTHERS = re.compile(
    r"^(pip|python|\.venv|curl|git|make|pytest|cffconvert|pre-commit|ruff|mypy|sh|apt|npm)\b"
)
"""Programs whose options are their own business."""
SCRIPTS = re.compile(r"(tests|benchmarks)/\w+\.py")
PROSE = {path: path.read_text(encoding="utf-8") for path in documents.DOCUMENTS}

everywhere = pytest.mark.parametrize(
    "path", documents.DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in documents.DOCUMENTS]
)


def calls(text: str) -> list[list[str]]:
    """Every `monitor …` in `text`, in words, without comments, pipes and `|` alternatives."""
    found = []
    for line in documents.spans(text):
        for part in re.split(r"&&|(?<!\\)\||;|\n|: ", re.sub(r"\s#.*|<!--.*", "", line)):
            words = re.split(r"\s+", part.strip().removeprefix("- run").removeprefix("$ "))
            if words[0] == "monitor" and len(words) > 1:
                found.append(words)
    return found


def test_calls_are_found() -> None:
    block = "    $ monitor check - | less   # monitor no\n"
    text = f"`monitor run`\n\n{block}\n`echo x | monitor feeds list`"
    assert calls(text) == [
        ["monitor", "check", "-"],
        ["monitor", "run"],
        ["monitor", "feeds", "list"],
    ]


def unknown(words: list[str]) -> list[str]:
    """The words of a call that the program does not know."""
    path, left = "monitor", words[1:]
    bad = []
    while left and COMMANDS[path].children:
        word = left.pop(0)
        option = re.match(r"--?[a-z][\w-]*", word.strip("[]"))
        if option:
            bad += [word] if option[0] not in OPTIONS else []
        elif all(name in COMMANDS[path].children for name in word.split("\\|")):
            path = f"{path} {word.split(chr(92) + '|')[0]}"
        elif path == "monitor" or re.match(r"[a-z]", word):
            bad.append(word)
            break
    options = COMMANDS[path].options | COMMANDS["monitor"].options | {"--help"}
    for word in left:
        bad += [o for o in re.findall(r"(?<![\w-])--?[a-z][\w-]*", word) if o not in options]
    return bad


@pytest.mark.parametrize(
    ("call", "bad"),
    [
        ("monitor run --format md", []),
        ("monitor runs", ["runs"]),
        ("monitor feeds add URL --title X", []),
        ("monitor feeds ad URL", ["ad"]),
        ("monitor check --fail-on error", []),
        ("monitor check - --fail-at error", ["--fail-at"]),
        ("monitor evaluate relevance\\|tags DATA", []),
        ("monitor digest [--day D] [--days 3]", ["--days"]),
        ("monitor --version", []),
        ("monitor --versions", ["--versions"]),
    ],
)
def test_unknown_words_are_found(call: str, bad: list[str]) -> None:
    assert unknown(call.split(" ")) == bad


@everywhere
def test_commands_are_there(path: Path) -> None:
    bad = {" ".join(words): unknown(words) for words in calls(PROSE[path]) if words[1] != "…"}
    assert {call: words for call, words in bad.items() if words} == {}


@everywhere
def test_options_are_there(path: Path) -> None:
    """Options that stand alone, or behind a command of the row before them."""
    bad = []
    for span in documents.spans(PROSE[path]):
        if OTHERS.match(span.removeprefix("$ ").removeprefix("- run: ")) or SCRIPTS.search(span):
            continue
        if not span.startswith("monitor"):
            found = re.findall(r"(?<![\w-])--[a-z][\w-]*", span)
            bad += [option for option in found if option not in OPTIONS]
    assert bad == []


@everywhere
def test_settings_are_there(path: Path) -> None:
    bad = []
    for span in documents.spans(PROSE[path]):
        if table := re.fullmatch(r"\[(\w+)\] ?([\w, ]*)", span):
            keys = [key.strip() for key in table[2].split(",") if key.strip()]
            wanted = [f"{table[1]}.{key}" for key in keys]
            bad += [key for key in wanted if key not in SETTINGS]
            bad += [span] if table[1] not in SECTIONS else []
        elif dotted := re.fullmatch(r"(\w+)\.(\w+)(\.\w+)*", span):
            known = span in SETTINGS or f"{dotted[1]}.{dotted[2]}" in SETTINGS
            known |= dotted[2] == "csv"  # a table of an export
            bad += [span] if dotted[1] in SECTIONS and not known else []
    assert bad == []


@everywhere
def test_variables_are_there(path: Path) -> None:
    known = {f"MONITOR_{key.replace('.', '_').upper()}" for key in SETTINGS} | {"MONITOR_CONFIG"}
    assert set(re.findall(r"\bMONITOR_[A-Z_]*[A-Z]\b", PROSE[path])) <= known


@pytest.fixture(scope="module", name="routes")
def _routes(tmp_path_factory: pytest.TempPathFactory) -> list[re.Pattern[str]]:
    with Monitor(Settings(home=tmp_path_factory.mktemp("routes"))) as monitor:
        paths = [*create_app(monitor).openapi()["paths"], "/openapi.json"]
    found = [route for module in MODULES for route in module.router.routes]
    paths += [route.path for route in iter_route_contexts(found) if route.path]
    return [re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))) for path in paths]


@everywhere
def test_routes_are_there(path: Path, routes: list[re.Pattern[str]]) -> None:
    bad = []
    for span in documents.spans(PROSE[path]):
        for route in re.findall(r"(?:(?<=^)|(?<=\s)|(?<=:\d{4}))/[\w{}/.-]*", span):
            address = route.rstrip("/") or "/"
            if not any(pattern.fullmatch(address) for pattern in routes) and address not in (
                "/v1",
                "/v2",
            ):
                bad.append(route)
    assert bad == []


@everywhere
def test_files_are_there(path: Path) -> None:
    rooms = ("src", "tests", "docs", "benchmarks", "guidelines", "models", ".ci")
    bad = []
    for span in documents.spans(PROSE[path]):
        for name in re.findall(
            rf"(?<![\w./-])(?:{'|'.join(map(re.escape, rooms))})/[\w./*-]+", span
        ):
            there = re.sub(r"/NAME\.", "/*.", name.rstrip("/."))  # a name that the reader gives
            bad += [name] if not list(ROOT.glob(there)) else []
    assert bad == []


@everywhere
def test_links_lead_somewhere(path: Path) -> None:
    bad = []
    for target in re.findall(r"\]\(([^)\s]+)\)", PROSE[path]):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            bad.append(target)
        elif anchor:
            text = file.read_text(encoding="utf-8")
            headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            bad += [target] if anchor not in map(make_reference.slug, headings) else []
    assert bad == []


@everywhere
def test_targets_of_make_are_there(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = re.findall(r"(?:^|\s)make ([a-z]+)", "\n".join(documents.spans(PROSE[path])))
    assert set(named) <= targets


def test_every_document_is_led_to() -> None:
    """From README, over as many links as it takes."""
    seen, left = set(), [ROOT / "README.md"]
    while left:
        path = left.pop()
        if path in seen or path.suffix != ".md":
            continue
        seen.add(path)
        targets = re.findall(r"\]\(([^)#\s:]+)[^)]*\)", path.read_text(encoding="utf-8"))
        left += [(path.parent / target).resolve() for target in targets]
    rooms = (ROOT, ROOT / "docs", ROOT / "models")
    assert {p for p in documents.DOCUMENTS if p.parent in rooms} <= seen


def test_where_is_names_a_file_for_each_of_many_subjects() -> None:
    """One file, to open first; each subject once."""
    path = ROOT / "docs" / "where-is.md"
    rows = [cells for cells in documents.rows(PROSE[path]) if cells[1]]
    subjects = [subject for subject, _ in rows]
    assert len(subjects) >= 40
    assert len(set(subjects)) == len(subjects)
    links = [re.findall(r"\]\((.+?)\)", file) for _, file in rows]
    assert [link for link in links if len(link) != 1] == []
    assert [link for [link] in links if not (path.parent / link).is_file()] == []


def test_readme_is_short() -> None:
    assert len(PROSE[ROOT / "README.md"].splitlines()) <= 150
