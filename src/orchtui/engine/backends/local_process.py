"""The program inside the local model's process: llama.cpp's own server, embedded by xllamacpp.

`local_server` starts this file as a program of its own. It reads one line of
JSON (`LocalSettings`) from standard input, loads the model, writes one line
`{"url": …}` to standard output when it serves, and ends when standard input
does: that happens when orchtui lets go of it and also when orchtui is killed,
on every system, though while the model loads only at the end of that (the
library lets no other thread run meanwhile); on Linux then at once, too, by the
parent-death signal. The server listens on loopback only, shows no web page, wants
the key that came with the settings, and never goes to the network.

It imports nothing of orchtui, so that it starts in a fraction of a second.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h"""

Serve = Callable[[dict[str, Any]], tuple[str, object]]
"""Starts a server from the settings: gives its URL, and what must be held while it runs."""


def main(serve: Serve) -> None:
    """Serve until the parent is gone.

    Exits with 1 and a sentence on standard error when the server does not start.
    """
    if sys.platform == "linux":
        _die_with_parent()
    # What libraries print goes to standard error; the real standard output is for the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    parent_gone = threading.Thread(target=_exit_with_parent, daemon=True)
    parent_gone.start()
    try:
        url, _held = serve(json.loads(line))
    except RuntimeError as error:
        sys.exit(str(error))
    os.write(answer, json.dumps({"url": url}).encode() + b"\n")
    parent_gone.join()


def serve_llama(settings: dict[str, Any]) -> tuple[str, object]:
    """Load the model and serve it on a free port of 127.0.0.1.

    Raises:
        RuntimeError: when xllamacpp can not load the model; it says why on standard error.
    """
    xllamacpp = importlib.import_module("xllamacpp")  # compiled, and not always installed
    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.model_alias = {settings["name"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0  # the system chooses one; nobody else can take it in between
    params.api_keys = [settings["key"]]
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["context"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.cache_ram_mib = 0  # else up to 8 GiB of old prompts are kept
    params.cache_idle_slots = False
    params.sse_ping_interval = 10  # seconds; a large model reads a long prompt for minutes
    params.verbosity = 1  # errors only
    if settings["temperature"] is not None:
        params.sampling.temp = settings["temperature"]
    server = xllamacpp.Server(params)
    return server.listening_address, server


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends."""
    # A parent that died before this is noticed at the end of standard input.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL):
        sys.stderr.write(f"prctl: {os.strerror(ctypes.get_errno())}\n")


def _exit_with_parent() -> None:
    # Reads the descriptor itself: a reader blocked in `sys.stdin` would hold its lock at exit.
    while os.read(0, 4096):
        pass
    # At once, without the library's clean-up, which would wait for answers in progress.
    os._exit(0)


if __name__ == "__main__":
    main(serve_llama)
