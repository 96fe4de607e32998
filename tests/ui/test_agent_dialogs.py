"""The dialogs about specialists: their cards, what a program asks, what a run wrote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import BUILT_IN, Agents, Diagnostic, Specialist
from orchtui.engine.changed_files.changes import Change, Meeting, Standing
from orchtui.engine.run_events import events as ev
from orchtui.engine.staff.agent_card import card
from orchtui.ui.dialogs.changes_view import ChangesView
from orchtui.ui.dialogs.diff_rows import DiffRows
from orchtui.ui.dialogs.permission_question import PermissionQuestion
from orchtui.ui.dialogs.specialists_card import SpecialistsCard
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import screen_text, sees, until
from tests.ui.stage import Stage

SIZES = [(80, 24), (140, 45)]


# Specialists


def made(name: str, **fields: object) -> Specialist:
    base: dict[str, object] = {
        "description": "Looks [at] everything.",
        "system": "",
        "path": Path("x.md"),
        "source": "project",
    }
    return Specialist(name=name, **(base | fields))  # type: ignore[arg-type]


def card_of(specialist: Specialist) -> object:
    return card(specialist, resolve_model=lambda name: name or "model-1", backend="anthropic")


@pytest.mark.parametrize("size", SIZES)
async def test_every_specialist_has_its_card(size: tuple[int, int]) -> None:
    path = Path("x.md")
    specialists = [
        made("first", model="opus", tools=("Read", "Bash"), ignored=("hooks", "hocks")),
        made("second", color="orange", diagnostics=(Diagnostic(path, "re-quoted", 3, "warning"),)),
        *Agents([BUILT_IN]).current()[0].values(),
    ]
    trouble = [Diagnostic(Path(f"bad{number}.md"), "is [no] YAML", 7) for number in range(5)]
    dialog = SpecialistsCard(specialists, card_of, trouble)  # type: ignore[arg-type]
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await sees(pilot, app, "nobody here has")
        text = screen_text(app)
        assert f"{len(specialists)} specialists" in text
        assert "bad0.md: line 7: is [no] YAML" in text
        assert "and 2 more" in text
        assert "Looks [at] everything." in text
        assert "opus" in text
        assert "Read" in text
        assert "nobody here has Bash" in text
        await pilot.press("j")
        await sees(pilot, app, "line 3: re-quoted")
        await sees(pilot, app, "▲ second")
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_all_files_that_gave_nobody_can_be_read() -> None:
    trouble = [Diagnostic(Path(f"bad{number}.md"), "is [no] YAML", 7) for number in range(11)]
    dialog = SpecialistsCard([made("first")], card_of, trouble)  # type: ignore[arg-type]
    app = Stage()
    async with app.run_test(size=(100, 30)) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await sees(pilot, app, "bad2.md", "and 8 more", "✗ 11 other files")
        assert "bad10.md" not in screen_text(app)
        await pilot.press("end")
        await sees(pilot, app, "bad3.md: line 7: is [no] YAML", "bad10.md")


async def test_a_backend_that_there_is_not_runs_nobody() -> None:
    def lost(specialist: Specialist) -> object:
        return card(specialist, resolve_model=lambda _: None, backend="", missing="nope")

    app = Stage()
    async with app.run_test(size=(100, 24)) as pilot:
        await app.ask(SpecialistsCard([made("first")], lost))  # type: ignore[arg-type]
        await sees(pilot, app, "nobody: there is no backend or profile 'nope'")


async def test_without_specialists_it_says_where_they_stand() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(SpecialistsCard([], card_of))  # type: ignore[arg-type]
        await pilot.pause()
        await sees(pilot, app, "No specialists were found")
        await sees(pilot, app, ".claude/agents/")
        await pilot.press("j", "space", "escape")
        await pilot.pause()
        assert app.answers == [None]


# What a program asks


def asking(what: str = "run `rm -rf build`") -> tuple[Told, ev.PermissionAsked]:
    told = Told(task("a", title="Clean up")).starts("a", 0)
    told.tell(ev.PermissionAsked, 1, task="a", attempt=1, question="q1", what=what)
    question = told.run.tasks["a"].question
    assert question is not None
    return told, question


def question_of(
    what: str = "run `rm -rf build`", now: Callable[[], float] = lambda: START + 2
) -> tuple[Told, PermissionQuestion]:
    told, asked = asking(what)
    return told, PermissionQuestion(told.run, asked, now)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["right", "enter"], True),
    ],
)
async def test_a_person_answers(size: tuple[int, int], keys: list[str], answer: bool) -> None:
    _, dialog = question_of()
    app = Stage()
    async with app.run_test(size=size) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await pilot.pause()
        text = screen_text(app)
        assert "Clean up" in text and "run `rm -rf build`" in text
        assert "Refused by itself in 59 s" in text
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers == [answer]


async def test_it_goes_away_when_somebody_answered_elsewhere() -> None:
    told, dialog = question_of()
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await pilot.pause()
        told.tell(
            ev.PermissionAnswered, 3, task="a", attempt=1, question="q1", allowed=True, why="yes"
        )  # fmt: skip
        await until(pilot, lambda: app.answers, "it is gone")
        assert app.answers == [False]


async def test_it_goes_away_when_the_minute_is_over() -> None:
    now = [START + 2.0]
    _, dialog = question_of(now=lambda: now[0])
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await pilot.pause()
        now[0] = START + 61.1
        await until(pilot, lambda: app.answers, "it is gone")
        assert app.answers == [False]


async def test_two_questions_go_away_one_after_the_other() -> None:
    (_, one), (_, other) = question_of(), question_of()
    now = [START + 2.0]
    one._now = other._now = lambda: now[0]
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(one)  # type: ignore[arg-type]
        await app.ask(other)  # type: ignore[arg-type]
        await pilot.pause()
        now[0] = START + 99
        await until(pilot, lambda: len(app.answers) == 2, "both are gone")
        assert app.answers == [False, False]


async def test_a_long_question_leaves_the_answers_in_sight() -> None:
    _, dialog = question_of("delete " + "very [red]long/\x1b[2J" * 400)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(dialog)  # type: ignore[arg-type]
        await pilot.pause()
        await sees(pilot, app, "allow once")
        await sees(pilot, app, "Refused by itself")
        await sees(pilot, app, "very [red]long")


# What a run wrote


def change(path: str, **fields: object) -> Change:
    base: dict[str, object] = {
        "task": "a", "title": "First", "status": "completed",
        "run_folder": Path("run"), "kept": f"files/a/{path}",
    }  # fmt: skip
    return Change(path=path, **(base | fields))  # type: ignore[arg-type]


class Ground:
    """Standings that are made up."""

    def __init__(self, **standings: Standing) -> None:
        self.standings = {name.replace("_", "."): each for name, each in standings.items()}

    def meet(self, change: Change) -> Meeting:
        standing = self.standings.get(change.path, "new")
        return Meeting(standing, "it is a [secret]" if standing == "refused" else "")

    def diff(self, change: Change, meeting: Meeting) -> str:
        return f"--- /dev/null\n+++ b/{change.path}\n@@ -0,0 +1 @@\n+words of {change.path}"


async def opened(app: Stage, changes: list[Change], ground: Ground) -> ChangesView:
    dialog = ChangesView(changes, ground.meet, ground.diff)
    await app.ask(dialog)  # type: ignore[arg-type]
    return dialog


@pytest.mark.parametrize("size", SIZES)
async def test_files_are_accepted_one_by_one(size: tuple[int, int]) -> None:
    app = Stage()
    changes = [change("a.md"), change("b.md"), change("c.md")]
    async with app.run_test(size=size) as pilot:
        dialog = await opened(app, changes, Ground())
        await sees(pilot, app, "+words of a.md")
        await until(pilot, lambda: len(dialog._meetings) == 3, "all are compared")
        await sees(pilot, app, "3 files that the run wrote")
        await pilot.press("enter")
        await sees(pilot, app, "Nothing is accepted yet")
        await pilot.press("space", "j")
        await sees(pilot, app, "+words of b.md")
        await sees(pilot, app, "[✓] +  a.md")
        await pilot.press("j", "space", "k", "space", "space")
        await sees(pilot, app, "2 of 3 accepted")
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == [[changes[0], changes[2]]]


async def test_all_does_not_take_what_meets_something() -> None:
    app = Stage()
    changes = [
        change("a.md"),
        change("b.md", rivals=("two",)),
        change("b.md", task="two", rivals=("a",)),
        change("c.md"),
        change("d.md"),
        change("e.md"),
        change("f.md", deleted=True),
    ]
    ground = Ground(c_md="changed since", d_md="refused", e_md="already there", f_md="deleted")
    async with app.run_test(size=(120, 30)) as pilot:
        dialog = await opened(app, changes, ground)
        await until(pilot, lambda: len(dialog._meetings) == 7, "all are compared")
        await pilot.press("a")
        assert [each.path for each in dialog.accepted] == ["a.md", "f.md"]
        await pilot.press("a")
        assert dialog.accepted == []
        await pilot.press("j", "space")
        await sees(pilot, app, "CONFLICT: also written by two")
        await pilot.press("j", "space")
        assert dialog.accepted == [changes[2]]
        await pilot.press("j", "space")
        await sees(pilot, app, "CONFLICT: the project's file has changed")
        assert dialog.accepted == [changes[2], changes[3]]
        await pilot.press("j", "space")
        await sees(pilot, app, "can not be applied: it is a [secret]")
        await pilot.press("j", "space")
        await sees(pilot, app, "stands in the project already")
        assert dialog.accepted == [changes[2], changes[3]]
        for row in ("[ ] + ≠", "[✓] + ≠", "[✓] !", "[ ] ⊘", "[ ] =", "[ ] -"):
            assert row.replace("+ ≠", "+≠") in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.answers == [None]


async def test_what_a_failed_task_left_is_called_so() -> None:
    app = Stage()
    async with app.run_test(size=(120, 30)) as pilot:
        await opened(app, [change("a.md", status="failed")], Ground())
        await sees(pilot, app, "it may be unfinished")


async def test_a_run_that_wrote_nothing_says_so() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, [], Ground())
        await pilot.pause()
        await sees(pilot, app, "This run wrote no files")
        await pilot.press("space", "a", "J", "enter")
        await pilot.pause()
        assert app.answers == [None]


async def test_a_long_diff_is_wrapped_and_scrolls() -> None:
    class Long(Ground):
        def diff(self, change: Change, meeting: Meeting) -> str:
            return "\n".join(f"+line {n} \x1b[31m[b]{'x' * 200}" for n in range(500))

    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, [change("a.md")], Long())
        await sees(pilot, app, "+line 0 ")
        await pilot.press("J")
        await until(pilot, lambda: "+line 0 " not in screen_text(app), "it moved")
        assert app.screen.query_one(DiffRows).virtual_size.height > 1000
