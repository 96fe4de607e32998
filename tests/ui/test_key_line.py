"""The last row: the keys of where the focus is, from the first paint on."""

from tests.ui.conftest import QUICK, MakeApp, plan_of, screen_text, sees, until

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
