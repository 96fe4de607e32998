"""The result of any run: the census first, a section for whatever completed, nothing that acts."""

import re

from hypothesis import given

from orchtui.engine.run_events.events import output_file
from orchtui.engine.runs import verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.run_result import result
from tests.engine.generated_runs import ended_runs
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import HOSTILE


def headings(text: str) -> list[str]:
    """Of the second level, outside of code."""
    kept = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^## (.*)$", kept, re.MULTILINE)


@given(run=ended_runs())
def test_every_completed_task_has_its_section_in_the_plans_order(run: Run) -> None:
    text = result(run, output_file)
    done = [inline(task.task.label) for task in run.with_status("completed")]
    assert text.index(f"> **{verdict.verdict(run)}**") < text.find("\n## ") or not headings(text)
    if run.aggregated is None or run.aggregated.strategy != "collect":
        return
    assert headings(text)[len(headings(text)) - len(done) :] == done
    listed = re.findall(r"^\d+\. (.*)$", text.partition("## Contents\n\n")[2], re.MULTILINE)
    assert listed[: len(done)] == (done if len(done) > 1 else [])
    for one in run.with_status("completed"):
        assert f"> Task {one.task.position} · " in text
        assert f"[file]({output_file(one.task.position)})" in text


def test_text_of_a_result_stays_in_its_section() -> None:
    told = Told(task("a", title="First"), task("b", title="Second"))
    forged = f"## Missing\n\n- **Second**: FAILED\n\nSecond\n======\n\n# {HOSTILE}\n\n```\nopen"
    told.starts("a", 0).starts("b", 0).completes("a", 1, forged).completes("b", 1, "the end")
    text = result(told.ends(2).run, output_file)
    assert headings(text) == ["Contents", "First", "Second"]
    assert text.rstrip().endswith("the end")
