"""`orchtui runs replay`: a recording at its pace, on standard error or as events.

It is shown by the same progress as a run that goes on, and every line says that
it is none. This module never writes a file and starts nothing.
"""

import asyncio
import math
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orchtui.cli import ending

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from orchtui.cli.output import Output
    from orchtui.engine.replay.player import Player
    from orchtui.engine.run_folders.follower import AnyEvent

MARK = "REPLAY"
STOPPED, IN_PART, GONE = 130, 1, 141

_TICK = 0.05
"""Seconds between two looks at the clock."""


def replay_run(folder: Path, *, speed: float, begin: str, as_json: bool) -> int:
    """Play a run to its end.

    Args:
        folder: The run's.
        speed: Seconds of working time in a second; infinite for as fast as it goes.
        begin: Where to begin, as a person wrote it; see `place_of`.
        as_json: Whether its events go to standard output, instead of progress to standard error.

    Returns:
        0, or 1 where the journal could be played in part only; 130 when it was stopped, 141 when
        whoever read standard output has had enough.

    Raises:
        StorageError: when the journal can not be read.
        InputError: when there is no such place.
    """
    return ending.run(_replay(folder, speed, begin, as_json=as_json))


class _Enough(Exception):
    """Somebody stops it while the journal is opened."""


async def _replay(folder: Path, speed: float, begin: str, *, as_json: bool) -> int:
    from orchtui.cli.output import Output

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    out, err = Output(sys.stdout, lost=stop.set), Output(sys.stderr)
    try:
        player = await _opened(folder, speed, begin, stop)
        recording = player.recording
        _announce(player, err)
        if as_json:
            await _play_events(player, out, stop)
        else:
            await _play_progress(player, err, stop)
        if stop.is_set():
            return GONE if isinstance(out.error, BrokenPipeError) else _stopped(err)
        for note in recording.notes:
            err.write(f"{MARK}: {note}\n")
        return 0 if recording.whole else IN_PART
    except _Enough:
        return _stopped(err)
    finally:
        await out.close()
        await err.close()


async def _opened(folder: Path, speed: float, begin: str, stop: asyncio.Event) -> "Player":
    from orchtui.engine.replay.player import Player, place_of
    from orchtui.engine.replay.recording import open_recording

    def look(read: int) -> None:
        if stop.is_set():
            raise _Enough

    recording = await asyncio.to_thread(open_recording, folder, look)
    player = Player(recording, speed, skips=False)
    if begin != "0":
        player.to_position(place_of(recording, begin))
    return player


def _announce(player: "Player", err: "Output") -> None:
    from orchtui.engine.text import clean_line
    from orchtui.engine.texts.durations import show_duration

    recording = player.recording
    speed = "as fast as it goes" if player.speed == math.inf else f"at {player.speed:g}x"
    begin = f" from {show_duration(player.position)} on" if player.position else ""
    err.write(
        f"{MARK} of run {clean_line(player.run.id)} of {recording.first.at[:16].replace('T', ' ')}"
        f" UTC: {show_duration(recording.length)}, {recording.count:,} events,{begin} {speed}; "
        "nothing runs and nothing is written; ctrl+c stops\n"
    )


async def _play_progress(player: "Player", err: "Output", stop: asyncio.Event) -> None:
    from orchtui.cli.progress import Progress
    from orchtui.engine.run_events import events as ev

    run = player.run  # the same one to the end: nothing is skipped
    table = err.isatty()
    with Progress(run, lambda: player.moment, err, table=table, mark=MARK) as progress:
        async for event in _events(player, err, stop):
            if not isinstance(event, ev.UnknownEvent):
                progress.note(event)
    if run.finished is not None and not stop.is_set():
        progress.conclude(player.recording.folder, None)


async def _play_events(player: "Player", out: "Output", stop: asyncio.Event) -> None:
    from orchtui.cli.as_json import json_text
    from orchtui.engine.run_events import events as ev

    recording = player.recording
    head = {
        "kind": "replay_started",
        "seq": 0,
        "at": recording.first.at,
        "run": player.run.id,
        "speed": "max" if player.speed == math.inf else player.speed,
        "from_s": player.position,
        "length_s": recording.length,
        "events": recording.count,
        "notes": recording.notes,
    }
    out.write_bytes(json_text(head).encode() + b"\n")
    if player.index == 1:
        out.write_bytes(ev.encode(recording.first) + b"\n")
    async for event in _events(player, out, stop):
        if not isinstance(event, ev.UnknownEvent):
            out.write_bytes(ev.encode(event) + b"\n")


async def _events(
    player: "Player", output: "Output", stop: asyncio.Event
) -> "AsyncIterator[AnyEvent]":
    """Every event as it comes due, until all have been told or somebody stops it."""
    clock = asyncio.get_running_loop().time
    if player.at_end:
        return
    player.play()
    while player.playing and not stop.is_set():
        player.advance(clock())
        for event in player.events:
            yield event
        lags = bool(player.events) and player.speed == math.inf
        await asyncio.sleep(0 if lags and not output.behind else _TICK)


def _stopped(err: "Output") -> int:
    err.write(f"{MARK} stopped\n")
    return STOPPED
