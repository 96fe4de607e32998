"""A request that has a list: one task for each item.

Each prompt carries the context and the head of its list, its own words and
details, and the sentences after the list. This module never splits an item.
"""

import re
from dataclasses import dataclass, replace

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.request import gaps, prompts
from orchtui.engine.request.chains import lead
from orchtui.engine.request.clauses import first_word, has_words, sentences, verb_of
from orchtui.engine.request.closing import take_closing
from orchtui.engine.request.counting import (
    find_counts,
    for_one,
    list_counts,
    makes_variants,
)
from orchtui.engine.request.drafts import Draft, Reading
from orchtui.engine.request.lexicon import JOINT
from orchtui.engine.request.limits import Marks
from orchtui.engine.request.marks import take_apart, take_marks
from orchtui.engine.request.markup import without_politeness
from orchtui.engine.request.outline import Item, Outline
from orchtui.engine.request.references import take_needs, take_priorities

MAX_TASKS = 500
"""More items than this are data, not a request."""
MAX_SHARED = 20_000
"""Characters of head and closing remarks that every prompt can repeat."""

_RULES = re.compile(
    r"(?:the |our |some |general )?(?:rules|constraints|guidelines|requirements|notes?|"
    r"conventions|background|context|style(?: guide)?|output(?: format)?|acceptance criteria|"
    r"do not|don'ts|out of scope|deliverables)[.:]?",
    re.IGNORECASE,
)
_ONLY_RUN = re.compile(
    r"(?:please )?(?:run|do|execute|start|work on|perform|process|handle|delegate|keep) "
    r"(?:(?:them|these|those|this|it|all|everything|each|tasks?|the|of|one|independent|"
    r"independently|\d+) ?)*[.!]?",
    re.IGNORECASE,
)


def from_list(shape: Outline) -> Reading:
    """Read an outline that has groups."""
    shape = _with_rules(shape)
    missing = _too_much(shape)
    tail, aggregate = take_closing(shape.tail[:MAX_SHARED], alone=True)
    tail, marks = take_marks(tail, of_item=False)
    tail = _without_runs(take_apart(tail)[0])
    drafts: list[Draft] = []
    stage = 0
    for group in shape.groups:
        if len(drafts) >= MAX_TASKS:
            break
        head = _head(group.head[:MAX_SHARED])
        aggregate = aggregate or head.aggregate
        marks = marks.over(head.marks)
        missing += gaps.list_mismatch(head.head, len(group.items))
        if any(makes_variants(head.head, count) for count in find_counts(head.head)):
            aggregate = aggregate or "compare"
        missing += gaps.open_ended(group.items[-1].text)
        kept = group.items[: MAX_TASKS - len(drafts)]
        for draft in _drafts(kept, head, len(drafts), ordered=group.ordered):
            stage += draft.stage
            drafts.append(replace(draft, stage=stage))
    tail, priorities = take_priorities(tail, [draft.title for draft in drafts])
    finished = [
        replace(
            draft,
            prompt=_with_tail(draft.prompt, tail),
            marks=draft.marks.over(Marks(priority=priorities.get(at))),
        )
        for at, draft in enumerate(drafts)
    ]
    return Reading(tuple(finished), marks, aggregate, tuple(missing))


def is_joint(shape: Outline) -> bool:
    """Whether the only list names the objects of a verb that needs them all: `Compare these:`."""
    if len(shape.groups) != 1:
        return False
    head = _head(shape.groups[0].head[:MAX_SHARED]).head.rstrip(":")
    if first_word(head) not in JOINT or any(verb_of(i.text) for i in shape.groups[0].items):
        return False
    return len(for_one(head, keep_viewpoint=True).split()) < 4 and " on " not in head


def _with_rules(shape: Outline) -> Outline:
    """The outline with lists of rules and notes, beside lists of work, moved to its end."""
    work = [group for group in shape.groups if not _RULES.fullmatch(group.head)]
    if not work or len(work) == len(shape.groups):
        return shape
    rules = [
        "\n".join([group.head, *(f"- {item.text}" for item in group.items)])
        for group in shape.groups
        if group not in work
    ]
    return Outline(work, "\n".join([*rules, *([shape.tail] if shape.tail else [])]))


def _too_much(shape: Outline) -> list[str]:
    """What of an outline is more than a plan can hold."""
    found = []
    if max(len(shape.tail), *(len(group.head) for group in shape.groups)) > MAX_SHARED:
        found.append(
            f"The words around the list are longer than {MAX_SHARED} characters: "
            "put them in a file and name it."
        )
    if (number := sum(len(group.items) for group in shape.groups)) > MAX_TASKS:
        found.append(
            f"The request lists {number} tasks, and at most {MAX_TASKS} are taken: split it."
        )
    return found


def _without_runs(text: str) -> str:
    """The closing remarks without those that only say "run them"."""
    kept = [
        " ".join(said for said in sentences(line) if not _ONLY_RUN.fullmatch(said))
        for line in text.split("\n")
    ]
    return "\n".join(line for line in kept if line)


@dataclass(frozen=True, slots=True)
class _Head:
    """The words before a list, and what was taken out of them."""

    context: str
    head: str
    """The sentence that the items belong to."""
    remarks: str
    """What follows it and holds for all items."""
    marks: Marks
    aggregate: AggregateStrategy | None


def _head(text: str) -> _Head:
    paragraphs = [without_politeness(part) for part in text.split("\n") if part]
    text = "\n".join(paragraphs)
    text, aggregate = take_closing(text, alone=False)
    text, marks = take_marks(text, of_item=False)
    text = take_apart(text)[0]
    lines = text.split("\n")
    parts = [without_politeness(said) for said in sentences(lines[-1])]
    place = _introduction(parts)
    head = parts[place] if parts else ""
    remarks = " ".join(prompts.ended(said.rstrip(":")) for said in parts[place + 1 :])
    before = [line for line in lines[:-1] if has_words(line)]
    if head.endswith((".", "!")) and verb_of(head) is None:
        parts, head, place = [*parts[: place + 1]], "", place + 1
    context = "\n".join([*before, " ".join(parts[:place])]).strip()
    return _Head(context, head, remarks, marks, aggregate)


def _introduction(parts: list[str]) -> int:
    """Which sentence of a head its items belong to: the last that points at them."""
    pointing = [
        at
        for at, said in enumerate(parts)
        if any(count.pointing or count.low for count in list_counts(said))
    ]
    if parts and (parts[-1].endswith(":") and not re.match(r"for each[,: ]", parts[-1], re.I)):
        return len(parts) - 1
    return pointing[-1] if pointing else max(len(parts) - 1, 0)


def _drafts(items: list[Item], head: _Head, before: int, *, ordered: bool) -> list[Draft]:
    texts: list[tuple[Item, str, Marks, bool, tuple[int, ...]]] = []
    for at, item in enumerate(items, 1):
        words, marks = take_marks(item.text, of_item=True)
        words = re.sub(r"(?<=\w)(?:[,;]|,? and)\Z", "", words or item.text)
        words, then = lead(without_politeness(words))
        words, needs = take_needs(words, at)
        needs = tuple(before + position for position in needs)
        texts.append((item, words, marks, (then or ordered) and at > 1, needs))
    kind = prompts.kind_of([words for _, words, _, _, _ in texts])
    said = prompts.all_inner([words for _, words, _, _, _ in texts])
    return [
        Draft(
            prompt=_with_tail(_prompt(head, inside, item, kind, len(items)), head.remarks),
            title=prompts.titled(words),
            stage=int(then),
            needs=needs,
            marks=marks,
        )
        for (item, words, marks, then, needs), inside in zip(texts, said, strict=True)
    ]


def _prompt(head: _Head, words: str, item: Item, kind: prompts.ItemKind, number: int) -> str:
    said = prompts.compose(head.head, words, kind, number)
    if item.details:
        said = said.rstrip()
        said = said.replace(f": {words}", f" – {words}") if said.endswith(f": {words}") else said
        colon = "" if said.endswith((".", ":", "!", "?")) else ":"
        said = "\n".join([said + colon, *item.details])
    else:
        said = prompts.ended(said)
    if not head.context:
        return said
    if "\n" in head.context:
        return f"{head.context}\n\n{said}"
    return f"{prompts.ended(head.context.rstrip(':'))} {said}"


def _with_tail(prompt: str, tail: str) -> str:
    if not has_words(tail):
        return prompt
    return f"{prompt}\n\n{tail}" if "\n" in prompt + tail else f"{prompt} {tail}"
