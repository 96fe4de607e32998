"""Syntheses through the real SDK: what stands, what falls back, and what long results become."""

import re
from pathlib import Path

import pytest

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.texts import reduction
from tests.engine.schedules import build
from tests.server import FAULTS, MessagesServer, Reply
from tests.server.replies import answer

PARSER = "The lexer keeps no state, so every line is read twice; 3400 lines take 12 seconds. "
CACHE = "It never forgets: after 48 hours of load it holds 2.3 gigabytes of stale answers. "
NETWORK = "Sockets stay open for ever, and the handshake is repeated for each small packet. "
ASKED = "Write one report from the results"
PART = "Shorten a part of the results"

GOOD = """\
# Where time goes

The lexer reads every line twice. Tasks: 1

## Memory

After 48 hours the cache holds 2.3 gigabytes of stale answers, as nothing is ever let go. Tasks: 2
"""


def plan(*, lost: bool = False) -> Plan:
    tasks = [
        Task(id="parser", title="Parser", prompt="work on the parser"),
        Task(id="cache", title="Cache", prompt="work on the cache"),
    ]
    if lost:
        tasks.append(
            Task(id="network", title="Network stack", prompt="work on the network", retries=0)
        )
    limits = Limits(retries=0, max_tokens=500)
    return Plan(request="Find what is slow", aggregate="synthesize", limits=limits, tasks=(*tasks,))


async def run_of(
    backend: AnthropicBackend, tmp_path: Path, what: Plan
) -> tuple[Orchestrator, list[ev.RunEvent]]:
    one = Orchestrator(
        what,
        build(what, backend="anthropic"),
        Crew(backends={"anthropic": backend}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )
    async with one:
        events = [event async for event in one]
    return one, events


def scripted(server: MessagesServer, *synthesis: Reply, parser: str = PARSER) -> None:
    server.on("work on the parser", answer(parser))
    server.on("work on the cache", answer(CACHE))
    server.on("work on the network", FAULTS["bad_request"])
    server.on(ASKED, *synthesis)


async def test_a_good_synthesis_is_asked_to_name_its_tasks(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path
) -> None:
    scripted(server, answer(GOOD))

    one, _ = await run_of(backend, tmp_path, plan(lost=True))

    [asked] = [each for each in server.requests if ASKED in each.prompt]
    assert "Every section names the tasks that it is made from" in asked.prompt
    assert "1. Parser\n2. Cache\n" in asked.prompt
    assert "did not complete. Say that their part is missing and nothing else:" in asked.prompt
    assert "- Network stack" in asked.prompt
    assert one.run.aggregated is not None
    assert (one.run.aggregated.strategy, one.run.aggregated.problems) == ("synthesize", ())
    assert one.run.reduced == []
    assert "## Missing\n\n- **Network stack**: FAILED" in one.result


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(answer(""), "the answer is empty", id="empty"),
        pytest.param(answer("Here is the report:"), "only a placeholder", id="placeholder"),
        pytest.param(
            answer("# Report\n\nThe lexer keeps no state and takes 12 seconds for its lines."),
            "its answer says nothing of what Task 2 found",
            id="silent about one",
        ),
        pytest.param(
            answer("# Report\n\nBananas grow on giant herbs in warm and humid countries."),
            "says nothing of what the tasks found",
            id="silent",
        ),
        pytest.param(FAULTS["refusal"], "refus", id="refusing"),
        pytest.param(FAULTS["truncated"], "cut off", id="cut off"),
        pytest.param(FAULTS["bad_request"], "max_tokens: too large", id="400"),
        pytest.param(FAULTS["too_long"], "prompt is too long", id="overlong"),
    ],
)
async def test_what_can_not_stand_gives_way_to_collect_and_says_so(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path, reply: Reply, why: str
) -> None:
    scripted(server, reply)

    one, events = await run_of(backend, tmp_path, plan())

    done = one.run.aggregated
    assert done is not None and done.fallback is not None
    assert (done.strategy, done.asked) == ("collect", "synthesize")
    assert why in done.fallback
    assert "**No synthesis was made**" in one.result
    assert PARSER.strip() in one.result and CACHE.strip() in one.result
    assert isinstance(events[-1], ev.RunFinished) and events[-1].verdict == "COMPLETED"


async def test_what_is_written_about_a_missing_task_is_told(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path
) -> None:
    invented = "\n## Network stack\n\nIt opens one socket for each request and closes it late.\n"
    scripted(server, answer(GOOD + invented))

    one, _ = await run_of(backend, tmp_path, plan(lost=True))

    assert one.run.aggregated is not None
    assert one.run.aggregated.strategy == "synthesize"
    assert one.run.aggregated.problems == (
        "it writes about 'Network stack', which is missing: under the heading 'Network stack'",
    )
    assert "NOTE: it writes about 'Network stack', which is missing" in one.result


# Long results


@pytest.fixture
def short_window(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(reduction, "CHARACTERS", 2_000)
    return 2_000


def opened(one: Orchestrator) -> Run:
    run = fold.replay(journal.read(one.run_folder))
    assert run is not None
    return run


@pytest.mark.usefixtures("short_window")
async def test_results_that_are_too_long_are_reduced_in_parts_first(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path
) -> None:
    long = "\n\n".join(f"Paragraph {number}. {PARSER}" for number in range(40))
    scripted(server, answer(GOOD), parser=long)
    server.on(PART, answer("The lexer reads twice; the cache holds 2.3 gigabytes."))

    one, events = await run_of(backend, tmp_path, plan())

    parts = [event for event in events if isinstance(event, ev.PartReduced)]
    assert len(parts) >= 2 and {part.parts for part in parts} == {len(parts)}
    given = {"parser": long.strip(), "cache": CACHE.strip()}
    covered = sorted(
        (piece.task, piece.start, piece.end) for part in parts for piece in part.covers
    )
    for task, text in given.items():
        mine = [(start, end) for name, start, end in covered if name == task]
        assert "".join(text[start:end] for start, end in mine) == text, "nothing is lost"
    prompts = [each.prompt for each in server.requests if PART in each.prompt]
    assert all(any(f"Paragraph {n}." in prompt for prompt in prompts) for n in range(40))
    [asked] = [each.prompt for each in server.requests if ASKED in each.prompt]
    assert "Paragraph 0." not in asked
    assert asked.count("The lexer reads twice") == len(parts)
    assert f"Part 1 of {len(parts)}: Parser (characters 1 to" in asked

    assert "> **REDUCED**: the results, " in one.result
    assert f"They were summarized in {len(parts)} parts first" in one.result
    assert "## Summarized Parts" in one.result
    log = (one.run_folder / "parallel-log.md").read_text()
    assert "**Reduced**: the results" in log and "- Part 1 of" in log
    assert "The lexer reads twice" in (one.run_folder / "parallel-synthesis-part-1.md").read_text()
    usage = sum((part.usage.output for part in parts), 0)
    tasks = sum(task.usage.output for task in one.run.tasks.values())
    assert one.run.aggregate is not None
    assert one.run.usage.output == usage + tasks + one.run.aggregate.usage.output
    assert opened(one).reduced == parts, "and all of it is in the journal"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


@pytest.mark.usefixtures("short_window")
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(answer(""), "the answer is empty", id="empty"),
        pytest.param(FAULTS["refusal"], "refus", id="refusing"),
        pytest.param(FAULTS["truncated"], "cut off", id="cut off"),
        pytest.param(FAULTS["bad_request"], "max_tokens: too large", id="400"),
    ],
)
async def test_a_part_that_is_lost_is_told_and_nothing_is_synthesized(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path, reply: Reply, why: str
) -> None:
    scripted(server, answer(GOOD), parser=PARSER * 40)
    server.on(PART, reply)

    one, events = await run_of(backend, tmp_path, plan())

    done = one.run.aggregated
    assert done is not None and done.fallback is not None
    assert re.match(r"part \d of \d could not be reduced: ", done.fallback)
    assert why in done.fallback
    assert not any(ASKED in each.prompt for each in server.requests)
    assert all(event.problem for event in events if isinstance(event, ev.PartReduced))
    assert "REDUCED" not in one.result and CACHE.strip() in one.result


@pytest.mark.usefixtures("short_window")
async def test_summaries_that_are_still_too_long_are_summarized_again(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path
) -> None:
    scripted(server, answer(GOOD), parser=PARSER * 120)
    server.on(PART, *[answer(CACHE * 8)] * 6, answer("The lexer; and the cache."))

    one, events = await run_of(backend, tmp_path, plan())

    parts = [event for event in events if isinstance(event, ev.PartReduced)]
    assert max(part.round for part in parts) == 2
    last = {piece.task for part in parts if part.round == 2 for piece in part.covers}
    assert last == {"parser", "cache"}, "what a summary of summaries is made of is known"
    assert ", and these again, 2 rounds in all" in one.result


@pytest.mark.usefixtures("short_window")
async def test_summaries_that_do_not_get_shorter_are_given_up(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path
) -> None:
    scripted(server, answer(GOOD), parser=PARSER * 40)
    server.on(PART, answer(PARSER * 60))

    one, _ = await run_of(backend, tmp_path, plan())

    assert one.run.aggregated is not None
    assert one.run.aggregated.fallback == (
        "the summaries of its parts are still too long to be read at once"
    )


async def test_far_too_long_results_are_not_reduced_at_any_price(
    server: MessagesServer,
    backend: AnthropicBackend,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reduction, "CHARACTERS", 200)
    scripted(server, answer(GOOD), parser=PARSER * 100)

    one, _ = await run_of(backend, tmp_path, plan())

    assert one.run.aggregated is not None and one.run.aggregated.fallback is not None
    assert "too long to be reduced: " in one.run.aggregated.fallback
    assert not any(PART in each.prompt for each in server.requests)


@pytest.mark.usefixtures("short_window")
@pytest.mark.parametrize("whole", [True, False])
async def test_a_reduction_can_be_stopped(
    server: MessagesServer, backend: AnthropicBackend, tmp_path: Path, whole: bool
) -> None:
    scripted(server, answer(GOOD), parser=PARSER * 60)
    server.on(PART, answer("A first summary of the lexer."), FAULTS["stall"])
    what = plan()
    one = Orchestrator(
        what,
        build(what, backend="anthropic"),
        Crew(backends={"anthropic": backend}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
    )
    events: list[ev.RunEvent] = []
    async with one:
        async for event in one:
            events.append(event)
            if isinstance(event, ev.PartReduced) and not event.problem:
                if whole:
                    one.cancel_all()
                else:
                    assert one.cancel(ev.AGGREGATE)

    wishes = [(one.action, one.task) for one in events if isinstance(one, ev.Steered)]
    assert wishes == [("cancel_run", None) if whole else ("cancel", ev.AGGREGATE)]
    assert one.run.aggregated is not None and one.run.aggregated.fallback is not None
    assert "by hand" in one.run.aggregated.fallback
    assert one.run.finished is not None and one.run.finished.verdict == "COMPLETED"
