"""Writing files so that nobody ever reads half of one.

This module never decides what stands in a file or where it goes.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import aiofiles
import aiofiles.os

from orchtui.engine.errors import StorageError


def no_link(path: str, flags: int) -> int:
    """An opener that follows no link: a folder of runs may have come with a project."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


async def replace_file(path: Path, text: str) -> None:
    """Put `text` in place of the file in one step.

    Raises:
        StorageError: when the disk refuses; the old file is then still there.
    """
    half = _half(path)
    try:
        async with aiofiles.open(
            half, "w", encoding="utf-8", errors="replace", newline="", opener=no_link
        ) as file:
            await file.write(text)
        await aiofiles.os.replace(half, path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


async def replace_files(texts: Mapping[Path, str]) -> None:
    """`replace_file` for many, in one trip to a thread.

    Raises:
        StorageError: when the disk refuses one; those before it are then replaced.
    """
    await asyncio.to_thread(_replace_files, texts)


def _replace_files(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        half = _half(path)
        try:
            with open(
                half, "w", encoding="utf-8", errors="replace", newline="", opener=no_link
            ) as file:
                file.write(text)
            half.replace(path)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error


def _half(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


async def append_all(texts: Mapping[Path, str]) -> None:
    """Append to many files in one trip to a thread.

    Raises:
        StorageError: when the disk refuses.
    """
    await asyncio.to_thread(_append_all, texts)


def _append_all(texts: Mapping[Path, str]) -> None:
    for path, text in texts.items():
        try:
            with open(
                path, "a", encoding="utf-8", errors="replace", newline="", opener=no_link
            ) as file:
                file.write(text)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error


async def exists(path: Path) -> bool:
    """Whether there is a file or folder."""
    return await aiofiles.os.path.exists(path)


async def move(path: Path, to: Path) -> None:
    """Give a file another name; one that is there under that name is replaced.

    Raises:
        StorageError: when the disk refuses.
    """
    try:
        await aiofiles.os.replace(path, to)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


async def make_folder(path: Path) -> None:
    """Make a folder and what is missing above it.

    Raises:
        StorageError: when that is not possible.
    """
    try:
        await aiofiles.os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
