"""posix_spawn(3) of the C library, called in a way that lets other threads go on.

Python's own ways to start a program hold the interpreter until the new program is
there, half a millisecond or more for each; a call through `ctypes` does not. The
program gets what `subprocess` would give it: a session of its own, three streams
and no other descriptor, its folder, its environment, and the signals that Python
ignores. Where the library can not do all of that there is nothing here. This
module never looks for a program on the PATH, and never waits for one.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_SETSIGDEF = 0x04
_SETSID = 0x80
"""POSIX_SPAWN_… of glibc's spawn.h."""
_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ)
"""Ignored by Python, and by no program that expects them; as `subprocess` has it."""
_ROOM = 1024
"""Bytes for each of the library's opaque objects, of which the largest has 336 (glibc 2.36)."""
_NEEDED = (
    "posix_spawn",
    "posix_spawn_file_actions_addchdir_np",  # glibc 2.29
    "posix_spawn_file_actions_addclosefrom_np",  # glibc 2.34
)


class Library(NamedTuple):
    """The C library, called in two ways."""

    at_once: ctypes.PyDLL
    """Keeps the interpreter: for what takes less time than to hand it over and get it back, which a
    thread would do a dozen times for each program."""
    waiting: ctypes.CDLL
    """Lets other threads go on."""


@lru_cache(maxsize=1)
def c_library() -> Library | None:
    """The C library, where it can start programs so; `None` elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found = Library(at_once=ctypes.PyDLL(None), waiting=ctypes.CDLL(None))
    except OSError:
        return None
    return found if all(hasattr(found.at_once, name) for name in _NEEDED) else None


def spawn(
    path: str,
    arguments: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    streams: Sequence[int],
) -> int:
    """Start a program and give its process id. Blocks until it runs.

    Args:
        path: The program's file, as execve(2) takes it; a relative one is looked for in `folder`.
        arguments: All of them, the program's name first.
        folder: Where it runs.
        environment: All of it.
        streams: Descriptors that become its standard input, output and error; each above 2.

    Raises:
        OSError: when the system refuses. Which step it refused is not told.
        ValueError: when a text can not be handed over, as it has a NUL in it.
    """
    library = c_library()
    assert library is not None
    c = library.at_once
    where = _text(folder)
    argv, envp = _array(map(_text, arguments)), _array(map(_entry, *_columns(environment)))
    actions, attributes = ctypes.create_string_buffer(_ROOM), ctypes.create_string_buffer(_ROOM)
    signals = ctypes.create_string_buffer(_ROOM)
    pid = ctypes.c_int()
    _checked(c.posix_spawn_file_actions_init(actions))
    try:
        _checked(c.posix_spawnattr_init(attributes))
        try:
            for number, stream in enumerate(streams):
                _checked(c.posix_spawn_file_actions_adddup2(actions, stream, number))
            _checked(c.posix_spawn_file_actions_addclosefrom_np(actions, 3))
            _checked(c.posix_spawn_file_actions_addchdir_np(actions, where))
            c.sigemptyset(signals)
            for each in _SIGNALS:
                c.sigaddset(signals, int(each))
            _checked(c.posix_spawnattr_setsigdefault(attributes, signals))
            flags = ctypes.c_short(_SETSID | _SETSIGDEF)
            _checked(c.posix_spawnattr_setflags(attributes, flags))
            program = _text(path)
            start = library.waiting.posix_spawn
            _checked(start(ctypes.byref(pid), program, actions, attributes, argv, envp))
        finally:
            c.posix_spawnattr_destroy(attributes)
    finally:
        c.posix_spawn_file_actions_destroy(actions)
    return pid.value


def _columns(environment: Mapping[str, str]) -> tuple[Iterable[str], Iterable[str]]:
    return environment.keys(), environment.values()


def _array(texts: Iterable[bytes]) -> "ctypes.Array[ctypes.c_char_p]":
    given = list(texts)
    return (ctypes.c_char_p * (len(given) + 1))(*given, None)


def _text(text: str) -> bytes:
    encoded = os.fsencode(text)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return encoded


@lru_cache(maxsize=1024)
def _entry(name: str, value: str) -> bytes:
    # Nearly all of an environment is the same for all programs.
    if not name or "=" in name:
        raise ValueError("illegal environment variable name")
    return _text(f"{name}={value}")


def _checked(code: int) -> None:
    if code:
        raise OSError(code, os.strerror(code))
