"""How the code is laid out: lines, files, names, and what three flows pass through.

    python benchmarks/bench_house.py [CHECKOUT] [--list] [--wheel] [--json FILE]

CHECKOUT (default: this one) is read, and run as its users run it: `python -m monitor` with its
`src` first on the path, and HTTP. So older and newer checkouts are measured alike.

How it is counted:

- Python files are those of `src/monitor` and, where there is one, of `training`; their lines are
  all of them, blank ones too. Texts, data and templates do not count.
- A class name is used more than once where several `class` statements have it, nested or not.
- A file has one importer beside it where exactly one other file of the package imports it, from
  the same folder. All `import` statements count, also within functions and for type checking.
  What a package's `__init__` hands on counts as imported from where it comes from; `__init__` and
  `__main__` are no importers, and are not counted themselves. Tests do not count.
- A flow enters the files whose functions it calls, in any thread, and the files that it loads
  besides, because something in them is named where it passes. Functions are counted once each;
  lambdas too; comprehensions, class bodies and what libraries generate are not.
  The draft: one `POST /v1/check` of a warm `monitor serve --workers 1`, so in one process.
  The feed: `ingest`, `assess`, `stories fold`, `digest` printed and mailed, in one fresh process.
  The export: `export` of one article as Parquet (without pyarrow: JSON Lines) in a fresh process.
- What a new page touches is told by one that is there, `trends`: the files of `api` and `web` that
  are named after it and render or route a page, what imports or names those, and what has its
  address.
  A tag scheme: the Python files in which its name stands (`vulnerability`, in singular or plural).
  An export format: those in which its name stands (`doccano`). All of these are proxies.
- The wheel is built without its dependencies, and installed into an empty folder.
- `monitor --help` is the median of seven runs, user and system time together, once it was compiled.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

PAGE, SCHEME, FORMAT = "trends", "vulnerabilit(?:y|ies)", "doccano"
PAGE_FILES = re.compile(r"trends?(?:_|\b)")
"""How files are named that a page of this name has to itself."""
HELP_RUNS = 7
SECONDS = 300
HEADLINE = "Teenage sex slaves rescued from harbour flat"
STORY = """\
Police said on Tuesday that two child prostitutes, 14 and 16, had been found in a flat near the \
harbour of Fenmarsh in northern England.

Prosecutors charged a man of 41 with human trafficking. They say that he promised the girls work \
in a restaurant, took their passports and told them that they owed him 9,000 pounds for the \
journey. Both admitted that they had been sold twice.

Officers rescued a further seven illegal immigrants from the building. “We were locked in at \
night,” one of them said. The man denies all charges."""
OTHER = "The council met on Monday. A woman of 30 from Leeds said that she had been trafficked."

# Counting what is written -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its path from the checkout, its text, its tree and its dotted name."""

    path: str
    text: str
    tree: ast.Module
    name: str

    @property
    def folder(self) -> str:
        """The folder that the file is in."""
        return self.path.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The file's own name without its suffix."""
        return self.path.rpartition("/")[2].removesuffix(".py")


def read_sources(checkout: Path) -> list[Source]:
    """Return the Python files of package and training, sorted by path."""
    found = []
    for base, top in (("src", "monitor"), (".", "training")):
        for path in sorted((checkout / base / top).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            dotted = path.relative_to(checkout / base).with_suffix("").as_posix().replace("/", ".")
            name = dotted.removesuffix(".__init__")
            found.append(Source(path.relative_to(checkout).as_posix(), text, ast.parse(text), name))
    return found


def of_package(sources: Sequence[Source]) -> list[Source]:
    """Return the files of `src/monitor` alone."""
    return [source for source in sources if source.path.startswith("src/")]


def shared_names(names: Sequence[tuple[str, str]], most: int) -> dict[str, list[str]]:
    """Return names that stand in more than `most` places, with those; from (name, place)."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in names:
        places[name].append(place)
    return {name: found for name, found in sorted(places.items()) if len(found) > most}


def class_names(sources: Sequence[Source]) -> dict[str, list[str]]:
    """Return the names of classes used more than once, and where."""
    found = [
        (node.name, f"{source.path}:{node.lineno}")
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
    ]
    return shared_names(found, 1)


def file_names(sources: Sequence[Source]) -> dict[str, list[str]]:
    """Return the names of files used more than twice, and where; `__init__` aside."""
    named = [(s.stem, s.path) for s in sources if s.stem != "__init__"]
    return shared_names(named, 2)


def imported_from(source: Source, known: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """Yield what a file imports of ours: module and name in it ("" for the module itself)."""
    package = source.name if source.stem == "__init__" else source.name.rpartition(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join([*parts, *filter(None, [module])])
            for alias in node.names:
                if f"{module}.{alias.name}" in known:
                    yield f"{module}.{alias.name}", ""
                elif module in known:
                    yield module, alias.name


def handed_on(sources: Sequence[Source], known: Mapping[str, Source]) -> dict[tuple[str, str], str]:
    """Return which module what a package's `__init__` hands on comes from."""
    return {
        (source.name, name): module
        for source in sources
        if source.stem == "__init__"
        for module, name in imported_from(source, known)
        if name
    }


def imports(sources: Sequence[Source]) -> dict[str, set[str]]:
    """Return the modules that each file imports, by path, through what packages hand on."""
    known = {source.name: source for source in sources}
    origin = handed_on(sources, known)
    found: dict[str, set[str]] = {}
    for source in sources:
        modules = set()
        for imported, name in imported_from(source, known):
            module = imported
            while (module, name) in origin and origin[module, name] != module:
                module = origin[module, name]
            modules.add(module)
        found[source.path] = modules - {source.name}
    return found


def one_importer(sources: Sequence[Source]) -> dict[str, str]:
    """Return the files that one file beside them imports and no other, with that file."""
    importers: dict[str, set[str]] = defaultdict(set)
    paths = {source.name: source for source in sources}
    for path, modules in imports(sources).items():
        if not path.endswith(("/__init__.py", "/__main__.py")):
            for module in modules:
                importers[module].add(path)
    found = {}
    for module, by in sorted(importers.items()):
        source = paths[module]
        if source.stem != "__init__" and len(by) == 1:
            (only,) = by
            if only.rpartition("/")[0] == source.folder:
                found[source.path] = only
    return found


def loose_modules(sources: Sequence[Source]) -> list[str]:
    """Return the modules at the root of the package, `__init__` aside."""
    return [s.stem for s in sources if s.folder == "src/monitor" and s.stem != "__init__"]


def mentions(texts: Mapping[str, str], pattern: str) -> list[str]:
    """Return the files in whose text a pattern stands."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return sorted(path for path, text in texts.items() if wanted.search(text))


def page_files(checkout: Path, sources: Sequence[Source]) -> list[str]:
    """Return the files that the page touches: its own, those that name them, and its address."""
    texts = {source.path: source.text for source in sources}
    for suffix in ("html", "js"):
        for path in sorted((checkout / "src" / "monitor").rglob(f"*.{suffix}")):
            texts[path.relative_to(checkout).as_posix()] = path.read_text(encoding="utf-8")
    shows = re.compile(r"HTMLResponse|render_|\{% ")
    own = {
        path
        for path, text in texts.items()
        if path.startswith(("src/monitor/api/", "src/monitor/web/"))
        and PAGE_FILES.match(path.rpartition("/")[2])
        and shows.search(text)
    }
    modules = {source.name for source in sources if source.path in own}
    users = {path for path, used in imports(sources).items() if used & modules}
    named = {Path(path).name for path in own if path.endswith((".html", ".js"))}
    naming = {path for name in named for path in mentions(texts, rf"[\"'/]{re.escape(name)}[\"']")}
    address = set(mentions(texts, rf"[\"'`]/{PAGE}\b"))
    return sorted(own | {p for p in users if p.startswith("src/")} | naming | address)


# Following a flow -------------------------------------------------------------------------------

_PARTS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


class Tracer:
    """Notes which code of a package runs, in every thread begun after `watch`, while it is on."""

    def __init__(self, package: Path) -> None:
        self.on = False
        self._within = f"{package}{os.sep}"
        self._seen: set[CodeType] = set()

    def watch(self) -> None:
        """Look at this thread and at those to come."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, _: object) -> None:
        if self.on and event == "call":
            self._seen.add(frame.f_code)

    def found(self) -> dict[str, Any]:
        """Return files and functions entered, and the files loaded besides."""
        ours = [code for code in self._seen if code.co_filename.startswith(self._within)]
        functions = {
            (code.co_filename, code.co_firstlineno, code.co_name)
            for code in ours
            if code.co_name not in _PARTS and (code.co_flags & 1)  # bodies are not optimised
        }
        start = len(self._within)
        entered = {name[start:] for name, _, _ in functions}
        loaded = {code.co_filename[start:] for code in ours if code.co_name == "<module>"}
        return {
            "files": sorted(entered),
            "loaded_besides": sorted(loaded - entered),
            "functions": len(functions),
        }


def call(*words: str) -> int:
    """Run a command of `monitor` in this process; return its exit code."""
    import runpy

    before, sys.argv = sys.argv, ["monitor", *words]
    try:
        runpy.run_module("monitor", run_name="__main__")
    except SystemExit as stop:
        code = stop.code
        return code if isinstance(code, int) else int(code is not None)
    finally:
        sys.argv = before
    return 0


def must(*words: str) -> None:
    """Run a command that has to succeed."""
    if code := call(*words):
        raise SystemExit(f"monitor {' '.join(words)} ended with {code}")


def flow_draft(tracer: Tracer) -> dict[str, Any]:
    """Follow a draft through `POST /v1/check`, once two others went the same way."""
    port = free_port()
    tracer.watch()
    words = ("serve", "--port", str(port), "--workers", "1")
    threading.Thread(target=call, args=words, daemon=True).start()
    wait_for(port)
    draft = {"title": HEADLINE, "text": STORY}
    for text in (OTHER, draft["text"], OTHER):
        post_check(port, {"title": "Council meets", "text": text})
    tracer.on = True
    answer = post_check(port, draft)
    tracer.on = False
    assert json.loads(answer)["findings"], "the draft has flags"
    return tracer.found()


def flow_feed(tracer: Tracer) -> dict[str, Any]:
    """Follow a feed item to the digest, printed and mailed."""
    tracer.watch()
    tracer.on = True
    for words in (("ingest",), ("assess",), ("stories", "fold"), ("digest",), ("digest", "--send")):
        must(*words)
    tracer.on = False
    return tracer.found()


def flow_export(tracer: Tracer) -> dict[str, Any]:
    """Follow an article to Parquet, or to JSON Lines where pyarrow is not installed."""
    kind = export_kind()
    tracer.watch()
    tracer.on = True
    must("export", "--format", kind, "--output", "out")
    tracer.on = False
    assert any(Path("out").rglob(f"*.{kind}*")), "the article was written"
    return tracer.found() | {"format": kind}


FLOWS: Mapping[str, Callable[[Tracer], dict[str, Any]]] = {
    "draft": flow_draft,
    "feed": flow_feed,
    "export": flow_export,
}


def export_kind() -> str:
    """Return the format that is exported."""
    from importlib.util import find_spec

    return "parquet" if find_spec("pyarrow") else "jsonl"


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_address(request: str | urllib.request.Request) -> bytes:
    """Return the body of an address on this machine, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS) as answer:
        return bytes(answer.read())


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with suppress(OSError):
            open_address(f"http://127.0.0.1:{port}/healthz")
            return
        time.sleep(0.2)
    raise SystemExit("monitor serve does not answer")


def post_check(port: int, draft: Mapping[str, str]) -> bytes:
    """Return the answer to a draft."""
    body = json.dumps(draft).encode()
    headers = {"Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/v1/check"
    return open_address(urllib.request.Request(address, body, headers))


@contextmanager
def site() -> Iterator[int]:
    """Serve one feed with one article, published an hour ago; give the port."""
    published = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 3600))
    said = "".join(f"<p>{paragraph}</p>" for paragraph in STORY.split("\n\n"))
    page = f"<html lang=en><title>{HEADLINE}</title><h1>{HEADLINE}</h1><article>{said}</article>"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            item = (
                f"<item><title>{HEADLINE}</title><pubDate>{published}</pubDate>"
                f"<link>http://{self.headers['Host']}/story.html</link></item>"
            )
            feed = f'<rss version="2.0"><channel><title>Echo</title>{item}</channel></rss>'
            bodies = {
                "/feed": ("application/rss+xml", feed),
                "/story.html": ("text/html; charset=utf-8", page),
            }
            kind, body = bodies.get(self.path, ("text/plain", ""))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@contextmanager
def mail_server() -> Iterator[int]:
    """Take mail and forget it; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_take_mails, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1])


def _take_mails(listener: socket.socket) -> None:
    answers = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller, caller.makefile("rwb") as lines:
            lines.write(b"220 here\r\n")
            lines.flush()
            inside = False
            for line in lines:
                if inside and line != b".\r\n":
                    continue
                word = line[:4].upper()
                inside = word == b"DATA"
                lines.write(answers.get(word, b"250 fine\r\n"))
                lines.flush()
                if word == b"QUIT":
                    break


SETTINGS = """\
[fetch]
allow_hosts = ["127.0.0.1"]
host_spacing_s = 0
[digest]
public_url = "https://desk.example"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "Desk <desk@desk.example>"
[[recipients]]
address = "officer@desk.example"
hour = 0
"""
SHOWN = ("files entered", "functions entered", "files loaded besides")


class Runner:
    """Runs a checkout in processes of their own, each with the same compiled files."""

    def __init__(self, checkout: Path, scratch: Path) -> None:
        self.checkout, self.scratch = checkout, scratch
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MONITOR_", "PYTHON"))}
        paths = {"PYTHONPATH": str(checkout / "src"), "PYTHONPYCACHEPREFIX": str(scratch / "pyc")}
        self.environ = kept | paths

    def monitor(self, *words: str, home: Path) -> None:
        """Run a command of `monitor`."""
        self._run([sys.executable, "-m", "monitor", *words], home)

    def flow(self, name: str, home: Path) -> dict[str, Any]:
        """Return what a flow enters; its own process writes that."""
        target = self.scratch / f"{name}.json"
        script = str(Path(__file__).resolve())
        self._run([sys.executable, script, str(self.checkout), "--flow", name, str(target)], home)
        return dict(json.loads(target.read_text(encoding="utf-8")))

    def _run(self, command: list[str], home: Path) -> None:
        done = subprocess.run(
            command, cwd=home, env=self.environ, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")

    def flows(self) -> dict[str, dict[str, Any]]:
        """Return what the three flows enter."""
        home = self.scratch / "desk"
        home.mkdir()
        with site() as port, mail_server() as mails:
            settings = SETTINGS.format(port=mails)
            (home / "monitor.toml").write_text(settings, encoding="utf-8")
            draft = self.flow("draft", home)
            self.monitor("feeds", "add", f"http://127.0.0.1:{port}/feed", home=home)
            return {
                "draft": draft,
                "feed": self.flow("feed", home),
                "export": self.flow("export", home),
            }

    def help_seconds(self) -> float:
        """Return the processor seconds of `monitor --help`."""
        times = []
        for _ in range(1 + HELP_RUNS):
            before = os.times()
            self.monitor("--help", home=self.scratch)
            after = os.times()
            spent = after.children_user - before.children_user
            times.append(spent + after.children_system - before.children_system)
        return statistics.median(times[1:])  # the first compiles

    def sizes(self) -> tuple[int, int]:
        """Return the bytes of the wheel, and of what it installs."""
        wheels, installed = self.scratch / "wheels", self.scratch / "installed"
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        self._run([*pip, "wheel", "--no-deps", "-w", str(wheels), str(self.checkout)], self.scratch)
        (wheel,) = wheels.glob("*.whl")
        target = ["--no-compile", "--target", str(installed), str(wheel)]
        self._run([*pip, "install", "--no-deps", *target], self.scratch)
        files = [path for path in installed.rglob("*") if path.is_file()]
        return wheel.stat().st_size, sum(path.stat().st_size for path in files)


# Telling ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Table:
    """Rows of name and figure, and the lists behind some of them."""

    rows: dict[str, float | str] = field(default_factory=dict)
    lists: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, found: Any) -> None:
        """Add a figure, or how long a list is with the list."""
        if isinstance(found, (int, float, str)):
            self.rows[name] = found
        else:
            self.rows[name] = len(found)
            self.lists[name] = found


def count_written(checkout: Path, table: Table) -> None:
    """Add what can be counted without running anything."""
    sources = read_sources(checkout)
    package = of_package(sources)
    texts = {source.path: source.text for source in package}
    table.add("lines of Python", sum(len(source.text.splitlines()) for source in sources))
    table.add("lines of src/monitor", sum(len(source.text.splitlines()) for source in package))
    table.add("files of src/monitor", str(len(package)))
    table.add("files of training", str(len(sources) - len(package)))
    table.add("class names used more than once", class_names(sources))
    table.add("file names used more than twice", file_names(sources))
    table.add("files with one importer beside them", one_importer(package))
    table.add("loose modules at the root", loose_modules(package))
    table.add(f"files of a page ({PAGE})", page_files(checkout, package))
    table.add("files of a tag scheme (vulnerability)", mentions(texts, rf"(?<![a-z]){SCHEME}"))
    table.add(f"files of an export format ({FORMAT})", mentions(texts, FORMAT))


def count_run(runner: Runner, table: Table) -> None:
    """Add what the flows enter, and what `--help` costs."""
    titles = {"draft": "draft, warm POST", "feed": "feed to digest", "export": "article to "}
    for name, found in runner.flows().items():
        title = titles[name] + found.get("format", "")
        table.add(f"{title}: files entered", found["files"])
        table.add(f"{title}: functions entered", found["functions"])
        table.add(f"{title}: files loaded besides", found["loaded_besides"])
    table.add("monitor --help, processor seconds", round(runner.help_seconds(), 3))


def print_table(table: Table, *, lists: bool) -> None:
    """Print the rows, then on request what they count."""
    for name, value in table.rows.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        print(f"{name:46} {shown:>10}")
    for name, found in table.lists.items() if lists else ():
        print(f"\n{name}:")
        for entry in found:
            places = found[entry] if isinstance(found, dict) else ()
            told = ", ".join([places] if isinstance(places, str) else places)
            print(f"  {entry}{': ' if told else ''}{told}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    own = Path(__file__).resolve().parents[1]
    parser.add_argument("checkout", nargs="?", type=Path, default=own)
    parser.add_argument("--list", action="store_true", help="print what is counted too")
    parser.add_argument("--wheel", action="store_true", help="build and install it too (slow)")
    parser.add_argument("--static", action="store_true", help="run nothing, count what is written")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures and lists here")
    parser.add_argument("--flow", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    checkout = given.checkout.resolve()
    if given.flow:
        name, target = given.flow
        found = FLOWS[name](Tracer(checkout / "src" / "monitor"))
        Path(target).write_text(json.dumps(found), encoding="utf-8")
        os._exit(0)  # the server goes on otherwise
    table = Table()
    count_written(checkout, table)
    if not given.static:
        with tempfile.TemporaryDirectory() as scratch:
            runner = Runner(checkout, Path(scratch))
            count_run(runner, table)
            if given.wheel:
                wheel, installed = runner.sizes()
                table.add("wheel, MB", round(wheel / 1e6, 2))
                table.add("installed, MB", round(installed / 1e6, 2))
    print_table(table, lists=given.list)
    if given.json:
        report = {"figures": table.rows, "lists": table.lists}
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
