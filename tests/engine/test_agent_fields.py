"""Fields of agent files: what each one means, and what is told of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents.agent_fields import COLORS, Values, read_fields, why_ignored
from orchtui.engine.agents.agent_file import Note
from orchtui.engine.agents.front_matter import read_head
from orchtui.engine.plans.plan import Limits
from orchtui.engine.text import clean


def read(*lines: str) -> tuple[Values, list[Note]]:
    text = "\n".join(lines)
    head = read_head(text, 2)
    assert head is not None
    return read_fields(head.fields, text)


def quiet(*lines: str) -> Values:
    values, notes = read(*lines)
    assert notes == []
    return values


def told(*lines: str) -> tuple[Values, Note]:
    values, [note] = read(*lines)
    return values, note


def test_every_field_that_is_in_use_is_read() -> None:
    values = quiet(
        "name: scout",
        "description: Looks around.",
        "tools: Read, Bash(git log:*, git show), Task(a, b), mcp__files__read",
        "disallowedTools: [Write, 'Read(.env)']",
        "model: opus",
        "permissionMode: acceptEdits",
        "maxTurns: 12",
        "effort: high",
        "color: orange",
        "skills: [a]",
        "mcpServers: {a: {command: b}}",
        "hooks: {Stop: [{hooks: []}]}",
        "memory: project",
        "background: true",
        "isolation: worktree",
        "initialPrompt: Begin.",
        "orchtui:",
        "  backend: claude",
        "  env: [GH_TOKEN]",
        "  runs_on: gpu",
        "  limits: {timeout: 20m, retries: 1, max_tokens: 900}",
        "shoe-size: 43",
    )

    assert values == Values(
        name="scout",
        description="Looks around.",
        model="opus",
        tools=("Read", "Bash(git log:*, git show)", "Task(a, b)", "mcp__files__read"),
        disallowed_tools=("Write", "Read(.env)"),
        permission_mode="acceptEdits",
        max_turns=12,
        effort="high",
        color="orange",
        isolation="worktree",
        backend="claude",
        command=(),
        env=("GH_TOKEN",),
        runs_on=("gpu",),
        limits=Limits(timeout=1200.0, retries=1, max_tokens=900),
        ignored=(
            "background", "hooks", "initialPrompt", "mcpServers", "memory", "shoe-size", "skills",
        ),
    )  # fmt: skip


@pytest.mark.parametrize("key", ["maxTurns", "max_turns", "max-turns", "MaxTurns", "maxturns"])
def test_fields_match_without_regard_to_case_and_separators(key: str) -> None:
    values = quiet(f"{key}: 7")

    assert (values["max_turns"], values["ignored"]) == (7, ())


@pytest.mark.parametrize(
    ("line", "tools"),
    [
        ("tools:", None),
        ("tools: ~", None),
        ("tools: []", ()),
        ('tools: ""', ()),
        ("tools: Read", ("Read",)),
        ("tools: Read, Write,, ", ("Read", "Write")),
        ("tools: Read Write  Grep", ("Read", "Write", "Grep")),
        ("tools: Read, List Files", ("Read", "List Files")),
        ("tools: Read Bash(git add:*)", ("Read", "Bash(git add:*)")),
        ("tools: Bash(git add:*, ls)", ("Bash(git add:*, ls)",)),
        ('tools: ["Read", "Write"]', ("Read", "Write")),
        ('tools: \'["Read", "Write"]\'', ("Read", "Write")),
        ("tools: [Read, [Write]]", ("Read", "Write")),
        ("tools:\n  - Read\n  - Bash(git:*)\n", ("Read", "Bash(git:*)")),
        ("tools:\n- Read, Write\n", ("Read", "Write")),
        ("tools: >\n  Read,\n  Write\n", ("Read", "Write")),
        ("tools: |\n  - Read\n  - Write\n", ("Read", "Write")),
        ("tools: Read, Read, Write", ("Read", "Write")),
        ("tools: '*'", ("*",)),
        ("tools: `Read`, 'Write'", ("Read", "Write")),
        ("tools: Bash(git", ("Bash(git",)),
        ("allowed-tools: Read", ("Read",)),
        ("allowedTools: [read, shell]", ("read", "shell")),
        ("name: a", None),
    ],
)
def test_tools_are_read_in_every_form(line: str, tools: tuple[str, ...] | None) -> None:
    values, notes = read(*line.split("\n"))

    assert values["tools"] == tools
    assert values["ignored"] == ()
    assert all("as it is written" in note.message for note in notes)


def test_tools_win_over_a_second_list_of_them() -> None:
    values = quiet("tools: Read", "allowedTools: [Write]")

    assert (values["tools"], values["ignored"]) == (("Read",), ("allowedTools",))


def test_a_mapping_of_tools_takes_away_what_is_false() -> None:
    values, note = told("tools: {write: false, bash: true, edit: no}", "disallowedTools: Glob")

    assert values["tools"] is None
    assert values["disallowed_tools"] == ("Glob", "write", "edit")
    assert note.severity == "info"


def test_a_list_of_tools_without_end_is_bounded_and_told() -> None:
    values, note = told(f"tools: {', '.join(f't{n}' for n in range(3000))}")

    assert values["tools"] is not None and len(values["tools"]) == 1000
    assert "too many" in note.message


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("model: sonnet", "sonnet"),
        ("model: claude-opus-4-1", "claude-opus-4-1"),
        ("model: opus[1m]", "opus[1m]"),
        ("model: 4.5", "4.5"),
        ("model: GPT 5 (mini)", "GPT 5 (mini)"),
        ("model: inherit", None),
        ("model: Inherit", None),
        ("model: null", None),
        ("model:", None),
        ('model: ""', None),
        ("color: red", None),
    ],
)
def test_the_model_that_a_file_asks_for(line: str, model: str | None) -> None:
    assert quiet(line)["model"] == model


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("maxTurns: '5'", "max_turns", 5),
        ("effort: HIGH", "effort", "high"),
        ("effort: xhigh", "effort", "xhigh"),
        ("permissionMode: Plan", "permission_mode", "plan"),
        ("permissionMode: default", "permission_mode", "default"),
        ("isolation: Worktree", "isolation", "worktree"),
        ("color: Orange", "color", "orange"),
        ("colour: teal", "color", "teal"),
        ("color: '#F59E0B'", "color", "#f59e0b"),
        ("color: '#f80'", "color", "#ff8800"),
        ("color: '#f59e0bff'", "color", "#f59e0b"),
        ("color:", "color", None),
        ("description: [Looks, around]", "description", "Looks around"),
        ("description: 'Look.\\n\\n<example>\\nuser: a\\n</example>'", "description",
         "Look. <example> user: a </example>"),
        ("description: 'keeps C:\\new\\table as it is'", "description",
         "keeps C:\\new\\table as it is"),
        ("name: no", "name", "no"),
        ("name: 1:30", "name", "1:30"),
        (r'name: "\e[31mred\e[0m"', "name", "red"),
        (f"name: {'x' * 100}", "name", "x" * 63 + "…"),
    ],
)  # fmt: skip
def test_a_value_is_read_by_what_its_field_means(line: str, field: str, value: object) -> None:
    assert read(line)[0][field] == value  # type: ignore[literal-required]


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ("maxTurns: many", "max_turns", "whole number"),
        ("maxTurns: 0", "max_turns", "whole number"),
        ("maxTurns: [3]", "max_turns", "whole number"),
        ("effort: 7", "effort", "low, medium, high, xhigh, max"),
        ("permissionMode: yolo", "permission_mode", "acceptEdits"),
        ("isolation: docker", "isolation", "'worktree'"),
        ("isolation: {a: b}", "isolation", "'worktree'"),
        ("color: nicest", "color", "#rrggbb"),
        ("color: '#12'", "color", "#rrggbb"),
        ("model: {a: b}", "model", "name of a model"),
    ],
)
def test_what_does_not_fit_is_told_and_counts_as_not_said(line: str, field: str, says: str) -> None:
    values, note = told("name: a", line)

    assert values[field] is None  # type: ignore[literal-required]
    assert (note.line, note.severity) == (3, "warning")
    assert says in note.message


def test_of_several_models_the_first_counts() -> None:
    values, note = told("model: [opus, sonnet]")

    assert values["model"] == "opus"
    assert "first" in note.message


def test_a_colour_that_yaml_takes_for_a_comment_is_found() -> None:
    values, note = told("name: a", "color: #10B981")

    assert values["color"] == "#10b981"
    assert (note.line, note.severity) == (3, "info")


def test_every_colour_is_one_word() -> None:
    assert {"red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"} <= COLORS
    assert all(color.isalpha() and color.islower() for color in COLORS)


# orchtui:


def test_a_program_is_an_argv_list_as_it_is_written() -> None:
    values = quiet("orchtui:", "  command: [prog, --flag, '{prompt}', 1.0, no]")

    assert values["command"] == ("prog", "--flag", "{prompt}", "1.0", "no")


def test_a_profile_is_a_backend() -> None:
    assert quiet("orchtui: {profile: lan}")["backend"] == "lan"
    assert quiet("orchtui: {backend: lan}")["backend"] == "lan"


def test_a_limit_of_zero_is_a_limit() -> None:
    limits = quiet("orchtui: {limits: {idle_timeout: 0, retries: 0}}")["limits"]

    assert limits == Limits(idle_timeout=0.0, retries=0)


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (
            ["orchtui: yes"],
            3,
            "must be a mapping (backend, profile, command, env, runs_on, limits)",
        ),
        (["orchtui:", "  env: [GH_TOKEN=ghp_x]"], 4, "the name of an environment variable"),
        (["orchtui:", "  command: claude -p"], 4, "never a shell"),
        (["orchtui:", "  backend: a", "  profile: b"], 4, "the profile 'b' counts"),
        (["orchtui:", "  bakend: a"], 4, "did you mean 'backend'?"),
        (["orchtui:", "  limits:", "    timeout: soon"], 5, "timeout"),
        (["orchtui:", "  limits: {concurrency: 3}"], 4, "for a whole run"),
        (["orchtui:", "  limits: {deadline: 3m}"], 4, "for a whole run"),
        (["orchtui:", "  limits: {budget_usd: 3}"], 4, "for a whole run"),
        (["orchtui:", "  limits: {budget_tokens: 3}"], 4, "for a whole run"),
        (["orchtui:", "  limits: {on_budget: cut}"], 4, "for a whole run"),
        (["orchtui: {limits: {typo: 3}}"], 3, "unknown key 'typo' in limits"),
    ],
)
def test_what_is_wrong_under_orchtui_is_told_with_its_line(
    lines: list[str], line: int, says: str
) -> None:
    values, note = told("name: a", *lines)

    assert (note.line, note.severity) == (line, "warning")
    assert says in note.message
    assert values["limits"] == Limits()
    assert values["ignored"] == ()


def test_what_is_right_under_orchtui_holds_beside_what_is_wrong() -> None:
    values, note = told("orchtui: {backend: lan, typo: 1, limits: {retries: 1}}")

    assert (values["backend"], values["limits"]) == ("lan", Limits(retries=1))
    assert "typo" in note.message


@pytest.mark.parametrize("key", ["skills", "mcpServers", "mcp-servers", "hooks", "memory"])
def test_a_known_field_without_effect_has_a_reason(key: str) -> None:
    assert why_ignored(key) != why_ignored("shoe-size") == "not known here"


# Properties

_KEYS = "name description tools disallowedTools model permissionMode maxTurns effort color".split()
_KEYS += ["isolation", "orchtui", "hooks", "other"]
_VALUES = st.one_of(
    st.text("ab {}[],:#'\"-*&\x1b\n", max_size=20),
    st.sampled_from(["{backend: a}", "[a, b]", "7", "~", '"\\e]0;x\\a"', "{limits: {a: b}}"]),
)


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1))
def test_no_value_breaks_and_no_field_is_dropped_in_silence(fields: dict[str, str]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in fields.items())
    head = read_head(text, 2)
    if head is None:
        return
    values, notes = read_fields(head.fields, text)

    for shown in (
        values["name"],
        values["description"],
        *values["ignored"],
        *(values["tools"] or ()),
    ):
        assert clean(shown) == shown
        assert "\n" not in shown
    assert {key for key in head.fields if key in ("hooks", "other")} <= set(values["ignored"])
