"""What a person wrote on a run: names, tags, pins."""

import json
import os
import threading
from pathlib import Path

import pytest

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.history import labels
from orchtui.engine.history.labels import Labels
from tests.hostile import HOSTILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "run"
    place.mkdir()
    return place


def test_no_file_is_no_label(folder: Path) -> None:
    assert labels.read(folder) == Labels()


def test_what_is_written_is_read(folder: Path) -> None:
    labels.tagged(folder, ["good", "v1.2/x"])
    labels.pinned(folder, True)
    written = labels.renamed(folder, "  My   own name ")

    assert written == Labels(name="My own name", tags=("good", "v1.2/x"), pinned=True)
    assert labels.read(folder) == written
    assert (folder / labels.FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [labels.FILE]


def test_tags_are_the_same_whatever_their_case(folder: Path) -> None:
    labels.tagged(folder, ["Good", "x"])

    assert labels.tagged(folder, ["GOOD"]).tags == ("GOOD", "x")
    assert labels.tagged(folder, remove=["good", "never"]).tags == ("x",)
    assert labels.tagged(folder, ["x"], remove=["x"]).tags == ()


def test_pins_and_names_are_taken_back(folder: Path) -> None:
    labels.pinned(folder, True)
    labels.renamed(folder, "other")

    labels.pinned(folder, False)
    assert labels.renamed(folder, "") == Labels()


@pytest.mark.parametrize(
    "word", ["", " ", "two words", "-x", "_x", "a,b", "a:b", "x" * 41, "a\x1b[1m"]
)
def test_a_word_that_can_be_no_tag_is_told(folder: Path, word: str) -> None:
    with pytest.raises(InputError, match="can be no tag"):
        labels.tagged(folder, ["fine", word])
    assert not (folder / labels.FILE).exists()


def test_too_much_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="can have 50 tags"):
        labels.tagged(folder, [f"t{number}" for number in range(51)])
    with pytest.raises(InputError, match="200 characters"):
        labels.renamed(folder, "x" * 201)


def test_what_another_version_wrote_is_kept(folder: Path) -> None:
    (folder / labels.FILE).write_text('{"format": 2, "mood": "good", "tags": ["a"]}')

    labels.tagged(folder, ["b"])

    assert json.loads((folder / labels.FILE).read_text()) == {
        "format": 2, "mood": "good", "name": "", "tags": ["a", "b"], "pinned": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"tags": "x"}', b'{"pinned": 1}', b"[" * 10_000,
     b" " * (labels.MOST_BYTES + 1)],
)  # fmt: skip
def test_a_broken_file_is_told_and_left_alone(folder: Path, data: bytes) -> None:
    (folder / labels.FILE).write_bytes(data)

    with pytest.raises(StorageError, match="can not be read"):
        labels.read(folder)
    with pytest.raises(StorageError, match="can not be read"):
        labels.tagged(folder, ["x"])
    assert (folder / labels.FILE).read_bytes() == data


def test_links_and_pipes_are_not_read(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text('{"name": "secret"}')
    (folder / labels.FILE).symlink_to(outside)
    with pytest.raises(StorageError):
        labels.read(folder)
    (folder / labels.FILE).unlink()
    os.mkfifo(folder / labels.FILE)
    with pytest.raises(StorageError, match="no plain file"):
        labels.read(folder)


def test_hostile_labels_are_cleaned(folder: Path) -> None:
    data = {"name": HOSTILE, "tags": [HOSTILE, "fine", "a\x1b[31mb"], "pinned": True}
    (folder / labels.FILE).write_text(json.dumps(data))

    found = labels.read(folder)

    assert "\x1b" not in found.name and "\n" not in found.name
    assert found.tags == ("fine", "ab")


def test_changes_at_once_lose_nothing(folder: Path) -> None:
    threads = [
        threading.Thread(target=labels.tagged, args=(folder, [f"t{number}"]))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(labels.read(folder).tags) == sorted(f"t{number}" for number in range(20))


def test_a_run_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        labels.pinned(tmp_path / "nowhere", True)
