"""What the files of a run say of files: written, read, refused, raced for, or not observed."""

import pytest
from msgspec.structs import replace

from orchtui.engine.plans.plan import Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.runs.files_told import file_line, races_section
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import execution_log, report, run_result
from tests.engine.scripted import task
from tests.engine.told import START, Told

KEPT = ev.FileChange(path="notes.md", kept="files/a/notes.md")
INSIDE = ev.FileChange(path="docs/a.md", base="0" * 64)


def seen(told: Told, task_id: str, at: float, sight: str = "tools", **fields: object) -> Told:
    return told.tell(ev.FilesSeen, at, task=task_id, attempt=1, sight=sight, **fields)


def refused(told: Told, task_id: str, at: float, path: str) -> Told:
    return told.tell(
        ev.WriteRefused, at, task=task_id, attempt=1, path=path, why="it is outside the project"
    )


def not_read(told: Told, task_id: str, at: float, path: str) -> Told:
    return told.tell(
        ev.AccessRefused, at, task=task_id, attempt=1, access="read", path=path, why="a secret"
    )


def race(told: Told, at: float = 5.5, path: str = "docs/a.md") -> Told:
    return told.tell(
        ev.RaceDetected,
        at,
        task="b",
        attempt=1,
        path=path,
        access="read",
        when=ev.iso(START + 5.2),
        other="a",
        other_access="write",
        other_when=ev.iso(START + 5.0),
    )


def two(*, backend: str = "scripted", **fields: object) -> Told:
    first: Task = task("a", title="First", **fields)
    told = Told(first, task("b", title="Second"), backend=backend)
    return told.starts("a", 0).starts("b", 0)


def done(told: Told) -> Run:
    for name in "ab":
        if told.run.tasks[name].status == "running":
            told.completes(name, 10, "An answer.")
    return told.ends(11).run


def log(run: Run) -> str:
    return execution_log.log(run, task_output=str, result_output="result.md")


def result(run: Run) -> str:
    return run_result.result(run, lambda number: f"parallel-task-{number}.md")


@pytest.mark.parametrize(
    ("sight", "fields", "line"),
    [
        ("tools", {}, "wrote none; read none"),
        ("tools", {"read": ("x", "y")}, "wrote none; read 2"),
        (
            "tools",
            {"read": ("x",), "written": (KEPT, INSIDE)},
            "wrote notes.md (kept in files/a/notes.md), docs/a.md (in the project); read 1",
        ),
        (
            "worktree",
            {"written": (ev.FileChange(path="old.md", deleted=True, base="0"),)},
            "wrote old.md (deleted); reads not observed",
        ),
        ("folder", {}, "wrote none; reads not observed"),
        ("nothing", {"note": "it ran at once with others"}, "not observed (it ran at once with "
         "others)"),
        ("nothing", {}, "not observed"),
    ],
)  # fmt: skip
def test_what_a_task_did_to_files(sight: str, fields: dict[str, object], line: str) -> None:
    run = done(seen(two(), "a", 4, sight, **fields))

    assert file_line(run.tasks["a"]) == line
    assert f"- Files: {line}\n" in log(run)
    assert f"> Files: {line}\n" in report.task_file(run, run.tasks["a"])
    assert f"> Files: {line}\n" in result(run)


def test_who_could_reach_no_file_has_no_line_about_files() -> None:
    run = done(two())

    assert file_line(run.tasks["a"]) == ""
    assert "Files" not in log(run) + report.task_file(run, run.tasks["a"])
    assert races_section(run) == []


def test_of_a_program_that_was_not_watched_it_says_so() -> None:
    run = done(two(backend="command"))

    assert "- Files: not observed\n" in log(run)
    assert "**Not Observed**: what Task 1, Task 2 did to files\n" in log(run)
    assert "no race" not in log(run).lower()


@pytest.mark.parametrize("sight", ["worktree", "folder", "nothing"])
def test_no_race_is_never_said_where_something_was_not_seen(sight: str) -> None:
    told = seen(two(), "a", 4, "tools")
    run = done(seen(told, "b", 4, sight))

    assert "no race" not in log(run).lower()
    assert "Task 2" in "\n".join(races_section(run))
    assert "Not Observed" in "\n".join(races_section(run))


def test_where_everything_was_seen_it_may_say_that_none_was() -> None:
    told = seen(two(), "a", 4, "tools")

    assert races_section(done(seen(told, "b", 4, "tools"))) == [
        "## Races",
        "No race seen among the observed accesses",
        "",
    ]


def test_a_race_is_told_loudly_everywhere() -> None:
    run = done(race(two()))
    line = (
        "docs/a.md: Task 1 (First) wrote it at 10:00:05.000Z, "
        "Task 2 (Second) read it at 10:00:05.200Z"
    )

    assert "the independence that was promised turned out false" in result(run)
    assert result(run).index("**RACE**") < result(run).index("An answer.")
    assert f"> - {line}\n" in result(run)
    heading = "## Races\n**1 RACE**: the independence that was promised turned out false\n"
    assert f"{heading}- {line}\n" in log(run)
    for name in "ab":
        assert f"> **RACE**: {line}." in report.task_file(run, run.tasks[name])


def test_refused_writes_are_counted_and_listed() -> None:
    told = refused(refused(two(), "a", 1, "../x"), "a", 2, "/etc/passwd")
    run = done(seen(not_read(told, "a", 3, ".env"), "a", 4))

    assert verdict.refusals(run) == 3
    told_of_files = "wrote none; read none; 2 writes refused; 1 read refused"
    assert file_line(run.tasks["a"]) == told_of_files
    assert "- Write Refused: /etc/passwd: it is outside the project\n" in log(run)
    assert "- Read Refused: .env: a secret\n" in log(run)
    assert told_of_files in result(run)


def test_a_specialist_without_an_agent_file_is_told_in_log_and_result() -> None:
    told = two()
    first = told.run.tasks["a"]
    first.task = replace(first.task, specialist="nobody", unknown=True)
    run = done(told)

    assert "- Specialist: nobody (" in log(run)
    assert "no agent file of this name, so it had no instructions of its own" in log(run)
    assert "> **NO AGENT FILE**: there is none for 'nobody' (First)" in result(run)
    assert result(run).count("NO AGENT FILE") == 1


def test_hundreds_of_files_and_races_do_not_bury_the_rest() -> None:
    told = two()
    for number in range(300):
        race(told, path=f"f{number}.md")
        refused(told, "a", 6, f"r{number}.md")
    many = tuple(ev.FileChange(path=f"w{number}.md") for number in range(300))
    run = done(seen(told, "a", 7, written=many))

    assert "and 280 more" in file_line(run.tasks["a"])
    assert len(log(run)) < 20_000
    assert "300 races" in result(run)
    assert "and 280 more" in result(run)


def test_text_from_outside_stays_text() -> None:
    wild = ev.FileChange(path="**b**\n# x.md", kept="files/a/`")
    run = done(race(refused(seen(two(), "a", 4, written=(wild,)), "a", 5, "<x>\n- y"), path="|#|"))

    for text in (log(run), result(run)):
        assert "\n# x" not in text and "**b**" not in text and "\n- y" not in text
        assert "|#|" not in text


def test_what_was_kept_can_be_brought_over() -> None:
    gone = ev.FileChange(path="old.md", deleted=True, base="0")
    told = seen(two(), "a", 4, written=(KEPT, INSIDE))
    run = done(seen(told, "b", 4, "worktree", written=(gone,)))

    assert verdict.kept_files(run) == 2
    assert f"2 files were written and kept; to bring over: `orchtui runs apply {run.id}`" in result(
        run
    )
    assert "runs apply" not in result(done(seen(two(), "a", 4, written=(INSIDE,))))


def test_why_a_specialist_was_chosen_stands_in_the_log() -> None:
    told = Told(task("a", title="First"))
    fitted = told.run.schedule.tasks[0]
    told.run.schedule = replace(
        told.run.schedule, tasks=(replace(fitted, fits="chosen for “draft”"),)
    )
    told.run.tasks["a"].task = told.run.schedule.tasks[0]

    assert "- Specialist: researcher (chosen for “draft”)\n" in log(told.run)
