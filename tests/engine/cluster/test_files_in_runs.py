"""Whole runs whose programs work elsewhere: what becomes of each file, and what is told of it."""

import asyncio
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.changed_files.changes import changes_of
from orchtui.engine.execution.executor import Executor
from orchtui.engine.paths.temporary_folders import LOCK, TemporaryFolders
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs.files_told import file_line, refused_lines
from orchtui.engine.runs.run import Run
from orchtui.engine.workspace.of_run import workspaces_of
from tests.engine.cluster.far_double import far
from tests.engine.schedules import build
from tests.engine.scripted import task

SECRET = "a-secret-of-somebody-01"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "artifacts/runs/r").mkdir(parents=True)
    return folder


def python(code: str, **fields: Any) -> Task:
    return task("t", command=("python3", "-c", code), retries=0, **fields)


async def run_far(
    project: Path, *tasks: Task, there: Redactor = NOTHING, here: Redactor = NOTHING
) -> Run:
    """A run of these, to its end."""
    schedule = build(Plan(tasks=tasks), backend="command")
    clock = asyncio.get_running_loop().time
    stamp = Stamp(clock)
    out = project / "artifacts"
    spaces = workspaces_of(
        project, out / "runs/r", out, schedule.tasks, stamp.now, here, staged=True
    )
    backend, _ = far(CommandBackend({"PATH": "/usr/bin:/bin"}), redactor=there)
    plan = Plan(tasks=tasks)
    folded = fold.start(
        stamp(ev.RunStarted, format=ev.FORMAT, run="r", plan=plan, schedule=schedule)
    )
    executor = Executor(schedule, {"command": backend}, stamp, workspaces=spaces)
    try:
        async for batch in executor.batches():
            for event in batch:
                fold.apply(folded, event)
    finally:
        await executor.close()
    return folded


def is_there(path: Path) -> bool:
    return path.exists()


def found_below(folder: Path, name: str) -> list[Path]:
    return list(folder.rglob(name))


def told(run: Run, task_id: str = "t") -> tuple[str, str, Mapping[str, str]]:
    """How a task ended, why, and what was refused."""
    found = run.tasks[task_id]
    refused = {one.path: one.why for attempt in found.attempts for one in attempt.refused}
    return found.status, found.why or "", refused


async def test_one_file_with_an_odd_name_keeps_no_other_one_back(project: Path) -> None:
    code = "open('res.md','w').write('good'); open(b'b\\xffd','w').write('x')"
    run = await run_far(project, python(code, writes=("res.md",)))
    status, _, refused = told(run)
    assert status == "completed" and (project / "res.md").read_text() == "good"
    why = "its name is not UTF-8, and no event can hold such a name; name it otherwise"
    assert refused == {"b\\xffd": why}
    assert refused_lines(run.tasks["t"]) == [f"Write Refused: b\\\\xffd: {why}"]
    assert why in file_line(run.tasks["t"])


@pytest.mark.parametrize("whose", ["there", "here"])
async def test_a_file_with_a_secret_is_refused_and_the_others_come(
    project: Path, whose: str
) -> None:
    secrets = Redactor({"TOKEN": SECRET})
    code = f"open('leak.txt','w').write('{SECRET}'); open('good.txt','w').write('x')"
    given = {whose: secrets}
    run = await run_far(project, python(code, writes=("good.txt",)), **given)
    status, _, refused = told(run)
    assert status == "completed" and (project / "good.txt").read_text() == "x"
    why = "the value of TOKEN is a secret and is not written to a file"
    assert refused == {"leak.txt": why}
    assert not found_below(project, "leak.txt")


@pytest.mark.parametrize("whose", ["there", "here"])
async def test_a_secret_stands_in_no_name_of_a_file_either(project: Path, whose: str) -> None:
    secrets = Redactor({"TOKEN": SECRET})
    code = f"open('{SECRET}.md','w').write('x'); open('good.txt','w').write('x')"
    run = await run_far(project, python(code, writes=("good.txt",)), **{whose: secrets})
    status, _, refused = told(run)
    assert status == "completed" and (project / "good.txt").read_text() == "x"
    assert list(refused.values()) == ["the value of TOKEN, which is a secret, stands in its name"]
    assert not found_below(project, f"*{SECRET}*")


@pytest.mark.parametrize("whose", ["there", "here"])
async def test_a_declared_file_that_does_not_come_fails_the_task(project: Path, whose: str) -> None:
    given = {whose: Redactor({"TOKEN": SECRET})}
    code = f"open('leak.txt','w').write('{SECRET}'); open('good.txt','w').write('x')"
    run = await run_far(project, python(code, writes=("*.txt",)), **given)
    status, why, refused = told(run)
    assert status == "failed" and list(refused) == ["leak.txt"]
    assert why == (
        "what it declares did not come back: leak.txt: the value of TOKEN is a secret and is not "
        "written to a file"
    )
    assert (project / "good.txt").read_text() == "x"


async def test_large_files_go_and_come(project: Path) -> None:
    data = bytes(20_000_000)
    (project / "in.dat").write_bytes(data)
    code = "open('out.dat','wb').write(open('in.dat','rb').read())"
    run = await run_far(project, python(code, reads=("in.dat",), writes=("out.dat",)))
    assert told(run) == ("completed", "", {})
    assert (project / "out.dat").read_bytes() == data


async def test_what_is_too_much_for_one_letter_comes_all_the_same(project: Path) -> None:
    code = "[open(f'out/{n}.dat', 'wb').write(bytes([n]) * 9_000_000) for n in range(9)]"
    code = f"import os; os.mkdir('out'); {code}; open('kept.dat', 'wb').write(bytes(9_000_000))"
    run = await run_far(project, python(code, writes=("out/",)))
    assert told(run) == ("completed", "", {})
    for number in range(9):
        assert (project / f"out/{number}.dat").read_bytes() == bytes([number]) * 9_000_000
    kept = project / "artifacts/runs/r/files/t/kept.dat"
    assert kept.stat().st_size == 9_000_000


async def test_what_can_be_made_again_stays_there_unless_it_is_declared(project: Path) -> None:
    (project / "lib").mkdir()
    (project / "lib/a.py").write_text("x = 1")
    code = (
        "import os, sys; sys.path.insert(0, 'lib'); import a; os.makedirs('node_modules/x')\n"
        "for n in range(2100): open(f'node_modules/x/{n}', 'w').close()\n"
        "open('res.md', 'w').write('x'); os.mkdir('.cache'); open('.cache/own', 'w').write('x')"
    )
    run = await run_far(project, python(code, reads=("lib/",), writes=("res.md", ".cache/own")))
    assert told(run) == ("completed", "", {})
    (attempt,) = run.tasks["t"].attempts
    assert attempt.files is not None
    assert [change.path for change in attempt.files.written] == [".cache/own", "res.md"]


async def test_links_that_it_made_are_told(project: Path) -> None:
    code = (
        "import os; os.symlink('a.md', 'now.md'); os.symlink('/', 'way'); os.mkdir('d')\n"
        "os.mkdir('.venv'); os.symlink('/bin/sh', '.venv/sh'); open('a.md', 'w').write('x')\n"
        "for n in range(MANY): os.symlink('x', f'd/{n}')"
    )
    status, _, refused = told(await run_far(project, python(code.replace("MANY", "0"))))
    why = "it is a link, and links do not come back from a worker; write a file"
    assert (status, refused) == ("completed", {"now.md": why, "way": why})
    declared = python(code.replace("MANY", "3000"), writes=("now.md",))
    status, failure, refused = told(await run_far(project, declared))
    assert status == "failed" and "now.md: it is a link" in failure and len(refused) == 21


async def test_what_it_made_a_program_is_one_for_the_next_task(project: Path) -> None:
    for name in ("old.sh", "same.sh", "mine.sh", "theirs.sh"):
        (project / name).write_text("echo done")
    (project / "mine.sh").chmod(0o744)
    (project / "theirs.sh").chmod(0o755)
    code = (
        "import os; os.umask(0o077)\n"
        "for name in ('new.sh', 'old.sh', 'mine.sh', 'theirs.sh'):\n"
        "    open(name, 'w').write('echo done ')\n"
        "for name in ('new.sh', 'old.sh', 'same.sh', 'mine.sh'): os.chmod(name, 0o777)"
    )
    writes = ("new.sh", "old.sh", "same.sh", "mine.sh")
    first = python(code, reads=("theirs.sh",), writes=writes)
    command = ("sh", "-c", "./new.sh && ./old.sh && ./same.sh")
    files = ("new.sh", "old.sh", "same.sh")
    next_one = task("u", command=command, reads=files, after=("t",), retries=0)
    run = await run_far(project, first, next_one)
    assert told(run, "u") == ("completed", "", {})
    umask = os.umask(0)
    os.umask(umask)
    for name in files:
        mode = (project / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o777 & ~umask
    assert stat.S_IMODE((project / "mine.sh").stat().st_mode) == 0o744  # as it was
    (change,) = changes_of(run, project / "artifacts/runs/r")
    assert (change.path, change.executable) == ("theirs.sh", True)


async def test_a_declared_file_that_is_deleted_stays_until_it_is_applied(project: Path) -> None:
    (project / "gone.md").write_text("old")
    run = await run_far(project, python("import os; os.remove('gone.md')", writes=("gone.md",)))
    assert run.tasks["t"].status == "completed" and is_there(project / "gone.md")
    (change,) = changes_of(run, project / "artifacts/runs/r")
    assert (change.path, change.deleted) == ("gone.md", True)


async def test_where_it_works_goes_with_the_process_that_made_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    folders = list[Path]()
    make = TemporaryFolders.make

    def noted(self: TemporaryFolders, kind: str) -> Path:
        folders.append(make(self, kind))
        return folders[-1]

    monkeypatch.setattr(TemporaryFolders, "make", noted)
    run = await run_far(project, python("import os; print(os.getcwd(), os.listdir('..'))"))
    assert [folder.name.partition("-")[0] for folder in folders] == ["staged", "work"]
    assert f"{folders[1]} [" in run.tasks["t"].text and f"'{LOCK}'" in run.tasks["t"].text
    assert not found_below(temporary, "*")


async def test_a_script_that_was_not_sent_is_named_where_its_program_fails(project: Path) -> None:
    for name in ("tools/run.py", "conf/a.ini", "sent.txt"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("print('done')")
    command = ("python3", "tools/run.py", "--conf=conf/a.ini", "sent.txt", "nothing.txt")
    lacking = task("t", command=command, reads=("sent.txt",), retries=0)
    status, why, _ = told(await run_far(project, lacking))
    assert status == "failed"
    assert why.endswith(
        "; tools/run.py, conf/a.ini: named in its command, and not sent; add to `reads`"
    )
    whole = task("t", command=command, reads=("tools/run.py",), retries=0)
    assert told(await run_far(project, whole))[0] == "completed"
