"""What programs use and used, in words: memory, processes, time of the processor.

The log, the report, the page and the app say it alike. What is not known is not
said, and neither is a figure that no machine can have: a journal may be a
stranger's. This module never measures anything.
"""

from typing import TYPE_CHECKING

from orchtui.engine.run_events.event_parts import ProgramUse
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.texts.durations import LONGEST, show_duration
from orchtui.engine.texts.memory_sizes import show_memory

if TYPE_CHECKING:
    from orchtui.engine.backends.process_table import Looked

_MOST_MEMORY = 2**60
_MOST_PROCESSES = 2**22
"""What process ids go to on Linux (proc(5), pid_max)."""


def now_words(looked: "Looked") -> str:
    """`412 MB, 3 processes`."""
    return f"{show_memory(looked.memory)}, {_processes(looked.processes)}"


def peak_words(use: ProgramUse | None) -> str:
    """`peak 412 MB`; nothing where that is not known."""
    memory = _memory(use)
    return f"peak {show_memory(memory)}" if memory else ""


def use_words(use: ProgramUse | None) -> str:
    """`peak 412 MB, 3 processes, CPU 1.2s`: what is known of it."""
    if use is None:
        return ""
    parts = [peak_words(use)]
    if 0 < (use.processes or 0) <= _MOST_PROCESSES:
        parts.append(_processes(use.processes or 0))
    parts.append(_cpu(use.cpu_s or 0.0))
    return ", ".join(part for part in parts if part)


def largest(run: Run) -> TaskRun | None:
    """The task whose program had the most memory; `None` where of none that is known."""
    known = [task for task in run.tasks.values() if _memory(task.program)]
    return max(known, key=lambda task: _memory(task.program), default=None)


def _memory(use: ProgramUse | None) -> int:
    memory = use.memory or 0 if use is not None else 0
    return memory if 0 < memory <= _MOST_MEMORY else 0


def _processes(number: int) -> str:
    return "1 process" if number == 1 else f"{number:,} processes"


def _cpu(seconds: float) -> str:
    if not 0.0005 <= seconds <= LONGEST:
        return ""
    return f"CPU {show_duration(seconds) if seconds >= 0.05 else f'{seconds * 1000:.0f}ms'}"
