"""The analysis against labelled requests: labelled_requests.jsonl.

240 requests in two sets, written and labelled apart from the rules; the rules were tuned on them
since, so the figures say that nothing got worse, not how well it does on what it has never seen.
An edge is a pair of places: the first is done before the second begins.
`not_self_contained_optional` are tasks where both answers are right.
"""

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from benchmarks.independence_predictions import plan_of, prediction
from orchtui.engine.independence import check
from orchtui.engine.plans.graph import Order

Pair = tuple[int, int]

LABELLED = [
    json.loads(line)
    for line in (Path(__file__).parent / "labelled_requests.jsonl").read_text("utf-8").splitlines()
]


def closure(count: int, edges: list[list[int]]) -> set[Pair]:
    """All that follows from edges."""
    order = Order([str(place) for place in range(count)])
    assert all(order.add(str(before), str(after)) for before, after in edges)
    return {
        (one, other)
        for one in range(count)
        for other in range(count)
        if order.follows(str(one), str(other))
    }


def pairs(labels: dict[str, Any], *names: str) -> set[frozenset[int]]:
    return {frozenset(pair) for name in names for pair in labels.get(name, [])}


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    total: Counter[str] = Counter()
    for request in LABELLED:
        total.update(counted(request))
    return total


def counted(request: dict[str, Any]) -> Counter[str]:
    count, labels = len(request["tasks"]), request["labels"]
    said = prediction(request, check(plan_of(request)))
    truth, found = closure(count, request["edges"]), closure(count, said["edges"])
    ignored = {frozenset(pair) for pair in request.get("ignore", [])}
    result = Counter(
        right=len(found & truth),
        wrong=len([edge for edge in found - truth if frozenset(edge) not in ignored]),
        missed=len([edge for edge in truth - found if frozenset(edge) not in ignored]),
    )
    for pair in combinations(range(count), 2):
        if frozenset(pair) not in ignored:
            real = pair in truth or pair[::-1] in truth
            told = pair in found or pair[::-1] in found
            result[f"{'dependent' if real else 'independent'}_{'told' if told else 'not'}"] += 1
    clashes = pairs(labels, "write_conflict", "rw_hazard")
    told_clashes = pairs(said["labels"], "write_conflict", "rw_hazard")
    told_clashes -= {frozenset(edge) for edge in truth}
    result["clash_right"] += len(clashes & told_clashes)
    result["clash_wrong"] += len(told_clashes - clashes)
    result["clash_missed"] += len(clashes - told_clashes)
    leaning = set(labels["not_self_contained"])
    told_leaning = set(said["labels"]["not_self_contained"])
    told_leaning -= set(labels["not_self_contained_optional"])
    result["leaning_right"] += len(leaning & told_leaning)
    result["leaning_wrong"] += len(leaning ^ told_leaning)
    hard = bool(truth or clashes)
    called_hard = bool(found or told_clashes)
    result["hard" if hard else "easy"] += 1
    result["verdict_right"] += hard == called_hard
    result["called_parallel"] += hard and not called_hard
    result["called_dependent"] += called_hard and not hard
    return result


def test_the_verdict_is_right(counts: Counter[str]) -> None:
    assert counts["verdict_right"] / len(LABELLED) >= 0.95
    assert counts["called_parallel"] / counts["hard"] <= 0.04
    assert counts["called_dependent"] / counts["easy"] <= 0.05


def test_pairs_are_told_apart(counts: Counter[str]) -> None:
    dependent = counts["dependent_told"] / (counts["dependent_told"] + counts["dependent_not"])
    apart = counts["independent_not"] / (counts["independent_not"] + counts["independent_told"])
    assert (dependent + apart) / 2 >= 0.95


def test_ordered_pairs_are_found(counts: Counter[str]) -> None:
    right, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
    assert 2 * right / (2 * right + wrong + missed) >= 0.92


def test_no_conflict_is_missed(counts: Counter[str]) -> None:
    assert counts["clash_missed"] == 0
    assert counts["clash_right"] / (counts["clash_right"] + counts["clash_wrong"]) >= 0.9


def test_tasks_that_are_not_self_contained_are_found(counts: Counter[str]) -> None:
    right = counts["leaning_right"]
    assert 2 * right / (2 * right + counts["leaning_wrong"]) >= 0.95
