"""Which editor and pager are taken, and what is said where there is none."""

from pathlib import Path

import pytest

from orchtui.engine.errors import OrchtuiError
from orchtui.ui.terminal import outside
from tests.ui.stage import Stage


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH with some programs."""
    for name in ("vi", "less", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, ["vi"]),
        ({"EDITOR": "mine"}, ["mine"]),
        ({"EDITOR": "vi", "VISUAL": "mine -f 'a b'"}, ["mine", "-f", "a b"]),
        ({"VISUAL": "  ", "EDITOR": "mine"}, ["mine"]),
    ],
)
def test_the_editor_is_the_persons(programs: str, said: dict[str, str], words: list[str]) -> None:
    assert outside._command("editor", *outside._EDITOR, {"PATH": programs, **said}) == words


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"EDITOR": "gone -x"}, "There is no program 'gone', which $EDITOR names"),
        ({"VISUAL": "mine 'a"}, r"\$VISUAL can not be read"),
        ({"PATH": "/nowhere"}, r"\$VISUAL or \$EDITOR is not set, and none of nano, vim, vi"),
    ],
)
def test_where_there_is_none_it_is_said_what_to_do(
    programs: str, said: dict[str, str], why: str
) -> None:
    with pytest.raises(OrchtuiError, match=why.replace("$EDITOR names", r"\$EDITOR names")):
        outside._command("editor", *outside._EDITOR, {"PATH": programs, **said})


async def test_where_the_terminal_can_not_be_handed_over_the_file_is_named(
    programs: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PAGER", f"{programs}/less")
    app = Stage()
    async with app.run_test():
        with pytest.raises(OrchtuiError, match="another window.*x.md"):
            await outside.view(app, tmp_path / "x.md")
