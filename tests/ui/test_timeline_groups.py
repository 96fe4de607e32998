"""Stages and pipelines as groups of rows, and a model of rows that fold and can be picked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.plans.plan import Task
from orchtui.engine.runs.run import Run
from orchtui.ui.timeline.timeline_columns import columns
from orchtui.ui.timeline.timeline_groups import Grouping, groups, possible, usual
from orchtui.ui.timeline.timeline_model import RowModel
from tests.engine.schedules import build
from tests.engine.scripted import schedule_of, task
from tests.engine.told import Told


def tasks_of(plan: str) -> list[Task]:
    """`a b>a c>a,b`: tasks and what they come after."""
    found = []
    for word in plan.split():
        name, _, after = word.partition(">")
        found.append(task(name, after=tuple(after.split(",")) if after else ()))
    return found


def grouped(plan: str, grouping: Grouping) -> list[tuple[str, str]]:
    found = groups(schedule_of(*tasks_of(plan)), grouping)
    return [(group.name, " ".join(group.tasks)) for group in found]


@pytest.mark.parametrize(
    ("plan", "pipelines"),
    [
        ("a b", []),
        ("a b>a", []),  # one pipeline is no group
        ("a b>a c d>c", [("Pipeline 1", "a b"), ("Pipeline 2", "c d")]),
        ("c d>c a b>a", [("Pipeline 1", "c d"), ("Pipeline 2", "a b")]),
        ("b>a a", []),
        ("a b>a c", [("Pipeline 1", "a b"), ("In no pipeline", "c")]),
        (  # what joins two pipelines belongs to neither
            "a b>a c d>c e>b,d",
            [("Pipeline 1", "a b"), ("Pipeline 2", "c d"), ("In no pipeline", "e")],
        ),
        ("a b>a c>a d>b,c", []),  # a diamond is no chain
    ],
)
def test_pipelines_are_chains(plan: str, pipelines: list[tuple[str, str]]) -> None:
    assert grouped(plan, "pipelines") == pipelines


@pytest.mark.parametrize(
    ("tasks", "pipelines"),
    [
        (  # a stage of two tasks side by side, and what joins all pipelines
            "{id: page, subjects: [A, B], stages: [{id: r, prompt: x}, "
            "[{id: t, prompt: y}, {id: u, prompt: z}], {id: c, prompt: w}]}, "
            "{id: all, prompt: v, after: [page]}",
            [
                ("page-a", "page-a.r page-a.t page-a.u page-a.c"),
                ("page-b", "page-b.r page-b.t page-b.u page-b.c"),
                ("In no pipeline", "all"),
            ],
        ),
        (  # pipelines inside of a stage of the one task
            "{id: t, stages: [{id: a, prompt: x}, {id: b, languages: [En, De], "
            "stages: [{id: c, prompt: y}, {id: d, prompt: z}]}, {id: e, prompt: w}]}",
            [
                ("t.b-en", "t.b-en.c t.b-en.d"),
                ("t.b-de", "t.b-de.c t.b-de.d"),
                ("In no pipeline", "t.a t.e"),
            ],
        ),
        (  # a name with a dot of its own, and a chain that was written out
            "{id: v2.page, subjects: [A, B], stages: [{id: r, prompt: x}, {id: s, prompt: y}]}, "
            "{id: one, prompt: z}, {id: two, prompt: w, after: [one]}",
            [
                ("v2.page-a", "v2.page-a.r v2.page-a.s"),
                ("v2.page-b", "v2.page-b.r v2.page-b.s"),
                ("Pipeline 3", "one two"),
            ],
        ),
        (  # what only looks alike
            "{id: v1.a, prompt: x}, {id: v1.b, prompt: y}",
            [],
        ),
    ],
)
def test_what_became_of_an_item_with_stages_is_a_pipeline_however_nested(
    tasks: str, pipelines: list[tuple[str, str]]
) -> None:
    plan = parse_plan(f"tasks: [{tasks}]")
    found = groups(build(plan, backend="rehearsal"), "pipelines")
    assert [(group.name, " ".join(group.tasks)) for group in found] == pipelines
    assert len({group.key for group in found}) == len(found)


@pytest.mark.parametrize(
    ("plan", "stages"),
    [
        ("a b", []),
        ("a b>a c", [("Stage 1", "a c"), ("Stage 2", "b")]),
        ("c>b b>a a", [("Stage 1", "a"), ("Stage 2", "b"), ("Stage 3", "c")]),
    ],
)
def test_stages_are_those_of_the_schedule(plan: str, stages: list[tuple[str, str]]) -> None:
    assert grouped(plan, "stages") == stages


@pytest.mark.parametrize(
    ("plan", "fits"),
    [
        ("a b", ["none"]),
        ("a b>a c d>c", ["pipelines", "stages", "none"]),
        ("a b>a c>a d>b,c", ["stages", "none"]),
        ("a b>a c d e f g", ["stages", "pipelines", "none"]),
    ],
)
def test_what_fits_best_comes_first(plan: str, fits: list[Grouping]) -> None:
    assert possible(schedule_of(*tasks_of(plan))) == fits


def run_of(plan: str) -> Run:
    return Told(*tasks_of(plan)).run


def test_few_tasks_are_not_grouped_without_being_asked() -> None:
    assert usual(run_of("a b>a c d>c")) == "none"
    assert usual(run_of("a b>a c d>c e f>e g h>g")) == "pipelines"
    assert usual(run_of("a b c d e f g h")) == "none"


def test_more_headings_than_anybody_reads_are_not_made_without_being_asked() -> None:
    pairs = [f"a{number} b{number}>a{number}" for number in range(21)]

    assert usual(run_of(" ".join(pairs[:20]))) == "pipelines"
    assert usual(run_of(" ".join(pairs))) == "stages"


# Rows that fold

FOUR = "a b>a c d>c e f>e g h>g"


def shown(model: RowModel) -> str:
    """Headings in capitals: `P1 a b p2` with the second one folded."""
    words = []
    for row in model.rows:
        name = row.key
        if row.group is not None:
            name = f"{'p' if row.folded else 'P'}{row.group.name[-1]}"
        words.append(f"[{name}]" if row.key == model.cursor else name)
    return " ".join(words)


def test_the_first_task_is_picked_not_its_heading() -> None:
    assert shown(RowModel(run_of(FOUR))) == "P1 [a] b P2 c d P3 e f P4 g h"


def test_steps_pass_over_the_headings_of_open_groups() -> None:
    model = RowModel(run_of(FOUR), "b")
    model.pick(model.place + 1, 1)
    assert model.picked == "c"
    model.pick(model.place - 1, -1)
    assert model.picked == "b"
    model.pick(0, -1)
    assert model.picked == "a"


def test_folding_keeps_the_picked_row_in_sight() -> None:
    model = RowModel(run_of(FOUR), "d")
    assert model.fold()
    assert shown(model) == "P1 a b [p2] P3 e f P4 g h"
    assert model.picked is None
    assert model.picked_group is not None
    assert model.fold()
    assert shown(model) == "P1 a b P2 [c] d P3 e f P4 g h"


def test_folding_another_group_leaves_the_picked_task_alone() -> None:
    model = RowModel(run_of(FOUR), "d")
    model.fold(model.rows[0].key)

    assert shown(model) == "p1 P2 c [d] P3 e f P4 g h"


def test_all_fold_and_open_again() -> None:
    model = RowModel(run_of(FOUR), "d")
    assert model.fold_all()
    assert shown(model) == "p1 [p2] p3 p4"
    assert model.fold_all()
    assert shown(model) == "P1 a b P2 [c] d P3 e f P4 g h"


def test_grouping_goes_round_and_keeps_the_picked_task() -> None:
    model = RowModel(run_of("a b>a c d>c"), "d")
    seen = []
    for _ in range(4):
        assert model.picked == "d"
        seen.append(model.regroup())

    assert seen == ["pipelines", "stages", "none", "pipelines"]


@pytest.mark.parametrize("plan", ["a", "a b c"])
def test_where_there_is_nothing_to_group_nothing_happens(plan: str) -> None:
    model = RowModel(run_of(plan))

    assert model.regroup() is None
    assert not model.fold()
    assert not model.fold_all()
    assert shown(model).replace("[", "").replace("]", "") == plan


def test_no_run_has_no_rows() -> None:
    model = RowModel()
    model.follow()

    assert not model.pick(3)
    assert not model.fold()
    assert (model.rows, model.picked, model.picked_group) == ([], None, None)


@given(st.data())
def test_whatever_is_done_one_row_is_picked_that_can_be(data: st.DataObject) -> None:
    model = RowModel(run_of(FOUR + " i>b,d"))
    for _ in range(data.draw(st.integers(0, 12))):
        match data.draw(st.sampled_from(["pick", "fold", "all", "regroup"])):
            case "pick":
                model.pick(data.draw(st.integers(-2, 20)), data.draw(st.sampled_from([-1, 0, 1])))
            case "fold":
                model.fold(data.draw(st.sampled_from(["", *(row.key for row in model.rows)])))
            case "all":
                model.fold_all()
            case _:
                model.regroup()
        picked = model.rows[model.place]
        assert picked.key == model.cursor
        assert picked.can_be_picked


# Columns


@given(
    st.integers(0, 400), st.integers(0, 40), st.integers(0, 200), st.integers(0, 30), st.booleans()
)
def test_columns_never_need_more_than_there_is(
    width: int, instance: int, title: int, marks: int, cost: bool
) -> None:
    wide = columns(width, instance, title, marks, cost=cost)

    assert wide.before_bar + wide.bar + wide.figures <= max(width, 3)
    assert min(wide.title, wide.bar, wide.instance) >= 0


@pytest.mark.parametrize(
    ("width", "seen"),
    [(20, ""), (40, "d"), (70, "da"), (84, "dar"), (100, "darc"), (200, "darc")],
)
def test_figures_appear_as_there_is_room(width: int, seen: str) -> None:
    wide = columns(width, 12, 30, cost=True)
    there = [("d", wide.duration), ("a", wide.amount), ("r", wide.rate), ("c", wide.cost)]

    assert "".join(name for name, cells in there if cells) == seen
    assert columns(width, 12, 30, cost=False).cost == 0
