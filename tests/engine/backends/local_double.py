"""A stand-in for the local model's process, run as a program: the real frame, no model.

It is `local_process.main` with another server inside, so that reading the
settings, answering, and ending with the parent are the real thing. The first
argument can change the start: `refuse` makes it fail, `slow` delays it by two
seconds, `deaf` by a minute in which no other thread runs. Words in a prompt
say how that prompt is answered.
"""

import asyncio
import ctypes
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from orchtui.engine.backends import local_process
from tests.server import MessagesServer, Received, Reply, Stall
from tests.server.replies import answer, cut, page

TOO_LONG = {
    "error": {
        "code": 400,
        "message": "request (5031 tokens) exceeds the available context size (2048 tokens), "
        "try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 5031,
        "n_ctx": 2048,
    }
}
"""As llama.cpp's server answers."""


def serve(settings: dict[str, Any]) -> tuple[str, object]:
    """Start the loopback server in a thread."""
    mode = sys.argv[1] if len(sys.argv) > 1 else ""
    if mode == "refuse":
        sys.stderr.write("loading \x1b[31mthe model\n")
        raise RuntimeError("this file can not be loaded")
    if mode == "slow":
        time.sleep(2)
    if mode == "deaf":
        Path(sys.argv[2]).touch()
        ctypes.PyDLL(None).sleep(60)  # keeps the GIL, as loading a model does
    started: list[str] = []
    ready = threading.Event()

    async def run() -> None:
        async with MessagesServer(lambda received: reply(received, settings)) as server:
            started.append(server.url)
            ready.set()
            await asyncio.Event().wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    ready.wait()
    return started[0], thread


def reply(received: Received, settings: dict[str, Any]) -> Reply:
    """The answer to one prompt; mostly what the process was told, and its surroundings."""
    if received.headers.get("x-api-key") != settings["key"]:
        return page(401, b'{"error": {"message": "Invalid API Key"}}', "application/json")
    if "too long" in received.prompt:
        return page(400, json.dumps(TOO_LONG).encode(), "application/json")
    if "die" in received.prompt:
        sys.stderr.write("out of memory\n")
        threading.Timer(0.2, os._exit, [7]).start()
        return (*cut(answer(), 4), Stall())
    if "wait" in received.prompt:
        return (*cut(answer(), 4), Stall())
    told = {
        "pid": os.getpid(),
        "asked": received.model,
        "fields": sorted(received.body),
        "seen_by_all": [*sys.orig_argv, *os.environ.values()],
        **settings,
    }
    return answer([json.dumps(told)], model="another name")


if __name__ == "__main__":
    local_process.main(serve)
