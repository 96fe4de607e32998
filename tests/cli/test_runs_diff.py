"""`orchtui runs diff`: text, colours, JSON, HTML, a table; exit codes as diff(1) has them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from orchtui.engine.journals.journal import FILE, RUNS
from orchtui.engine.run_events import events as ev
from tests.cli.conftest import Orchtui
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import strangers_runs

LEFT = "# Tea\n\nTea is made from leaves. It is drunk\nhot. Nobody knows why.\n"
RIGHT = "# Tea\n\nTea is made from leaves. It is drunk cold. Nobody\nknows why.\n"


@pytest.fixture
def run(project: Path) -> str:
    """A run of two tasks; its id."""
    told = Told(task("a", title="First"), task("b", title="Second"))
    told.starts("a", 0).completes("a", 1, LEFT, output=5)
    told.starts("b", 0).completes("b", 2, RIGHT, output=6).ends(3)
    folder = project / "artifacts" / RUNS / told.run.id
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(b"".join(ev.encode(event) + b"\n" for event in told.events))
    (project / "a.md").write_text(LEFT)
    (project / "b.md").write_text(RIGHT)
    return told.run.id


def test_an_interrupted_run_is_called_that_here_too(
    orchtui: Orchtui, project: Path, run: str
) -> None:
    path = project / "artifacts" / RUNS / run / FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    found = json.loads(orchtui("runs", "diff", "last", "./a.md", "--json").stdout)
    (listed,) = json.loads(orchtui("runs", "list", "--json").stdout)
    assert found["sides"][0]["facts"]["state"] == listed["verdict"] == "INTERRUPTED"


def test_two_tasks_by_sentence(orchtui: Orchtui, run: str) -> None:
    done = orchtui("runs", "diff", "last:a", f"{run}:b")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "--- last:a",
        f"+++ {run}:b",
        "@@ -1,4 +1,3 @@ Tea",
        " # Tea",
        " ",
        " Tea is made from leaves.",
        "-It is drunk hot.",
        "+It is drunk cold.",
        " Nobody knows why.",
    ]


def test_by_line_it_is_a_patch(orchtui: Orchtui, run: str, project: Path) -> None:
    done = orchtui("runs", "diff", "a.md", "b.md", "--by", "line")
    (project / "change.patch").write_text(done.stdout)
    subprocess.run(["patch", "-s", "a.md", "change.patch"], cwd=project, check=True)
    assert (project / "a.md").read_text() == RIGHT


@pytest.mark.parametrize("form", [[], ["--json"], ["--html"], ["--side-by-side"]])
def test_exit_codes(orchtui: Orchtui, run: str, form: list[str]) -> None:
    assert orchtui("runs", "diff", "last:a", "last:b", *form).returncode == 1
    assert orchtui("runs", "diff", "last:a", "a.md", *form).returncode == 0
    assert orchtui("runs", "diff", "last:a", "last:c", *form).returncode == 2
    assert orchtui("runs", "diff", "nothing", "last:c", *form).returncode == 2


def test_the_same_is_silent_and_what_is_ignored_is_told(
    orchtui: Orchtui, run: str, project: Path
) -> None:
    same = orchtui("runs", "diff", "last:a", "a.md")
    assert (same.stdout, same.stderr) == ("", "")
    (project / "wrapped.md").write_text(
        LEFT.replace(" It is", "\nIt is").replace("drunk\n", "drunk ")
    )
    loosely = orchtui("runs", "diff", "a.md", "wrapped.md")
    assert (loosely.returncode, loosely.stdout) == (0, "")
    assert "the same, but for white space" in loosely.stderr
    assert orchtui("runs", "diff", "a.md", "wrapped.md", "--by", "line").returncode == 1
    (project / "shout.md").write_text(LEFT.upper())
    assert orchtui("runs", "diff", "a.md", "shout.md").returncode == 1
    assert orchtui("runs", "diff", "a.md", "shout.md", "--ignore-case").returncode == 0


def test_json_holds_all_of_both_texts(orchtui: Orchtui, run: str) -> None:
    done = orchtui("runs", "diff", "last:a", "last:b", "--json")
    found = json.loads(done.stdout)
    for side, text in (("left", LEFT), ("right", RIGHT)):
        parts = [block[side] for block in found["blocks"] if block[side]]
        assert "".join(part["text"] for part in parts) == text
        assert all(text[part["start"] : part["end"]] == part["text"] for part in parts)
    (changed,) = (block for block in found["blocks"] if block["kind"] == "changed")
    assert changed["headings"] == ["Tea"]
    (marks,) = changed["marks"]
    assert [LEFT[a:b] for a, b in marks["left"]] == ["hot"]
    assert [RIGHT[a:b] for a, b in marks["right"]] == ["cold"]
    assert (found["same"], found["by"], found["counts"]["changed"]) == (False, "sentence", 1)
    assert [side["facts"]["task"] for side in found["sides"]] == ["a", "b"]
    assert json.loads(orchtui("runs", "diff", "x", "y", "--json").stdout)["errors"]


def test_html_is_a_page(orchtui: Orchtui, run: str) -> None:
    page = orchtui("runs", "diff", "last:a", "last:b", "--html").stdout
    assert page.startswith("<!doctype html>")
    assert "<del>hot</del>" in page and "<ins>cold</ins>" in page


def test_side_by_side_is_as_wide_as_the_terminal(orchtui: Orchtui, run: str) -> None:
    done = orchtui("runs", "diff", "last:a", "last:b", "--side-by-side", COLUMNS="63")
    assert "It is drunk [-hot-].           | It is drunk {+cold+}." in done.stdout.splitlines()
    assert all(len(line) <= 63 for line in done.stdout.splitlines())


def test_three_sides_are_a_matrix_and_a_table(orchtui: Orchtui, run: str) -> None:
    done = orchtui("runs", "diff", "last:a", "last:b", "a.md")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert "   1  1.00  0.94  1.00" in lines
    assert lines[-3].split() == ["1", str(len(LEFT)), "14", "1", "0", "0", "5", "-", "1.0s"]
    assert lines[-1].split()[-3:] == ["-", "-", "-"]
    found = json.loads(orchtui("runs", "diff", "last:a", "last:b", "a.md", "--json").stdout)
    assert found["similarity"][0][2] == 1
    assert found["sides"][1]["measures"]["headings"] == 1
    assert orchtui("runs", "diff", "last:a", "a.md", "a.md").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["last"],
        ["last:a", "last:b", "a.md", "--html"],
        ["last:a", "last:b", "--json", "--html"],
        ["last:a", "last:b", "--by", "word"],
        ["last:a", "last:b", "--context", "-1"],
    ],
)
def test_wrong_choices_are_told(orchtui: Orchtui, run: str, words: list[str]) -> None:
    done = orchtui("runs", "diff", *words)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_a_journal_that_is_cut_or_broken_is_trouble(
    orchtui: Orchtui, run: str, project: Path
) -> None:
    journal = project / "artifacts" / RUNS / run / FILE
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][:10])
    cut = orchtui("runs", "diff", "last:a", "last:b")
    assert cut.returncode == 1
    journal.write_bytes(lines[0] + b"not an event\n")
    done = orchtui("runs", "diff", "last:a", "last:b")
    assert done.returncode == 2
    assert "can be read only in part: line 2 is no event" in done.stderr


@pytest.mark.parametrize("form", [[], ["--json"], ["--html"], ["--side-by-side"], ["b.md"]])
def test_a_hostile_run_acts_on_nothing(
    orchtui: Orchtui, run: str, project: Path, form: list[str]
) -> None:
    journal = project / "artifacts" / RUNS / run
    journal.rename(journal.with_name("20250101-000000-aaaa"))
    strangers_runs(project)
    done = orchtui("runs", "diff", "20260115:a", "a.md", *form)
    assert done.returncode == 1
    assert not any(char in done.stdout + done.stderr for char in "\x1b\x07\x9b\u202e")


def on_terminal(project: Path, *arguments: str, **environment: str) -> str:
    """What the command writes to a terminal."""
    main, other = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "orchtui", *arguments],
        cwd=project,
        env={**os.environ, "TERM": "xterm-256color", **environment},
        stdin=other,
        stdout=other,
    ) as process:
        os.close(other)
        data = b""
        try:
            while piece := os.read(main, 65536):
                data += piece
        except OSError:  # Linux says that the other end is closed
            pass
        process.wait(50)
    os.close(main)
    return data.decode()


def test_a_terminal_gets_colours_and_words_marked_by_more_than_colour(
    run: str, project: Path
) -> None:
    shown = on_terminal(project, "runs", "diff", "last:a", "last:b")
    assert "\x1b[31m\x1b[1m\x1b[4mhot" in shown
    plain = on_terminal(project, "runs", "diff", "last:a", "last:b", NO_COLOR="1")
    assert "\x1b" not in plain
    assert "-It is drunk [-hot-]." in plain and "+It is drunk {+cold+}." in plain
