"""Columns stay where they are: wide characters, emoji, marks, text from right to left.

Every row that a pane draws is as wide as it should be, character by character: so terminals that
join emoji and terminals that do not agree on where the next column begins.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from orchtui.engine.history.run_row import RunRow
from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events.events import Census
from orchtui.engine.run_folders.summary import Summary
from orchtui.engine.text import clean_line
from orchtui.ui.compose import task_columns
from orchtui.ui.compose.task_columns import UNCHECKED, Columns
from orchtui.ui.independence.finding_lines import Layout
from orchtui.ui.looks.emoji_alone import alone
from orchtui.ui.looks.wrapping import even, fit, wrap
from orchtui.ui.output.document import Document
from orchtui.ui.runs import run_columns
from orchtui.ui.runs.run_entry import RunEntry
from tests.ui.conftest import MakeApp, run_to_end, screen_text

SAMPLES = [
    "日本語のタイトル、とても長い",
    "한국어 제목",
    "👩‍👩‍👧‍👦 a family",
    "🏳️‍🌈🇩🇪🇯🇵 flags",
    "❤️ and ☎️ with VS16",
    "👍🏽 a tone",
    "e\u0301\u0302\u0303 marks a\u0308",
    "שלום עולם, מימין לשמאל",
    "مرحبا بالعالم",
    "\u200d\u200b zero \ufe0f width",
    "\u0301 begins with a mark",
    "ﷺ ligature",
    "ｆｕｌｌ ｗｉｄｔｈ",
    "नमस्ते दुनिया",
    "\U0001f9d1\u200d\U0001f4bb" * 30,
    "a" * 300,
]


def cells(text: str) -> int:
    """Cells of a terminal that joins nothing."""
    return sum(map(get_character_cell_size, text))


TEXTS = st.one_of(
    st.sampled_from(SAMPLES),
    st.text(max_size=40),
    st.lists(st.sampled_from([*"aé日👍\u200d\ufe0f\u0301🇩🇪ש "]), max_size=40).map("".join),
).map(clean_line)
WIDTHS = st.integers(1, 120)


@given(TEXTS, WIDTHS)
def test_what_is_fitted_is_as_wide_as_it_should_be(text: str, width: int) -> None:
    assert cells(fit(text, width)) == width


@given(TEXTS, st.integers(2, 120))
def test_what_is_wrapped_fits_and_loses_nothing(text: str, width: int) -> None:
    text = even(text)
    rows = wrap(text, width)
    assert "".join(rows) == text
    for row in rows:
        assert cells(row.rstrip()) <= width


@pytest.mark.parametrize(
    ("joined", "shown"),
    [
        ("👩\u200d👩\u200d👧\u200d👦 a", "👩 a"),
        ("🏳\ufe0f\u200d🌈!", "🏳 !"),
        ("❤\ufe0fx", "❤ x"),
        ("👍🏽x", "👍x"),
        ("🇩🇪x", "🇩🇪x"),
        ("क्\u200dष", "क्ष"),
        ("plain", "plain"),
    ],
)
def test_of_joined_emoji_the_first_is_shown(joined: str, shown: str) -> None:
    assert alone(joined) == shown


@given(TEXTS)
def test_the_screen_counts_as_before(text: str) -> None:
    joins_letters = "\u200d" in text
    assert joins_letters or cell_len(alone(text)) == cell_len(text)


@given(st.lists(TEXTS, max_size=8), st.integers(2, 60))
def test_what_arrives_piece_by_piece_is_wrapped_the_same(pieces: list[str], width: int) -> None:
    at_once, grown = Document(width), Document(width)
    at_once.append("".join(pieces), "text")
    for piece in pieces:
        grown.append(piece, "text")
    assert [row.text for row in grown.rows()] == [row.text for row in at_once.rows()]


@given(TEXTS, TEXTS, WIDTHS)
def test_the_list_of_tasks(title: str, specialist: str, width: int) -> None:
    task = Task(id="t", title=title, prompt="x", specialist=specialist or None)
    columns = Columns.of(width, 1)
    parts = task_columns.row(task, 1, UNCHECKED, specialist, columns)
    assert cells("".join(text for text, _ in parts)) <= max(width, 7)  # number, signs, a cell


@given(TEXTS, st.integers(12, 120))
def test_the_list_of_runs(name: str, width: int) -> None:
    summary = Summary(
        id="r",
        name=name,
        verdict="PARTIAL",
        started=datetime.now(UTC).isoformat(),
        tasks=3,
        census=Census(completed=2, failed=1),
        makespan_s=5.0,
        backends=("rehearsal",),
    )
    entry = RunEntry("r", RunRow(summary=summary, trouble=name), size=len(name))
    for columns in (run_columns.Columns.of(width), run_columns.Columns(width, 0)):
        lines = run_columns.lines_of(entry, columns, 0.0)
        assert len(lines) == run_columns.height_of(entry, columns)
        for line in lines:
            assert sum(cells(text) for text, _ in line) <= width


@pytest.mark.parametrize("width", [20, 46, 80])
def test_the_findings(width: int) -> None:
    tasks = tuple(
        Task(id=f"t{number}", title=clean_line(text), prompt=f"{clean_line(text)} into out.md")
        for number, text in enumerate(SAMPLES)
    )
    plan = Plan(tasks=tasks)
    layout = Layout(plan, check(plan), width)
    for row in layout.rows:
        line = layout.folded(row) if isinstance(row, int) else row
        assert sum(cells(text) for text, _ in line.parts) <= width
        if isinstance(row, int):
            for unfolded in layout.unfolded(row, 0):
                assert sum(cells(text) for text, _ in unfolded.parts) <= width


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_no_border_is_moved(make_app: MakeApp, size: tuple[int, int]) -> None:
    tasks = tuple(
        Task(
            id=f"t{number}",
            title=clean_line(text),
            prompt=f"{clean_line(text)} [rehearse: 9 words, 1 ms{', fail' if number % 3 else ''}]",
        )
        for number, text in enumerate(SAMPLES)
    )
    app = make_app(Plan(name=clean_line(SAMPLES[2]), request=SAMPLES[2], tasks=tasks))
    async with app.run_test(size=size) as pilot:
        await run_to_end(pilot, app)
        for key in ("1", "2", "m", "m", "5", "3", "4", *["right"] * len(tasks)):
            await pilot.press(key)
            await pilot.pause()
            for line in screen_text(app).splitlines():
                assert cells(line) == size[0], line
