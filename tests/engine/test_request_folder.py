"""Which files of the working folder a request's words mean, and which it never looks at."""

from pathlib import Path

import pytest

from orchtui.engine.request import parse_request
from tests.engine.asked import folder_with

LOGS = ("logs/api.log", "logs/app.log", "logs/db.log")


def reads(text: str, folder: Path) -> list[tuple[str, ...]]:
    return [task.reads for task in parse_request(text, folder).tasks]


@pytest.mark.parametrize(
    "elsewhere",
    [
        ".hidden/x.log",
        ".venv/x.log",
        "node_modules/x.log",
        "artifacts/runs/1/x.log",
        "a/b/c/d/e/f/g/x.log",
        ".secret.log",
    ],
)
def test_hidden_generated_and_deep_files_are_never_meant(elsewhere: str, tmp_path: Path) -> None:
    folder_with(tmp_path, *LOGS, elsewhere)
    assert reads("Analyze these three log files", tmp_path) == [(name,) for name in LOGS]


def test_the_one_folder_with_as_many_files_is_meant(tmp_path: Path) -> None:
    folder_with(tmp_path, *LOGS, "old/1.log", "old/2.log")
    assert reads("Analyze these three log files", tmp_path) == [(name,) for name in LOGS]
    assert reads("Analyze both log files", tmp_path) == [("old/1.log",), ("old/2.log",)]
    assert reads("Analyze the log files in old/", tmp_path) == [("old/1.log",), ("old/2.log",)]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "has none: name the files"),
        (LOGS[:2], "has 2 (logs/api.log and logs/app.log): name the files"),
        (
            (*LOGS[:2], "other/db.log", "x.log"),
            "has 4 (logs/api.log, logs/app.log, other/db.log and x.log)",
        ),
    ],
    ids=["none", "fewer", "more"],
)
def test_a_wrong_number_of_files_is_missing(
    files: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    plan = parse_request("Analyze these three log files", folder_with(tmp_path, *files))
    (missing,) = plan.missing
    assert said in missing
    assert plan.tasks


def test_a_name_finds_its_file_in_a_folder_below(tmp_path: Path) -> None:
    folder_with(tmp_path, *LOGS, "one/same.txt", "two/same.txt")
    assert reads("Analyze app.log", tmp_path) == [("logs/app.log",)]
    assert reads("Analyze same.txt", tmp_path) == [("same.txt",)]
    assert reads("Analyze new.txt", tmp_path) == [("new.txt",)]


@pytest.mark.parametrize(
    "name", ["/etc/passwd.txt", "../up.txt", "a/../../up.txt", "~/x.txt", "https://x.org/a.txt"]
)
def test_nothing_outside_the_folder_is_read(name: str, tmp_path: Path) -> None:
    assert reads(f"Summarize {name}", tmp_path) == [()]


@pytest.mark.parametrize("name", ["Node.js", "Vue.js", "v2.1", "e.g.", "3.14", "socket.io"])
def test_names_with_dots_are_no_files(name: str, tmp_path: Path) -> None:
    assert reads(f"Research {name} in depth", tmp_path) == [()]


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("Research Redis and save the summary to docs/redis.md", ("docs/redis.md",)),
        ("Create index.html", ("index.html",)),
        ("Write a new README.md", ("README.md",)),
        ("Summarize app.log", ()),
    ],
)
def test_a_file_to_be_made_is_written_and_not_read(
    text: str, writes: tuple[str, ...], tmp_path: Path
) -> None:
    (task,) = parse_request(text, tmp_path).tasks
    assert task.writes == writes
    assert not set(task.reads) & set(writes)


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    plan = parse_request("Analyze these three log files", tmp_path / "nowhere")
    assert "has none" in plan.missing[0]
    assert [task.prompt for task in plan.tasks] == ["Analyze these three log files."]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder_with(tmp_path, *LOGS)
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert reads("Analyze these log files", tmp_path) == [(name,) for name in LOGS]
