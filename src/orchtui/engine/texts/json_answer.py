"""The JSON object, or list, in a model's answer: fences and words around it do not matter.

This module never trusts what stands in it.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

_MAX_STARTS = 40
"""Places in the answer that are tried as the beginning of the object."""


def object_in(text: str, keys: Collection[str]) -> dict[str, Any] | None:
    """The first JSON object that has one of the keys, or is empty and the end of the answer."""
    for start in _starts(text, "{"):
        if (read := _read_at(text, start)) is None:
            continue
        found, end = read
        if any(key in found for key in keys) or (not found and not text[end:].strip(" \n`")):
            assert isinstance(found, dict)
            return found
    return None


def objects_in(text: str) -> list[Any] | None:
    """The first JSON list that holds an object."""
    for start in _starts(text, "["):
        if (read := _read_at(text, start)) is not None:
            found = read[0]
            if any(isinstance(one, dict) for one in found):
                assert isinstance(found, list)
                return found
    return None


def _read_at(text: str, start: int) -> tuple[Any, int] | None:
    """What stands there and where it ends; `None` where that is no JSON."""
    try:
        # Not strict: models write line ends into strings as they are.
        return json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):  # not JSON from here on, or far too deep to be meant
        return None


def _starts(text: str, sign: str) -> Iterator[int]:
    at = -1
    for _ in range(_MAX_STARTS):
        at = text.find(sign, at + 1)
        if at < 0:
            return
        yield at
