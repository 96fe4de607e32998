"""Verbs and noun phrases: what a reading is made of.

Plain values. This module reads nothing.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Verb:
    """A verb that says what to do."""

    base: str
    classes: frozenset[str]
    """Keys of the lexicon; empty for verbs that it does not know."""
    start: int
    end: int
    main: bool
    """Whether it begins a clause; else it is a gerund or an infinitive inside one."""


@dataclass(slots=True)
class Phrase:
    """A noun phrase, or a pronoun in its place."""

    article: str
    """`the`, `a`, `this`, `its`, `my`, `all`, `'s`, `number`, `pronoun`, or nothing."""
    count: int
    """As many as it speaks of, where it says so; else 0."""
    head: str
    """Base form of the last word; of a pronoun the pronoun."""
    said: str
    """The last word, as written, in lower case."""
    qualifiers: frozenset[str]
    """Base forms of the words before the head."""
    start: int
    end: int
    preposition: str
    """The one in front; nothing for subjects and objects."""
    verb: int
    """Index of the verb that it belongs to, or -1."""
    object: bool
    """Whether it is what the verb acts on."""
    owner: int = -1
    """Index of the phrase that it belongs to: in `the tutorial's examples`, `the tutorial`."""
    about: set[str] = field(default_factory=set)
    """Base forms in complements that say which one: `of …`, `about …`."""
    around: set[str] = field(default_factory=set)
    """Base forms in complements that may as well belong to the verb: `for …`, `in …`."""

    @property
    def pronoun(self) -> bool:
        """Whether it only points."""
        return self.article == "pronoun"

    @property
    def words(self) -> frozenset[str]:
        """Head and qualifiers."""
        return self.qualifiers | {self.head}
