"""The family of files: two tasks that write one, or one that reads what another writes.

Declared paths and paths in the words count alike; which of them it is, the
evidence shows. This module never looks at a disk.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from orchtui.engine.independence.claims import Claim
from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.findings import finding
from orchtui.engine.independence.report import Finding, FindingKind
from orchtui.engine.independence.signs import CERTAIN, Sign
from orchtui.engine.paths import paths

_MOST_CLAIMS = 20
"""Claims on one path up to which every pair is told."""
_Meeting = tuple[Claim, Claim]
"""Two claims on one path, by different tasks, in the plan's order; at least one writes."""


def flows(desk: Desk, claims: Sequence[Claim]) -> Iterator[Sign]:
    """Tasks that read what others write."""
    for first, second in _meetings(claims):
        if (order := _flow(first, second)) is None:
            continue
        writer, reader = order
        both = writer.declared and reader.declared
        name = _quoted(desk, writer)
        yield Sign(
            before=writer.index,
            after=reader.index,
            rule="reads_written",
            strength=CERTAIN if both else CERTAIN - 1,
            spans=(reader.span, writer.span),
            because=f"{'changes' if reader.writes else 'reads'} {name}, which the other writes",
            certain=True,
        )


def conflicts(desk: Desk, claims: Sequence[Claim]) -> Iterator[Finding]:
    """Tasks that must not run at once because of a file."""
    for first, second in _meetings(claims):
        if _flow(first, second) is not None:
            continue
        one, other = desk.label(first.index), desk.label(second.index)
        same = first.path == second.path
        kind: FindingKind
        if first.writes and second.writes:
            kind, rule = "write_conflict", "same_output"
            if same:
                message = f"'{one}' and '{other}' both write {_quoted(desk, first)}"
            else:
                message = (
                    f"'{one}' writes {_quoted(desk, first)} and '{other}' writes "
                    f"{_quoted(desk, second)}, which holds or matches the same file"
                )
        else:
            kind, rule = "read_write", "changed_while_read"
            reader, writer = (second, first) if first.writes else (first, second)
            there = desk.label(writer.index)
            message = (
                f"'{there}' writes {_quoted(desk, writer)} while '{desk.label(reader.index)}' "
            )
            message += f"reads {'it' if same else _quoted(desk, reader) + ', which meets it'}"
        yield finding(
            desk,
            kind=kind,
            severity="error",
            tasks=(first.index, second.index),
            spans=(first.span, second.span),
            message=message,
            rule=rule,
        )


def contradictions(desk: Desk, claims: Sequence[Claim]) -> Iterator[Finding]:
    """Tasks whose words name another output than they declare."""
    by_task: dict[int, list[Claim]] = {}
    for claim in claims:
        by_task.setdefault(claim.index, []).append(claim)
    for index, own in by_task.items():
        declared = [claim for claim in own if claim.declared and claim.writes]
        if not declared:
            continue
        for claim in own:
            if claim.declared or not claim.writes:
                continue
            if any(meet(claim.path, other.path) for other in declared):
                continue
            said = _quoted(desk, claim)
            yield finding(
                desk,
                kind="not_self_contained",
                severity="warning",
                tasks=(index,),
                spans=(claim.span, declared[0].span),
                message=f"'{desk.label(index)}' says that it writes {said}, and declares "
                f"{_quoted(desk, declared[0])}: which is meant?",
                rule="contradicts_declaration",
            )


def _flow(first: Claim, second: Claim) -> tuple[Claim, Claim] | None:
    """Writer and reader, where one needs what the other makes; else they only get in the way."""
    if first.writes and second.writes:
        # What one task makes the next one changes; two that make it overwrite each other.
        return (first, second) if first.creates and not second.creates else None
    if first.writes:
        return (first, second) if not second.as_it_is or first.creates else None
    if (second.creates or first.wants_new) and not first.as_it_is:
        return second, first
    return None


def meet(one: str, other: str) -> bool:
    """Whether two normal paths can mean one file."""
    if one == other or one.startswith(other + "/") or other.startswith(one + "/"):
        return True
    if paths.is_glob(one):
        return paths.matches(one, other)
    return paths.is_glob(other) and paths.matches(other, one)


def _meetings(claims: Iterable[Claim]) -> list[_Meeting]:
    """Pairs of claims that meet, one for each pair of tasks and each of its kinds."""
    groups: dict[str, list[Claim]] = {}
    globs = []
    for claim in claims:
        groups.setdefault(claim.path, []).append(claim)
        if paths.is_glob(claim.path):
            globs.append(claim)
    found: dict[tuple[int, int, bool], _Meeting] = {}
    for path, group in groups.items():
        for one, other in _pairs(group):
            _meet(found, one, other)
        for folder in paths.folders(path):
            for outer in groups.get(folder, ()):
                for inner in group:
                    _meet(found, outer, inner)
        for pattern in globs:
            if pattern.path != path and meet(pattern.path, path):
                for each in group:
                    _meet(found, pattern, each)
    return [found[key] for key in sorted(found)]


def _pairs(group: Sequence[Claim]) -> Iterable[_Meeting]:
    """All pairs; of very many claims on one path only neighbours, which keep all of them apart."""
    return combinations(group, 2) if len(group) <= _MOST_CLAIMS else pairwise(group)


def _meet(found: dict[tuple[int, int, bool], _Meeting], one: Claim, other: Claim) -> None:
    if one.index == other.index or not (one.writes or other.writes):
        return
    pair = (one, other) if one.index < other.index else (other, one)
    both_write = one.writes and other.writes
    key = (pair[0].index, pair[1].index, both_write)
    # What is declared is the better witness.
    if key not in found or sum(c.declared for c in pair) > sum(c.declared for c in found[key]):
        found[key] = pair


def _quoted(desk: Desk, claim: Claim) -> str:
    return desk.words(claim.span)
