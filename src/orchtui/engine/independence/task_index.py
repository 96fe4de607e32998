"""The tasks of a report, looked through once for the fixes of all its findings.

What is costly is made when it is first asked for. This module never changes a
task, and never says which fix makes sense.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from orchtui.engine.independence.report import Evidence, Finding
from orchtui.engine.independence.rewriting import FUNCTION_WORDS, POINTERS
from orchtui.engine.independence.words import verb
from orchtui.engine.plans.graph import Order
from orchtui.engine.plans.plan import Task
from orchtui.engine.request.lexicon import PREPOSITIONS
from orchtui.engine.text import clean_line

_NAME_LENGTH = 36
_WORDS = ("title", "prompt", "expected_output")
_LISTS = ("reads", "writes", "after")
_READ = 400
"""Characters of a prompt in which its subject is looked for."""
_SUBJECT_WORDS = 8
_KEPT_OPEN = frozenset({"of", "about"})
"""Prepositions that go on with a subject: `a tutorial about asyncio`."""
_BEFORE_VERB = re.compile(
    r"\A(?:(?:\d{1,3}[.)]|[-*•]+|please|then,?|now,?|next,?|first,?|also)\s+)+", re.IGNORECASE
)
_END_OF_OBJECT = re.compile(r"[.!?:;,](?=\s|\Z)|[\n(—–]")


class TaskIndex:
    """The tasks that a report is about, looked through once for all of its findings.

    Args:
        tasks: The enabled tasks, in the plan's order.
        request: The words that the plan came from, where they are known.
    """

    def __init__(self, tasks: Sequence[Task], request: str = "") -> None:
        self.tasks = tuple(tasks)
        self.by_id = {task.id: task for task in tasks}
        self.place = {task.id: index for index, task in enumerate(tasks)}
        self._request = request
        self._subjects: dict[str, str] = {}

    @cached_property
    def order(self) -> Order:
        """What `after` says, with all that follows from it."""
        return Order.of({task.id: task.after for task in self.tasks})

    @cached_property
    def needed_by(self) -> dict[str, list[Task]]:
        """For each task those that name it in `after`."""
        found: dict[str, list[Task]] = {task_id: [] for task_id in self.by_id}
        for task in self.tasks:
            for needed in task.after:
                if needed in found:
                    found[needed].append(task)
        return found

    @cached_property
    def _names(self) -> dict[str, str]:
        short = {task.id: clean_line(task.label, _NAME_LENGTH) for task in self.tasks}
        count = Counter(short.values())
        return {
            task_id: f"'{name}'" if count[name] == 1 else f"'{name}' ({task_id})"
            for task_id, name in short.items()
        }

    def name(self, task_id: str) -> str:
        """A task as the label of a fix calls it, with its id where others are called the same."""
        return self._names[task_id]

    def subjects(self, task_id: str) -> Iterator[str]:
        """What the tasks before this one are about, the nearest first; at last the request."""
        for task in reversed(self.tasks[: self.place[task_id]]):
            if task.id not in self._subjects:
                self._subjects[task.id] = subject_of(task.prompt)
            if subject := self._subjects[task.id]:
                yield subject
        if subject := subject_of(self._request):
            yield subject

    def in_order(self, finding: Finding) -> list[Task]:
        """The finding's tasks in the plan's order, each once."""
        return [self.by_id[one] for one in sorted(set(finding.tasks), key=self.place.__getitem__)]

    def stands(self, finding: Finding) -> bool:
        """Whether the finding's tasks and the words that show it are still there."""
        named = {*finding.tasks, finding.before, finding.after} - {None}
        return all(one in self.by_id for one in named) and all(
            words.task in self.by_id and is_quoted(words, self.by_id[words.task])
            for words in finding.evidence
        )


def is_quoted(words: Evidence, task: Task) -> bool:
    """Whether the words still stand where they were found."""
    field, _, index = words.field.rstrip("]").partition("[")
    text = ""
    if field in _WORDS and not index:
        text = getattr(task, field)
    elif field in _LISTS and index.isdecimal() and int(index) < len(getattr(task, field)):
        text = getattr(task, field)[int(index)]
    return bool(words.text) and text[words.start : words.end] == words.text


def subject_of(text: str) -> str:
    """What an instruction is about: the object of its first verb. Empty where there is none."""
    said = _BEFORE_VERB.sub("", text[:_READ].strip())
    words = _END_OF_OBJECT.split(said, maxsplit=1)[0].split()
    if len(words) < 2 or not _is_verb(words[0]):
        return ""
    taken: list[str] = []
    for place, word in enumerate(words[1:], 1):
        low = word.lower()
        if low in POINTERS:
            return ""
        if low in PREPOSITIONS and not (taken and low in _KEPT_OPEN):
            if taken:
                break
        elif low in ("and", "or", "&") and any(map(_is_verb, words[place + 1 : place + 2])):
            break
        else:
            taken.append(word)
    while taken and taken[-1].lower() in FUNCTION_WORDS:
        taken.pop()
    if not taken or len(taken) > _SUBJECT_WORDS or not any(len(word) > 2 for word in taken):
        return ""
    if taken[0].lower() in ("a", "an") and len(taken) > 1:
        taken[0] = "the"
    return " ".join(taken).strip("\"'`*_,")


def _is_verb(word: str) -> bool:
    return verb(word.lower()) == word.lower()
