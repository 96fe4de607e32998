"""Sites of programs: what is seen of their files, and what is said where nothing can be."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from orchtui.engine.backends.base import ToolBox, Wish
from orchtui.engine.errors import BackendError
from orchtui.engine.paths.rules import Rules
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.workspace.assigning import ProjectWorkspaces
from orchtui.engine.workspace.folder_watch import FolderWatch
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.program_site import NOT_WATCHED, TOO_LARGE, ProgramSites
from orchtui.engine.workspace.site import Race, Refusable, Seen, Witness
from tests.engine.workspace import repositories as repos


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    repos.no_configuration(monkeypatch)


class Told:
    """A Witness that remembers."""

    def __init__(self) -> None:
        self.races: list[Race] = []
        self.denied: list[str] = []

    def refused(self, path: str, why: str, access: Refusable = "write") -> None:
        self.denied.append(path)

    def race(self, race: Race) -> None:
        self.races.append(race)

    async def ask(self, what: str) -> bool:
        return True


class OnlyReads:
    """A Permit."""

    async def permit(self, wish: Wish) -> bool:
        return wish.kind == "read"


def task(
    task_id: str, backend: str = "claude", *, writes: tuple[str, ...] = (), worktree: bool = False
) -> ScheduledTask:
    return ScheduledTask(
        id=task_id,
        label=task_id,
        position=1,
        prompt="p",
        specialist="s",
        instance="s",
        backend=backend,
        timeout=60.0,
        retries=0,
        max_tokens=100,
        writes=writes,
        worktree=worktree,
    )


class Room:
    """A project and the sites of one run in it."""

    def __init__(self, tmp_path: Path, *tasks: ScheduledTask, git: bool = False) -> None:
        self.project = tmp_path / "p"
        self.project.mkdir()
        if git:
            repos.repository(self.project, a="1")
        self.run = self.project / "artifacts" / "runs" / "r1"
        self.run.mkdir(parents=True)
        self.ledger = Ledger(lambda: 0.0)
        self.told = Told()
        self.permits: list[Path | None] = []
        self.sites = ProgramSites(
            self.project,
            self.run,
            self.project / "artifacts",
            self.ledger,
            Ownership(self.project, tasks, Rules.load(self.project, self.project / "artifacts")),
            self._permit_for,
            tmp_path / "worktrees",
        )

    def _permit_for(self, task: ScheduledTask, witness: Witness, tree: Path | None) -> OnlyReads:
        self.permits.append(tree)
        return OnlyReads()

    def write(self, path: str, text: str = "x") -> None:
        repos.write(self.project, path, text)


def paths(seen: Seen | None) -> set[str]:
    assert seen is not None
    return {change.path for change in seen.written}


async def test_an_agent_program_is_watched_in_the_project(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.write("same")
    room.write("old")
    site = room.sites.site(task("t"), 1, room.told)
    await site.open()
    assert site.folder == str(room.project)
    assert await site.toolbox.permit(Wish(kind="read", what="read"))
    assert not await site.toolbox.permit(Wish(kind="write", what="write"))
    assert not (await site.toolbox.call("Read", "{}")).ok
    assert list(site.toolbox.specs) == []

    room.write("new")
    room.write("artifacts/parallel-task-1.md")
    (room.project / "old").unlink()
    seen = await site.leave()

    assert seen is not None
    assert seen.sight == "folder"
    assert {(each.path, each.deleted, each.kept) for each in seen.written} == {
        ("new", False, ""),
        ("old", True, ""),
    }
    assert {each.path for each in room.ledger.accesses("t", 1)} == {"new", "old"}
    assert room.permits == [None]


async def test_a_plain_program_without_declared_writes_is_not_watched(tmp_path: Path) -> None:
    room = Room(tmp_path)
    site = room.sites.site(task("t", "command"), 1, room.told)
    await site.open()
    room.write("new")

    assert await site.leave() == Seen(sight="nothing", note=NOT_WATCHED)


async def test_declared_writes_have_their_base(tmp_path: Path) -> None:
    plain = task("t", "command", writes=("out.md", "new.md", "left.md"))
    room = Room(tmp_path, plain)
    room.write("out.md", "before")
    site = room.sites.site(plain, 1, room.told)
    await site.open()
    room.write("out.md", "after")
    room.write("new.md")

    seen = await site.leave()

    assert seen is not None
    assert {each.path: each.base for each in seen.written} == {
        "out.md": hashlib.sha256(b"before").hexdigest(),
        "new.md": None,
    }


async def test_in_a_folder_that_is_too_large_only_declared_writes_are_seen(tmp_path: Path) -> None:
    declaring, silent = task("d", "command", writes=("out.md",)), task("s")
    room = Room(tmp_path, declaring, silent)
    room.sites.watch = FolderWatch(room.project, most_files=-1)
    one, other = (room.sites.site(each, 1, room.told) for each in (declaring, silent))
    await one.open()
    await other.open()
    room.write("out.md")
    room.write("new")

    seen = await one.leave()
    assert seen is not None
    assert (seen.sight, paths(seen)) == ("folder", {"out.md"})
    assert TOO_LARGE in seen.note
    nothing = await other.leave()
    assert nothing is not None
    assert (nothing.sight, nothing.written) == ("nothing", ())
    assert "too large" in nothing.note


async def test_what_several_may_have_written_is_told_and_is_no_race(tmp_path: Path) -> None:
    room = Room(tmp_path)
    one, other = (room.sites.site(task(name), 1, room.told) for name in ("one", "other"))
    await one.open()
    await other.open()
    room.write("new")
    first, second = await one.leave(), await other.leave()

    assert paths(first) == paths(second) == {"new"}
    assert first is not None
    assert "may be the work of other" in first.note
    assert room.told.races == []
    assert room.ledger.accesses("one", 1) == room.ledger.accesses("other", 1) == ()


async def test_a_declared_write_meets_the_read_of_a_task_that_runs_beside_it(
    tmp_path: Path,
) -> None:
    writing = task("w", "command", writes=("data.csv",))
    room = Room(tmp_path, writing)
    site = room.sites.site(writing, 2, room.told)
    room.ledger.began("reader", 1)
    await site.open()
    room.ledger.note("reader", "data.csv", "read")
    room.write("data.csv")
    await site.leave()

    [race] = room.told.races
    assert {race.task, race.other} == {"w", "reader"}
    assert race.path == "data.csv"


async def test_what_another_task_declares_is_not_laid_at_its_door(tmp_path: Path) -> None:
    room = Room(tmp_path, task("t"), task("owner", "anthropic", writes=("theirs",)))
    site = room.sites.site(task("t"), 1, room.told)
    await site.open()
    room.write("theirs")
    seen = await site.leave()

    assert paths(seen) == {"theirs"}
    assert room.ledger.accesses("t", 1) == ()


async def test_a_worktree_is_its_own_and_its_changes_are_kept(tmp_path: Path) -> None:
    apart = task("t", worktree=True)
    room = Room(tmp_path, apart, git=True)
    before = repos.state(room.project)
    site = room.sites.site(apart, 3, room.told)
    await site.open()
    folder = Path(site.folder)
    assert folder.name == "r1-t-3"
    assert await site.toolbox.permit(Wish(kind="read", what="read"))
    assert room.permits == [folder]
    (folder / "a").write_text("2")

    seen = await site.leave()

    assert seen is not None
    [change] = seen.written
    assert (seen.sight, change.path, change.kept) == ("worktree", "a", "files/t/a")
    assert (room.run / "files/t/a").read_text() == "2"
    assert (room.project / "a").read_text() == "1"
    assert list((tmp_path / "worktrees").iterdir()) == []
    assert repos.state(room.project)[:5] == before[:5]
    assert room.ledger.accesses("t", 3) == ()


async def test_without_git_a_worktree_can_not_be_had(tmp_path: Path) -> None:
    room = Room(tmp_path)
    site = room.sites.site(task("t", worktree=True), 1, room.told)

    with pytest.raises(BackendError, match="git worktree"):
        await site.open()

    assert await site.leave() is None


async def test_a_worktree_that_git_does_not_know_any_more_is_told(tmp_path: Path) -> None:
    room = Room(tmp_path, git=True)
    site = room.sites.site(task("t", worktree=True), 1, room.told)
    await site.open()
    repos.git(Path(site.folder), "worktree", "remove", "--force", site.folder)

    seen = await site.leave()

    assert seen is not None
    assert seen.sight == "nothing"
    assert "lost" in seen.note


async def test_cancelled_while_it_opens_nothing_is_left(tmp_path: Path) -> None:
    room = Room(tmp_path, git=True)
    before = repos.state(room.project)
    site = room.sites.site(task("t", worktree=True), 1, room.told)
    opening = asyncio.create_task(site.open())
    for _ in range(5):  # now git is at work in a thread
        await asyncio.sleep(0)

    opening.cancel()
    await asyncio.wait([opening])

    assert await site.leave() is None
    await room.sites.close()
    assert repos.state(room.project) == before
    assert list((tmp_path / "worktrees").iterdir()) == []


async def test_in_the_workspaces_of_a_run_the_rules_hold(tmp_path: Path) -> None:
    free, held = task("free", worktree=True), task("held", writes=("mine",))
    room = Room(tmp_path, git=True)
    workspaces = ProjectWorkspaces(
        room.project,
        room.run,
        (free, held),
        now=lambda: 0.0,
        out=room.project / "artifacts",
        programs=lambda ledger, owner, permit_for: ProgramSites(
            room.project,
            room.run,
            room.project / "artifacts",
            ledger,
            owner,
            permit_for,
            tmp_path / "worktrees",
        ),
        program_backends=PROGRAMS,
    )
    one, other = (workspaces.site(each, 1, room.told) for each in (free, held))
    await one.open()
    await other.open()

    async def may_write(toolbox: ToolBox, path: str) -> bool:
        return await toolbox.permit(Wish(kind="write", paths=(path,), what="write"))

    assert await may_write(one.toolbox, "anything")
    assert await may_write(one.toolbox, f"{one.folder}/anything")
    assert not await may_write(one.toolbox, ".git/config")
    assert not await may_write(one.toolbox, str(room.project / "a"))
    assert await may_write(other.toolbox, "mine")
    assert room.told.denied == [".git/config", str(room.project / "a")]
    await workspaces.close()
    assert list((tmp_path / "worktrees").iterdir()) == []


@pytest.mark.parametrize("claim", ["docs", "docs/*.md", "docs/x.md"])
async def test_what_another_task_declares_may_be_a_folder_or_a_glob(
    tmp_path: Path, claim: str
) -> None:
    watched, writer = task("t"), task("owner", "anthropic", writes=(claim,))
    room = Room(tmp_path, watched, writer)
    site = room.sites.site(watched, 1, room.told)
    room.ledger.began("owner", 1)
    await site.open()
    room.write("docs/x.md")
    room.ledger.note("owner", "docs/x.md", "write", digest="d")
    await site.leave()

    assert room.told.races == []


async def test_a_program_owns_what_is_in_a_folder_that_it_declares(tmp_path: Path) -> None:
    one, other = task("one", writes=("docs",)), task("other")
    room = Room(tmp_path, one, other)
    sites = [room.sites.site(each, 1, room.told) for each in (one, other)]
    for site in sites:
        await site.open()
    room.write("docs/x.md")
    for site in sites:
        await site.leave()

    assert [touch.path for touch in room.ledger.accesses("one", 1)] == ["docs/x.md"]
    assert room.ledger.accesses("other", 1) == ()


async def test_times_are_those_of_the_sessions_clock(tmp_path: Path) -> None:
    room = Room(tmp_path)
    clock = [1000.0]
    room.ledger = room.sites.ledger = Ledger(lambda: clock[0])
    site = room.sites.site(task("t"), 1, room.told)
    await site.open()
    room.write("new")
    clock[0] = 1060.0
    await site.leave()

    [touch] = room.ledger.accesses("t", 1)
    assert 1050.0 < touch.when <= 1060.0


@pytest.mark.parametrize("link", ["files", "files/t"])
async def test_a_run_folder_that_came_with_the_project_leads_nowhere(
    tmp_path: Path, link: str
) -> None:
    room = Room(tmp_path, git=True)
    victim = tmp_path / "victim"
    victim.mkdir()
    (room.run / link).parent.mkdir(exist_ok=True)
    (room.run / link).symlink_to(victim)
    site = room.sites.site(task("t", worktree=True), 1, room.told)
    await site.open()
    (Path(site.folder) / "new").write_text("x")
    await site.leave()

    assert list(victim.iterdir()) == []
