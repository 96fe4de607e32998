"""Which files of a project a command line would run, and what stands in them.

A script of the project that changes is another program under the same name: so
its content is part of what a person has trusted. Only what the command line
itself names is seen, not what a script loads. This module never runs anything.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

MOST_BYTES = 16_000_000
"""Of one file that is read; of a larger one only size and time of change are noted."""

_MOST_FILES = 64
_MOST_SETTINGS = 2000
"""Files of settings, with those in their folders; more are counted as one that always changes."""
_MOST_WORDS = 400
_PIECE = 1 << 20

_INTERPRETER = re.compile(
    r"(?:python|pypy|ruby|perl|php|lua|node|nodejs|deno|bun|tsx|ts-node|sh|bash|dash|zsh|ksh|fish|"
    r"pwsh|rscript|java|osascript|env|uv|nohup|nice|time|timeout|exec|xargs|sudo)[\d.]*(?:\.exe)?",
    re.IGNORECASE,
)
"""Programs whose first file is a program too."""

_INLINE = frozenset({"-c", "-m", "-e", "-lc", "-ec", "--eval", "--command"})
"""After these an interpreter's program is no file."""

_SUFFIXES = frozenset(
    ".py .pyz .sh .bash .zsh .fish .rb .pl .php .lua .js .mjs .cjs .ts .mts .r .jar .ps1 .mk .awk"
    " .command .scpt .groovy .jl".split()
)

_UNNAMED = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "npm": ("package.json",),
    "pnpm": ("package.json",),
    "yarn": ("package.json",),
    "npx": ("package.json",),
}
"""Files that these programs take their commands from without being told."""

_SHELL_BREAKS = re.compile(r"[\s;&|()<>{}'\"`$=,]+")


def marks(argv: Sequence[str], folder: Path) -> tuple[tuple[str, str], ...]:
    """Name and content of each file of the project that the command line would run.

    Reads files: not for the event loop.

    Args:
        argv: Program and arguments.
        folder: The project folder, in which the program would run.

    Returns:
        Paths from the project folder, each with a word that changes when the file does. A link
        that leads out of the project is noted with where it leads.
    """
    base = os.path.realpath(folder)
    found: dict[str, str] = {}
    for word, surely in _words(argv, base):
        if len(found) >= _MOST_FILES:
            break
        if "\0" in word:
            continue
        path = os.path.normpath(os.path.join(base, word))
        name = _inside(path, base) or _inside(os.path.realpath(path), base)
        if name is None or name in found:
            continue
        if (mark := _mark(path, base, surely=surely)) is not None:
            found[name] = mark
    return tuple(found.items())


def settings(names: Sequence[str], folder: Path) -> tuple[tuple[str, str], ...]:
    """Name and content of the project's files of these names, with all that is in its folders.

    Looked for from the project folder up to the top of its repository, as agent programs do. What
    packages are installed in a folder is not looked at. In the user's home folder they are the
    user's own. Reads files: not for the event loop.
    """
    base = os.path.realpath(folder)
    home = os.path.realpath(os.path.expanduser("~"))
    found: dict[str, str] = {}
    for place in _up_to_the_top(base):
        if place == home:
            break
        for path in (path for name in names for path in _all(os.path.join(place, name))):
            if len(found) >= _MOST_SETTINGS:
                return (*found.items(), ("more", "never the same " + os.urandom(8).hex()))
            if (mark := _mark(path, base, surely=True)) is not None:
                found[os.path.relpath(path, base)] = mark
    return tuple(found.items())


def _up_to_the_top(base: str) -> list[str]:
    """The folder and those above it, as far as its repository goes; itself where there is none."""
    places = [base]
    while not os.path.lexists(os.path.join(places[-1], ".git")):
        above = os.path.dirname(places[-1])
        if above == places[-1]:
            return [base]
        places.append(above)
    return places


def _all(path: str) -> Iterator[str]:
    """A file itself; of a folder all files in it, in a fixed order."""
    if not os.path.isdir(path):
        yield path
        return
    for place, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name != "node_modules")
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        # What a linked folder holds is not walked: it may be a circle.
        for name in sorted(files):
            yield os.path.join(place, name)
        for name in links:
            yield from _flat(os.path.join(place, name))


def _flat(path: str) -> Iterator[str]:
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return
    yield from (os.path.join(path, name) for name in names)


def _words(argv: Sequence[str], base: str) -> Iterator[tuple[str, bool]]:
    """What may be a file, and whether it is run whatever it looks like."""
    if not argv:
        return
    program = argv[0]
    yield from _on_the_path(program, base)
    name = os.path.basename(program)
    for unnamed in _UNNAMED.get(name, ()):
        yield unnamed, True
    script_wanted = _INTERPRETER.fullmatch(name) is not None
    wrapped = name == "env"
    for argument in argv[1:_MOST_WORDS]:
        if wrapped and "=" not in argument and not argument.startswith("-"):
            wrapped = False
            yield from _on_the_path(argument, base)
        if argument in _INLINE:
            script_wanted = False
        elif argument.startswith("-") and "=" not in argument:
            continue
        elif _INTERPRETER.fullmatch(os.path.basename(argument)):
            script_wanted = True  # `timeout 5 python3 script`
        else:
            # The first file is the script; what comes after it is what the script works on.
            is_script = script_wanted and _is_file(argument, base)
            yield argument, is_script
            script_wanted = script_wanted and not is_script
            pieces = _SHELL_BREAKS.split(argument)[:_MOST_WORDS]
            if len(pieces) > 1:
                for piece in pieces:
                    yield piece, False


def _on_the_path(program: str, base: str) -> Iterator[tuple[str, bool]]:
    """The file that a program's name means; a PATH may lead into the project, as `.` does."""
    if "/" in program:
        yield program, True
        return
    for place in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(base, place, program)
        if "\0" not in path and os.path.isfile(path) and os.access(path, os.X_OK):
            yield path, True
            return


def _is_file(word: str, base: str) -> bool:
    return "\0" not in word and os.path.isfile(os.path.join(base, word))


def _inside(path: str, base: str) -> str | None:
    """The path from the project folder; `None` for the folder itself and what is outside."""
    prefix = base.rstrip("/") + "/"
    return path[len(prefix) :] if path.startswith(prefix) and path != prefix else None


def _mark(path: str, base: str, *, surely: bool) -> str | None:
    """`None` for what is no file, or does not look like something that is run."""
    real = os.path.realpath(path)
    leads_out = f"-> {real} " if _inside(real, base) is None else ""
    if not os.path.isfile(real):
        return None
    try:
        # Not blocking: it may have become a pipe meanwhile.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return f"{leads_out}unreadable"
    with open(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            return None
        start = file.read(2)
        suffix = os.path.splitext(path)[1].lower()
        if not (surely or suffix in _SUFFIXES or about.st_mode & 0o111 or start == b"#!"):
            return None
        if about.st_size > MOST_BYTES:
            return f"{leads_out}large {about.st_size} {about.st_mtime_ns}"
        content = hashlib.sha256(start)
        left = MOST_BYTES
        while left > 0 and (piece := file.read(min(_PIECE, left))):
            content.update(piece)
            left -= len(piece)
    return f"{leads_out}sha256 {content.hexdigest()}"
