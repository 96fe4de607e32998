"""`orchtui runs aggregate`: the results of a past run, joined another way."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui
from tests.engine.backends.asking import KEY
from tests.server import MessagesServer
from tests.server.replies import Stall, answer, cut

PLAN = """\
name: guides
tasks:
  - {id: lexer, title: Lexer, prompt: "work on the lexer"}
  - {id: cache, title: Cache, prompt: "work on the cache"}
"""
LEXER = "The lexer keeps no state, so every line is read twice, again and again."
CACHE = "It never forgets: after two days it holds gigabytes of stale answers."
GOOD = "# Both\n\nThe lexer reads twice, the cache holds stale answers. Tasks: 1, 2"


async def test_every_strategy_after_a_run(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(PLAN)
    result = project / "artifacts/parallel-result-guides.md"
    async with MessagesServer() as server:
        server.on("work on the lexer", answer(LEXER))
        server.on("work on the cache", answer(CACHE))
        server.on("Write one report", answer(GOOD), answer("ok"))
        keys = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}

        async def called(*arguments: str) -> tuple[int, str, str]:
            done = await asyncio.to_thread(orchtui, *arguments, "--backend", "anthropic", **keys)
            return done.returncode, done.stdout, done.stderr

        assert (await called("run", "plan.yaml"))[0] == 0
        assert len(server.requests) == 2
        code, out, err = await called("runs", "aggregate", "last", "--as", "compare")
        assert (code, err) == (0, "") and "joined by compare: " in out
        assert "## Variants" in shown(result) and len(server.requests) == 2

        code, out, err = await called("runs", "aggregate", "last", "--as", "synthesize", "--json")
        assert code == 0 and "asking a synthesizer (anthropic)" in err
        told = json.loads(out)
        assert (told["strategy"], told["fallback"]) == ("synthesize", None)
        assert told["included"] == ["lexer", "cache"] and told["result"].endswith(result.name)
        assert "## Synthesis" in shown(result) and len(server.requests) == 3

        code, out, err = await called("runs", "aggregate", "last", "--as", "synthesize")
        assert code == 1 and "no synthesis was made: its answer is only a placeholder" in err
        assert "joined by collect: " in out and "**No synthesis was made**" in shown(result)
        assert len(server.requests) == 4, "no task runs again"
    shown_log = orchtui("runs", "show", "last").stdout
    assert shown_log.count("**Joined Again**: as ") == 3


def shown(path: Path) -> str:
    return path.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("last",), 2, "Missing option '--as'"),
        (("last", "--as", "poem"), 2, "'poem' is not one of 'collect', 'synthesize'"),
        (("nowhere", "--as", "none"), 1, "no run begins with 'nowhere'"),
        (
            ("last", "--as", "synthesize", "--backend", "command"),
            2,
            "runs programs that tasks name",
        ),
        (("last", "--as", "collect"), 0, ""),
        (("last", "--as", "synthesize", "--backend", "rehearsal"), 0, "asking a synthesizer"),
    ],
)
def test_what_can_not_be_is_told(
    orchtui: Orchtui, project: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    assert orchtui("run", "plan.yaml", "--backend", "rehearsal").returncode == 0
    done = orchtui("runs", "aggregate", *arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
async def test_stopped_by_a_signal_it_says_and_keeps_what_was_used(
    orchtui: Orchtui, project: Path, name: str
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    result = project / "artifacts/parallel-result-guides.md"
    async with MessagesServer() as server:
        server.on("work on the lexer", answer(LEXER))
        server.on("work on the cache", answer(CACHE))
        server.on("Write one report", (*cut(answer(GOOD), 5), Stall()))
        keys = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}
        backend = ("--backend", "anthropic")
        done = await asyncio.to_thread(orchtui, "run", "plan.yaml", *backend, **keys)
        assert done.returncode == 0, done.stderr
        before = shown(result)

        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "orchtui", "runs", "aggregate", "last"),
            *("--as", "synthesize", *backend),
            cwd=project,
            env={**os.environ, **keys},
            stderr=asyncio.subprocess.PIPE,
        )
        await server.wait_until(lambda it: len(it.requests) == 3)
        process.send_signal(getattr(signal, name))
        _, errors = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 130
    assert b"synthesize (anthropic" in errors and b"was stopped after" in errors, errors
    assert b"the result stays what it was" in errors and b"Traceback" not in errors
    assert shown(result) == before
    log = orchtui("runs", "show", "last").stdout
    assert log.count("**Not Joined Again**: synthesize (anthropic") == 1
    assert orchtui("runs", "aggregate", "last", "--as", "compare").returncode == 0
