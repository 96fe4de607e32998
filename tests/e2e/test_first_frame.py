"""What is loaded before the first frame: only what it takes to paint it."""

from pathlib import Path

import pytest

from tests.e2e.terminal import program

SCRIPT = """\
import sys
from pathlib import Path
from orchtui.ui.frame import Frame

def painted(self):
    if self.main.plan_pane.size.area and not Path("modules").exists():
        rows = self.screen._compositor.render_strips()
        Path("frame").write_text("\\n".join("".join(s.text for s in row) for row in rows))
        Path("modules").write_text("\\n".join(sys.modules))

Frame.post_display_hook = painted
from orchtui.cli import main
main()
"""
PLAN = """\
tasks:
  - {id: one, title: First job, prompt: "Write about tea."}
  - {id: two, title: Second job, prompt: "Write about coffee."}
"""

HEAVY = {
    *("anthropic", "httpx", "httpx2", "httpcore", "aiohttp", "pydantic", "openai", "acp"),
    *("numpy", "xllamacpp", "jinja2", "textual_serve", "psutil", "pygments", "tree_sitter"),
    *("requests", "urllib3", "sqlite3", "unittest", "hypothesis", "setuptools", "pkg_resources"),
    *("orchtui.engine.request.parse", "orchtui.engine.independence.verdicts"),
    *(
        "orchtui.engine.sessions.orchestrator",
        "orchtui.engine.execution.attempt",
        "orchtui.engine.texts.placeholders",
    ),
    *(
        "orchtui.engine.trusting.dangers",
        "orchtui.engine.estimates.estimates",
        "orchtui.engine.resumption.inheriting",
    ),
    *("orchtui.engine.yaml.yaml_write", "orchtui.engine.paths.secret_names"),
    *("orchtui.ui.compose.task_form", "orchtui.ui.dialogs.trust_question"),
    *("orchtui.ui.desks.apply_desk", "orchtui.ui.dialogs.palette"),
    *("orchtui.engine.history.run_history", "orchtui.engine.history.run_query"),
    *("orchtui.engine.history.trends", "orchtui.ui.runs.again_dialog"),
    *("orchtui.ui.dialogs.problems_card", "textual.widgets._footer"),
    *("orchtui.engine.backends.anthropic_api", "textual.drivers.web_driver"),
}
"""Each of these costs from some milliseconds to a second, and none paints anything."""


@pytest.mark.parametrize("arguments", [(), ("plan.yaml",), ("plan.yaml", "--backend", "anthropic")])
def test_nothing_heavy_is_loaded_before_the_first_frame(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "plan.yaml").write_text(PLAN)
    with program(tmp_path, "script.py", *arguments, ANTHROPIC_API_KEY="not-a-key") as terminal:
        terminal.wait("orchtui")
        terminal.wait_until((tmp_path / "modules").exists, "the first frame")
        terminal.wait("READY")
        terminal.press("\x03")
        assert terminal.wait_exit() == 0
    loaded = set((tmp_path / "modules").read_text().split())
    assert "orchtui.ui.screen" in loaded
    assert not loaded & HEAVY
    frame = (tmp_path / "frame").read_text()
    shown = ["5 Runs", "READY", "f1 Help"] + (["First job", "Second job"] if arguments else [])
    assert [words for words in shown if words not in frame] == []
