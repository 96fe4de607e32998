"""Write what the independence analysis says about labelled requests, for a scorer.

    python -m benchmarks.independence_predictions REQUESTS.jsonl > PREDICTIONS.jsonl

A request is a JSON object a line with `id`, `title` and `tasks` (each `text`, and perhaps `reads`
and `writes`); a prediction has `id`, `edges` (places of the tasks, before and after) and `labels`.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from orchtui.engine.independence import IndependenceReport, check
from orchtui.engine.plans.plan import Plan, Task, numbered

LABELS = {
    "write_conflict": "write_conflict",
    "shared_resource": "write_conflict",
    "read_write": "rw_hazard",
    "duplicate": "duplicate",
}
"""Kinds of findings, and what such a pair is called in the labels."""


def plan_of(request: Mapping[str, Any]) -> Plan:
    """The plan that a labelled request stands for."""
    tasks = request["tasks"]
    return Plan(
        request=request.get("title", ""),
        tasks=tuple(
            Task(
                id=task_id,
                prompt=task["text"],
                reads=tuple(task.get("reads") or ()),
                writes=tuple(task.get("writes") or ()),
            )
            for task_id, task in zip(numbered(len(tasks)), tasks, strict=True)
        ),
    )


def prediction(request: Mapping[str, Any], report: IndependenceReport) -> dict[str, Any]:
    """A report in the form that the scorer reads."""
    place = {task.id: index for index, task in enumerate(report.tasks)}
    labels: dict[str, list[Any]] = {"not_self_contained": []}
    for finding in report.findings:
        places = sorted(place[task] for task in finding.tasks)
        if finding.kind in LABELS:
            labels.setdefault(LABELS[finding.kind], []).extend(map(list, combinations(places, 2)))
        elif finding.kind == "not_self_contained" and finding.rule != "contradicts_declaration":
            labels["not_self_contained"].extend(places)
    edges = [
        [place[finding.before], place[finding.after]]
        for finding in report.findings
        if finding.before is not None and finding.after is not None
    ]
    return {"id": request["id"], "edges": edges, "labels": labels}


def predictions(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """One prediction for each line."""
    for line in lines:
        if line.strip():
            request = json.loads(line)
            yield prediction(request, check(plan_of(request)))


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as requests:
        for each in predictions(requests):
            print(json.dumps(each))


if __name__ == "__main__":
    main()
