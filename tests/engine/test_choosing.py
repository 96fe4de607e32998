"""Rating and choosing: what a person makes of a run's results stands in its journal and files."""

import os
from pathlib import Path

import pytest

from orchtui.engine.afterwards.choosing import chosen, rated, write_down
from orchtui.engine.backends.registry import Backends
from orchtui.engine.choice.judge_answer import Reading
from orchtui.engine.choice.judge_question import judged_tasks
from orchtui.engine.choice.judging import Judgement
from orchtui.engine.comparison.sides import of_run
from orchtui.engine.errors import InputError, RunAliveError, RunNotFoundError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling import run_result
from orchtui.engine.texts.demoting import demote
from tests.engine.scripted import task
from tests.engine.told import Told

VARIANTS = Plan(
    aggregate="compare",
    tasks=(
        Task(id="long", title="Long one", prompt="Say much [rehearse: 30 words, 1 ms]"),
        Task(id="short", title="Short one", prompt="Say little [rehearse: 5 words, 1 ms]"),
        Task(
            id="broken", title="Broken", prompt="Break [rehearse: fail, 3 words, 1 ms]", retries=0
        ),
    ),
)


def project(folder: Path) -> Project:
    backends = Backends(environment={}, chosen="rehearsal")
    return Project(folder=folder, out=folder / "artifacts", backends=backends)


async def ran(folder: Path, plan: Plan = VARIANTS) -> str:
    async with project(folder).start(plan) as session:
        async for _ in session:
            pass
    return session.run.id


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def opened(folder: Path, run_id: str = "last") -> Run:
    return past_runs.open_run(folder / "artifacts", run_id)


async def test_a_choice_becomes_the_published_result(tmp_path: Path) -> None:
    run_id = await ran(tmp_path)
    out = tmp_path / "artifacts"
    before = opened(tmp_path)
    text = before.tasks["short"].text

    told = await write_down(out, tmp_path, run_id, chosen("short", why="It is short"))

    assert told.choice is not None and told.choice[0].id == "short"
    published = (out / "parallel-result.md").read_text()
    assert "## Chosen result\n\n> Chosen by a person: Short one: It is short." in published
    assert demote(text).strip() in published
    assert before.tasks["long"].text.strip() not in published, "what was not chosen is only linked"
    assert "[parallel-task-1.md](parallel-task-1.md)" in published
    assert "**Choice**: Chosen by a person: Short one" in (out / "parallel-log.md").read_text()
    again = opened(tmp_path)
    assert again.chosen == told.chosen
    assert (again.at, summary.of(again)) == (before.at, summary.of(before)), "its own time is over"


async def test_it_can_be_taken_back_and_changed(tmp_path: Path) -> None:
    run_id = await ran(tmp_path)
    out = tmp_path / "artifacts"
    first = (out / "parallel-result.md").read_text()
    for task_id in ("short", "long"):
        await write_down(out, tmp_path, run_id, chosen(task_id))
    assert "Chosen by a person: Long one." in (out / "parallel-result.md").read_text()
    await write_down(out, tmp_path, run_id, chosen(""))
    assert (out / "parallel-result.md").read_text() == first
    with pytest.raises(InputError, match="nothing was chosen"):
        await write_down(out, tmp_path, run_id, chosen(""))


async def test_it_is_published_also_after_a_later_run(tmp_path: Path) -> None:
    first = await ran(tmp_path)
    await ran(
        tmp_path, Plan(tasks=(Task(id="x", title="Other", prompt="[rehearse: 3 words, 1 ms]"),))
    )
    out = tmp_path / "artifacts"
    assert "Other" in (out / "parallel-task-1.md").read_text()
    await write_down(out, tmp_path, first, chosen("short"))
    assert "Chosen by a person: Short one." in (out / "parallel-result.md").read_text()
    assert "Long one" in (out / "parallel-task-1.md").read_text(), "what it links is its own"


async def test_stars(tmp_path: Path) -> None:
    run_id = await ran(tmp_path)
    out = tmp_path / "artifacts"
    await write_down(out, tmp_path, run_id, rated("long", 2, "too long"))
    run = await write_down(out, tmp_path, run_id, rated("broken", 1))
    assert {name: one.stars for name, one in run.ratings.items()} == {"long": 2, "broken": 1}
    assert "| Long one (REHEARSAL) | ★★☆☆☆ |" in (out / "parallel-result.md").read_text()
    await write_down(out, tmp_path, run_id, rated("broken", 0))
    assert opened(tmp_path).ratings.keys() == {"long"}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: chosen("nobody"), "has no task 'nobody'; it has long, short, broken"),
        (lambda: chosen("broken"), "'Broken' did not complete"),
        (lambda: chosen("short", 7), "'Short one' has no attempt 7; it has 1"),
        (lambda: chosen("broken", 1), "attempt 1 of 'Broken' is no whole answer"),
        (lambda: rated("nobody", 3), "has no task 'nobody'"),
        (lambda: rated("short", 6), "6 is no number of stars"),
        (lambda: rated("short", -1), "-1 is no number of stars"),
    ],
)
async def test_what_can_not_be_is_told_and_nothing_is_written(
    tmp_path: Path, make: object, says: str
) -> None:
    run_id = await ran(tmp_path)
    before = (tmp_path / "artifacts/runs" / run_id / journal.FILE).read_bytes()
    with pytest.raises(InputError, match=says):
        await write_down(tmp_path / "artifacts", tmp_path, run_id, make())  # type: ignore[operator]
    assert (tmp_path / "artifacts/runs" / run_id / journal.FILE).read_bytes() == before
    assert not journal.is_alive(tmp_path / "artifacts/runs" / run_id), "it lets go"


async def test_a_run_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "artifacts"
    with pytest.raises(RunNotFoundError):
        await write_down(out, tmp_path, "last", rated("long", 1))
    async with project(tmp_path).start(VARIANTS) as session:
        with pytest.raises(RunAliveError):
            await write_down(out, tmp_path, session.run.id, rated("long", 1))
        async for _ in session:
            pass


async def test_an_interrupted_run_is_gone_on_with_first(tmp_path: Path) -> None:
    run_id = await ran(tmp_path)
    path = tmp_path / "artifacts/runs" / run_id / journal.FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(InputError, match=f"orchtui runs resume {run_id}"):
        await write_down(tmp_path / "artifacts", tmp_path, run_id, chosen("short"))
    with pytest.raises(InputError, match=f"orchtui runs resume {run_id}"):
        judged_tasks(opened(tmp_path))  # nobody is asked, and nothing paid
    said = Judgement(
        criteria=("short",),
        tasks=("long", "short"),
        reading=Reading(best="short"),
        backend="anthropic",
        model=None,
        usage=ev.Usage(),
    )
    with pytest.raises(InputError, match=f"orchtui runs resume {run_id}"):
        await write_down(tmp_path / "artifacts", tmp_path, run_id, said.make)
    assert path.read_bytes() == b"".join(lines[:-1])


async def test_it_is_on_the_disk_before_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = await ran(tmp_path)
    path = tmp_path / "artifacts/runs" / run_id / journal.FILE
    synced: list[bytes] = []
    fsync = os.fsync

    def syncs(file: int) -> None:
        fsync(file)
        if os.fstat(file).st_ino == path.stat().st_ino:
            synced.append(path.read_bytes())

    monkeypatch.setattr(os, "fsync", syncs)
    await write_down(tmp_path / "artifacts", tmp_path, run_id, chosen("short"))
    assert b"result_chosen" in synced[-1]
    await write_down(tmp_path / "artifacts", tmp_path, run_id, rated("short", 3))
    assert b"result_rated" in synced[-1]


async def test_no_secret_is_written_with_it(tmp_path: Path) -> None:
    run_id = await ran(tmp_path)
    secret = "sk-ant-loopback-0123456789"
    hide = Redactor({"ANTHROPIC_API_KEY": secret})
    await write_down(tmp_path / "artifacts", tmp_path, run_id, chosen("short", why=secret), hide)
    assert secret.encode() not in everything_in(tmp_path)


# The fold


def told() -> Told:
    made = Told(task("a", title="A"), task("b", title="B"), aggregate="compare")
    made.starts("a", 1).retries("a", 2).starts("a", 3).completes("a", 4, "words of a")
    return made.starts("b", 1).fails("b", 2).ends(5)


def test_a_choice_of_what_runs_again_is_over() -> None:
    made = told()
    made.tell(ev.ResultChosen, 90, task="a", attempt=2).tell(ev.ResultRated, 91, task="b", stars=3)
    assert made.run.choice is not None and made.run.ratings.keys() == {"b"}
    assert made.run.at == made.run.started + 5
    made.tell(ev.RunResumed, 100, why="by hand", reused=("a",), again=("b",))
    assert made.run.choice is not None and not made.run.ratings
    made.starts("b", 101).completes("b", 102, "words of b").ends(103)
    made.tell(ev.RunResumed, 110, why="by hand", reused=(), again=("a", "b"))
    assert made.run.choice is None


@pytest.mark.parametrize("attempt", [1, 9])
def test_a_journal_that_chooses_what_is_no_answer_chooses_nothing(attempt: int) -> None:
    made = told().tell(ev.ResultChosen, 90, task="a", attempt=attempt)
    assert made.run.choice is None
    assert "## Chosen" not in run_result.result(made.run, ev.output_file)
    assert "Chosen by" not in run_result.result(made.run, ev.output_file)


def test_events_of_choice_come_back_as_they_were() -> None:
    made = (
        told()
        .tell(ev.ResultRated, 90, task="a", stars=9)
        .tell(ev.ResultRated, 90, task="x", stars=1)
    )
    assert not made.run.ratings
    score = ev.Score(task="a", criterion="short", points=7, why="it is")
    made.tell(
        ev.ResultsJudged, 95, criteria=("short",), tasks=("a", "b"), scores=(score,), best="a"
    )
    again = fold.replay([ev.decode(ev.encode(event)) for event in made.events])
    assert again is not None
    assert again.judgements == made.run.judgements and again.judgements[0].scores == (score,)


def test_a_chosen_result_of_another_strategy_is_named(tmp_path: Path) -> None:
    made = Told(task("a", title="A"), task("b", title="B"))
    made.starts("a", 1).completes("a", 2, "words").starts("b", 1).completes("b", 2, "more").ends(3)
    made.tell(ev.ResultChosen, 4, task="a", why="b | c")
    text = run_result.result(made.run, ev.output_file)
    assert "Chosen by a person: A: b" in text and "words" in text and "more" in text


def test_what_is_compared_of_a_run_with_a_choice_is_the_choice() -> None:
    made = told()
    assert "words of a" in of_run(made.run).text
    made = Told(task("a", title="A"), task("b", title="B"), aggregate="compare")
    made.starts("a", 1).completes("a", 2, "words of a")
    made.starts("b", 1).completes("b", 2, "words of b").ends(3, "compare")
    made.tell(ev.ResultChosen, 4, task="b")
    side = of_run(made.run)
    assert (side.text, "the result that a person chose, 'b'" in side.origin) == ("words of b", True)
