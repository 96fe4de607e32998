"""What is shown before a run goes on, or a new one starts beside what an earlier one made.

Which results stand, which tasks run again, and why. This module never starts a
run and never decides what is reused.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from textual.app import App
from textual.content import Content

from orchtui.engine.resumption import reuse_told
from orchtui.engine.resumption.reuse import Reuse
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.ui.dialogs.long_question import LongQuestion

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.resumption.resuming import Prospect

TakeOver = Literal["take", "anew", "back"]


class ResumeQuestion(LongQuestion):
    """Whether a run is to go on like this.

    Args:
        reuse: What becomes of its results.
        schedule: What would run.
        told: What else there is to know.
    """

    def __init__(self, reuse: Reuse, schedule: Schedule, told: Sequence[str] = ()) -> None:
        answers = [("g", "go", "go on"), ("b", "back", "back")]
        text = _text(reuse, schedule, same_run=True)
        for line in told:
            text = Content.assemble(text, f"\n\n{line[:1].upper()}{line[1:]}.")
        super().__init__("Go on with this run?", text, answers)


class TakeOverQuestion(LongQuestion):
    """Whether a new run is to start with the results of an earlier one that did not change.

    Args:
        reuse: What it would take over.
        schedule: What would run.
    """

    def __init__(self, reuse: Reuse, schedule: Schedule) -> None:
        answers = [
            ("t", "take", "take them over"),
            ("n", "anew", "run all anew"),
            ("b", "back", "back"),
        ]
        text = _text(reuse, schedule, same_run=False)
        super().__init__("Take over what has not changed?", text, answers)


async def ask_resume(app: App[int], prospect: "Prospect") -> bool:
    """Whether the person wants to go on; must be called from a worker."""
    if prospect.reuse is None:
        return True
    question = ResumeQuestion(prospect.reuse, prospect.schedule, prospect.told)
    return await app.push_screen_wait(question) == "go"


async def ask_take_over(app: App[int], prospect: "Prospect") -> TakeOver:
    """What the person wants of earlier results; must be called from a worker."""
    if prospect.reuse is None or not prospect.reuse.reused:
        return "anew"
    answer = await app.push_screen_wait(TakeOverQuestion(prospect.reuse, prospect.schedule))
    return "take" if answer == "take" else "anew" if answer == "anew" else "back"


def _text(reuse: Reuse, schedule: Schedule, *, same_run: bool) -> Content:
    names = {task.id: f"{task.position} {task.label}" for task in schedule.tasks}
    parts: list[Content | str | tuple[str, str]] = []
    parts.append((reuse_told.headline(reuse, same_run=same_run), "b"))
    for line in reuse_told.lines(reuse, names):
        word, _, rest = line.partition(" ")
        style = "$text-success" if word == "reused" else "$text-warning"
        parts += ["\n\n", (word, style), f" {rest.strip()}"]
    return Content.assemble(*parts)
