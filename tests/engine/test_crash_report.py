"""What a crash report tells, and what it never does."""

import os
import stat
from pathlib import Path

import pytest

from orchtui import __version__
from orchtui.engine.errors import StorageError
from orchtui.engine.run_events.redaction import NOTHING, Redactor
from orchtui.engine.telling import crash_report

KEY = "sk-ant-api03-planted-0123456789"
REDACTOR = Redactor({"ANTHROPIC_API_KEY": KEY})


class Boom(Exception):
    """What nobody expected."""


def broken(deep: int = 0) -> Exception:
    """An error with a cause, values in its frames, and a key and an escape in its words."""

    def inner() -> None:
        prompt = "the user's own words"
        raise ValueError(f"{KEY} \x1b[31mred\x1b[0m of {len(prompt)}")

    def again(left: int) -> None:
        if left:
            again(left - 1)
        else:
            inner()

    try:
        try:
            again(deep)
        except ValueError as error:
            raise Boom(f"could not be sent with {KEY}") from error
    except Boom as error:
        return error
    raise AssertionError


def test_it_says_what_is_needed_to_mend_it() -> None:
    text = crash_report.report(broken(), REDACTOR, "20261125-100000-abcd")

    for words in (__version__, "Python 3.", "textual", "run: 20261125-100000-abcd", "Traceback"):
        assert words in text
    assert "Boom: could not be sent with ***" in text
    assert "ValueError: *** red of 20" in text
    assert "test_crash_report.py" in text
    assert "in inner" in text


def test_no_value_no_secret_and_no_escape_is_in_it() -> None:
    text = crash_report.report(broken(), REDACTOR)

    assert KEY not in text
    assert "the user's own words" not in text.replace('prompt = "the user\'s own words"', "")
    assert "\x1b" not in text


def test_the_home_folder_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path(__file__).parent))

    text = crash_report.report(broken(), NOTHING)

    assert str(Path(__file__).parent) not in text
    assert "~/test_crash_report.py" in text


def test_a_deep_one_is_bounded() -> None:
    assert len(crash_report.report(broken(deep=500), NOTHING)) < 300_000


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Boom("it broke\nin two lines"), "Boom: it broke in two lines"),
        (Boom(), "Boom"),
        (Boom(f"with {KEY}"), "Boom: with ***"),
        (Boom("x" * 1000), "Boom: " + "x" * 299 + "…"),
    ],
)
def test_the_headline_is_one_line(error: Exception, line: str) -> None:
    assert crash_report.headline(error, REDACTOR) == line


def test_an_error_that_can_not_even_be_told(home: Path) -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    assert crash_report.headline(Mute(), NOTHING) == "Mute"
    assert crash_report.write(Mute(), NOTHING).exists()


def test_it_stands_in_the_users_state_folder_and_is_the_users_alone(home: Path) -> None:
    path = crash_report.write(broken(), REDACTOR, "r")

    assert path.is_relative_to(home / ".local" / "state" / "orchtui")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "Boom" in path.read_text()


def test_only_the_last_ones_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_report, "_KEPT", 3)
    written = [crash_report.write(Boom(str(number)), NOTHING) for number in range(5)]

    assert [path.exists() for path in written] == [False, False, True, True, True]


def test_where_the_state_folder_takes_nothing_it_is_the_temporary_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".local").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    path = crash_report.write(broken(), REDACTOR)

    assert path.is_relative_to(tmp_path)
    assert path.parent.stat().st_mode & 0o077 == 0


def test_where_nothing_takes_it_that_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".local").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", os.fspath(home / ".local"))

    with pytest.raises(StorageError, match="no report can be written"):
        crash_report.write(broken(), REDACTOR)
