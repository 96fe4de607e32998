"""Lines that fit a regular expression, found without ever hanging.

A regular expression of a model may take for ever on one line, and holds the
whole interpreter meanwhile, so that no timer and no other thread could end it.
Bounds on pattern and line do not help (`(a|a)*` of 40 letters is enough), and to
tell harmless patterns from others is guessing. So only patterns that repeat
nothing are tried here; all others run in a child process, which is killed when
its time is over. The child gets texts, and never opens a file.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from contextlib import suppress

import msgspec

SECONDS = 10.0
"""That a search may take."""

LONGEST_PATTERN = 1000
"""Characters of a pattern."""

_ESCAPED = re.compile(r"\\.", re.DOTALL)
_CHILD = """
import json, re, sys
pattern, flags, most, texts = json.loads(sys.stdin.buffer.read())
search, left, out = re.compile(pattern, flags).search, most, []
for text in texts:
    hits = []
    for number, line in enumerate(text.split(chr(10))):
        if left <= 0:
            break
        if search(line.rstrip(chr(13))):
            hits.append(number)
            left -= 1
    out.append(hits)
sys.stdout.write(json.dumps(out))
"""


class SearchFailed(Exception):
    """The pattern can not be searched for; the message says why."""


async def matching_lines(
    pattern: str, texts: Sequence[str], *, ignore_case: bool, most: int, seconds: float = SECONDS
) -> list[list[int]]:
    """The numbers of the lines that fit, from 0, for each text.

    Args:
        pattern: A regular expression, as in Python.
        texts: What is searched.
        ignore_case: Take A and a for the same.
        most: After so many lines no more are looked for.
        seconds: That it may take.

    Raises:
        SearchFailed: when the pattern is none, or takes too long.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise SearchFailed(f"the pattern is longer than {LONGEST_PATTERN} characters")
    flags = re.IGNORECASE if ignore_case else 0
    plain = _ESCAPED.sub("x", pattern)
    if not any(character in plain for character in "*+?{("):
        search = _compiled(pattern, flags)
        return await asyncio.to_thread(_here, search, texts, most)
    # Compiling such a pattern can itself take long: that is the child's too.
    question = msgspec.json.encode((pattern, int(flags), most, texts))
    return await _in_child(question, seconds)


def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise SearchFailed(f"this is no regular expression: {error}") from None


def _here(search: re.Pattern[str], texts: Sequence[str], most: int) -> list[list[int]]:
    found: list[list[int]] = []
    for text in texts:
        hits: list[int] = []
        if most > 0 and text:
            for number, line in enumerate(text.split("\n")):
                if most > 0 and search.search(line.rstrip("\r")):
                    hits.append(number)
                    most -= 1
        found.append(hits)
    return found


async def _in_child(question: bytes, seconds: float) -> list[list[int]]:
    child = await asyncio.create_subprocess_exec(
        # Nothing of the project is imported, whatever folder this runs in.
        *(sys.executable, "-I", "-S", "-c", _CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
    )
    try:
        async with asyncio.timeout(seconds):
            answer, trouble = await child.communicate(question)
    except TimeoutError:
        raise SearchFailed(
            f"the search took more than {seconds:.0f} s; use a simpler pattern (no repeats inside "
            "of repeats), or fewer files"
        ) from None
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode != 0:
        last = trouble.decode(errors="replace").strip().rpartition("\n")[2]
        raise SearchFailed(f"this is no regular expression: {last.partition(': ')[2] or last}")
    return msgspec.json.decode(answer, type=list[list[int]])
