"""Desk: all enabled tasks as read, and who makes what.

What several families need is worked out here once. This module never judges a
pair of tasks.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from orchtui.engine.independence.lexicon import EXISTING, PRODUCTS, WEAK, YIELDS
from orchtui.engine.independence.phrases import Phrase, Verb
from orchtui.engine.independence.reading import NEAR, Reading, read
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.words import noun
from orchtui.engine.plans.plan import Task

CREATED, BROUGHT, CHANGED = 3, 2, 1
"""How a thing comes out of a task: it is new, it was found or collected, it was there before."""

_CREATING = frozenset({"make", "design"})
_ENDINGS = ("ation", "ment", "ition", "ication", "ion", "ysis", "ing", "al", "ance")


@dataclass(frozen=True, slots=True)
class Product:
    """Something that a task leaves behind."""

    head: str
    about: frozenset[str]
    """All words that say which one: qualifiers, complements, owner."""
    how: int
    """CREATED, BROUGHT or CHANGED."""
    start: int
    end: int
    named: bool
    """Whether the words name it; else it follows from the verb: research leaves findings."""


@dataclass(slots=True)
class Desk:
    """The tasks of a plan, ready to be compared."""

    tasks: Sequence[Task]
    readings: list[Reading]
    products: list[dict[str, list[Product]]]
    """For each task what it leaves behind, by head."""
    labels: list[str]
    """What to call each task."""
    makers: dict[str, list[int]] = field(default_factory=dict)
    """For each head the tasks that leave such a thing, in order."""
    _working: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._working = [index for index in range(len(self.readings)) if self.working(index)]

    def words(self, span: Span) -> str:
        """The words of a span."""
        if not span.field:
            return self.readings[span.index].text[span.start : span.end]
        name, _, number = span.field.rstrip("]").partition("[")
        field = getattr(self.tasks[span.index], name)
        text: str = field[int(number)] if number else field
        return text[span.start : span.end]

    def label(self, index: int) -> str:
        """What to call a task."""
        return self.labels[index]

    def working(self, index: int) -> bool:
        """Whether a task was read as something to do at all."""
        return self.readings[index].main is not None

    def working_before(self, index: int) -> list[int]:
        """The tasks before one that were read as something to do, in order."""
        return self._working[: bisect_left(self._working, index)]


def lay_out(tasks: Sequence[Task]) -> Desk:
    """Read all tasks."""
    readings = [read(index, text_of(task)) for index, task in enumerate(tasks)]
    products = [_products(reading) for reading in readings]
    desk = Desk(
        tasks=tasks, readings=readings, products=products, labels=[task.label for task in tasks]
    )
    for index, made in enumerate(products):
        for head in made:
            desk.makers.setdefault(head, []).append(index)
    return desk


def sharing(words: Sequence[Iterable[str]], most: int) -> set[tuple[int, int]]:
    """Places of tasks that have a word in common, the earlier first.

    Args:
        words: Those of each task.
        most: A word that more tasks than this share says nothing about two of them.
    """
    tasks_of: dict[str, list[int]] = {}
    for index, each in enumerate(words):
        for word in each:
            tasks_of.setdefault(word, []).append(index)
    few = (tasks for tasks in tasks_of.values() if len(tasks) <= most)
    return {pair for tasks in few for pair in combinations(tasks, 2)}


def text_of(task: Task) -> str:
    """What a task says about its work: the prompt, or the title of a program's task."""
    return task.prompt or ("" if task.command else task.title)


def field_of(task: Task) -> str:
    """Name of the field that `text_of` gives."""
    return "prompt" if task.prompt else "title"


def _products(reading: Reading) -> dict[str, list[Product]]:
    found: dict[str, list[Product]] = {}
    for product in (*_named(reading), *_implied(reading)):
        found.setdefault(product.head, []).append(product)
    return found


def _named(reading: Reading) -> Iterator[Product]:
    for phrase in reading.phrases:
        verb = reading.verb_of(phrase)
        if phrase.pronoun or verb is None or phrase.start > NEAR:
            continue
        how = _how(verb, phrase)
        if how and not (phrase.words & EXISTING):
            yield Product(
                head=phrase.head,
                about=about(reading, phrase),
                how=how,
                start=phrase.start,
                end=phrase.end,
                named=True,
            )


def _how(verb: Verb, phrase: Phrase) -> int:
    """How a phrase comes out of its verb; 0 when it does not."""
    new = phrase.article in ("a", "", "number")
    if phrase.object:
        if verb.classes & _CREATING:
            return CREATED
        if "gather" in verb.classes:
            return BROUGHT
        if "change" in verb.classes:
            return CHANGED
        if not verb.classes and new:
            return BROUGHT
        return 0
    if phrase.preposition in ("into", "as") and phrase.article in ("a", "number"):
        return CREATED if phrase.article == "a" else BROUGHT
    if phrase.preposition == "into" and "combine" in verb.classes:
        return BROUGHT
    return 0


def about(reading: Reading, phrase: Phrase) -> frozenset[str]:
    """The words that say which one a phrase means."""
    words = set(phrase.qualifiers) | phrase.about
    owner = phrase.owner
    while owner >= 0:
        words |= reading.phrases[owner].words
        owner = reading.phrases[owner].owner
    return frozenset(words - WEAK)


def _implied(reading: Reading) -> Iterator[Product]:
    objects: dict[int, list[str]] = {}
    for phrase in reading.phrases:
        if phrase.object and phrase.verb >= 0:
            objects.setdefault(phrase.verb, []).append(phrase.head)
    for number, verb in enumerate(reading.verbs):
        if not verb.main:
            continue
        nouns = set(PRODUCTS.get(verb.base, "").split())
        for each in verb.classes:
            nouns.update(PRODUCTS.get(each, "").split())
        nouns.update(_nominal(verb.base))
        for head in objects.get(number, ()):
            nouns.update(YIELDS.get(head, ()))
        for each in sorted(nouns):
            yield Product(
                head=noun(each),
                about=reading.subject,
                how=BROUGHT,
                start=verb.start,
                end=verb.end,
                named=False,
            )


def _nominal(base: str) -> set[str]:
    """The nouns for what a verb does: migrate → migration."""
    stem = base[:-1] if base.endswith(("e", "y")) else base
    return {base, *(stem + ending for ending in _ENDINGS)}
