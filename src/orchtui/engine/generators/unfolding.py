"""One entry as the tasks that it stands for: every combination of its items, every stage of it.

Pure: what is wrong with an entry was told before. This module never reads a file, and never
resolves whom a task waits for.
"""

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from orchtui.engine.generators.awaited import Groups, Made, Scope, Wait
from orchtui.engine.generators.entries import NOT_FILLED, Entry, Pairs
from orchtui.engine.generators.item_values import Generator, Item
from orchtui.engine.generators.placeholders_in import (
    MOST_CHARACTERS,
    TooLong,
    filled,
    filled_node,
    is_named,
    texts_of,
)
from orchtui.engine.plans.plan import SLUG, Task
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar

_WITHOUT_QUOTES = frozenset({"retries", "max_tokens", "accept_truncated", "enabled"})
"""Keys whose values may have no quotes, which a placeholder needs."""

_NOT_SAID = frozenset(
    "title specialist backend model priority timeout idle_timeout connect_timeout "
    "first_token_timeout retries max_tokens estimate accept_truncated enabled".split()
)
"""Keys that are left out where what fills them is empty."""

_OWN = frozenset({"title", "after"})
"""Keys of a task with stages that its stages do not simply take over."""


def unfold(entry: Entry, taken: set[str], groups: Groups, problems: Problems) -> list[Made] | None:
    """All tasks of an entry of `tasks`.

    Args:
        entry: It.
        taken: Ids that others have, in lower case; those of the new tasks are added.
        groups: Where the names that stand for them are added.
        problems: Where it is told when there are no ids for them, or they would be too long.

    Returns:
        The tasks; nothing where something was told.
    """
    others = taken - {entry.name.lower()}
    wrong = ""
    for in_numbers in (False, True):
        unfolding = _Unfolding(in_numbers, groups.characters)
        try:
            unfolding.entry(entry, _Around())
        except TooLong as error:
            problems.add(entry.node, str(error))
            return None
        if not (wrong := _unfit(unfolding, entry.name, others)):
            break
    else:
        is_long = not SLUG.fullmatch(wrong)
        why = "an id has at most 64 letters" if is_long else "there is another one of this id"
        problems.add(entry.place, f"a task of this entry would be '{wrong}': {why}; rename one")
        return None
    groups.characters = unfolding.characters
    taken.update(one.lower() for one in unfolding.ids)
    for name, ids in unfolding.groups.ids.items():
        groups.add(name, ids)
    return unfolding.made


def _unfit(unfolding: "_Unfolding", name: str, others: set[str]) -> str:
    """The first id that is too long or stands for something else too; empty where all are fine."""
    seen: set[str] = set()
    for one in [*unfolding.ids, *(each for each in unfolding.groups.ids if each != name)]:
        if not SLUG.fullmatch(one) or one.lower() in others or one.lower() in seen:
            return one
        seen.add(one.lower())
    return ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What holds for an entry because of what it is a stage of."""

    prefix: str = ""
    """What its id begins with."""
    plain: str = ""
    """The same, without what stands for items."""
    values: dict[str, str] = field(default_factory=dict)
    items: tuple[tuple[Generator, Item], ...] = ()
    pairs: Pairs = field(default_factory=dict)
    titles: tuple[Scalar, ...] = ()
    after: tuple[Wait, ...] = ()
    scope: Scope | None = None
    tails: tuple[str, ...] = ()
    inside: frozenset[str] = frozenset()


class _Unfolding:
    """The tasks of one entry.

    Args:
        in_numbers: Whether ids count the items instead of naming them.
        characters: Those of all tasks that were made before.
    """

    def __init__(self, in_numbers: bool, characters: int) -> None:
        self.characters = characters
        self.made: list[Made] = []
        self.ids: list[str] = []
        self.groups = Groups()
        self._in_numbers = in_numbers

    def entry(self, entry: Entry, around: _Around) -> list[str]:
        """Make the tasks of an entry or a stage; the ids of those that give its results."""
        ends: list[str] = []
        waits = (*around.after, *self._waits(entry, around.scope))
        choices = itertools.product(*(self._items(one) for one in entry.generators))
        for number, chosen in enumerate(choices, 1):
            tail = "-".join(tail for _, _, tail in chosen)
            own_id = around.prefix + entry.name + (f"-{tail}" if tail else "")
            values = dict(around.values)
            for _, item, _ in chosen:
                values.update(item.values)
            if chosen:
                values["n"] = str(number)
            here = _Around(
                prefix=f"{own_id}.",
                plain=f"{around.plain}{entry.name}.",
                values=values,
                items=(*around.items, *((generator, item) for generator, item, _ in chosen)),
                pairs=_inherited(around.pairs, entry.pairs),
                titles=(*around.titles, *_title(entry.pairs)),
                after=waits,
                scope=around.scope,
                tails=(*around.tails, tail) if tail else around.tails,
                inside=around.inside | {around.plain + entry.name, own_id},
            )
            if entry.stages:
                last = self._stages(entry, here)
                if tail:
                    self.groups.add(own_id, last)
            else:
                last = [own_id]
                self.ids.append(own_id)
                self._add(_made(entry, own_id, here))
            ends += last
        for name in {around.plain + entry.name, around.prefix + entry.name}:
            if ends != [name]:
                self.groups.add(name, ends)
        return ends

    def _add(self, made: Made) -> None:
        self.made.append(made)
        self.characters += sum(
            len(text.text) for _, value in made.node.pairs for text in texts_of(value)
        )
        if self.characters > MOST_CHARACTERS:
            raise TooLong

    def _stages(self, entry: Entry, here: _Around) -> list[str]:
        """One stage after the other; the ids of the last one's tasks."""
        scope = Scope(here.scope)
        after, last = here.after, list[str]()
        for stage in entry.stages:
            last = []
            for one in stage:
                around = _Around(
                    here.prefix, here.plain, here.values, here.items, here.pairs, here.titles,
                    after, scope, here.tails, here.inside,
                )  # fmt: skip
                ids = self.entry(one, around)
                scope.ids[one.name] = ids
                last += ids
            at = stage[0].node
            after = (Wait(Scalar(at.line, at.column, last[0], True), ids=tuple(last)),)
        return last

    def _items(self, generator: Generator) -> list[tuple[Generator, Item, str]]:
        tails: Collection[str] = generator.tails
        if self._in_numbers:
            tails = list(map(str, range(1, len(generator.items) + 1)))
        return [(generator, item, tail) for item, tail in zip(generator.items, tails, strict=True)]

    @staticmethod
    def _waits(entry: Entry, scope: Scope | None) -> list[Wait]:
        if "after" not in entry.pairs:
            return []
        node = entry.pairs["after"][1]
        if isinstance(node, Scalar) and node.is_null:
            return []
        return [Wait(one, scope) for one in (node.items if isinstance(node, ListNode) else [node])]


def _title(pairs: Pairs) -> list[Scalar]:
    node = pairs["title"][1] if "title" in pairs else None
    return [node] if isinstance(node, Scalar) and not node.is_null else []


def _inherited(outer: Pairs, own: Pairs) -> Pairs:
    """What a task says, and what it takes over from around it."""
    taken_over = dict(outer)
    if "command" in own:
        # Who answers by a model, and which, says nothing about a program.
        taken_over.pop("backend", None)
        taken_over.pop("model", None)
    return taken_over | {
        key: pair
        for key, pair in own.items()
        # A title that is no text is left to who reads the task, and tells it.
        if key not in _OWN or (key == "title" and not isinstance(pair[1], Scalar))
    }


# --- one task ------------------------------------------------------------------------------------


def _made(entry: Entry, own_id: str, here: _Around) -> Made:
    at = (entry.node.line, entry.node.column)
    pairs = dict(here.pairs)
    told = [
        item.told
        for generator, item in here.items
        if item.told
        and not is_named(_nodes(pairs, "prompt", "command"), generator.naming)
        # A program that gets no prompt is run again as it is.
        and (generator.key != "variants" or _text(pairs, "prompt"))
    ]
    if entry.fills:
        pairs = {key: pair for key, pair in _filled(pairs, here.values) if pair is not None}
    title = _titled(entry, pairs, here, at)  # by the words that a person wrote
    if told:
        pairs |= _with_told(pairs, told, at)
    pairs |= _reading(pairs, here, at) | title
    nodes: list[tuple[Node, Node]] = [
        (Scalar(*at, "id", True), Scalar(entry.place.line, entry.place.column, own_id, True)),
        *pairs.values(),
    ]
    place = entry.pairs["after"][1] if "after" in entry.pairs else entry.node
    return Made(MapNode(*at, nodes), here.tails, here.after, place, here.inside)


def _nodes(pairs: Pairs, *keys: str) -> list[Node | None]:
    return [pairs[key][1] for key in keys if key in pairs]


def _filled(pairs: Pairs, values: dict[str, str]) -> list[tuple[str, tuple[Scalar, Node] | None]]:
    """The pairs with their placeholders filled; nothing for one that is left out."""
    found: list[tuple[str, tuple[Scalar, Node] | None]] = []
    for key, (at, node) in pairs.items():
        if key in NOT_FILLED:
            found.append((key, (at, node)))
            continue
        new = filled_node(node, values, plain=key in _WITHOUT_QUOTES)
        emptied = isinstance(new, Scalar) and new is not node and not new.text.strip()
        found.append((key, None if emptied and key in _NOT_SAID else (at, new)))
    return found


def _text(pairs: Pairs, key: str) -> str:
    node = pairs[key][1] if key in pairs else None
    return node.text if isinstance(node, Scalar) and not node.is_null else ""


def _with_told(pairs: Pairs, told: list[str], at: tuple[int, int]) -> Pairs:
    """The prompt with lines behind it that say what the task is about."""
    there = pairs.get("prompt")
    if there is None and "command" not in pairs:
        return {}  # a task without work, which is told
    if there is not None and not isinstance(there[1], Scalar):
        return {}  # something else than text, which is told too
    words = _text(pairs, "prompt").rstrip()
    place = (there[1].line, there[1].column) if there else at
    text = "\n\n".join([*([words] if words else []), "\n".join(told)])
    return {"prompt": (Scalar(*at, "prompt", True), Scalar(*place, text, False))}


def _reading(pairs: Pairs, here: _Around, at: tuple[int, int]) -> Pairs:
    """The files that the task was made for, among those that it reads."""
    files = [filled(one.reads, here.values) for one, _ in here.items if one.reads]
    node = pairs["reads"][1] if "reads" in pairs else None
    if not files or isinstance(node, MapNode):
        return {}
    there = node.items if isinstance(node, ListNode) else [node] if _text(pairs, "reads") else []
    known = {one.text for one in there if isinstance(one, Scalar)}
    place = (node.line, node.column) if node is not None else at
    new = [Scalar(*place, file, False) for file in files if file not in known]
    return {"reads": (Scalar(*at, "reads", True), ListNode(*place, [*there, *new]))}


def _titled(entry: Entry, pairs: Pairs, here: _Around, at: tuple[int, int]) -> Pairs:
    """A title that says which of the items it is, where the one that is written does not."""
    command = pairs["command"][1] if "command" in pairs else None
    words = tuple(one.text for one in texts_of(command))
    label = Task(id="-", prompt=_text(pairs, "prompt"), command=words).label
    asked = _nodes(here.pairs, "prompt", "command")
    titles = [filled(one.text, here.values) if entry.fills else one.text for one in here.titles]
    missing = [
        item.words
        for generator, item in here.items
        if item.words
        and not is_named(here.titles, (*generator.names, "n"))
        and (titles or not _says(label, item.words) or not is_named(asked, generator.names))
    ]
    if "title" in pairs or (not titles and not missing):
        return {}
    if not _title(entry.pairs):
        titles.append(label)
    text = ": ".join(title for title in titles if title.strip())
    if missing:
        text += f" ({', '.join(missing)})"
    place = here.titles[-1] if here.titles else None
    spot = (place.line, place.column) if place else at
    return {"title": (Scalar(*at, "title", True), Scalar(*spot, text, False))}


def _says(label: str, words: str) -> bool:
    """Whether a title that is made of a prompt has these words, and not as a part of others."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", label) is not None
