"""The list of processes: what a line of proc(5) says, and which processes are whose."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.process_table import (
    Looked,
    Process,
    added,
    carrying,
    parsed,
    processes,
    shares,
)

PAGE = os.sysconf("SC_PAGE_SIZE")
OWN = 10


def line(
    pid: int, name: str = "sh", state: str = "S", parent: int = 1, session: int = 1, pages: int = 3
) -> bytes:
    """As Linux writes it, with more fields behind."""
    before = f"{pid} ({name}) {state} {parent} {pid} {session} 0 -1 4194304"
    between = " 0 0 0 0 7 5 0 0 20 0 1 0 4711 2891776"
    return f"{before}{between} {pages} 18446744073709551615 1 1 0 0 0\n".encode(errors="replace")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (line(12, parent=4, session=11, pages=5), Process(12, 4, 11, 5 * PAGE)),
        (line(12, name="a b"), Process(12, 1, 1, 3 * PAGE)),
        (line(12, name=") S 7 7 7"), Process(12, 1, 1, 3 * PAGE)),
        (line(12, name="x) R 9 (y"), Process(12, 1, 1, 3 * PAGE)),
        (line(12, name="two\nlines"), Process(12, 1, 1, 3 * PAGE)),
        (line(12, name=""), Process(12, 1, 1, 3 * PAGE)),
        (line(2, name="kthreadd", parent=0, session=0, pages=0), Process(2, 0, 0, 0)),
        (line(12, state="Z", pages=0), None),
        (line(12, state="X"), None),
        (b"", None),
        (b"12 (sh) S 1 2", None),
        (b"12 sh S 1 2 3", None),
        (b"no number (sh) S" + line(1).partition(b"S")[2], None),
        (line(12).replace(b"S 1", b"S one"), None),
        (b"\xff\x00\xfe) S", None),
    ],
)
def test_a_line_of_one_process(text: bytes, expected: Process | None) -> None:
    assert parsed(text) == expected


@given(st.binary(max_size=300))
def test_what_is_no_line_raises_nothing(text: bytes) -> None:
    assert parsed(text) is None or isinstance(parsed(text), Process)


def process(pid: int, parent: int, session: int, memory: int = 1) -> Process:
    return Process(pid, parent, session, memory)


ME = process(OWN, 1, 5, 100)

TABLES: dict[str, tuple[list[Process], dict[int, Looked], Looked]] = {
    "nothing but this process": ([ME], {}, Looked(100, 1)),
    "a program by itself": ([ME, process(20, OWN, 20, 7)], {20: Looked(7, 1)}, Looked(107, 2)),
    "what it has started, also in groups of their own": (
        [ME, process(20, OWN, 20, 1), process(21, 20, 20, 2), process(22, 21, 20, 4)],
        {20: Looked(7, 3)},
        Looked(107, 4),
    ),
    "what has a session of its own, as long as its parent is there": (
        [ME, process(22, 21, 22, 4), process(21, 20, 20, 2), process(20, OWN, 20, 1)],
        {20: Looked(7, 3)},
        Looked(107, 4),
    ),
    "an orphan that came to this process and is still in the session": (
        [ME, process(20, OWN, 20, 1), process(21, OWN, 20, 2)],
        {20: Looked(3, 2)},
        Looked(103, 3),
    ),
    "an orphan that came to this process from another session is of no program": (
        [ME, process(20, OWN, 20, 1), process(21, OWN, 21, 2)],
        {20: Looked(1, 1)},
        Looked(103, 3),
    ),
    "children that are no programs": (
        [ME, process(30, OWN, 5, 8), process(31, 30, 5, 8), process(20, OWN, 20, 1)],
        {20: Looked(1, 1)},
        Looked(117, 4),
    ),
    "two programs, and another orchtui in one of them": (
        [
            ME,
            process(20, OWN, 20, 1),
            process(40, OWN, 40, 2),
            process(41, 40, 41, 4),
            process(42, 41, 41, 8),
        ],
        {20: Looked(1, 1), 40: Looked(14, 3)},
        Looked(115, 5),
    ),
    "a program that has ended, and strangers": (
        [ME, process(1, 0, 1, 50), process(60, 1, 60, 50), process(61, 60, 60, 50)],
        {},
        Looked(100, 1),
    ),
    "a circle, and one that is its own parent": (
        [ME, process(70, 71, 9), process(71, 70, 9), process(72, 72, 9), process(73, 70, 9)],
        {},
        Looked(100, 1),
    ),
    "a parent that is not in the list": ([ME, process(80, 79, 9)], {}, Looked(100, 1)),
}


@pytest.mark.parametrize("name", TABLES)
def test_whose_a_process_is(name: str) -> None:
    table, programs, family = TABLES[name]
    assert shares(table, {20, 40, 99}, OWN) == (programs, family)


numbers = st.integers(1, 12)


@given(
    st.lists(st.builds(Process, numbers, numbers, numbers, st.integers(0, 9)), max_size=30),
    st.sets(numbers, max_size=4),
    st.randoms(use_true_random=False),
)
def test_every_process_counts_once_and_their_order_does_not_matter(
    table: list[Process], programs: set[int], random: object
) -> None:
    table = list({one.pid: one for one in table}.values())
    programs -= {OWN}
    by_program, family = shares(table, programs, OWN)

    assert set(by_program) <= programs
    of_programs = added(by_program.values())
    assert of_programs.processes <= family.processes <= len(table)
    assert of_programs.memory <= family.memory <= sum(one.memory for one in table)
    random.shuffle(table)  # type: ignore[attr-defined]
    assert shares(table, programs, OWN) == (by_program, family)


def test_a_folder_is_read(tmp_path: Path) -> None:
    for name, text in (
        ("10", line(10)),
        ("11", line(11, state="Z")),
        ("12", b"nonsense"),
        ("self", line(13)),
        ("meminfo", b"MemTotal: 1 kB"),
    ):
        if name == "meminfo":
            (tmp_path / name).write_bytes(text)
        else:
            (tmp_path / name).mkdir()
            (tmp_path / name / "stat").write_bytes(text)
    (tmp_path / "14").mkdir()  # it ended between the list and the look

    assert processes(tmp_path) == [Process(10, 1, 1, 3 * PAGE)]


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        ([], None),
        ([b"", b"HOME=/root\0PATH=/bin\0"], None),
        ([b"A=1\0MARK=7-8-9\0", b"MARK=1\0", b"A=2\0"], Looked(7 * PAGE, 2)),
        ([b"XMARK=1\0A=MARK=1\0", b"MARKED=1\0", b"MARK\0"], None),
        ([b"\xff\xfe=\0MARK=\xff"], Looked(3 * PAGE, 1)),
        ([None, b"MARK=1\0"], Looked(4 * PAGE, 1)),  # another user's
    ],
)
def test_whose_environment_names_a_variable(
    environments: list[bytes | None], expected: Looked | None, tmp_path: Path
) -> None:
    for place, environment in enumerate(environments):
        folder = tmp_path / str(100 + place)
        folder.mkdir()
        (folder / "stat").write_bytes(line(100 + place, pages=3 + place))
        if environment is not None:
            (folder / "environ").write_bytes(environment)

    assert carrying("MARK", tmp_path) == expected


def test_without_such_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert processes(tmp_path / "none") == []
    (tmp_path / "file").write_text("")
    assert processes(tmp_path / "file") == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="proc(5)")
def test_this_process_is_in_the_real_one() -> None:
    (own,) = (one for one in processes() if one.pid == os.getpid())

    assert (own.parent, own.session) == (os.getppid(), os.getsid(0))
    assert 2**20 < own.memory < 2**40
