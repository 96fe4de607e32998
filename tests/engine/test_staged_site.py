"""What a program on another machine is given, and what becomes of what it wrote."""

import asyncio
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.cluster import scratch
from orchtui.engine.cluster.wire import SentFile
from orchtui.engine.errors import BackendError
from orchtui.engine.paths import blocking_work, held_folders
from orchtui.engine.paths.blocking_work import UnwantedError, in_thread
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.temporary_folders import FOLDERS
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.workspace import assigning, staged_site
from orchtui.engine.workspace.of_run import workspaces_of
from orchtui.engine.workspace.site import Race, Refusable
from orchtui.engine.workspace.staged_site import StagedSite
from tests.engine.schedules import build
from tests.engine.scripted import task

SECRET = "a-secret-of-this-machine-01"


@dataclass
class Notes:
    """A witness that notes."""

    told: list[tuple[str, str]] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)

    def refused(self, path: str, why: str, access: Refusable = "write") -> None:
        self.told.append((path, why))

    def race(self, race: Race) -> None:
        self.races.append(race)

    async def ask(self, what: str) -> bool:
        return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder."""
    folder = tmp_path / "project"
    for name, text in {
        "data/a.csv": "a",
        "data/deep/b.csv": "b",
        "data/c.txt": "c",
        "tool.sh": "#!/bin/sh\n",
        "out.md": "old",
        "other.md": "not declared",
        ".env": f"KEY={SECRET}",
        "data/.env": f"KEY={SECRET}",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "tool.sh").chmod(0o755)
    (folder / "data/link.csv").symlink_to("/etc/passwd")
    return folder


def site_of(project: Path, attempt: int = 1, **fields: object) -> tuple[StagedSite, Notes]:
    from orchtui.engine.plans.plan import Plan

    given = {"command": ("tool",), **fields}
    tasks = (task("prog", **given), task("else", writes=("theirs.md",), command=("x",)))
    scheduled = build(Plan(tasks=tasks), backend="command").tasks
    run_folder = project / "artifacts/runs/r"
    run_folder.mkdir(parents=True, exist_ok=True)
    redactor = Redactor({"KEY": SECRET})
    out = project / "artifacts"
    spaces = workspaces_of(project, run_folder, out, scheduled, lambda: 0.0, redactor, staged=True)
    notes = Notes()
    site = spaces.site(scheduled[0], attempt, notes)
    assert isinstance(site, StagedSite)
    return site, notes


def files(folder: str) -> dict[str, str]:
    found = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def write(folder: str, name: str, text: str) -> None:
    Path(folder, name).write_text(text)


async def test_what_is_declared_is_there_and_nothing_else(project: Path) -> None:
    site, _ = site_of(project, reads=("data/**/*.csv", "tool.sh"), writes=("out.md", "new.md"))
    await site.open()
    assert files(site.folder) == {
        "data/a.csv": "a",
        "data/deep/b.csv": "b",
        "tool.sh": "#!/bin/sh\n",
        "out.md": "old",
    }
    assert os.access(Path(site.folder, "tool.sh"), os.X_OK)
    assert not os.access(Path(site.folder, "out.md"), os.X_OK)
    folder = site.folder
    seen = await site.leave()
    assert seen is not None and seen.written == () and files(folder) == {}


async def test_a_link_that_stays_in_the_project_is_followed_under_its_own_name(
    project: Path,
) -> None:
    (project / "near.csv").symlink_to("data/a.csv")
    (project / "way").symlink_to("data/deep")
    (project / "data/up").symlink_to("../data")  # a circle
    (project / "data/hidden").symlink_to("../.env")
    (project / "data/nothing").symlink_to("nowhere")
    (project / "data/tool").symlink_to("../tool.sh")
    site, _ = site_of(project, reads=("near.csv", "way/", "way/*.csv", "data"))
    await site.open()
    found = {
        "near.csv": "a",
        "way/b.csv": "b",
        "data/a.csv": "a",
        "data/deep/b.csv": "b",
        "data/c.txt": "c",
        "data/tool": "#!/bin/sh\n",
    }
    assert files(site.folder) == found
    assert os.access(Path(site.folder, "data/tool"), os.X_OK)
    await site.leave()


async def test_what_is_written_through_a_link_lands_where_it_leads(project: Path) -> None:
    (project / "near.md").symlink_to("out.md")
    site, _ = site_of(project, reads=("near.md",), writes=("out.md",))
    await site.open()
    write(site.folder, "near.md", "new")
    seen = await site.leave()
    assert seen is not None and [change.path for change in seen.written] == ["out.md"]
    assert (project / "out.md").read_text() == "new" and (project / "near.md").is_symlink()


async def test_a_declared_folder_is_sent_without_its_secrets_and_links(project: Path) -> None:
    site, _ = site_of(project, reads=("data",))
    await site.open()
    assert sorted(files(site.folder)) == ["data/a.csv", "data/c.txt", "data/deep/b.csv"]
    await site.leave()


async def test_a_declared_secret_is_refused_and_its_text_is_not_told(project: Path) -> None:
    site, _ = site_of(project, reads=(".env",))
    with pytest.raises(BackendError) as refused:
        await site.open()
    assert refused.value.kind == "bad_request" and SECRET not in str(refused.value)
    assert str(refused.value) == (
        ".env, which `reads` names, can not be sent: it may hold a secret, and none is sent; take "
        "it out, or name the variable that holds it under `env`"
    )
    await site.leave()


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        (
            {"reads": ("data/link.csv",)},
            "data/link.csv, which `reads` names, can not be sent: a link in it leads out of the "
            "project folder",
        ),
        (
            {"writes": ("a/../../x",)},
            "a/../../x, which `writes` names, can not be sent: outside of the project folder; name "
            "paths from there",
        ),
        (
            {"reads": ("data",)},
            "data/c.txt, which `reads` names, can not be sent: it has 12 bytes; files above "
            "10 bytes are left alone",
        ),
    ],
)
async def test_a_refusal_before_it_is_sent_names_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch, declared: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(assigning, "MOST_BYTES", 10)
    (project / "data/c.txt").write_bytes(bytes(12))
    site, _ = site_of(project, **declared)
    with pytest.raises(BackendError) as refused:
        await site.open()
    assert (refused.value.kind, str(refused.value)) == ("bad_request", why)
    await site.leave()


async def test_too_much_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged_site, "MOST_FILES", 2)
    site, _ = site_of(project, reads=("data",))
    with pytest.raises(BackendError, match="declares more than 2 files"):
        await site.open()
    await site.leave()


async def test_who_is_stopped_while_it_is_filled_leaves_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, gate, loop_thread = threading.Event(), threading.Event(), threading.get_ident()
    write_bytes, rmtree, places = Path.write_bytes, shutil.rmtree, list[Path]()

    def slow(path: Path, data: bytes) -> int:
        places.append(path)
        if len(places) == 2:
            reached.set()
            assert gate.wait(30)
        return write_bytes(path, data)

    def removed(*given: Any, **options: Any) -> None:
        assert threading.get_ident() != loop_thread, "the loop waits for the disk"
        rmtree(*given, **options)

    monkeypatch.setattr(Path, "write_bytes", slow)
    monkeypatch.setattr(shutil, "rmtree", removed)
    site, _ = site_of(project, reads=("data/**",))
    opening = asyncio.ensure_future(site.open())
    assert await asyncio.to_thread(reached.wait, 30)
    opening.cancel()
    leaving = asyncio.ensure_future(site.leave())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not leaving.done() and not opening.done()
    gate.set()
    seen = await leaving
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert seen is None
    assert len(places) == 2 and not any(map(os.path.exists, {*places, *map(up, places)}))


def full(path: Path, data: bytes) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def stuck(path: Path, data: bytes) -> None:
    raise UnwantedError  # as it is at the next step of one that was given up


@pytest.mark.parametrize("end", [full, stuck])
async def test_a_file_that_was_put_in_by_half_is_not_taken_for_what_a_program_wrote(
    project: Path, monkeypatch: pytest.MonkeyPatch, end: Callable[[Path, bytes], None]
) -> None:
    write_bytes = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        write_bytes(path, data[: len(data) // 2])
        end(path, data)
        return len(data)

    monkeypatch.setattr(Path, "write_bytes", half)
    site, _ = site_of(project, writes=("out.md",))
    with pytest.raises((BackendError, UnwantedError)):
        await site.open()
    assert await site.leave() is None
    assert (project / "out.md").read_text() == "old" and files(site.folder) == {}


def up(path: Path) -> Path:
    return path.parent


async def test_who_is_stopped_before_a_thread_is_free_is_not_filled_afterwards(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocking_work, "END", 0.0)
    first, _ = site_of(project)
    await first.open()
    write(first.folder, "note.md", "first")
    await first.leave()
    gate, made = threading.Event(), list[str]()
    monkeypatch.setattr(FOLDERS, "make", made.append)
    with ThreadPoolExecutor(1) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        busy = asyncio.ensure_future(asyncio.to_thread(gate.wait, 30))
        site, _ = site_of(project, attempt=2)
        opening = asyncio.ensure_future(site.open())
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert await site.leave() is None
        gate.set()
        assert await busy
        await asyncio.to_thread(lambda: None)  # behind it: there is one thread
    assert (project / "artifacts/runs/r/files/prog/note.md").read_text() == "first"
    assert made == []


async def test_what_came_back_lands_as_a_tool_would_write_it(project: Path) -> None:
    site, notes = site_of(project, reads=("data/a.csv", "data/c.txt"), writes=("out.md",))
    await site.open()
    place = Path(site.folder)
    (place / "out.md").write_text("new")
    (place / "data/a.csv").write_text("changed")
    (place / "data/c.txt").unlink()
    (place / "theirs.md").write_text("x")
    (place / "leak.txt").write_text(f"it is {SECRET}")
    (place / "link.md").symlink_to("/etc/passwd")
    seen = await site.leave()
    assert seen is not None and seen.sight == "worktree"
    written = {change.path: change for change in seen.written}
    assert sorted(written) == ["data/a.csv", "data/c.txt", "out.md"]
    assert (project / "out.md").read_text() == "new" and not written["out.md"].kept
    assert (project / "data/a.csv").read_text() == "a"  # not its own: kept apart
    kept = project / "artifacts/runs/r" / written["data/a.csv"].kept
    assert kept.read_text() == "changed"
    assert written["data/c.txt"].deleted and (project / "data/c.txt").exists()
    whys = dict(notes.told)
    assert "the task 'else' writes it" in whys["theirs.md"]
    assert "the value of KEY" in whys["leak.txt"] and not (project / "leak.txt").exists()


async def test_who_is_left_while_files_are_put_in_place_gets_all_of_them(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway, gate, replace = threading.Event(), threading.Event(), Path.replace
    asks, hold = threading.Event(), held_folders.held

    def slow(part: Path, target: Path) -> Path:
        if target.name == "two.md":
            halfway.set()
            assert gate.wait(30)
        return replace(part, target)

    @contextmanager
    def asking(folder: Path) -> Iterator[None]:
        asks.set()
        with hold(folder):
            yield

    monkeypatch.setattr(staged_site, "held", asking)
    site, _ = site_of(project, writes=("one.md", "two.md"))
    await site.open()
    monkeypatch.setattr(Path, "replace", slow)
    parcel = [SentFile(name, b"new") for name in ("one.md", "two.md")]
    coming = asyncio.ensure_future(
        in_thread(lambda wanted: scratch.unpack(Path(site.folder), parcel, wanted))
    )
    assert await asyncio.to_thread(halfway.wait, 30)
    coming.cancel()
    leaving = asyncio.ensure_future(site.leave())
    assert await asyncio.to_thread(asks.wait, 30)
    gate.set()
    seen = await leaving
    with pytest.raises(asyncio.CancelledError):
        await coming
    assert seen is not None
    assert [change.path for change in seen.written] == ["one.md", "two.md"]
    assert files(site.folder) == {}


async def test_a_write_that_hangs_holds_neither_the_loop_nor_whoever_leaves(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, gate, ended = threading.Event(), threading.Event(), threading.Event()
    removed, gave_up = threading.Event(), list[str]()
    write_from, take, remove = Fence.write_from, StagedSite._take, FOLDERS.remove

    def slow(*given: Any, **options: Any) -> Any:
        begun.set()
        if not gate.wait(10):
            gave_up.append("the loop stood still")
        return write_from(*given, **options)

    def taking(site: StagedSite) -> Any:
        try:
            return take(site)
        finally:
            ended.set()

    def removing(folder: Path) -> None:
        remove(folder)
        removed.set()

    monkeypatch.setattr(blocking_work, "END", 0.01)
    monkeypatch.setattr(Fence, "write_from", slow)
    monkeypatch.setattr(StagedSite, "_take", taking)
    monkeypatch.setattr(FOLDERS, "remove", removing)
    site, _ = site_of(project, writes=("one.md", "two.md"))
    await site.open()
    for name in ("one.md", "two.md"):
        write(site.folder, name, "new")
    leaving = asyncio.ensure_future(site.leave())
    assert await asyncio.to_thread(begun.wait, 30)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await asyncio.to_thread(removed.wait, 30)
    assert not gave_up and not ended.is_set() and files(site.folder) == {}
    gate.set()
    assert await asyncio.to_thread(ended.wait, 30)
    # That one was on its way; nothing comes behind it.
    assert (project / "one.md").exists() and not (project / "two.md").exists()


def test_what_comes_too_late_does_not_make_a_place_anew(tmp_path: Path) -> None:
    place = tmp_path / "removed"
    with pytest.raises(FileNotFoundError):
        scratch.unpack(place, [SentFile("a/b", b"x")])
    with pytest.raises(FileNotFoundError):
        held_folders.make_way(place, place / "a/b")
    assert list(tmp_path.iterdir()) == []


async def test_what_it_deletes_stays_here_until_a_person_applies_it(project: Path) -> None:
    """Whatever the reason why it is not there any more."""
    site, notes = site_of(project, reads=("data/a.csv",), writes=("out.md", "data/"))
    await site.open()
    place = Path(site.folder)
    old = (place / "out.md").read_bytes()
    (place / "out.md").rename(place / "moved.md")
    shutil.rmtree(place / "data")
    (project / "out.md").write_text("what a person wrote meanwhile")
    seen = await site.leave()
    assert seen is not None and not notes.told
    gone = {change.path: change.base for change in seen.written if change.deleted}
    assert {"out.md", "data/a.csv"} <= gone.keys()
    assert gone["out.md"] == hashlib.sha256(old).hexdigest()
    assert (project / "out.md").read_text() == "what a person wrote meanwhile"
    assert (project / "data/a.csv").exists()


async def test_what_can_not_be_looked_at_any_more_has_failed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Path) -> Any:
        raise OSError(5, "Input/output error")

    site, _ = site_of(project, writes=("out.md",))
    await site.open()
    folder = site.folder
    monkeypatch.setattr(staged_site, "plain_files", broken)
    seen = await site.leave()
    assert seen is not None and seen.sight == "nothing" and seen.note == seen.failure
    assert "what it wrote can not be taken over: " in seen.failure
    assert "Input/output error" in seen.failure and files(folder) == {}


async def test_a_second_attempt_begins_anew(project: Path) -> None:
    first, _ = site_of(project)
    await first.open()
    write(first.folder, "note.md", "first")
    await first.leave()
    again, _ = site_of(project, attempt=2)
    await again.open()
    assert files(again.folder) == {}
    await again.leave()
    assert (project / "artifacts/runs/r/files/prog.attempt-1/note.md").read_text() == "first"
