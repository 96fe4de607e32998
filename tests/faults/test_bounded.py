"""Input made to be slow or large: work and memory grow no faster than its length.

Every reader meets every shape: depth, long lines, many anchors, bait for regular
expressions. What counts is the processor's time, not the clock's: four times the
input may take about four times as long, never sixteen.
"""

import contextlib
import os
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orchtui.config import load_config
from orchtui.engine import independence
from orchtui.engine.agents import specialists
from orchtui.engine.backends.agent_reading import LineReading
from orchtui.engine.backends.anthropic_blocks import TurnStream
from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_stream import MessageStream
from orchtui.engine.backends.claude_output import ClaudeOutput
from orchtui.engine.backends.codex_output import CodexOutput
from orchtui.engine.backends.gemini_output import GeminiOutput
from orchtui.engine.backends.opencode_output import OpencodeOutput
from orchtui.engine.consulting.opinion_answer import read_answer
from orchtui.engine.errors import OrchtuiError
from orchtui.engine.generators.parameter_tables import read_table
from orchtui.engine.journals import journal as journals
from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.request import parse_request
from orchtui.engine.run_events.events import Usage
from orchtui.engine.runs import fold
from orchtui.engine.telling.execution_log import log
from orchtui.engine.telling.run_result import result
from orchtui.engine.text import Cleaner, clean, clean_line
from orchtui.engine.texts.demoting import demote
from tests.engine.scripted import task
from tests.engine.test_request_properties import FRAGMENTS
from tests.engine.told import Told
from tests.faults.forms import form
from tests.faults.made_input import as_bytes
from tests.server.protocol import block_delta, block_start

NOISE = 0.08
"""Seconds of processor time that say nothing."""
FACTOR = 10
"""How much longer four times the input may take."""
PER_CHARACTER = 600
"""Bytes of memory for each character, at most, beside a few megabytes."""


def over(piece: str) -> Callable[[int], str]:
    """The same again and again, up to a length."""
    return lambda length: (piece * (length // len(piece) + 1))[:length]


def numbered(form: str) -> Callable[[int], str]:
    """A line for each number, up to a length."""
    return lambda length: "".join(
        form.format(n=n, before=max(0, n - 1)) for n in range(length // len(form))
    )


def deeper(line: str) -> Callable[[int], str]:
    """Every line one step further in."""
    return lambda length: "\n".join(" " * n + line for n in range(int((2 * length) ** 0.5)))


SHAPES: dict[str, Callable[[int], str]] = {
    **{
        name: over(piece)
        for name, piece in {
            "spaces": " ", "line ends": "\n", "tabs": "\t", "one word": "a", "words": "tea ",
            "short lines": "a\n", "returns": "\r", "windows lines": "\r\n", "NUL": "\0",
            "quotes": '"', "apostrophes": "'", "backticks": "`", "fences": "```\n",
            "brackets": "[", "braces": "{", "parentheses": "(", "flow": "[a, ", "pairs": "a: ",
            "keys": "a:\n", "the same key": "name: v\n", "dashes": "-", "items": "- a\n",
            "items in items": "- ", "rules": "---\n", "front matters": "---\nname: x\n---\n",
            "aliases": "*a, ", "anchors": "&a ", "tags": "!!str ", "merges": "<<: {a: 1}\n",
            "directives": "%YAML 1.1\n---\n", "blocks": "a: |\n  x\n", "comments": "# x\n",
            "headings": "# a\n## b\n", "stars": "*", "globs": "**/", "steps up": "../",
            "paths": "a/b.md ", "slashes": "/", "backslashes": "\\", "escapes": "\\u0000",
            "dots": ".", "commas": "a, ", "ands": "a and ", "then": "then ", "steps": "1. a\n",
            "digits": "9", "tildes": "~", "tags of HTML": "<example>", "pipes": "|", "signs": "=",
            "ESC": "\x1b", "CSI": "\x1b[", "OSC": "\x1b]0;", "C1": "\x9b", "BOM": "\ufeff",
            "line separators": "\u2028", "accents": "e\u0301", "trees": "🌲", "halves": "\ud800",
            "writing left": "\u202e", "data": "data: x\n", "events": "event: ping\n", "colons": ":",
            "empty events": "data:\n\n", "objects": '{"type":"text"}\n', "answers": '{"a":1},',
        }.items()
    },
    "nested lists": lambda length: "[" * (length // 2) + "]" * (length // 2),
    "nested objects": lambda length: '{"a":' * (length // 6) + "1" + "}" * (length // 6),
    "nested items": deeper("- "),
    "nested keys": deeper("a:"),
    "many keys": numbered("k{n}: v\n"),
    "many anchors": numbered("- &a{n} x\n"),
    "many tasks": numbered("- {{id: t{n}, prompt: do it, after: [t{before}]}}\n"),
    "a chain of tasks": lambda length: "tasks:\n" + SHAPES["many tasks"](length - 7),
    "a billion laughs": lambda length: "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"a{n}: &a{n} [" + ",".join([f"*a{n - 1}"] * 9) + "]\n" for n in range(1, length // 60 + 2)
    ),
    "one number": lambda length: "a: 1e" + "9" * length,
    "far in": lambda length: " " * (length // 2) + "a" * (length // 2),
}  # fmt: skip


def of_file(name: str, read: Callable[[Path], object]) -> Callable[[str], object]:
    """A reader of files, given text."""

    def parse(text: str) -> object:
        path = Path(os.environ["HOME"]) / name
        path.write_bytes(as_bytes(text))
        return read(path)

    return parse


def sse(text: str) -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "m")
    data = as_bytes(text)
    for start in range(0, len(data), 4096):
        list(stream.feed(data[start : start + 4096]))


def turn(text: str) -> None:
    """A turn whose text, arguments and citations come in very many pieces."""
    stream = TurnStream(Failures("http://here", "KEY", ()), "m", before=Usage(), turn=1, said=False)
    text = clean(text)
    for index, kind in enumerate(("text", "tool_use")):
        list(stream.feed(block_start(index, {"type": kind, "id": "c", "name": "Read"})))
    for start in range(0, len(text), 64):
        piece = text[start : start + 64]
        cited = {"type": "citations_delta", "citation": {"cited_text": piece}}
        list(stream.feed(block_delta(0, {"type": "text_delta", "text": piece})))
        list(stream.feed(block_delta(0, cited)))
        list(stream.feed(block_delta(1, {"type": "input_json_delta", "partial_json": piece})))
    stream.content()


def cleaned_in_pieces(text: str) -> None:
    cleaner = Cleaner()
    for start in range(0, len(text), 7):
        cleaner.feed(text[start : start + 7])
    cleaner.finish()


def printed_by(
    make: Callable[[str], ClaudeOutput | CodexOutput | GeminiOutput | OpencodeOutput],
) -> Callable[[str], object]:
    def parse(text: str) -> None:
        reading = LineReading("program", make("program"), "log in")
        data = as_bytes(text)
        for start in range(0, len(data), 4096):
            list(reading.feed(data[start : start + 4096]))
        list(reading.rest())
        reading.finish(0, "")

    return parse


def told(text: str) -> None:
    """A run whose task says this, in all that is written about it."""
    words = clean(text)
    run = Told(task("t1"), task("t2")).starts("t1", 0).completes("t1", 1, words).starts(
        "t2", 0
    ).fails("t2", 1, words[:2000]).ends(2).run  # fmt: skip
    result(run, lambda number: f"{number}.md")
    log(run, task_output=lambda number: f"{number}.md", result_output="r.md")


READERS: dict[str, Callable[[str], object]] = {
    "plan": parse_plan,
    "plan of one task": lambda text: parse_plan(
        "tasks:\n- prompt: |\n    " + text.replace("\n", "\n    ")
    ),
    "plan of an entry for many": lambda text: parse_plan(
        "tasks:\n- variants: 2\n  subjects: ['{n}{']\n"
        "  prompt: |\n    {subject} " + text.replace("\n", "\n    ")
    ),
    "table of parameters": of_file("t.csv", lambda path: read_table(path.parent, path.name)),
    "table in YAML": of_file("t.yaml", lambda path: read_table(path.parent, path.name)),
    "configuration": of_file("c.yaml", lambda path: load_config(path.parent, path)),
    "agent file": lambda text: specialists.parse(
        as_bytes(f"---\n{text}\n---\n{text}"), Path("x.md")
    ),
    "description of an agent": lambda text: specialists.parse(
        as_bytes(f"---\nname: x\ndescription: {text}\ntools: {text}\n---\nx"), Path("x.md")
    ),
    "request": lambda text: parse_request(text, Path(os.environ["HOME"])),
    "request of one task": lambda text: parse_request(
        f"Research {text} x", Path(os.environ["HOME"])
    ),
    "opinion": lambda text: read_answer(Plan(tasks=(task("t1"), task("t2"))), text[:200_000]),
    "journal": of_file("events.jsonl", lambda path: fold.replay(journals.read(path.parent))),
    "server": sse,
    "turn": turn,
    "terminal": clean,
    "terminal, one line": clean_line,
    "terminal, in pieces": cleaned_in_pieces,
    "claude": printed_by(ClaudeOutput),
    "codex": printed_by(CodexOutput),
    "gemini": printed_by(GeminiOutput),
    "opencode": printed_by(OpencodeOutput),
    "result": demote,
    "report": told,
    "independence": lambda text: independence.check(
        Plan(tasks=(Task(id="t1", prompt=text), task("t2"), task("t3")))
    ),
}


def seconds(read: Callable[[str], object], text: str) -> float:
    """The processor's time for reading a text, whatever comes of it."""
    began = time.thread_time()
    with contextlib.suppress(OrchtuiError, ValueError):
        read(text)
    return time.thread_time() - began


def too_slow(
    read: Callable[[str], object], shapes: Mapping[str, Callable[[int], str]], length: int
) -> dict[str, tuple[float, float]]:
    """The shapes of which four times the length takes far more than four times as long."""
    slow = {}
    for name, shape in shapes.items():
        part, whole = shape(length // 4), shape(length)
        for _ in range(3):  # a busy machine may be slow once
            spent = seconds(read, part), seconds(read, whole)
            if spent[1] < NOISE + FACTOR * spent[0]:
                break
        else:
            slow[name] = spent
    return slow


@pytest.mark.parametrize("reader", READERS)
@form("length", 4_000, 1_000_000)
def test_no_shape_takes_more_than_its_length(reader: str, length: int) -> None:
    assert not too_slow(READERS[reader], SHAPES, length)


@pytest.mark.faults
@pytest.mark.timeout(600)
@pytest.mark.parametrize("length", [19_000, 100_000])
@pytest.mark.parametrize("reader", ["request", "request of one task"])
def test_no_words_of_a_request_take_more_than_their_length(reader: str, length: int) -> None:
    assert not too_slow(READERS[reader], {piece: over(piece) for piece in FRAGMENTS}, length)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.faults
@pytest.mark.timeout(600)
def test_no_shape_takes_more_memory_than_its_length(reader: str) -> None:
    read = READERS[reader]
    large = {}
    for name, shape in SHAPES.items():
        text = shape(250_000)
        tracemalloc.start()
        seconds(read, text)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if peak > PER_CHARACTER * len(text) + 8_000_000:
            large[name] = peak
    assert not large
