"""Findings made by hand, plans from a small vocabulary, and what fixes make of them."""

import re

from hypothesis import strategies as st

from orchtui.engine.independence import Evidence, Finding
from orchtui.engine.independence.fixes import apply, offers
from orchtui.engine.independence.report import FindingKind
from orchtui.engine.independence.task_index import TaskIndex
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Plan, Task


def plan_of(*prompts: str, **fields: object) -> Plan:
    """A plan with a task for each prompt: a, b, c, …"""
    tasks = (Task(id=chr(97 + at), prompt=prompt) for at, prompt in enumerate(prompts))
    return Plan(tasks=tuple(tasks), **fields)  # type: ignore[arg-type]


def quote(task: Task, words: str, field: str = "prompt") -> Evidence:
    """Evidence for words of a task, where they first stand by themselves."""
    name, _, index = field.rstrip("]").partition("[")
    text = getattr(task, name)[int(index)] if index else getattr(task, name)
    match = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)
    assert match is not None
    return Evidence(task=task.id, field=field, start=match.start(), end=match.end(), text=words)


def found(
    kind: FindingKind, *tasks: str, evidence: tuple[Evidence, ...] = (), rule: str = ""
) -> Finding:
    """A finding about tasks; of two that hand something over the first is needed."""
    directed = kind in ("declared", "dependency")
    return Finding(
        id=":".join((kind, *tasks)),
        kind=kind,
        severity="warning",
        before=tasks[0] if directed else None,
        after=tasks[1] if directed else None,
        tasks=tasks,
        evidence=evidence,
        message="",
        rule=rule,
    )


def pointer(plan: Plan, task_id: str, *words: str) -> Finding:
    """A finding that words of a task point at nothing."""
    task = plan.task(task_id)
    return found("not_self_contained", task_id, evidence=tuple(quote(task, w) for w in words))


def labels(plan: Plan, finding: Finding) -> dict[str, str]:
    """What is offered, by id."""
    known = TaskIndex([task for task in plan.tasks if task.enabled], plan.request)
    return {fix.id: fix.label for fix in offers(finding, known)}


def fixed(plan: Plan, finding: Finding, fix_id: str) -> Plan:
    """The plan after a fix, which is a plan that a file can hold."""
    changed = apply(plan, finding, fix_id)
    assert parse_plan(dump_plan(changed)) == changed
    return changed


PATHS = ("out/a.md", "./out/a.md", "out/b.md", "out", "out/*.md", "data/x.csv")
PROMPTS = (
    "Research caching.",
    "Write the tutorial, as discussed.",
    "Review it",
    "Summarize the above in three points.",
    "Continue writing the report",
    "Save a list of tools to out/a.md.",
    "Draft a poem\n\nwith two verses",
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Valid plans of up to five tasks, with all that may be declared."""
    ids = draw(st.permutations("abcde"))[: draw(st.integers(1, 5))]
    paths = st.lists(st.sampled_from(PATHS), max_size=2, unique=True).map(tuple)
    tasks = {}
    for place, task_id in enumerate(ids):
        program = draw(st.booleans()) and draw(st.booleans())
        needed = (
            draw(st.lists(st.sampled_from(ids[:place]), max_size=2, unique=True)) if place else []
        )
        tasks[task_id] = Task(
            id=task_id,
            title=draw(st.sampled_from(("", "Notes", "Review it"))),
            prompt=draw(st.sampled_from(PROMPTS)),
            command=("make", "docs") if program else (),
            backend=None if program else draw(st.sampled_from((None, "local"))),
            specialist=draw(st.sampled_from((None, "writer"))),
            priority=draw(st.sampled_from(("critical", "normal"))),
            timeout=draw(st.sampled_from((None, 0.25, 90.0))),
            estimate=draw(st.sampled_from((None, 0.1, 0.2))),
            reads=draw(paths),
            writes=draw(paths),
            after=tuple(needed),
            enabled=draw(st.integers(0, 5)) > 0,
        )
    return Plan(request="Two things", tasks=tuple(tasks[one] for one in sorted(tasks)))
