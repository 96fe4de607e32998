"""Text files that a person named, read within bounds.

Whatever stands at a path, reading it neither hangs nor fills the memory: only
regular files up to a size are read, and only as UTF-8. This module never looks
at what the text means.
"""

import os
import stat
from pathlib import Path

from orchtui.engine.errors import InputError
from orchtui.engine.text import clean

MAX_BYTES = 5_000_000


def file_name(path: Path) -> str:
    """A path as it stands in front of a problem."""
    return clean(str(path))


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Read a text file that a person named.

    Raises:
        InputError: when it is no regular file, can not be read, is too large or is not UTF-8.
    """
    file = file_name(path)
    try:
        # Without blocking: opening a FIFO would else wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError.of("there is no such file", file) from None
    except (OSError, ValueError) as error:
        raise InputError.of(f"can not be read: {_reason(error)}", file) from error
    try:
        size = _size(descriptor, file)
        # Not only what its size says: some files say 0, others grow while they are read.
        data = _read_up_to(descriptor, limit + 1) if size <= limit else b""
    except OSError as error:
        raise InputError.of(f"can not be read: {_reason(error)}", file) from error
    finally:
        os.close(descriptor)
    if (size := max(size, len(data))) > limit:
        raise InputError.of(f"is too large: {size:,} bytes; at most {limit:,} are allowed", file)
    return decode(data, file)


def _size(descriptor: int, file: str) -> int:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise InputError.of("is a folder, not a file", file)
    if not stat.S_ISREG(status.st_mode):
        raise InputError.of("is not a regular file", file)
    return status.st_size


def _read_up_to(descriptor: int, count: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as source:
        return source.read(count)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def decode(data: bytes, file: str) -> str:
    """Bytes as the text that they must be.

    Args:
        data: What was read.
        file: Stands in front of a problem.

    Raises:
        InputError: when it is no UTF-8, or no text.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        raise InputError.of("is UTF-16 or UTF-32; save it as UTF-8", file)
    if (at := data.find(b"\0")) >= 0:
        raise InputError.of(f"is not a text file: byte {at + 1} is a NUL", file)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {error.start + 1} is 0x{data[error.start]:02x}"
        raise InputError.of(f"is not UTF-8: {found}; save it as UTF-8", file) from None
