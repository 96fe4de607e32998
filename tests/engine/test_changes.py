"""What a run's tasks wrote: offered, shown, applied and taken back, and never anywhere else."""

import hashlib
import os
from pathlib import Path

import pytest

from orchtui.engine.changed_files import applying
from orchtui.engine.changed_files.applying import Applied
from orchtui.engine.changed_files.changes import Change, Ground, changes_of
from orchtui.engine.errors import StorageError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.events import FileChange, FilesSeen, Sight
from orchtui.engine.runs.run import Attempt, Run, Status, TaskRun
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.texts.text_diff import LONGEST, text_diff


class Room:
    """A project, and a run in it whose tasks wrote something."""

    def __init__(self, tmp_path: Path) -> None:
        self.project = tmp_path / "p"
        self.out = self.project / "artifacts"
        self.folder = self.out / "runs" / "r1"
        self.folder.mkdir(parents=True)
        self.tasks: dict[str, TaskRun] = {}

    def file(self, path: str, text: str | bytes) -> Path:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def task(
        self,
        task_id: str,
        *written: FileChange,
        status: Status = "completed",
        sight: Sight = "worktree",
    ) -> None:
        scheduled = ScheduledTask(
            id=task_id,
            label=task_id.title(),
            position=1,
            prompt="p",
            specialist="s",
            instance="s",
            backend="claude",
            timeout=60.0,
            retries=0,
            max_tokens=100,
        )
        seen = FilesSeen(seq=1, at="", task=task_id, attempt=1, sight=sight, written=written)
        attempt = Attempt(1, 0.0, "claude", None, "s", "s", files=seen)
        self.tasks[task_id] = TaskRun(scheduled, status, [attempt])

    def wrote(
        self, task_id: str, path: str, text: str | bytes, base: str | None = None
    ) -> FileChange:
        """A file that a task left; `base` is the text it began with."""
        kept = f"files/{task_id}/{path}"
        file = self.folder / kept
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return FileChange(path=path, kept=kept, base=base and sha(base))

    def changes(self) -> list[Change]:
        schedule = Schedule(tasks=(), concurrency=1)
        run = Run("r1", Plan(tasks=()), schedule, False, 0.0, self.tasks)
        return changes_of(run, self.folder)

    def ground(self) -> Ground:
        return Ground(self.project, self.out)

    def apply(self) -> list[tuple[str, str]]:
        return told(applying.apply(self.changes(), self.ground(), self.folder))

    def undo(self) -> list[tuple[str, str]]:
        return told(applying.undo(self.ground(), self.folder))

    def files(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.project)): path.read_text()
            for path in sorted(self.project.rglob("*"))
            if path.is_file() and not path.is_relative_to(self.out)
        }


def told(done: list[Applied]) -> list[tuple[str, str]]:
    return [(one.path, one.outcome) for one in done]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_files_are_applied_once_and_taken_back(room: Room) -> None:
    room.file("old", "1\n").chmod(0o640)
    room.file("gone", "bye")
    before = room.files()
    script = room.wrote("t", "bin/run", "#!/bin/sh\n")
    (room.folder / script.kept).chmod(0o755)
    room.task(
        "t",
        room.wrote("t", "old", "2\n", base="1\n"),
        script,
        FileChange(path="gone", deleted=True, base=sha("bye")),
        FileChange(path="declared", base=None),
    )
    ground = room.ground()
    standings = {each.path: ground.meet(each).standing for each in room.changes()}
    assert standings == {"bin/run": "new", "gone": "deleted", "old": "changed"}

    assert room.apply() == [("bin/run", "applied"), ("gone", "applied"), ("old", "applied")]
    assert room.files() == {"bin/run": "#!/bin/sh\n", "old": "2\n"}
    assert os.access(room.project / "bin/run", os.X_OK)
    assert (room.project / "old").stat().st_mode & 0o777 == 0o640
    assert {outcome for _, outcome in room.apply()} == {"already there"}

    assert {outcome for _, outcome in room.undo()} == {"taken back"}
    assert room.files() == before
    assert (room.project / "old").stat().st_mode & 0o777 == 0o640
    assert room.undo() == []


def test_folders_that_were_made_go_with_the_last_file_in_them(room: Room) -> None:
    room.file("docs/old", "x")
    (room.project / "empty").mkdir()
    paths = ("deep/er/a", "deep/er/b", "docs/new/c", "empty/d")
    room.task("t", *(room.wrote("t", path, "1") for path in paths))
    room.apply()
    room.file("deep/mine", "a person's")

    room.undo()

    assert room.files() == {"deep/mine": "a person's", "docs/old": "x"}
    assert not (room.project / "deep/er").exists()
    assert not (room.project / "docs/new").exists()
    assert (room.project / "empty").is_dir(), "it was there before"


def test_below_a_file_nothing_can_be_applied(room: Room) -> None:
    room.file("a", "a file")
    room.task("t", room.wrote("t", "a/b", "1"))
    [change] = room.changes()

    met = room.ground().meet(change)

    assert (met.standing, "'a' is a file" in met.why) == ("refused", True)


def test_what_was_changed_since_is_marked_and_can_be_taken_back(room: Room) -> None:
    room.file("a", "the user's")
    room.task("t", room.wrote("t", "a", "the task's", base="the first"))
    [change] = room.changes()
    assert room.ground().meet(change).standing == "changed since"

    assert room.apply() == [("a", "applied")]
    room.undo()

    assert room.files() == {"a": "the user's"}


def test_taking_back_leaves_what_was_changed_after(room: Room) -> None:
    room.task("t", room.wrote("t", "a", "1"), room.wrote("t", "b", "1"))
    room.apply()
    room.file("a", "edited by a person")

    assert set(room.undo()) == {("a", "failed"), ("b", "taken back")}
    assert room.files() == {"a": "edited by a person"}


def test_different_versions_are_rivals_and_equal_ones_are_not(room: Room) -> None:
    room.task("one", room.wrote("one", "a", "1"), room.wrote("one", "same", "s"))
    room.task("two", room.wrote("two", "a", "2"), room.wrote("two", "same", "s"))

    rivals = {(each.path, each.task): each.rivals for each in room.changes()}

    assert rivals[("a", "one")] == ("two",)
    assert rivals[("a", "two")] == ("one",)
    assert rivals[("same", "one")] == ()
    assert room.apply()[:2] == [("a", "applied"), ("a", "failed")]
    assert room.files() == {"a": "1", "same": "s"}


def test_what_a_failed_task_wrote_is_offered_and_marked(room: Room) -> None:
    room.task("t", room.wrote("t", "a", "1"), status="failed")

    assert [(each.path, each.status) for each in room.changes()] == [("a", "failed")]


def test_what_stands_in_the_project_is_no_change(room: Room) -> None:
    room.task("t", FileChange(path="a"), FileChange(path="b", deleted=True), sight="folder")

    assert room.changes() == []


@pytest.mark.parametrize(
    "path",
    [
        *("../out", "/etc/motd", "a/../../out", ".git/config", ".GIT/hooks/x", "sub/.git/config"),
        *("artifacts/runs/r1/plan.yaml", ".env", "link/x", "leads", "a\\b", "x\x1b[31m", ""),
        *("folder", "fifo", "file/below", ".claude/settings.json"),
    ],
)
def test_nothing_lands_where_it_may_not(room: Room, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "target").write_text("safe")
    (room.project / "link").symlink_to(outside)
    (room.project / "leads").symlink_to(outside / "target")
    (room.project / "folder").mkdir()
    os.mkfifo(room.project / "fifo")
    room.file("file", "text")
    kept = room.wrote("t", "innocent", "evil").kept
    room.task(
        "t",
        FileChange(path=path, kept=kept),
        FileChange(path="then", kept=kept),
        FileChange(path=path + "x" if path.endswith("/") else path, deleted=True),
    )
    before = sorted(tmp_path.rglob("*"))

    done = room.apply()

    assert ("then", "applied") in done
    assert {outcome for name, outcome in done if name != "then"} <= {"failed", "already there"}
    assert (outside / "target").read_text() == "safe"
    new = {
        each
        for each in set(tmp_path.rglob("*")) - set(before)
        if not each.is_relative_to(room.folder / "applied")
    }
    assert new == {room.project / "then", room.folder / "applied"} - {room.folder / "applied"}


@pytest.mark.parametrize(
    "kept", ["../../../secret", "/etc/passwd", "plan.yaml", "files/t/link", "files/up/secret", ""]
)
def test_only_what_the_run_folder_keeps_is_offered(room: Room, tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret").write_text("secret")
    (room.folder / "plan.yaml").write_text("x")
    (room.folder / "files/t").mkdir(parents=True)
    (room.folder / "files/t/link").symlink_to(tmp_path / "secret")
    (room.folder / "files/up").symlink_to(tmp_path)
    room.task("t", FileChange(path="a", kept=kept))

    assert room.changes() == []


def test_a_backup_that_can_not_be_made_stops_all(room: Room) -> None:
    room.file("a", "1")
    room.task("t", room.wrote("t", "a", "2", base="1"))
    (room.folder / "applied").write_text("in the way")

    with pytest.raises(StorageError):
        room.apply()

    assert room.files() == {"a": "1"}


def test_a_forged_backup_reaches_nothing_outside(room: Room, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("x")
    folder = room.folder / "applied" / "20260101"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(
        f'[{{"path": "../victim", "task": "t", "after": "{sha("x")}"}}]'
    )

    assert room.undo() == [("../victim", "failed")]
    assert (tmp_path / "victim").read_text() == "x"


def test_the_diff_of_a_change(room: Room) -> None:
    room.file("a", "one\ntwo\n")
    room.task("t", room.wrote("t", "a", "one\n2\n", base="one\ntwo\n"))
    [change] = room.changes()

    assert applying.diff(change, room.ground()) == (
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n one\n-two\n+2"
    )
    room.apply()
    assert applying.diff(change, room.ground()) == ""


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (None, b"new\n", "--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+new"),
        (b"old\n", None, "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-old"),
        (
            b"a",
            b"a\n",
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a",
        ),
        (None, b"", "--- /dev/null\n+++ b/f\n(an empty file)"),
        (b"a\0", b"b", "--- a/f\n+++ b/f\nnot compared: binary, 2 bytes before, 1 after"),
        (None, b"\xff", "--- /dev/null\n+++ b/f\nnot compared: binary, 1 bytes"),
        (b"x\n", b"\x1b[31mred\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+red"),
        (b"x\r\n", b"x\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x␍\n+x"),
        (b"x\n", "x\u2028-y\n".encode(), "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+x␤-y"),
        (b"a", b"a", ""),
    ],
)  # fmt: skip
def test_diffs_as_text(before: bytes | None, after: bytes | None, shown: str) -> None:
    assert text_diff("f", before, after) == shown


def test_a_large_diff_is_bounded() -> None:
    many = "".join(f"{number}\n" for number in range(LONGEST * 2)).encode()

    lines = text_diff("f", None, many).split("\n")

    assert len(lines) == LONGEST + 3
    assert "more lines" in lines[-1]
    assert "too large" in text_diff("f", b"", b"x" * 2_000_000)
