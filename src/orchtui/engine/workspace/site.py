"""Where an attempt works: the contract between the executor and the workspace.

A Workspace belongs to one session of a run. Before each attempt it gives a Site;
the executor opens it, lets the backend work with its folder and its ToolBox,
leaves it, and tells what was seen. What happens in between is told to a
Witness. This module never touches a file.
"""

import asyncio
from typing import Literal, Protocol

import msgspec

from orchtui.engine.backends.base import NO_TOOLS, ToolBox
from orchtui.engine.run_events.events import FileChange, Sight
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line

Access = Literal["read", "write"]

Refusable = Literal["write", "read", "run", "fetch", "use"]
"""What the rules refuse; see `events.AccessRefused`."""


class Race(msgspec.Struct, frozen=True, kw_only=True):
    """Two accesses to one file by tasks that ran at the same time; at least one is a write."""

    path: str
    """From the project folder."""
    task: str
    """Whose access came second."""
    attempt: int
    access: Access
    when: float
    """Seconds since 1970, by the session's clock."""
    other: str
    other_access: Access
    other_when: float


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt did to files; see `events.FilesSeen`."""

    sight: Sight
    read: tuple[str, ...] = ()
    written: tuple[FileChange, ...] = ()
    note: str = ""
    failure: str = ""
    """Why the attempt is no success though its program may have ended well; what to do then."""
    hint: str = ""
    """What a person should know of its files where its program has failed."""


class Witness(Protocol):
    """Is told what happens in a Site while an attempt works. Every call is cheap."""

    def refused(self, path: str, why: str, access: Refusable = "write") -> None:
        """A write, or what else a program asked for, was refused by the rules."""

    def race(self, race: Race) -> None:
        """A race came to light; it need not be about this attempt's task alone."""

    async def ask(self, what: str) -> bool:
        """Ask the person at the screen; no one there, or no answer within a minute, is a no."""


class Site(Protocol):
    """The place of one attempt."""

    @property
    def folder(self) -> str:
        """Absolute path where a program runs. True from `open` on."""

    @property
    def toolbox(self) -> ToolBox:
        """The tools and rules of this attempt."""

    async def open(self) -> None:
        """Make the place ready.

        Raises:
            BackendError: when that is not possible.
        """

    async def leave(self) -> Seen | None:
        """End the attempt, however it went; nothing of it is left behind outside the run folder.

        Returns:
            What it did to files; `None` where it had no way to reach any.
        """


class Workspaces(Protocol):
    """Gives every attempt its Site."""

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """A place for one attempt, not yet open. Must be cheap."""

    def beside(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        """The same for a second attempt, while the first goes on in a place of its own."""

    def add(self, task: ScheduledTask) -> None:
        """One more task takes part. Must be cheap."""

    async def close(self) -> None:
        """Take away what is left of all sites. Safe to call twice."""


LEAVE = 10.0
"""Seconds that may be spent on finding out what an attempt did to files."""


async def leave(site: Site, within: float = LEAVE, *, needed: bool = False) -> Seen | None:
    """Leave a site, within bounds: a disk that does not answer must not hold the run.

    Args:
        site: Which.
        within: Seconds.
        needed: Whether what was written is nowhere but there: an attempt whose files were not
            taken over has failed then.
    """
    try:
        async with asyncio.timeout(within):
            return await site.leave()
    except TimeoutError:
        note = f"looking at the files took more than {within:.0f} s"
    except OSError as error:  # the project folder is gone, say
        note = f"the files could not be looked at: {clean_line(error.strerror or str(error))}"
    failure = f"what it wrote is lost: {note}" if needed else ""
    return Seen(sight="nothing", note=note, failure=failure)


class BareSite:
    """A place without tools: for backends that reach no file, and for tests.

    Args:
        folder: Absolute path of the project folder.
    """

    toolbox: ToolBox = NO_TOOLS

    def __init__(self, folder: str) -> None:
        self.folder = folder

    async def open(self) -> None:
        """There is nothing to make ready."""

    async def leave(self) -> Seen | None:
        """Nothing could be reached."""
        return None


class BareWorkspaces:
    """Gives every attempt a BareSite."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        return BareSite(self._folder)

    def beside(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        return self.site(task, attempt, witness)

    def add(self, task: ScheduledTask) -> None:
        """All tasks are alike here."""

    async def close(self) -> None:
        """There is nothing to take away."""


class Beside:
    """Gives second attempts their Sites, of the same Workspaces as the first.

    Args:
        workspaces: Those; closed by whoever made them.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    def site(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        return self._workspaces.beside(task, attempt, witness)

    def beside(self, task: ScheduledTask, attempt: int, witness: Witness) -> Site:
        return self._workspaces.beside(task, attempt, witness)

    def add(self, task: ScheduledTask) -> None:
        """It is added to the first one's."""

    async def close(self) -> None:
        """Others close them."""
