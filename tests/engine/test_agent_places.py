"""Where agent files are found, and what can not be read."""

import os
from pathlib import Path

import pytest

from orchtui.engine.agents import agent_places
from orchtui.engine.agents.agent_places import MAX_BYTES, places, read_bytes


def names(folder: Path) -> list[str]:
    return [os.path.relpath(place.path, folder) for place in places(folder)]


def troubles(folder: Path) -> dict[str, str | None]:
    return {os.path.relpath(place.path, folder): place.trouble for place in places(folder)}


def write(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_files_are_found_in_folders_below_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.md", "a/c/d.MD", "notes.txt", "md", ".hidden.md", ".git/x.md"):
        write(tmp_path / name)

    assert names(tmp_path) == ["a/c/d.MD", "a/z.md", "b.md"]
    assert set(troubles(tmp_path).values()) == {None}


@pytest.mark.parametrize("name", ["no such folder", "a file/below"])
def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a file")

    assert list(places(tmp_path / name)) == []


def test_links_are_followed_but_never_in_circles(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    write(inside / "a.md")
    write(outside / "b.md")
    (inside / "more").symlink_to(outside)
    (inside / "self").symlink_to(inside)
    (outside / "back").symlink_to(inside)
    (inside / "c.md").symlink_to(outside / "b.md")

    assert names(inside) == ["a.md", "c.md", "more/b.md"]


def test_what_is_no_file_is_told_and_hides_nothing(tmp_path: Path) -> None:
    write(tmp_path / "good.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    os.mkfifo(tmp_path / "pipe.md")
    with open(write(tmp_path / "huge.md"), "r+b") as file:
        file.truncate(50_000_000)

    found = troubles(tmp_path)

    assert found.pop("good.md") is None
    assert "this is a folder" in str(found["folder.md"])
    assert "leads nowhere" in str(found["gone.md"])
    assert "symbolic links" in str(found["loop.md"])
    assert "not a regular file" in str(found["pipe.md"])
    assert "too large: 50,000,000" in str(found["huge.md"])


def test_a_pit_of_folders_has_a_bottom(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 40)
    write(deep / "far.md")
    write(tmp_path / "near.md")

    found = troubles(tmp_path)

    assert found.pop("near.md") is None
    [trouble] = found.values()
    assert "too many" in str(trouble)


def test_a_crowd_of_files_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_places, "MAX_ENTRIES", 5)
    for number in range(4):
        write(tmp_path / f"{number}.md")
    write(tmp_path / "more" / "a.md")
    write(tmp_path / "more" / "b.md")

    found = troubles(tmp_path)

    assert [name for name, trouble in found.items() if trouble is None] == [
        "0.md", "1.md", "2.md", "3.md",
    ]  # fmt: skip
    assert "too many" in str(found["more"])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_what_is_forbidden_is_told(tmp_path: Path) -> None:
    write(tmp_path / "secret.md").chmod(0)
    write(tmp_path / "locked" / "a.md")
    (tmp_path / "locked").chmod(0)
    try:
        with pytest.raises(ValueError, match="Permission denied"):
            read_bytes(tmp_path / "secret.md")
        assert "Permission denied" in str(troubles(tmp_path)["locked"])
        assert "Permission denied" in str(troubles(tmp_path / "locked" / "below")["."])
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_a_file_that_nobody_may_open_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("orchtui.engine.agents.agent_places.os.open", forbidden)

    with pytest.raises(ValueError, match="can not be read: Permission denied"):
        read_bytes(write(tmp_path / "a.md"))


def test_a_file_is_read_as_a_whole(tmp_path: Path) -> None:
    assert read_bytes(write(tmp_path / "a.md", b"x" * MAX_BYTES)) == b"x" * MAX_BYTES


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too large"):
        read_bytes(write(tmp_path / "a.md", b"x" * (MAX_BYTES + 1)))


def test_a_pipe_without_a_writer_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.md")

    with pytest.raises(ValueError, match="not a regular file"):
        read_bytes(tmp_path / "a.md")


def test_a_stamp_tells_when_a_file_is_another_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", b"one")
    before = [place.stamp for place in places(tmp_path)]
    write(tmp_path / "b", b"two").rename(path)

    assert [place.stamp for place in places(tmp_path)] != before
