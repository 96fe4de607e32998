"""The bar at the bottom: how far a run has come, and what goes first when there is no room."""

import pytest

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.ui.bars.run_bar import Facts, RunBar
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import screen_text
from tests.ui.stage import Stage


def half_way(**fields: object) -> Told:
    """Two are done after ten seconds each, two run since then, one waits for a slot."""
    told = Told(*(task(name, **fields) for name in "abcde"), limits=Limits(concurrency=2))
    told.starts("a", 0.0).starts("b", 0.0)
    told.completes("a", 10.0, "x").completes("b", 10.0, "x")
    return told.starts("c", 10.0).starts("d", 10.0)


async def bar(told: Told, at: float, width: int = 120, **facts: object) -> str:
    made = RunBar()
    app = Stage(made)
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        shown = {"is_live": told.run.finished is None, "workers": ("scripted",), **facts}
        made.show(Facts(run=told.run, now=START + at, **shown))  # type: ignore[arg-type]
        await pilot.pause()
        return screen_text(app).split("\n")[0].rstrip()


async def test_how_far_it_has_come_how_long_it_still_takes_and_how_much_faster_it_is() -> None:
    text = await bar(half_way(), 14.0)

    assert "RUNNING   0:14  2/5 done  2 of 2 at once  ~0:16 left  2.0x faster" in text


async def test_what_is_not_known_is_not_told() -> None:
    told = Told(task("a"), task("b")).starts("a", 0.0).starts("b", 0.0)
    assert "left" not in await bar(told, 5.0)
    assert "~0:15 left" in await bar(told, 5.0, before={"a": 20.0, "b": 20.0})


async def test_a_run_that_does_not_get_faster_claims_nothing() -> None:
    assert "faster" not in await bar(Told(task("a")).starts("a", 0.0), 5.0)


async def test_the_end_says_how_much_faster_it_was() -> None:
    told = half_way().completes("c", 20.0, "x").completes("d", 20.0, "x")
    told.cancels("e", 20.0).ends(20.0)
    text = await bar(told, 20.0)

    assert "PARTIAL   4 of 5 completed, 1 cancelled  0:20" in text
    assert "2.0x faster" in text


@pytest.mark.parametrize(
    ("width", "there", "gone"),
    [
        (120, ["2/5 done", "at once", "left", "faster", "tok/s", "0:14", "scripted"], []),
        (70, ["2/5 done", "at once", "0:14", "scripted"], ["tok/s", "faster"]),
        (34, ["RUNNING", "2/5 done"], ["tok/s", "faster", "left", "at once"]),
        (12, ["RUNNING"], ["done"]),
    ],
)
async def test_the_least_important_goes_first(
    width: int, there: list[str], gone: list[str]
) -> None:
    text = await bar(half_way(), 14.0, width)

    assert [word for word in there if word not in text] == []
    assert [word for word in gone if word in text] == []


async def test_a_server_that_slows_the_run_down_takes_no_room_from_the_time() -> None:
    told = half_way()
    told.tell(
        ev.LimitChanged, 12.0, backend="scripted", concurrency=1, rate=2.0, lower=True, why="429"
    )
    text = await bar(told, 14.0, 80)

    assert "0:14" in text
    assert "scripted slowed to 1 at once" in text
    assert "0:14" in await bar(told, 14.0, 60), "the longest of equal worth goes first"


async def test_what_is_written_at_the_end_stands_before_all_else() -> None:
    told = Told(task("a")).starts("a", 0.0).completes("a", 10.0, "x")
    text = await bar(told, 11.0, width=80, writing="writing 3,400 of 10,000 files")

    assert "writing 3,400 of 10,000 files  1/1 done" in text
    assert "at once" not in text


async def test_the_cluster_on_which_attempts_run_is_named_with_who_works() -> None:
    text = await bar(half_way(), 14.0, cluster="tcp://far\x1b[31m:8786")
    assert "scripted on tcp://far:8786" in text
    # Who would work next, once nothing goes on.
    ended = half_way().completes("c", 15.0).completes("d", 15.0).cancels("e", 15.0).ends(16.0)
    assert "claude on local:2" in await bar(ended, 16.0, cluster="local:2", workers=("claude",))
    watched = await bar(half_way(), 14.0, cluster="tcp://far:8786", is_watched=True)
    assert "tcp://" not in watched  # whoever watches another process's run knows nothing of it
