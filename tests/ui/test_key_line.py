"""The last row: the keys of where the focus is, from the first paint on."""

from tests.ui.conftest import QUICK, STALL, MakeApp, plan_of, run_to_end, screen_text, sees, until
from tests.ui.whole_app import said

SIZE = (120, 36)


def last_row(text: str) -> str:
    return text.split("\n")[SIZE[1] - 1]


async def test_the_keys_follow_the_focus_and_one_is_told_once(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await sees(pilot, app, "Quit", "Topic 2")
        of_tasks = last_row(screen_text(app))
        assert of_tasks.count("Quit") == of_tasks.count("Help") == 1
        await pilot.press("5")
        await until(pilot, lambda: last_row(screen_text(app)) != of_tasks, "other keys are told")
        assert last_row(screen_text(app)).count("Quit") == 1


async def test_a_click_on_a_key_is_the_key(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await sees(pilot, app, "Quit")
        row = last_row(screen_text(app))
        await pilot.click(offset=(SIZE[0] - 1, SIZE[1] - 1))  # behind the last: nothing
        await pilot.hover(offset=(row.index("Help") + 1, SIZE[1] - 1))
        await pilot.click(offset=(row.index("Help") + 1, SIZE[1] - 1))
        await until(pilot, lambda: app.screen.query(".help"), "the help is open")


async def test_what_can_not_be_done_is_not_offered_and_told_when_it_is_tried(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await sees(pilot, app, "Delete")
        assert "Undo" not in last_row(screen_text(app)), "nothing was changed"
        await run_to_end(pilot, app)
        await until(pilot, lambda: "Pause" not in last_row(screen_text(app)), "it has ended")
        row = last_row(screen_text(app))
        assert "Read" in row
        assert not [word for word in ("Stop", "Time", "Retry", "Apply") if word in row]
        await pilot.press("x")
        await said(pilot, app, "The run has ended")
        kept = [one.text for one in app.problems.latest() if "has ended" in one.text]
        assert not kept, "a key at the wrong moment is no problem"


async def test_what_can_be_done_while_a_run_goes_on_is_offered(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, STALL))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+r")

        def offers(*words: str) -> bool:
            return all(word in last_row(screen_text(app)) for word in words)

        await until(pilot, lambda: app.main.shown and offers("Read", "Pause"), "the run is there")
        await pilot.press("j")
        await until(pilot, lambda: offers("Stop", "Time"), "the second task runs")
        await pilot.press("k")
        await until(pilot, lambda: not offers("Stop") and not offers("Time"), "the first has ended")
        assert offers("Pause")


async def test_tools_that_were_not_used_are_told(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=SIZE) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("4", "t")
        await said(pilot, app, "No tool was used here")
