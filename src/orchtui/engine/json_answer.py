"""The JSON object in a model's answer: fences and words around it do not matter.

This module never trusts what stands in it.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any

_MAX_STARTS = 40
"""Places in the answer that are tried as the beginning of the object."""


def object_in(text: str, keys: Collection[str]) -> dict[str, Any] | None:
    """The first JSON object that has one of the keys, or is empty and the end of the answer."""
    decoder = json.JSONDecoder()
    for start in _starts(text):
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):  # not JSON from here on, or far too deep to be meant
            continue
        if any(key in found for key in keys) or (not found and not text[end:].strip(" \n`")):
            assert isinstance(found, dict)
            return found
    return None


def _starts(text: str) -> Iterator[int]:
    at = -1
    for _ in range(_MAX_STARTS):
        at = text.find("{", at + 1)
        if at < 0:
            return
        yield at
