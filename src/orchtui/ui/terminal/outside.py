"""Programs that take the terminal over for a while: an editor, a pager.

The app steps back, the program runs in the foreground as a shell would run it, and the app comes
back when it has ended. Tasks go on meanwhile. Keys that send signals (ctrl+c, ctrl+z) reach the
program alone. This module never reads or writes the file that is opened.
"""

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.app import App, SuspendNotSupported
from textual.worker import WorkerCancelled, WorkerFailed

from orchtui.engine.errors import OrchtuiError

_EDITOR = (("VISUAL", "EDITOR"), ("nano", "vim", "vi"))
_PAGER = (("PAGER",), ("less", "more"))
_END_WITHIN = 2.0
"""Seconds for a program to end when the app itself has to."""
_AGAIN = 0.05
"""Seconds before a program that was stopped is continued."""
_LOOK_EVERY = 1.0
"""Seconds between looks whether the terminal is still there."""


GROUP = "outside"
"""Of the workers that call this; `end` ends them before the app itself ends."""


async def end(app: App[int]) -> None:
    """End what is open outside, so that the terminal is the app's again."""
    workers = [worker for worker in app.workers if worker.group == GROUP and worker.is_running]
    for worker in workers:
        worker.cancel()
        with contextlib.suppress(WorkerCancelled, WorkerFailed):  # told to whoever began it
            await worker.wait()


async def edit(app: App[int], path: Path) -> int:
    """Open a file in the person's editor, and wait for its end; must be called from a worker.

    Returns:
        The editor's exit code.

    Raises:
        OrchtuiError: when there is no editor, or the terminal can not be handed over.
    """
    return await _hand_over(app, [*_command("editor", *_EDITOR, os.environ), str(path)])


async def view(app: App[int], path: Path) -> int:
    """Open a file in the person's pager, and wait for its end; must be called from a worker.

    Returns:
        The pager's exit code.

    Raises:
        OrchtuiError: when there is no pager, or the terminal can not be handed over.
    """
    return await _hand_over(app, [*_command("pager", *_PAGER, os.environ), str(path)])


def _command(
    what: str,
    variables: Sequence[str],
    usual: Sequence[str],
    environment: Mapping[str, str],
) -> list[str]:
    """The words of the command: from the first variable that is set, else a usual program.

    Raises:
        OrchtuiError: when there is none, with what to do.
    """
    path = environment.get("PATH")
    for variable in variables:
        if not (said := environment.get(variable, "").strip()):
            continue
        try:
            words = shlex.split(said)
        except ValueError as error:
            raise OrchtuiError(f"${variable} can not be read: {error}: {said}") from None
        if words and shutil.which(words[0], path=path):
            return words
        name = words[0] if words else said
        raise OrchtuiError(
            f"There is no program '{name}', which ${variable} names. "
            f"Set ${variable} to your {what}, as in: export {variable}={usual[0]}"
        )
    for name in usual:
        if shutil.which(name, path=path):
            return [name]
    named = " or ".join(f"${variable}" for variable in variables)
    raise OrchtuiError(
        f"There is no {what}: {named} is not set, and none of {', '.join(usual)} is installed. "
        f"Set it to yours, as in: export {variables[-1]}={usual[0]}"
    )


async def _hand_over(app: App[int], command: Sequence[str]) -> int:
    """Run a program in the terminal, with the app out of its way."""
    problem: BaseException | None = None
    code = 0
    try:
        with app.batch_update(), app.suspend():
            # What leaves `suspend` as an exception leaves the app suspended for ever.
            try:
                code = await _in_foreground(command)
            except BaseException as error:
                problem = error
    except SuspendNotSupported:
        raise OrchtuiError(
            f"{command[0]} needs the terminal for itself, and here it can not be handed over. "
            f"Open the file in another window: {command[-1]}"
        ) from None
    if isinstance(problem, OSError):
        raise OrchtuiError(f"{command[0]} could not be started: {problem.strerror}") from problem
    if problem is not None:
        raise problem
    return code


async def _in_foreground(command: Sequence[str]) -> int:
    """Run a program in the foreground of the terminal, in a group of its own."""
    terminal = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
    before = os.tcgetpgrp(terminal)
    process = subprocess.Popen(command, process_group=0)  # noqa: ASYNC220 - as quick as a fork
    # Should the app end meanwhile, it puts the terminal right from the background: that is not to
    # stop it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    watching = asyncio.ensure_future(_watch(terminal))
    try:
        _give(terminal, process.pid)
        waiting = asyncio.ensure_future(asyncio.to_thread(_wait, process, terminal))
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            _signal(process, signal.SIGHUP)
            done, _ = await asyncio.wait((waiting,), timeout=_END_WITHIN)
            if not done:
                _signal(process, signal.SIGKILL)
                await waiting
            raise
    finally:
        if not watching.done() and not _is_there(terminal):
            _hang_up()
        watching.cancel()
        _give(terminal, before)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTTOU})


async def _watch(terminal: int) -> None:
    """Take notice when the terminal is gone: the system tells only who is in the foreground."""
    while _is_there(terminal):  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(_LOOK_EVERY)
    _hang_up()


def _is_there(terminal: int) -> bool:
    try:
        os.tcgetpgrp(terminal)
    except OSError:
        return False
    return True


def _hang_up() -> None:
    """What the app would have been sent, had it been in the foreground: it leaves in order."""
    os.kill(os.getpid(), signal.SIGHUP)


def _wait(process: "subprocess.Popen[bytes]", terminal: int) -> int:
    """Wait for the end, in a thread; what stops meanwhile is continued, for no shell is there."""
    while True:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode
        time.sleep(_AGAIN)
        _give(terminal, process.pid)
        _signal(process, signal.SIGCONT)


def _give(terminal: int, group: int) -> None:
    """Make a group the one in the foreground, also from the background."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        os.tcsetpgrp(terminal, group)
    except OSError:
        pass  # the group or the terminal is gone; whoever waits for it finds out
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # it has ended meanwhile
