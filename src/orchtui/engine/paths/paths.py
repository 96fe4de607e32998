"""Paths of files and folders: which words are some, and when two of them meet.

Paths are compared as text, below the project folder. This module never looks
at a disk.
"""

import posixpath
import re
from collections.abc import Container, Iterable
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
    "backend frontend infra core utils logs log images img plots figures tables "
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
    if word.startswith(("./", "../", "~/")) or (word[0] == "/" and "/" in word[2:]):
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
    if _common(_parts(pattern), _parts(path)):
        return True
    fixed = posixpath.dirname(_GLOB.split(pattern, maxsplit=1)[0] + "x")
    # A folder that holds all that the pattern can match.
    return not is_glob(path) and (fixed == path or fixed.startswith(path + "/"))


def covers(declared: str, path: str) -> bool:
    """Whether a declared path is this file, or a folder or glob that holds it. Both are normal."""
    if declared in (".", path) or declared in folders(path):
        return True
    return is_glob(declared) and matches(declared, path)


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    """A pattern in pieces: `**`, `*`, `?`, sets such as `[ab]`, and characters."""
    return tuple(re.findall(r"\*\*/?|\*|\?|\[[^\]]+\]|.", pattern, re.DOTALL))


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether some path fits both. `*` and `?` stay inside a folder, `**` does not."""
    seen: set[tuple[int, int]] = set()
    ahead = [(0, 0)]
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        a, b = here
        if a == len(one) and b == len(other):
            return True
        if a < len(one) and one[a][0] == "*":
            ahead.append((a + 1, b))
            if b < len(other) and _passes(one[a], other[b]):
                ahead.append((a, b + 1))
        if b < len(other) and other[b][0] == "*":
            ahead.append((a, b + 1))
            if a < len(one) and _passes(other[b], one[a]):
                ahead.append((a + 1, b))
        if a < len(one) and b < len(other) and _same(one[a], other[b]):
            ahead.append((a + 1, b + 1))
    return False


def _passes(star: str, part: str) -> bool:
    """Whether a star may stand for what a piece stands for."""
    return star.startswith("**") or part != "/"


def _same(one: str, other: str) -> bool:
    """Whether two pieces of one character each can be the same."""
    if "*" in (one[0], other[0]):
        return False
    if one == other:
        return True
    if "/" in (one, other):
        return False
    wide = [part for part in (one, other) if len(part) > 1 or part == "?"]
    if len(wide) != 1 or wide[0] == "?":
        return bool(wide)
    return (one if wide[0] == other else other) in _members(wide[0])


def _members(part: str) -> Container[str]:
    """The characters of a set; every one for a set that excludes."""
    inner = part[1:-1]
    if inner[0] in "!^":
        return _EVERY
    ranges = re.findall(r"(.)-(.)", inner)
    return set(inner) | {chr(n) for a, b in ranges for n in range(ord(a), ord(b) + 1)}


class _Every(Container[str]):
    """Holds all characters."""

    def __contains__(self, _: object) -> bool:
        return True


_EVERY = _Every()
