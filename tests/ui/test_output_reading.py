"""Reading an output: following, searching, attempts, long lines, copying."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

import pytest
from textual import on
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.pilot import Pilot
from textual.selection import Selection

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events import events as ev
from orchtui.ui.bars.search_line import SearchLine
from orchtui.ui.output.output_pane import OutputPane
from orchtui.ui.terminal.copying import MOST, copied_words, too_much
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import QUICK, MakeApp, plan_of, run_to_end, screen_text, sees, until
from tests.ui.stage import Stage

LONG = "\n".join(f"line {number} of tea {'and more words' * 3}" for number in range(300))


async def told_in_passing(pilot: Pilot[int], app: Stage, words: str) -> None:
    """Wait for a notice; its words are broken into rows on the screen."""

    def there() -> bool:
        return any(words in str(note.message) for note in app._notifications)

    await until(pilot, there, f"'{words}' is told")


class Reader(Stage):
    """An app with one output."""

    # As the main screen has it, for whatever pane is in front.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search_text", priority=True),
        Binding("n", "step_match(1)"),
        Binding("N", "step_match(-1)"),
    ]

    def action_search_text(self) -> None:
        self.pane.search.open()

    def action_step_match(self, steps: int) -> None:
        self.pane.search.step(steps)

    def __init__(self, told: Told) -> None:
        self.pane = OutputPane()
        super().__init__(self.pane)
        self.told = told

    @on(OutputPane.Turned)
    def repaint(self) -> None:
        self.pane.repaint(self.told.run.at)


def begun(text: str = "") -> Told:
    told = Told(task("a", title="First")).starts("a", 0)
    return told.says("a", 1, text) if text else told


def fails(told: Told, at: float, why: str, kind: ErrorKind = "server") -> Told:
    return told.tell(
        ev.TaskRetrying, at, task="a", attempt=len(told.run.tasks["a"].attempts), why=why,
        error=kind, wait_s=1.0,
    )  # fmt: skip


@asynccontextmanager
async def reading(
    told: Told, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Reader, Pilot[int]]]:
    app = Reader(told)
    async with app.run_test(size=size) as pilot:
        app.pane.show_task(told.run.tasks["a"], "", told.run.at, run=told.run)
        app.pane.text.focus()
        await pilot.pause()
        yield app, pilot


# Following


async def test_it_says_that_it_does_not_follow_and_how_to_get_back() -> None:
    async with reading(begun(LONG)) as (app, pilot):
        assert "follow" not in screen_text(app)
        await pilot.press("pageup")
        await sees(pilot, app, "not following · G: follow the end")
        place = app.pane.text.scroll_offset.y
        app.told.says("a", 2, "\nnew words" * 50)
        app.repaint()
        await pilot.pause()
        assert app.pane.text.scroll_offset.y == place
        await pilot.press("G")
        await sees(pilot, app, "new words")
        assert "not following" not in screen_text(app)


async def test_what_is_read_stays_in_sight_when_the_window_changes() -> None:
    async with reading(begun(LONG)) as (app, pilot):
        await pilot.press("g", "pagedown", "pagedown")
        top = next(app.pane.text.document.rows(app.pane.text.scroll_offset.y))
        line = top.text.split(" of")[0]
        for width in (40, 130, 23):
            await pilot.resize_terminal(width, 24)
            await sees(pilot, app, line)


# Searching


async def test_a_search_finds_marks_counts_and_goes_round() -> None:
    async with reading(begun(LONG)) as (app, pilot):
        await pilot.press("g", "slash")
        await pilot.press(*"line 15")
        await sees(pilot, app, "1/11", "line 15 of")
        await pilot.press("enter", "n")
        await sees(pilot, app, "2/11", "line 150 of")
        await pilot.press("N", "N")
        await sees(pilot, app, "11/11", "line 159 of")
        place = app.pane.text.scroll_offset.y
        await pilot.press("escape")
        await until(pilot, lambda: not app.pane.search.is_open, "the line is closed")
        assert app.pane.text.scroll_offset.y == place
        assert not app.pane.text.searching


async def test_every_match_in_sight_is_marked_and_the_one_one_is_at_differently() -> None:
    async with reading(begun("tea and Tea\ncoffee\ntea")) as (app, pilot):
        await pilot.press("slash", "t", "e", "a")
        await sees(pilot, app, "1/3")
        text = app.pane.text
        papers = []
        for y in range(3):
            for segment in text.render_line(y):
                if segment.text.lower() == "tea":
                    assert segment.style is not None
                    papers.append(segment.style.bgcolor)
        assert len(papers) == 3
        assert papers[0] != papers[1] == papers[2]
        assert papers[1] is not None


async def test_what_is_not_there_is_told_and_one_stays_where_one_is() -> None:
    async with reading(begun(LONG)) as (app, pilot):
        await pilot.press("g")
        place = app.pane.text.scroll_offset.y
        await pilot.press("slash", *"[/]no")
        await sees(pilot, app, "not found")
        assert app.pane.text.scroll_offset.y == place
        await pilot.press("down", "up", "enter", "n", "N")
        assert app.pane.text.scroll_offset.y == place


async def test_what_arrives_while_one_searches_is_found() -> None:
    async with reading(begun("tea")) as (app, pilot):
        await pilot.press("slash", *"tea")
        await sees(pilot, app, "1/1")
        app.told.says("a", 2, " and tea")
        app.repaint()
        await sees(pilot, app, "1/2")


async def test_without_a_search_n_opens_one() -> None:
    async with reading(begun("tea")) as (app, pilot):
        await pilot.press("n")
        await until(pilot, lambda: app.focused is app.pane.search.input, "it is asked for what")
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.pane.text, "nothing is searched")
        assert not app.pane.search.is_open


async def test_a_search_line_posts_what_is_wanted() -> None:
    line = SearchLine()
    app = Stage(line)
    posted: list[str] = []

    def hook(message: Message) -> None:
        if type(message).__qualname__.startswith("SearchLine."):
            posted.append(type(message).__name__)

    async with app.run_test(size=(40, 5), message_hook=hook) as pilot:
        line.open()
        await pilot.press("x", "down", "up", "enter", "escape")
        await until(pilot, lambda: not line.is_open, "it is closed")
        await pilot.pause()
    assert list(dict.fromkeys(posted)) == [
        "Opened",
        "Changed",
        "Next",
        "Previous",
        "Settled",
        "Closed",
    ]


# Attempts


def twice() -> Told:
    told = fails(begun("the first words, and many of them"), 2, "the server broke")
    return told.starts("a", 4).says("a", 5, "the second")


async def test_attempts_are_tabs_and_the_latest_is_shown() -> None:
    async with reading(twice()) as (app, pilot):
        await sees(pilot, app, "attempt 1 ✗", "attempt 2 ●", "the second")
        assert "first words" not in screen_text(app)
        await pilot.press("left_square_bracket")
        await sees(pilot, app, "the first words", "attempt 1: the server broke")
        app.told.says("a", 6, " more")
        app.repaint()
        await sees(pilot, app, "the first words")
        await pilot.press("right_square_bracket")
        await sees(pilot, app, "the second more")


async def test_a_new_attempt_comes_to_the_front_unless_an_earlier_one_was_chosen() -> None:
    async with reading(begun("first words")) as (app, pilot):
        assert "attempt" not in screen_text(app).replace("attempts", "")
        fails(app.told, 2, "x").starts("a", 4).says("a", 5, "second words")
        app.repaint()
        await sees(pilot, app, "second words")
        await pilot.press("comma")
        fails(app.told, 6, "x").starts("a", 8).says("a", 9, "third words")
        app.repaint()
        await sees(pilot, app, "first words", "attempt 3 ●")


async def test_of_a_failed_task_the_text_that_counts_is_shown() -> None:
    told = twice().tell(
        ev.TaskFailed,
        6,
        task="a",
        attempt=2,
        error="server",
        message="again",
        kept=False,
        output="x.md",
    )
    async with reading(told) as (app, pilot):
        await sees(pilot, app, "attempt 1 ✗ (counts)", "attempt 2 ✗", "the first words")


async def test_an_attempt_without_text_says_so() -> None:
    told = fails(begun(), 2, "refused at once").starts("a", 4).says("a", 5, "words")
    async with reading(told) as (app, pilot):
        await pilot.press("comma")
        await sees(pilot, app, "no text of attempt 1 is kept: none had arrived", "refused at once")


async def test_a_tab_can_be_clicked_and_of_many_the_near_ones_are_shown() -> None:
    told = begun("words of 1")
    for number in range(2, 12):
        fails(told, number * 3, "x").starts("a", number * 3 + 1)
        told.says("a", number * 3 + 2, f"words of {number}")
    async with reading(told, (120, 24)) as (app, pilot):
        await sees(pilot, app, "5 before", "attempt 11 ●")
        tab = await sees(pilot, app, "attempt 8 ✗")
        row = next(at for at, line in enumerate(tab.splitlines()) if "attempt 8" in line)
        await pilot.click(offset=(tab.splitlines()[row].index("attempt 8") + 2, row))
        await sees(pilot, app, "words of 8")


async def test_with_one_attempt_there_are_no_others() -> None:
    async with reading(begun("x")) as (app, pilot):
        await pilot.press("comma")
        await told_in_passing(pilot, app, "There is only one attempt")


# Long lines


async def test_unwrapped_a_line_goes_on_to_the_right() -> None:
    text = "\n".join(f"{number} " + "abcdefghij" * 20 + " end漢" for number in range(3))
    async with reading(begun(text)) as (app, pilot):
        await pilot.press("W")
        await sees(pilot, app, "W: wrap")
        assert app.pane.text.document.height == 3
        assert "end" not in screen_text(app)
        for _ in range(12):
            await pilot.press("l")
        assert screen_text(app).count("end漢") == 3
        await pilot.press("h", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h", "h")
        await sees(pilot, app, "0 abc", "2 abc")
        await pilot.press("slash", *"end")
        await sees(pilot, app, "1/3", "end漢")
        await pilot.press("escape", "W")
        await sees(pilot, app, " 0 ", "end漢")
        assert app.pane.text.document.height == 12
        assert "W: wrap" not in screen_text(app)


# Copying


async def test_all_is_copied_and_it_is_said_how_much() -> None:
    async with reading(begun("one\ntwo")) as (app, pilot):
        await pilot.press("y")
        await told_in_passing(pilot, app, "Copied the whole text: 7 characters in 2 lines.")
        assert app.clipboard == "one\ntwo"


async def test_what_is_marked_is_copied_without_the_breaks_of_rows() -> None:
    words = "many words that are broken into rows " * 6
    async with reading(begun(f"before\n{words}\nafter"), (40, 24)) as (app, pilot):
        text = app.pane.text
        assert text.document.height > 6
        app.screen.selections = {text: Selection(Offset(3, 0), Offset(3, 9))}
        await pilot.press("y")
        await told_in_passing(pilot, app, "Copied what is marked")
        assert app.clipboard.startswith("ore\nmany words that are broken into rows many words")
        assert app.clipboard.count("\n") == 1 + ("after" in app.clipboard)


async def test_the_mouse_marks_text() -> None:
    async with reading(begun("tea and coffee\nmilk")) as (app, pilot):
        shown = (await sees(pilot, app, "coffee")).splitlines()
        row = next(at for at, line in enumerate(shown) if "coffee" in line)
        column = shown[row].index("and")
        await pilot.mouse_down(offset=(column, row))
        await pilot.hover(offset=(column + 4, row))
        await pilot.hover(offset=(column + 10, row))
        await pilot.mouse_up(offset=(column + 10, row))
        await until(pilot, app.screen.get_selected_text, "something is marked")
        await pilot.press("y")
        assert app.clipboard == "and coffee"


async def test_nothing_is_copied_of_nothing() -> None:
    async with reading(begun()) as (app, pilot):
        await pilot.press("y")
        await told_in_passing(pilot, app, "nothing to copy yet")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"TERM_PROGRAM": "Apple_Terminal"}, "Terminal.app"),
        ({"TMUX": "x"}, "set-clipboard"),
        ({"TERM": "screen.xterm"}, "screen does not"),
        ({"TERM": "xterm"}, "OSC 52"),
    ],
)
def test_it_says_on_what_copying_depends(environment: dict[str, str], words: str) -> None:
    assert words in copied_words("x", "all", environment)


def test_more_than_a_terminal_takes_is_not_copied() -> None:
    assert too_much("é" * (MOST // 2)) == ""
    assert "1.0 MB" in too_much("é" * (MOST // 2 + 1))
    assert "74 kB" in copied_words("x" * 80_000, "all", {})


# Hostile text


@pytest.mark.parametrize("size", [(20, 5), (80, 24)])
async def test_nothing_is_markup_and_nothing_acts_on_the_terminal(size: tuple[int, int]) -> None:
    told = begun("[/] [b]x[/b] \x1b]0;title\x07\x1b[2J\u202e 漢字🙂 " * 30)
    async with reading(told, size) as (app, pilot):
        app.repaint()
        await pilot.press("slash", *"[b]", "enter", "W", "l", "W", "pageup", "G")
        await until(pilot, partial(screen_text, app), "it is drawn")
        strips = [app.pane.text.render_line(y).text for y in range(3)]
        assert not any(character in "".join(strips) for character in "\x1b\x07\u202e")


async def test_in_the_app_ctrl_c_copies_what_is_marked_and_does_not_quit(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("4")
        app.screen.selections = {app.main.output.text: Selection(Offset(2, 0), Offset(6, 0))}
        await pilot.press("ctrl+c")
        await until(pilot, lambda: app.clipboard == "This", "it is copied")
        assert app.is_running and not app.screen.selections
