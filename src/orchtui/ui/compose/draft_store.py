"""Drafts on the disk: plans that are written and in no file yet, so that nothing typed is lost.

They are their user's alone, below the folder for a user's state and never in the
project. Each app that runs keeps one, under a lock, so that another one leaves
it alone; what nobody holds was left behind. Everything here blocks: not for the
event loop. A draft with a secret in it is never written.
"""

import fcntl
import hashlib
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import platformdirs

from orchtui.engine.errors import InputError, StorageError
from orchtui.engine.journals.files import make_own_folder, no_link_private, replace_files
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.texts.input_file import read_text
from orchtui.ui.compose.unfinished import Unfinished

_MOST_BYTES = 100_000_000
_ENDING, _LOCK, _BROKEN = ".json", ".lock", ".broken"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it stands on the disk."""

    project: str
    """The folder it belongs to."""
    at: float
    """When it was written, in seconds since 1970."""
    path: str | None
    """The plan's file, where it has one."""
    by_hand: bool
    plan: Plan
    form: Unfinished | None = None
    """The form of a task that was open."""


@dataclass(frozen=True, slots=True)
class Left:
    """A draft that an app left behind."""

    file: Path
    draft: Kept


def drafts_folder(project: Path) -> Path:
    """Where the drafts of a project are kept."""
    key = hashlib.sha256(os.fsencode(project.resolve())).hexdigest()[:16]
    return platformdirs.user_state_path("orchtui") / "drafts" / key


@dataclass(slots=True)
class DraftStore:
    """The draft of this app, and what others left behind.

    Args:
        project: The project folder.
    """

    project: Path
    _name: str = field(default_factory=lambda: f"{time.time_ns()}-{secrets.token_hex(3)}")
    _held: int | None = None
    """The open lock."""
    _writing: threading.Lock = field(default_factory=threading.Lock)
    """An app that is left may be keeping a draft still while it keeps the last one."""

    def save(
        self,
        plan: Plan,
        path: Path | None,
        redactor: Redactor,
        *,
        by_hand: bool,
        form: Unfinished | None = None,
    ) -> None:
        """Put the draft in place of what was kept before, in one step.

        Raises:
            InputError: when a secret stands in it; what was kept before is then still there.
            StorageError: when the disk refuses.
        """
        redactor.refuse(plan, form)
        kept = Kept(
            project=str(self.project.resolve()),
            at=time.time(),
            path=None if path is None else str(self.whole(path)),
            by_hand=by_hand,
            plan=plan,
            form=form,
        )
        text = msgspec.json.encode(kept).decode()
        with self._writing:
            self._hold()
            replace_files({self._file(_ENDING): text})

    def whole(self, path: Path) -> Path:
        """The path of a plan's file, as drafts name it."""
        return (self.project / path).resolve()

    def forget(self) -> None:
        """Nothing is unsaved: no draft is kept.

        Raises:
            StorageError: when the disk refuses.
        """
        try:
            with self._writing:
                self._file(_ENDING).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{self._file(_ENDING)}: {error.strerror}") from error

    def close(self) -> None:
        """Let go of the draft; what is kept stays for the next app."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
            self._file(_LOCK).unlink(missing_ok=True)

    def left_behind(self) -> tuple[list[Left], list[Path]]:
        """What other apps left, the newest first, and files that can not be read.

        The latter are put aside under another name, so that they are told once.
        """
        folder = drafts_folder(self.project)
        found: list[Left] = []
        broken: list[Path] = []
        for file in sorted(folder.glob(f"*{_ENDING}")):
            if file.stem == self._name or _is_held(file.with_suffix(_LOCK)):
                continue
            try:
                draft = msgspec.json.decode(read_text(file, _MOST_BYTES), type=Kept)
            except (InputError, msgspec.DecodeError):
                aside = file.with_suffix(_BROKEN)
                file.rename(aside)
                broken.append(aside)
            else:
                found.append(Left(file, draft))
        return sorted(found, key=lambda left: left.draft.at, reverse=True), broken

    def discard(self, left: Left) -> None:
        """Take a draft away that was left behind."""
        left.file.unlink(missing_ok=True)
        left.file.with_suffix(_LOCK).unlink(missing_ok=True)

    def _file(self, ending: str) -> Path:
        return drafts_folder(self.project) / f"{self._name}{ending}"

    def _hold(self) -> None:
        if self._held is not None:
            return
        make_own_folder(drafts_folder(self.project))
        path = self._file(_LOCK)
        try:
            self._held = no_link_private(str(path), os.O_RDWR | os.O_CREAT)
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error


def _is_held(lock: Path) -> bool:
    """Whether an app that runs keeps this draft."""
    try:
        file = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
