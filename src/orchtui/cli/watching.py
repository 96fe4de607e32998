"""`orchtui runs watch`: a run that another process writes, with the same progress as `orchtui run`.

Nothing here can stop the run: whoever stops watching leaves it alone. This
module never writes a file.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from orchtui.cli import ending

if TYPE_CHECKING:
    from orchtui.cli.output import Output
    from orchtui.engine.run_folders.follower import Watch
    from orchtui.engine.runs.run import Run

STOPPED = 130
"""Exit code when a person had seen enough."""
INTERRUPTED = 1


def watch_run(folder: Path, out: Path, *, as_json: bool) -> int:
    """Watch a run to its end.

    Args:
        folder: The run's.
        out: The artifacts folder.
        as_json: Whether all its events go to standard output, instead of its result.

    Returns:
        The verdict's exit code; 1 for a run that was broken off, 130 when watching was stopped, 141
        when whoever read standard output has had enough.

    Raises:
        StorageError: when the journal can not be read.
    """
    return ending.run(_watch(folder, out, as_json=as_json))


async def _watch(folder: Path, out_folder: Path, *, as_json: bool) -> int:
    from orchtui.cli.output import Output
    from orchtui.engine.run_folders.follower import Watch

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    out, err = Output(sys.stdout, lost=stop.set), Output(sys.stderr)
    try:
        watch = Watch(folder)
        shown = _events(watch, out) if as_json else _progress(watch, out_folder, folder, err)
        following = asyncio.create_task(shown)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((following, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not following.done():
            following.cancel()
            await asyncio.wait((following,))
            err.write("orchtui: stopped watching\n")
            return 141 if isinstance(out.error, BrokenPipeError) else STOPPED
        following.result()  # raises what went wrong
        assert watch.run is not None
        return await _conclude(watch.run, folder, None if as_json else out, err)
    finally:
        await out.close()
        await err.close()


async def _events(watch: "Watch", out: "Output") -> None:
    from orchtui.engine.run_events import events as ev

    async for event in watch:
        if not isinstance(event, ev.UnknownEvent):
            out.write_bytes(ev.encode(event) + b"\n")


async def _progress(watch: "Watch", out_folder: Path, folder: Path, err: "Output") -> None:
    from orchtui.cli.progress import Progress
    from orchtui.engine.journals import journal
    from orchtui.engine.run_events import events as ev
    from orchtui.engine.runs import verdict

    run = await watch.catch_up()
    if await asyncio.to_thread(journal.is_alive, folder):
        count = verdict.census(run)
        where = f" in process {run.pid}" if run.pid else ""
        err.write(
            f"orchtui: watching run {run.id}{where}: {count.completed} of {count.total} tasks "
            "completed so far; ctrl+c stops watching, the run goes on\n"
        )
    with Progress(run, time.time, err, table=err.isatty()) as progress:
        async for event in watch:
            if not isinstance(event, ev.UnknownEvent):
                progress.note(event)
    if not watch.interrupted:
        progress.conclude(folder, out_folder)


async def _conclude(run: "Run", folder: Path, out: "Output | None", err: "Output") -> int:
    """Say how it ended, where progress has not, and print the result."""
    from orchtui.engine.run_folders.artifacts import RESULT
    from orchtui.engine.runs import verdict

    if run.finished is None:
        count = verdict.census(run)
        err.write(
            f"INTERRUPTED: nobody writes run {run.id} any more; {count.completed} of {count.total} "
            f"tasks completed\norchtui: `orchtui runs resume {run.id}` goes on with it\n"
        )
        return INTERRUPTED
    if out is not None:
        try:
            out.write_bytes(await asyncio.to_thread((folder / RESULT).read_bytes))
        except OSError as error:
            err.write(f"orchtui: {folder / RESULT}: {error.strerror}\n")
    return verdict.EXIT_CODES[run.finished.verdict]
