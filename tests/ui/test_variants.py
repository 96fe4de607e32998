"""One task in several ways: what is asked for, and that nothing collides."""

import pytest

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.plan_edits import append_plan, waiting_for
from orchtui.ui.compose.variants import Variant, make_variants, read_variants
from tests.ui.conftest import QUICK, MakeApp, plan_of, sees, until

MODELS, PEOPLE = {"opus", "sonnet"}, ["writer", "critic"]


@pytest.mark.parametrize(
    ("answer", "made"),
    [
        ("3", [Variant(), Variant(), Variant()]),
        ("quick; thorough", [Variant("quick"), Variant("thorough")]),
        (" opus ;  Critic; by hand;", [Variant(model="opus"), Variant(specialist="critic"),
                                        Variant("by hand")]),
    ],
)  # fmt: skip
def test_what_is_asked_for(answer: str, made: list[Variant]) -> None:
    assert read_variants(answer, MODELS, PEOPLE) == made


@pytest.mark.parametrize("answer", ["1", "0", "27", "opus", ";;", "-3", "a;" * 27])
def test_what_can_not_be_made_says_what_can(answer: str) -> None:
    with pytest.raises(ValueError, match="2 (and|to) 26"):
        read_variants(answer, MODELS, PEOPLE)


def test_variants_have_ids_titles_and_files_of_their_own() -> None:
    origin = Task(
        id="guide",
        title="The guide",
        prompt="Write docs/guide.md, not docs/guide.md.bak nor old/docs/guide.md",
        writes=("docs/guide.md", "out/", "Makefile"),
        accepted=("f1",),
    )
    reader = Task(id="check", prompt="x", after=("guide",), reads=("docs/guide.md", "a.md"))
    taken = Task(id="guide-a", prompt="x", writes=("docs/guide-b.md",))
    made = make_variants(
        Plan(tasks=(taken, origin, reader)), "guide", [Variant("quick"), Variant(model="opus")]
    )
    first, second = made.tasks[1:3]
    assert [task.id for task in made.tasks] == ["guide-a", "guide-a-2", "guide-b", "check"]
    assert first.title == "The guide (a: quick)"
    assert first.prompt == (
        "Write docs/guide-a.md, not docs/guide.md.bak nor old/docs/guide.md\n\nApproach: quick"
    )
    assert first.writes == ("docs/guide-a.md", "out-a/", "Makefile-a")
    assert second.writes == ("docs/guide-b2.md", "out-b/", "Makefile-b")
    assert (second.model, second.accepted) == ("opus", ())
    assert made.task("check").after == ("guide-a-2", "guide-b")
    assert made.task("check").reads == ("docs/guide-a.md", "docs/guide-b2.md", "a.md")


def test_an_appended_plan_means_what_it_meant() -> None:
    here = Plan(tasks=(Task(id="a", prompt="x"),), model="haiku")
    other = Plan(
        specialist="critic",
        model="opus",
        limits=Limits(timeout=60.0, retries=0),
        missing=("what",),
        tasks=(
            Task(id="a", prompt="y"),
            Task(id="b", command=("make",), after=("a",), timeout=5.0),
        ),
    )
    whole = append_plan(here, other)
    assert [task.id for task in whole.tasks] == ["a", "a-2", "b"]
    assert whole.task("a-2").model == "opus"
    assert whole.task("a-2").specialist == "critic"
    assert (whole.task("a-2").timeout, whole.task("a-2").retries) == (60.0, 0)
    assert (whole.task("b").after, whole.task("b").timeout) == (("a-2",), 5.0)
    assert whole.task("b").model is None
    assert whole.missing == ("what",)
    assert [task.id for task in waiting_for(whole, "a-2")] == ["b"]


def ids(app: OrchtuiApp) -> list[str]:
    return [task.id for task in app.draft.plan.tasks]


async def test_one_key_makes_variants_and_one_takes_them_back(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v")
        await sees(pilot, app, "Variants of")
        await pilot.press("1", "enter")
        await sees(pilot, app, "between 2 and 26")
        await pilot.press("backspace", *"quick; slow", "enter")
        await until(pilot, lambda: len(ids(app)) == 3, "they are made")
        assert ids(app) == ["t1-a", "t1-b", "t2"]
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list is there")
        await pilot.press("u")
        await until(pilot, lambda: ids(app) == ["t1", "t2"], "it is undone")


async def test_who_waited_for_a_deleted_task_is_told(make_app: MakeApp) -> None:
    tasks = (*plan_of(QUICK).tasks, Task(id="b", prompt="Look at dogs", after=("t1",)))
    app = make_app(Plan(tasks=tasks))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d")
        told = [each.message for each in app._notifications]
        assert told == ["“Look at dogs” no longer waits for “Topic 1”, which is gone; u undoes it"]
        await pilot.press("u")
        assert app.draft.plan.tasks == tasks


@pytest.mark.parametrize("answer", ["3", "opus; haiku", "writer; critic", "quick; thorough"])
def test_variants_are_not_taken_for_duplicates(answer: str) -> None:
    prompt = "Research Python async/await in production systems and list the sources."
    plan = Plan(tasks=(Task(id="t", prompt=prompt),))
    ways = read_variants(answer, {"opus", "haiku"}, {"writer", "critic"})
    made = make_variants(plan, "t", ways)
    assert check(made).findings == ()
    same = (*made.tasks, Task(id="again", prompt=made.tasks[0].prompt))
    assert [one.kind for one in check(Plan(tasks=same)).findings if "again" in one.tasks]


def test_a_program_without_a_prompt_is_run_again_as_it_is() -> None:
    plan = Plan(tasks=(Task(id="t", command=("make", "test")),))
    assert {task.prompt for task in make_variants(plan, "t", [Variant()] * 2).tasks} == {""}
