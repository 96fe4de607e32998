"""What this machine has room for: programs at once, and memory. Nothing is started."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchtui.cli.checks import Check

if TYPE_CHECKING:
    from orchtui.engine.sessions.project import Project

_MANY = 10_000
"""As many as a run may have tasks at once."""
_EACH = 16
"""Processes and threads of an agent program, as the backends count them."""


def _of_programs() -> str:
    """What programs of any orchtui of this user have of the memory."""
    from orchtui.engine.backends.process_table import carrying
    from orchtui.engine.backends.strays import MARK

    programs = carrying(MARK)
    if programs is None:
        return ""
    return f"; programs that orchtui runs have {programs.memory // 2**20:,} MiB"


def of(project: "Project") -> Iterator[Check]:
    """All of it."""
    from orchtui.engine.backends.machine_limits import MACHINE
    from orchtui.engine.scheduling.resolve import DEFAULTS

    wanted = project.overrides.limits.concurrency or DEFAULTS.concurrency or 1
    room = MACHINE.room(_MANY, _EACH)
    if room is None:
        yield Check("programs", "ok", "no limit of the system's stands against many at once")
    elif room.programs < wanted:
        text = f"room for {room.programs} agent programs at once, not for {wanted}: {room.why}"
        yield Check("programs", "warning", text, "raise it, or fewer run at once than a plan asks")
    else:
        yield Check(
            "programs", "ok", f"room for {room.programs:,} agent programs at once: {room.why}"
        )
    memory = MACHINE.memory()
    if memory is not None and memory.short:
        todo = "close something: while one program runs no other is started"
        yield Check("memory", "warning", f"short: {memory}{_of_programs()}", todo)
    elif memory is not None:
        yield Check("memory", "ok", str(memory))
