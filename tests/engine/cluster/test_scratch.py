"""Files go as they are, within bounds, and never out of their folder."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.cluster import scratch
from orchtui.engine.cluster.wire import LargeFile, SentFile
from orchtui.engine.paths.blocking_work import UnwantedError, Wanted


def test_a_parcel_is_the_folder_again(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    (source / "deep/er").mkdir(parents=True)
    target.mkdir()
    (source / "deep/er/ü \n.bin").write_bytes(bytes(range(256)))
    (source / "run.sh").write_text("#!/bin/sh\n")
    (source / "run.sh").chmod(0o755)
    (source / "empty").write_bytes(b"")
    files = scratch.pack(source)
    scratch.unpack(target, files)
    assert scratch.pack(target) == files
    assert os.access(target / "run.sh", os.X_OK)
    assert scratch.changes(target, scratch.digests(files)) == scratch.Changed([], [], [])


def test_links_pipes_and_git_stay(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "way").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    assert scratch.pack(tmp_path) == ()


def test_what_a_link_stands_for_is_not_gone(tmp_path: Path) -> None:
    """A folder that was moved to a larger disk, with a link in its place."""
    place, disk = tmp_path / "place", tmp_path / "disk"
    (place / "data").mkdir(parents=True)
    for name in ("data/a.csv", "data.csv", "gone.md"):
        (place / name).write_text(name)
    before = scratch.digests(scratch.pack(place))
    (place / "data").rename(disk)
    (place / "data").symlink_to(disk)
    (place / "gone.md").unlink()
    found = scratch.changes(place, before)
    assert found.files == [SentFile("gone.md", None)]
    assert [file.path for file in found.left] == ["data"]


@pytest.mark.parametrize("errno", [errno.EMFILE, errno.EACCES, errno.EIO])
def test_files_of_a_folder_that_can_not_be_listed_are_not_gone(
    tmp_path: Path, errno: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.csv").write_text("a")
    before = scratch.digests(scratch.pack(tmp_path))
    scan = os.scandir

    def refused(folder: str | Path) -> Any:
        if str(folder).endswith("data"):
            raise OSError(errno, os.strerror(errno))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(OSError, match=os.strerror(errno)):
        scratch.changes(tmp_path, before)


@pytest.mark.parametrize("sizes", [(0,), (-1,), (10**13, -(10**13))])
def test_a_large_file_without_a_size_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(scratch.ParcelError):
        scratch.refuse_too_much([LargeFile(str(size), size, False) for size in sizes])


def test_what_changed_is_new_other_or_gone(tmp_path: Path) -> None:
    for name in ("same", "other", "gone", "mode"):
        (tmp_path / name).write_text(name)
    before = scratch.digests(scratch.pack(tmp_path))
    (tmp_path / "other").write_text("changed")
    (tmp_path / "new").write_text("new")
    (tmp_path / "gone").unlink()
    (tmp_path / "mode").chmod(0o755)
    found = {file.path: file for file in scratch.changes(tmp_path, before).files}
    assert found == {
        "mode": SentFile("mode", b"mode", executable=True),
        "new": SentFile("new", b"new"),
        "other": SentFile("other", b"changed"),
        "gone": SentFile("gone", None),
    }


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "", "a\0b", "way/x"])
def test_a_path_that_leads_out_is_refused_and_nothing_is_written(tmp_path: Path, path: str) -> None:
    folder, elsewhere = tmp_path / "f", tmp_path / "e"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "way").symlink_to(elsewhere)
    with pytest.raises(scratch.ParcelError):
        scratch.unpack(folder, [SentFile("good", b"x"), SentFile(path, b"x")])
    assert not (folder / "good").exists() and not list(elsewhere.iterdir())


def test_a_link_in_a_files_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("safe")
    (tmp_path / "f").symlink_to(tmp_path / "target")
    scratch.unpack(tmp_path, [SentFile("f", b"new")])
    assert (tmp_path / "target").read_text() == "safe"
    assert (tmp_path / "f").read_text() == "new" and not (tmp_path / "f").is_symlink()


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        (folder / "b/deep").mkdir(parents=True)
        (folder / "a").write_text("a")
        (folder / "b/deep/c").write_text("c")
    before = scratch.digests(scratch.pack(there))
    (there / "a").unlink()
    (there / "a").mkdir()
    (there / "a/x").write_text("x")
    (there / "b/deep/c").unlink()
    (there / "b/deep").rmdir()
    (there / "b").rmdir()
    (there / "b").write_text("b")
    scratch.unpack(here, scratch.changes(there, before).files)
    assert scratch.pack(here) == scratch.pack(there)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "there"]


def test_a_name_that_can_not_be_sent_is_told(tmp_path: Path) -> None:
    try:
        open(os.path.join(os.fsencode(tmp_path), b"caf\xe9"), "wb").close()
    except OSError:
        pytest.skip("this disk takes names in UTF-8 alone")
    with pytest.raises(scratch.ParcelError, match=r"is not UTF-8: caf\\xe9"):
        scratch.pack(tmp_path)
    (tmp_path / "other").write_text("x")
    found = scratch.changes(tmp_path, {})
    assert [file.path for file in found.files] == ["other"]
    assert [file.path for file in found.left] == ["caf\\xe9"]


def test_what_is_not_wanted_any_more_changes_nothing(tmp_path: Path) -> None:
    folder, wanted = tmp_path / "f", Wanted()
    folder.mkdir()
    (folder / "gone").write_text("old")
    wanted.withdraw()
    with pytest.raises(UnwantedError):
        scratch.unpack(folder, [SentFile("gone", None), SentFile("new", b"x")], wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert [path.name for path in folder.iterdir()] == ["gone"]
    with pytest.raises(UnwantedError):
        scratch.changes(folder, {}, wanted)


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MOST_BYTES", 10)
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(scratch.ParcelError, match="is the most that is sent"):
        scratch.pack(tmp_path)
    with pytest.raises(scratch.ParcelError):
        scratch.unpack(tmp_path, [SentFile("b", b"x" * 11)])
    before = {"a": scratch._digest(b"x" * 11, False)}
    monkeypatch.setattr(scratch, "MOST_BACK", 10)
    (tmp_path / "a").write_bytes(b"y" * 11)
    (left,) = scratch.changes(tmp_path, before).left  # larger than all that may be sent
    assert left.path == "a" and "it has 11 bytes, and at most 2,000 files" in left.why
    (tmp_path / "a").write_bytes(b"x" * 10)
    before = {"a": scratch._digest(b"x" * 10, False)}
    (tmp_path / "b").write_bytes(b"x" * 10)  # only what changed counts
    assert [file.path for file in scratch.changes(tmp_path, before).files] == ["b"]
    (tmp_path / "a").write_bytes(b"y" * 6)
    (tmp_path / "c").write_bytes(b"x")
    found = scratch.changes(tmp_path, before)  # what has no room keeps no smaller one back
    assert [file.path for file in found.files] == ["a", "c"]
    assert [file.path for file in found.left] == ["b"]
    monkeypatch.setattr(scratch, "MOST_FILES", 0)
    with pytest.raises(scratch.ParcelError):
        scratch.unpack(tmp_path, [SentFile("b", b"")])
