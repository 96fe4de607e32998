"""Texts that act on a terminal, and files of strangers that are full of them."""

import json
from pathlib import Path

from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from tests.engine.scripted import task
from tests.engine.told import Told

ACTS = "\x1b[31m\x1b]0;owned\x07\x9b1m\x9d0;c1\x9c\u202e\u2066\x07\x08\x7f\u200f\U000e0041"
"""ESC and C1 sequences, controls of the writing direction, tags, and single controls."""
HOSTILE = f"be{ACTS}fore [/] [b]x[/b] \x85 \u2028after"


def yaml(text: str) -> str:
    """A text as YAML writes it, controls too."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


AGENT = f"""\
---
name: bad
description: "{HOSTILE}"
model: "{HOSTILE}"
tools: "Read, {HOSTILE}"
color: "{HOSTILE}"
permissionMode: "{HOSTILE}"
{ACTS}: x
"{HOSTILE}": "{HOSTILE}"
orchtui: {{backend: "{HOSTILE}", command: ["{HOSTILE}"], env: ["{HOSTILE}"]}}
---
{HOSTILE}
"""


def forged() -> Told:
    """A run in whose events every text is hostile."""
    told = Told(
        task("a", title=HOSTILE),
        task("b", title=HOSTILE, after=("a",)),
        task("c", title=HOSTILE),
        request=HOSTILE,
    )
    told.starts("a", 0, HOSTILE)
    for kind, fields in (
        (ev.TextDelta, {"text": HOSTILE}),
        (ev.ToolCalled, {"call": "1", "name": HOSTILE, "arguments": HOSTILE}),
        (ev.ToolReturned, {"call": "1", "ok": False, "text": HOSTILE}),
        (ev.WriteRefused, {"path": HOSTILE, "why": HOSTILE}),
        (ev.PermissionAsked, {"question": HOSTILE, "what": HOSTILE}),
        (ev.PermissionAnswered, {"question": HOSTILE, "allowed": False, "why": HOSTILE}),
        (
            ev.FilesSeen,
            {
                "sight": "tools",
                "read": (HOSTILE,),
                "written": (ev.FileChange(path=HOSTILE, kept="files/a/x"),),
                "note": HOSTILE,
            },
        ),
        (
            ev.RaceDetected,
            {
                "path": HOSTILE,
                "access": "write",
                "when": "2026-01-15T10:00:00.000Z",
                "other": "c",
                "other_access": "read",
                "other_when": "2026-01-15T10:00:00.000Z",
            },
        ),
        (ev.TaskHedged, {"specialist": HOSTILE, "instance": HOSTILE, "backend": HOSTILE}),
        (ev.HedgeEnded, {"how": "failed", "why": HOSTILE, "error": "server", "model": HOSTILE}),
        (ev.TaskRetrying, {"error": "server", "why": HOSTILE, "wait_s": 1.0, "model": HOSTILE}),
    ):
        told.tell(kind, 1, task="a", attempt=1, **fields)
    told.starts("a", 2, HOSTILE)
    told.tell(
        ev.TaskFailed, 3, task="a", attempt=2, error="auth", message=HOSTILE, kept=3, output=HOSTILE
    )
    told.tell(ev.TaskSkipped, 3, task="b", attempt=0, why=HOSTILE)
    told.tell(ev.TaskCancelled, 3, task="c", attempt=0, why=HOSTILE)
    told.tell(ev.StorageLost, 4, what="journal", why=HOSTILE)
    told.tell(ev.StorageMoved, 4, out=HOSTILE, missing=(HOSTILE,))
    told.tell(
        ev.Aggregated, 5, strategy="collect", asked="synthesize", fallback=HOSTILE, output=HOSTILE
    )
    return told.ends(6)


def strangers_runs(project: Path) -> Told:
    """Runs in the artifacts folder: one with a hostile journal, and one whose name is hostile."""
    told = forged()
    folder = project / "artifacts" / "runs" / told.run.id
    (folder / "files" / "a").mkdir(parents=True)
    (folder / "files" / "a" / "x").write_text(HOSTILE)
    (folder / journal.FILE).write_bytes(b"".join(ev.encode(e) + b"\n" for e in told.events))
    summary = {
        "id": told.run.id + ACTS, "name": HOSTILE, "started": "2026-01-15T10:00:00.000Z",
        "verdict": "FAILED", "tasks": 2, "makespan_s": 1.0, "backends": [HOSTILE],
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(summary))
    other = folder.with_name(f"20{ACTS}")
    other.mkdir()
    (other / journal.FILE).write_bytes(b"not an event " + ACTS.encode() + b"\n")
    (other / "summary.json").write_text(json.dumps({**summary, "id": f"20{ACTS}"}))
    return told
