"""RehearsalBackend: what a run would look like, without a model and without a network.

It streams filler made of the prompt's own words, at a set pace, and can be told
to fail, stall, refuse or stop early: for tests, for demonstrations, and for
planning the shape of a run. Every text begins with NOTICE. The same task and
prompt always give the same text. This module never calls a model, and its
token counts are estimates of what one would have used.
"""

import asyncio
import hashlib
import random
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Literal, get_args

import msgspec

from orchtui.engine.backends.base import (
    NO_TOOLS,
    Assignment,
    BackendEvent,
    Finished,
    Started,
    Text,
    ToolBox,
    UsageReported,
)
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line

NOTICE = "> This is a rehearsal: no model was called, and what follows is filler."
"""The first line of every text that is streamed here."""

Ending = Literal["answer", "fail", "stall", "refuse", "truncate", "empty"]

ALLOWED = (
    "fail, fail N times, stall, refuse, truncate, empty, N words, N ms; several with commas, such "
    "as [rehearse: fail 2 times, 500 words, 20 ms]"
)

_DIRECTIVES = re.compile(r"\[rehearse:([^\]]*)\]", re.IGNORECASE)
_FAILURES = re.compile(r"fail (\d{1,3}) times?")
_WORDS = re.compile(r"(\d{1,6}) words?")
_PACE = re.compile(r"(\d{1,6}) ?ms")
_ENDINGS: Mapping[str, Ending] = {word: word for word in get_args(Ending) if word != "answer"}

_TOKENS_PER_WORD = 4 / 3
"""English prose, roughly: a token is three quarters of a word."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """How one task is to be rehearsed."""

    ending: Ending = "answer"
    """`fail`, `stall` and `truncate` come when half of the text has been streamed."""
    failures: int = 0
    """First attempts that fail in a way that trying again can help."""
    words: int | None = None
    """Length of the text, the notice not counted; the backend's own when not said."""
    pace: float | None = None
    """Seconds between two pieces; the backend's own when not said."""


class RehearsalBackend:
    """Streams filler as the prompt, or the script, tells it to.

    A prompt directs it with words such as `[rehearse: fail 2 times, 500 words]`; see `ALLOWED`.
    An answer longer than the assignment's `max_tokens` is cut off there, as a model's would be.

    Args:
        words: Length of a text.
        chunk_words: Words in one piece of the stream.
        pace: Seconds between two pieces.
        script: Acts by task id; they win over what the prompt says.
    """

    name = "rehearsal"
    slots: int | None = None
    idle_timeout: float | None = 120.0

    def __init__(
        self,
        *,
        words: int = 120,
        chunk_words: int = 3,
        pace: float = 0.03,
        script: Mapping[str, Act] | None = None,
    ) -> None:
        self._words = words
        self._chunk_words = max(1, chunk_words)
        self._pace = pace
        self._script = dict(script or {})

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Rehearse one attempt.

        Raises:
            BackendError: `bad_request` for a direction that does not exist, `server` when told to
                fail.
        """
        act = self._script.get(assignment.task) or read_directions(assignment.whole_prompt)
        pace = self._pace if act.pace is None else act.pace
        usage = Usage(input=_tokens(len(f"{assignment.system} {assignment.whole_prompt}".split())))
        yield Started("rehearsal")
        yield UsageReported(usage)
        sent = 0
        pieces, stop_reason = self._pieces(assignment, act)
        for piece in pieces:
            await asyncio.sleep(pace)
            sent += len(piece.split())
            yield Text(piece)
        yield UsageReported(Usage(input=usage.input, output=_tokens(sent)))
        if assignment.attempt <= act.failures:
            raise BackendError(
                "server",
                f"rehearsed failure {assignment.attempt} of {act.failures}",
                retryable=True,
            )
        if act.ending == "stall":
            await asyncio.Event().wait()  # until somebody loses patience
        if act.ending == "fail":
            raise BackendError("server", "rehearsed failure; trying again will not help")
        yield Finished(stop_reason)

    async def close(self) -> None:
        """Nothing is held."""

    def _pieces(self, assignment: Assignment, act: Act) -> tuple[Iterator[str], str]:
        """The text in pieces, and the reason for which it ends."""
        failing = assignment.attempt <= act.failures or act.ending in ("fail", "stall", "truncate")
        if act.ending == "empty" and not failing:
            return iter(()), "end_turn"
        if act.ending == "refuse" and not failing:
            return iter((f"{NOTICE}\n\n", "I can not help with this (a rehearsed refusal).\n")), (
                "refusal"
            )
        words = self._words if act.words is None else act.words
        affordable = int(assignment.max_tokens / _TOKENS_PER_WORD)
        stop_reason = "max_tokens" if words > affordable or act.ending == "truncate" else "end_turn"
        length = min(words // 2 if failing else words, affordable)
        return _in_pieces(_filler(assignment, length), self._chunk_words), stop_reason


def read_directions(prompt: str) -> Act:
    """What the `[rehearse: …]` in a prompt ask for.

    Raises:
        BackendError: of kind `bad_request`, for a direction that does not exist.
    """
    act, endings = Act(), set[Ending]()
    for match in _DIRECTIVES.finditer(prompt):
        for text in match.group(1).split(","):
            direction = " ".join(text.lower().split())
            if direction in _ENDINGS:
                endings.add(_ENDINGS[direction])
            elif found := _FAILURES.fullmatch(direction):
                act = msgspec.structs.replace(act, failures=int(found.group(1)))
            elif found := _WORDS.fullmatch(direction):
                act = msgspec.structs.replace(act, words=int(found.group(1)))
            elif found := _PACE.fullmatch(direction):
                act = msgspec.structs.replace(act, pace=int(found.group(1)) / 1000)
            else:
                raise BackendError(
                    "bad_request",
                    f"a rehearsal has no direction '{clean_line(text, 60)}'; allowed: {ALLOWED}",
                )
    if len(endings) > 1:
        raise BackendError(
            "bad_request",
            f"a rehearsal ends in one way only, not in {' and '.join(sorted(endings))}",
        )
    return msgspec.structs.replace(act, ending=endings.pop()) if endings else act


def _tokens(words: int) -> int:
    return round(words * _TOKENS_PER_WORD)


def _in_pieces(text: str, chunk_words: int) -> Iterator[str]:
    """The notice first, then the rest a few words at a time, every space where it was."""
    yield f"{NOTICE}\n\n"
    words = re.findall(r"\S+\s*", text)
    for start in range(0, len(words), chunk_words):
        yield "".join(words[start : start + chunk_words])


# The filler

_SENTENCES = (
    "This sentence stands where something about {a} would be said.",
    "A real answer would weigh {a} against {b} here.",
    "Nothing in these words about {a} and {b} is a finding.",
    "Next would come what {a} has to do with {b}, with an example.",
    "The filler goes on for {a}, so that the length looks right.",
    "Somewhere in this paragraph {b} would follow from {a}.",
)
_COMMON = frozenset(
    "about above after also and are because been before being between both but can could does "
    "each else every for from give had has have here how into its just like make many more most "
    "much need not only other our out over own please provide same should since some such than "
    "that the their them then there these they this those through too under until use using very "
    "was were what when where which while who why will with would write you your".split()
)


def _filler(assignment: Assignment, length: int) -> str:
    """Markdown of exactly `length` words, made of the words of the prompt."""
    source = _DIRECTIVES.sub(" ", assignment.whole_prompt) or " ".join(assignment.command)
    topics = _topics(source)
    # Not hash(): it differs from one process to the next.
    digest = hashlib.sha256(
        f"{assignment.task}\0{assignment.whole_prompt}".encode(errors="replace")
    )
    chance = random.Random(int.from_bytes(digest.digest()[:8], "big"))
    blocks: list[str] = [f"# Rehearsal of {' '.join(topics[:4])}"]
    count = len(blocks[0].split())
    while count < length:
        block = _block(len(blocks), topics, chance)
        count += len(block.split())
        blocks.append(block)
    words = re.findall(r"\S+\s*", "\n\n".join(blocks))
    return "".join(words[:length]).rstrip() + "\n" if length else ""


def _topics(source: str) -> list[str]:
    """The telling words of a text, each once, at most forty."""
    words = re.findall(r"[^\W_][\w-]{2,30}", source[:20_000])
    telling = dict.fromkeys(word.lower() for word in words if word.lower() not in _COMMON)
    return list(telling)[:40] or ["nothing", "particular"]


def _block(number: int, topics: list[str], chance: random.Random) -> str:
    """A heading, two paragraphs and a list, over and over."""

    def topic() -> str:
        return topics[int(chance.random() * len(topics))]

    if number % 4 == 1:
        return f"## On {topics[number // 4 % len(topics)]}"
    if number % 4 == 0:
        return "\n".join(f"- {topic()}: a point about {topic()} would stand here" for _ in range(3))
    sentences = (
        _SENTENCES[int(chance.random() * len(_SENTENCES))].format(a=topic(), b=topic())
        for _ in range(3)
    )
    return " ".join(sentences)
