"""What a reference means, and what is known of it."""

import os
from pathlib import Path

import pytest

from orchtui.engine.comparison import sides as sides_module
from orchtui.engine.comparison.sides import Side, Sides, of_run, of_task
from orchtui.engine.comparison.similarity import matrix, measures
from orchtui.engine.errors import InputError, RunNotFoundError, StorageError
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import ACTS, forged

RUN = "20260115-100000-abcd"


def told() -> Told:
    """Two tasks, one of which needed two attempts."""
    run = Told(task("a", title="First"), task("b.1", title="Second"))
    run.starts("a", 0, "opus").completes("a", 3, "# Head\n\nThe answer.", input=10, output=5)
    run.starts("b.1", 0).says("b.1", 1, "half of")
    run.retries("b.1", 2).starts("b.1", 3).completes("b.1", 5, "All of it.", output=7)
    return run.ends(6)


class Opened:
    """Runs by the names that they answer to."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.asked: list[str] = []
        self.damage = ""

    def __call__(self, run_id: str) -> tuple[Run, str]:
        self.asked.append(run_id)
        if run_id == "last" or (run_id and self.run.id.startswith(run_id)):
            return self.run, self.damage
        raise RunNotFoundError(f"no run begins with '{run_id}'")


@pytest.fixture
def opened() -> Opened:
    return Opened(told().run)


@pytest.fixture
def sides(opened: Opened, tmp_path: Path) -> Sides:
    return Sides(opened, tmp_path)


@pytest.mark.parametrize(
    ("reference", "text", "attempt"),
    [
        ("last:a", "# Head\n\nThe answer.", 1),
        (f"{RUN}:a", "# Head\n\nThe answer.", 1),
        ("2026:1", "# Head\n\nThe answer.", 1),
        ("last:a@1", "# Head\n\nThe answer.", 1),
        ("last:b.1", "All of it.", None),
        ("last:2", "All of it.", None),
        ("last:b.1@1", "half of", 1),
        ("last:b.1@2", "All of it.", 2),
    ],
)
def test_a_task_or_an_attempt_of_a_run(
    sides: Sides, reference: str, text: str, attempt: int | None
) -> None:
    side = sides.read(reference)
    assert (side.text, side.reference) == (text, reference)
    assert side.facts is not None
    assert (side.facts.run, side.facts.attempt) == (RUN, attempt)


def test_a_run_alone_is_what_its_tasks_came_to_without_figures(sides: Sides) -> None:
    side = sides.read("last")
    assert side.text == "## First\n\n### Head\n\nThe answer.\n\n## Second\n\nAll of it.\n"
    assert side.facts is not None
    assert side.facts.usage == ev.Usage(input=10, output=12)
    assert (side.facts.state, side.facts.model, side.facts.seconds) == ("COMPLETED", "opus", 5.0)
    assert side.notes == ()


def test_what_failed_changes_nothing_about_the_form_of_the_rest() -> None:
    run = Told(task("a", title="First"), task("b", title="Second"))
    run.starts("a", 0).completes("a", 1, "# Head\n\nThe answer.").starts("b", 1).fails("b", 2)
    assert of_run(run.run).text == "## First\n\n### Head\n\nThe answer.\n"
    alone = Told(task("a", title="First")).starts("a", 0).completes("a", 1, "# Head").run
    assert of_run(alone).text == "# Head"


def test_a_run_with_a_synthesis_is_the_synthesis() -> None:
    run = told().run
    assert run.aggregated is not None
    first = run.tasks["a"]
    run.aggregate = first
    run.aggregated = ev.Aggregated(
        seq=99, at="2026-01-15T10:00:00.000Z", strategy="synthesize", asked="synthesize"
    )
    assert of_run(run).text == first.text
    assert Sides(Opened(run), Path()).read("last:@aggregate").text == first.text
    assert Sides(Opened(run), Path()).read("last:@aggregate@1").text == first.text


def test_facts_of_an_attempt_are_its_own(sides: Sides) -> None:
    first, second = (sides.read(f"last:b.1@{number}").facts for number in (1, 2))
    assert first is not None and second is not None
    assert (first.usage.output, second.usage.output) == (0, 7)
    assert (first.seconds, second.seconds) == (2.0, 2.0)


def test_what_a_reader_must_know_is_noted() -> None:
    run = Told(task("a"), task("b"), backend="rehearsal")
    run.starts("a", 0).completes("a", 1, "made up")
    run.starts("b", 0).says("b", 1, "half")
    assert any("REHEARSAL" in note for note in of_run(run.run).notes)
    assert any("not ended" in note for note in of_run(run.run).notes)
    run.fails("b", 2, "it broke").ends(3)
    assert any("1 of 2 tasks" in note for note in of_run(run.run).notes)
    notes = of_task(run.run, run.run.tasks["b"]).notes
    assert any("not a whole answer: it broke" in note for note in notes)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("nothing", "no run begins with 'nothing'; nor is there such a file"),
        ("", "nor is there such a file"),
        (":a", "nor is there such a file"),
        ("last:", "no task ''; it has a, b.1"),
        ("last:c", "no task 'c'; it has a, b.1"),
        ("last:a@", "no attempt ''; its attempts: 1"),
        ("last:a@2", "no attempt '2'; its attempts: 1"),
        ("last:a@x", "no attempt 'x'"),
        ("last:a@1@2", "no task 'a@1@2'"),
        ("last:a:b", "no task 'a:b'"),
        ("./nothing", "there is no such file"),
        ("a/b", "there is no such file"),
        (".", "is a folder"),
        (f"last:{ACTS}", "no task"),
        (ACTS, "nor is there such a file"),
        ("x" * 5000, "nor is there such a file"),
        ("a\0b", "nor is there such a file"),
    ],
)
def test_what_means_nothing_says_what_to_do(sides: Sides, reference: str, words: str) -> None:
    with pytest.raises(InputError) as raised:
        sides.read(reference)
    assert words in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_a_task_that_wrote_nothing_is_told() -> None:
    run = Told(task("a"), task("b")).starts("a", 0).run
    with pytest.raises(InputError, match="has written nothing: waiting"):
        of_task(run, run.tasks["b"])
    with pytest.raises(InputError, match="no task completed"):
        of_run(run)


def test_a_file_and_a_run_of_the_same_name(sides: Sides, tmp_path: Path) -> None:
    for name in ("last", "2026", "notes"):
        (tmp_path / name).write_text("a file's")
    assert sides.read("last").facts is not None
    assert "./last is the file" in sides.read("last").notes[0]
    assert sides.read("./last").text == "a file's"
    assert sides.read("notes").text == "a file's"
    assert sides.read("notes").facts is None


def test_a_run_that_two_sides_name_is_opened_once(sides: Sides, opened: Opened) -> None:
    sides.read("last:a")
    sides.read("last:b.1")
    assert opened.asked == ["last"]


def test_a_run_that_can_be_read_only_in_part_says_so(sides: Sides, opened: Opened) -> None:
    opened.damage = "line 9 is no event"
    for reference in ("last:a", "last"):
        assert (
            f"run {RUN} can be read only in part: line 9 is no event" in sides.read(reference).notes
        )


def test_a_run_that_can_not_be_read_is_no_missing_file(tmp_path: Path) -> None:
    def broken(run_id: str) -> tuple[Run, str]:
        raise StorageError(f"{run_id}: broken")

    (tmp_path / "last").write_text("a file's")
    with pytest.raises(StorageError, match="broken"):
        Sides(broken, tmp_path).read("last")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.bin", b"a\0b", "not a text file"),
        ("x.txt", b"\xff\xfea\0", "UTF-16"),
        ("x.md", b"caf\xe9", "not UTF-8"),
        ("x.md", b"x" * 5_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_text_is_refused(
    sides: Sides, tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=words):
        sides.read(name)


def test_a_pipe_is_not_waited_for(sides: Sides, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        sides.read("pipe")


def test_files_are_cleaned_and_it_is_said(sides: Sides, tmp_path: Path) -> None:
    (tmp_path / "acts.md").write_text(f"be{ACTS}fore\n")
    side = sides.read("acts.md")
    assert side.text == "before\n"
    assert "taken out" in side.notes[0]
    (tmp_path / "ends.md").write_bytes(b"one\r\ntwo\r\n")
    side = sides.read("ends.md")
    assert side.text == "one\ntwo\n"
    assert "CR LF" in side.notes[0]


@pytest.mark.parametrize(
    ("name", "prose"),
    [("x.md", True), ("x", True), ("x.TXT", True), ("x.py", False), ("x.csv", False)],
)
def test_code_is_no_prose(sides: Sides, tmp_path: Path, name: str, prose: bool) -> None:
    (tmp_path / name).write_text("# x\n")
    assert sides.read(name).prose == prose


def test_a_hostile_run_gives_clean_sides() -> None:
    run = forged().run
    side = of_task(run, run.tasks["a"])
    whole = "".join((side.text, side.label, side.origin, *side.notes))
    assert not any(char in whole for char in "\x1b\x07\u202e\x9b")


def test_a_result_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides_module, "LARGEST", 5)
    with pytest.raises(InputError, match="too large"):
        of_run(told().run)


# Many at once


def side(text: str, *, prose: bool = True) -> Side:
    return Side(reference="x", label="x", text=text, origin="x", prose=prose)


def test_similarity_is_a_share_symmetric_and_one_for_the_same_words() -> None:
    texts = ["one two three four", "ONE two\nthree  four", "four three", "", "nothing else"]
    values = matrix(texts).values
    for i in range(len(texts)):
        assert values[i][i] == 1
        for j in range(len(texts)):
            assert values[i][j] == values[j][i]
            assert 0 <= values[i][j] <= 1
    assert values[0][1] == 1
    assert values[0][2] == pytest.approx(2 * 1 / 6, abs=1e-4)
    assert values[0][3] == values[0][4] == 0
    assert matrix(["", ""]).values[0][1] == 1


def test_similarity_of_very_long_texts_leaves_the_order_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["one two", "two one"]
    exact = matrix(texts)
    monkeypatch.setattr("orchtui.engine.comparison.similarity.IN_ORDER", 0)
    coarse = matrix(texts)
    assert (exact.values[0][1], coarse.values[0][1]) == (0.5, 1)
    assert "any order" in coarse.measure
    assert "any order" not in exact.measure


def test_what_can_be_counted() -> None:
    text = (
        "# One\n\nSee [this](http://a.example) and <https://b.example>, http://c.example.\n\n"
        "Two\n---\n\n```\n# no [link](x)\n```\n\n- ~~~\n  x\n  ~~~\n\n| a |\n|---|\n"
    )
    found = measures(side(text))
    assert (found.headings, found.links, found.code_blocks) == (2, 3, 2)
    assert found.words == len(text.split())
    assert (found.characters, found.lines) == (len(text), text.count("\n"))
    code = measures(side("# x\ny = 'http://a.example'", prose=False))
    assert (code.headings, code.code_blocks, code.links, code.lines) == (0, 0, 1, 2)
    assert measures(side("")).lines == 0
