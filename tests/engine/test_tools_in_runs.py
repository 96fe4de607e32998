"""A model that works with files: told in events, journal, result and log, kept out of the project.

Everything is real but the model: the SDK, the tools, the disk.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.events import Usage
from tests.engine.whole_runs import (
    agent_file,
    calls,
    closing,
    follow,
    plan_for,
    project_in,
    read,
    run,
    said,
    scenes,
    task_named,
    tool_results,
    write,
)
from tests.server import MessagesServer, Stall
from tests.server.replies import error
from tests.server.turns import call, text

TOOLS = "tools: Read, Write, Edit, Grep, Glob, LS"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a few files, and a specialist that has all tools."""
    place = tmp_path / "project"
    (place / "docs").mkdir(parents=True)
    (place / "docs" / "spec.md").write_text("one apple\ntwo pears\n")
    (place / ".env").write_text("TOKEN=hidden\n")
    agent_file(place, "worker", TOOLS)
    return place


def by_worker(id: str = "a", **fields: Any) -> Any:
    return task_named(id, specialist="worker", **fields)


async def test_what_tools_did_is_told_everywhere(folder: Path, server: MessagesServer) -> None:
    edit = {"file_path": "docs/spec.md", "old_string": "apple", "new_string": "plum"}
    server._script = scenes(
        a=[
            calls(read("docs/spec.md"), call("Grep", {"pattern": "pears"}, "g1")),
            calls(write("docs/mine.md"), call("Edit", edit, "e1")),
            calls(read("docs/spec.md", "r2")),
            said("All done."),
        ]
    )
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker(writes=("docs/mine.md",))))

    assert ended.status() == ("completed", None)
    assert [event.name for event in ended.of(ev.ToolCalled)] == [
        "Read", "Grep", "Write", "Edit", "Read",
    ]  # fmt: skip
    assert all(event.ok for event in ended.of(ev.ToolReturned))
    assert "plum" in tool_results(server.requests[3])["r2"][1], "its own reads see its edit"
    kept = "files/a/docs/spec.md"
    assert ended.written() == {"docs/mine.md": "", "docs/spec.md": kept}
    assert (folder / "docs/mine.md").read_text() == "new\n"
    assert (folder / "docs/spec.md").read_text() == "one apple\ntwo pears\n"
    assert (ended.folder / kept).read_text() == "one plum\ntwo pears\n"
    assert "docs/spec.md" in ended.of(ev.FilesSeen)[0].read
    kinds = [line["kind"] for line in ended.journal]
    assert kinds.count("tool_called") == kinds.count("tool_returned") == 5
    assert kinds.index("files_seen") < kinds.index("task_completed")
    for words in ("docs/mine.md (in the project)", f"docs/spec.md (kept in {kept})"):
        assert words in ended.log
        assert words in ended.result
    assert f"orchtui runs apply {ended.run.id}" in ended.result


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("Fly", {"to": "Rome"}, "x"), "there is no tool 'Fly'"),
        (call("Bash", {"command": "ls"}, "x"), "there is no tool 'Bash'"),
        (call("Read", {"file_path": 7}, "x"), "'path' must be of type string"),
        (call("Read", {}, "x"), "'path' is missing"),
        (call("Read", '{"path": ', "x"), "JSON"),
        (call("Edit", {"path": "docs/spec.md", "old_string": "kiwi", "new_string": "x"}, "x"), ""),
        (call("Read", {"path": "docs/none.md"}, "x"), "none.md"),
    ],
)
async def test_a_wrong_call_is_answered_and_the_task_goes_on(
    folder: Path, server: MessagesServer, wrong: dict[str, object], told: str
) -> None:
    server._script = scenes(a=[calls(wrong), said("Anyway.")])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker()))

    assert ended.status() == ("completed", None)
    [returned] = ended.of(ev.ToolReturned)
    assert not returned.ok and told in returned.text
    ok, words = tool_results(server.requests[1])["x"]
    assert not ok and told in words


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../outside.md", "outside"),
        ("/etc/evil.conf", "outside"),
        (".env", "secret"),
        (".git/config", "git"),
        ("theirs/report.md", "'b'"),
        (".claude/agents/worker.md", "agents"),
        ("artifacts/runs/x", ""),
    ],
)
async def test_a_write_that_is_not_allowed(
    folder: Path, server: MessagesServer, path: str, why: str
) -> None:
    server._script = scenes(a=[calls(write(path)), said()], b=[said()])
    async with closing(project_in(folder, server)) as project:
        plan = plan_for(by_worker(), by_worker("b", writes=("theirs",)))
        ended = await run(project, plan)

    assert ended.status() == ("completed", None)
    [refused] = ended.of(ev.WriteRefused)
    assert (refused.task, refused.path) == ("a", path)
    assert why in refused.why
    [returned] = ended.of(ev.ToolReturned)
    assert not returned.ok and refused.why in returned.text
    assert "- Write Refused: " in ended.log
    assert "1 write refused" in ended.log
    assert ended.written() == {}
    assert not (folder.parent / "outside.md").exists()
    assert (folder / ".env").read_text() == "TOKEN=hidden\n"
    assert not (folder / "theirs").exists()


@pytest.mark.parametrize("name", [".env", "key.pem", ".ssh/id_rsa", ".git/config"])
async def test_a_secret_is_never_read(folder: Path, server: MessagesServer, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("TOKEN=hidden\n")
    search = call("Grep", {"pattern": "hidden"}, "g1")
    server._script = scenes(a=[calls(read(name), search), said()])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker()))

    assert not ended.of(ev.ToolReturned)[0].ok
    assert "TOKEN=hidden" not in str([request.body for request in server.requests])


async def test_a_retry_starts_afresh(folder: Path, server: MessagesServer) -> None:
    replies = [calls(write("x.md", "first\n")), error(500), calls(read("x.md")), said("New.")]
    server.then(*replies)
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker(retries=1)))

    assert ended.status() == ("completed", None)
    assert [len(request.body["messages"]) for request in server.requests] == [1, 3, 1, 3]
    assert not tool_results(server.requests[3])["r1"][0], "what the first wrote is not there"
    assert [event.attempt for event in ended.of(ev.FilesSeen)] == [1, 2]
    assert ended.written() == {}
    assert (ended.folder / "files" / "a.attempt-1" / "x.md").read_text() == "first\n"
    assert not (ended.folder / "files" / "a").exists()


async def test_every_kept_file_that_is_told_is_there(folder: Path, server: MessagesServer) -> None:
    server.then(calls(write("x.md")), error(500), calls(write("y.md")), said("New."))
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker(retries=1)))

    task_file = (ended.folder / "parallel-task-1.md").read_text()
    for text_told in (ended.log, ended.result, task_file):
        kept = re.findall(r"kept in ([^)]+)\)", text_told)
        assert "files/a/y.md" in kept
        assert [path for path in kept if not (ended.folder / path).exists()] == []


# Bounds hold through the loop


async def test_max_turns_of_the_agent_file_ends_it(folder: Path, server: MessagesServer) -> None:
    agent_file(folder, "worker", TOOLS, "maxTurns: 2")
    server._script = scenes(a=[calls(write("x.md"))])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker()))

    assert len(server.requests) == 2
    assert ended.status()[0] == "failed"
    assert "2" in ended.run.tasks["a"].why and "turn" in ended.run.tasks["a"].why
    assert ended.written() == {"x.md": "files/a/x.md"}, "a failed task tells its files"
    assert "x.md (kept in files/a/x.md)" in ended.log
    assert "1 file was written and kept" in ended.result
    assert f"`orchtui runs apply {ended.run.id}`" in ended.result


@pytest.mark.parametrize("words", ["I look.", ""])
async def test_max_tokens_counts_over_all_turns(
    folder: Path, server: MessagesServer, words: str
) -> None:
    """Trying again would spend the same tokens for the same end."""
    said_too = [text(words)] if words else []
    server._script = scenes(a=[calls(*said_too, read("docs/spec.md"), output=40)])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker(max_tokens=100)))

    assert [request.body["max_tokens"] for request in server.requests] == [100, 60, 20]
    assert ended.status() == ("failed", "truncated")


async def test_a_timeout_in_the_middle(folder: Path, server: MessagesServer) -> None:
    server._script = scenes(a=[calls(text("I begin."), write("x.md")), (Stall(),)])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker(timeout=1.5)))
        await server.wait_until(lambda one: one.open == 0)

    assert ended.status() == ("failed", "timeout")
    assert ended.run.tasks["a"].text == "I begin."
    assert ended.written() == {"x.md": "files/a/x.md"}


async def test_a_cancelled_task_tells_its_files(folder: Path, server: MessagesServer) -> None:
    server._script = scenes(a=[calls(write("x.md")), (Stall(),)])

    def act(one: Any, event: ev.RunEvent) -> None:
        if isinstance(event, ev.ToolReturned):
            one.cancel("a")

    async with closing(project_in(folder, server)) as project:
        async with asyncio.timeout(10):
            ended = await run(project, plan_for(by_worker()), act)
        await server.wait_until(lambda one: one.open == 0)

    assert ended.status()[0] == "cancelled"
    assert ended.written() == {"x.md": "files/a/x.md"}


async def test_usage_is_of_all_turns(folder: Path, server: MessagesServer) -> None:
    cached = {"cache_read_input_tokens": 70, "cache_creation_input_tokens": 5}
    server._script = scenes(a=[calls(read("docs/spec.md"), usage=cached), said()])
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan_for(by_worker()))

    assert ended.run.usage == Usage(input=200, output=20, cache_read=70, cache_write=5)
    assert "70 from the cache, 5 into the cache" in ended.log
    assert ended.journal[-1]["usage"]["cache_read"] == 70


# A past run


async def test_resume_keeps_the_files_of_who_completed(
    folder: Path, server: MessagesServer
) -> None:
    server._script = scenes(
        a=[calls(write("a.md")), said("A.")],
        b=[calls(write("b.md", "first\n")), error(400)],
    )
    async with closing(project_in(folder, server)) as project:
        first = await run(project, plan_for(by_worker(), by_worker("b")))
        assert [first.status(name)[0] for name in "ab"] == ["completed", "failed"]
        before = len(server.requests)
        server._script = scenes(b=[calls(write("b.md", "second\n")), said("B.")])
        again = await follow(project.resume(first.run.id))
        replayed = project.open_run(first.run.id)

    assert len(server.requests) == before + 2, "who completed is not asked again"
    assert again.written() == {"a.md": "files/a/a.md"}
    assert again.written("b") == {"b.md": "files/b/b.md"}
    assert (again.folder / "files/a/a.md").read_text() == "new\n"
    assert (again.folder / "files/b/b.md").read_text() == "second\n"
    assert (again.folder / "files/b.attempt-1/b.md").read_text() == "first\n"
    assert [len(task.attempts) for task in replayed.tasks.values()] == [1, 2]
    assert replayed.tasks["b"].attempts == again.run.tasks["b"].attempts
