"""Asks how the results of a run that has ended are to be joined: what each way does, and costs.

This module never joins anything.
"""

from typing import TYPE_CHECKING

from textual.app import App
from textual.content import Content

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.long_question import LongQuestion

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.afterwards.joining_estimate import JoiningEstimate

_WAYS: tuple[tuple[str, AggregateStrategy, str], ...] = (
    ("c", "collect", "One after the other, with a list of contents. Asks no model."),
    (
        "s",
        "synthesize",
        "A synthesizer writes one report of them all. It is checked; where it can not stand, "
        "the results are collected, and it is said why.",
    ),
    (
        "p",
        "compare",
        "A table, what is different between them, and a recommendation with its reasons; you "
        "choose. For variants of one task. Asks no model.",
    ),
    ("n", "none", "Only links to the files. Asks no model."),
)


class JoinQuestion(LongQuestion):
    """Which strategy; `None` or `back` for none of them.

    Args:
        run: Whose results.
        estimate: What a synthesis would take; `None` where nobody can make one.
        why: Why nobody can.
    """

    def __init__(self, run: Run, estimate: "JoiningEstimate | None", why: str = "") -> None:
        can = [way for way in _WAYS if way[1] != "synthesize" or estimate is not None]
        answers = [(key, str(name), str(name)) for key, name, _ in can]
        text = join_words(run, estimate, why)
        title = "Join the results another way"
        super().__init__(title, text, [*answers, ("b", "back", "back")])


def join_words(run: Run, estimate: "JoiningEstimate | None", why: str = "") -> Content:
    """What each way does; arguments are those of `JoinQuestion`."""
    done = run.aggregated
    count = len(run.with_status("completed"))
    what = "1 result" if count == 1 else f"{count} results"
    head = f"{what} of run {run.id}. No task runs again; the result that is there is kept."
    parts: list[Content | str | tuple[str, str]] = [head]
    for key, name, about in _WAYS:
        able = name != "synthesize" or estimate is not None
        parts += ["\n\n", (f"{key} {name}", "b $accent" if able else "b $foreground-disabled")]
        if done is not None and done.strategy == name and done.fallback is None:
            parts.append((" (as it is now)", "$foreground-muted"))
        parts.append(f"  {about}")
        if name == "synthesize":
            parts += ["\n", (_asked(estimate, why), "$text-warning")]
    return Content.assemble(*parts)


def _asked(estimate: "JoiningEstimate | None", why: str) -> str:
    from orchtui.engine.afterwards.joining_estimate import estimate_words

    if estimate is None:
        return f"Not now: {clean_line(why, 300)}"
    return f"It asks {clean_line(estimate_words(estimate), 300)}."


async def ask_how_to_join(
    app: App[int], run: Run, estimate: "JoiningEstimate | None", why: str
) -> AggregateStrategy | None:
    """Which strategy a person wants; must be called from a worker."""
    answer = await app.push_screen_wait(JoinQuestion(run, estimate, why))
    return next((name for _, name, _ in _WAYS if name == answer), None)
