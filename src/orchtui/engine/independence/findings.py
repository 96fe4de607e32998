"""How a finding is made: its id, and the words that it quotes.

This module never decides whether there is one.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2s

from orchtui.engine.independence.desk import Desk, field_of
from orchtui.engine.independence.report import Evidence, Finding, FindingKind, Severity
from orchtui.engine.independence.signs import Span

_MOST_EVIDENCE = 4


def finding(
    desk: Desk,
    *,
    kind: FindingKind,
    severity: Severity,
    tasks: Sequence[int],
    spans: Iterable[Span],
    message: str,
    rule: str,
    directed: bool = False,
) -> Finding:
    """A finding about tasks by their places.

    Args:
        directed: Whether the first task must be done before the second begins.
    """
    ids = tuple(desk.tasks[index].id for index in tasks)
    evidence = tuple(quote(desk, span) for span in list(dict.fromkeys(spans))[:_MOST_EVIDENCE])
    return Finding(
        id=finding_id(kind, ids, evidence),
        kind=kind,
        severity=severity,
        before=ids[0] if directed else None,
        after=ids[1] if directed else None,
        tasks=ids,
        evidence=evidence,
        message=message,
        rule=rule,
    )


def quote(desk: Desk, span: Span) -> Evidence:
    """The words of a span."""
    task = desk.tasks[span.index]
    return Evidence(
        task=task.id,
        field=span.field or field_of(task),
        start=span.start,
        end=span.end,
        text=desk.words(span),
    )


def finding_id(kind: str, tasks: Sequence[str], evidence: Iterable[Evidence]) -> str:
    """An id that stays as long as the words do."""
    words = "\0".join(f"{each.field}:{each.text}" for each in evidence)
    digest = blake2s(words.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return ":".join((kind, *tasks, digest))
