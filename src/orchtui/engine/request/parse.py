"""Request text in plain words → Plan, without a model.

The steps: read and unwrap the text; find its lists, on lines or inline; take
out limits, priorities and the closing clause; say each task as an instruction
of its own; look for what is left open. The same text and the same file names
always give the same plan. Never invents a task, a subject or a file: what is
not said goes to `Plan.missing`.

A request that only lacks its subject ("Research from papers and blogs") or
points at something outside ("this tutorial") is not held back: its words are
kept as given, and the independence check warns of prompts that are not
self-contained.
"""

from dataclasses import replace
from pathlib import Path

from orchtui.engine.plans.plan import Limits, Plan, Task, numbered
from orchtui.engine.request import gaps, prompts
from orchtui.engine.request.drafts import Draft, Reading
from orchtui.engine.request.from_list import from_list, is_joint
from orchtui.engine.request.from_text import from_text
from orchtui.engine.request.inline_lists import inline_outline
from orchtui.engine.request.marks import take_priority
from orchtui.engine.request.markup import read, unwrap, without_emphasis
from orchtui.engine.request.meant_files import Folder
from orchtui.engine.request.outline import Outline, outline


def parse_request(text: str, folder: Path) -> Plan:
    """Make a plan of a request in plain words.

    Args:
        folder: The working folder, searched by name for files that the words mean.

    Raises:
        InputError: when the text is empty, binary, or larger than 1 MB.
    """
    words = read(text)
    body = without_emphasis(unwrap(words))
    files = Folder(folder)
    reading = _read(body, files)
    missing = [*reading.missing, *gaps.placeholders(take_priority(body, bare=False)[0])]
    return Plan(
        request=words,
        limits=Limits(
            concurrency=reading.marks.concurrency,
            timeout=reading.marks.timeout,
            deadline=reading.marks.deadline,
            retries=reading.marks.retries,
            budget_usd=reading.marks.budget_usd,
        ),
        aggregate=reading.aggregate or "collect",
        missing=tuple(dict.fromkeys(missing)),
        tasks=_tasks(reading, files),
    )


def _read(body: str, files: Folder) -> Reading:
    shape = outline(body)
    items = [item for group in shape.groups for item in group.items]
    if not items:
        shape = inline_outline(shape.text)
    elif len(items) == 1 and not shape.groups[0].head and not items[0].details:
        # A lone bullet is no list: its words are the request.
        text = " ".join(part for part in (items[0].text, shape.tail) if part)
        whole = inline_outline(body) if "\n" not in body else Outline()
        shape = whole if whole.groups else inline_outline(text)
    elif is_joint(shape):
        return from_text(body, files)
    return from_list(shape) if shape.groups else from_text(shape.text, files)


def _tasks(reading: Reading, files: Folder) -> tuple[Task, ...]:
    drafts = reading.drafts
    ids = list(numbered(len(drafts)))
    titles = prompts.unique([draft.title for draft in drafts])
    stages: dict[int, list[str]] = {}
    for task_id, draft in zip(ids, drafts, strict=True):
        stages.setdefault(draft.stage, []).append(task_id)
    return tuple(
        _task(
            task_id, title, _one_of(draft, len(drafts)), _after(draft, ids, stages), reading, files
        )
        for task_id, title, draft in zip(ids, titles, drafts, strict=True)
    )


def _after(draft: Draft, ids: list[str], stages: dict[int, list[str]]) -> tuple[str, ...]:
    named = [ids[position - 1] for position in draft.needs]
    return tuple(dict.fromkeys([*stages.get(draft.stage - 1, ()), *named]))


def _one_of(draft: Draft, number: int) -> Draft:
    """The draft of one of several tasks: what its remarks say of each, they say of it."""
    return draft if number < 2 else replace(draft, prompt=prompts.of_one(draft.prompt))


def _task(
    task_id: str,
    title: str,
    draft: Draft,
    after: tuple[str, ...],
    reading: Reading,
    files: Folder,
) -> Task:
    writes = files.written(draft.prompt)
    reads = dict.fromkeys([*draft.reads, *files.named(draft.prompt)])
    return Task(
        id=task_id,
        title=title,
        prompt=draft.prompt,
        priority=draft.marks.priority or reading.marks.priority or "normal",
        timeout=draft.marks.timeout,
        retries=draft.marks.retries,
        reads=tuple(path for path in reads if path not in writes),
        writes=writes,
        after=after,
    )
