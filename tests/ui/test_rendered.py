"""Rendered markdown: what it looks like, that nothing in it acts, and when it is made."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from orchtui.ui.output import rendered_view
from orchtui.ui.output.blocks import Row
from orchtui.ui.output.markdown_rows import render
from tests.ui.conftest import screen_text, sees, until
from tests.ui.test_output_reading import begun, reading, twice
from tests.ui.test_tool_lines import worked

LOOKS = {
    kind: Style(color=f"color({number + 1})")
    for number, kind in enumerate(
        ("heading", "quote", "code", "link", "faint", "keyword", "string", "number")
    )
}

DOCUMENT = """# A *title*

Some **words** with `code`, a [link](http://example.org/x) and ![a picture](http://example.org/y.png).

- one
- two

| a | b |
|---|---|
| 1 | 2 |

> quoted

```python
def f(): return "x"
```

<script>alert(1)</script> and <b>HTML</b>
"""


def rows(text: str, width: int = 60) -> list[str]:
    return [row.text for row in render([text], width, LOOKS)]


def test_everything_is_there_and_reads_well() -> None:
    found = "\n".join(rows(DOCUMENT, 100))
    for words in (
        "A title",
        "Some words with code, a link (http://example.org/x) and",
        "▣ a picture (http://example.org/y.png)",
        " • one",
        "▌ quoted",
        '  def f(): return "x"',
        "<script>alert(1)</script> and <b>HTML</b>",
    ):
        assert words in found
    assert "\n\n\n" not in found
    assert "**" not in found and "```" not in found and "# " not in found


def test_no_link_is_one_that_a_terminal_opens() -> None:
    made = render([DOCUMENT + "\n<http://example.org> http://example.org"], 60, LOOKS)
    styles = [style for row in made for _, style in row.parts]
    assert styles
    assert not any(style.link for style in styles)


@pytest.mark.parametrize(
    "text", ["&#x202e;x", "&#27;[31m", "a &#x9b;2J b", "\x1b]8;;http://x\x07y\x1b]8;;\x07", "&#13;"]
)
def test_what_hides_in_entities_acts_no_more_than_elsewhere(text: str) -> None:
    for row in rows(text):
        assert not any(character in row for character in "\x1b\x9b\u202e\r\n\x07")


@settings(max_examples=60)
@given(st.text(alphabet="ab漢 *_`[]()#>|-\n1.!<&;", max_size=120), st.integers(1, 40))
def test_any_text_can_be_rendered(text: str, width: int) -> None:
    for row in render([text], width, LOOKS):
        assert row.text == "".join(part for part, _ in row.parts)
        assert "\n" not in row.text


def test_no_row_is_wider_than_the_pane() -> None:
    assert all(cell_len(row) <= 30 for row in rows("words " * 50 + "漢字" * 40, 30))


def test_rows_that_are_no_text_stay_where_they_are() -> None:
    made = render(["# One", [Row("⚙ ✓ Read x", "tool")], "*two*"], 40, LOOKS)
    assert [row.text for row in made if row.text] == ["One", "⚙ ✓ Read x", "two"]


# On the screen


async def test_it_is_rendered_and_shown_as_it_came_again() -> None:
    async with reading(begun(DOCUMENT), (90, 40)) as (app, pilot):
        await sees(pilot, app, "# A *title*")
        await pilot.press("m")
        text = await sees(pilot, app, "• one", "rendered · m: as it came")
        assert "**" not in text
        await pilot.press("slash", *"words")
        await sees(pilot, app, "1/1")
        await pilot.press("escape", "y")
        assert app.clipboard == DOCUMENT
        await pilot.press("m")
        await sees(pilot, app, "# A *title*")
        assert "rendered" not in screen_text(app)


async def test_tools_stay_in_their_place() -> None:
    async with reading(worked(), (90, 40)) as (app, pilot):
        await pilot.press("m")
        text = await sees(pilot, app, "rendered")
        at = [text.index(words) for words in ("Before.", "⚙ ✓ Read", "Between.", "After.", "✎")]
        assert at == sorted(at)
        await pilot.press("t")
        await sees(pilot, app, "│ two")


async def test_what_arrives_is_rendered_too_and_another_width_is() -> None:
    async with reading(begun("*some*"), (90, 40)) as (app, pilot):
        await pilot.press("m")
        await sees(pilot, app, " some ")
        app.told.says("a", 2, "\n\n**new** words")
        app.repaint()
        await sees(pilot, app, "new words")
        app.told.says("a", 3, " and more of them" * 9)
        app.repaint()
        await pilot.resize_terminal(50, 40)
        await until(pilot, lambda: app.pane.text.document.height > 5, "it is rendered narrower")
        await sees(pilot, app, "new words and more")


async def test_attempts_are_rendered_each() -> None:
    async with reading(twice(), (90, 30)) as (app, pilot):
        await pilot.press("m")
        await sees(pilot, app, "rendered", "the second")
        await pilot.press("comma")
        await sees(pilot, app, "rendered", "the first words")


async def test_what_is_too_long_is_shown_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered_view, "MOST", 100)
    async with reading(begun("*word* " * 30), (90, 30)) as (app, pilot):
        await pilot.press("m")
        await sees(pilot, app, "as it came: 210 characters are too many to render", "*word*")
        assert not app.pane.text.is_rendered


async def test_what_can_not_be_rendered_is_shown_as_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*_: object) -> list[Row]:
        raise RecursionError("too deep")

    monkeypatch.setattr(rendered_view, "_render", breaks)
    async with reading(begun("*word*"), (90, 30)) as (app, pilot):
        await pilot.press("m")
        await sees(pilot, app, "as it came: it can not be rendered: too deep", "*word*")


async def test_one_rendering_at_a_time_and_what_came_meanwhile_is_taken_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go, calls = threading.Event(), []

    def slow(pieces: list[str | list[Row]], width: int, looks: object) -> list[Row]:
        calls.append(pieces)
        go.wait(20)
        return [Row(f"made of {len(str(pieces))}", "text")]

    monkeypatch.setattr(rendered_view, "_render", slow)
    monkeypatch.setattr(rendered_view, "_AT_MOST", 0.1)
    async with reading(begun("a"), (90, 30)) as (app, pilot):
        await pilot.press("m")
        for number in range(20):
            app.told.says("a", 2 + number, "b")
            app.repaint()
            await pilot.pause()
        assert len(calls) == 1
        go.set()
        await until(pilot, lambda: len(calls) == 2, "what came is rendered")
        assert "b" * 20 in str(calls[1])
        await until(pilot, lambda: not app.pane.text._rendering, "it is done")
        assert len(calls) == 2
