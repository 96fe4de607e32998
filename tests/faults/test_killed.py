"""`kill -9` at any moment of a run: nothing that was completed is lost or done again.

A run of ten tasks that build on each other is killed at a random moment, gone on
with, perhaps killed again, and ends with the same result as one that was left
alone. Every second time the power fails too: what was not synchronised to the disk
is gone. A failure tells the seed of its moment; FAULTS_SEED sets the first one.
"""

import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from orchtui.engine.errors import RunNotFoundError
from orchtui.engine.journals import journal
from orchtui.engine.plan_files.plan_file import dump_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from tests.faults.forms import form
from tests.faults.mortal import Fate, Given, Mortals, Order, notes_of, project_of

LOSS = 0.5
"""Seconds of streamed text that a kill may cost."""
PAUSE = 0.05
"""A longer silence in the stream is the machine's: it had no time for the run."""
DURABLE = (ev.RunStarted, ev.TaskCompleted, ev.RunFinished)
"""Events that no power cut may take away."""
WORKERS = 3
"""Runs at once; they mostly wait."""

AFTER = {4: (1,), 5: (2, 3), 6: (4,), 7: (4, 5), 8: (), 9: (6, 8), 10: (7, 9)}
"""Who builds on whom, in a plan of ten."""


def plan() -> Plan:
    """Ten tasks; the words of each come from its prompt and from the results it builds on."""
    tasks = (
        Task(
            id=f"t{number}",
            title=f"Topic {number}",
            prompt=f"Write about topic {number} [rehearse: {30 + 7 * number} words, 6 ms]",
            after=tuple(f"t{before}" for before in AFTER.get(number, ())),
        )
        for number in range(1, 11)
    )
    return Plan(tasks=tuple(tasks), name="ten", aggregate="collect")


def told(folder: Path) -> dict[str, list[str]]:
    """What a person reads in the end, without what is different in every run: names and times."""
    files = sorted((folder / "artifacts").glob("parallel-*.md"))
    return {
        path.name: [line for line in path.read_text().splitlines() if not line.startswith(">")]
        for path in files
        if "log" not in path.name
    }


class Mortal:
    """One run, through all its lives."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        folder.mkdir()
        (folder / "plan.yaml").write_text(dump_plan(plan()))
        self.folder = folder
        self.random = random.Random(seed)
        self.fates: list[Fate] = []
        self.done: dict[str, str] = {}
        """Texts of the tasks whose completion was in the journal after any life so far."""
        self.lines: list[bytes] = []
        """The journal after the last life."""

    @property
    def run(self) -> Run | None:
        """What is on disk; `None` when not even the beginning is."""
        try:
            return project_of(self.folder).open_run("last")
        except RunNotFoundError:
            return None

    def live(
        self, mortals: Mortals, *, seconds: float | None = None, step: int | None = None
    ) -> bool:
        """One life, killed after a time or at a step; whether the run came to its end."""
        run, before = self.run, len(notes_of(self.folder))
        resume = run.id if run else None
        fate = mortals.live(Order(str(self.folder), resume, seconds=seconds, step=step))
        self.fates.append(fate)
        assert fate.code in (0, -9), "it ended by itself"
        if (run := self.run) is None:
            return False
        path = self.folder / "artifacts" / journal.RUNS / run.id / journal.FILE
        assert not journal.is_alive(path.parent)
        notes = notes_of(self.folder)[before:]
        again = {note.task for note in notes} & set(self.done)
        assert not again, "what had completed was run again"
        assert _whole_lines(path)[: len(self.lines)] == self.lines, "a journal only grows"
        if fate.code:
            lost = _lost(run, notes, fate)
            assert lost <= LOSS, f"{lost:.2f} s of streamed text are lost"
            if self.random.random() < 0.5:
                run = self._cut_the_power(path)
        self.lines = _whole_lines(path)
        texts = {task.id: task.text for task in run.with_status("completed")}
        assert {task: texts.get(task) for task in self.done} == self.done, "a result is lost"
        self.done = texts
        return fate.code == 0

    def _cut_the_power(self, path: Path) -> Run:
        """Lose some of what nobody had synchronised: whatever came after the last durable event."""
        lines = _whole_lines(path)
        while lines and not isinstance(ev.decode(lines[-1]), DURABLE):
            lines.pop()
        os.truncate(path, self.random.randint(sum(map(len, lines)), path.stat().st_size))
        run = self.run
        assert run is not None
        return run


def _whole_lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(True) if line.endswith(b"\n")]


def _lost(run: Run, notes: list[Given], fate: Fate) -> float:
    """Seconds of streaming of which no text is in the journal."""
    left = {
        (task.id, attempt.number): attempt.length
        for task in run.tasks.values()
        for attempt in task.attempts
    }
    times = [*(note.at for note in notes), fate.at]
    for place, note in enumerate(notes):
        key = note.task, note.attempt
        left[key] = left.get(key, 0) - len(note.text)
        if left[key] < 0:
            gaps = zip(times[place:], times[place + 1 :], strict=False)
            return sum(min(PAUSE, end - begin) for begin, end in gaps)
    return 0.0


def live_and_die(mortals: Mortals, folder: Path, seed: int, whole: Fate) -> Mortal:
    """Kill a run at random moments, until it is allowed to end.

    Args:
        mortals: Who runs it.
        folder: To be made.
        seed: Of this moment.
        whole: What became of the run that was left alone.
    """
    one = Mortal(folder, seed)
    for _ in range(one.random.choice((1, 1, 2, 3))):
        if one.random.random() < 0.5:
            one.live(mortals, seconds=one.random.uniform(0, 1.02 * whole.seconds))
        else:
            one.live(mortals, step=one.random.randint(1, whole.steps))
    assert one.live(mortals), "it was let live, and did not end"
    return one


@form("moments", 6, 300, minutes=30)
def test_a_run_that_is_killed_goes_on_to_the_same_result(tmp_path: Path, moments: int) -> None:
    first = int(os.environ.get("FAULTS_SEED") or secrets.randbelow(10**6))
    with Mortals() as mortals:
        undisturbed = Mortal(tmp_path / "undisturbed")
        assert undisturbed.live(mortals)
    [whole], result = undisturbed.fates, told(undisturbed.folder)
    assert len(result) == 11 and len(undisturbed.done) == 10
    enough = threading.Event()

    def work(worker: int) -> None:
        with Mortals() as mortals:
            for seed in range(first + worker, first + moments, WORKERS):
                if enough.is_set():
                    return
                folder = tmp_path / str(seed)
                try:
                    one = live_and_die(mortals, folder, seed, whole)
                    assert one.done == undisturbed.done
                    assert told(folder) == result
                except BaseException as error:
                    error.add_note(f"the moment's seed is {seed}; its files are in {folder}")
                    enough.set()
                    raise
                shutil.rmtree(folder)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))


@form("times", 1, 20)
def test_the_command_is_killed_and_resumed(tmp_path: Path, times: int) -> None:
    """The same through the command line, of which nothing is in this process."""
    undisturbed, _ = _command(Mortal(tmp_path / "undisturbed"), "run", "plan.yaml")
    result = told(tmp_path / "undisturbed")
    for number in range(times):
        one = Mortal(tmp_path / str(number))
        until = random.randint(1, undisturbed * 2 // 3)
        _command(one, "run", "plan.yaml", until=until)
        run = one.run
        assert run is not None and run.finished is None
        done = {task.id for task in run.with_status("completed")}

        _, events = _command(one, "runs", "resume", "last")

        started = {event["task"] for event in events if event["kind"] == "task_started"}
        assert not started & done, f"killed at event {until}"
        assert set(events[0]["reused"]) == done
        assert told(one.folder) == result


def _command(
    one: Mortal, *arguments: str, until: int | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """Run orchtui, kill it at an event or let it end; how many events it told, and which."""
    options = ["--json"] if arguments[0] == "runs" else ["--json", "--backend", "rehearsal"]
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "orchtui", *arguments, *options],
        cwd=one.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            if len(events) == until:
                process.kill()
                break
    assert process.returncode == (0 if until is None else -9)
    return len(events), events
