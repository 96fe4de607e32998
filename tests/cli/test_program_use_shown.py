"""`runs show` tells what programs used: a real run, and one of before that was written down."""

import json
from pathlib import Path

from tests.cli.conftest import Orchtui

PLAN = {
    "request": "Two programs",
    "aggregate": "none",
    "tasks": [
        {
            "id": "big",
            "title": "Large",
            "prompt": "x",
            "command": ["python3", "-I", "-S", "-c", "x = b'1' * (400 << 20)"],
        },
        {"id": "none", "title": "Nothing", "prompt": "y", "command": ["true"]},
    ],
}


def test_the_peak_of_each_task_and_the_largest(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(json.dumps(PLAN))
    done = orchtui("run", "plan.yaml", "--trust")
    assert done.returncode == 0, done.stderr

    text = orchtui("runs", "show", "last").stdout
    large, nothing = text.index("### Task 1"), text.index("### Task 2")
    assert "- Program: peak 4" in text[large:nothing]
    assert "peak" not in text[nothing : text.index("## Completion Status")]
    assert "**Largest Program**: Task 1, Large (peak 4" in text

    shown = json.loads(orchtui("runs", "show", "last", "--json").stdout)
    big, none = shown["details"]
    assert shown["largest_program"] == "big"
    assert 400 <= big["program"]["memory"] / 2**20 < 500
    assert "memory" not in none["program"]

    (journal,) = project.glob("artifacts/runs/*/events.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        line.pop("program", None)
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    before = orchtui("runs", "show", "last")
    assert before.returncode == 0
    assert "peak" not in before.stdout and "rogram:" not in before.stdout
    shown = json.loads(orchtui("runs", "show", "last", "--json").stdout)
    assert shown["largest_program"] is None
    assert [one["program"] for one in shown["details"]] == [None, None]
