"""Reading a file that a person named: whatever stands there, an answer or one clear error."""

import os
import socket
from pathlib import Path

import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.texts.input_file import read_text


def refusal(path: Path, limit: int = 1000) -> str:
    with pytest.raises(InputError) as caught:
        read_text(path, limit)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.column) == (str(path), 0, 0)
    return problem.message


@pytest.mark.parametrize("data", [b"", "é 😀\n".encode(), b"\xef\xbb\xbfa: 1", b"x" * 1000])
def test_text_comes_back_as_it_is(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert read_text(tmp_path / "a", 1000).encode() == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x" * 1001, "is too large: 1,001 bytes; at most 1,000 are allowed"),
        (b"abc\0def", "is not a text file: byte 4 is a NUL"),
        (b"abc\xff", "is not UTF-8: byte 4 is 0xff; save it as UTF-8"),
        (b"caf\xe9\n", "is not UTF-8: byte 4 is 0xe9; save it as UTF-8"),
        ("a: 1".encode("utf-16"), "is UTF-16 or UTF-32; save it as UTF-8"),
        ("a: 1".encode("utf-32"), "is UTF-16 or UTF-32; save it as UTF-8"),
        (b"\xfe\xff\0a", "is UTF-16 or UTF-32; save it as UTF-8"),
        (
            "\ud800".encode("utf-8", "surrogatepass"),
            "is not UTF-8: byte 1 is 0xed; save it as UTF-8",
        ),
    ],
)
def test_data_that_is_no_text(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a").write_bytes(data)
    assert refusal(tmp_path / "a") == message


def test_a_huge_file_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    with open(tmp_path / "a", "wb") as file:
        file.truncate(50_000_000_000)
    assert refusal(tmp_path / "a").startswith("is too large: 50,000,000,000 bytes")


def test_a_file_that_hides_its_size_is_read_up_to_the_limit() -> None:
    endless = Path("/proc/self/environ")
    if not endless.exists() or not endless.read_bytes():
        pytest.skip("no file here whose size is said to be 0")
    assert refusal(endless, 1) == "is too large: 2 bytes; at most 1 are allowed"


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    assert refusal(tmp_path) == "is a folder, not a file"
    assert refusal(tmp_path / "missing") == "there is no such file"
    assert refusal(tmp_path / "fifo") == "is not a regular file"
    assert refusal(Path("/dev/zero")) == "is not a regular file"
    assert refusal(tmp_path / "file/below") == "can not be read: Not a directory"
    assert refusal(tmp_path / "loop").startswith("can not be read: Too many levels")
    assert refusal(tmp_path / ("n" * 300)) == "can not be read: File name too long"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s")
        assert refusal(Path("s")).startswith("can not be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    (tmp_path / "a").touch(mode=0)
    assert refusal(tmp_path / "a") == "can not be read: Permission denied"


def test_names_of_files_are_made_safe() -> None:
    with pytest.raises(InputError, match="^/no/red: there is no such file$"):
        read_text(Path("/no/\x1b[31mred"))
    with pytest.raises(InputError, match="embedded null"):
        read_text(Path("a\0b"))
