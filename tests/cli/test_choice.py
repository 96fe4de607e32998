"""`orchtui runs choose`, `rate` and `judge`: after a run, and nothing without a reason to."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui
from tests.engine.backends.asking import KEY
from tests.server import MessagesServer
from tests.server.replies import answer

PLAN = """\
name: guides
aggregate: compare
tasks:
  - {id: long, title: Long one, prompt: "Say much [rehearse: 30 words, 1 ms]"}
  - {id: short, title: Short one, prompt: "Say little [rehearse: 5 words, 1 ms]"}
  - {id: broken, title: Broken, prompt: "[rehearse: fail, 3 words, 1 ms]", retries: 0}
"""


@pytest.fixture
def ran(orchtui: Orchtui, project: Path) -> Path:
    """A run; its published result."""
    (project / "plan.yaml").write_text(PLAN)
    assert orchtui("run", "plan.yaml", "--backend", "rehearsal").returncode == 3
    return project / "artifacts/parallel-result-guides.md"


def test_a_choice_is_published_and_taken_back(orchtui: Orchtui, ran: Path) -> None:
    before = ran.read_text()
    done = orchtui("runs", "choose", "last:short", "--why", "it is short")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Chosen by a person: Short one: it is short.\n"
    assert "## Chosen result" in ran.read_text()
    done = orchtui("runs", "choose", "last:1@1")
    assert done.stdout == "Chosen by a person: Long one.\n"
    done = orchtui("runs", "choose", "last", "--none")
    assert done.returncode == 0 and "nothing is chosen any more" in done.stdout
    assert ran.read_text() == before


def test_stars_are_given_and_taken_back(orchtui: Orchtui, ran: Path) -> None:
    assert orchtui("runs", "rate", "last:short", "4").stdout == "Short one: ★★★★☆\n"
    assert "★★★★☆" in ran.read_text()
    assert orchtui("runs", "rate", "last:short", "0").stdout == "Short one: no stars\n"
    assert "★" not in ran.read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("choose", "last"), "name the task too, as `runs show` has it: last:TASK"),
        (("choose", "last:"), "'last:' is none of RUN, RUN:task and RUN:task@attempt"),
        (("choose", ":short"), "':short' is none of RUN"),
        (("choose", "last:nobody"), "has no task 'nobody'; it has long, short, broken"),
        (("choose", "last:broken"), "'Broken' did not complete"),
        (("choose", "last:short@5"), "has no attempt '5'; its attempts: 1"),
        (("rate", "last:short@1", "3"), "stars are for a task's result, not for one attempt"),
        (("choose", "last:short", "--none"), "--none takes the choice of a RUN back"),
        (("choose", "nowhere:short"), "no run begins with 'nowhere'"),
        (("rate", "last:short", "6"), "6 is not in the range 0<=x<=5"),
        (("rate", "last", "3"), "stars are for a task's result: last:TASK"),
        (("judge", "last", "--by", "short", "--backend", "rehearsal"), "a judge needs a model"),
        (("judge", "last", "--by", " "), "a judge needs criteria"),
        (("judge", "last", "broken", "--by", "short"), "'Broken' did not complete"),
        (("judge", "last"), "Missing option '--by'"),
    ],
)
def test_what_can_not_be_is_told(
    orchtui: Orchtui, ran: Path, arguments: tuple[str, ...], says: str
) -> None:
    before = ran.read_text()
    done = orchtui("runs", *arguments)
    assert done.returncode == (1 if "nowhere" in says else 2)
    assert says in done.stderr
    assert ran.read_text() == before


def shown(path: Path) -> str:
    return path.read_text()


async def test_a_judgement_is_kept_as_advice(orchtui: Orchtui, ran: Path) -> None:
    scores = [
        {"result": letter, "criterion": 1, "points": points, "why": "so"}
        for letter, points in (("A", 4), ("B", 8))
    ]
    good = json.dumps({"scores": scores, "best": "B", "why": "it is shorter"})
    arguments = ("runs", "judge", "last", "--by", "short", "--backend", "anthropic", "--trust")
    async with MessagesServer() as server:
        server.then(answer(good), answer(good), answer("B is better"))
        keys = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}
        done = await asyncio.to_thread(orchtui, *arguments, **keys)
        assert done.returncode == 0, done.stderr
        assert "| short | 4 | 8 |" in done.stdout and "It would choose Short one." in done.stdout
        assert "## Judgement" in shown(ran) and "## Chosen" not in shown(ran)
        done = await asyncio.to_thread(orchtui, *arguments, "--json", **keys)
        assert json.loads(done.stdout)["best"] == "short"
        before = shown(ran)
        done = await asyncio.to_thread(orchtui, *arguments, **keys)
    assert done.returncode == 1
    assert "not the JSON that was asked for" in done.stderr
    assert shown(ran) == before
