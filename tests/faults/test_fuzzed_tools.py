"""Calls of tools with any name and any arguments: an answer in words, and nothing else happens.

One workspace serves all examples of a test, so that what one leaves behind meets the next.
"""

import asyncio
import json
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.backends.base import ToolAnswer
from orchtui.engine.backends.preset_calls import rights_of
from orchtui.engine.backends.presets import PRESETS
from orchtui.engine.workspace.tool_specs import SPECS
from tests.engine.backends.asking import assignment
from tests.engine.workspace.places import Place
from tests.faults.forms import form, fuzz
from tests.faults.made_input import json_values, texts, words

_NAMES = st.sampled_from([*SPECS, "bash", "Task", "web_search", "", "read", "EDIT"]) | texts
_REAL = "README.md docs/a.md docs out/new.md .env ../outside/passwd /etc/passwd keys/id_rsa ~ ."
_PARTS = ["..", ".", "docs", "a.md", "~", "", ".git", "*", "é", "\x00", "\x1b[31m", "a" * 300]
_PATHS = st.sampled_from(_REAL.split()) | st.lists(st.sampled_from(_PARTS), max_size=5).map(
    "/".join
)
_PATTERNS = st.sampled_from(
    ["(", "[", "(a+)+$", "*", "**/*.md", "{a,b", "[!", "(?<=a+)b", "\\", "(?P<", "{" * 50]
)
_ARGUMENTS = st.dictionaries(
    st.sampled_from(sorted({key for spec in SPECS.values() for key in spec.schema["properties"]}))
    | words,
    _PATHS | _PATTERNS | json_values(leaves=4),
    max_size=5,
)
_CALLS = st.tuples(_NAMES, _ARGUMENTS.map(json.dumps) | texts)


@form("examples", 60, 6000)
def test_any_call_gets_an_answer_and_reaches_nothing_else(tmp_path: Path, examples: int) -> None:
    place = Place(tmp_path)
    before = place.outside_is()

    async def use(calls: list[tuple[str, str]]) -> None:
        site = await place.site()
        try:
            for name, arguments in calls:
                answer = await site.toolbox.call(name, arguments)
                assert isinstance(answer, ToolAnswer)
                assert "hunter2" not in answer.text, "a secret was read"
        finally:
            await site.leave()

    @settings(max_examples=examples)
    @given(st.lists(_CALLS, min_size=1, max_size=5))
    def check(calls: list[tuple[str, str]]) -> None:
        asyncio.run(use(calls))

    check()
    assert place.outside_is() == before


@fuzz(
    st.lists(texts | words, max_size=4),
    st.lists(texts | words, max_size=4),
    st.none() | texts | st.sampled_from(["plan", "bypassPermissions", "acceptEdits"]),
    texts,
)
def test_any_agent_file_makes_a_call_of_a_program(
    tools: list[str], refused: list[str], mode: str | None, system: str
) -> None:
    rights_of(tuple(tools), tuple(refused), mode)
    asked = msgspec.structs.replace(
        assignment(system=system),
        tools=tuple(tools),
        disallowed_tools=tuple(refused),
        permission_mode=mode,
    )
    for preset in PRESETS.values():
        call = preset.call(asked)
        assert all(isinstance(word, str) for word in call.arguments)
