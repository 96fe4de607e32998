"""`orchtui agents`: the cards of all specialists, and the linter for their files."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Orchtui

GOOD = "---\nname: scout\ndescription: Looks around.\ntools: Read, LS\nmodel: opus\n---\nLook.\n"
ODD = "---\nname: odd\ndescription: use it: now\nhooks: {}\ntools: Read, Bash\n---\nGo.\n"


def write(project: Path, text: str, name: str = "scout.md") -> Path:
    path = project / ".claude" / "agents" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def listed(orchtui: Orchtui, *more: str, **environment: str) -> dict[str, dict[str, Any]]:
    done = orchtui("agents", "list", "--json", *more, **environment)
    assert done.returncode == 0, done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def test_the_list_has_the_promised_keys_and_what_will_really_be_used(
    orchtui: Orchtui, project: Path
) -> None:
    path = write(project, GOOD)
    write(project, ODD, "odd.md")

    rows = listed(orchtui, ANTHROPIC_API_KEY="k")

    assert {"researcher", "writer", "scout", "odd"} <= set(rows)
    scout = rows["scout"]
    assert (scout["description"], scout["path"]) == ("Looks around.", str(path))
    assert scout["model"].startswith("claude-opus")
    assert scout["tools"] == ["Read", "List_Files"]
    assert (scout["source"], scout["backend"]) == ("project", "anthropic")
    assert (scout["ignored"], scout["diagnostics"]) == ([], [])
    odd = rows["odd"]
    assert odd["ignored"] == ["hooks"]
    assert odd["nobody"] == ["Bash"]
    assert [(one["line"], one["severity"]) for one in odd["diagnostics"]] == [(3, "warning")]


def test_another_backend_gives_other_cards(orchtui: Orchtui, project: Path) -> None:
    write(project, GOOD)

    scout = listed(orchtui, "--backend", "rehearsal")["scout"]

    assert (scout["backend"], scout["model"], scout["tools"]) == ("rehearsal", None, [])
    assert scout["nobody"] == ["Read", "LS"]


def test_an_alias_of_the_configuration_is_resolved(orchtui: Orchtui, project: Path) -> None:
    (project / "orchtui.yaml").write_text("models: {opus: my-own-opus}\nagents: [more]\n")
    write(project, GOOD)
    more = project / "more" / "m.md"
    more.parent.mkdir()
    more.write_text(GOOD.replace("scout", "helper"))

    rows = listed(orchtui, ANTHROPIC_API_KEY="k")

    assert rows["scout"]["model"] == rows["helper"]["model"] == "my-own-opus"
    assert rows["helper"]["source"] == "configured"


@pytest.mark.parametrize("words", [("agents",), ("agents", "list")])
def test_cards_fit_eighty_columns_and_carry_no_colour_into_a_file(
    orchtui: Orchtui, project: Path, words: tuple[str, ...]
) -> None:
    write(project, ODD.replace("use it: now", "[bold]x[/bold]: " + "many words " * 40), "odd.md")
    write(project, "", "empty.md")

    done = orchtui(*words, ANTHROPIC_API_KEY="k", COLUMNS="80")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert "  file     .claude/agents/odd.md" in lines
    assert "\x1b" not in done.stdout
    assert "[bold]x[/bold]" in done.stdout
    assert any(line.startswith("odd  (project)") for line in lines)
    assert any("hooks (no hooks are run here)" in line for line in lines)
    assert "nobody here has Bash" in done.stdout
    assert "empty.md: error: this file is empty" in done.stderr


# check


def test_clean_files_are_not_worth_a_word(orchtui: Orchtui, project: Path) -> None:
    write(project, GOOD)

    done = orchtui("agents", "check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_linter_says_file_line_severity_and_text(orchtui: Orchtui, project: Path) -> None:
    write(project, ODD, "odd.md")
    write(project, "", "empty.md")
    write(project, "# About", "README.md")
    odd, empty = ".claude/agents/odd.md", ".claude/agents/empty.md"

    done = orchtui("agents", "check")

    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert f"{empty}: error: this file is empty" in lines
    assert any(line.startswith(f"{odd}:3: warning: 'description' is read as") for line in lines)
    assert f"{odd}:4: info: 'hooks' has no effect here: no hooks are run here" in lines
    assert any(line.startswith(f"{odd}:5: info: through an API nobody has Bash") for line in lines)
    assert any("README.md: info: not an agent" in line for line in lines)


def test_what_is_only_good_to_know_is_clean(orchtui: Orchtui, project: Path) -> None:
    path = write(project, GOOD.replace("LS", "Bash"))

    done = orchtui("agents", "check", str(path))

    assert done.returncode == 0
    assert ": info: " in done.stdout


def test_two_of_one_name_in_a_folder_are_a_warning(orchtui: Orchtui, project: Path) -> None:
    first, second = write(project, GOOD, "a.md"), write(project, GOOD, "b.md")

    done = orchtui("agents", "check", str(first.parent))

    assert done.returncode == 1
    assert (
        done.stdout == f"{second}: warning: 'scout' is also the name in {first}: that one is used\n"
    )


def test_check_gives_json_of_files_and_folders(orchtui: Orchtui, project: Path) -> None:
    odd = write(project, ODD, "odd.md")
    write(project, "", "empty.md")
    other = project / "other.txt"
    other.write_text(GOOD)

    done = orchtui("agents", "check", "--json", str(odd.parent), "other.txt")

    assert done.returncode == 1
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == ["empty", "odd", "scout"]
    for row in rows:
        assert set(row) >= {
            "name", "description", "path", "model", "tools", "ignored", "diagnostics",
        }  # fmt: skip
    assert rows[0]["diagnostics"] == [
        {"line": 0, "severity": "error", "message": "this file is empty"}
    ]
    assert (rows[1]["ignored"], rows[1]["tools"]) == (["hooks"], ["Read"])
    assert (rows[2]["model"], rows[2]["path"]) == ("opus", "other.txt")


@pytest.mark.parametrize("words", [("nowhere",), (".", "nowhere"), ()])
def test_a_path_that_is_not_there_is_bad_usage(orchtui: Orchtui, words: tuple[str, ...]) -> None:
    done = orchtui("agents", "check", *words)
    as_json = orchtui("agents", "check", "--json", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert "no such file or folder" in done.stderr
    assert as_json.returncode == 2
    [error] = json.loads(as_json.stdout)["errors"]
    assert error["file"].endswith("nowhere" if words else "agents")


def test_a_broken_link_is_an_error_and_no_bad_usage(orchtui: Orchtui, project: Path) -> None:
    (project / "gone.md").symlink_to(project / "nowhere")

    done = orchtui("agents", "check", "gone.md")

    assert done.returncode == 1
    assert "gone.md: error: can not be read" in done.stdout


def unlookable(project: Path) -> str:
    """A path of which nobody can say whether it is there: the system does not tell."""
    if os.geteuid() == 0:  # nothing is forbidden to root
        return "x" * 300 + ".md"
    write(project, GOOD, "locked/a.md").parent.chmod(0)
    return ".claude/agents/locked/a.md"


def test_what_can_not_be_looked_at_is_an_error_beside_the_others(
    orchtui: Orchtui, project: Path
) -> None:
    write(project, GOOD)
    path = unlookable(project)

    alone = orchtui("agents", "check", path)
    mixed = orchtui("agents", "check", "--json", path, ".claude/agents/scout.md")

    assert (alone.returncode, alone.stderr) == (1, "")
    assert f"{path}: error: can not be read: " in alone.stdout
    assert mixed.returncode == 1
    bad, good = json.loads(mixed.stdout)
    assert (bad["path"], bad["diagnostics"][0]["severity"]) == (path, "error")
    assert (good["name"], good["diagnostics"]) == ("scout", [])


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("place", ["locked", "locked/a.md", "a.md"])
def test_what_may_not_be_read_is_an_error(orchtui: Orchtui, project: Path, place: str) -> None:
    """Click itself would call it bad usage."""
    write(project, GOOD, "locked/a.md").parent.chmod(0)
    write(project, GOOD, "a.md").chmod(0)

    done = orchtui("agents", "check", f".claude/agents/{place}")

    assert done.returncode == 1
    assert "error: can not be read: Permission denied" in done.stdout


def test_an_empty_folder_is_clean_and_says_so(orchtui: Orchtui, project: Path) -> None:
    done = orchtui("agents", "check", ".")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no agent files" in done.stderr


def test_what_a_file_says_can_not_act_on_the_terminal(orchtui: Orchtui, project: Path) -> None:
    bad = '---\nname: "a\\e]0;x\\a"\ndescription: \x1b[31mred\n"\\e[2J": x\n---\nBody\n'
    write(project, bad, "\x1b[1mbold.md")

    for words in (("agents", "check"), ("agents", "list"), ("agents", "check", "--json")):
        done = orchtui(*words)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\\u001b" not in done.stdout


def test_a_misspelt_folder_of_the_configuration_is_told_everywhere(
    orchtui: Orchtui, project: Path
) -> None:
    (project / "orchtui.yaml").write_text("agents: [taem]\nbackend: rehearsal\n")
    says = "'taem' under agents in the configuration: there is no such folder"

    listed = orchtui("agents", "list")
    doctor = orchtui("doctor", "--json")
    ran = orchtui("run", "--request", "Say hello [rehearse: 2 words, 1 ms]")

    assert says in listed.stderr and listed.returncode == 0
    assert any(says in line for line in json.loads(doctor.stdout)["warnings"])
    assert says in ran.stderr and ran.returncode == 0


WAY = "---\nname: a\ndescription: b\norchtui:\n  {way}\n---\nx\n"


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("backend: nope", "there is no backend 'nope'; there are anthropic, local,"),
        ("backend: cluade", "there is no backend 'cluade'; did you mean 'claude'?"),
        ("profile: nope2", "the configuration has no profile 'nope2'; it has lan"),
        ("profile: lna", "the configuration has no profile 'lna'; did you mean 'lan'?"),
        ("profile: claude", "'claude' is a backend and no profile; write backend: claude"),
    ],
)
def test_a_way_to_run_that_there_is_not_is_a_warning_with_its_line(
    orchtui: Orchtui, project: Path, way: str, says: str
) -> None:
    (project / "orchtui.yaml").write_text("profiles: {lan: {base_url: 'http://127.0.0.1:1'}}\n")
    write(project, WAY.format(way=way))

    done = orchtui("agents", "check")

    assert done.returncode == 1
    assert f".claude/agents/scout.md:5: warning: orchtui: {says}" in done.stdout


@pytest.mark.parametrize("way", ["backend: claude", "backend: lan", "profile: lan", "backend: acp"])
def test_a_way_to_run_that_there_is_is_fine(orchtui: Orchtui, project: Path, way: str) -> None:
    other = project / "other.yaml"
    other.write_text("profiles: {lan: {base_url: 'http://127.0.0.1:1'}}\n")
    write(project, WAY.format(way=way))

    assert orchtui("agents", "check", "--config", "other.yaml").stdout == ""


def test_the_list_never_says_that_somebody_is_run_by_what_there_is_not(
    orchtui: Orchtui, project: Path
) -> None:
    write(project, WAY.format(way="profile: nope2"))

    shown = orchtui("agents", "list", ANTHROPIC_API_KEY="k", COLUMNS="100").stdout
    row = listed(orchtui, ANTHROPIC_API_KEY="k")["a"]

    assert "run by   nope2" not in shown
    assert "run by   nobody: there is no backend or profile 'nope2'" in shown
    assert (row["backend"], row["model"], row["tools"]) == (None, None, [])
    assert row["notes"] == ["there is no backend or profile 'nope2': its tasks can not run"]


def test_a_misspelt_tool_is_a_warning(orchtui: Orchtui, project: Path) -> None:
    """A tool of another program is not: it is only told that nobody has it here."""
    write(project, "---\nname: a\ndescription: b\ntools: Raed, Grep, Frobnicate\n---\nx\n")

    done = orchtui("agents", "check")

    assert done.returncode == 1
    assert "4: warning: there is no tool 'Raed'; did you mean Read?" in done.stdout
    assert "warning: there is no tool 'Frobnicate'" not in done.stdout
