"""A run as one JSON object: plan, schedule, tasks, attempts, texts and figures.

The form is numbered and told in docs/exports.md; keys are only ever added to it.
Every figure comes from `verdict`. This module never writes a file.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec

from orchtui import __version__
from orchtui.engine.exports.subject import Subject
from orchtui.engine.run_events.events import iso, output_file
from orchtui.engine.runs import rehearsed, verdict
from orchtui.engine.runs.costs import Cost
from orchtui.engine.runs.run import Attempt, Run, Session, TaskRun
from orchtui.engine.telling import run_result
from orchtui.engine.telling.program_told import largest
from orchtui.engine.text import escaped_in_json
from orchtui.engine.timing.time_report import time_report

FORMAT = 1
"""Version of the object's form."""


def object_text(subject: Subject) -> Iterator[str]:
    """The object as indented JSON, without a character that acts on a terminal.

    Args:
        subject: The run.
    """
    whole = msgspec.json.encode(run_object(subject))
    yield escaped_in_json(msgspec.json.format(whole, indent=1).decode()) + "\n"


def run_object(subject: Subject) -> dict[str, Any]:
    """The object as plain values."""
    run = subject.run
    return {
        "format": FORMAT,
        "orchtui": __version__,
        "run": run.id,
        "title": subject.title,
        "standing": subject.standing,
        "verdict": verdict.verdict(run) if run.finished is not None else None,
        "as_of": iso(subject.now),
        "started": iso(run.started),
        "ended": iso(run.sessions[-1].last_end) if run.finished is not None else None,
        "parent": run.parent or None,
        "rehearsal": rehearsed.share(run),
        "notes": [note._asdict() for note in subject.notes()],
        "figures": _figures(subject),
        "time": msgspec.to_builtins(time_report(run, subject.now)),
        "sessions": [_session(session) for session in run.sessions],
        "plan": msgspec.to_builtins(run.plan),
        "schedule": msgspec.to_builtins(run.schedule),
        "tasks": [_task(subject, task) for task in run.tasks.values()],
        "synthesis": _task(subject, run.aggregate) if run.aggregate is not None else None,
        "aggregated": _built(run.aggregated),
        "reduced": msgspec.to_builtins(run.reduced),
        "result": run_result.result(run, output_file) if run.aggregated is not None else None,
        "chosen": _built(run.chosen) if run.choice is not None else None,
        "ratings": msgspec.to_builtins(run.ratings),
        "judgements": msgspec.to_builtins(run.judgements),
        "races": msgspec.to_builtins(run.races),
        "by_hand": msgspec.to_builtins(run.wishes),
        "added": [one.scheduled.id for one in run.added],
        "budget_warnings": msgspec.to_builtins(run.budget_warnings),
        "storage": msgspec.to_builtins(run.storage),
    }


def _built(value: object) -> Any:
    return None if value is None else msgspec.to_builtins(value)


def _figures(subject: Subject) -> dict[str, Any]:
    run = subject.run
    slowest, large = verdict.bottleneck(run), largest(run)
    ended = run.finished is not None
    return {
        "census": msgspec.to_builtins(verdict.census(run)),
        "makespan_s": round(verdict.makespan(run, subject.now), 3),
        "sequential_s": round(verdict.sequential(run), 3),
        "speedup": verdict.speedup(run) if ended else None,
        "bottleneck": slowest.id if slowest is not None else None,
        "largest_program": large.id if large is not None else None,
        "usage": msgspec.to_builtins(run.usage),
        **_cost(verdict.cost(run)),
    }


def _cost(cost: Cost) -> dict[str, float | None]:
    return {"cost": cost.exact, "cost_at_least": cost.at_least}


def _session(session: Session) -> dict[str, Any]:
    return {
        "started": iso(session.started),
        "last_end": iso(session.last_end),
        "kept": session.kept,
        "again": dict(session.again),
        "cluster": session.cluster or None,
    }


def _task(subject: Subject, task: TaskRun) -> dict[str, Any]:
    run = subject.run
    return {
        "id": task.id,
        "title": task.task.label,
        "position": task.task.position,
        "status": task.status,
        "priority": task.task.priority,
        "rehearsal": rehearsed.task_badge(run, task) or None,
        "prompt": task.task.prompt,
        "command": list(task.task.command),
        "after": list(task.task.after),
        "behind": list(task.task.behind),
        "ended": iso(task.ended) if task.ended is not None else None,
        "error": task.error,
        "why": task.why or None,
        "output": task.output or None,
        "stop_reason": task.stop_reason or None,
        "reused_from": task.reused.run if task.reused is not None else None,
        "text": task.text,
        "usage": msgspec.to_builtins(task.usage),
        "program": _built(task.program),
        **_cost(task.cost),
        "attempts": [_attempt(run, attempt, subject.now) for attempt in task.attempts],
        "hedges": [_hedge(hedge, subject.now) for hedge in task.hedges],
    }


def _hedge(hedge: Attempt, now: float) -> dict[str, Any]:
    """A second attempt beside another one; its text is that of an attempt, where it won."""
    return {
        "number": hedge.number,
        "started": iso(hedge.started),
        "ended": iso(hedge.ended) if hedge.ended is not None else None,
        "seconds": round(hedge.seconds(now), 3),
        "worker": hedge.worker,
        "won": hedge.completed,
        "error": hedge.error,
        "message": hedge.message or None,
        "usage": msgspec.to_builtins(hedge.usage),
        "program": _built(hedge.program),
        **_cost(hedge.cost),
    }


def _attempt(run: Run, attempt: Attempt, now: float) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "queued": iso(attempt.queued) if attempt.queued is not None else None,
        "started": iso(attempt.started),
        "ended": iso(attempt.ended) if attempt.ended is not None else None,
        "seconds": round(attempt.seconds(now), 3),
        "backend": attempt.backend,
        "model": attempt.model,
        "worker": attempt.worker,
        "waited_for_worker_s": round(attempt.awaited_s, 3),
        "specialist": attempt.specialist,
        "instance": attempt.instance,
        "completed": attempt.completed,
        "throttled": attempt.throttled,
        "overtaken": attempt.overtaken,
        "error": attempt.error,
        "message": attempt.message or None,
        "usage": msgspec.to_builtins(attempt.usage),
        "program": _built(attempt.program),
        **_cost(attempt.cost),
        "text": attempt.text,
        "tools": [{**dataclasses.asdict(tool), "at": iso(tool.at)} for tool in attempt.tools],
        "refused": msgspec.to_builtins(attempt.refused),
        "files": _built(attempt.files),
    }
