"""Confinement: hostile paths and interleavings, none gets out."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.path_names import Denied
from tests.engine.workspace.places import SECRET, Place, Told, parts_left, task, use

_UPS = ["../" * n for n in range(1, 6)]
_PREFIXES = [
    "",
    "docs/",
    "docs/../",
    "./",
    "docs/./../",
    "no/such/../../",
    "link_in/",
    "//docs//../",
]
HOSTILE = [
    *(f"{prefix}{up}outside/passwd" for prefix in _PREFIXES for up in _UPS),
    *(f"{prefix}../project-too/near.txt" for prefix in _PREFIXES),
    *(
        f"{prefix}{name}{suffix}"
        for prefix in ("", "./", "docs/../")
        for name in (
            ".env", ".ENV", ".Env", ".env.local", ".e\u200bnv", "\uff0eenv", ".ｅnv", ".env.",
            ".env ", ".env::$DATA", ".git/config", ".GIT/config", ".Git/Config",
            ".g\u200cit/config",
            ".git./config", "git~1/config", "sub/.git/config", "sub/.GIT/config", "keys/server.pem",
            "keys/SERVER.PEM", "keys/id_rsa", "keys/ID_RSA", "config/credentials.json",
            "config/Credentials.JSON", "artifacts/runs/r0/events.jsonl",
            "artifacts/trash/r0/events.jsonl",
            "Artifacts/Runs/r0/events.jsonl",
        )
        for suffix in ("", "/")
    ),
    "/etc/passwd", "/etc/hostname", "//etc/passwd", "/proc/self/environ", "/proc/self/root/etc",
    "/dev/zero", "/dev/stdin", "/dev/fd/0", "/", "//", "..", "../", "../..", "~", "~/x",
    "~root/../x",
    "\\..\\outside\\passwd", "..\\outside\\passwd", "docs\\..\\..\\outside", "C:\\Windows",
    "a\0b", "docs/a.md\0.png", "a\nb", "a\rb", "a\x1b[2Jb", "\ud800", "a\u2028b", "x" * 256,
    "x/" * 3000, "/".join(["x" * 200] * 30), "", " ", "\t",
    "link_out/passwd", "link_out/../outside/passwd", "link_out", "link_folder/deep.txt",
    "link_abs", "link_up/outside/passwd", "link_loop", "link_loop/x", "link_a/x", "link_chain",
    "link_env", "link_git/config", "link_proc/etc/passwd", "link_proc/self/environ",
    "link_dev/zero",
    "link_dangling_out", "link_link_env", "fifo", "socket", "sparse",
]  # fmt: skip
MADE_OF_THEM = [f"docs/{hostile}" for hostile in ("..", "../..", "../../..", "../../outside/new")]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    project = place.project
    for name, target in {
        "link_in": "docs",
        "link_out": "../outside",
        "link_folder": "../outside/folder",
        "link_abs": str(place.outside / "passwd"),
        "link_up": "..",
        "link_loop": "link_loop",
        "link_a": "link_b",
        "link_b": "link_a",
        "link_chain": "link_in/../link_abs",
        "link_env": ".env",
        "link_link_env": "link_env",
        "link_git": "sub/.git",
        "link_proc": "/proc/self/root",
        "link_dev": "/dev",
        "link_dangling_out": "../outside/new.txt",
        "link_good": "docs/a.md",
    }.items():
        (project / name).symlink_to(target)
    os.mkfifo(project / "fifo")
    listening = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(project)  # a socket's path must be short
    listening.bind("socket")
    os.chdir(here)
    with (project / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    before, files = place.outside_is(), open_files()
    yield place
    assert place.outside_is() == before, "something outside, or forbidden, has changed"
    assert not parts_left(tmp_path), "a half-written file was left"
    assert open_files() == files, "an open file was left"
    listening.close()


def open_files() -> int:
    with suppress(FileNotFoundError):
        return len([fd for fd in os.listdir("/proc/self/fd") if _is_file(fd)])
    return 0


def _is_file(fd: str) -> bool:
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{fd}").startswith("/tmp")
    return False


def test_there_are_enough_of_them() -> None:
    assert len({*HOSTILE, *MADE_OF_THEM}) >= 200


async def test_no_hostile_path_is_read_or_written(place: Place) -> None:
    for hostile in (*HOSTILE, *MADE_OF_THEM):
        told = Told()
        site = await place.site(told=told)
        for tool, more in (
            ("Read", {"path": hostile}),
            ("Write", {"path": hostile, "content": "taken"}),
            ("Edit", {"path": hostile, "old_string": "hunter2", "new_string": "x"}),
        ):
            answer = await use(site, tool, **more)
            assert SECRET not in answer.text, hostile
            assert str(place.outside) not in answer.text
            if tool == "Read":
                assert not answer.ok, (hostile, answer.text)
            elif answer.ok:  # a name of nothing that is there, kept apart
                assert "unchanged" in answer.text, (hostile, tool)
        for tool in ("List_Files", "Glob", "Grep"):
            pattern = (
                {} if tool == "List_Files" else {"pattern": "hunter" if tool == "Grep" else "**"}
            )
            answer = await use(site, tool, path=hostile, **pattern)
            assert SECRET not in answer.text, (tool, hostile)
            found = answer.text if answer.ok else ""
            for name in ("passwd", "near.txt", "deep.txt", "id_rsa", "events.jsonl"):
                assert name not in found, (tool, hostile)
        seen = await site.leave()
        assert seen is not None
        for change in seen.written:
            assert change.kept.startswith("files/one/") and (place.run / change.kept).is_file()
            assert not (place.project / change.path).exists()


async def test_no_search_finds_what_is_forbidden(place: Place) -> None:
    site = await place.site()
    for pattern in ("hunter", "h.*r2", "(?i)HUNTER2", "secret", "."):
        answer = await use(site, "Grep", pattern=pattern, limit=500)
        assert SECRET not in answer.text
    for pattern in ("**", "**/.*", ".*/**", "*/*", "**/id_*", "**/*.pem", "{.env,keys/*}"):
        answer = await use(site, "Glob", pattern=pattern)
        assert not any(w in answer.text for w in (".git/", "id_rsa", ".pem", ".env\n", "outside"))
    listed = await use(site, "List_Files")
    assert ".git" not in listed.text and ".env.local" not in listed.text
    assert ".env.example" in listed.text
    await site.leave()


def test_links_that_stay_inside_are_followed(place: Place) -> None:
    fence = Fence(place.project)
    assert fence.read("link_good", lambda path: None).path == "docs/a.md"
    assert fence.read("link_in/a.md", lambda path: None).path == "docs/a.md"
    fence.write("link_in/new.md", b"x", lambda path: None)
    assert (place.project / "docs/new.md").read_text() == "x"


@pytest.mark.parametrize("path", ["../outside/passwd", "docs/../../outside/passwd", "/etc/passwd"])
def test_the_fence_itself_trusts_no_path(place: Place, path: str) -> None:
    fence = Fence(place.project)
    with pytest.raises(Denied):
        fence.read(path, lambda path: None)
    with pytest.raises(Denied):
        fence.entries(path.rpartition("/")[0], lambda path: None)
    with pytest.raises(Denied):
        fence.write(path, b"x", lambda path: None)
    with pytest.raises(Denied):
        fence.real(path)


def test_a_project_folder_that_is_reached_through_a_link(place: Place) -> None:
    door = place.project.parent / "door"
    door.symlink_to("project")
    for root, named in ((door, place.project), (door, door), (place.project, place.project)):
        fence = Fence(root)
        assert fence.named(f"{named}/docs/a.md") == "docs/a.md"
        assert fence.read("link_good", lambda path: None).path == "docs/a.md"


def test_a_hard_link_is_not_written_through(place: Place) -> None:
    os.link(place.outside / "passwd", place.project / "docs" / "hard.txt")
    Fence(place.project).write("docs/hard.txt", b"mine", lambda path: None)
    assert (place.project / "docs/hard.txt").read_text() == "mine"


def test_what_could_not_be_written_leaves_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("rename", "write", "fchmod"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(Denied, match="space"):
                Fence(place.project).write(
                    "README.md" if name == "fchmod" else "new/deep/file.txt",
                    b"x",
                    lambda path: None,
                )
    assert not (place.project / "new").exists()
    assert (place.project / "README.md").read_text() == "hello\nworld\n"


def test_a_file_keeps_its_permissions_but_for_special_ones(place: Place) -> None:
    script = place.project / "run.sh"
    script.write_text("x")
    script.chmod(0o4755)
    Fence(place.project).write("run.sh", b"y", lambda path: None)
    assert script.stat().st_mode & 0o7777 == 0o755


# --- between check and use ------------------------------------------------------------------------


@contextmanager
def at_step(number: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Do something just before the fence's n-th call of the system."""
    real = {name: getattr(os, name) for name in ("open", "readlink", "stat", "rename", "mkdir")}
    calls = [0]

    def hooked(name: str) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            calls[0] += 1
            if calls[0] == number:
                act()
            return real[name](*args, **kwargs)

        return call

    for name in real:
        setattr(os, name, hooked(name))
    try:
        yield calls
    finally:
        for name, function in real.items():
            setattr(os, name, function)


SWAPS = ["folder", "deep", "file", "file to secret", "folder away", "fifo", "device"]


def swap(place: Place, what: str) -> None:
    """Turn something into what leads out, as a program beside could at any moment."""
    docs, file = place.project / "docs", place.project / "docs" / "in" / "x.md"
    link, rename, unlink = os.symlink, Path.rename, os.unlink
    if what == "folder":
        rename(docs, place.project / "docs-was")
        link(place.outside, docs)
    elif what == "deep":
        rename(docs / "in", docs / "in-was")
        link(place.outside / "folder", docs / "in")
    elif what == "folder away":
        rename(docs, place.project / "docs-was")
    else:
        unlink(file)
        if what == "file":
            link(place.outside / "passwd", file)
        elif what == "file to secret":
            link("../../.env", file)
        elif what == "fifo":
            os.mkfifo(file)
        else:
            link("/dev/zero", file)


@pytest.mark.parametrize("what", SWAPS)
@pytest.mark.parametrize("tool", ["read", "write", "list"])
def test_a_swap_at_any_moment_leads_nowhere(tmp_path: Path, what: str, tool: str) -> None:
    tried = 0
    for moment in range(1, 60):
        base = tmp_path / str(moment)
        base.mkdir()
        place = Place(base)
        for folder in (place.project / "docs" / "in", place.outside / "in"):
            folder.mkdir()
            (folder / "x.md").write_text("fine" if folder.parent.name == "docs" else SECRET)
        (place.outside / "folder" / "x.md").write_text(SECRET)
        before = place.outside_is()
        rules = place.spaces.owner.rules
        fence = Fence(place.project)
        with at_step(moment, partial(swap, place, what)) as calls, suppress(Denied):
            if tool == "read":
                assert fence.read("docs/in/x.md", rules.unreadable).data == b"fine"
            elif tool == "list":
                names = {entry.name for entry in fence.entries("docs/in", rules.unreadable)}
                assert names <= {"x.md"}
            else:
                fence.write("docs/in/x.md", b"new", rules.unwritable)
        assert place.outside_is() == before, (what, moment)
        assert not parts_left(base)
        if calls[0] < moment:
            break
        tried += 1
    assert tried >= 3


def test_under_a_storm_of_swaps(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (place.project / "real").mkdir()
    (place.project / "real" / "passwd").write_text("fine")
    before, files = place.outside_is(), open_files()
    stop = threading.Event()

    def flip() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            half = place.project / f"half-{number % 2}"
            half.symlink_to(("../outside", "real")[number % 2])
            half.rename(place.project / "door")

    (place.project / "door").symlink_to("real")
    thread = threading.Thread(target=flip)
    thread.start()
    fence, allowed = Fence(place.project), lambda path: None
    try:
        for _ in range(400):
            with suppress(Denied):
                assert fence.read("door/passwd", allowed).data in (b"fine", b"new")
            with suppress(Denied):
                fence.write("door/passwd", b"new", allowed)
    finally:
        stop.set()
        thread.join()
    assert place.outside_is() == before and open_files() == files


_PIECES = st.sampled_from(
    ["..", ".", "", "docs", "link_in", "link_out", "link_up", "link_chain", ".env", ".GIT", "a.md",
     "passwd", "outside", "project", "~", "folder", "deep.txt", "link_proc", "new"]
)  # fmt: skip


@settings(max_examples=300)
@given(parts=st.lists(_PIECES, max_size=8), absolute=st.booleans())
def test_no_path_made_of_hostile_pieces_gets_out(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], absolute: bool
) -> None:
    place = _shared(tmp_path_factory)
    rules, fence = place.spaces.owner.rules, Fence(place.project)
    named = ("/" if absolute else "") + "/".join(parts)
    before = place.outside_is()
    with suppress(Denied):
        path = fence.named(named)
        with suppress(Denied):
            assert SECRET.encode() not in fence.read(path, rules.unreadable).data
        with suppress(Denied):
            fence.entries(path, rules.unreadable)
        fence.write(path, b"x", rules.unwritable)
    assert place.outside_is() == before


_PLACES: list[Place] = []


def _shared(factory: pytest.TempPathFactory) -> Place:
    if not _PLACES:
        place = Place(factory.mktemp("shared"))
        for name, target in {
            "link_in": "docs", "link_out": "../outside", "link_up": "..",
            "link_chain": "link_in/../link_out", "link_proc": "/proc/self/root",
        }.items():  # fmt: skip
            (place.project / name).symlink_to(target)
        _PLACES.append(place)
    return _PLACES[0]


async def test_what_is_known_of_the_folders_is_looked_up_once_for_all_attempts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    real = os.path.realpath

    def counted(path: str, **options: bool) -> str:
        looked.append(path)
        return real(path, **options)

    monkeypatch.setattr(os.path, "realpath", counted)
    place = Place(tmp_path, *(task(f"t{number}") for number in range(50)))
    before = len(looked)
    for number in range(50):
        await (await place.site(number)).leave()
    assert len(looked) == before
