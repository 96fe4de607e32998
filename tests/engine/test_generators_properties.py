"""What holds for every entry that stands for many tasks, whatever it says."""

import json
import re
from math import prod
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.generators.entry_keys import LISTS
from orchtui.engine.generators.placeholders_in import filled, names_in
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import SLUG

VALUES = st.text(st.sampled_from("abé日 -+{}.1"), min_size=1, max_size=30).filter(str.strip)
LISTED = st.lists(VALUES, min_size=1, max_size=3, unique_by=lambda value: " ".join(value.split()))


@st.composite
def entries(draw: st.DrawFn, keys: tuple[str, ...] = ("variants", *LISTS), depth: int = 2) -> Any:
    """An entry of `tasks`, in the words of a plan file."""
    here = draw(st.lists(st.sampled_from(keys), unique=True, max_size=2)) if keys else []
    entry: dict[str, Any] = {
        key: draw(st.integers(1, 3)) if key == "variants" else draw(LISTED) for key in here
    }
    left = tuple(key for key in keys if key not in here)
    if depth and draw(st.booleans()):
        one = entries(left, depth - 1)
        entry["stages"] = draw(st.lists(st.one_of(one, st.lists(one, min_size=1, max_size=2)),
                                        min_size=1, max_size=3))  # fmt: skip
    else:
        outer = [key for key in ("variants", *LISTS) if key not in left]
        names = [LISTS.get(key, "variant") for key in outer if key in here]
        entry["prompt"] = "Do " + " ".join(f"{{{name}}}" for name in names)
        if draw(st.booleans()):
            entry["writes"] = ["out/n.md"]
        if draw(st.booleans()):
            entry["title"] = "T"
    return entry


def count(entry: Any) -> int:
    inside = sum(
        count(one)
        for stage in entry.get("stages", [])
        for one in (stage if isinstance(stage, list) else [stage])
    )
    lists = prod(len(entry[key]) for key in LISTS if key in entry)
    return (inside if "stages" in entry else 1) * lists * int(entry.get("variants", 1))


@given(st.lists(entries(), min_size=1, max_size=3))
def test_what_comes_out_is_an_ordinary_plan(listed: list[Any]) -> None:
    text = json.dumps({"limits": {"max_tasks": 20_000}, "tasks": listed})
    plan = parse_plan(text)
    assert len(plan.tasks) == sum(map(count, listed))
    ids = [task.id for task in plan.tasks]
    assert len(set(ids)) == len(ids)
    assert all(map(SLUG.fullmatch, ids))
    assert all(set(task.after) < set(ids) for task in plan.tasks)
    assert parse_plan(dump_plan(plan)) == plan


@given(st.lists(entries(), min_size=2, max_size=3), st.data())
def test_who_waits_for_an_entry_waits_for_what_nobody_else_in_it_waits_for(
    listed: list[Any], data: st.DataObject
) -> None:
    for number, entry in enumerate(listed):
        entry["id"] = f"e{number}"
        if number:
            before = st.sampled_from([f"e{other}" for other in range(number)])
            entry["after"] = data.draw(st.lists(before, min_size=1, max_size=2, unique=True))
    plan = parse_plan(json.dumps({"limits": {"max_tasks": 20_000}, "tasks": listed}))
    assert parse_plan(dump_plan(plan)) == plan
    of_entry = {
        name: [task for task in plan.tasks if re.match(rf"{name}(?![0-9])", task.id)]
        for name in (entry["id"] for entry in listed)
    }
    inside = {name: {task.id for task in tasks} for name, tasks in of_entry.items()}
    ends = {
        name: inside[name] - {other for task in tasks for other in task.after}
        for name, tasks in of_entry.items()
    }
    for entry in listed:
        waited_for = set[str]().union(*(ends[name] for name in entry.get("after", [])))
        for task in of_entry[entry["id"]]:
            own = inside[entry["id"]]
            # The first stage waits for others, all later ones for the stage before.
            assert (
                set(task.after) <= own if set(task.after) & own else (set(task.after) == waited_for)
            )


@given(st.lists(entries(), min_size=1, max_size=3))
def test_tasks_made_for_different_items_write_different_files(listed: list[Any]) -> None:
    plan = parse_plan(json.dumps({"limits": {"max_tasks": 20_000}, "tasks": listed}))
    # Those of one item have one file, and are one after the other or asked for as they stand.
    entry_of = [number for number, entry in enumerate(listed, 1) for _ in range(count(entry))]
    for number, entry in enumerate(listed, 1):
        if "stages" in entry or count(entry) == 1:
            continue
        written = [
            path for task, at in zip(plan.tasks, entry_of, strict=True) if at == number
            for path in task.writes
        ]  # fmt: skip
        assert len(set(written)) == len(written)


@given(LISTED, LISTED, st.integers(1, 3))
def test_every_placeholder_is_filled(subjects: list[str], languages: list[str], many: int) -> None:
    entry = {
        "subjects": subjects,
        "languages": languages,
        "variants": many,
        "title": "<{subject}|{language}|{variant}|{n}>",
        "prompt": "<{subject}|{language}|{variant}|{n}>",
    }
    plan = parse_plan(json.dumps({"tasks": [entry]}))
    wanted = [
        f"<{' '.join(s.split())}|{' '.join(g.split())}|{v}|"
        for s in subjects for g in languages for v in range(1, many + 1)
    ]  # fmt: skip
    for number, (task, words) in enumerate(zip(plan.tasks, wanted, strict=True), 1):
        assert task.prompt == task.title
        assert task.prompt.endswith(f"|{number}>")
        assert [part.split() for part in task.prompt.split("|")][:3] == [
            part.split() for part in words.split("|")
        ][:3]


@given(st.text(st.sampled_from("{}ab n"), max_size=30))
@example("{a{b}}")
def test_filling_leaves_nothing_to_be_filled(text: str) -> None:
    values = {name: "!" for name, _ in names_in(text)}
    made = filled(text, values)
    assert made.count("!") == len(list(names_in(text)))
    if "{{" not in text:  # a doubled brace is one brace, which may then stand before a name
        assert not list(names_in(made))
    letters = "".join(sign for sign in filled(text, {}) if sign not in "{}")
    assert letters == text.replace("{", "").replace("}", "")


KEYS = st.sampled_from(
    ["id", "title", "prompt", "variants", "subjects", "stages", "after", "table", "files", "writes"]
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.integers(-1, 3), st.sampled_from(["a", "{subject}", "{", "", "{n}"])),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3), st.dictionaries(KEYS, inside, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(KEYS, ANYTHING, max_size=5), max_size=3))
def test_whatever_is_written_is_a_plan_or_told(listed: list[Any]) -> None:
    try:
        plan = parse_plan(json.dumps({"tasks": listed}))
    except InputError as error:
        assert error.problems
    else:
        assert parse_plan(dump_plan(plan)) == plan
