"""The program inside a scheduler's or worker's process that is started on this machine.

`workers_here` starts this file. It reads one line of JSON (what it is to be, and the key
to its cluster, which so stands in no file) from standard input, writes one line
`{"address": …}` to standard output when it is ready, and ends when standard input does:
that happens when orchtui lets go of it and also when orchtui is killed. It listens on
loopback only.
"""

import asyncio
import json
import os
import sys
from typing import Any

HOST = "127.0.0.1"
SIDES = ("scheduler", "worker")
CLOSE = 2.0
"""Seconds to end what runs here, programs too; `workers_here` kills it a little later."""


async def main() -> None:
    """Serve until the parent is gone."""
    # What libraries print goes to standard error; the real standard output is for the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.buffer.readline)
    if not line:
        return
    server = await _started(json.loads(line))
    os.write(answer, json.dumps({"address": server.address}).encode() + b"\n")
    os.close(answer)
    over = asyncio.Event()
    loop.add_reader(0, lambda: None if os.read(0, 4096) else over.set())
    finished = asyncio.ensure_future(server.finished())
    ended = asyncio.ensure_future(over.wait())
    await asyncio.wait((finished, ended), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait((asyncio.ensure_future(server.close()),), timeout=CLOSE)


async def _started(settings: dict[str, Any]) -> Any:
    import dask
    from distributed import Scheduler, Security, Worker

    # Pages about what runs would be open to everybody on this machine.
    nothing: dict[str, list[str]] = {f"distributed.{s}.http.routes": [] for s in SIDES}
    dask.config.set(nothing)
    key, cert = settings["key"], settings["cert"]
    roles = ("client", "scheduler", "worker")
    security = Security(
        require_encryption=True,
        tls_ca_file=cert,
        **{f"tls_{role}_key": key for role in roles},
        **{f"tls_{role}_cert": cert for role in roles},
    )
    own: dict[str, Any] = {
        "host": HOST,
        "protocol": "tls",
        "security": security,
        "dashboard": False,
        "dashboard_address": f"{HOST}:0",
    }
    if "scheduler" not in settings:
        return await Scheduler(port=0, **own)
    name, room = settings["name"], settings["room"]
    return await Worker(settings["scheduler"], name=name, nthreads=room, memory_limit=0, **own)


if __name__ == "__main__":
    asyncio.run(main())
    # At once, without the libraries' clean-up: what had to end has ended.
    os._exit(0)
