"""Entries of a plan file that stand for files or for rows of a table: found, read, refused."""

import os
from pathlib import Path

import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.generators import matched_files
from orchtui.engine.generators.matched_files import NoFiles, ProjectFiles
from orchtui.engine.generators.parameter_tables import read_table
from orchtui.engine.plan_files.plan_file import dump_plan, load_plan, parse_plan
from orchtui.engine.plans.plan import Plan


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x", encoding="utf-8")


def planned(entry: str, project: Path) -> Plan:
    plan = parse_plan(f"tasks: [{entry}]", "p", project)
    assert parse_plan(dump_plan(plan)) == plan
    return plan


def problems(entry: str, project: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(f"tasks: [{entry}]", "p", project)
    return [str(problem) for problem in caught.value.problems]


# --- files --------------------------------------------------------------------------------------


def test_a_task_for_each_file(tmp_path: Path) -> None:
    put(tmp_path, "logs/db.log", "logs/app.log", "logs/app.txt", "other.log")
    plan = planned(
        '{id: sum, files: "logs/*.log", command: [wc, "{file}"], reads: [all.md],'
        ' title: "{file_name}", writes: "out/{file_stem}.md"}',
        tmp_path,
    )
    app, db = plan.tasks
    assert (app.id, db.id) == ("sum-app", "sum-db")
    assert app.command == ("wc", "logs/app.log")
    assert app.reads == ("all.md", "logs/app.log")
    assert (app.title, app.writes) == ("app.log", ("out/app.md",))
    assert app.prompt == ""


def test_a_file_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, "a.log")
    entry = '{files: "*.log", prompt: "{file}", reads: ["{file}", b.md]}'
    assert planned(entry, tmp_path).tasks[0].reads == ("a.log", "b.md")
    entry = '{files: "*.log", prompt: "{file}", reads: "{file}"}'
    assert planned(entry, tmp_path).tasks[0].reads == ("a.log",)


def test_the_prompt_gets_the_file_where_it_does_not_name_it(tmp_path: Path) -> None:
    put(tmp_path, "a.log")
    (task,) = planned('{files: "*.log", prompt: "Read {file_stem}."}', tmp_path).tasks
    assert task.prompt == "Read a.\n\nFile: a.log"


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["*.md"], ["a.md", "b.md"]),
        (["b.md", "*.md"], ["a.md", "b.md"]),
        (["**/*.md"], ["a.md", "b.md", "docs/c.md", "docs/deep/d.md"]),
        (["docs/**"], ["docs/c.md", "docs/deep/d.md", "docs/e.txt"]),
        (["./docs/*.{md,txt}"], ["docs/c.md", "docs/e.txt"]),
        (["docs/[d-f].txt"], ["docs/e.txt"]),
        ([".github/*.md"], [".github/h.md"]),
        (["node_modules/*.md"], ["node_modules/n.md"]),
        (["**/node_modules/*.md"], ["node_modules/n.md"]),
    ],
)
def test_patterns(tmp_path: Path, patterns: list[str], found: list[str]) -> None:
    put(tmp_path, "b.md", "a.md", "docs/c.md", "docs/deep/d.md", "docs/e.txt", ".github/h.md",
        "node_modules/n.md", "artifacts/runs/r/parallel-task-1.md")  # fmt: skip
    tasks = planned(f"{{files: {patterns}, prompt: '{{file}}'}}", tmp_path).tasks
    assert [task.prompt for task in tasks] == found


def test_files_of_one_name_have_ids_of_their_paths(tmp_path: Path) -> None:
    put(tmp_path, "x/a.log", "y/a.log")
    tasks = planned("{id: s, files: '*/a.log', prompt: x}", tmp_path).tasks
    assert [task.id for task in tasks] == ["s-x-a-log", "s-y-a-log"]


def test_what_is_no_file_of_the_project_is_left_out(tmp_path: Path) -> None:
    put(tmp_path, "p/a.txt", "p/.env", "p/secret.key", "p/credentials.json", "out/b.txt")
    (tmp_path / "p" / "folder.txt").mkdir()
    (tmp_path / "p" / "link.txt").symlink_to(tmp_path / "out" / "b.txt")
    (tmp_path / "p" / "far").symlink_to(tmp_path / "out")
    os.mkfifo(tmp_path / "p" / "fifo.txt")
    tasks = planned("{files: 'p/**', prompt: '{file}'}", tmp_path / ".").tasks
    assert [task.prompt for task in tasks] == ["p/a.txt"]


def test_names_that_would_mean_something_else(tmp_path: Path) -> None:
    put(tmp_path, "-rf", "a[1].txt", "{n}.txt")
    tasks = planned("{files: '*', command: [rm, '{file}']}", tmp_path).tasks
    assert [task.command[1] for task in tasks] == ["./-rf", "a[1].txt", "{n}.txt"]
    assert [task.reads for task in tasks] == [(), (), ()]  # a[1].txt would be a pattern there


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("*.log", "no file below the project folder fits; **/*.log looks in all folders"),
        ("nix/*.log", "no file below the project folder fits"),
        ("p/*.key", "no file below the project folder fits; 1 may hold secrets and are left out"),
        ("/etc/*", "outside of the project folder; name paths from there"),
        ("../*", "outside of the project folder; name paths from there"),
        ("p/../../*", "outside of the project folder; name paths from there"),
        ("~/x", "'~' is outside of the project folder; name paths from there"),
        ("p/odd*", "a file that fits has a name that no plan can hold; rename it"),
        ("p/secret.key/*", "no file below the project folder fits"),
    ],
)
def test_patterns_that_name_nothing(tmp_path: Path, pattern: str, told: str) -> None:
    put(tmp_path, "p/secret.key", "p/odd\nname.txt")
    found = problems(f"{{files: ['{pattern}'], prompt: x}}", tmp_path)
    assert found == [f"p:1:18: files: '{pattern}': {told}"]


def test_files_that_are_no_pattern(tmp_path: Path) -> None:
    assert problems("{files: [], prompt: x}", tmp_path) == [
        "p:1:17: files must have at least one item"
    ]
    assert problems("{files: {a: b}, prompt: x}", tmp_path) == [
        "p:1:17: files must be a list, not a mapping"
    ]
    assert problems("{files: [[a]], prompt: x}", tmp_path) == [
        "p:1:18: a pattern of files must be text, not a list"
    ]


def test_a_search_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matched_files, "LOOKED_AT", 3)
    put(tmp_path, "a/1", "a/2", "b/1", "b/2")
    files = ProjectFiles(tmp_path)
    assert files.matched("a/*") == ["a/1", "a/2"]
    assert files.matched("a/*") == ["a/1", "a/2"]  # looked at once
    with pytest.raises(NoFiles, match="more than 3 names to look at; begin with a folder"):
        files.matched("b/*")


def test_the_working_folder_is_the_project_where_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.log")
    (tmp_path / "plan.yaml").write_text("tasks: [{files: '*.log', prompt: x}]", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert [task.id for task in load_plan(Path("plan.yaml")).tasks] == ["task-1-a"]


# --- tables -------------------------------------------------------------------------------------

TABLE = ("city", "first year"), (("Oslo", "2020"), ("Rome", 'say "x", or\nnot'))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", 'city,first year\nOslo,2020\nRome,"say ""x"", or\nnot"\n'),
        ("t.csv", '\ufeffcity;first year\r\n\r\nOslo ; 2020\r\n;\r\nRome;"say ""x"", or\nnot"'),
        ("T.TSV", 'city\tfirst year\nOslo\t2020\nRome\t"say ""x"", or\nnot"\n'),
        ("t.yaml", "- {city: Oslo, first year: 2020}\n"
                   "- first year: |-\n    say \"x\", or\n    not\n  city: Rome\n"),
    ],
)  # fmt: skip
def test_tables(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    table = read_table(tmp_path, name)
    assert (table.columns, table.rows) == TABLE


def test_a_task_for_each_row(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("city,first year,model\nOslo,2020,\nRome,2021,opus\n")
    plan = planned(
        '{id: w, table: t.csv, title: "Weather in {city}", prompt: "{city} from {first year} on",'
        ' model: "{model}", estimate: "{n}m"}',
        tmp_path,
    )
    oslo, rome = plan.tasks
    assert (oslo.id, oslo.title, oslo.prompt) == ("w-oslo", "Weather in Oslo", "Oslo from 2020 on")
    assert (oslo.model, rome.model) == (None, "opus")  # an empty value says nothing
    assert (oslo.estimate, rome.estimate) == (60, 120)


def test_a_prompt_that_names_no_column_gets_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("city,year,note\nOslo,2020,\n")
    (task,) = planned("{table: t.csv, prompt: Tell me.}", tmp_path).tasks
    assert task.prompt == "Tell me.\n\ncity: Oslo\nyear: 2020"
    (task,) = planned("{table: t.csv, prompt: '{year}'}", tmp_path).tasks
    assert task.prompt == "2020"


def test_values_are_made_safe(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n\x1b[31mred\u202e\n", encoding="utf-8")
    (task,) = planned("{table: t.csv, prompt: '{a}'}", tmp_path).tasks
    assert task.prompt == "red"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "", ["t.csv:1:1: the table is empty; it begins with a line of names"]),
        ("t.csv", "a,b\n", ["t.csv:1:1: the table has no rows; each row is a task"]),
        ("t.csv", "a,b,a\n1,2,3\n", ["t.csv:1:5: duplicate column 'a'"]),
        ("t.csv", "a,,1x\n1,2,3\n",
         [f"t.csv:1:{at}: a column needs a name (a letter, then letters, digits, '_', '-' and "
          f"spaces, at most 64), not {name}" for at, name in ((3, "''"), (4, "'1x'"))]),
        ("t.csv", "a,b\n1\n\n1,2,3\n",
         ["t.csv:2:1: 1 value, but the header has 2 columns",
          "t.csv:4:1: 3 values, but the header has 2 columns"]),
        ("t.csv", 'a,b\n1,"2\n', ["t.csv:2:1: this is not CSV: unexpected end of data"]),
        ("t.csv", "n\n1\n", ["p:1:17: table: {n} means something else here already; "
                             "rename the column"]),
        ("t.csv", "prompt\n1\n", ["p:1:17: table: {prompt} means something else here already; "
                                  "rename the column"]),
        ("t.csv", ",".join(f"c{number}" for number in range(101)) + "\n",
         ["t.csv:1:391: too many columns; at most 100"]),
        ("t.csv", "a\n" + "x" * 200_000, ["t.csv:2:1: this is not CSV: field larger than field "
                                          "limit (131072)"]),
        ("t.csv", "a\n" + "x\n" * 600_000, ["p:1:17: table: 't.csv': it has 1.2 MB; files above "
                                            "1.0 MB are left alone"]),
        ("t.csv", "a\n\0\n", ["t.csv: is not a text file: byte 3 is a NUL"]),
        ("t.yaml", "a: 1", ["t.yaml:1:1: a table in YAML is a list of rows: - {a: 1}"]),
        ("t.yaml", "", ["t.yaml:1:1: a table in YAML is a list of rows: - {a: 1}"]),
        ("t.yaml", "- {a: 1, b: 2, a: 3}\n- {a: 1}\n- [x]\n- {a: [1], b: , c: 2}\n",
         ["t.yaml:1:16: duplicate key 'a', first on line 1",
          "t.yaml:2:3: row 2 needs 'b', which the first row has",
          "t.yaml:3:3: row 3 must be a mapping, not a list",
          "t.yaml:4:7: 'a' must be text, not a list",
          "t.yaml:4:17: the first row has no 'c'; all rows have its names"]),
        ("t.yaml", "- {}", ["t.yaml:1:3: row 1 is empty"]),
        ("t.txt", "a\n1\n",
         ["p:1:17: table: 't.txt': a table is a .csv, .tsv, .yaml or .yml file"]),
        ("secrets.csv", "a\n1\n",
         ["p:1:17: table: 'secrets.csv': it is called like a secret, or is one of orchtui's own; "
          "name another one"]),
    ],
)  # fmt: skip
def test_tables_that_are_wrong(tmp_path: Path, name: str, text: str, told: list[str]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert problems(f"{{table: {name}, prompt: x}}", tmp_path) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("none.csv", "there is no such file"),
        ("folder.csv", "this is a folder"),
        ("fifo.csv", "this is no ordinary file"),
        ("link.csv", "a link in it leads out of the project folder"),
        ("../out.csv", "outside of the project folder; name paths from there"),
    ],
)
def test_tables_that_can_not_be_read(tmp_path: Path, path: str, told: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "folder.csv").mkdir()
    os.mkfifo(project / "fifo.csv")
    put(tmp_path, "out.csv")
    (project / "link.csv").symlink_to(tmp_path / "out.csv")
    found = problems(f"{{table: {path}, prompt: x}}", project)
    assert found == [f"p:1:17: table: '{path}': {told}"]


def test_a_table_that_is_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n\xff\n")
    assert problems("{table: t.csv, prompt: x}", tmp_path) == [
        "t.csv: is not UTF-8: byte 3 is 0xff; save it as UTF-8"
    ]
