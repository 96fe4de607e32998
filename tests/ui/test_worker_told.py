"""Which worker of a cluster an attempt runs on: told where a person looks at its task."""

from orchtui.engine.run_events import events as ev
from orchtui.ui.bars.token_rate import TaskRates
from orchtui.ui.output.output_head import headline
from orchtui.ui.timeline.timeline_detail import of_task
from orchtui.ui.timeline.timeline_words import beside_bar
from orchtui.ui.timeline.timeline_words import headline as census
from tests.engine.scripted import task
from tests.engine.told import START, Told


def shown(told: Told) -> tuple[str, str]:
    """What stands below the timeline, and above the task's output."""
    one = told.run.tasks["a"]
    now = START + 1.0
    detail = of_task(told.run, one, TaskRates(), now)
    return detail.plain, headline(one, now, told.run).plain


def test_the_worker_stands_at_its_task_while_it_runs_and_afterwards() -> None:
    told = Told(task("a")).starts("a", 0)
    assert not any("worker" in text for text in shown(told))
    told.tell(ev.TaskPlaced, 0.5, task="a", attempt=1, worker="2")
    assert all("on worker 2" in text for text in shown(told))
    told.completes("a", 0.8, "done")
    assert all("on worker 2" in text for text in shown(told))


def test_one_that_waits_for_a_worker_is_shown_as_waiting_and_for_what() -> None:
    told = Told(task("a", runs_on=("gpu",))).starts("a", 0)
    told.tell(ev.WorkerAwaited, 0.5, task="a", attempt=1, waited_s=0.5)
    assert all("waits for a worker with gpu" in text for text in shown(told))
    assert not any("running" in text or "1.0s" in text for text in shown(told))
    one = told.run.tasks["a"]
    assert beside_bar(told.run, one) == "for a worker with gpu"
    head = census(told.run, START + 1.0).plain
    assert "1 waiting" in head and "running" not in head
    told.tell(ev.TaskPlaced, 5, task="a", attempt=1, worker="2")
    assert all("waits" not in text and "running" in text for text in shown(told))
