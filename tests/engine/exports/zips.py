"""Archives as nobody should send them, made entry by entry."""

import hashlib
import json
import stat
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from orchtui.engine.exports import archive_names as names
from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from tests.engine.exports import subjects

RUN = subjects.whole().run.id


def journal_bytes() -> bytes:
    return b"".join(ev.encode(event) + b"\n" for event in subjects.whole().events)


@dataclass
class Made:
    """An archive that is in order until somebody changes it."""

    files: dict[str, bytes] = field(
        default_factory=lambda: {
            journal.FILE: journal_bytes(),
            summary.FILE: b"{}",
            "parallel-task-1.md": b"# A\n",
            "files/a/notes.md": b"kept\n",
        }
    )
    run: str = RUN
    top: str = RUN
    manifest: dict[str, Any] = field(default_factory=dict)
    """Keys of the manifest that are other than they should be."""
    entries: list[tuple[zipfile.ZipInfo, bytes]] = field(default_factory=list)
    """More entries, that the manifest names too."""
    unlisted: dict[str, bytes] = field(default_factory=dict)
    """Files that the manifest does not name, by their whole name in the archive."""
    gone: tuple[str, ...] = ()
    """Files that the manifest names and that are not there."""
    changed: dict[str, bytes] = field(default_factory=dict)
    """What really stands in a file, other than the manifest says."""
    method: int = zipfile.ZIP_DEFLATED

    def add(self, path: str, data: bytes = b"x", *, mode: int = stat.S_IFREG | 0o600) -> "Made":
        """One more entry, below the run's folder."""
        info = zipfile.ZipInfo(f"{self.top}/{path}")
        info.external_attr = mode << 16
        self.entries.append((info, data))
        return self

    def write(self, path: Path | BytesIO) -> Path:
        """The archive as a file, or into one that is open."""
        all_files = [*self.files.items()]
        all_files += [(info.filename.partition("/")[2], data) for info, data in self.entries]
        listed = [
            {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in all_files
        ]
        manifest = {"format": names.FORMAT, "run": self.run, "files": listed, **self.manifest}
        with zipfile.ZipFile(path, "w", self.method) as archive:
            for name, data in self.files.items():
                if name not in self.gone:
                    archive.writestr(f"{self.top}/{name}", self.changed.get(name, data))
            for info, data in self.entries:
                archive.writestr(info, data, self.method)
            for whole, data in self.unlisted.items():
                archive.writestr(whole, data)
            if names.MANIFEST not in self.gone:
                archive.writestr(f"{self.top}/{names.MANIFEST}", json.dumps(manifest))
        return path if isinstance(path, Path) else Path()
