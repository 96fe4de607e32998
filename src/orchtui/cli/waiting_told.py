"""A word to whoever waits at a terminal: what takes long is named once, on standard error.

Plans of thousands of tasks are checked for seconds, and runs of them read. This module never
measures how long anything still takes.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

AFTER = 1.5
"""Seconds after which a person wonders."""


@contextmanager
def waiting(words: str, after: float = AFTER) -> Iterator[None]:
    """While this is open, the words are said once where it takes long: nothing in a pipe.

    Args:
        words: What goes on: `reading the run`.
        after: Seconds.
    """
    if not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(after, lambda: click.echo(f"orchtui: {words} …", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
