"""Request text in plain words → Plan, offline.

Start with `parse`, which has the steps, and follow them: `markup` unwraps the
text, `lines` and `outline` find lists, `inline_lists` those on one line;
`limits`, `marks`, `closing` and `references` take out what says how to run;
`from_list` and `from_text` (with `chains`, `frames` and `object_frames`) make
drafts; `prompts` words them; `meant_files` finds files; `gaps` says what is
left open. `clauses`, `counting`, `grammar` and `lexicon` serve them all. This
package never calls a model and never opens a file.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchtui.engine.plans.plan import Plan

__all__ = ["parse_request"]


def parse_request(text: str, folder: Path) -> "Plan":
    """As `parse.parse_request`, whose many patterns are compiled when the first text comes.

    The app paints before that, see `frame.WARM`.
    """
    from orchtui.engine.request import parse

    return parse.parse_request(text, folder)
