"""Paths of files and folders: which words are some, and when two of them meet.

Paths are compared as text, below the project folder. This module never looks
at a disk.
"""

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

_ENDINGS = frozenset(
    "md txt rst adoc py pyi js mjs ts tsx jsx json jsonl yaml yml toml ini cfg conf csv tsv xml "
    "html htm css scss sql sh bash zsh go rs java kt c h cc cpp hpp cs rb php swift ipynb parquet "
    "feather xlsx xls docx doc pptx ppt key pdf png jpg jpeg svg gif webp mp3 mp4 wav ogg log "
    "lock env gradle proto graphql tf tex bib db sqlite odt ods zip gz tar tgz epub ics vue lua "
    "r jl ex "
    "exs dart scala pl ps1 bat po pot srt vtt geojson sav "
    "dta rds npy npz pkl h5 avro fasta".split()
)
_ROOTS = frozenset(
    "src docs doc tests test lib libs app apps assets data public scripts config configs examples "
    "artifacts out output outputs build dist pkg packages services service cmd internal web api "
    "notes reports report content static templates migrations tools bin etc var tmp home site "
    "backend frontend infra server client core utils logs log images img plots figures tables "
    "results drafts chapters translations locales i18n specs spec design designs notebooks".split()
)
"""Names with which a path that has no ending usually begins."""
_PRODUCTS = frozenset(
    "node next vue react express three d3 nuxt ember backbone chart moment alpine p5 discord "
    "socket deno angular svelte solid asp".split()
)
"""`Node.js` is no file."""
_GLOB = re.compile(r"[*?\[]")


def is_path(word: str) -> bool:
    """Whether a word of a prompt is the path of a file or a folder."""
    if "://" in word or word.startswith("//") or "@" in word or len(word) > 300:
        return False
    name = word.rstrip("/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    if dot and ending.lower() in _ENDINGS and (stem or len(ending) > 2):
        return stem.lower() not in _PRODUCTS and not stem.isdigit()
    if "/" not in word.strip("/") and not word.endswith("/"):
        return False
    if word.startswith(("./", "../", "~/")):
        return True
    return word.partition("/")[0].lower() in _ROOTS and name != "or"


@lru_cache(maxsize=4096)
def normal(path: str) -> str:
    """A path in the one form in which paths are compared."""
    return posixpath.normpath(path.strip().replace("\\", "/")) if path.strip() else ""


def folders(path: str) -> Iterable[str]:
    """The folders that contain a normal path, the nearest first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path or "/"


def is_glob(path: str) -> bool:
    """Whether a path stands for all that match it."""
    return _GLOB.search(path) is not None


def matches(pattern: str, path: str) -> bool:
    """Whether a glob matches a path, another glob, or a folder around or inside it."""
    if _compiled(pattern).fullmatch(path):
        return True
    literal = posixpath.dirname(_GLOB.split(pattern, maxsplit=1)[0] + "x")
    if not is_glob(path):
        # A folder that holds all that the pattern can match.
        return literal == path or literal.startswith(path + "/")
    return _compiled(pattern).fullmatch(_sample(path)) is not None or (
        _compiled(path).fullmatch(_sample(pattern)) is not None
    )


def _sample(pattern: str) -> str:
    """One path that a glob matches."""
    return re.sub(r"\[[^\]]*\]|[*?]+", "x", pattern)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` stays inside a folder, `**` does not."""
    parts = re.split(r"(\*\*/?|\*|\?)", pattern)
    known = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts))
