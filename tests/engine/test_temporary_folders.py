"""Temporary folders go with their process: by it, or by who comes next where it was killed."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchtui.engine.paths import temporary_folders
from orchtui.engine.paths.temporary_folders import LOCK, PREFIX, TemporaryFolders, sweep

HOLDER = """
import sys
from orchtui.engine.paths.temporary_folders import FOLDERS
folder = FOLDERS.make("work")
(folder / "shut").mkdir()
(folder / "shut/file").write_text("x")
(folder / "shut").chmod(0o500)
print(folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go, of processes that are started too."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def holder(place: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process with a folder."""
    process = subprocess.Popen(
        (sys.executable, "-c", HOLDER), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def made_by(process: "subprocess.Popen[str]") -> Path:
    assert process.stdout is not None
    return Path(process.stdout.readline().strip())


def test_all_of_a_process_stand_in_one_folder_that_goes_with_the_last(place: Path) -> None:
    folders = TemporaryFolders()
    first, second = folders.make("work"), folders.make("staged")
    assert first.parent == second.parent and list(place.iterdir()) == [first.parent]
    assert first.parent.stat().st_mode & 0o777 == 0o700
    (first / "file").write_text("x")
    folders.remove(first)
    assert not first.exists() and second.exists()
    folders.remove(second)
    assert list(place.iterdir()) == []
    again = folders.make("work")
    assert again.is_dir()
    folders.remove(again)


def test_what_a_killed_process_leaves_is_removed_by_who_comes_next(
    place: Path, holder: "subprocess.Popen[str]"
) -> None:
    left = made_by(holder)
    sweep()
    assert (left / "shut/file").exists()  # it lives
    holder.kill()
    holder.wait()
    folders = TemporaryFolders()
    own = folders.make("work")
    assert not left.parent.exists() and own.exists()
    folders.remove(own)
    assert list(place.iterdir()) == []


def test_whoever_ends_the_programs_of_a_killed_worker_removes_its_folders(
    place: Path, holder: "subprocess.Popen[str]"
) -> None:
    left = made_by(holder)
    holder.kill()
    holder.wait()
    guard = (sys.executable, "-m", "orchtui.engine.cluster.left_behind", "1-nobody-")
    subprocess.run(guard, stdin=subprocess.DEVNULL, check=True, timeout=60)
    assert not left.parent.exists()


def test_what_is_none_of_them_is_left(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked, other, elsewhere = (place / f"{PREFIX}{name}" for name in ("a", "b", "c"))
    for folder in (unlocked, place / "target", other):
        (folder / "work-1").mkdir(parents=True)
    (place / "target" / LOCK).touch()
    elsewhere.symlink_to(place / "target")
    (place / f"{PREFIX}file").touch()
    sweep()
    assert (unlocked / "work-1").exists() and (place / "target/work-1").exists()
    (other / LOCK).touch()
    monkeypatch.setattr(os, "getuid", lambda: other.stat().st_uid + 1)
    sweep()
    assert (other / "work-1").exists()  # another user's
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    sweep()
    assert not other.exists()


def test_what_can_not_be_removed_yet_is_found_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = place / f"{PREFIX}a"
    (left / "work-1").mkdir(parents=True)
    (left / LOCK).touch()
    monkeypatch.setattr(temporary_folders, "remove_tree", lambda path: None)
    sweep()
    assert (left / LOCK).exists()
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    sweep()
    assert not left.exists()


def test_what_holds_a_folder_keeps_its_rights(place: Path) -> None:
    place.chmod(0o755)
    (place / "it/shut").mkdir(parents=True)
    (place / "it/shut/file").touch()
    (place / "it/shut").chmod(0o500)
    temporary_folders.remove_tree(place / "it")
    assert not (place / "it").exists()
    temporary_folders.remove_tree(place / "it")
    assert place.stat().st_mode & 0o777 == 0o755


def test_many_threads_have_one_each_and_leave_none(place: Path) -> None:
    folders, together, found = TemporaryFolders(), threading.Barrier(8), list[Path]()

    def work() -> None:
        together.wait(30)
        for _ in range(20):
            folder = folders.make("work")
            (folder / "file").touch()
            found.append(folder)
            folders.remove(folder)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == len(found) == 160
    assert list(place.iterdir()) == []
