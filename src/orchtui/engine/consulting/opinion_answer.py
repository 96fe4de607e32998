"""A model's answer about a plan, read without trusting it.

`read_answer` takes the one JSON object out of the text and looks at every entry
of it: the ids must be tasks of the plan, the quoted words must really stand in
the task. What does not fit is told in words and left out, whatever it is; no
answer raises. The words that a finding shows are the task's own, never the
model's. Everything found here is a guess: a warning, never an error.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2s
from typing import Any

import msgspec

from orchtui.engine.independence.report import Evidence, Finding, FindingKind
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line
from orchtui.engine.texts.json_answer import object_in

PREFIX = "model:"
"""What the ids of a model's findings begin with; no rule's do."""

MAX_ANSWER = 200_000
"""Characters of an answer that are read."""
MAX_ENTRIES = 60
"""Entries of an answer that are looked at, over all lists."""
MAX_PROBLEMS = 20
MAX_QUOTE = 400
"""Characters of a quote that are looked for: the beginning of verbatim words is verbatim."""
MAX_WHY = 240

_CONFLICTS: tuple[FindingKind, ...] = ("shared_resource", "write_conflict", "read_write")
"""What a conflict may be; the first one where the model does not say."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What a model said about a plan, as far as it could be used."""

    findings: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be used, and why; safe to show."""
    model: str | None = None
    """The one that answered."""
    usage: Usage = Usage()


class _Unfit(Exception):
    """An entry can not be used; the argument says why."""


def read_answer(plan: Plan, text: str) -> Opinion:
    """The findings of an answer. A code fence or words around its JSON object do not matter.

    Args:
        plan: What the model was asked about.
        text: The answer, as it came.
    """
    if len(text) > MAX_ANSWER:
        return Opinion(problems=(f"the answer is longer than {MAX_ANSWER:,} characters",))
    said = object_in(text, _LISTS.keys())
    if said is None:
        return Opinion(problems=(_not_an_object(text),))
    tasks = {task.id: task for task in plan.tasks if task.enabled}
    findings: dict[str, Finding] = {}
    problems: list[str] = []
    count = 0
    for name, read in _LISTS.items():
        entries = said.get(name, [])
        if not isinstance(entries, list):
            problems.append(f"'{name}' is not a list")
            continue
        for number, entry in enumerate(entries, 1):
            count += 1
            if count > MAX_ENTRIES:
                continue
            try:
                if not isinstance(entry, dict):
                    raise _Unfit("it is not an object")
                finding = read(entry, tasks)
            except _Unfit as why:
                problems.append(f"entry {number} of '{name}' was ignored: {why}")
            else:
                findings.setdefault(finding.id, finding)
    if count > MAX_ENTRIES:
        more = count - MAX_ENTRIES
        problems.append(f"{more:,} more entries were ignored; {MAX_ENTRIES} are read at most")
    if len(problems) > MAX_PROBLEMS:
        problems[MAX_PROBLEMS - 1 :] = [f"and {len(problems) - MAX_PROBLEMS + 1} more like these"]
    return Opinion(findings=tuple(findings.values()), problems=tuple(problems))


# The object


def _not_an_object(text: str) -> str:
    if not text.strip():
        return "the answer is empty"
    return f"the answer is not the JSON that was asked for: '{clean_line(text, 60)}'"


# The entries


def _dependency(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> Finding:
    before, after = _task(entry.get("before"), tasks), _task(entry.get("after"), tasks)
    _differ(before, after)
    return Finding(
        id=_id("dependency", before, after),
        kind="dependency",
        severity="warning",
        before=before.id,
        after=after.id,
        tasks=(before.id, after.id),
        evidence=(_words(after, entry.get("quote")),),
        message=_message(f"'{after.label}' needs what '{before.label}' makes", entry),
        rule="model",
        source="model",
    )


def _conflict(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> Finding:
    said = entry.get("kind", _CONFLICTS[0])
    kind = next((one for one in _CONFLICTS if one == said), None)
    if kind is None:
        raise _Unfit(f"kind is none of {', '.join(_CONFLICTS)}")
    return _pair(entry, tasks, kind, "'{}' and '{}' must not run at the same time")


def _duplicate(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> Finding:
    return _pair(entry, tasks, "duplicate", "'{}' and '{}' ask for the same")


def _pair(
    entry: Mapping[str, Any], tasks: Mapping[str, Task], kind: FindingKind, says: str
) -> Finding:
    ids, quotes = entry.get("tasks"), entry.get("quotes")
    if not isinstance(ids, list) or len(ids) != 2:
        raise _Unfit("tasks is not a list of two ids")
    if not isinstance(quotes, list) or len(quotes) != 2:
        raise _Unfit("quotes is not a list of two")
    pair = [(_task(one, tasks), quote) for one, quote in zip(ids, quotes, strict=True)]
    _differ(pair[0][0], pair[1][0])
    order = {task_id: number for number, task_id in enumerate(tasks)}
    pair.sort(key=lambda one: order[one[0].id])
    (first, _), (second, _) = pair
    return Finding(
        id=_id(kind, first, second),
        kind=kind,
        severity="warning",
        tasks=(first.id, second.id),
        evidence=tuple(_words(task, quote) for task, quote in pair),
        message=_message(says.format(first.label, second.label), entry),
        rule="model",
        source="model",
    )


def _not_self_contained(entry: Mapping[str, Any], tasks: Mapping[str, Task]) -> Finding:
    task = _task(entry.get("task"), tasks)
    return Finding(
        id=_id("not_self_contained", task),
        kind="not_self_contained",
        severity="warning",
        tasks=(task.id,),
        evidence=(_words(task, entry.get("quote")),),
        message=_message(f"the words of '{task.label}' do not say all that is needed", entry),
        rule="model",
        source="model",
    )


_LISTS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Task]], Finding]] = {
    "dependencies": _dependency,
    "conflicts": _conflict,
    "not_self_contained": _not_self_contained,
    "duplicates": _duplicate,
}


def _task(said: object, tasks: Mapping[str, Task]) -> Task:
    if not isinstance(said, str):
        raise _Unfit("it does not name its tasks")
    if said not in tasks:
        raise _Unfit(f"there is no task '{clean_line(said, 40)}'")
    return tasks[said]


def _differ(first: Task, second: Task) -> None:
    if first.id == second.id:
        raise _Unfit(f"it says something of '{first.id}' and itself")


def _id(kind: FindingKind, *tasks: Task) -> str:
    """Stays as long as the tasks' words do, whichever of them a model quotes this time."""
    words = (
        text
        for task in tasks
        for text in (task.title, task.prompt, *task.command, *task.reads, *task.writes)
    )
    said = "\0".join(words).encode("utf-8", "surrogatepass")
    digest = blake2s(said, digest_size=3).hexdigest()
    return PREFIX + ":".join((kind, *(task.id for task in tasks), digest))


def _message(says: str, entry: Mapping[str, Any]) -> str:
    why = entry.get("why")
    reason = clean_line(why, MAX_WHY) if isinstance(why, str) else ""
    return f"the model says that {says}" + (f": {reason}" if reason else "")


def _words(task: Task, quote: object) -> Evidence:
    """Where the quoted words stand in the task; white space between them may differ."""
    words = quote[:MAX_QUOTE].split() if isinstance(quote, str) else []
    if not words:
        raise _Unfit(f"it quotes no words of '{task.id}'")
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    for field, text in _texts(task):
        if found := pattern.search(text):
            return Evidence(
                task=task.id,
                field=field,
                start=found.start(),
                end=found.end(),
                text=found.group(),
            )
    raise _Unfit(f"its quote does not stand in '{task.id}': '{clean_line(' '.join(words), 60)}'")


def _texts(task: Task) -> Iterator[tuple[str, str]]:
    yield "prompt", task.prompt
    yield "title", task.title
    for name in ("reads", "writes", "after"):
        for index, text in enumerate(getattr(task, name)):
            yield f"{name}[{index}]", text
