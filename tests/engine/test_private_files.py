"""Who may read what a run leaves: the run's own files only its user, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import files, journal
from orchtui.engine.plans.plan import Plan
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, task

PLAN = Plan(tasks=(task("a"), task("b")))
UMASKS = [0o000, 0o022, 0o077, 0o277]


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


async def run(tmp_path: Path, past: Run | None = None) -> Orchestrator:
    backend = Scripted(pace=0.01)
    one = Orchestrator(
        PLAN,
        build(PLAN, backend="scripted"),
        Crew(backends={"scripted": backend}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
        past=past,
    )
    async with one:
        async for _ in one:
            pass
    return one


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_runs_own_files_are_its_users_alone(tmp_path: Path, umask: int) -> None:
    if umask == 0o277:
        (tmp_path / "artifacts").mkdir(mode=0o700)
        (tmp_path / "artifacts").chmod(0o700)
    one = await run(tmp_path)

    assert mode(one.run_folder) == 0o700
    found = {path.name: mode(path) for path in one.run_folder.iterdir()}
    assert {"events.jsonl", "plan.yaml", "summary.json", "parallel-task-1.md"} <= set(found)
    assert set(found.values()) == {0o600}


async def test_what_is_published_follows_the_umask(tmp_path: Path, umask: int) -> None:
    await run(tmp_path)

    published = list((tmp_path / "artifacts").glob("*.md"))
    assert len(published) == 4
    assert {mode(path) for path in published} == {0o666 & ~umask}


async def test_a_run_from_before_is_closed_when_it_goes_on(tmp_path: Path) -> None:
    first = await run(tmp_path)
    for path in [first.run_folder, *first.run_folder.iterdir()]:
        path.chmod(mode(path) | 0o055)

    again = await run(tmp_path, past=fold.replay(journal.read(first.run_folder)))

    assert mode(again.run_folder) == 0o700
    for name in ("events.jsonl", "plan.yaml", "summary.json", "parallel-log.md"):
        assert mode(again.run_folder / name) == 0o600


def test_a_linked_folder_is_not_taken_for_a_run_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("elsewhere")

    with pytest.raises(StorageError):
        files.make_own_folder(tmp_path / "link")

    assert mode(tmp_path / "elsewhere") == 0o755


def test_half_of_a_file_is_never_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.md"
    path.write_text("as it was")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_all", refuse)
    with pytest.raises(StorageError, match="No space left"):
        files.replace_files({path: "new"})

    assert [each.name for each in tmp_path.iterdir()] == ["x.md"]
    assert path.read_text() == "as it was"
