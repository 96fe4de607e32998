"""`runs export` and `runs import`: files, pipes, exit codes, trust in what came from elsewhere."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from orchtui.engine.exports.export import FORMS
from tests.cli.conftest import Orchtui

PLAN = """\
tasks:
  - {id: a, title: Says, command: [echo, "# Said"]}
  - {id: b, title: Makes, command: [touch, made-here]}
  - {id: c, title: Fails, command: [sh, -c, "touch ran-again; exit 3"]}
"""


@pytest.fixture
def run_id(orchtui: Orchtui) -> str:
    """A run of which one task failed."""
    assert orchtui("run", "-", "--trust", stdin=PLAN).returncode == 3
    [run] = json.loads(orchtui("runs", "list", "--json").stdout)
    return str(run["id"])


@pytest.mark.usefixtures("run_id")
def test_every_form_by_its_suffix(orchtui: Orchtui, project: Path) -> None:
    for name, begin in {
        "x.md": b"# ",
        "x.html": b"<!doctype html>",
        "x.json": b"{",
        "x.zip": b"PK\x03\x04",
        "x.trace.json": b'{"displayTimeUnit"',
        "x.log": b"# Parallel Execution",
        "x.svg": b"<svg ",
    }.items():
        done = orchtui("runs", "export", "last", "-o", name)
        assert (done.returncode, done.stdout) == (0, "")
        assert f"in {name}, " in done.stderr
        assert (project / name).read_bytes().startswith(begin)


def test_the_forms_of_the_help_are_those_of_the_engine(orchtui: Orchtui) -> None:
    told = orchtui("runs", "export", "--help").stdout
    assert f"[{'|'.join(FORMS)}]" in told.replace("\n", "").replace(" ", "")
    for form in FORMS:
        assert f"\n  {form} " in told


@pytest.mark.usefixtures("run_id")
def test_standard_output_is_markdown_where_nothing_is_said(orchtui: Orchtui) -> None:
    assert orchtui("runs", "export", "last").stdout.startswith("# Says and 2 more\n")
    assert orchtui("runs", "export", "last", "-o", "-", "--as", "svg").stdout.startswith("<svg ")
    read = json.loads(orchtui("runs", "export", "last", "--as", "json").stdout)
    assert read["standing"] == "PARTIAL"


def test_a_zip_goes_through_a_pipe(orchtui: Orchtui, project: Path, run_id: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchtui", "runs", "export", "last", "--as", "zip"],
        cwd=project,
        capture_output=True,
        timeout=50,
    )
    (project / "x.zip").write_bytes(done.stdout)
    with zipfile.ZipFile(project / "x.zip") as archive:
        assert archive.testzip() is None
        assert f"{run_id}/events.jsonl" in archive.namelist()


@pytest.mark.usefixtures("run_id")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["last", "-o", "there.md"], 2, "there.md: is there already; --force replaces it"),
        (["last", "-o", "x.txt"], 2, "say --as with one of md, html, json, zip"),
        (["last", "-o", "."], 2, "is a folder; name a file in it"),
        (["last", "-o", "no/x.md"], 2, "there is no such folder"),
        (["last", "--as", "pdf"], 2, "pdf"),
        (["20010101", "-o", "x.md"], 1, "no run begins with"),
    ],
)
def test_what_is_wrong_is_said(
    orchtui: Orchtui, project: Path, words: list[str], code: int, told: str
) -> None:
    (project / "there.md").write_text("mine")
    done = orchtui("runs", "export", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert (project / "there.md").read_text() == "mine"
    assert not list(project.glob(".*.part"))


def test_a_run_moves_to_another_project(orchtui: Orchtui, project: Path, run_id: str) -> None:
    orchtui("runs", "export", "last", "-o", "x.zip")
    done = orchtui("runs", "import", "x.zip", "--out", "other", "--json")
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert (summary["id"], summary["verdict"]) == (run_id, "PARTIAL")

    told = orchtui("runs", "import", "x.zip", "--out", "an other").stderr
    assert "--out 'an other'` shows it" in told
    again = orchtui("runs", "import", "x.zip", "--out", "other")
    assert again.returncode == 2
    assert f"run {run_id} is in other already" in again.stderr
    here = json.loads(orchtui("runs", "import", "x.zip", "--json").stdout)
    assert "already" in here["errors"][0]["message"]
    shown = orchtui("runs", "show", "last", "--out", "other").stdout
    assert "### Task 3: Fails" in shown


@pytest.mark.usefixtures("run_id")
def test_an_imported_run_starts_no_program_before_somebody_says_yes(
    orchtui: Orchtui, project: Path, tmp_path: Path
) -> None:
    orchtui("runs", "export", "last", "-o", "x.zip")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def there(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "orchtui", *words],
            cwd=elsewhere,
            capture_output=True,
            text=True,
            timeout=50,
        )

    assert there("runs", "import", str(project / "x.zip")).returncode == 0
    asked = there("runs", "resume", "last")
    assert asked.returncode == 2
    assert "sh -c 'touch ran-again; exit 3'" in asked.stderr
    assert "nothing was started" in asked.stderr
    assert not (elsewhere / "ran-again").exists()

    there("runs", "resume", "last", "--trust")
    assert (elsewhere / "ran-again").exists()
    assert not (elsewhere / "made-here").exists()  # that result still stands


def test_nothing_is_imported_from_what_is_no_archive(orchtui: Orchtui, project: Path) -> None:
    (project / "x.zip").write_text("no archive at all, and long enough for one")
    done = orchtui("runs", "import", "x.zip")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "x.zip: can not be imported: it is no zip archive\n"
    assert not (project / "artifacts").exists()
