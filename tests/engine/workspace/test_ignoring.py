"""What .gitignore files say together: the one in the project folder, below it and above it."""

from pathlib import Path

import pytest

from orchtui.engine.paths.ignoring import Ignored
from orchtui.engine.paths.rules import Rules
from tests.engine.workspace.places import Place, use

FILES = {
    "": "*.log\n/top\nbuild/\n!keep.log\ndeep/er/x.txt\n",
    "sub": "*.tmp\n!loud.log\n/only\nnested/\n",
    "sub/deep": "*\n!*.py\n",
    "build": "!inside.txt\n",
}


class Texts:
    """.gitignore files by their folder, and how often each was asked for."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.asked: list[str] = []

    def __call__(self, folder: str) -> str:
        self.asked.append(folder)
        return self.files.get(folder, "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.log", True),
        ("sub/a.log", True),
        ("sub/loud.log", False),  # the nearer file has the last word
        ("sub/more/loud.log", False),
        ("loud.log", True),
        ("keep.log", False),
        ("a.tmp", False),
        ("sub/a.tmp", True),
        ("sub/more/a.tmp", True),
        ("sub/only", True),
        ("sub/more/only", False),
        ("only", False),
        ("sub/nested/x", True),
        ("nested/x", False),
        ("sub/deep/x.txt", True),
        ("sub/deep/x.py", False),
        ("build/inside.txt", True),  # what is in an ignored folder can not be taken back
        ("deep/er/x.txt", True),
        ("sub/deep/er/x.txt", True),
    ],
)
def test_each_file_speaks_for_its_own_folder(path: str, expected: bool) -> None:
    assert (path in Ignored(Texts(FILES))) is expected


def test_each_is_read_once() -> None:
    texts = Texts(FILES)
    ignored = Ignored(texts)
    for name in range(50):
        ignored.says(f"sub/other/{name}")

    assert sorted(texts.asked) == ["", "sub", "sub/other"]


async def test_searches_leave_out_what_a_nested_one_names(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (place.project / "docs/.gitignore").write_text("drafts/\n*.gen.md\n")
    for name in ("docs/drafts/x.md", "docs/y.gen.md", "src/y.gen.md"):
        file = place.project / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("zebra\n")
    site = await place.site()

    assert (await use(site, "Grep", pattern="zebra")).text == "src/y.gen.md:1:zebra"
    assert "drafts" not in (await use(site, "Glob", pattern="docs/**")).text
    assert (await use(site, "Read", path="docs/drafts/x.md")).ok, "ignored is not forbidden"
    await site.leave()


def test_a_secret_that_a_nested_one_names_is_forbidden(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/.gitignore").write_text("*session-token*\nsigning-key\n")
    rules = Rules.load(tmp_path, tmp_path / "artifacts")

    assert rules.unreadable("app/session-token.md")
    assert rules.unreadable("app/deep/signing-key")
    assert rules.unreadable("session-token.md") is None
    assert rules.unreadable("app/session.md") is None


def test_those_above_the_project_count_as_far_as_its_repository_goes(tmp_path: Path) -> None:
    (tmp_path / "repo/.git").mkdir(parents=True)
    project = tmp_path / "repo/packages/one"
    project.mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "repo/.gitignore").write_text("dist/\n/packages/one/local\n/other\n")
    (tmp_path / "repo/packages/.gitignore").write_text("!dist/\n*.cache\n")
    rules = Rules.load(project, project / "artifacts")

    ignored = [name for name in ("local", "other", "a.cache") if rules.skipped(name, folder=False)]
    assert ignored == ["local", "a.cache"]
    assert not rules.skipped("dist", folder=True)


def test_without_a_repository_nothing_above_counts(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "project").mkdir()
    rules = Rules.load(tmp_path / "project", tmp_path / "artifacts")

    assert not rules.skipped("a", folder=False)


@pytest.mark.parametrize("kind", ["link", "loop", "folder", "pipe", "huge"])
def test_what_is_no_file_says_nothing(tmp_path: Path, kind: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    file = project / ".gitignore"
    if kind == "link":
        (tmp_path / "outside").write_text("*\n")
        file.symlink_to(tmp_path / "outside")
    elif kind == "loop":
        file.symlink_to(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        import os

        os.mkfifo(file)
    else:
        file.write_text("a\n" * 600_000)
    rules = Rules.load(project, tmp_path / "artifacts")

    assert not rules.skipped("a", folder=False)
