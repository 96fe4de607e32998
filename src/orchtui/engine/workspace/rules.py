"""What no specialist may read, or write, wherever it stands in the project.

Repositories' own folders, secrets, keys, and orchtui's runs. Names are compared
in the form in which some file system could take them for one: without case,
without invisible characters. A rule says no for a reason that a model can act
on. This module never touches a file but the project's .gitignore.
"""

import os
import re
from pathlib import Path

from orchtui.engine.workspace.fence import Fence
from orchtui.engine.workspace.ignoring import SKIPPED, Ignored
from orchtui.engine.workspace.path_names import Denied, folded

_SECRET = "it may hold a secret, which no specialist may see; work without it, and say so"
_KEY = "it may hold a key, which no specialist may see; work without it, and say so"

FORBIDDEN_FOLDERS = {
    ".git": "it belongs to git; read and change the files of the project themselves",
    "git~1": "it belongs to git; read and change the files of the project themselves",
    ".ssh": _KEY,
    ".gnupg": _KEY,
    ".aws": _SECRET,
    ".azure": _SECRET,
    ".kube": _SECRET,
    ".docker": _SECRET,
    ".gcloud": _SECRET,
    ".password-store": _SECRET,
}
"""Names of folders, or of files, that forbid all below them."""

FORBIDDEN_FILES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"\.env(?:rc|\..*)?|.+\.env", _SECRET),
        (r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_.*|-.*)?", _KEY),
        (r".+\.(?:pem|key|p12|pfx|kdbx?|jks|keystore|ppk|p8)|ssh_host_.*_key", _KEY),
        (r"[._]netrc|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf", _SECRET),
        (r"\.vault[-_]token|kubeconfig|\.s3cfg|\.boto|\.dockercfg|\.terraformrc", _SECRET),
        (r".*\.tfstate(?:\..*)?|.*\.tfvars(?:\.json)?", _SECRET),
        (r"(?:.*[-_.])?(?:credentials?|secrets?|passwords?)(?:[-_.].*)?"
         r"\.(?:json|ya?ml|toml|ini|cfg|conf|csv|txt|xml|properties)", _SECRET),
        (r"\.?secrets", _SECRET),
        (r"(?:.*[-_.])?(?:client[-_]?secret|service[-_]?account)(?:[-_.].*)?\.json", _SECRET),
    )
)  # fmt: skip
"""Names of files."""

_SAMPLES = re.compile(
    r".*[._-](?:examples?|samples?|templates?|dist|tpl)(?:\.(?:json|ya?ml|toml|ini))?"
)
"""Names of files that only show the form of a secret."""

_TELLING = re.compile(r"secret|credential|passw|passwd|private|api[-_]?key|token")
"""Words that make a name a secret's where .gitignore keeps the file out of the repository."""

_STEERING = {
    ".claude": "it says what agents may do; a person changes it",
    ".mcp.json": "it names programs to run; a person changes it",
    ".gemini": "it says what agents may do; a person changes it",
    ".codex": "it says what agents may do; a person changes it",
    ".opencode": "it says what agents may do; a person changes it",
    "opencode.json": "it says what agents may do; a person changes it",
    "opencode.jsonc": "it says what agents may do; a person changes it",
    "orchtui.yaml": "it is orchtui's configuration; a person changes it",
    "orchtui.yml": "it is orchtui's configuration; a person changes it",
}
"""Names that may be read and not written."""

_HALF = re.compile(r"\..*\.(?:orchtui-)?part")


class Rules:
    """What is forbidden in one project.

    Args:
        project: Absolute path of the project folder.
        out: The folder that keeps orchtui's runs, below `runs`; it may lie outside of the project.
        ignored: What .gitignore says; read by `load`.
    """

    def __init__(self, project: Path, out: Path, ignored: Ignored | None = None) -> None:
        self._ignored = ignored or Ignored("")
        runs = os.path.relpath(os.path.realpath(out / "runs"), os.path.realpath(project))
        self._runs = "" if runs.startswith("..") else folded(runs)
        self._out = self._runs.rpartition("/")[0]

    @classmethod
    def load(cls, project: Path, out: Path) -> "Rules":
        """The rules of a project, with its .gitignore. Blocks: not for the event loop."""
        try:
            text = Fence(project, 1_000_000).read(".gitignore", lambda path: None).data
        except Denied:
            text = b""
        return cls(project, out, Ignored(text.decode(errors="replace")))

    def unreadable(self, path: str) -> str | None:
        """Why a path must not be read; `None` where it may.

        Args:
            path: From the project folder, after all links.
        """
        plain = folded(path)
        parts = plain.split("/")
        for part in parts:
            if why := FORBIDDEN_FOLDERS.get(part):
                return why
        if self._runs and (plain + "/").startswith(self._runs + "/"):
            return "orchtui keeps its runs there; what a task needs is handed to it"
        for part in parts:
            if why := _secret(part):
                return why
        # What .gitignore names keeps its case; a wrong guess here only hides one file more.
        if _TELLING.search(parts[-1]) and path in self._ignored:
            return _SECRET
        return None

    def unwritable(self, path: str) -> str | None:
        """Why a path must not be written, not even as a proposal; `None` where it may.

        Args:
            path: From the project folder, after all links.
        """
        if why := self.unreadable(path):
            return why
        for part in folded(path).split("/"):
            if why := _STEERING.get(part):
                return why
        return None

    def skipped(self, path: str, *, folder: bool) -> bool:
        """Whether a search leaves a path out, though it may be read.

        Args:
            path: From the project folder; what it is in is not looked at.
            folder: Whether it is a folder.
        """
        name = path.rpartition("/")[2]
        if folder and name in SKIPPED:
            return True
        if self._out and folded(path) == self._out:
            return True  # yesterday's answers are no part of the project
        return _HALF.fullmatch(name) is not None or self._ignored.says(path, folder=folder)


def _secret(name: str) -> str | None:
    if _SAMPLES.fullmatch(name):
        return None
    return next((why for pattern, why in FORBIDDEN_FILES if pattern.fullmatch(name)), None)
