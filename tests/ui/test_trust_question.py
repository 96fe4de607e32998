"""The questions before a run: everything to the letter, and nothing but a plain yes is one."""

from collections.abc import Awaitable, Callable

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Button

from orchtui.engine.estimates.estimates import Estimate, Part
from orchtui.engine.runs.costs import Cost
from orchtui.engine.texts.as_typed import command_line
from orchtui.engine.trusting.trust import Danger
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.trust_question import PaidQuestion, TrustQuestion, ask_paid, ask_trust
from tests.ui.conftest import MakeApp, screen_text, sees, until

MAKE = Danger("command", "plan.yaml: task build", "make -j8 all", "1")
SERVER = Danger(
    "address",
    "orchtui.yaml: profile far",
    "https://far.example/ with the key in ANTHROPIC_API_KEY",
    "2",
)
ESTIMATE = Estimate(
    tasks=3,
    paid=3,
    by_programs=1,
    parts=(
        Part(
            basis="prompts",
            tasks=3,
            input_tokens=1234,
            output_tokens=16000,
            cost=Cost(0.0, None),
        ),
    ),
    models=(("opus", 2), ("the default of claude", 1)),
)
SIZES = [(80, 24), (40, 15)]

Ask = Callable[[OrchtuiApp], Awaitable[bool]]


def trust(*dangers: Danger) -> Ask:
    return lambda app: ask_trust(app, dangers)


def paid(app: OrchtuiApp) -> Awaitable[bool]:
    return ask_paid(app, ESTIMATE)


class Asked:
    """One question on its way to an answer."""

    def __init__(self, app: OrchtuiApp, ask: Ask) -> None:
        self.answers: list[bool] = []
        self._app = app
        self._ask = ask
        app.run_worker(self._work(), exit_on_error=False)

    async def _work(self) -> None:
        self.answers.append(await self._ask(self._app))


async def shown(pilot: Pilot[int], app: OrchtuiApp, ask: Ask) -> Asked:
    asked = Asked(app, ask)
    await until(
        pilot,
        lambda: isinstance(app.screen, TrustQuestion | PaidQuestion) and app.screen.focused,
        "the question is there",
    )
    await pilot.pause()
    return asked


def flat(app: OrchtuiApp) -> str:
    """The dialog's own text, its lines joined."""
    lines = [line.strip("│╭╮╰╯ ─") for line in screen_text(app).splitlines()]
    return " ".join(line.strip("▁▂▃▄▅▆▇█ ") for line in lines)


@pytest.mark.parametrize(
    ("ask", "keys", "answer"),
    [
        (trust(MAKE), ["t"], True),
        (trust(MAKE), ["b"], False),
        (trust(MAKE), ["escape"], False),
        (trust(MAKE), ["enter"], False),
        (trust(MAKE), ["space", "y", "r", "b"], False),
        (trust(MAKE), ["right", "enter"], True),
        (trust(MAKE), ["tab", "enter"], True),
        (trust(MAKE), ["right", "left", "enter"], False),
        (paid, ["r"], True),
        (paid, ["b"], False),
        (paid, ["escape"], False),
        (paid, ["enter"], False),
        (paid, ["t", "escape"], False),
        (paid, ["right", "enter"], True),
    ],
)
async def test_only_a_plain_yes_is_one(
    make_app: MakeApp, ask: Ask, keys: list[str], answer: bool
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        asked = await shown(pilot, app, ask)
        for key in keys:
            await pilot.press(key)
            if asked.answers:
                break
        await until(pilot, lambda: asked.answers, "there is an answer")

        assert asked.answers == [answer]


@pytest.mark.parametrize("size", SIZES)
async def test_the_exact_words_are_shown(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, trust(MAKE, SERVER))
        text = flat(app)
        await pilot.press("end")
        text += flat(app)

        for words in (MAKE.where, MAKE.shown, "https://far.example/", "ANTHROPIC_API_KEY"):
            assert words in text
        assert "This project wants to run" in text
        assert "t  trust and run" in text and "b  back" in text


@pytest.mark.parametrize(
    ("dangers", "title"),
    [([MAKE], "run programs"), ([SERVER], "use a server"), ([MAKE, SERVER], "run programs")],
)
async def test_the_title_says_what_it_is_about(
    make_app: MakeApp, dangers: list[Danger], title: str
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await shown(pilot, app, trust(*dangers))

        await sees(pilot, app, f"This project wants to {title}")


@pytest.mark.parametrize("size", [*SIZES, (36, 10)])
@pytest.mark.parametrize(
    "ask", [trust(*[MAKE] * 40), trust(MAKE), paid], ids=["long", "short", "money"]
)
async def test_the_answers_stay_in_sight(
    make_app: MakeApp, size: tuple[int, int], ask: Ask
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, ask)

        width, height = size
        for button in app.screen.query(Button):
            assert 0 <= button.region.y < height - 1
            assert button.region.right <= width
            assert button.region.height == 1
        assert app.screen.query_one(VerticalScroll).region.height >= 1


@pytest.mark.parametrize("size", SIZES)
async def test_a_long_list_is_scrolled_to_its_end(make_app: MakeApp, size: tuple[int, int]) -> None:
    dangers = [Danger("command", f"plan.yaml: task t{n}", f"do-{n}-it", str(n)) for n in range(50)]
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, trust(*dangers))
        assert "do-0-it" in screen_text(app) and "do-49-it" not in screen_text(app)
        await sees(pilot, app, "for all of it")

        seen = screen_text(app)
        for _ in range(60):
            await pilot.press("pagedown")
            seen += screen_text(app)
            if "do-49-it" in seen:
                break
        assert [n for n in range(50) if f"do-{n}-it" not in seen] == []

        await pilot.press("home")
        await sees(pilot, app, "do-0-it")
        await pilot.press("j", "down", "j", "down")
        scrolled = app.screen.query_one(VerticalScroll).scroll_y
        assert scrolled == 4
        await pilot.press("k", "up")
        assert app.screen.query_one(VerticalScroll).scroll_y == 2


async def test_a_short_list_says_nothing_of_more(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, app, trust(MAKE))
        assert "for all of it" not in screen_text(app)
        await pilot.resize_terminal(40, 10)
        await sees(pilot, app, "for all of it")


HOSTILE = [
    ["echo", "[bold red]x[/] [@click=app.quit]y[/] [/] \\[ ]"],
    ["echo", "\x1b[2J\x9b31m\x07\u202eabc\u2066"],
    ["echo", "日本語の長い引数" * 8, "👩‍👩‍👧‍👦", "e\u0301" * 30],
    ["x" * 3000],
    ["$name", "{prompt}", "$accent", "%(x)s"],
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("argv", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_are_only_words(
    make_app: MakeApp, size: tuple[int, int], argv: list[str]
) -> None:
    line = command_line(argv)
    danger = Danger("command", "[/] [red]plan[/].yaml: task a", line, "1")
    app = make_app()
    async with app.run_test(size=size) as pilot:
        asked = await shown(pilot, app, trust(danger))
        text = "".join(flat(app).split())
        await pilot.press("end")
        text += "".join(flat(app).split())

        assert "[/][red]plan[/].yaml:taskarun" in text
        start = "".join(line[:60].split())
        assert start in text
        # Where it all fits, it all stands there.
        if len(line) < 100:
            assert "".join(line.split()) in text
        await pilot.press("escape")
        await until(pilot, lambda: asked.answers, "there is an answer")
        assert asked.answers == [False]


@pytest.mark.parametrize("size", SIZES)
async def test_the_estimate_says_what_it_leaves_out(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await shown(pilot, app, paid)
        text = flat(app)
        for _ in range(10):
            await pilot.press("pagedown")
            text += flat(app)

        for words in ("opus × 2", "at least 3", "about 1,234", "at most 16,000", "unknown"):
            assert words in text
