"""A rehearsal never looks like an answer: a table of every place that shows one, and what it says.

The places are those of `seen` and of the app; the runs are rehearsed as a whole, in part, and as a
whole in two sessions.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from orchtui.cli import apply_command, runs_command, runs_list_command
from orchtui.cli.progress import Progress
from orchtui.engine.backends.rehearsal import NOTICE
from orchtui.engine.changed_files.changes import Change, Meeting, changes_of
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import report
from orchtui.ui.dialogs.end_notice import end_notice
from orchtui.ui.timeline.timeline_words import badges_of, headline
from tests import seen
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.engine.whole_runs import (
    Ended,
    closing,
    first_words,
    follow,
    project_in,
    run,
    said,
    scenes,
    task_named,
)
from tests.server import MessagesServer

MADE_UP = f"{NOTICE}\n\nfiller"


def whole() -> Run:
    told = Told(task("a"), task("b"), backend="rehearsal").starts("a", 0).starts("b", 0)
    return told.completes("a", 1, MADE_UP).completes("b", 2, MADE_UP).ends(3).run


def resumed() -> Run:
    told = Told(task("a"), task("b"), backend="rehearsal").starts("a", 0).starts("b", 0)
    told.completes("a", 1, MADE_UP).fails("b", 2).ends(3).resumes(1000)
    return told.starts("b", 1000).completes("b", 1002, MADE_UP).ends(1003).run


def part(**plan: object) -> Run:
    """`a` is made up, `b` builds on it, and `c` has nothing to do with it."""
    told = Told(
        task("a", backend="rehearsal"),
        task("b", after=("a",), backend="anthropic"),
        task("c", backend="anthropic"),
        **plan,  # type: ignore[arg-type]
    )
    told.starts("a", 0).completes("a", 1, MADE_UP).starts("b", 1).starts("c", 1)
    written = (ev.FileChange(path="b.md", kept="files/b/b.md"),)
    told.tell(ev.FilesSeen, 2, task="b", attempt=1, sight="tools", written=written)
    strategy = str(plan.get("aggregate", "collect"))
    return told.completes("b", 2, "built").completes("c", 2, "true").ends(3, strategy).run  # type: ignore[arg-type]


def begun(run: Run) -> str:
    """What `orchtui run` says before its first task."""
    paper = seen.Paper()
    with Progress(run, lambda: run.at, paper, table=False):  # type: ignore[arg-type]
        return paper.text


PLACES: dict[str, Callable[[Run], str]] = {
    "the result": lambda run: seen.result_text(run).split("\n\n")[1],
    "the log": lambda run: seen.log_text(run).partition("## Task Decomposition")[0],
    "the first lines of the run": begun,
    "the last lines of the run": seen.concluded,
    "runs list": lambda run: runs_list_command.line_of(summary.of(run)).upper(),
    "runs list --json": lambda run: msgspec.json.encode(summary.of(run)).decode().upper(),
    "run_started": lambda run: (
        ev.encode(Told(task("a"), backend="rehearsal").events[0]).decode().upper()
    ),
    "the bar": lambda run: seen.bar(run).plain,
    "the notification": lambda run: end_notice(run, "x").text,
    "the list of runs": lambda run: seen.run_text(summary.of(run), 60),
    "the timeline": lambda run: headline(run, run.at).plain,
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("made", [whole, resumed, part])
def test_every_place_says_that_it_is_a_rehearsal(place: str, made: Callable[[], Run]) -> None:
    assert "REHEARSAL" in PLACES[place](made())


SAYS_PART = [place for place in PLACES if place != "run_started"]


@pytest.mark.parametrize("place", SAYS_PART)
def test_every_place_says_when_only_a_part_is_one(place: str) -> None:
    assert "PART" in PLACES[place](part())
    told = PLACES[place](whole()).replace('REHEARSAL_IN_PART":FALSE', "")
    assert "PART" not in told


@pytest.mark.parametrize("place", SAYS_PART)
def test_no_place_says_so_of_a_run_that_is_none(place: str) -> None:
    told = Told(task("a")).starts("a", 0).completes("a", 1, "true").ends(2).run
    shown = PLACES[place](told).replace('"REHEARSAL":FALSE,"REHEARSAL_IN_PART":FALSE', "")
    assert "REHEARSAL" not in shown


def test_the_last_event_says_so() -> None:
    for made in (whole(), resumed(), part()):
        assert made.finished is not None and made.finished.rehearsal


@pytest.mark.parametrize("width", [20, 30, 60])
def test_a_narrow_list_keeps_the_word_and_lets_the_name_go(width: int) -> None:
    assert " REHEARSAL COMPLETED" in seen.run_text(summary.of(whole()), width)


# Task by task

OWN = {"a": "REHEARSAL", "b": "REHEARSED INPUT", "c": ""}


def sections(text: str) -> dict[str, str]:
    parts = text.split("\n## do ")[1:]
    return {part[0]: part for part in parts}


def test_task_files_say_it_of_their_own_task_only() -> None:
    run = part()
    for one in run.tasks.values():
        head = report.task_file(run, one).partition("\n\n")[2].partition("\n\n")[0]
        growing = report.attempt_heading(run, one)
        for text in (head, growing):
            assert (f"> **{OWN[one.id]}**: " in text) == bool(OWN[one.id])
            assert ("REHEARS" in text) == bool(OWN[one.id])


def test_sections_and_links_of_the_result_say_it_of_their_own_task_only() -> None:
    found = sections(seen.result_text(part()))
    assert {name: "REHEARS" in text for name, text in found.items()} == {
        "a": True,
        "b": True,
        "c": False,
    }
    links = seen.result_text(part(aggregate="none")).partition("## Files")[2].strip().splitlines()
    assert ["REHEARS" in line for line in links] == [True, True, False]
    rows = seen.result_text(part(aggregate="compare")).splitlines()
    table = [line for line in rows if line.startswith("| do ")]
    assert ["REHEARS" in line for line in table] == [True, True, False]


def test_the_log_the_timeline_and_the_json_say_it_of_their_own_task_only() -> None:
    run = part()
    blocks = seen.log_text(run).split("### Task ")[1:]
    assert ["REHEARS" in block.partition("## Comp")[0] for block in blocks] == [True, True, False]
    assert badges_of(run) == {name: badge for name, badge in OWN.items() if badge}
    details = [runs_command._details(run, one) for one in run.tasks.values()]
    assert [bool(one["rehearsal"]) for one in details] == [True, True, False]


def test_files_to_apply_say_what_they_were_made_from(tmp_path: Path) -> None:
    kept = tmp_path / "files" / "b" / "b.md"
    kept.parent.mkdir(parents=True)
    kept.write_text("built")
    [change] = changes_of(part(), tmp_path)

    assert isinstance(change, Change)
    words = apply_command._about(change, Meeting("new"))
    assert "REHEARSAL: it was given what Task 1 came to, which was only rehearsed" in words


# A real one


def shown_files(ended: Ended, out: Path) -> dict[str, str]:
    files = [*ended.folder.glob("*.md"), *out.glob("*.md")]
    return {str(path.relative_to(out)): path.read_text() for path in files}


async def test_a_model_that_is_given_made_up_results_is_told_and_so_is_whoever_reads(
    tmp_path: Path,
) -> None:
    plan = Plan(
        tasks=(
            Task(id="a", prompt="Look [rehearse: 9 words, 1 ms]", backend="rehearsal"),
            task_named("b", after=("a",)),
            task_named("c"),
        )
    )
    replies = scenes(b=[said("Built on it, in a few words.")], c=[said("True, in a few words.")])
    async with MessagesServer(replies) as server, closing(project_in(tmp_path, server)) as project:
        ended = await run(project, plan)
        prompts = {words[:9]: words for words in map(first_words, server.requests)}

    assert NOTICE in prompts["Do work b"] and NOTICE not in prompts["Do work c"]
    out = tmp_path / "artifacts"
    for name, text in shown_files(ended, out).items():
        assert ("REHEARS" in text) == (not name.endswith("task-3.md")), name
    journal = ended.journal
    assert journal[0]["rehearsal"] is True and journal[-1]["rehearsal"] is True
    backends = {one["task"]: one["backend"] for one in journal if one["kind"] == "task_started"}
    assert backends == {"a": "rehearsal", "b": "anthropic", "c": "anthropic"}


async def test_a_rehearsal_that_goes_on_is_one_to_its_end(tmp_path: Path) -> None:
    prompts = ("Look [rehearse: 9 words, 1 ms]", "Look [rehearse: fail, 9 words, 1 ms]")
    tasks = tuple(
        Task(id=f"t{number}", prompt=prompt, backend="rehearsal", retries=0)
        for number, prompt in enumerate(prompts, 1)
    )
    async with closing(project_in(tmp_path)) as project:
        first = await run(project, Plan(tasks=tasks))
        again = await follow(project.resume(first.run.id))
        [listed] = project.list_runs()

    assert listed.rehearsal and not listed.rehearsal_in_part
    assert len(again.run.sessions) == 2
    for name, text in shown_files(again, tmp_path / "artifacts").items():
        assert "**REHEARSAL**: no model was called" in text, name
