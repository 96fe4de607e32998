"""Run the suite and the packaging tests on every supported Python that this machine has.

`make test-all` starts it, with nothing but the standard library. It only finds the Pythons and
sums up; the environments and the tests themselves are the Makefile's.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")


def candidates(version: str) -> Iterator[str]:
    """Programs that may be this Python: on PATH, then among pyenv's."""
    name = f"python{version}"
    for folder in os.get_exec_path():
        if program := shutil.which(name, path=folder):
            yield program
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True).stdout.strip()
        for program_path in sorted(Path(root).glob(f"versions/{version}.*/bin/python")):
            yield str(program_path)


def really_runs(program: str, version: str) -> bool:
    """Tell whether a program is that Python: a pyenv shim is there even when its Python is not."""
    ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([program, "-c", ask], capture_output=True, text=True)
    return done.returncode == 0 and done.stdout.strip() == version


def tests_pass(program: str, version: str) -> bool:
    """Run both kinds of tests with one Python, in an environment that is kept for the next time."""
    make = ["make", f"PYTHON={program}", f"DEV_ENV=.venv/py{version}"]
    outcomes = [subprocess.run([*make, job]).returncode for job in ("test", "test-packaging")]
    return not any(outcomes)


def main() -> int:
    """Exit code 0 when at least one Python was found and no test failed on any."""
    verdicts: dict[str, str] = {}
    for version in VERSIONS:
        program = next((p for p in candidates(version) if really_runs(p, version)), None)
        if program is None:
            verdicts[version] = "NOT FOUND on this machine, nothing was tested"
            continue
        print(f"\n=== Python {version}: {program}", flush=True)
        verdicts[version] = "passed" if tests_pass(program, version) else "FAILED"
    print()
    for version, verdict in verdicts.items():
        print(f"Python {version}: {verdict}")
    return 0 if "passed" in verdicts.values() and "FAILED" not in verdicts.values() else 1


if __name__ == "__main__":
    sys.exit(main())
