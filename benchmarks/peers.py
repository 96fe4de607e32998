"""The same fan-out through other libraries, each the way that its own documentation shows.

Each has an environment of its own below `.venv/peers/`, made when it is first asked for with what
is set for pip (a mirror, say); it is kept until its folder is deleted. One that can not be
installed, that fails or that does not come to its end in time is told as that. All of them, the
bare SDK and orchtui stream the same answers from `stream_server`, on the cores of `fanout`, one
after the other.

    python -m benchmarks.peers --tasks 100 --rounds 3
    python -m benchmarks.peers --only langgraph autogen
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.fanout import WAYS, Took, once
from benchmarks.serving import alone_on, cores, load, server

ENVIRONMENTS = Path(".venv/peers")
PEERS = {
    "langgraph": ("langgraph", "langchain-anthropic"),
    "pydantic-ai": ("pydantic-ai-slim[anthropic]",),
    "autogen": ("autogen-agentchat", "autogen-ext[anthropic]", "tiktoken", "anthropic<1"),
    "openai-agents": ("openai-agents[litellm]",),
    "crewai": ("crewai[anthropic]",),
}
"""What each needs, by name."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds between two chunks")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds for one library")
    options = parser.parse_args()
    ready = {name: environment(name) for name in options.only}
    client, other = cores() or (None, None)
    ideal, of = options.chunks * options.interval, options.tasks * options.chunks
    print(f"load before: {load()}")
    print(f"{options.tasks} streams, ideal {ideal:.2f} s each; median of {options.rounds}")
    print(f"{'':18} {'makespan':>9} {'/ ideal':>8} {'CPU':>8} {'CPU ms/chunk':>13}")
    with alone_on(client), server(options.chunks, options.interval, other) as url:
        for name, way in WAYS.items():
            once(way, url, 2)
            row(name, [once(way, url, options.tasks) for _ in range(options.rounds)], ideal, of)
        for name, found in ready.items():
            if isinstance(found, str):
                print(f"{name:18} {found}", flush=True)
                continue
            took = measured(name, found, url, options)
            if isinstance(took, str):
                print(f"{name:18} {took}", flush=True)
            else:
                row(name, took, ideal, of)
    print(f"load after: {load()}")


def row(name: str, took: list[Took], ideal: float, chunks: int) -> None:
    """Print one line of the table."""
    middle = statistics.median(one.seconds for one in took)
    cpu = statistics.median(one.cpu for one in took)
    ratio = middle / ideal if ideal else 0.0
    per_chunk = cpu * 1000 / chunks
    print(f"{name:18} {middle:8.2f}s {ratio:8.3f} {cpu:7.2f}s {per_chunk:13.4f}", flush=True)


def measured(name: str, python: Path, url: str, options: argparse.Namespace) -> list[Took] | str:
    """What the rounds of one library took, or why they did not come to their end."""
    ways = Path(__file__).with_name("peer_ways.py")
    command = [str(python), str(ways), name, url, str(options.tasks), str(options.rounds)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=options.patience, check=False
        )
    except subprocess.TimeoutExpired:
        return f"not done after {options.patience:g} s"
    if done.returncode:
        return f"failed: {_last(done.stderr)}"
    return [Took(*one) for one in json.loads(done.stdout.splitlines()[-1])]


def environment(name: str) -> Path | str:
    """The Python of a library's environment, made where it is not there; or why there is none."""
    folder = ENVIRONMENTS / name
    python, ready = folder / "bin" / "python", folder / "installed"
    if ready.exists():
        return python
    print(f"making {folder} …", flush=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", *PEERS[name]],
    ):
        try:
            subprocess.run(command, capture_output=True, text=True, check=True)
        except subprocess.CalledProcessError as error:
            return f"can not be installed: {_last(error.stderr)}"
        except OSError as error:
            return f"can not be installed: {error}"
    ready.touch()
    return python


def _last(text: str) -> str:
    """The last line of an error, in one row of a table."""
    return (text.strip().splitlines() or ["without a word"])[-1][:120]


if __name__ == "__main__":
    main()
