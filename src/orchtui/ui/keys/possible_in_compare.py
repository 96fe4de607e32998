"""Why an action among results, or in their diff, can not be done now. This module does nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """What there is in the pane."""

    results: int = 0
    """In the table."""
    own: bool = False
    """Whether the picked one is of the run that is shown."""
    added: bool = False
    """Whether the picked one is of another run, or a file."""
    closed: str = "nothing has run yet"
    """Why nothing can be chosen or rated; empty where it can."""
    judged: bool = False
    """Whether a judge has spoken of this run."""
    alike: bool = False
    """Whether the matrix is open."""
    diff: bool = False
    """Whether a diff is open."""
    changes: int = 0
    """In the diff."""


_OF_PERSON = ("rate-up", "rate-down", "choose", "judge")
_ADDED = "it is of another run, or a file: only what is of the run that is shown is chosen"


def hindrance_in_compare(area: str, name: str, there: Compared) -> str:
    """Why this can not be done; nothing when it can.

    Args:
        area: The context of the key: `compare`, `alike` or `diff`.
        name: The key's, in it.
    """
    if area == "alike":
        return "" if there.alike else "the matrix is not open; it opens among the results"
    if area == "diff":
        return _in_diff(name, there)
    if name in ("back", "add"):
        return ""
    if name in _OF_PERSON and there.closed:
        return there.closed
    if not there.results:
        return "there are no results yet"
    match name:
        case "open" | "matrix" if there.results < 2:
            return "it takes two results; one of another run, or a file, can be added"
        case "remove":
            return "" if there.added else "only what was added is taken out"
        case "judgement":
            return "" if there.judged else "no judge was asked about this run"
        case "rate-up" | "rate-down" | "choose" if not there.own:
            return _ADDED
    return ""


def _in_diff(name: str, there: Compared) -> str:
    if not there.diff:
        return "no diff is open; one opens among the results"
    if name in ("next-change", "previous-change", "copy") and not there.changes:
        return "nothing is different"
    return ""
