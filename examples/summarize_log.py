#!/usr/bin/env python3
"""Summarize one log file as markdown; every figure is counted, none is guessed.

    python3 examples/summarize_log.py examples/logs/app.log

Reads what most programs write: lines that carry a date and time (ISO 8601, or the common log
format of web servers) are entries, all others belong to the entry before them, such as stack
traces. An entry is an error when its level is ERROR, FATAL, CRITICAL or PANIC, or its HTTP status
500 or more. Needs nothing but Python 3.8, and reads the file line by line.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

ISO_TIME = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)")
WEB_TIME = re.compile(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d) [+-]\d{4}\]")
LEVEL = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|LOG|WARN|WARNING|ERROR|FATAL|CRITICAL|PANIC"
    r"|DETAIL|HINT|CONTEXT|STATEMENT)\b:?\s+"
)
ERROR_LEVELS = {"ERROR", "FATAL", "CRITICAL", "PANIC"}
# PostgreSQL writes what belongs to a message as lines of their own, with a time.
BELONGS_TO_THE_ONE_BEFORE = {"DETAIL", "HINT", "CONTEXT", "STATEMENT"}
REQUEST = re.compile(r'"([A-Z]+ \S+) HTTP/[\d.]+" (\d{3})\b')
MILLISECONDS = re.compile(r"\b(\d+(?:\.\d+)?) ?ms\b")
SECONDS = re.compile(r"\brt=(\d+\.\d+)")
# What differs between two occurrences of the same message: request ids, hexadecimal ids, numbers.
TAGS = re.compile(r"\[[^\]]*\]\s*|/\*.*?\*/|\b(?=[a-f]*\d)[0-9a-f]{8,}\b")
NUMBERS = re.compile(r"(?<![\w/])(?<!-> )\d+(?:\.\d+)?|(?<=/)\d+\b")
EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*: .+")
SHOWN = 5
WINDOW = timedelta(minutes=15)


class Summary:
    """What has been counted so far."""

    def __init__(self) -> None:
        self.lines = 0
        self.entries = 0
        self.errors = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.levels: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.minutes: Counter[datetime] = Counter()
        self.error_minutes: Counter[datetime] = Counter()
        self.exceptions: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self.first_line_of: dict[str, int] = {}
        self.times: list[tuple[float, int, str]] = []

    def add(self, line: str) -> None:
        """Count one line."""
        self.lines += 1
        at = time_of(line)
        if at is None:
            if EXCEPTION.match(line):
                self.exceptions[line.strip()[:160]] += 1
            return
        level = LEVEL.search(line)
        if level and level.group(1) in BELONGS_TO_THE_ONE_BEFORE:
            return
        self.entries += 1
        # The web servers' format is sorted by the end of a request but carries its start.
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)
        minute = at.replace(second=0)
        self.minutes[minute] += 1
        if level:
            self.levels[level.group(1)] += 1
        request = REQUEST.search(line)
        if request:
            self.statuses[request.group(2)] += 1
        took = milliseconds_of(line)
        message = message_of(line, level, request)
        if took is not None:
            self.times.append((took, self.lines, message))
        if (level and level.group(1) in ERROR_LEVELS) or (request and request.group(2) >= "500"):
            self.errors += 1
            self.error_minutes[minute] += 1
            kind = NUMBERS.sub("#", message)
            self.messages[kind] += 1
            self.first_line_of.setdefault(kind, self.lines)


def time_of(line: str) -> datetime | None:
    """When the line was written, by its own words; None when it does not say."""
    try:
        found = ISO_TIME.match(line)
        if found:
            return datetime.strptime(" ".join(found.groups()), "%Y-%m-%d %H:%M:%S")
        found = WEB_TIME.search(line)
        if found:
            return datetime.strptime(found.group(1), "%d/%b/%Y:%H:%M:%S")
    except ValueError:  # looks like a time, and is none, such as 2026-99-99
        pass
    return None


def milliseconds_of(line: str) -> float | None:
    """How long the work that an entry tells of took."""
    found = MILLISECONDS.search(line)
    if found:
        return float(found.group(1))
    found = SECONDS.search(line)
    return float(found.group(1)) * 1000 if found else None


def message_of(line: str, level: re.Match[str] | None, request: re.Match[str] | None) -> str:
    """The entry without time, level and ids."""
    if request:
        return "{} -> {}".format(*request.groups())
    text = line[level.end() :] if level else ISO_TIME.sub("", line)
    return TAGS.sub("", text).strip()[:160]


def percentile(ordered: list[float], share: float) -> float:
    """The value below or at which `share` of all values lie (nearest rank)."""
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def table(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]


def code(text: str) -> str:
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def worst_window(errors: Counter[datetime]) -> tuple[datetime, int]:
    """When the most errors came within WINDOW, and how many."""
    counts = {
        begin: sum(count for minute, count in errors.items() if begin <= minute < begin + WINDOW)
        for begin in sorted(errors)
    }
    begin = max(counts, key=lambda minute: counts[minute])
    return begin, counts[begin]


def overview(summary: Summary) -> list[str]:
    rest = summary.lines - summary.entries
    lines = [f"- Lines: {summary.lines} ({summary.entries} entries and {rest} that go with them)"]
    if summary.first is None or summary.last is None:
        return [*lines, "- No line carries a date and time that this program knows."]
    span = summary.last - summary.first
    busiest, count = summary.minutes.most_common(1)[0]
    lines += [
        f"- Time: {summary.first} to {summary.last} ({span})",
        f"- Busiest minute: {busiest:%Y-%m-%d %H:%M} with {count} entries",
        f"- Errors: {summary.errors} ({share(summary.errors, summary.entries)} of the entries)",
    ]
    if summary.errors:
        begin, count = worst_window(summary.error_minutes)
        lines.append(
            f"- Worst 15 minutes: {begin:%H:%M} to {begin + WINDOW:%H:%M} with {count} of the "
            f"{summary.errors} errors"
        )
    if summary.times:
        times = sorted(took for took, _, _ in summary.times)
        middle, high = percentile(times, 0.5), percentile(times, 0.95)
        lines.append(
            f"- Times: {len(times)} measured; median {middle:.0f} ms, 95 % within {high:.0f} ms, "
            f"longest {times[-1]:.0f} ms"
        )
    return lines


def markdown(path: str, summary: Summary) -> str:
    """The whole summary."""
    lines = [f"# Summary of {path}", "", *overview(summary)]
    for title, counts in (("Level", summary.levels), ("Status code", summary.statuses)):
        if counts:
            total = sum(counts.values())
            shares = [(name, n, share(n, total)) for name, n in counts.most_common()]
            lines += ["", f"## {title}s", "", *table((title, "Entries", "Share"), shares)]
    if summary.messages:
        errors = [
            (n, code(kind), summary.first_line_of[kind])
            for kind, n in summary.messages.most_common(SHOWN)
        ]
        lines += ["", "## Most frequent errors", ""]
        lines += table(("Count", "Error", "First line"), errors)
    if summary.exceptions:
        exceptions = [(n, code(text)) for text, n in summary.exceptions.most_common(SHOWN)]
        lines += ["", "## Exceptions", "", *table(("Count", "Exception"), exceptions)]
    if summary.times:
        longest = sorted(summary.times, key=lambda entry: (-entry[0], entry[1]))[:SHOWN]
        slowest = [(f"{took:.0f} ms", code(message), line) for took, line, message in longest]
        lines += ["", "## Slowest", "", *table(("Time", "Entry", "Line"), slowest)]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: summarize_log.py FILE\n")
        return 2
    summary = Summary()
    try:
        with open(arguments[0], encoding="utf-8", errors="replace") as file:
            for line in file:
                summary.add(line)
    except OSError as error:
        sys.stderr.write(f"{arguments[0]}: {error.strerror}\n")
        return 1
    sys.stdout.write(markdown(arguments[0], summary) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
