"""Terminal controls in everything that comes from outside: none of them reaches the terminal.

Everything is planted at once, and every command's output is looked at. In-process, because there
are many commands; tests/e2e looks at a real terminal.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchtui.cli.entry import main
from orchtui.engine.text import clean
from tests.engine.told import Told
from tests.hostile import ACTS, AGENT, HOSTILE, strangers_runs, yaml

Run = Callable[..., tuple[int, str]]

TEXTS = ("md", "html", "json", "trace", "log", "svg")
"""Forms of export that are text."""


@pytest.fixture
def run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run a command in the project folder; its exit code, and all that it wrote."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "500")

    def go(*arguments: str) -> tuple[int, str]:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["orchtui", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return int(ended.value.code or 0), out + err

    handled = {number: signal.getsignal(number) for number in (1, 2, 15)}
    yield go
    for number, handler in handled.items():  # a process at its end heeds none
        signal.signal(number, handler)


def check(text: str, *words: str) -> None:
    """Nothing in it acts; what was planted is there, so that something was tested."""
    assert clean(text) == text, sorted({c for c in text if clean(c) != c})
    for word in words:
        assert word in text


@pytest.fixture
def plan(project: Path) -> Path:
    """A plan whose every text is hostile, with programs that say and do hostile things."""
    said, name = ascii(HOSTILE), ascii(f"files {HOSTILE.replace('/', '')}")
    say = f"import sys; print({said}); print({said}, file=sys.stderr)"
    make = f"open({name}, 'w').write({said})"
    lines = [
        f"request: {yaml(HOSTILE)}",
        "tasks:",
        f"  - id: says\n    title: {yaml(HOSTILE)}\n    prompt: {yaml(HOSTILE)}",
        f"    command: [python3, -c, {yaml(say)}]",
        f"  - id: fails\n    prompt: {yaml(HOSTILE)}",
        f"    command: [python3, -c, {yaml(say + '; sys.exit(3)')}]",
        f"  - id: makes\n    title: {yaml(HOSTILE)}\n    writes: [docs/out.md]",
        f"    command: [python3, -c, {yaml(make)}]",
    ]
    path = project / "plan.yaml"
    path.write_text("\n".join(lines))
    return path


def test_a_plan_that_is_checked(run: Run, plan: Path) -> None:
    for arguments in (["check", "plan.yaml"], ["check", "plan.yaml", "--json"]):
        code, text = run(*arguments)
        assert code in (0, 1), text
        check(text)


def test_a_plan_that_runs(run: Run, plan: Path, project: Path) -> None:
    code, text = run("run", "plan.yaml", "--trust")
    assert code == 3, text
    check(text, "before", "fails: failed")

    for name in ("parallel-result.md", "parallel-log.md", "parallel-task-1.md"):
        check((project / "artifacts" / name).read_text(), "before")
    for arguments in (
        ["runs", "list"],
        ["runs", "list", "--json"],
        ["runs", "show", "last"],
        ["runs", "show", "last", "--json"],
    ):
        _, text = run(*arguments)
        check(text)


def test_a_plan_whose_events_are_printed(run: Run, plan: Path) -> None:
    code, text = run("run", "plan.yaml", "--trust", "--json")
    assert code == 3, text
    check(text, "before")


@pytest.mark.parametrize(
    "text",
    [
        f"{yaml(HOSTILE)}: x\ntasks: [{{prompt: x}}]",
        f"tasks: [{{{yaml(HOSTILE)}: x}}]",
        f"tasks: [{{prompt: x, timeout: {yaml(HOSTILE)}}}]",
        f"tasks: [{{prompt: x, after: [{yaml(HOSTILE)}]}}]",
        f"tasks: [{{prompt: x, command: [{yaml(HOSTILE)}]}}]",
        f"tasks: [{{prompt: x, writes: [{yaml(HOSTILE)}]}}]",
        f"tasks: [{{prompt: x, backend: {yaml(HOSTILE)}}}]",
        f"tasks: [{{prompt: x, specialist: {yaml(HOSTILE)}}}]",
        f"name: {yaml(HOSTILE)}\ntasks: [{{prompt: x}}]",
        f"missing: [{yaml(HOSTILE)}]\ntasks: [{{prompt: x}}]",
        f"tasks: !{HOSTILE} x",
        f"tasks: [{HOSTILE}",
        f"{ACTS}",
        f"tasks: &{HOSTILE} [*{HOSTILE}]",
    ],
)
def test_what_is_wrong_with_a_plan(run: Run, project: Path, text: str) -> None:
    (project / "bad.yaml").write_text(text)
    for arguments in (
        ["check", "bad.yaml"],
        ["check", "bad.yaml", "--json"],
        ["run", "bad.yaml", "--backend", "rehearsal", "--json"],
        ["run", "bad.yaml", "--backend", "rehearsal"],
    ):
        _, told = run(*arguments)
        check(told)


def test_words_on_the_command_line(run: Run, project: Path) -> None:
    (project / f"x{HOSTILE.replace('/', '')[:60]}.yaml").write_text("nothing: 1")
    bad = f"x{HOSTILE.replace('/', '')[:60]}.yaml"
    for arguments in (
        ["plan", HOSTILE],
        ["plan", f"Research {HOSTILE}, write {HOSTILE}, test {HOSTILE}"],
        ["run", "--request", f"Research {HOSTILE} and write {HOSTILE}", "--backend", "rehearsal"],
        ["check", "--request", f"Research {HOSTILE} and write {HOSTILE}"],
        ["check", bad],
        ["check", bad, "--json"],
        ["run", bad],
        ["run", HOSTILE],
        ["check", HOSTILE],
        ["runs", "show", HOSTILE],
        ["runs", "resume", HOSTILE],
        ["runs", "list", "--out", HOSTILE],
        ["run", "--backend", HOSTILE, bad],
        ["run", "--timeout", HOSTILE, bad],
        ["doctor", "--config", bad],
        ["doctor", "--config", HOSTILE],
        ["agents", "check", bad],
        ["agents", "check", HOSTILE],
        ["agents", HOSTILE],
        ["runs", HOSTILE],
        [f"--{HOSTILE}"],
    ):
        _, text = run(*arguments)
        check(text)


def test_agent_files(run: Run, project: Path) -> None:
    folder = project / ".claude" / "agents"
    folder.mkdir(parents=True)
    (folder / "bad.md").write_text(AGENT)
    (folder / f"x{ACTS}.md").write_text("no front matter")
    (folder / f"y{ACTS}.md").write_text(f"---\nname: {ACTS}\ndescription: {ACTS}\n---\nx")
    for arguments in (
        ["agents"],
        ["agents", "list", "--json"],
        ["agents", "check"],
        ["agents", "check", "--json"],
        ["agents", "check", str(folder)],
        ["doctor"],
        ["doctor", "--json"],
        ["run", "--request", "Research A, write B", "--backend", "rehearsal"],
    ):
        _, text = run(*arguments)
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        f"theme: {yaml(HOSTILE)}",
        f"backend: {yaml(HOSTILE)}",
        f"{yaml(HOSTILE)}: 1",
        f"agents: [{yaml(HOSTILE)}]",
        f"models: {{{yaml(HOSTILE)}: {yaml(HOSTILE)}}}",
        f"profiles: {{near: {{base_url: {yaml(HOSTILE)}, model: x}}}}",
        f"profiles: {{near: {{base_url: 'http://127.0.0.1:1', model: {yaml(HOSTILE)}}}}}",
        f"profiles: {{{yaml(HOSTILE)}: {{base_url: x}}}}",
    ],
)
def test_the_configuration(run: Run, project: Path, plan: Path, text: str) -> None:
    (project / "orchtui.yaml").write_text(text)
    for arguments in (
        ["doctor"],
        ["doctor", "--json"],
        ["agents"],
        ["run", "plan.yaml"],
        ["run", "--request", "Research A, write B", "--backend", "near"],
    ):
        _, told = run(*arguments)
        check(told)


# What somebody else may have written: runs in an artifacts folder that came with a project


@pytest.fixture
def stranger(project: Path) -> Told:
    return strangers_runs(project)


def test_runs_that_somebody_else_wrote(run: Run, project: Path, stranger: Told) -> None:
    run_id = stranger.run.id
    (project / "note.txt").write_text("mine")
    for arguments in (
        ["runs", "list"],
        ["runs", "list", "--json"],
        ["runs", "show", run_id],
        ["runs", "show", run_id, "--json"],
        ["runs", "show", "last"],
        ["runs", "show", "20"],
        ["runs", "resume", run_id],
        ["runs", "apply", run_id],
        ["runs", "apply", run_id, "--yes"],
        *(["runs", "export", run_id, "--as", form] for form in TEXTS),
        ["runs", "export", "20", "-o", "x.md"],
        ["runs", "export", run_id, "-o", f"x{HOSTILE.replace('/', '')[:60]}"],
        ["runs", "export", run_id, "-o", f"x{HOSTILE.replace('/', '')[:60]}.md"],
        ["runs", "export", run_id, "-o", "x.zip"],
        ["runs", "import", "x.zip"],
        ["runs", "import", "x.zip", "--json"],
        ["runs", "import", "x.zip", "--out", "other"],
        ["runs", "import", HOSTILE],
    ):
        _, text = run(*arguments)
        check(text)


def test_what_is_planted_acts() -> None:
    """Else nothing was tested."""
    assert clean(HOSTILE) != HOSTILE
    assert all(clean(character) != character for character in ACTS if not character.isprintable())
    assert os.linesep == "\n"
