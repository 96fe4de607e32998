"""How orchtui reaches a machine: locked requirements, and the three ways of installing it.

The tests marked `packaging` make fresh environments and need a package registry, as configured on
the machine; `make test-all` runs them on each Python.
"""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import CALLERS_ENVIRONMENT

ROOT = Path(__file__).parent.parent
LOCKED = ("run", "dev", "weights")

CARRIED = ("first-run", "perspectives", "pipelines", "team-guide", "variants")
"""Examples that need no other file of the repository."""

PLAN = """\
name: installed
tasks:
  - {id: one, prompt: Say one.}
  - {id: two, prompt: Say two.}
"""

SHOW_EXAMPLES = """\
from orchtui.ui.dialogs.examples import example_folders, load_examples
print(*(plan.name for plan in load_examples(example_folders())))
"""
WHERE = "import pathlib, orchtui; print(pathlib.Path(orchtui.__file__).parent)"


def requirements(name: str) -> dict[str, str]:
    """Package to everything that its entry says, in one of the locked files."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n", " ", text)
    entries = [line for line in joined.splitlines() if not line.lstrip().startswith("#")]
    return {entry.partition("==")[0]: entry.partition("==")[2] for entry in entries if entry}


@pytest.mark.parametrize("name", LOCKED)
def test_locked_files_pin_everything_by_hash_and_name_no_address(name: str) -> None:
    entries = requirements(name)
    assert entries
    for package, entry in entries.items():
        assert re.fullmatch(r"[a-z0-9-]+", package)
        assert re.match(r"\d[\w.]* ", entry), package
        assert "--hash=sha256:" in entry, package
        assert "://" not in entry and "--index" not in entry and "--find-links" not in entry


def test_tests_run_on_the_versions_that_people_get() -> None:
    run_on, tested_on = (
        {package: entry.split()[0] for package, entry in requirements(name).items()}
        for name in ("run", "dev")
    )
    assert run_on.items() <= tested_on.items()


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program with the caller's environment; its output. A failure shows what it said."""
    done = subprocess.run(
        command, cwd=cwd, env=CALLERS_ENVIRONMENT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, f"{command} exited {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is published: built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.packaging
@pytest.mark.timeout(600)
def test_the_wheel_carries_agents_styles_themes_and_examples(wheel: Path) -> None:
    sources = ROOT / "src" / "orchtui"
    expected = {
        f"orchtui/{path.relative_to(sources)}"
        for pattern in ("**/*.py", "**/*.md", "**/*.tcss")
        for path in sources.glob(pattern)
    }
    themes = {f"orchtui/themes/{path.name}" for path in ROOT.glob("themes/*.yaml")}
    assert themes
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("orchtui/")}
    examples = {f"orchtui/examples/{plan}.yaml" for plan in CARRIED}
    assert packed == expected | themes | examples


@pytest.mark.packaging
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", ["folder", "editable", "wheel"])
def test_an_installed_orchtui_works(
    way: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    what = {"folder": [str(ROOT)], "editable": ["-e", str(ROOT)]}.get(way)
    if what is None:
        what = [str(request.getfixturevalue("wheel"))]
    environment = tmp_path / "env"
    run(sys.executable, "-m", "venv", environment, cwd=tmp_path)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", *what, cwd=tmp_path)

    package = Path(run(python, "-c", WHERE, cwd=tmp_path).strip())
    themes = ROOT / "themes" if way == "editable" else package / "themes"
    assert list(themes.glob("*.yaml"))
    shown = run(python, "-c", SHOW_EXAMPLES, cwd=tmp_path)
    assert sorted(shown.split()) == ["async", "first-run", "team-guide", "tutorial-variants"]

    orchtui = environment / "bin" / "orchtui"
    version = re.search(r'__version__ = "(.+)"', (ROOT / "src/orchtui/__init__.py").read_text())
    assert version
    assert version[1] in run(orchtui, "--version", cwd=tmp_path)
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    run(orchtui, "run", "plan.yaml", "--backend", "rehearsal", cwd=tmp_path)
    assert (tmp_path / "artifacts" / "parallel-result-installed.md").is_file()
