"""A run as a trace for Chrome's and Perfetto's viewers, in the Trace Event Format (JSON object).

A backend is a process, a slot of it a thread: attempts are slices there, one after the
other. Uses of tools and waits may overlap, so they are async slices of their own. Times are
microseconds since the run's start, by the wall clock, pauses between sessions included. What
each kind of event must have is written down in tests/engine/exports/trace_rules.py. This module
never writes a file.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from orchtui import __version__
from orchtui.engine.execution.budget import warning_words
from orchtui.engine.exports.subject import Subject
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.files_told import race_line
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.telling.tool_words import call_words
from orchtui.engine.text import clean_line, escaped_in_json

_RUN_PID = 1
"""The process of what concerns the whole run, and of the waits."""
_MOST_POINTS = 20_000
"""Values of the counter of text; between them it is joined."""

Event = dict[str, Any]
Returned = dict[tuple[str, int, str], list[float]]
"""When tools returned, by task, attempt and call, in order; seconds since 1970."""


def trace_text(subject: Subject, journal: Iterable[ev.RunEvent | ev.UnknownEvent]) -> Iterator[str]:
    """The trace as JSON, an event on each line.

    Args:
        subject: The run.
        journal: Its events, for what the Run does not keep: when tools returned, when text came.
    """
    about = {
        "run": subject.run.id,
        "title": subject.title,
        "standing": subject.standing,
        "started": ev.iso(subject.run.started),
        "orchtui": __version__,
    }
    head = json.dumps(about, ensure_ascii=False)
    yield escaped_in_json(f'{{"displayTimeUnit":"ms","otherData":{head},"traceEvents":[') + "\n"
    between = ""
    for event in trace(subject, journal):
        yield between + escaped_in_json(json.dumps(event, ensure_ascii=False))
        between = ",\n"
    yield "\n]}\n"


def trace(subject: Subject, journal: Iterable[ev.RunEvent | ev.UnknownEvent]) -> Iterator[Event]:
    """The events; see `trace_text`."""
    run = subject.run
    returned: Returned = defaultdict(list)
    text: list[tuple[float, int]] = []
    for event in journal:
        if isinstance(event, ev.ToolReturned):
            key = (event.task, event.attempt, event.call)
            returned[key].append(ev.seconds(event.at))
        elif isinstance(event, ev.TextDelta):
            text.append((ev.seconds(event.at), len(event.text)))
    tracer = _Tracer(subject, returned)
    yield from tracer.names()
    for task in subject.every_task:
        yield from tracer.task(task)
    yield from tracer.counters(text)
    yield from tracer.moments(run)


class _Tracer:
    def __init__(self, subject: Subject, returned: Returned) -> None:
        self._subject, self._run = subject, subject.run
        self._returned = {key: iter(times) for key, times in returned.items()}
        self._pids: dict[str, int] = {}
        self._slots: dict[str, list[float]] = {}
        """Until when each slot of a backend is taken."""
        self._places: dict[tuple[str, int], tuple[int, int]] = {}
        """Process and thread of each attempt, by task and its order among the attempts."""
        self._seat()

    def _seat(self) -> None:
        """Give every attempt the first slot of its backend that is free."""
        every = [
            (attempt.started, task.id, number, attempt)
            for task in self._subject.every_task
            for number, attempt in enumerate(task.attempts)
            if attempt.number
        ]
        for started, task_id, number, attempt in sorted(every, key=lambda one: one[:3]):
            pid = self._pids.setdefault(attempt.backend, len(self._pids) + _RUN_PID + 1)
            slots = self._slots.setdefault(attempt.backend, [])
            free = (at for at, until in enumerate(slots) if until <= started)
            slot = next(free, len(slots))
            if slot == len(slots):
                slots.append(0.0)
            slots[slot] = self._end(attempt)
            self._places[task_id, number] = (pid, slot + 1)

    def _end(self, attempt: Attempt) -> float:
        return max(attempt.started, self._subject.now if attempt.ended is None else attempt.ended)

    def _ts(self, moment: float) -> int:
        return max(0, round((moment - self._run.started) * 1_000_000))

    def names(self) -> Iterator[Event]:
        """How processes and threads are called and ordered."""
        yield _named("process_name", _RUN_PID, 0, name=f"run: {self._subject.title}")
        yield _named("process_sort_index", _RUN_PID, 0, sort_index=0)
        yield _named("thread_name", _RUN_PID, 0, name="run")
        for backend, pid in self._pids.items():
            yield _named("process_name", pid, 0, name=clean_line(backend) or "backend")
            yield _named("process_sort_index", pid, 0, sort_index=pid)
            for number in range(1, len(self._slots[backend]) + 1):
                yield _named("thread_name", pid, number, name=f"slot {number}")

    def task(self, task: TaskRun) -> Iterator[Event]:
        """A task's attempts, tools and waits."""
        for number, attempt in enumerate(task.attempts):
            if not attempt.number:
                at = self._at("i", "taken over", attempt.started)
                yield {**at, "cat": "task", "s": "p", "args": {"task": task.id}}
                continue
            yield from self._attempt(task, number, attempt)
            if attempt.queued is not None and attempt.queued < attempt.started:
                yield from self._wait(task, number, "waits", attempt.queued, attempt.started)
            if attempt.resumes is not None and attempt.ended is not None:
                follows = task.attempts[number + 1] if number + 1 < len(task.attempts) else None
                known = follows.queued if follows is not None else task.waits
                until = attempt.resumes if known is None else min(attempt.resumes, known)
                until = min(until, max(self._subject.now, attempt.ended))
                if until > attempt.ended:
                    yield from self._wait(
                        task, number, "before it is retried", attempt.ended, until
                    )
                pid, tid = self._places[task.id, number]
                what = "overtaken" if attempt.overtaken else "retry"
                retry = self._at("i", f"{what}: {_short(task)}", attempt.ended, pid, tid)
                args = {"why": clean_line(attempt.message), "error": attempt.error}
                yield {**retry, "cat": "retry", "s": "t", "args": args}

    def _attempt(self, task: TaskRun, number: int, attempt: Attempt) -> Iterator[Event]:
        pid, tid = self._places[task.id, number]
        start, end = self._ts(attempt.started), self._ts(self._end(attempt))
        args: dict[str, Any] = {
            "task": task.id,
            "title": task.task.label,
            "attempt": attempt.number,
            "specialist": attempt.instance,
            "model": attempt.model,
            "outcome": _outcome(task, attempt),
            "message": clean_line(attempt.message),
            "characters": attempt.length,
            "tokens_in": attempt.usage.input,
            "tokens_out": attempt.usage.output,
            "cost_usd": attempt.cost.exact,
            "program": None if attempt.program is None else msgspec.to_builtins(attempt.program),
        }
        name = _short(task) + (f" (attempt {attempt.number})" if attempt.number > 1 else "")
        slice_ = self._at("X", name, attempt.started, pid, tid)
        yield {**slice_, "cat": "attempt", "dur": end - start, "args": args}
        for place, tool in enumerate(attempt.tools):
            times = self._returned.get((task.id, attempt.number, tool.call), iter(()))
            back = min(max(next(times, tool.at), tool.at), max(self._end(attempt), tool.at))
            words = call_words(tool.name, tool.arguments, 120)
            mark = f"{task.id}/{number}/tool/{place}"
            told = {"task": task.id, "ok": tool.ok}
            yield from self._async("tool", words, mark, tool.at, back, told, pid)

    def _wait(
        self, task: TaskRun, number: int, what: str, start: float, end: float
    ) -> Iterator[Event]:
        mark = f"{task.id}/{number}/{what}"
        name = f"{_short(task)} {what}"
        yield from self._async("wait", name, mark, start, end, {"task": task.id}, _RUN_PID)

    def _async(
        self, cat: str, name: str, mark: str, start: float, end: float, args: Event, pid: int
    ) -> Iterator[Event]:
        begin = self._at("b", name, start, pid)
        yield {**begin, "cat": cat, "id": mark, "args": args}
        yield {**self._at("e", name, end, pid), "cat": cat, "id": mark}

    def counters(self, text: list[tuple[float, int]]) -> Iterator[Event]:
        """Attempts at once, tokens of all that have ended, and characters that arrived."""
        steps: dict[int, int] = defaultdict(int)
        tokens: list[tuple[float, int, int]] = []
        for task in self._subject.every_task:
            for attempt in task.attempts:
                if not attempt.number:
                    continue
                steps[self._ts(attempt.started)] += 1
                steps[self._ts(self._end(attempt))] -= 1
                if attempt.ended is not None and attempt.usage.total:
                    tokens.append((attempt.ended, attempt.usage.input, attempt.usage.output))
        running = 0
        for at in sorted(steps):
            running += steps[at]
            yield _counter("attempts at once", at, {"running": running})
        came = went = 0
        for moment, more_in, more_out in sorted(tokens):
            went, came = went + more_in, came + more_out
            yield _counter("tokens", self._ts(moment), {"in": went, "out": came})
        every, total = -(-len(text) // _MOST_POINTS) or 1, 0
        for number, (moment, length) in enumerate(text, 1):
            total += length
            if number % every == 0 or number == len(text):
                yield _counter("characters", self._ts(moment), {"received": total})

    def moments(self, run: Run) -> Iterator[Event]:
        """What concerns the whole run: sessions, races, warnings, what a person did."""
        told = [(session.started, "session", "resumed") for session in run.sessions[1:]]
        told += [
            (ev.seconds(race.at), "race", race_line(run, race, clean_line)) for race in run.races
        ]
        told += [
            (ev.seconds(one.at), "budget", f"budget: {warning_words(one)}")
            for one in run.budget_warnings
        ]
        told += [
            (ev.seconds(one.at), "by hand", clean_line(f"{one.action} {one.task or ''}".strip()))
            for one in run.wishes
        ]
        if run.finished is not None:
            told.append((ev.seconds(run.finished.at), "end", run.finished.verdict))
        for moment, cat, words in told:
            yield {**self._at("i", words, moment), "cat": cat, "s": "g"}

    def _at(self, ph: str, name: str, moment: float, pid: int = _RUN_PID, tid: int = 0) -> Event:
        return {"ph": ph, "name": name, "pid": pid, "tid": tid, "ts": self._ts(moment)}


def _outcome(task: TaskRun, attempt: Attempt) -> str:
    if attempt.completed or attempt.overtaken:
        return "completed" if attempt.completed else "overtaken"
    return attempt.error or task.status


def _named(what: str, pid: int, tid: int, **args: object) -> Event:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "ts": 0, "args": args}


def _counter(name: str, at: int, values: dict[str, int]) -> Event:
    return {"ph": "C", "name": name, "pid": _RUN_PID, "tid": 0, "ts": at, "args": values}


def _short(task: TaskRun) -> str:
    place = f"{task.task.position}. " if task.task.position else ""
    return clean_line(f"{place}{task.task.label}", 100)
