"""The letters between coordinator and workers, as msgpack: plain data, no code.

An attempt goes to its worker as a `Dispatch`. What comes back are `Report`s, numbered
from 1 for each attempt; what goes to a worker afterwards are `Order`s. Keys that a
reader does not know are ignored. This module never sends anything.
"""

from collections.abc import Mapping
from pickle import PickleBuffer
from typing import Any, SupportsIndex, TypeVar

import msgspec

from orchtui.engine.backends import base
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.errors import BackendError, ErrorKind

_T = TypeVar("_T")

VERSION = 2
"""Of these forms; both sides have to have the same."""


class BackendSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to make the backends that the coordinator has."""

    models: Mapping[str, str] = {}
    profiles: Mapping[str, Profile] = {}
    local_model: str | None = None
    """A GGUF file, by its path on the worker."""
    warm_cache: bool = False
    environment: Mapping[str, str] = {}
    """Variables that go along by value, over the worker's own: those that somebody declared."""


class SentFile(msgspec.Struct, frozen=True):
    """A file, or that there is none any more."""

    path: str
    """Relative, with slashes."""
    data: bytes | None
    executable: bool = False


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, as a worker is given it."""

    version: int = VERSION
    key: str
    """Of this attempt alone, in all of the cluster."""
    session: str
    """The coordinator; what it leaves behind on a worker goes by this name."""
    worker: str
    """The one process that is meant: another one must not begin."""
    lease: float
    """Seconds after which the work ends when nobody renews."""
    backend: str
    settings: BackendSettings
    assignment: base.Assignment
    specs: tuple[base.ToolSpec, ...] = ()
    files: tuple[SentFile, ...] | None = None
    """All that stands in its folder; `None` where it has none of its own."""


# From the worker


class Refusal(msgspec.Struct, frozen=True, tag="refused"):
    """What an attempt returns, instead of files, that could not be worked on; or an order."""

    why: str
    garbled: bool = False
    """Whether the worker could not read what it was sent."""


class Happened(msgspec.Struct, frozen=True, tag="event"):
    """A BackendEvent."""

    kind: str
    event: msgspec.Raw


class Called(msgspec.Struct, frozen=True, tag="call"):
    """The model uses a tool."""

    number: int
    name: str
    arguments: str


class Wished(msgspec.Struct, frozen=True, tag="wish"):
    """A program asks to be allowed something."""

    number: int
    wish: base.Wish


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """The worker lives and works, with nothing to say."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A BackendError. Nothing comes after it but files and the end."""

    kind: ErrorKind
    message: str
    retryable: bool = False
    retry_after: float | None = None
    throttled: bool = False

    @classmethod
    def of(cls, error: BackendError) -> "Failed":
        """What is sent for it."""
        return cls(error.kind, error.message, error.retryable, error.retry_after, error.throttled)

    @property
    def error(self) -> BackendError:
        """What was raised."""
        return BackendError(
            self.kind,
            self.message,
            retryable=self.retryable,
            retry_after=self.retry_after,
            throttled=self.throttled,
        )


class LargeFile(msgspec.Struct, frozen=True):
    """A file that does not fit into one letter."""

    path: str
    """Relative, with slashes."""
    size: int
    """Bytes."""
    executable: bool = False


class Offered(msgspec.Struct, frozen=True, tag="offered"):
    """Large files that are to be fetched: the attempt ends when it is told that they are."""

    files: tuple[LargeFile, ...]


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """Nothing runs there any more; `files` tells whether some are to be fetched."""

    files: bool = False


Item = Happened | Called | Wished | Beat | Failed | Offered | Ended


class Report(msgspec.Struct, frozen=True):
    """What happened since the last one."""

    key: str
    number: int
    items: tuple[Item, ...]


# To the worker


class Cancel(msgspec.Struct, frozen=True, tag="cancel"):
    """End the attempt."""

    key: str


class Answered(msgspec.Struct, frozen=True, tag="answer"):
    """What a tool answered."""

    key: str
    number: int
    answer: base.ToolAnswer


class Permitted(msgspec.Struct, frozen=True, tag="permit"):
    """Whether a program may."""

    key: str
    number: int
    allowed: bool


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """All files that were offered have come."""

    key: str


class Piece(msgspec.Struct, frozen=True):
    """Asks for a part of a file that was offered: at most `piecewise.PIECE` bytes."""

    key: str
    number: int
    """Of the file, from 0."""
    start: int
    """The first byte that is wanted, from 0."""


class Renew(msgspec.Struct, frozen=True, tag="renew"):
    """The coordinator lives: those of its attempts that it follows may go on for another lease."""

    session: str
    keys: tuple[str, ...] = ()
    """Of all attempts that it follows, wherever they are."""


class Farewell(msgspec.Struct, frozen=True, tag="farewell"):
    """The coordinator is done: nothing of it stays on the worker."""

    session: str


Order = Cancel | Answered | Permitted | Taken | Renew | Farewell

_EVENTS: Mapping[str, type[base.BackendEvent]] = {
    kind.__name__: kind
    for kind in (
        base.Started,
        base.Alive,
        base.Text,
        base.Thinking,
        base.ToolCalled,
        base.ToolReturned,
        base.UsageReported,
        base.Quota,
        base.Throttled,
        base.FileLeft,
        base.Finished,
    )
}
_encoder = msgspec.msgpack.Encoder()
_dispatches = msgspec.msgpack.Decoder(Dispatch)
_reports = msgspec.msgpack.Decoder(Report)
_orders: "msgspec.msgpack.Decoder[Order]" = msgspec.msgpack.Decoder(Order)
_settings = msgspec.msgpack.Decoder(BackendSettings)
_pieces = msgspec.msgpack.Decoder(Piece)
_refusals = msgspec.msgpack.Decoder(Refusal)
_files = msgspec.msgpack.Decoder(tuple[SentFile, ...])
_event_decoders = {name: msgspec.msgpack.Decoder(kind) for name, kind in _EVENTS.items()}

Letter = Dispatch | BackendSettings | Report | Order | Piece | Refusal | tuple[SentFile, ...]

SAME_VERSION = "install the same version of orchtui on both sides (`orchtui doctor` shows them)"
"""What to do about letters that can not be read."""


class Sealed(bytes):
    """Bytes that show nothing of themselves where somebody prints them.

    Dask puts the arguments of what fails into its logs; among them are prompts and secrets.
    """

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        # Beside the pickle, so that Dask does not copy it in the event loop.
        if int(protocol) >= 5:
            return Sealed, (PickleBuffer(self),)
        return Sealed, (bytes(self),)


class Garbled(ValueError):
    """Bytes that are no letter: the other side has another version, or is no orchtui at all."""


def encode(letter: Letter) -> bytes:
    """A letter as bytes."""
    return _encoder.encode(letter)


def happened(event: base.BackendEvent) -> Happened:
    """A BackendEvent as an item."""
    return Happened(type(event).__name__, msgspec.Raw(_encoder.encode(event)))


def event_of(item: Happened) -> base.BackendEvent | None:
    """The BackendEvent of an item; `None` for a kind that is not known here.

    Raises:
        Garbled: when it is none.
    """
    decoder = _event_decoders.get(item.kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(item.event)
    except msgspec.MsgspecError as error:
        raise Garbled(str(error)) from error


def dispatch_of(data: bytes) -> Dispatch:
    """Read a Dispatch.

    Raises:
        Garbled: when it is none, or in other letters than these.
    """
    dispatch = _read(_dispatches, data)
    if dispatch.version != VERSION:
        raise Garbled(f"its letters have the version {dispatch.version}, here {VERSION}")
    return dispatch


def report_of(data: bytes) -> Report:
    """Read a Report.

    Raises:
        Garbled: when it is none.
    """
    return _read(_reports, data)


def order_of(data: bytes) -> Order:
    """Read an Order.

    Raises:
        Garbled: when it is none.
    """
    return _read(_orders, data)


def piece_of(data: bytes) -> Piece:
    """Read what asks for a part of a file.

    Raises:
        Garbled: when it does not.
    """
    return _read(_pieces, data)


def settings_of(data: bytes) -> BackendSettings:
    """Read settings.

    Raises:
        Garbled: when there are none.
    """
    return _read(_settings, data)


def refusal_of(data: bytes) -> Refusal | None:
    """Read a Refusal; `None` where this is something else."""
    try:
        return _refusals.decode(data)
    except msgspec.MsgspecError:
        return None


def files_of(data: bytes) -> tuple[SentFile, ...]:
    """Read files.

    Raises:
        Garbled: when there are none.
    """
    return _read(_files, data)


def _read(decoder: "msgspec.msgpack.Decoder[_T]", data: bytes) -> _T:
    try:
        return decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise Garbled(str(error)) from error
