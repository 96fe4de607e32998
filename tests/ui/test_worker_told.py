"""Which worker of a cluster an attempt runs on: told where a person looks at its task."""

from orchtui.engine.run_events import events as ev
from orchtui.ui.bars.token_rate import TaskRates
from orchtui.ui.output.output_head import headline
from orchtui.ui.timeline.timeline_detail import of_task
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
