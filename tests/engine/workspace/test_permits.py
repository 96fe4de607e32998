"""What a program is allowed when it asks: by the rules, by a person, or not at all."""

from pathlib import Path

import pytest

from orchtui.engine.backends.base import Wish, WishKind
from orchtui.engine.paths.ignoring import Ignored, glob_fits, globs
from orchtui.engine.paths.rules import Rules
from tests.engine.workspace.places import Place, Told, task


@pytest.mark.parametrize("mode", [None, "acceptEdits", "bypassPermissions", "plan"])
@pytest.mark.parametrize("worktree", [False, True])
@pytest.mark.parametrize("answer", [False, True])
@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("read", "README.md", "yes"),
        ("read", ".env", "no"),
        ("read", "../outside/passwd", "no"),
        ("read", "door/passwd", "no"),
        ("write", "docs/a.md", "yes"),
        ("write", "docs/b.md", "other"),
        ("write", "src/new.py", "open"),
        ("write", ".git/hooks/x", "never"),
        ("write", "../outside/passwd", "never"),
        ("write", "door/passwd", "never"),
        ("write", "/etc/passwd", "never"),
        ("write", "orchtui.yaml", "never"),
        ("run", "", "ask"),
        ("fetch", "", "ask"),
        ("other", "", "ask"),
        ("other", ".env", "no"),
        ("other", "../outside/passwd", "outside"),
    ],
)
async def test_a_wish(
    tmp_path: Path, kind: WishKind, path: str, expected: str, answer: bool, worktree: bool,
    mode: str | None,
) -> None:  # fmt: skip
    place = Place(tmp_path, task("one", writes=("docs/a.md",)), task("two", writes=("docs/b.md",)))
    (place.project / "door").symlink_to("../outside")
    told = Told(answer)
    one = task("one", permission_mode=mode)
    permits = place.spaces.permits(one, told, place.project if worktree else None)
    wish = Wish(kind=kind, paths=(path,) if path else (), what="something")
    allowed = await permits.permit(wish)
    if kind != "read" and mode == "plan":
        assert not allowed and not told.asked
    elif expected == "ask":
        assert allowed is (answer or mode == "bypassPermissions")
        assert bool(told.asked) is (mode != "bypassPermissions")
    elif expected == "outside":
        assert allowed is (answer and mode != "bypassPermissions")
        assert bool(told.asked) is (mode != "bypassPermissions")
    elif expected == "open":
        assert allowed is (answer or worktree) and bool(told.asked) is not worktree
    else:
        assert allowed is (expected == "yes" or (expected == "other" and worktree))
        assert not told.asked
    # What a person said no to is told as the answer to a question.
    by_rule = not allowed and (kind == "write" or not told.asked)
    assert bool(told.refusals) is by_rule
    if by_rule:
        assert told.refusals[0][1] and told.kinds == ["use" if kind == "other" else kind]
        assert told.refusals[0][0] == (path or "something")


@pytest.mark.parametrize(
    ("path", "readable", "writable"),
    [
        ("a.md", True, True), (".env", False, False), (".env.sample", True, True),
        ("prod.env", False, False), ("env.py", True, True), ("tls/x.KEY", False, False),
        ("tls.example.key", False, False), ("id_ed25519.pub", True, True),
        ("home/.ssh/config", False, False), ("secrets.yaml", False, False),
        ("src/secrets.py", True, True), ("docs/password-reset.md", True, True),
        ("gcp-service-account-prod.json", False, False), ("credentials.example.json", True, True),
        (".npmrc", False, False), (".claude/agents/x.md", True, False), (".mcp.json", True, False),
        ("artifacts/parallel-result.md", True, True), ("artifacts/runs/x/y", False, False),
        ("my-api-key", False, False), ("my-api-key.md", True, True), ("build/x", True, True),
        (".gitignore", True, True), (".github/workflows/ci.yml", True, True),
    ],
)  # fmt: skip
def test_rules(tmp_path: Path, path: str, readable: bool, writable: bool) -> None:
    (tmp_path / ".gitignore").write_text("build/\nmy-api-key\n*.log\n!keep.log\n/top\nsub/x\n")
    rules = Rules.load(tmp_path, tmp_path / "artifacts")
    assert (rules.unreadable(path) is None) is readable
    assert (rules.unwritable(path) is None) is writable


@pytest.mark.parametrize(
    ("path", "expected"),
    [("build/x", True), ("a/build/x", True), ("build", False), ("a.log", True), ("d/a.log", True),
     ("keep.log", False), ("top", True), ("d/top", False), ("sub/x/y", True), ("d/sub/x", False)],
)  # fmt: skip
def test_gitignore(path: str, expected: bool) -> None:
    text = "# words\n\nbuild/\n*.log\n!keep.log\n/top\nsub/x\n"
    ignored = Ignored(lambda folder: "" if folder else text)
    assert (path in ignored) is expected


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [("**/*.py", "a.py", True), ("**/*.py", "d/e/a.py", True), ("*.py", "d/a.py", False),
     ("d/**", "d/e/f", True), ("{a,b/c}.md", "b/c.md", True), ("[ab].md", "c.md", False),
     ("[^ab].md", "c.md", True), ("a?c", "a/c", False), ("**", "x/y", True),
     ("*a" * 100 + "b", "a" * 255, False), ("**/" * 60 + "x", "a/" * 60 + "y", False)],
)  # fmt: skip
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert glob_fits(globs(glob), path) is expected
