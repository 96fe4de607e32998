"""What was told as a problem can be read later: all of it, in order, clean, without secrets."""

import pytest

from orchtui.engine.errors import StorageError
from orchtui.engine.run_events.redaction import Redactor
from orchtui.ui.dialogs.problems_card import ProblemsCard
from orchtui.ui.notices.problems import MOST, Problems
from tests.ui.conftest import FAIL, QUICK, MakeApp, plan_of, run_to_end, screen_text, sees, until

SECRET = "sk-ant-not-a-real-key-0123456789"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_the_newest_come_first_and_can_be_filtered() -> None:
    problems = Problems(Clock())
    problems.add("warning", "Budget", "most of it is used")
    problems.add("error", "", "the disk is full")
    assert [one.text for one in problems.latest()] == ["the disk is full", "most of it is used"]
    assert [one.severity for one in problems.latest("warning")] == ["warning"]
    assert (problems.count("error"), problems.count("warning"), problems.unread) == (1, 1, 2)
    problems.read()
    assert problems.unread == 0
    assert len(problems) == 2


def test_the_same_told_again_is_one_with_a_number() -> None:
    problems = Problems(Clock())
    for _ in range(3):
        problems.add("warning", "", "once more")
    problems.add("error", "", "once more")
    assert [(one.text, one.times) for one in problems.latest()] == [
        ("once more", 1),
        ("once more", 3),
    ]
    assert problems.unread == 2
    assert problems.latest()[1].line.endswith("warning: once more (3 times)")


def test_it_is_bounded_and_says_so() -> None:
    problems = Problems(Clock())
    for number in range(MOST + 7):
        problems.add("warning", "", f"number {number}")
    assert (len(problems), problems.dropped, problems.unread) == (MOST, 7, MOST)
    assert problems.latest()[-1].text == "number 7"
    problems.add("error", "", "x" * 1_000_000)
    assert len(problems.latest()[0].text) < 5000


def test_it_keeps_no_secret_and_nothing_that_acts_on_a_terminal() -> None:
    problems = Problems(Clock())
    problems.hide = Redactor({"SOME_KEY": SECRET}).text
    problems.add("error", f"with {SECRET}", f"\x1b]0;owned\aa {SECRET} b\x1b[2J")
    [kept] = problems.latest()
    assert (kept.title, kept.text) == ("with ***", "a *** b")


async def test_without_problems_it_says_what_is_kept_here(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("exclamation_mark")
        await sees(pilot, app, "No problems so far", "0 errors, 0 warnings")
        await pilot.press("f", "y", "escape")
        assert not isinstance(app.screen, ProblemsCard)


@pytest.mark.parametrize("size", [(20, 5), (60, 16), (80, 24), (200, 50)])
async def test_problems_are_counted_until_they_are_read(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=size) as pilot:
        app.say("this is only told")
        app.say("[/] [red]not red[/]", "warning", "A title")
        app.tell_error(StorageError("the disk is full"))
        await pilot.press("escape")  # the error's own dialog
        if size[1] >= 16:
            await sees(pilot, app, "! 2 problems" if size[0] >= 90 else "! 2")
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(app.screen, ProblemsCard), "they are shown")
        if size[1] >= 16:
            text = await sees(pilot, app, "the disk is full", "✗ error", "! warning")
            assert "[/] [red]not red[/]" in text
            assert "this is only told" not in text
            await pilot.press("f")
            await sees(pilot, app, "only errors")
            assert "not red" not in screen_text(app)
        await pilot.press("y")
        assert "error: This did not work: the disk is full" in app.clipboard
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: app.screen is app.main, "it is closed")
        assert "problem" not in screen_text(app).splitlines()[0]


async def test_a_run_that_failed_is_a_problem_too(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await until(pilot, lambda: len(app.problems), "it is kept")
        assert app.problems.latest()[0].title == "PARTIAL"


async def test_it_is_found_in_the_palette(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"problems")
        await sees(pilot, app, "the problems told so far")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ProblemsCard), "they are shown")
