"""The command line: one module for each command, `orchtui.cli.entry` joins them.

Commands import the engine only when they run, so that `--help` stays quick.
This package never does work that the engine could do.
"""

from orchtui.cli.entry import main

__all__ = ["main"]
