"""Connection: a client of one Dask cluster, and the cluster itself where it is started here.

All that Dask raises becomes a BackendError. What Dask would print is not: it would stand in
the middle of the screen. This module knows nothing of attempts.
"""

import asyncio
import contextlib
import importlib.util
import logging
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from orchtui.engine.cluster import reaching
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.workers_here import WorkersHere
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from distributed import Client, Future, Security

_T = TypeVar("_T")

CONNECT = 10.0
"""Seconds to reach a scheduler."""
CLOSE = 1.5
EMPTY = 1.0
"""Seconds for the scheduler to drop what it keeps."""
_MOST_KEPT = 100_000
"""Reports that are replaced at the most; a scheduler keeps 1,000 unless somebody has set it."""

_News = Callable[[str, str], None]


def dask_lacking() -> str | None:
    """What is missing to use a cluster, and what to do about it; `None` when it can be used."""
    if importlib.util.find_spec("distributed") is None:
        return "a cluster needs Dask: pip install 'orchtui[dask]'"
    return None


class Connection:
    """A client of one cluster.

    Args:
        cluster: Which.
        heard: Told of every event of its topic.
        news: Told that a worker has come or gone: `add-worker` or `remove-worker`, its address.
    """

    def __init__(self, cluster: Cluster, heard: Callable[[object], None], news: _News) -> None:
        self._cluster = cluster
        self._heard = heard
        self._news = news
        self._client: Client | None = None
        self._channel: Any = None
        """Dask's own to the scheduler, as it was when the topics were subscribed to."""
        self._here: WorkersHere | None = None
        """The cluster that was started here."""

    @property
    def client(self) -> "Client":
        """The client.

        Raises:
            BackendError: where there is none.
        """
        if self._client is None or not self.alive:
            raise BackendError("connection", self.gone, retryable=True)
        return self._client

    @property
    def alive(self) -> bool:
        """Whether the scheduler is reached, and has been all the time since this was opened.

        Dask's client connects anew by itself, but a scheduler that came back at its address knows
        neither who has subscribed there nor what was sent to the one before it.
        """
        client, channel = self._client, self._channel
        if client is None or client.status != "running":
            return False
        return client.scheduler_comm is channel and not channel.closed()

    @property
    def gone(self) -> str:
        """That it is not."""
        return f"the scheduler of the cluster {clean_line(self._cluster.address)} is gone"

    def after_loss(self, name: str) -> str:
        """What becomes of a worker that is lost; empty where that is not known here.

        Args:
            name: The worker's.
        """
        return self._here.after_loss(name) if self._here is not None else ""

    @property
    def topic(self) -> str:
        """Where reports are to go: named as the client, so that the scheduler drops what it keeps
        of it an hour after this has gone, in whatever way (`events-cleanup-delay`).

        Raises:
            BackendError: where there is none.
        """
        return str(self.client.id)

    async def empty(self) -> None:
        """Have the scheduler drop what it keeps of the reports, which are needed no more.

        It keeps the last so many of a topic. There is no word for dropping them, so as many empty
        ones take their place; where it keeps more than can be replaced so, or all, it is told to
        in its own terms.

        Raises:
            BackendError: when that was not possible.
        """
        import dask

        from orchtui.engine.cluster import worker_entry

        client, key = self.client, "distributed.admin.low-level-log-length"
        try:
            async with asyncio.timeout(EMPTY):
                kept = await client.run_on_scheduler(dask.config.get, key, 1000)
                if kept is None or int(kept) > _MOST_KEPT:
                    await client.run_on_scheduler(worker_entry.drop_reports, self.topic)
                else:
                    await client.log_event([self.topic] * int(kept), None)
        # Dask has no root of its exceptions; each of them means that it was not done.
        except Exception as error:
            raise BackendError("connection", reaching.no_answer("the scheduler", error)) from error

    async def open(self) -> None:
        """Connect, anew where the connection was lost.

        Raises:
            BackendError: when it can not be reached.
        """
        if lacking := dask_lacking() or await self._hindrance():
            raise BackendError("bad_request", lacking)
        # Half a second of imports, not on the loop.
        await asyncio.to_thread(_import_dask)
        await self._close_client()
        try:
            self._client = await self._connect()
        # Dask has no root of its exceptions; each of them means that it is not reached.
        except Exception as error:
            if isinstance(error, BackendError) and error.kind == "bad_request":
                raise  # something is missing here, and no other try finds it
            why = clean_line(str(error)) or type(error).__name__
            if not self._cluster.local:
                why = (await reaching.look(self._cluster)).why or why
            raise BackendError("connection", self._unreached(why), retryable=True) from error
        self._channel = self._client.scheduler_comm
        self._client.subscribe_topic(self._client.id, lambda event: self._heard(event[1]))
        self._client.subscribe_topic("all", self._scheduler_says)

    async def _hindrance(self) -> str:
        """What is known to be in the way before anybody has tried."""
        if self._cluster.local:
            return ""
        if lacking := await asyncio.to_thread(reaching.tls_lacking, self._cluster):
            return lacking
        unknown = await reaching.unknown_host(self._cluster)
        return self._unreached(unknown) if unknown else ""

    def _unreached(self, why: str) -> str:
        return clean_line(f"the cluster {self._cluster.address} can not be reached: {why}")

    async def close(self) -> None:
        """Let go, and end what was started here. Safe to call twice."""
        # Together: what hangs on one side must not take the time of the other.
        closing = self._close_client(), self._end_here()
        for one in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(one, BaseException):
                raise one

    async def workers(self) -> dict[str, dict[str, Any]]:
        """What the scheduler knows of its workers, by address.

        Raises:
            BackendError: when it is gone.
        """
        scheduler = self.client.scheduler
        try:
            async with asyncio.timeout(CONNECT):
                found = await scheduler.identity(n_workers=-1)
        except (OSError, TimeoutError) as error:
            raise BackendError("connection", self.gone, retryable=True) from error
        return dict(found["workers"])

    async def versions(self, packages: list[str]) -> dict[str, Any]:
        """Versions on all sides, as Dask tells them.

        Args:
            packages: Beside Dask's own.

        Raises:
            BackendError: when the scheduler is gone.
        """
        client = self.client
        try:
            async with asyncio.timeout(CONNECT):
                return dict(await client.get_versions(packages=packages))
        # Dask has no root of its exceptions; each of them means that it was not answered.
        except Exception as error:
            raise BackendError("connection", reaching.no_answer("the cluster", error)) from error

    async def meet(self, address: str, seen: Mapping[str, Any]) -> FarWorker:
        """Ask a worker who it is.

        Raises:
            BackendError: when it does not answer, or has no orchtui.
        """
        from orchtui.engine.cluster import worker_entry

        name = clean_line(str(seen.get("name", address)), 100)
        own, version, letters = await self.call(
            address, worker_entry.about, within=CONNECT, of=name
        )
        return FarWorker(
            address=address,
            id=own,
            name=name,
            room=max(1, int(seen.get("nthreads", 1))),
            labels={str(name): float(n) for name, n in seen.get("resources", {}).items()},
            version=clean_line(version, 40),
            letters=letters,
        )

    async def meet_scheduler(self) -> None:
        """See that the scheduler has orchtui: Dask reads there what is to be called.

        Raises:
            BackendError: when it has not.
        """
        from orchtui.engine.cluster import worker_entry

        client = self.client
        try:
            async with asyncio.timeout(CONNECT):
                await client.run_on_scheduler(worker_entry.letters)
        # Dask has no root of its exceptions; each of them means that it can not be used.
        except Exception as error:
            raise BackendError("connection", reaching.no_answer("the scheduler", error)) from error

    async def call(
        self,
        address: str,
        function: Callable[..., _T],
        *args: object,
        within: float,
        of: str,
    ) -> Any:
        """Call one of `worker_entry`'s functions on a worker.

        Args:
            address: The worker's.
            function: Which.
            args: What it is given.
            within: Seconds.
            of: What to call the worker.

        Raises:
            BackendError: when it did not arrive, or there is no such function.
        """
        client = self.client
        try:
            async with asyncio.timeout(within):
                answers = await client.run(function, *args, workers=[address], on_error="return")
            answer = answers[address]
        except TimeoutError:
            answer = TimeoutError(f"no answer for {within:.0f} s")
        # A worker that is gone, a scheduler that is gone: Dask has no root of its exceptions.
        except Exception as error:
            answer = error
        if isinstance(answer, Exception):
            raise BackendError(
                "connection", reaching.no_answer(f"the worker {of}", answer), retryable=True
            ) from answer
        return answer

    async def outcome(self, future: "Future[bytes]") -> BackendError | None:
        """Wait until Dask has done with it: `None` where the function has returned."""
        error = await future.exception()
        if future.status == "finished":
            return None
        if future.status == "error":
            return BackendError("connection", reaching.no_answer("its worker", error))
        if not self.alive:
            return BackendError("connection", self.gone, retryable=True)
        why = "the cluster has dropped it, as a rule because its worker is gone"
        return BackendError("connection", why, retryable=True)

    def _scheduler_says(self, event: tuple[float, Any]) -> None:
        said = event[1]
        action = said.get("action") if isinstance(said, dict) else None
        if action in ("add-worker", "remove-worker"):
            self._news(action, str(said.get("worker", "")))

    async def _connect(self) -> "Client":
        from distributed import Client

        address, security = self._cluster.address, self._security()
        if self._cluster.local:
            # Anew, where the scheduler is gone.
            await self._end_here()
            here = self._here = WorkersHere()
            await here.start(self._cluster.local)
            address, security = here.address, here.security
        client = Client(
            address,
            security=security,
            asynchronous=True,
            set_as_default=False,
            name="orchtui",
            timeout=CONNECT,
        )
        try:
            await client
            return client
        except BaseException:
            # Else it would try to close itself when it is collected, and complain on the terminal.
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(timeout=1), CLOSE)
            raise

    def _security(self) -> "Security | None":
        from distributed import Security

        cluster = self._cluster
        if not cluster.encrypted:
            return None
        return Security(
            tls_ca_file=cluster.ca,
            tls_client_cert=cluster.cert,
            tls_client_key=cluster.key,
            require_encryption=True,
        )

    async def _end_here(self) -> None:
        here, self._here = self._here, None
        if here is not None:
            await here.close()

    async def _close_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            # One that has lost its scheduler waits for it.
            with contextlib.suppress(TimeoutError, OSError):
                await asyncio.wait_for(client.close(timeout=1), CLOSE)


def _import_dask() -> None:
    import distributed

    for name in list(logging.root.manager.loggerDict):
        if name == "distributed" or name.startswith("distributed."):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # What a program is sent may be large; how much is bounded elsewhere.
    warnings.filterwarnings("ignore", message="Sending large graph")
    warnings.filterwarnings("ignore", category=distributed.versions.VersionMismatchWarning)
