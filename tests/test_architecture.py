"""The house's walls: what imports what, how large a room may be, what the files never contain.

The import contracts themselves stand in pyproject.toml and are checked by `make lint`; here is what
they can not see.
"""

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "orchtui"

MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 60

IMPORT_ALL_OF_THE_ENGINE = """
import importlib, pkgutil, sys
import orchtui.engine
for module in pkgutil.walk_packages(orchtui.engine.__path__, "orchtui.engine."):
    importlib.import_module(module.name)
print(*sys.modules, sep="\\n")
"""


@functools.cache
def parsed_sources() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SOURCES.rglob("*.py"))
    }


def test_the_engine_loads_neither_a_screen_nor_an_sdk() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL_OF_THE_ENGINE], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "orchtui.engine.run_events.events" in loaded
    unwanted = {"textual", "rich", "anthropic", "orchtui.ui", "orchtui.cli", "orchtui.config"}
    assert not loaded & unwanted


def test_every_pane_stands_in_the_import_contract() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "panes")
    listed = set(re.findall(r"orchtui\.ui\.(\w+)", " ".join(layers)))
    assert {path.parent.name for path in SOURCES.rglob("ui/*/*_pane.py")} <= listed
    folders = {path.parent.name for path in SOURCES.rglob("ui/*/__init__.py")}
    assert folders <= listed  # every package of the screen has its floor


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, module in parsed_sources().items() if not ast.get_docstring(module)]
    assert not silent


def test_no_file_is_overfull() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCES.rglob("*.py")
    }
    assert not {name: count for name, count in lines.items() if count > MOST_LINES_IN_A_FILE}


def function_lengths() -> Iterator[tuple[str, int]]:
    for name, module in parsed_sources().items():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None  # ast.parse always fills it in
                yield f"{name}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_overlong() -> None:
    lengths = dict(function_lengths())
    assert not {name: count for name, count in lengths.items() if count > MOST_LINES_IN_A_FUNCTION}


def tracked_files() -> list[Path]:
    """What git has or would take, without what .gitignore names."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run([*command, "--exclude-standard"], capture_output=True, check=True)
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def test_no_file_names_a_registry_host() -> None:
    # Put together here, so that this file does not name them either.
    hosts = [".".join(parts).encode() for parts in (("pypi", "org"), ("pythonhosted", "org"))]
    hosts.append(".".join(("registry", "npmjs", "org")).encode())
    naming = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if any(host in path.read_bytes() for host in hosts)
    ]
    assert not naming


def test_what_builds_the_project_knows_no_machine() -> None:
    here = re.compile(rb"(?<![\w./])" + re.escape(str(ROOT).encode()) + rb"(?!\w)")
    places = ("pyproject.toml", "Makefile", "requirements/", ".ci/", "src/", "tests/", "tools/")
    naming = [
        name
        for path in tracked_files()
        if (name := str(path.relative_to(ROOT))).startswith(places)
        and here.search(path.read_bytes())
    ]
    assert not naming


def test_no_modules_name_stands_twice() -> None:
    """But for the two that CONTRIBUTING.md names."""
    names = Counter(Path(path).stem for path in parsed_sources() if "__" not in path)
    assert {name for name, many in names.items() if many > 1} == {"lexicon", "report"}
