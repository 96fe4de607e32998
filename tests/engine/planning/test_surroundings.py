"""What a planner is told of a project: names, bounded, and no secret among them."""

import os
from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import Specialist, name_key
from orchtui.engine.planning.surroundings import NARROW, Room, look_around


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def seen(folder: Path, room: Room | None = None) -> tuple[str, ...]:
    found = look_around(folder, folder / "artifacts", {}, *([room] if room else []))
    return found.files


def test_the_nearest_come_first_and_what_no_specialist_may_see_does_not_come(
    tmp_path: Path,
) -> None:
    files(
        tmp_path,
        "README.md",
        "src/app.py",
        "src/deep/er.py",
        "logs/app.log",
        ".env",
        "key.pem",
        "secrets/a.txt",
        "src/id_rsa",
        ".git/config",
        ".github/x.yml",
        "node_modules/a/b.js",
        "built/a.o",
        "artifacts/parallel-result.md",
        "artifacts/runs/1/events.jsonl",
    )
    (tmp_path / ".gitignore").write_text("built/\n*.log\n!app.log\n")

    assert seen(tmp_path) == ("README.md", "logs/app.log", "src/app.py", "src/deep/er.py")


def test_links_lead_nowhere(tmp_path: Path) -> None:
    files(tmp_path, "outside/secret.md", "project/a.md")
    os.symlink(tmp_path / "outside", tmp_path / "project/in")
    os.symlink(tmp_path / "outside/secret.md", tmp_path / "project/b.md")
    os.symlink(tmp_path / "project", tmp_path / "project/round")

    assert seen(tmp_path / "project") == ("a.md",)


@pytest.mark.parametrize("name", ["two\nlines.md", "\x1b[31mred.md", "a\u2028b.md", "x" * 241])
def test_a_name_that_is_no_line_is_left_out(tmp_path: Path, name: str) -> None:
    files(tmp_path, "a.md", *([name] if len(name) < 250 else []))
    assert seen(tmp_path) == ("a.md",)


def test_there_is_an_end_to_it(tmp_path: Path) -> None:
    files(tmp_path, *(f"f{number:03}.md" for number in range(50)))

    around = look_around(tmp_path, tmp_path / "artifacts", {}, Room(files=10))
    assert (len(around.files), around.more_files) == (10, True)
    around = look_around(tmp_path, tmp_path / "artifacts", {}, Room(characters=70))
    assert (len(around.files), around.more_files) == (10, True)
    around = look_around(tmp_path, tmp_path / "artifacts", {}, Room(files=50))
    assert (len(around.files), around.more_files) == (50, False)


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert seen(tmp_path / "gone") == ()


def test_who_works_at_no_task_is_not_on_hand(tmp_path: Path) -> None:
    names = ["writer", "Parallel-Orchestrator", "judge", *(f"bee-{n}" for n in range(20))]
    cards = {
        name_key(n): Specialist(n, "Does\n\x1b[31m" + "a lot " * 99, "", Path()) for n in names
    }

    around = look_around(tmp_path, tmp_path, cards, NARROW)

    assert [one.name for one in around.specialists] == ["writer", *(f"bee-{n}" for n in range(7))]
    assert all(len(one.description) <= NARROW.description for one in around.specialists)
    assert around.named("BEE_3") == "bee-3"
    assert around.named("judge") is None
