"""Which synthesis may stand for the results that it was made from."""

import pytest

from orchtui.engine import events as ev
from orchtui.engine.aggregation.synthesis_check import why_not
from orchtui.engine.aggregation.synthesis_prompt import synthesis_prompt
from orchtui.engine.run import Run
from tests.engine.scripted import task
from tests.engine.told import Told

PARSER = """\
# The parser

It reads every line twice, because the lexer keeps no state between two calls. Caching the tokens
of a line would halve the time that large inputs take; 3400 lines now need 12 seconds."""
CACHE = """\
The cache never forgets. After 48 hours of load it holds 2.3 gigabytes, most of them answers that
nobody has asked for again. An upper bound with eviction of the oldest would do."""


def run_with(synthesis: str, *, ended: bool = True) -> Run:
    told = Told(
        task("parser", title="Parser"), task("cache", title="Cache"), aggregate="synthesize"
    )
    told.starts("parser", 0).starts("cache", 0)
    told.completes("parser", 5, PARSER).completes("cache", 6, CACHE)
    own = {"task": ev.AGGREGATE, "attempt": 1}
    told.tell(ev.TaskQueued, 7, task=ev.AGGREGATE, attempt=0)
    told.tell(
        ev.TaskStarted, 7, **own, specialist="s", instance="s", backend="scripted", model=None
    )
    if synthesis:
        told.tell(ev.TextDelta, 8, **own, text=synthesis)
    if ended:
        told.tell(ev.TaskCompleted, 9, **own, usage=ev.Usage(), output="x", stop_reason="end_turn")
    else:
        told.tell(ev.TaskFailed, 9, **own, error="server", message="it broke", kept=0, output="x")
    return told.run


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Both lose time: the parser reads its lines twice, the cache never forgets.", None),
        ("# Report\n\nParsing is slow and caching is unbounded, in a few words.", None),
        ("Les deux modules (parser, cache) perdent du temps et de la mémoire vive.", None),
        ("两个模块都有问题：解析器把每一行读了两遍，缓存从不清理旧的条目。 一 二 三 四 五", None),
        ("ok", "its answer is only a placeholder"),
        ("Here is the report:", "its answer is only a placeholder"),
        ("[insert the report on all results here]", "its answer is only a placeholder"),
        ("# Report\n\n## Summary\n\n## Results\n", "its answer is only a placeholder"),
        ("I will now write the report from these results.", "its answer is only a placeholder"),
        (
            "Bananas grow on giant herbs in warm and humid countries, often beside great rivers.",
            "its answer says nothing of what the tasks found",
        ),
        ("A short and empty kind of nothing, no more.", None),
    ],
)
def test_a_synthesis_stands_only_when_it_says_something_of_the_results(
    text: str, why: str | None
) -> None:
    run = run_with(text)

    assert why_not(run.aggregate, run.with_status("completed")) == why


def test_a_synthesis_that_failed_or_never_ran_says_why() -> None:
    assert why_not(None, []) == "it did not run"
    assert why_not(run_with("half", ended=False).aggregate, []) == "it broke"


def test_every_result_is_found_in_what_was_made_from_it() -> None:
    """The results themselves, put one after the other, always stand."""
    run = run_with(f"{PARSER}\n\n{CACHE}")
    done = run.with_status("completed")

    assert why_not(run.aggregate, done) is None
    assert all(one.text in synthesis_prompt(run) for one in done)
