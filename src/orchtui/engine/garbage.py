"""Python's search for garbage: what it leaves out, and how often it looks.

Nearly all that a run makes goes by its reference count, or stays until the end: events, records
of tasks, what waits on the event loop. A search for the rest goes through it all the same, with
Python's own threshold after every 700 objects that were made and not given up.

These are for programs that own their process, the command line and the app: this module never
decides for somebody who uses the engine as a library, and never switches the search off.
"""

import gc

YOUNG = 10_000
"""Objects after which the youngest are searched; about a megabyte of what may be garbage, and a
millisecond for a search. With 700 the searches were a tenth of the makespan of 1,000 programs that
do nothing, and three tenths of a check of 10,000 tasks (docs/benchmarks.md)."""


def seldom() -> None:
    """Look at what is new less often."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def settle() -> None:
    """Leave out from now on what there is now. Quick; safe to call again."""
    gc.freeze()
