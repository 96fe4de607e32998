"""Publishing: which names, what is replaced, what is removed, what is never touched."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.disk import Disk
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_folders import published
from orchtui.engine.run_folders.artifacts import Artifacts
from orchtui.engine.run_folders.published import INDEX, Published
from orchtui.engine.sessions.project import Project
from tests.engine.scripted import task
from tests.engine.told import Told


def publish(out: Path, run_id: str, count: int, plan: str | None = None) -> None:
    """A whole run of `count` tasks."""
    one = Published(out, plan, run_id)
    for number in range(1, count + 1):
        one.tasks({number: f"{run_id} {number}"})
    one.result(f"{run_id} result")
    one.log(f"{run_id} log")
    one.remove_stale()


def names(out: Path) -> set[str]:
    return {path.name for path in out.glob("*.md")}


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (None, {"parallel-task-1.md", "parallel-task-2.md", "parallel-result.md"}),
        ("async", {"parallel-async-1.md", "parallel-async-2.md", "parallel-result-async.md"}),
    ],
)
def test_the_names(tmp_path: Path, plan: str | None, expected: set[str]) -> None:
    publish(tmp_path, "r1", 2, plan)

    one = Published(tmp_path, plan, "r1")
    assert names(tmp_path) == expected | {one.log_name}
    assert (tmp_path / one.task_name(2)).read_text() == "r1 2"


def test_the_same_name_is_replaced_and_stale_files_go(tmp_path: Path) -> None:
    publish(tmp_path, "r1", 3)
    publish(tmp_path, "r2", 1)

    assert names(tmp_path) == {"parallel-task-1.md", "parallel-result.md", "parallel-log.md"}
    assert (tmp_path / "parallel-task-1.md").read_text() == "r2 1"


def test_how_many_stale_files_are_gone_is_told(tmp_path: Path) -> None:
    publish(tmp_path, "r1", 4)
    told: list[tuple[int, int]] = []
    one = Published(tmp_path, None, "r2")
    one.tasks({1: "r2 1"})
    one.remove_stale(told=lambda done, total: told.append((done, total)))
    # Three of tasks, the result and the log.
    assert told == [(done, 5) for done in range(5)]
    assert names(tmp_path) == {"parallel-task-1.md"}


def test_whether_an_earlier_run_goes_on_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "r1", 30)
    asked: list[str] = []

    def is_alive(folder: Path) -> bool:
        asked.append(folder.name)
        return False

    monkeypatch.setattr(published, "is_alive", is_alive)
    publish(tmp_path, "r2", 1)
    assert asked == ["r1"]


def test_the_index_is_understood_once_until_another_process_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = published._decode

    def decode(data: bytes) -> dict[str, Any]:
        read.append(len(data))
        return real(data)

    monkeypatch.setattr(published, "_decode", decode)
    one, other = Published(tmp_path, None, "r1"), Published(tmp_path, "x", "r2")
    for number in range(1, 10):
        one.tasks({number: "x"})
    assert len(read) == 1
    other.tasks({1: "y"})
    one.tasks({10: "x"})
    one.tasks({11: "x"})
    assert len(read) == 3
    index = json.loads((tmp_path / INDEX).read_text())
    assert set(index) == {"parallel-x-1.md", *(f"parallel-task-{n}.md" for n in range(1, 12))}


def test_what_could_not_be_written_to_the_index_is_not_taken_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Published(tmp_path, None, "r1")
    one.tasks({1: "x"})

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(published, "write_all", refuse)
        with pytest.raises(StorageError, match="No space left"):
            one.tasks({2: "x"})
    one.tasks({3: "x"})
    # The file was cut off before it refused: nothing is in it by guess.
    assert set(json.loads((tmp_path / INDEX).read_text())) == {"parallel-task-3.md"}


def test_nothing_that_others_wrote_is_touched(tmp_path: Path) -> None:
    (tmp_path / "parallel-task-9.md").write_text("mine")
    (tmp_path / "notes.md").write_text("mine too")
    publish(tmp_path, "r1", 3, "async")
    publish(tmp_path, "r2", 3, "async-two")
    publish(tmp_path, "r3", 3)
    publish(tmp_path, "r4", 1)

    assert (tmp_path / "parallel-task-9.md").read_text() == "mine"
    assert (tmp_path / "notes.md").read_text() == "mine too"
    for number in (1, 2, 3):
        assert (tmp_path / f"parallel-async-{number}.md").read_text() == f"r1 {number}"
        assert (tmp_path / f"parallel-async-two-{number}.md").read_text() == f"r2 {number}"


def test_a_file_that_a_person_removed_is_not_missed(tmp_path: Path) -> None:
    publish(tmp_path, "r1", 2)
    (tmp_path / "parallel-task-2.md").unlink()

    publish(tmp_path, "r2", 1)

    assert "parallel-task-1.md" in names(tmp_path)


DEEP = b'{"a": {"run": ' + b"[" * 5000 + b"]" * 5000 + b"}}"


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 3}', b"\xff\x00", b'[{"run": "r1"}]', DEEP])
def test_a_broken_index_removes_nothing(tmp_path: Path, data: bytes) -> None:
    publish(tmp_path, "r1", 3)
    (tmp_path / INDEX).write_bytes(data)

    publish(tmp_path, "r2", 1)

    assert "parallel-task-3.md" in names(tmp_path)
    assert set(json.loads((tmp_path / INDEX).read_text())) == {
        *("parallel-task-1.md", "parallel-result.md", "parallel-log.md")
    }


@pytest.mark.parametrize(
    "name", ["../victim.md", "parallel-/../../victim.md", "victim.md", "sub/parallel-task-1.md"]
)
def test_a_forged_index_removes_nothing_else(tmp_path: Path, name: str) -> None:
    """The artifacts folder may come with a repository that a stranger wrote."""
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    (out / "parallel-").mkdir()
    victims = [tmp_path / "victim.md", out / "victim.md", out / "sub" / "parallel-task-1.md"]
    for victim in victims:
        victim.write_text("keep")
    (out / INDEX).write_text(json.dumps({name: {"run": "r0", "plan": None}}))

    publish(out, "r1", 1)

    assert all(victim.exists() for victim in victims)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        publish(tmp_path / "nowhere", "r1", 1)


_PUBLISHER = """
import sys
from pathlib import Path
from orchtui.engine.run_folders.published import Published

one = Published(Path(sys.argv[1]), sys.argv[2], sys.argv[2])
for number in range(1, 31):
    one.tasks({number: f"{number}"})
"""


def test_two_processes_lose_no_entry(tmp_path: Path) -> None:
    both = [
        subprocess.Popen([sys.executable, "-c", _PUBLISHER, str(tmp_path), name])
        for name in ("one", "two")
    ]

    assert [process.wait() for process in both] == [0, 0]
    index = json.loads((tmp_path / INDEX).read_text())
    assert set(index) == names(tmp_path)
    assert len(index) == 60


# With the run folder


async def test_a_resumed_run_publishes_what_it_completed_before(tmp_path: Path, disk: Disk) -> None:
    """Another run of the same name may have published over it since."""
    told = Told(task("a"), task("b")).starts("a", 0).completes("a", 1, "of the first session")
    told.resumes(100)
    out = tmp_path / "artifacts"
    (out / "runs" / told.run.id).mkdir(parents=True)
    publish(out, "another", 2)

    await Artifacts(out, tmp_path, told.run, disk).begin()
    Published(out, None, told.run.id).remove_stale()

    assert "of the first session" in (out / "parallel-task-1.md").read_text()
    assert "parallel-task-2.md" not in names(out)


async def test_text_that_was_waiting_is_written_once_and_in_order(
    tmp_path: Path, disk: Disk
) -> None:
    told = Told(task("a"))
    folder = tmp_path / "artifacts" / "runs" / told.run.id
    folder.mkdir(parents=True)
    files = Artifacts(tmp_path / "artifacts", tmp_path, told.run, disk)
    await files.begin()

    for number in range(200):
        if number == 0:
            told.starts("a", 0)
            await files.follow(told.events[-1:])
        told.says("a", 1, f"{number} ")
        await files.follow(told.events[-1:])
        if number % 40 == 0:
            await files.grow()
    await files.grow()

    text = (folder / "parallel-task-1.md").read_text()
    assert text.endswith("".join(f"{number} " for number in range(200)))


@pytest.mark.parametrize("name", [INDEX, "parallel-task-1.md"])
async def test_no_link_in_the_artifacts_folder_is_followed(tmp_path: Path, name: str) -> None:
    """It may have come with a project of somebody else."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    out = tmp_path / "artifacts"
    out.mkdir()
    (out / name).symlink_to(victim)
    one = Project(folder=tmp_path, out=out, backends=Backends({}, chosen="rehearsal"))

    with contextlib.suppress(StorageError):
        async with one.start(
            Plan(tasks=(Task(id="a", prompt="Write [rehearse: 5 words]"),))
        ) as run:
            async for _ in run:
                pass

    assert victim.read_text() == "mine"


async def test_no_linked_journal_is_gone_on_with(tmp_path: Path, disk: Disk) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / journal.FILE).symlink_to(victim)

    with pytest.raises(StorageError):
        await journal.Journal.reopen(tmp_path, disk)

    assert victim.read_text() == "mine"
