"""Tools, refused writes, files and races in the output and on the timeline."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.color import Color

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Attempt, ToolUse
from orchtui.engine.telling.tool_words import call_words, result_words
from orchtui.ui.bars.run_bar import Facts, RunBar
from orchtui.ui.looks.contrast import contrast
from orchtui.ui.looks.specialist_colors import readable
from orchtui.ui.output import blocks, document
from orchtui.ui.output.output_pane import OutputPane
from orchtui.ui.output.tool_lines import AttemptLines
from orchtui.ui.timeline.timeline_pane import TimelinePane
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import screen_text, sees
from tests.ui.stage import Stage


def begun() -> Told:
    return Told(task("a", title="First"), task("b", title="Second")).starts("a", 0).starts("b", 0)


def calls(told: Told, number: int, at: float = 1.0, **arguments: str) -> Told:
    return told.tell(
        ev.ToolCalled, at, task="a", attempt=1, call=str(number), name="Read",
        arguments=json.dumps(arguments),
    )  # fmt: skip


def returns(told: Told, number: int, text: str, ok: bool = True, at: float = 1.5) -> Told:
    return told.tell(ev.ToolReturned, at, task="a", attempt=1, call=str(number), ok=ok, text=text)


def refuses(told: Told, path: str, at: float = 1.2) -> Told:
    return told.tell(ev.WriteRefused, at, task="a", attempt=1, path=path, why="outside")


def race(told: Told, path: str = "x.md") -> Told:
    return told.tell(
        ev.RaceDetected, 2, task="b", attempt=1, path=path, access="read",
        when=ev.iso(START + 2), other="a", other_access="write", other_when=ev.iso(START + 1),
    )  # fmt: skip


def rows(told: Told, width: int = 60, unfolded: bool = False) -> list[str]:
    made = AttemptLines(width, unfolded)
    made.take_in(told.run.tasks["a"].attempts[-1])
    return [row.text for row in made.document.rows()]


def worked() -> Told:
    told = begun().says("a", 1, "Before. ")
    calls(told, 1, path="docs/spec.md")
    refuses(told, "../x")
    returns(told, 1, "one\ntwo\nthree")
    told.says("a", 2, "Between. ")
    calls(told, 2, 3, pattern="*.md")
    returns(told, 2, "no such folder", ok=False, at=4)
    told.says("a", 5, "After.")
    written = (
        ev.FileChange(path="a.md", kept="files/a/a.md"),
        ev.FileChange(path="docs/b.md"),
        ev.FileChange(path="c.md", deleted=True),
    )
    told.tell(ev.FilesSeen, 6, task="a", attempt=1, sight="tools", written=written)
    return told.completes("a", 7)


WORKED = [
    "Before. ",
    "⚙ ✓ Read docs/spec.md · 3 lines",
    "⊘ write refused: ../x: outside",
    "Between. ",
    "⚙ ✗ Read *.md",
    "    no such folder",
    "After.",
    "✎ wrote a.md · kept in files/a/a.md",
    "✎ wrote docs/b.md · in the project",
    "✎ deleted c.md",
]


def test_tools_stand_where_they_were_used() -> None:
    assert rows(worked()) == WORKED


def test_what_a_program_was_refused_stands_there_too() -> None:
    told = begun().says("a", 1, "x").tell(
        ev.AccessRefused, 1.2, task="a", attempt=1, access="read", path=".env", why="a secret"
    )  # fmt: skip

    assert rows(told) == ["x", "⊘ read refused: .env: a secret"]


def test_unfolded_the_answers_stand_below() -> None:
    found = rows(worked(), unfolded=True)

    assert found[1:5] == [WORKED[1], "  │ one", "  │ two", "  │ three"]


def test_taken_in_step_by_step_it_is_the_same() -> None:
    """Also where answers come late and not in order."""
    told, live = begun(), AttemptLines(60)
    one = told.run.tasks["a"].attempts[-1]
    for number in (1, 2, 3):
        calls(told, number, number, path=f"f{number}")
        live.take_in(one)
    told.says("a", 4, "text")
    live.take_in(one)
    for number, ok in ((2, False), (3, True), (1, False)):
        returns(told, number, "it is\nso", ok, 5)
        assert live.take_in(one)
        assert not live.take_in(one)

    assert [row.text for row in live.document.rows()] == [
        "⚙ ✗ Read f1",
        "    it is so",
        "⚙ ✗ Read f2",
        "    it is so",
        "⚙ ✓ Read f3 · 2 lines",
        "text",
    ]
    assert [row.text for row in live.document.rows()] == rows(told)


def test_a_tool_that_has_not_returned_says_so() -> None:
    assert rows(calls(begun(), 1, path="x")) == ["⚙ … Read x"]


def test_of_a_huge_answer_some_is_shown() -> None:
    told = returns(calls(begun(), 1, path="x"), 1, "word\n" * 100_000)

    found = rows(told, unfolded=True)
    assert len(found) < 70
    assert found[-1] == "  └ … 500000 characters in all"


def test_where_nothing_was_observed_it_says_so() -> None:
    told = begun().tell(ev.FilesSeen, 1, task="a", attempt=1, sight="nothing", note="no git")

    assert rows(told.completes("a", 2)) == ["✎ what it did to files was not observed: no git"]


@given(st.text(max_size=60), st.text(max_size=60), st.booleans(), st.integers(1, 80))
def test_no_row_is_wider_than_the_pane_or_acts_on_the_terminal(
    name: str, text: str, ok: bool, width: int
) -> None:
    told = begun().tell(ev.ToolCalled, 1, task="a", attempt=1, call="1", name=name, arguments=text)
    returns(told, 1, text, ok)

    for row in rows(told, width):
        assert "\x1b" not in row and "\n" not in row
    first = rows(told, width)[0]
    assert first[:1] in ("⚙", "…")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ('{"file_path": "a.md", "offset": 3}', "Read a.md"),
        ('{"content": "x", "path": "b.md"}', "Read b.md"),
        ('{"other": "word"}', "Read word"),
        ("{}", "Read"),
        ("", "Read"),
        ("git status", "Read git status"),
        ('{"path": "a\\u001b[2Jb\\nc"}', "Read ab c"),
        ('{"path": ', 'Read {"path":'),
        ("[" * 10_000, "Read " + "[" * 194 + "…"),
    ],
)
def test_a_call_in_a_few_words(arguments: str, words: str) -> None:
    assert call_words("Read", arguments) == words


@pytest.mark.parametrize(
    ("ok", "text", "words"),
    [
        (None, "", ""),
        (True, "", "no answer"),
        (True, "done", "done"),
        (True, "x" * 100, "100 characters"),
        (True, "a\nb\n", "2 lines"),
        (False, "", "it failed and did not say why"),
        (False, "no\nway", "no way"),
    ],
)
def test_a_result_in_a_few_words(ok: bool | None, text: str, words: str) -> None:
    assert result_words(ToolUse("1", "Read", "", 0, 0.0, ok, text)) == words


# On the screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_output_shows_tools_and_unfolds_them(size: tuple[int, int]) -> None:
    told, pane = worked(), OutputPane()
    app = Stage(pane)
    async with app.run_test(size=size) as pilot:
        pane.show_task(told.run.tasks["a"], "", told.run.at, run=told.run)
        await pilot.pause()
        for line in WORKED:
            assert line.strip() in screen_text(app)
        assert "RACE" not in screen_text(app)
        pane.text.action_fold_tools()
        await pilot.pause()
        await sees(pilot, app, "│ two")
        pane.text.action_fold_tools()
        await pilot.pause()
        assert "│ two" not in screen_text(app)


async def test_a_race_stands_above_the_output_of_both() -> None:
    told, pane = race(worked()), OutputPane()
    app = Stage(pane)
    async with app.run_test(size=(120, 24)) as pilot:
        for name in "ab":
            pane.show_task(told.run.tasks[name], "", told.run.at, run=told.run)
            await pilot.pause()
            assert " RACE  x.md: Task 1 (First) wrote it" in screen_text(app).splitlines()[1]


async def test_ten_thousand_tools_cost_what_is_new() -> None:
    told, pane = begun(), OutputPane()
    for number in range(10_000):
        told.run.tasks["a"].attempts[0].tools.append(
            ToolUse(str(number), "Read", '{"path": "x"}', 0, told.run.at, True, "fine")
        )
    app = Stage(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        pane.show_task(told.run.tasks["a"], "", told.run.at)
        made = pane.text.document
        calls(told, 10_001, 3, path="last.md")
        pane.repaint(told.run.at)
        await pilot.pause()
        assert pane.text.document is made
        assert pane.text.document.height == 10_001
        await sees(pilot, app, "last.md")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_the_timeline_shows_races_refusals_questions_and_tools(
    size: tuple[int, int],
) -> None:
    told = race(refuses(returns(calls(begun(), 1, path="x"), 1, "y"), "../x", 1.7))
    told.tell(ev.PermissionAsked, 3, task="b", attempt=1, question="q", what="rm -rf build")
    pane, bar = TimelinePane(), RunBar()
    pane.rows.inks.names = {"researcher": "#00ff00"}
    app = Stage(pane, bar)
    async with app.run_test(size=size) as pilot:
        pane.show_run(told.run)
        await pilot.pause()
        pane.repaint(told.run, told.run.at + 10)
        bar.show(Facts(workers=("x",), run=told.run, is_live=True, now=told.run.at))
        await pilot.pause()
        first = next(line for line in screen_text(app).splitlines() if "First" in line)
        second = next(line for line in screen_text(app).splitlines() if "Second" in line)
        assert "RACE ⊘1 First" in first
        assert "╋" in first
        assert "RACE Second" in second
        assert "? researcher-B" in second
        assert "asks: rm -rf" in second
        assert screen_text(app).count("1 RACE") == 2
        await sees(pilot, app, "? 1 asking")
        segments = [part for line in app.screen._compositor.render_strips() for part in line]
        named = next(part for part in segments if part.text.startswith("researcher-A"))
        assert named.style is not None and named.style.color is not None
        triplet = named.style.color.triplet
        assert triplet is not None and triplet.green > 2 * triplet.red


@pytest.mark.parametrize("written", ["red", "blue", "PURPLE", "#010203", "#fff", "yellow"])
@pytest.mark.parametrize("behind", ["#15130f", "#ffffff", "#777777"])
def test_a_specialists_colour_can_be_read(written: str, behind: str) -> None:
    background = Color.parse(behind)
    color = readable(written, background, Color.parse("#f08a3c"))

    assert color is not None
    assert contrast(color, background) >= 4.0


def test_orange_is_the_houses_and_no_colour_is_none() -> None:
    dark, house = Color.parse("#15130f"), Color.parse("#f08a3c")

    assert readable(" Orange ", dark, house) == house
    for written in ("", "nonsense", "ansi_red", "rgb(1,2,3)", "#12", "auto", "\x1b[31m"):
        assert readable(written, dark, house) is None


# The same attempt at another moment


def told_to_the_end() -> Told:
    """One attempt in which something of everything happens."""
    told = begun().says("a", 1, "Before. ")
    calls(told, 1, path="docs/spec.md")
    refuses(told, "../x")
    returns(told, 1, "one\ntwo")
    told.says("a", 3, "More. ")
    calls(told, 2, 3.1, path="docs/none.md")
    told.says("a", 3.2, "Meanwhile. ")
    returns(told, 2, "no such file", ok=False, at=3.4)
    told.says("a", 3.5, "The end.")
    written = (ev.FileChange(path="out.md"),)
    told.tell(ev.FilesSeen, 4, task="a", attempt=1, sight="tools", written=written)
    return told.completes("a", 5)


def state_at(index: int) -> Attempt:
    """The attempt after so many events: an object of its own."""
    run = fold.replay(told_to_the_end().events[:index])
    assert run is not None and run.tasks["a"].attempt is not None
    return run.tasks["a"].attempt


_FIRST = next(
    number
    for number, event in enumerate(told_to_the_end().events, 1)
    if isinstance(event, ev.TaskStarted) and event.task == "a"
)
_INDEXES = range(_FIRST, len(told_to_the_end().events) + 1)


def shown(made: AttemptLines) -> list[str]:
    return [row.text for row in made.document.rows()]


def fresh(attempt: Attempt) -> list[str]:
    made = AttemptLines(60)
    made.take_in(attempt)
    return shown(made)


@pytest.mark.parametrize("before", _INDEXES)
def test_any_state_of_an_attempt_is_reached_from_any_other(before: int) -> None:
    for after in _INDEXES:
        made = AttemptLines(60)
        made.take_in(state_at(before))
        assert made.turn_to(state_at(after))
        assert shown(made) == fresh(state_at(after)), after


_PIECE = st.one_of(
    st.text("ab \n👍\u200d\tx", max_size=40), st.just("tool"), st.just("answer"), st.just("refused")
)


@given(st.lists(_PIECE, max_size=30), st.lists(st.integers(0, 40), max_size=12))
@example(["refused", "a"], [1])
@example(["tool", "a", "refused", "b"], [2, 1])
def test_a_way_back_and_forth_ends_where_one_is(pieces: list[str], way: list[int]) -> None:
    """Blocks of a few characters: each of them begins somewhere."""
    told, open_calls = begun(), list[int]()
    for number, piece in enumerate(pieces):
        if piece == "tool":
            calls(told, number, 1 + number)
            open_calls.append(number)
        elif piece == "answer" and open_calls:
            returns(told, open_calls.pop(0), "no", ok=bool(number % 2), at=1 + number)
        elif piece == "refused":
            refuses(told, "../x", 1 + number)
        elif piece and piece != "answer":
            told.says("a", 1 + number, f"{piece}\n")
    events = told.completes("a", 90).events
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 24)
        patch.setattr(document, "BLOCK", 24)
        patch.setattr(document, "_MOST_MARKS", 2)
        made = AttemptLines(60)
        for place in [0, *way, 40]:
            run = fold.replay(events[: min(len(events), 5 + place)])
            assert run is not None and run.tasks["a"].attempt is not None
            attempt = run.tasks["a"].attempt
            if not made.turn_to(attempt):
                made.take_in(attempt)
            text = "".join(row.text.rstrip() for row in made.document.rows())
            assert text == "".join(row.rstrip() for row in fresh(attempt))


def test_going_back_keeps_the_blocks_before_it() -> None:
    told = begun()
    for number in range(40):
        told.says("a", 1 + number, f"{number:04d} {'word ' * 800}\n")
    made = AttemptLines(60)
    made.take_in(told.run.tasks["a"].attempts[0])
    kept, count = made.document.blocks[:3], len(made.document.blocks)
    run = fold.replay(told.events[:25])
    assert run is not None
    assert made.turn_to(run.tasks["a"].attempts[0])
    assert made.document.blocks[:3] == kept
    assert 3 < len(made.document.blocks) < count
    assert shown(made) == fresh(run.tasks["a"].attempts[0])


def test_another_attempt_is_no_other_state() -> None:
    told = begun().says("a", 1, "one").retries("a", 2).starts("a", 3).says("a", 4, "one more")
    first, second = told.run.tasks["a"].attempts
    made = AttemptLines(60)
    assert not made.turn_to(first)
    made.take_in(first)
    assert not made.turn_to(second)
    assert shown(made) == fresh(first)
