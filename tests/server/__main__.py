"""The server as a program, for benchmarks and for tests in another process.

    python -m tests.server --port 0 --chunks 200 --interval 0.02
    python -m tests.server --on 'second topic=overloaded' --on 'third=drop'

The first line on standard output is its URL. SIGTERM or Ctrl-C ends it.
"""

import argparse
import asyncio
import functools
import signal
import sys

from tests.server.replies import FAULTS, Reply, answer
from tests.server.server import MessagesServer, Received


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--chunks", type=int, default=20, help="pieces of text in an answer")
    parser.add_argument("--interval", type=float, default=0.02, help="seconds before each piece")
    parser.add_argument("--jitter", type=float, default=0.0, help="seconds more or less of that")
    parser.add_argument("--text", default="word ", help="one piece of text")
    parser.add_argument("--thinking", default="", help="text of a thinking block")
    parser.add_argument("--pings", type=int, default=0, help="pings before the first piece")
    parser.add_argument("--stop-reason", default="end_turn")
    parser.add_argument(
        "--on",
        action="append",
        default=[],
        metavar="PART=FAULT",
        help=f"answer prompts that contain PART with a fault: {', '.join(FAULTS)}",
    )
    options = parser.parse_args()
    for rule in options.on:
        if rule.rpartition("=")[2] not in FAULTS:
            parser.error(f"--on {rule}: FAULT is one of {', '.join(FAULTS)}")
    return options


async def _serve(options: argparse.Namespace) -> None:
    @functools.cache
    def good(model: str) -> Reply:
        return answer(
            [options.text] * options.chunks,
            model=model,
            interval=options.interval,
            jitter=options.jitter,
            thinking=options.thinking,
            pings=options.pings,
            stop_reason=options.stop_reason,
        )

    def script(received: Received) -> Reply:
        return good(received.model)

    ended = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    server = MessagesServer(script, port=options.port)
    for rule in options.on:
        part, _, fault = rule.rpartition("=")
        server.on(part, FAULTS[fault])
    async with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options()))
