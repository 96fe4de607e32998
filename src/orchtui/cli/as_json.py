"""What `--json` prints: exact, readable, and without a character that acts on a terminal.

This module never decides what is printed.
"""

from typing import Any


def json_text(value: Any) -> str:
    """A value as JSON on one line; what could act on a terminal is written as an escape.

    Args:
        value: What `json` can write, or msgspec.
    """
    import json

    import msgspec

    from orchtui.engine.text import escaped_in_json

    return escaped_in_json(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))
