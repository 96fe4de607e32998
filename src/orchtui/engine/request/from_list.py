"""A request that has a list: one task for each item.

Each prompt carries the context and the head of its list, its own words and
details, and the sentences after the list. This module never splits an item.
"""

import re
from dataclasses import replace

from orchtui.engine.plan import AggregateStrategy
from orchtui.engine.request import gaps, prompts
from orchtui.engine.request.chains import lead
from orchtui.engine.request.clauses import has_words, is_open_ended, sentences
from orchtui.engine.request.closing import take_closing
from orchtui.engine.request.counting import find_counts, is_language, makes_variants
from orchtui.engine.request.drafts import Draft, Reading
from orchtui.engine.request.limits import Marks
from orchtui.engine.request.marks import take_apart, take_marks
from orchtui.engine.request.markup import without_politeness
from orchtui.engine.request.outline import Item, Outline
from orchtui.engine.request.references import take_needs, take_priorities

MAX_TASKS = 500
"""More items than this are data, not a request."""
MAX_SHARED = 20_000
"""Characters of head and closing remarks that every prompt can repeat."""

_ONLY_RUN = re.compile(
    r"(?:please )?(?:run|do|execute|start|work on|perform|process|handle|delegate|keep) "
    r"(?:(?:them|these|those|this|it|all|everything|each|tasks?|the|of|one|independent|"
    r"independently|\d+) ?)*[.!]?",
    re.IGNORECASE,
)


def from_list(shape: Outline) -> Reading:
    """Read an outline that has groups."""
    missing = _too_much(shape)
    tail, aggregate = take_closing(shape.tail[:MAX_SHARED], alone=True)
    tail, marks = take_marks(tail, of_item=False)
    tail = _without_runs(take_apart(tail)[0])
    drafts: list[Draft] = []
    stage = 0
    for group in shape.groups:
        if len(drafts) >= MAX_TASKS:
            break
        context, head, found, of_head = _head(group.head[:MAX_SHARED])
        aggregate = aggregate or of_head
        marks = marks.over(found)
        missing += gaps.list_mismatch(head, len(group.items))
        if any(makes_variants(head, count) for count in find_counts(head)):
            aggregate = aggregate or "compare"
        if is_open_ended(group.items[-1].text):
            missing.append("The list is left open at its end: name what else is meant.")
        kept = group.items[: MAX_TASKS - len(drafts)]
        for draft in _drafts(kept, context, head, len(drafts), ordered=group.ordered):
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


def _head(text: str) -> tuple[str, str, Marks, AggregateStrategy | None]:
    """Context, the sentence that introduces the list, and what was taken out of them."""
    paragraphs = [without_politeness(part) for part in text.split("\n") if part]
    text = "\n".join(paragraphs)
    text, aggregate = take_closing(text, alone=False)
    text, marks = take_marks(text, of_item=False)
    text = take_apart(text)[0]
    lines = text.split("\n")
    parts = [s for line in lines[-1:] for s in sentences(line)]
    before = [line for line in lines[:-1] if has_words(line)]
    context = "\n".join([*before, " ".join(parts[:-1])]).strip()
    head = without_politeness(parts[-1]) if parts else ""
    return context.rstrip(":") if context.count("\n") == 0 else context, head, marks, aggregate


def _drafts(
    items: list[Item], context: str, head: str, before: int, *, ordered: bool
) -> list[Draft]:
    texts: list[tuple[Item, str, Marks, bool, tuple[int, ...]]] = []
    for at, item in enumerate(items, 1):
        words, marks = take_marks(item.text, of_item=True)
        words = re.sub(r"(?<=\w)(?:[,;]|,? and)\Z", "", words or item.text)
        words, then = lead(without_politeness(words))
        words, needs = take_needs(words, at)
        needs = tuple(before + position for position in needs)
        texts.append((item, words, marks, (then or ordered) and at > 1, needs))
    short = all(len(words.split()) <= 2 for _, words, _, _, _ in texts)
    said = prompts.all_inner([words for _, words, _, _, _ in texts])
    languages = any(is_language(count) for count in find_counts(head))
    return [
        Draft(
            prompt=_prompt(context, head, inside, item, short=short),
            title=prompts.titled(words),
            own=words,
            head=head,
            stage=int(then),
            needs=needs,
            marks=marks,
            is_language=languages,
        )
        for (item, words, marks, then, needs), inside in zip(texts, said, strict=True)
    ]


def _prompt(context: str, head: str, words: str, item: Item, *, short: bool) -> str:
    said = prompts.compose(head, words, short_items=short)
    if item.details:
        said = said.rstrip()
        said = said.replace(f": {words}", f" – {words}") if said.endswith(f": {words}") else said
        colon = "" if said.endswith((".", ":", "!", "?")) else ":"
        said = "\n".join([said + colon, *item.details])
    else:
        said = prompts.ended(said)
    if not context:
        return said
    return f"{context}\n\n{said}" if "\n" in context else f"{prompts.ended(context)} {said}"


def _with_tail(prompt: str, tail: str) -> str:
    if not has_words(tail):
        return prompt
    return f"{prompt}\n\n{tail}" if "\n" in prompt else f"{prompt} {tail}"
