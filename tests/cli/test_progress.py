"""Progress without a table: a line for what people should see, and a loud end."""

from pathlib import Path

import pytest

from orchtui.cli.progress import Progress
from orchtui.engine.run_events import events as ev
from tests.engine.scripted import task
from tests.engine.told import START, Told


class Paper:
    """Where progress goes."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        return False


def progress_of(told: Told) -> tuple[Progress, Paper]:
    paper = Paper()
    return Progress(told.run, lambda: told.run.at, paper, table=False), paper  # type: ignore[arg-type]


def two() -> Told:
    return Told(task("a", title="First"), task("b", title="Second")).starts("a", 0).starts("b", 0)


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        (ev.WorkerAwaited, {"waited_s": 0.5}, "10:00:05 a waits for a worker with room\n"),
        (ev.TaskPlaced, {"worker": "gpu\x07-1"}, "10:00:05 a on the worker gpu-1\n"),
        (ev.ToolCalled, {"call": "1", "name": "Read", "arguments": '{"path": "x.md"}'},
         "10:00:05 a ⚙ Read x.md\n"),
        (ev.ToolReturned, {"call": "1", "ok": True, "text": "fine"}, ""),
        (ev.ToolReturned, {"call": "1", "ok": False, "text": "no such\nfile"},
         "10:00:05 a ⚙ ✗ no such file\n"),
        (ev.WriteRefused, {"path": "../x", "why": "it is outside"},
         "10:00:05 a ⊘ write refused: ../x: it is outside\n"),
        (ev.AccessRefused, {"access": "read", "path": ".env", "why": "it may hold a secret"},
         "10:00:05 a ⊘ read refused: .env: it may hold a secret\n"),
        (ev.FilesSeen, {"sight": "tools", "written": (ev.FileChange(path="a.md", kept="k"),)},
         "10:00:05 a wrote 1 file\n"),
        (ev.FilesSeen, {"sight": "tools"}, ""),
        (ev.PermissionAsked, {"question": "q", "what": "run\x1b[2J rm"},
         "10:00:05 a ? asks: run rm\n"),
        (ev.PermissionAnswered, {"question": "q", "allowed": False,
         "why": "nobody is at the screen"}, "10:00:05 a ? refused: nobody is at the screen\n"),
        (ev.TextDelta, {"text": "word"}, ""),
    ],
)  # fmt: skip
def test_a_line_for_what_people_should_see(
    kind: type[ev.TaskEvent], fields: dict[str, object], line: str
) -> None:
    told = two()
    progress, paper = progress_of(told)
    progress.note(told.tell(kind, 5, task="a", attempt=1, **fields).events[-1])

    assert paper.text == line


def test_a_line_tells_its_own_event_and_not_what_came_after() -> None:
    """Events come in batches, and the Run is a batch ahead of the line that is printed."""
    told = Told(task("a")).starts("a", 0).retries("a", 3, "busy").starts("a", 4)
    told.fails("a", 10, "the key is wrong", "auth")
    progress, paper = progress_of(told)
    for event in told.events[1:]:
        progress.note(event)

    assert paper.text.splitlines() == [
        "10:00:00 a started",
        "10:00:03 a retrying: busy",
        "10:00:04 a started",
        "10:00:10 a failed after 6.0s: the key is wrong",
    ]


def test_an_accepted_cut_off_and_a_task_that_never_ran_are_told_at_the_end() -> None:
    told = two()
    told.says("a", 1, "half").tell(
        ev.TaskCompleted, 2, task="a", attempt=1, usage=ev.Usage(), output="x",
        stop_reason="max_tokens",
    )  # fmt: skip
    progress, paper = progress_of(told.cancels("b", 3, ""))
    progress.note(told.events[-2])
    progress.conclude(Path("run"), Path("out"))

    lines = paper.text.splitlines()
    assert lines[0] == "10:00:02 a completed after 2.0s: cut off at max_tokens"
    assert "  … a: cut off at max_tokens, which the plan accepts" in lines
    assert "  ■ b: cancelled, it did not run" in lines


def test_a_race_and_kept_files_are_told_at_the_end() -> None:
    told = two()
    told.tell(
        ev.RaceDetected,
        5,
        task="b",
        attempt=1,
        path="x.md",
        access="write",
        when=ev.iso(START + 5),
        other="a",
        other_access="write",
        other_when=ev.iso(START + 4),
    )
    progress, paper = progress_of(told)
    progress.note(told.events[-1])
    met = "x.md: Task 1 (First) wrote it at 10:00:04.000Z, Task 2 (Second) wrote it at "
    assert paper.text.startswith(f"10:00:05 b RACE: {met}")

    told.tell(ev.WriteRefused, 6, task="a", attempt=1, path="x", why="no")
    for path in (".env", "key.pem"):
        told.tell(ev.AccessRefused, 6, task="a", attempt=1, access="read", path=path, why="no")
    kept = (ev.FileChange(path="a.md", kept="files/a/a.md"),)
    told.tell(ev.FilesSeen, 6, task="a", attempt=1, sight="tools", written=kept)
    told.completes("a", 7).completes("b", 7).ends(8)
    paper.text = ""
    progress.conclude(Path("run"), Path("out"))

    lines = paper.text.splitlines()
    assert lines[1] == "1 RACE: the independence that was promised turned out false"
    assert lines[2].startswith(f"  ! {met}")
    assert "  ⊘ 1 write refused; 2 reads refused" in lines
    assert f"1 file written and kept; see and apply: orchtui runs apply {told.run.id}" in lines


def test_a_quiet_run_ends_quietly() -> None:
    told = two().completes("a", 7).completes("b", 7).ends(8)
    progress, paper = progress_of(told)
    progress.conclude(Path("run"), Path("out"))

    assert "RACE" not in paper.text and "refused" not in paper.text and "apply" not in paper.text


_LIMIT = {"backend": "anth\x1b[2Jropic", "why": "busy"}


@pytest.mark.parametrize(
    ("kind", "fields", "line"),
    [
        (ev.LimitChanged, {**_LIMIT, "concurrency": 4, "rate": 1.5, "lower": True, "hold_s": 30.0},
         "10:00:05 anthropic asked to slow down: 4 at once, 1.5/s, nothing for 30.0s\n"),
        (ev.LimitChanged, {**_LIMIT, "concurrency": 5, "rate": 1.5, "lower": False}, ""),
        (ev.LimitChanged, {**_LIMIT, "lower": False},
         "10:00:05 anthropic takes as much as the run asks again\n"),
        (ev.Steered, {"action": "pause"}, "10:00:05 by hand: paused: nothing more is started\n"),
        (ev.Steered, {"action": "extend", "task": "a", "value": "90"},
         "10:00:05 by hand: gave 'a' 1m 30s more\n"),
        (ev.Steered, {"action": "telepathy"}, ""),
    ],
)  # fmt: skip
def test_what_servers_and_people_change_is_told(
    kind: type[ev.Steered | ev.LimitChanged], fields: dict[str, object], line: str
) -> None:
    told = two()
    progress, paper = progress_of(told)
    told.tell(kind, 5, **fields)

    progress.note(told.events[-1])

    assert paper.text == line
