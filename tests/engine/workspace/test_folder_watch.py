"""What changed in a folder between two looks, within bounds, shared by those who ask together."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchtui.engine.workspace.folder_watch import (
    Declared,
    FolderWatch,
    Mark,
    compare,
    read_declared,
)


def write(folder: Path, path: str, text: str = "x") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def same_time_and_size(file: Path) -> None:
    status = file.stat()
    file.write_text("y")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    ("change", "deleted"),
    [
        (lambda file: file.write_text("longer"), False),
        (same_time_and_size, False),
        (lambda file: file.replace(file.with_name("other")), True),
        (lambda file: file.unlink(), True),
    ],
)
async def test_a_change_is_seen(
    tmp_path: Path, change: Callable[[Path], object], deleted: bool
) -> None:
    file = write(tmp_path, "deep/file")
    write(tmp_path, "same")
    watch = FolderWatch(tmp_path)
    before = await watch.look()

    change(file)
    after = await watch.look()

    assert before is not None
    assert after is not None
    seen = {each.path: each.deleted for each in compare(before, after)}
    assert seen["deep/file"] is deleted
    assert "same" not in seen


async def test_what_holds_no_work_is_left_out_and_links_are_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "p"
    for path in (".git/x", "node_modules/x", "a/__pycache__/x", "artifacts/runs/x", "b/c"):
        write(project, path)
    write(project, "build/CACHEDIR.TAG")
    write(project, "build/x")
    write(tmp_path, "outside/x")
    (project / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(project / "fifo")
    os.mknod(os.fsencode(project) + b"/\xff")

    look = await FolderWatch(project, [project / "artifacts"]).look()

    assert look is not None
    assert set(look) == {"b/c"}


async def test_too_much_is_not_looked_at_and_not_tried_again(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path, f"f{number}")
    watch = FolderWatch(tmp_path, most_files=3)

    assert await watch.look() is None
    for number in range(4):
        (tmp_path / f"f{number}").unlink()
    assert await watch.look() is None
    assert await FolderWatch(tmp_path, most_seconds=-1.0).look() is None


async def test_those_who_ask_together_share_a_look_and_a_later_one_sees_later(
    tmp_path: Path,
) -> None:
    watch = FolderWatch(tmp_path)

    together = await asyncio.gather(*(watch.look() for _ in range(5)))
    write(tmp_path, "new")
    later = await watch.look()

    assert all(look is together[0] for look in together)
    assert later is not None
    assert set(later) == {"new"}


async def test_a_folder_that_is_gone_raises(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        await FolderWatch(tmp_path / "gone").look()


def test_times_of_changes_are_those_of_the_files() -> None:
    old, new = Mark(1, 1, 1, 1), Mark(2_500_000_000, 1, 1, 1)

    changes = compare({"a": old, "b": old, "c": old}, {"a": new, "b": old})

    assert [(each.path, each.deleted, each.when) for each in changes] == [
        ("a", False, 2.5),
        ("c", True, None),
    ]


def test_declared_files_are_read_and_nothing_else_is(tmp_path: Path) -> None:
    project = tmp_path / "p"
    write(project, "a", "text")
    write(tmp_path, "secret")
    (project / "folder").mkdir()
    (project / "link").symlink_to(tmp_path / "secret")
    (project / "up").symlink_to(tmp_path)
    os.mkfifo(project / "fifo")
    paths = ("a", "./a", "new", "a/below", "folder", "link", "up/secret", "../secret", "fifo", "/x")

    found = read_declared(project, paths)

    assert set(found) == {"a", "new", "a/below", "up/secret"}
    assert found["a"].digest == hashlib.sha256(b"text").hexdigest()
    assert found["new"] == found["a/below"] == found["up/secret"] == Declared()
