"""One version, one licence, and the files that a house of its own has."""

import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from ruamel.yaml import YAML

import monitor
from documents import ROOT
from monitor.cli.doctor import PARTS
from monitor.records.errors import how_to_install
from monitor.settings import FetchSettings

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def load(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


def test_all_name_the_same_version() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "monitor", "--version"], capture_output=True, text=True, check=True
    )
    cited = load("CITATION.cff")["version"]
    assert {PROJECT["version"], cited, said.stdout.split()[1]} == {monitor.__version__}
    assert FetchSettings().user_agent.startswith(
        f"thb-monitor/{monitor.__version__.rpartition('.')[0]} "
    )


def test_the_changelog_has_the_version_and_what_is_coming() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert any(heading.startswith(monitor.__version__) for heading in headings)
    kinds = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_licence_is_apache_and_travels() -> None:
    assert PROJECT["license"] == load("CITATION.cff")["license"] == "Apache-2.0"
    assert PROJECT["license-files"] == ["LICENSE", "NOTICE"]
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")


def test_the_notices_that_data_ask_for_stand_there() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for owed in (
        "https://www.geonames.org/",
        "https://creativecommons.org/licenses/by/4.0/",
        "sentence-transformers/all-MiniLM-L6-v2",
        "Changed: ",
    ):
        assert owed in text
    licence = load("guidelines/thb-en/guideline.yaml")["licence"]
    assert licence == "CC-BY-4.0"
    assert "Creative\n  Commons Attribution 4.0" in text


def test_no_person_is_named_as_its_maker() -> None:
    makers = [*PROJECT["authors"], *PROJECT["maintainers"], *load("CITATION.cff")["authors"]]
    assert {tuple(maker.items()) for maker in makers} == {(("name", "thb-monitor maintainers"),)}


def test_the_quick_checks_need_no_other_repository() -> None:
    repos = load(".pre-commit-config.yaml")["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    for hook in repos[0]["hooks"]:
        assert hook["entry"].startswith("sh tests/support/in_venv.sh ")


@pytest.mark.parametrize("name", ["README", "CONTRIBUTING", "SECURITY", "CHANGELOG"])
def test_the_documents_give_no_address_of_a_person(name: str) -> None:
    text = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(r"[\w.+-]+@[\w-]+(?:\.\w+)+", text)
    assert [one for one in found if not one.endswith(".example")] == []  # reserved: nobody's


def test_licence_and_notices_travel_in_source_and_wheel() -> None:
    """As the builder reads the project; a wheel has them under `licenses`."""
    metadata = WheelBuilder(str(ROOT)).metadata.core
    assert metadata.license_expression == "Apache-2.0"
    assert metadata.license_files == ["LICENSE", "NOTICE"]
    packed = {file.distribution_path for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    kept = {"LICENSE", "NOTICE", "CITATION.cff", "CHANGELOG.md", "SECURITY.md", "docs/glossary.md"}
    assert kept <= packed


def test_a_wheel_has_every_model_and_no_page_beside_them() -> None:
    builder = WheelBuilder(str(ROOT))
    forced = builder.recurse_forced_files(builder.config.get_force_include())
    packed = {file.distribution_path for file in forced}
    files = [path for path in (ROOT / "models").rglob("*") if path.is_file()]
    inside = {path.relative_to(ROOT).as_posix() for path in files if path.parent.name != "models"}
    tables = {"models/floors.json", "models/sources.json"}
    there = {path.removeprefix("monitor/_data/") for path in packed if "/_data/models/" in path}
    assert there == inside | tables


def test_nobody_is_told_to_install_it_by_its_name() -> None:
    """The name is not ours on any registry: whoever takes it could answer."""
    roots = ("src", "docs", "deploy", "editors", "guidelines", "models", "benchmarks")
    files = [path for root in roots for path in (ROOT / root).rglob("*") if path.is_file()]
    files += [ROOT / "action.yml", ROOT / "Makefile", *ROOT.glob("*.md"), *ROOT.glob("*.toml")]
    written = {".py", ".md", ".yml", ".yaml", ".toml", ".json", ".js", ".html", ".ps1", ".service"}
    named = re.compile(r"pip3?\s+install\b[^\n`]*[\s'\"]thb-monitor\b(?![/.])|thb-monitor\[")
    told = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        if path.suffix in written or path.name == "Makefile"
        for line in path.read_text(encoding="utf-8").splitlines()
        if path.name != "CHANGELOG.md" and named.search(line)
    ]
    assert len(files) > 500
    assert told == []


def test_every_extra_that_is_named_is_there() -> None:
    asked = set()
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "training").glob("*.py")]:
        asked |= set(re.findall(r"how_to_install\(['\"](\w+)", path.read_text(encoding="utf-8")))
    asked |= {part.extra for part in PARTS if part.extra}
    assert {"parquet", "postgres", "warc", "cluster", "train"} <= asked
    assert asked <= set(PROJECT["optional-dependencies"])
    told = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert f"`{how_to_install('postgres').partition(' in ')[0]}`" in told
