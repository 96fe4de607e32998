"""The table at the end of `make faults`: what was done, how often, how it went."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

ARGUMENTS = ("moments", "times", "runs", "examples", "tasks", "length")
"""Arguments of tests that say how much is done."""


@dataclass
class _Line:
    """What is told of one test, in all its parameters."""

    much: int = 0
    unit: str = "cases"
    seconds: float = 0.0
    failed: int = 0


@pytest.fixture(autouse=True)
def how_much(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """Note how much a test does, for the table."""
    callspec = getattr(request.node, "callspec", None)
    given = callspec.params if callspec is not None else {}
    for name in ARGUMENTS:
        if name in given:
            record_property(name, given[name])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Only where the long forms ran: in the suite the tests speak for themselves."""
    if "not faults" in str(terminalreporter.config.getoption("markexpr")):
        return
    reports = [
        report
        for outcome in ("passed", "failed", "error", "")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport) and "tests/faults/" in report.nodeid
    ]
    if not reports:
        return
    terminalreporter.section("faults")
    lines: dict[str, _Line] = {}
    for report in reports:
        line = lines.setdefault(report.nodeid.partition("[")[0].rpartition("::")[2], _Line())
        line.seconds += report.duration
        line.failed += not report.passed
        if report.when == "call":
            _count(report, line)
    for words in _told(lines):
        terminalreporter.write_line(words)


def _count(report: pytest.TestReport, line: _Line) -> None:
    for name, much in report.user_properties:
        if name in ARGUMENTS and isinstance(much, int):
            line.unit = name
            # Of lengths the greatest is told, of all else the sum.
            line.much = max(line.much, much) if name == "length" else line.much + much
            return
    line.much += 1


def _told(lines: dict[str, _Line]) -> Iterator[str]:
    for name, line in lines.items():
        much = f"{line.much:,} {line.unit}" if line.unit != "length" else f"{line.much:,} bytes"
        word = f"{line.failed} FAILED" if line.failed else "held"
        what = name.removeprefix("test_").replace("_", " ")
        yield f"{what:<62} {much:>17} {line.seconds:>7.1f} s  {word}"
