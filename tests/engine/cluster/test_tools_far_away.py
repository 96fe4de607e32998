"""Tools of a specialist whose model is asked by a worker: used here, as without a cluster."""

from pathlib import Path

from orchtui.engine.cluster.attached import AttachedCluster
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.run_events import events as ev
from tests.engine.cluster.dask_here import needs_dask
from tests.engine.whole_runs import (
    agent_file,
    calls,
    closing,
    plan_for,
    project_in,
    read,
    run,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer

pytestmark = needs_dask


async def test_the_tools_of_a_specialist_are_used_here(
    tmp_path: Path, server: MessagesServer
) -> None:
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/spec.md").write_text("one apple\n")
    (folder / ".env").write_text("TOKEN=hidden\n")
    agent_file(folder, "worker", "tools: Read, Write")
    server._script = scenes(
        a=[
            calls(read("docs/spec.md")),
            calls(read(".env", "r2"), write("docs/mine.md")),
            said("All done."),
        ]
    )
    async with closing(project_in(folder, server)) as project:
        project.backends.elsewhere = AttachedCluster(
            Cluster(address="local:1", env=("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"))
        )
        ended = await run(
            project, plan_for(task_named("a", specialist="worker", writes=("docs/mine.md",)))
        )

    assert ended.status() == ("completed", None)
    assert [event.ok for event in ended.of(ev.ToolReturned)] == [True, False, True]
    assert ended.written() == {"docs/mine.md": ""}
    assert (folder / "docs/mine.md").read_text() == "new\n"
    (completed,) = ended.of(ev.TaskCompleted)
    assert completed.worker == "1" and completed.usage.output > 0
