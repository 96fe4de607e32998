"""The examples: every plan loads and can start, and what the log summaries say is true."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchtui.engine import independence
from orchtui.engine.backends.base import Assignment, Finished, Text
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan
from tests.engine.schedules import build

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PLANS = sorted(EXAMPLES.glob("*.yaml"))
LOGS = ("app", "db", "api")


def plan(name: str) -> Plan:
    return load_plan(EXAMPLES / f"{name}.yaml", ROOT)


def summarize(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(EXAMPLES / "summarize_log.py"), *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, encoding="utf-8")


def test_all_plans_are_here() -> None:
    names = {path.stem for path in PLANS}
    assert names == {
        "first-run", "analyze-logs", "each-log", "perspectives", "pipelines", "team-guide",
        "variants",
    }  # fmt: skip


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_every_plan_loads_and_could_start(path: Path) -> None:
    schedule = build(load_plan(path, ROOT), backend="local")
    if path.stem not in ("team-guide", "pipelines"):
        assert len(schedule.tasks) == 3
        assert all(task.after == () for task in schedule.tasks)
    assert path.stem in (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_what_a_plan_reads_and_runs_is_in_the_repository(path: Path) -> None:
    for task in load_plan(path, ROOT).tasks:
        for named in (*task.reads, *(word for word in task.command if "/" in word)):
            assert (ROOT / named).is_file()


def test_the_first_run_is_small_enough_for_the_local_model() -> None:
    first = plan("first-run")
    assert first.backend == "local"
    for task in build(first, backend="local").tasks:
        assert (task.backend, task.accept_truncated) == ("local", True)
        assert task.max_tokens <= 80
        assert len(task.prompt.split()) < 20


def test_the_strategies_are_those_of_the_tutorial() -> None:
    strategies = {path.stem: load_plan(path, ROOT).aggregate for path in PLANS}
    assert strategies == {
        "first-run": "collect",
        "analyze-logs": "collect",
        "each-log": "collect",
        "pipelines": "collect",
        "perspectives": "synthesize",
        "team-guide": "collect",
        "variants": "compare",
    }


def test_an_entry_for_each_log_is_the_tasks_of_the_plan_that_lists_them() -> None:
    short, long = plan("each-log"), plan("analyze-logs")
    assert [task.id for task in short.tasks] == [f"summary-{log}" for log in sorted(LOGS)]
    for task in short.tasks:
        other = long.task(task.id.removeprefix("summary-"))
        assert replace(task, id=other.id) == other


def test_the_pipelines_run_side_by_side() -> None:
    tasks = plan("pipelines").tasks
    after = {task.id: task.after for task in tasks}
    first, second = (f"page-{subject}" for subject in ("paper-notebooks", "apps-for-notes"))
    assert after == {
        f"{first}.research": (),
        f"{first}.write": (f"{first}.research",),
        f"{second}.research": (),
        f"{second}.write": (f"{second}.research",),
        "compare": (f"{first}.write", f"{second}.write"),
    }
    report = independence.check(plan("pipelines"))
    assert {finding.kind for finding in report.findings} == {"declared"}


@pytest.mark.parametrize("log", LOGS)
async def test_each_log_task_gives_the_summary_of_its_file(log: str) -> None:
    task = plan("analyze-logs").task(log)
    assignment = Assignment(
        task=task.id,
        attempt=1,
        specialist="analyst",
        prompt=task.prompt,
        max_tokens=100,
        command=task.command,
        folder=str(ROOT),
    )
    events = [event async for event in CommandBackend().stream(assignment)]
    assert events[-1] == Finished("exit")
    text = "".join(event.text for event in events if isinstance(event, Text))
    assert text.startswith(f"# Summary of examples/logs/{log}.log\n")


# The logs, counted once more in another way


def independent_count(log: str, lines: list[str]) -> tuple[int, int, Counter[str]]:
    """Entries, errors, and entries by level or status, from the shape of our own files."""
    if log == "app":  # 2026-01-14T09:00:01.595Z INFO  app-1 …; the rest are stack traces
        kinds = Counter(line.split()[1] for line in lines if line.startswith("2026-01-14T"))
    elif log == "db":  # … UTC [4116] shop@orders LOG:  …
        words = [line.split(":  ")[0].split()[-1] for line in lines]
        kinds = Counter(word for word in words if word not in ("DETAIL", "STATEMENT"))
    else:
        kinds = Counter(line.split('"')[2].split()[0] for line in lines)
    errors = sum(n for kind, n in kinds.items() if kind in ("ERROR", "FATAL") or kind[0] == "5")
    return kinds.total(), errors, kinds


@pytest.mark.parametrize("log", LOGS)
def test_the_figures_of_a_summary_are_true(log: str) -> None:
    path = EXAMPLES / "logs" / f"{log}.log"
    lines = path.read_text(encoding="utf-8").splitlines()
    entries, errors, kinds = independent_count(log, lines)
    summary = summarize(path).stdout
    assert f"- Lines: {len(lines)} ({entries} entries and {len(lines) - entries} that" in summary
    assert f"- Errors: {errors} ({100 * errors / entries:.2f} % of" in summary
    for kind, count in kinds.items():
        assert f"| {kind} | {count} | {100 * count / entries:.2f} % |" in summary


def test_the_slowest_entries_of_a_summary_are_true() -> None:
    path = EXAMPLES / "logs" / "db.log"
    lines = path.read_text(encoding="utf-8").splitlines()
    times = [float(found) for found in re.findall(r"([\d.]+) ms\b", "\n".join(lines))]
    rows = re.findall(r"\| (\d+) ms \| .* \| (\d+) \|", summarize(path).stdout)
    assert [int(took) for took, _ in rows] == [round(t) for t in sorted(times, reverse=True)[:5]]
    for took, line in rows:
        found = re.search(r"([\d.]+) ms", lines[int(line) - 1])
        assert found is not None
        assert round(float(found.group(1))) == int(took)


def test_the_incident_shows_in_all_three() -> None:
    for log in LOGS:
        summary = summarize(EXAMPLES / "logs" / f"{log}.log").stdout
        found = re.search(r"Worst 15 minutes: (\S+) to \S+ with (\d+) of the (\d+) errors", summary)
        assert found is not None
        assert found.group(1) == "09:55"
        assert int(found.group(2)) > 0.9 * int(found.group(3))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["- Lines: 0 (0 entries", "No line carries"]),
        ("hello\nworld\n", ["- Lines: 2 (0 entries and 2", "No line carries"]),
        ("2026-99-99T00:00:00 INFO no\n", ["(0 entries and 1"]),
        (
            "2026-01-01 00:00:01 INFO fine\n2026-01-01 00:00:02 ERROR a|b took 3 ms\n",
            ["(2 entries and 0", "Errors: 1 (50.00 %", "a\\|b", "median 3 ms"],
        ),
    ],
)
def test_other_files(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "some.log"
    file.write_text(content, encoding="utf-8")
    done = summarize(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert [word for word in words if word not in done.stdout] == []


def test_files_that_can_not_be_summarized(tmp_path: Path) -> None:
    missing = summarize(tmp_path / "missing.log")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "No such file" in missing.stderr
    assert summarize().returncode == 2
    (tmp_path / "binary.log").write_bytes(bytes(range(256)) * 100)
    assert summarize(tmp_path / "binary.log").returncode == 0


def test_the_logs_are_what_their_generator_writes(tmp_path: Path) -> None:
    generator = ROOT / "tools" / "make_example_logs.py"
    subprocess.run([sys.executable, generator, tmp_path], check=True, capture_output=True)
    for log in LOGS:
        made = (tmp_path / f"{log}.log").read_bytes()
        assert made == (EXAMPLES / "logs" / f"{log}.log").read_bytes()
        assert 3000 <= made.count(b"\n") <= 5000


def test_the_logs_name_only_addresses_kept_for_documentation() -> None:
    """RFC 5737: 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24."""
    for log in LOGS:
        text = (EXAMPLES / "logs" / f"{log}.log").read_text(encoding="utf-8")
        addresses = set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", text))
        allowed = ("192.0.2.", "198.51.100.", "203.0.113.")
        assert all(address.startswith(allowed) for address in addresses)
