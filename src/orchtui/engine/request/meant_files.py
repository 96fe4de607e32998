"""The files that a request means: `app.log`, `logs/*.log`, "these three log files".

Looks at names only, to a bounded depth and number, and never below hidden
folders or folders of generated files. Never opens a file.
"""

import fnmatch
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchtui.engine.request.grammar import singular
from orchtui.engine.request.lexicon import NUMBER, number_of

MAX_DEPTH = 5
MAX_ENTRIES = 20_000
"""Names looked at before the search stops."""
SKIPPED = frozenset(
    "node_modules artifacts __pycache__ venv dist build target site-packages".split()
)

_EXTENSIONS = frozenset(
    "bash bib c cc cfg clj conf cpp cs css csv diff doc docx env epub erl ex exs fish go gql h "
    "hpp hs htm html ini ipynb java jpeg jpg js json jsonl jsx kt less log lua md mdx mjs ml odt "
    "org out parquet patch pdf php pl png po ppt pptx properties proto ps1 py pyi r rb rs rst rtf "
    "sass scala scss sh sql sqlite srt svelte svg swift tex tf toml ts tsv tsx txt vue wav xls "
    "xlsx xml yaml yml zsh".split()
)
_NOT_FILES = frozenset(
    "node.js next.js vue.js react.js d3.js three.js express.js nuxt.js angular.js backbone.js "
    "ember.js chart.js p5.js alpine.js moment.js require.js socket.io draw.io".split()
)
_KINDS = {
    "log": "log",
    "markdown": "md markdown mdx",
    "python": "py",
    "text": "txt",
    "data": "csv tsv jsonl parquet xlsx",
    "yaml": "yaml yml",
    "javascript": "js mjs jsx",
    "typescript": "ts tsx",
    "image": "png jpg jpeg gif webp svg",
    "excel": "xls xlsx",
    "word": "doc docx",
    "html": "html htm",
    "source": "py js ts tsx jsx go rs java c cc cpp h rb php cs swift kt scala",
    "rust": "rs",
    "ruby": "rb",
    "shell": "sh bash zsh",
    "config": "yaml yml toml ini cfg conf json",
    "configuration": "yaml yml toml ini cfg conf json",
    "doc": "md rst txt",
    "documentation": "md rst txt",
}
_NOUNS = {
    "log": "log",
    "pdf": "pdf",
    "csv": "csv",
    "spreadsheet": "xls xlsx csv ods",
    "notebook": "ipynb",
}
"""Words that mean files by themselves. Notes, scripts, documents and the like mean other things as
often: they stay words unless the request speaks of files or names them."""
_MEANT = re.compile(
    r"(?<![\w/.-])(?P<det>(?:(?:each|all|every one|both) of )?(?:these|those|all the|all my|all|"
    r"the|"
    r"my|our|every|each|both) )?"
    rf"(?:(?P<num>{NUMBER}) )?(?P<adj>(?:different|separate|independent|individual) )?"
    r"(?:(?P<kind>\.?[A-Za-z]\w{0,13}) )?"
    r"(?P<noun>files?|logs?|pdfs?|csvs?|spreadsheets?|notebooks?)\b"
    r"(?: (?:here|there|below|in (?:this|the current|the working|my|the project) (?:folder|"
    r"directory)|"
    r"(?:in|under|inside|from|of) (?:the )?(?P<place>[\w./-]{1,200})(?: folder| directory| "
    r"dir)?))?",
    re.IGNORECASE,
)
_SAVED = re.compile(
    r"\b(?:save|write|output|store|export|put|dump)\b[^.;\n]{0,120}? (?:to|into|as|in) "
    r"(?:the file |a file (?:called|named) )?`?([\w./-]{1,200}\.\w{1,8})\b",
    re.IGNORECASE,
)
_CREATED = re.compile(
    r"(?:\A|[.:] )(?:create|write|draft|generate|build|make|produce)(?: an?| the| new| file)* "
    r"`?([\w./-]{1,200}\.\w{1,8})\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\s,;()\[\]{}<>\"'`“”|]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """Files that words in a text stand for, as `text[start:end]`."""

    start: int
    end: int
    words: str
    """`three log files` or the pattern."""
    files: tuple[str, ...]
    """Paths below the folder, sorted; empty when there are none."""
    number: int | None
    """How many the words said."""
    is_pattern: bool = False
    optional: bool = False
    """Whether the words may mean something else than files: `these documents`."""


class Folder:
    """The names below the working folder, read once and only when asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths of files below the folder with `/`, sorted."""
        found: list[str] = []
        seen = 0
        waiting = [(self._path, "", 0)]
        while waiting and seen < MAX_ENTRIES:
            path, prefix, depth = waiting.pop(0)
            for name, is_folder in _entries(path):
                seen += 1
                # What a run has published is not what the next one is about.
                if name.startswith((".", "parallel-")):
                    continue
                if not is_folder:
                    found.append(prefix + name)
                elif depth < MAX_DEPTH and name not in SKIPPED:
                    waiting.append((path / name, f"{prefix}{name}/", depth + 1))
        return tuple(sorted(found))

    def named(self, text: str) -> tuple[str, ...]:
        """The files that a text names, there or not, in the order of the text."""
        found: dict[str, None] = {}
        for match in _TOKEN.finditer(text):
            if path := self._path_of(match.group()):
                found[path] = None
        return tuple(found)

    def written(self, text: str) -> tuple[str, ...]:
        """The files that a text asks to write: `save it to out.md`, `create index.html`."""
        found = [m[1] for pattern in (_SAVED, _CREATED) for m in pattern.finditer(text)]
        return tuple(dict.fromkeys(path for name in found for path in self.named(name)))

    def _path_of(self, token: str) -> str | None:
        token = token.rstrip(".:!?*").removeprefix("./")
        if not 2 < len(token) <= 240 or "://" in token or token.startswith(("/", "~", "-", "@")):
            return None
        base = token.rsplit("/", 1)[-1]
        stem, dot, extension = base.rpartition(".")
        if "*" in token or ".." in token.split("/") or not base or base.lower() in _NOT_FILES:
            return None
        known = bool(dot and stem) and extension.lower() in _EXTENSIONS
        if not known and not ("/" in token or dot):
            return token if token in self.files and token.isupper() else None
        if token in self.files:
            return token
        if not known:
            return None
        same = [path for path in self.files if path.endswith(f"/{token}")]
        return same[0] if len(same) == 1 else token

    def meant(self, text: str) -> Meant | None:
        """The first words of a text that stand for several files."""
        for match in _TOKEN.finditer(text):
            token = match.group().rstrip(".:!?")
            if _is_pattern(token):
                files = self.matching(token)
                start = match.start()
                lead = re.search(
                    r"(?:all |each of |every |the |files? (?:in|matching) )+\Z", text[:start]
                )
                start = lead.start() if lead else start
                return Meant(start, match.start() + len(token), token, files, None, True)
        for match in _MEANT.finditer(text):
            if meant := self._described(match):
                return meant
        return None

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files whose paths match a pattern with `*`, `?` and `**`."""
        parts = pattern.removeprefix("./").split("/")
        return tuple(path for path in self.files if _matches(path.split("/"), parts))

    def _described(self, match: re.Match[str]) -> Meant | None:
        noun = singular(match["noun"].lower())
        kind = (match["kind"] or "").lower()
        det = (match["det"] or "").lower().strip()
        plural = match["noun"].lower().endswith("s") or det in ("every", "each")
        if not plural or not (det or match["num"]):
            return None
        if kind.startswith("."):
            extensions = kind[1:]
        elif noun == "file" and kind in _KINDS:
            extensions = _KINDS[kind]
        elif noun == "file" and kind in _EXTENSIONS:
            extensions = kind
        elif noun in _NOUNS and kind in _KINDS:
            extensions = _KINDS[kind]
        elif noun in _NOUNS:
            extensions = _NOUNS[noun]
        elif noun == "file" and not kind:
            extensions = ""
        else:
            return None
        wanted = set(extensions.split())
        files = [
            path for path in self.files if not wanted or path.rpartition(".")[2].lower() in wanted
        ]
        end = match.end()
        if place := match["place"]:
            inside = self._below(place.rstrip("./"), files)
            if inside is None:
                end = match.start("noun") + len(match["noun"])
            else:
                files = inside
        number = (
            number_of(match["num"]) if match["num"] else (2 if det.startswith("both") else None)
        )
        words = text_of(match)
        optional = noun not in ("file", "log") and not (match["place"] and files)
        return Meant(
            match.start(), end, words, self._narrow(files, number), number, optional=optional
        )

    def _below(self, place: str, files: list[str]) -> list[str] | None:
        """The files below a folder of this name, or None when there is no such folder."""
        if not any(path.startswith(f"{place}/") for path in self.files):
            return None
        return [path for path in files if path.startswith(f"{place}/")]

    @staticmethod
    def _narrow(files: list[str], number: int | None) -> tuple[str, ...]:
        """Of more files than were said, those of the one folder that holds as many."""
        if number is None or len(files) <= number:
            return tuple(files)
        folders: dict[str, list[str]] = {}
        for path in files:
            folders.setdefault(path.rpartition("/")[0], []).append(path)
        fitting = [found for found in folders.values() if len(found) == number]
        return tuple(fitting[0] if len(fitting) == 1 else files)


def text_of(match: re.Match[str]) -> str:
    """`three log files`, for messages."""
    parts = (match["num"], match["kind"], match["noun"])
    return " ".join(part for part in parts if part)


def _entries(path: Path) -> list[tuple[str, bool]]:
    """Names in a folder, sorted; none when it can not be read."""
    try:
        with os.scandir(path) as entries:
            return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        return []


def _is_pattern(token: str) -> bool:
    if not 2 < len(token) <= 200 or "*" not in token or token.count("*") > 8:
        return False
    base = token.rsplit("/", 1)[-1]
    return re.fullmatch(r"[\w./*?-]+", token) is not None and (
        "/" in token or re.fullmatch(r"[\w-]*\*[\w.-]*\.\w+|[\w-]+\.\*", base) is not None
    )


def _matches(path: list[str], parts: list[str]) -> bool:
    if not parts:
        return not path
    if parts[0] == "**":
        return any(_matches(path[at:], parts[1:]) for at in range(len(path) + 1))
    return bool(path) and fnmatch.fnmatchcase(path[0], parts[0]) and _matches(path[1:], parts[1:])
