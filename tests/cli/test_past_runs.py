"""`runs list QUERY`, `search`, `tag`, `pin`, `rename`, `delete`, `restore`, `trash`, `prune`,
`disk`, `trends` and `reindex` as processes of their own."""

import json
from pathlib import Path

import pytest

from orchtui.engine.history.labels import FILE as LABELS
from orchtui.engine.journals import journal
from orchtui.engine.run_folders import summary
from tests.cli.conftest import Orchtui
from tests.engine.history.past import completed, left, run_id, told, written
from tests.hostile import HOSTILE


@pytest.fixture
def out(project: Path) -> Path:
    """Three runs: two of one plan, and one that failed."""
    place = project / "artifacts"
    left(place, completed("Many roses.", name="logs"), 1)
    left(place, completed("Only weeds.", name="logs"), 2)
    failed = told(request="About gardens").starts("one", 0).starts("two", 0)
    left(place, failed.fails("one", 1, "no soil").fails("two", 2, "no sea").ends(3), 3)
    return place


def ids(orchtui: Orchtui, *words: str) -> list[str]:
    done = orchtui("runs", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return [run["id"] for run in json.loads(done.stdout)]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ((), [3, 2, 1]),
        (("--reverse",), [1, 2, 3]),
        (("--limit", "1"), [3]),
        (("--sort", "name"), [3, 2, 1]),
        (("verdict:failed",), [3]),
        (("-verdict:failed",), [2, 1]),
        (("roses",), [1]),
        (("-roses", "garden"), [3, 2]),
        (('"only weeds"', "verdict:completed"), [2]),
        (("before:2026-02-01",), [1]),
        (("colour:red",), []),
    ],
)
def test_runs_are_listed(
    orchtui: Orchtui, out: Path, words: tuple[str, ...], numbers: list[int]
) -> None:
    assert ids(orchtui, *words) == [run_id(number) for number in numbers]


def test_the_list_has_the_keys_that_it_had_and_more(orchtui: Orchtui, out: Path) -> None:
    orchtui("runs", "tag", run_id(1), "good")
    orchtui("runs", "rename", run_id(1), "My own")

    (run,) = json.loads(orchtui("runs", "list", "--json", "tag:good").stdout)

    before = json.loads((out / "runs" / run_id(1) / summary.FILE).read_text())
    for key in before.keys() - {"work", "name"}:
        assert run[key] == before[key], key
    assert (run["name"], run["title"], run["tags"]) == ("My own", "logs", ["good"])
    assert (run["pinned"], run["trouble"]) == (False, "")


def test_what_is_not_understood_is_told_and_the_list_is_there(orchtui: Orchtui, out: Path) -> None:
    done = orchtui("runs", "list", "verdict:good", "tasks:2")

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 3
    assert "'verdict:good' was left out: a verdict is one of" in done.stderr


def test_more_than_is_shown_is_told(orchtui: Orchtui, out: Path) -> None:
    assert "1 more are not shown" in orchtui("runs", "list", "--limit", "2").stderr
    assert "No run is like that" in orchtui("runs", "list", "nowhere").stderr


def test_a_search_shows_where_it_was_found(orchtui: Orchtui, out: Path) -> None:
    done = orchtui("runs", "search", "weed")
    line, where = done.stdout.splitlines()

    assert done.returncode == 0
    assert line.startswith(run_id(2))
    assert where == "    result of one: Only »weed«s."
    nothing = orchtui("runs", "search", "nowhere")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "Nothing was found" in nothing.stderr


def test_a_search_as_json(orchtui: Orchtui, out: Path) -> None:
    found = json.loads(orchtui("runs", "search", "--json", "soil", "is:odd").stdout)

    assert found["total"] == 1
    (hit,) = found["hits"]
    assert (hit["run"]["id"], hit["field"], hit["task"]) == (run_id(3), "failure", "one")
    text, ((start, end),) = hit["snippet"]["text"], hit["snippet"]["spans"]
    assert text[start:end] == "soil"
    assert "'is:odd' was left out" in found["told"][0]


@pytest.mark.parametrize("words", ['"', "*", "a AND", "NEAR(", "^x", "name:", "-", "'; DROP TABLE"])
def test_no_words_are_an_error_of_the_index(orchtui: Orchtui, out: Path, words: str) -> None:
    done = orchtui("runs", "search", "--", words)

    assert done.returncode in (0, 1)
    assert "syntax" not in done.stderr and "Traceback" not in done.stderr


def test_tags_pins_and_names(orchtui: Orchtui, out: Path) -> None:
    assert orchtui("runs", "tag", run_id(1), "good", "old").stdout == f"{run_id(1)}: #good, #old\n"
    orchtui("runs", "tag", run_id(1), "old", "--remove")
    assert "pinned" in orchtui("runs", "pin", run_id(1)).stdout
    orchtui("runs", "rename", run_id(1), "The best")

    first = orchtui("runs", "list").stdout.splitlines()[0]
    assert first.startswith(run_id(1)) and first.endswith("The best  [pinned]  #good")
    assert ids(orchtui, "best") == [run_id(1)]
    assert ids(orchtui, "is:pinned") == [run_id(1)]

    orchtui("runs", "unpin", run_id(1))
    plain = orchtui("runs", "rename", run_id(1), "")
    assert plain.stdout == f"{run_id(1)}: #good\n"
    assert ids(orchtui) == [run_id(number) for number in (3, 2, 1)]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("tag", "last", "two words"), 2, "can be no tag"),
        (("tag", "nope", "x"), 1, "no run begins with 'nope'"),
        (("rename", "last", "x" * 300), 2, "200 characters"),
        (("delete", "nope", "--yes"), 1, "no run begins with 'nope'"),
        (("delete", "last"), 2, "add --yes"),
        (("restore", "nope"), 1, "there is nothing in"),
        (("prune", "--yes"), 2, "--older-than 90d"),
        (("prune", "--older-than", "90d"), 2, "add --yes"),
        (("prune", "--older-than", "soon"), 2, "an age such as"),
        (("prune", "--larger-than", "big"), 2, "a size such as"),
        (("prune", "--older-than", "1d", "--json"), 2, "--dry-run"),
        (("trash", "--empty", "--json"), 2, "--json only shows"),
        (("trends", "nope"), 1, "No run is of 'nope'"),
    ],
)
def test_what_can_not_be_done_is_told(
    orchtui: Orchtui, out: Path, words: tuple[str, ...], code: int, why: str
) -> None:
    done = orchtui("runs", *words)

    assert (done.returncode, done.stdout.startswith("{")) == (code, False)
    assert why in done.stderr
    assert len(list((out / "runs").iterdir())) == 3


def test_a_name_with_a_secret_is_refused(orchtui: Orchtui, out: Path) -> None:
    secret = "sk-ant-0123456789abcdefghij"
    done = orchtui("runs", "rename", "last", f"about {secret}", ANTHROPIC_API_KEY=secret)

    assert done.returncode == 2
    assert "leave it out" in done.stderr and secret not in done.stderr
    assert not (out / "runs" / run_id(3) / LABELS).exists()


def test_runs_go_and_come_back(orchtui: Orchtui, out: Path) -> None:
    gone = orchtui("runs", "delete", run_id(1), run_id(2), "--yes")
    assert gone.returncode == 0
    assert f"`orchtui runs restore {run_id(1)}` brings it back" in gone.stderr
    assert ids(orchtui) == [run_id(3)]
    assert [one["id"] for one in json.loads(orchtui("runs", "trash", "--json").stdout)] == [
        run_id(2), run_id(1),
    ]  # fmt: skip

    assert orchtui("runs", "restore", "last").stdout == f"{run_id(2)} is back\n"
    assert ids(orchtui) == [run_id(3), run_id(2)]
    assert ids(orchtui, "weeds") == [run_id(2)]
    shown = orchtui("runs", "trash")
    assert shown.stdout.startswith(f"{run_id(1)}  2026-01-15 10:00  COMPLETED  logs  deleted ")
    kept = orchtui("runs", "trash", "--empty", "--older-than", "1d", "--yes")
    assert "nothing in the trash" in kept.stderr
    emptied = orchtui("runs", "trash", "--empty", "--yes")
    assert "gone for good" in emptied.stdout
    assert orchtui("runs", "restore", "last").returncode == 1


def test_a_run_that_goes_on_stays_and_the_others_go(orchtui: Orchtui, out: Path) -> None:
    with written(out / "runs" / run_id(1)):
        done = orchtui("runs", "delete", run_id(1), run_id(2), "--yes")

    assert done.returncode == 1
    assert "still going on" in done.stderr
    assert ids(orchtui) == [run_id(3), run_id(1)]


def test_pruning_says_first_and_leaves_pinned_runs(orchtui: Orchtui, out: Path) -> None:
    orchtui("runs", "pin", run_id(1))
    said = orchtui("runs", "prune", "--larger-than", "0", "--dry-run")
    assert said.returncode == 0
    assert [line.split()[0] for line in said.stdout.splitlines()] == [run_id(2), run_id(3)]
    assert "1 pinned stay" in said.stderr and "still too large" in said.stderr
    as_json = json.loads(
        orchtui("runs", "prune", "--larger-than", "0", "--dry-run", "--json").stdout
    )
    assert [one["run"]["id"] for one in as_json["runs"]] == [run_id(2), run_id(3)]
    assert len(ids(orchtui)) == 3

    assert orchtui("runs", "prune", "--larger-than", "0", "--yes").returncode == 0
    assert ids(orchtui) == [run_id(1)]
    assert orchtui("runs", "restore", run_id(3)).returncode == 0
    nothing = orchtui("runs", "prune", "--larger-than", "1GB", "--yes")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No run would go" in nothing.stderr


def test_disk_use(orchtui: Orchtui, out: Path) -> None:
    use = json.loads(orchtui("runs", "disk", "--json").stdout)
    text = orchtui("runs", "disk", "--limit", "1").stdout

    sizes = {
        folder.name: sum(path.stat().st_size for path in folder.iterdir())
        for folder in (out / "runs").iterdir()
    }
    assert {run["id"]: run["bytes"] for run in use["runs"]} == sizes
    assert use["total"] == sum(sizes.values())
    assert "2 more" in text and "all 3 runs" in text and "the trash" in text


def test_trends(orchtui: Orchtui, out: Path, project: Path) -> None:
    done = orchtui("runs", "trends", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "logs  (2 runs)",
        "  time     ▄▄  now 8.0s, 8.0s to 8.0s",
        "  cost     ··  not known",
        "  failed   ▄▄  now 0, 0 to 0",
        "  slowest  ▄▄  now 8.0s, 8.0s to 8.0s (last: two)",
    ]
    assert "time     ::  now" in orchtui("runs", "trends", PYTHONIOENCODING="ascii").stdout
    (trend,) = json.loads(orchtui("runs", "trends", "LOG", "--json").stdout)
    assert [point["makespan_s"] for point in trend["points"]] == [8.0, 8.0]
    (one,) = json.loads(orchtui("runs", "trends", run_id(3), "--json").stdout)
    assert [point["failed"] for point in one["points"]] == [2]
    newest = max(path.name for path in (out / "runs").iterdir())
    for asked in ("last", newest[:-1]):
        (same,) = json.loads(orchtui("runs", "trends", asked, "--json").stdout)
        assert newest in [point["run"] for point in same["points"]]
    (project / "logs.yaml").write_text("name: logs\ntasks: [{id: a, prompt: other}]\n")
    assert orchtui("runs", "trends", "logs.yaml").stdout.startswith("logs  (2 runs)")


def test_reindex(orchtui: Orchtui, out: Path) -> None:
    (out / "runs" / "my notes").mkdir()
    done = orchtui("runs", "reindex")

    assert (done.returncode, done.stdout) == (0, "3 runs in the index.\n")
    assert "my notes: its name is none that orchtui gives a run" in done.stderr


def test_bad_folders_are_told_and_the_rest_works(orchtui: Orchtui, out: Path) -> None:
    (out / "runs" / run_id(1) / summary.FILE).unlink()
    (out / "runs" / run_id(2) / journal.FILE).unlink()
    empty = out / "runs" / run_id(9)
    empty.mkdir()

    done = orchtui("runs", "list")

    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [run_id(n) for n in (3, 2, 1)]
    assert f"{run_id(1)}: the summary is missing, the journal stands for it" in done.stderr
    assert f"{run_id(2)}: the journal is missing" in done.stderr
    assert f"{run_id(9)}: neither a journal nor a summary is in it" in done.stderr
    assert empty.is_dir()


def test_hostile_runs_print_nothing_that_acts(orchtui: Orchtui, project: Path) -> None:
    place = project / "artifacts"
    left(place, completed(f"needle {HOSTILE}", request=HOSTILE), 1)
    (place / "runs" / run_id(1) / LABELS).write_text(json.dumps({"name": HOSTILE}))

    for words in (
        ["list"],
        ["search", "needle"],
        ["trends", run_id(1)],
        ["disk"],
        ["list", HOSTILE],
    ):
        done = orchtui("runs", *words)
        assert not set(done.stdout + done.stderr) & set("\x1b\x9b\u202e\x07"), words


def test_a_run_with_a_damaged_journal_is_shown_as_far_as_it_goes(
    orchtui: Orchtui, out: Path
) -> None:
    edited = out / "runs" / run_id(1) / journal.FILE
    lines = edited.read_bytes().splitlines(keepends=True)
    edited.write_bytes(b"".join([*lines[:-2], b"no event\n", *lines[-2:]]))
    done = orchtui("runs", "show", run_id(1))
    assert done.returncode == 1
    assert f"Run: {run_id(1)}" in done.stdout
    assert "the journal can be read only in part: line" in done.stderr
    edited.write_bytes(b"no event\n")
    done = orchtui("runs", "show", run_id(1))
    assert (done.returncode, done.stdout) == (1, "")
    assert "not an event" in done.stderr


def test_what_a_damaged_journal_still_tells_can_be_compared_and_taken_out(
    orchtui: Orchtui, out: Path, project: Path
) -> None:
    edited = out / "runs" / run_id(1) / journal.FILE
    before = edited.read_bytes()
    lines = before.splitlines(keepends=True)
    edited.write_bytes(b"".join([*lines[:-2], b"no event\n", *lines[-2:]]))

    done = orchtui("runs", "list")
    assert f"{run_id(1)}: the journal can be read only in part: line" in done.stderr
    done = orchtui("runs", "diff", f"{run_id(1)}:one", f"{run_id(2)}:one")
    assert done.returncode in (0, 1), done.stderr
    assert f"run {run_id(1)} can be read only in part: line" in done.stdout + done.stderr
    done = orchtui("runs", "export", run_id(1), "-o", "run.md")
    assert done.returncode == 0, done.stderr
    assert "the journal can be read only in part: line" in done.stderr
    assert "**DAMAGED**: Its journal can be read only in part" in (project / "run.md").read_text()
    done = orchtui("runs", "plan", run_id(1))
    assert done.returncode == 0 and "tasks:" in done.stdout
    assert "the plan is as far as the journal can be read" in done.stderr
    done = orchtui("runs", "again", run_id(1), "--dry-run", "--backend", "rehearsal")
    assert "the plan is as far as the journal can be read" in done.stdout + done.stderr
    assert edited.read_bytes() != before, "it was not touched"
