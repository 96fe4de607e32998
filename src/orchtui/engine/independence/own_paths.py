"""Paths put right: an output of its own for each task, and a declaration that says what is meant.

A path is renamed where it is declared and where the words name it, never as a
part of a longer one. This module never touches a file.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from orchtui.engine.independence import merging
from orchtui.engine.independence.report import Evidence, Finding
from orchtui.engine.independence.same_files import meet
from orchtui.engine.paths.paths import is_glob, normal
from orchtui.engine.plans.plan import Plan, Task


class Contradiction(NamedTuple):
    """What the words say is written, and what is declared in its place."""

    task: str
    said: str
    declared: str
    beside: bool
    """Whether the words name the declared path too, so that both are meant."""


_EDITING = frozenset(
    "add append insert fix edit update change rename refactor remove delete format sort "
    "move".split()
)
_MAKING = frozenset("write create generate make draft build produce save store export".split())
"""Verbs whose object may as well have another name."""


def can_differ(finding: Finding, tasks: Sequence[Task]) -> bool:
    """Whether each task but the first can have outputs of its own.

    Not for a program, whose arguments nobody can rename safely, for a folder or a
    pattern, or for a file that the task reads too: it may be meant to go on with it.
    """
    first, later = tasks[0], tasks[1:]
    if any(_edits(words, task) for task in tasks for words in finding.evidence):
        return False
    return all(
        not task.command
        and paths
        and all(_is_file(path) for path in paths)
        and paths.isdisjoint(map(normal, task.reads))
        and not _still_meet(finding, first, task, paths)
        for task, paths in ((task, _shared(finding, first, task)) for task in later)
    )


def _edits(words: Evidence, task: Task) -> bool:
    """Whether a prompt changes a file that is there: `fix the header in index.html`."""
    if words.task != task.id or words.field != "prompt":
        return False
    before = task.prompt[: words.start].rstrip(" `'\"*")
    verb = task.prompt.split(maxsplit=1)[0].lower() if task.prompt.strip() else ""
    puts = before.endswith((" to", " into", " as", " in")) and verb not in _EDITING
    makes = verb in _MAKING and not before.endswith(" in")
    return not (puts or makes)


def _still_meet(finding: Finding, first: Task, later: Task, paths: set[str]) -> bool:
    """Whether two tasks would write one file even when these paths have other names."""
    declared, here = set(map(normal, first.writes)), set(map(normal, later.writes))
    quoted = set(map(normal, _quoted(finding.evidence, first)))
    # A new name stays in the same folder, and so inside what holds the old one.
    if any(one != path and meet(one, path) for one in here | paths for path in declared | quoted):
        return True
    # A path that one declares and the other's words name may be written by both as well.
    return any(_mention(path).search(later.prompt) for path in declared - paths) or any(
        _mention(path).search(first.prompt) for path in here - paths
    )


def made_different(plan: Plan, finding: Finding, tasks: Sequence[Task]) -> Plan:
    """The plan in which each task but the first writes files named after it."""
    taken = {normal(path) for task in plan.tasks for path in (*task.writes, *task.reads)}
    words = [task.prompt for task in plan.tasks]
    for task in tasks[1:]:
        changed = plan.task(task.id)
        for path in sorted(_shared(finding, tasks[0], task)):
            own = next(
                name
                for name in _names(path, task.id)
                if name not in taken and not any(name in prompt for prompt in words)
            )
            taken.add(own)
            changed = _renamed(changed, path, own)
        plan = merging.put(plan, changed)
    return plan


def contradiction(finding: Finding, by_id: Mapping[str, Task]) -> Contradiction | None:
    """The two paths of a task whose words name another output than it declares."""
    said = next((one for one in finding.evidence if one.field == "prompt"), None)
    declared = next((one for one in finding.evidence if one.field.startswith("writes[")), None)
    if said is None or declared is None or said.task != declared.task:
        return None
    path = said.text.strip("`'\"")
    if not _may_be_declared(path) or normal(path) == normal(declared.text):
        return None
    task = by_id[said.task]
    written = task.writes[int(declared.field.removeprefix("writes[").rstrip("]"))]
    return Contradiction(task.id, path, written, bool(_mention(written).search(task.prompt)))


def declared_as_said(plan: Plan, finding: Finding) -> Plan:
    """The plan in which the task declares the output that its words name."""
    paths = contradiction(finding, {task.id: task for task in plan.tasks})
    assert paths is not None
    task = plan.task(paths.task)
    if paths.beside:
        return merging.put(plan, replace(task, writes=(*task.writes, paths.said)))
    writes = dict.fromkeys(paths.said if one == paths.declared else one for one in task.writes)
    return merging.put(plan, replace(task, writes=tuple(writes)))


def _shared(finding: Finding, first: Task, later: Task) -> set[str]:
    """What both write: what is declared twice, and what the finding quotes of the later one."""
    of_first = {normal(path) for path in first.writes}
    quoted = {normal(path) for path in _quoted(finding.evidence, first)}
    found = {path for path in map(normal, later.writes) if path in of_first}
    for path in map(normal, _quoted(finding.evidence, later)):
        if quoted and path not in quoted and path not in of_first:
            # The two differ, so that one holds or matches the other: no name helps.
            return set()
        found.add(path)
    return found


def _quoted(evidence: Sequence[Evidence], task: Task) -> Iterator[str]:
    for words in evidence:
        if words.task == task.id and (words.field == "prompt" or words.field.startswith("writes[")):
            yield words.text.strip("`'\"")


def _is_file(path: str) -> bool:
    """Whether a path plainly names one file, which has an extension."""
    stem, extension = posixpath.splitext(path)
    named = re.fullmatch(r"\.\w{1,12}", extension) is not None
    return named and not is_glob(path) and " " not in path


def _names(path: str, task_id: str) -> Iterator[str]:
    stem, extension = posixpath.splitext(path)
    yield f"{stem}-{task_id}{extension}"
    number = 2
    while True:
        yield f"{stem}-{task_id}-{number}{extension}"
        number += 1


def _mention(path: str) -> re.Pattern[str]:
    """Finds a path in words, and not as a part of a longer one."""
    # A dot behind it may end the sentence; before a letter it is part of a longer name.
    return re.compile(rf"(?<![\w/.*-])(?:\./)*{re.escape(path)}(?![\w/*-]|\.\w)")


def _renamed(task: Task, path: str, own: str) -> Task:
    mention = _mention(path)

    def said(text: str) -> str:
        return mention.sub(lambda _: own, text)

    return replace(
        task,
        title=said(task.title),
        prompt=said(task.prompt),
        writes=tuple(own if normal(one) == path else one for one in task.writes),
    )


def _may_be_declared(path: str) -> bool:
    """Whether a plan file may have this path: below the project folder, and visible."""
    return (
        bool(path)
        and path.isprintable()
        and not path.startswith(("/", "~"))
        and normal(path).split("/")[0] not in ("..", ".")
    )
