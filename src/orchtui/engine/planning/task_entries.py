"""The tasks in a model's answer, read without trusting it, and held to what a plan file must be.

`read_tasks` takes what may be meant (a name for a key that others use, one path
in place of a list, an id with spaces) and has `plan_file` judge the rest, so that
a task from here is one that a file could hold. What is wrong is told in words
that the model can act on. What a model may not decide is left out and told. No
answer raises. This module never calls a model.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.planning.answer_form import WORKER_TOLD, json_line
from orchtui.engine.planning.surroundings import Surroundings
from orchtui.engine.plans.plan import SLUG, Plan, Task
from orchtui.engine.text import clean, clean_line
from orchtui.engine.texts.placeholders import placeholder_in

MAX_ANSWER = 400_000
"""Characters of an answer that are read."""
MOST_PROBLEMS = 20
_MOST_ITEMS = 100
"""Entries of a list inside of a task, and of what is missing."""
_LONGEST_QUESTION = 400

_KEYS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "name"),
    "prompt": ("prompt", "description", "instructions", "task"),
    "specialist": ("specialist", "agent"),
    "priority": ("priority",),
    "expected_output": ("expected_output", "output"),
    "rationale": ("rationale", "reason", "why"),
    "reads": ("reads",),
    "writes": ("writes",),
    "after": ("after", "depends_on", "dependencies"),
}
"""The key of a plan file, and what models call it where nobody holds them to a schema."""
_LISTS = frozenset({"reads", "writes", "after"})
_NOT_THEIRS = ("command", "env", "backend", "model", "tools")
"""What would say which programs run, which secrets they get, or what it costs."""

_NOT_IN_YAML = re.compile("[\ufffe\uffff]")
_FIRST_ON = re.compile(r", first on line \d+")


class Tasks(NamedTuple):
    """What came of the entries."""

    tasks: tuple[Task, ...] = ()
    """Whole and fitting only where `wrong` is empty."""
    wrong: tuple[str, ...] = ()
    """Why they are no tasks of a plan; for the model, and safe to show."""
    doubtful: tuple[str, ...] = ()
    """What is better mended, but was left out and can stay so."""
    notes: tuple[str, ...] = ()
    """What was left out."""


class _Unfit(Exception):
    """A value is not what its key may hold; the argument says what it may be."""


def read_tasks(entries: object, around: Surroundings, known: Sequence[str] = ()) -> Tasks:
    """The tasks of an answer's list.

    Args:
        entries: What stands where the list should be.
        around: Who is on hand.
        known: Ids of tasks that are there already, which the new ones may come after.
    """
    if not isinstance(entries, list):
        return Tasks(wrong=("the tasks must be a list of objects",))
    if not entries:
        return Tasks()
    wrong: list[str] = []
    notes: list[str] = []
    records: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        label = _label(number, entry)
        records.append(_record(entry, label, wrong))
        if isinstance(entry, dict) and (theirs := [key for key in _NOT_THEIRS if entry.get(key)]):
            notes.append(f"{label}: what a model may not decide was left out: {', '.join(theirs)}")
    _name(records, known)
    labels = [
        f"task {number} ('{record['id']}')" if SLUG.fullmatch(record["id"]) else f"task {number}"
        for number, record in enumerate(records, 1)
    ]
    doubtful = list(_settle_specialists(records, labels, around))
    wrong += _empty_words(records, labels)
    plan, more = _judged(records, labels, known)
    wrong += more
    return Tasks(
        plan.tasks if plan is not None else (),
        shortened(wrong),
        shortened(doubtful),
        shortened(notes),
    )


def questions(said: object) -> tuple[str, ...]:
    """What an answer says that is missing; what is no text is left out."""
    listed = said if isinstance(said, list) else [said]
    texts = (clean_line(one, _LONGEST_QUESTION) for one in listed if isinstance(one, str))
    return tuple(dict.fromkeys(filter(None, texts)))[:_MOST_ITEMS]


def words(said: object) -> str:
    """A text of an answer; empty for what is none."""
    return _text(said) if isinstance(said, str) else ""


def shortened(problems: Sequence[str]) -> tuple[str, ...]:
    """As many as somebody reads, each once."""
    told = list(dict.fromkeys(problems))
    if len(told) > MOST_PROBLEMS:
        told[MOST_PROBLEMS - 1 :] = [f"and {len(told) - MOST_PROBLEMS + 1} more like these"]
    return tuple(told)


def is_empty_prompt(prompt: str) -> bool:
    """Whether a prompt says nothing: empty, a placeholder, or the form's own words."""
    plain = prompt.strip()
    return not plain or plain.casefold() == WORKER_TOLD or placeholder_in(plain, "") is not None


# One entry


def _label(number: int, entry: object) -> str:
    """How it is told of before its id is known to be one."""
    title = entry.get("title") or entry.get("id") if isinstance(entry, dict) else None
    shown = clean_line(title, 40) if isinstance(title, str) else ""
    return f"task {number} ('{shown}')" if shown else f"task {number}"


def _record(entry: object, label: str, wrong: list[str]) -> dict[str, Any]:
    """What an entry says, by the keys of plan files; what does not fit is told and left out."""
    if isinstance(entry, str):
        return {"prompt": _text(entry)}
    if not isinstance(entry, dict):
        wrong.append(f"{label} is not an object")
        return {"prompt": label}
    record: dict[str, Any] = {}
    for key, names in _KEYS.items():
        said = next((entry[name] for name in names if entry.get(name) is not None), None)
        try:
            value = _items(said) if key in _LISTS else _one(said)
        except _Unfit as why:
            wrong.append(f"{label}: {key} must be {why}")
            continue
        if value:
            record[key] = value
    if "priority" in record:
        record["priority"] = "-".join(re.split(r"[\s_-]+", record["priority"].lower()))
    return record


def _one(said: object) -> str:
    if said is None:
        return ""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        raise _Unfit("text")
    return _text(str(said))


def _items(said: object) -> list[str]:
    if said is None:
        return []
    listed = said if isinstance(said, list) else [said]
    if len(listed) > _MOST_ITEMS:
        raise _Unfit(f"a list of {_MOST_ITEMS} texts at most")
    try:
        texts = [_one(one) for one in listed]
    except _Unfit:
        raise _Unfit("a list of texts") from None
    return list(dict.fromkeys(filter(None, texts)))


def _text(said: str) -> str:
    """Without what could act on a terminal, and what no plan file can hold."""
    return _NOT_IN_YAML.sub("\ufffd", clean(said)).strip()


# All of them together


def _name(records: Sequence[dict[str, Any]], known: Sequence[str]) -> None:
    """An id for each, as a plan file can have it; who is named by `after` goes by it too."""
    taken = {*known, *(_slug(record.get("id", "")) for record in records)}
    renamed: dict[str, str] = {}
    number = 0
    for record in records:
        said = record.get("id", "")
        if not (found := _slug(said)):
            number += 1
            while f"task-{number}" in taken:
                number += 1
            found = f"task-{number}"
        record["id"] = found
        if said:
            renamed[said] = found
    for record in records:
        if "after" in record:
            # One that is meant by nobody keeps its words, and is told as they are.
            named = [one if one in known else renamed.get(one, one) for one in record["after"]]
            record["after"] = [one if SLUG.fullmatch(one) else _slug(one) or one for one in named]


def _slug(said: str) -> str:
    """An id in the letters that plan files allow; empty where nothing is left."""
    if SLUG.fullmatch(said):
        return said
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", said).strip("-_.")[:64]


def _settle_specialists(
    records: Sequence[dict[str, Any]], labels: Sequence[str], around: Surroundings
) -> Iterator[str]:
    """Only who is on hand is kept; another one is told, and left open."""
    there = ", ".join(one.name for one in around.specialists)
    for record, label in zip(records, labels, strict=True):
        if (said := record.pop("specialist", None)) is None:
            continue
        if (name := around.named(said)) is not None:
            record["specialist"] = name
        else:
            yield f"{label}: there is no specialist '{clean_line(said, 40)}'; there are {there}"


def _empty_words(records: Sequence[dict[str, Any]], labels: Sequence[str]) -> Iterator[str]:
    for record, label in zip(records, labels, strict=True):
        prompt = record.get("prompt", "")
        if prompt and is_empty_prompt(prompt):
            yield f"{label}: its prompt says nothing: '{clean_line(prompt, 60)}'"


def _judged(
    records: Sequence[dict[str, Any]], labels: Sequence[str], known: Sequence[str]
) -> tuple[Plan | None, list[str]]:
    """The tasks as a plan file would have them, or what is wrong with them as one."""
    stubs = [json_line({"id": one, "prompt": "known"}) for one in known]
    lines = [*stubs, *map(json_line, records)]
    # One task a line: so a problem's line says whose it is.
    text = '{"tasks": [\n' + ",\n".join(lines) + "\n]}"
    try:
        plan = parse_plan(text)
    except InputError as error:
        found = []
        for problem in error.problems:
            place = problem.line - 2 - len(stubs)
            whose = f"{labels[place]}: " if 0 <= place < len(labels) else ""
            said = _FIRST_ON.sub("", problem.message).replace(" or a command", "")
            found.append(whose + said)
        return None, found
    return replace(plan, tasks=plan.tasks[len(stubs) :]), []
