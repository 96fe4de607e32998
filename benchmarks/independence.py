"""What the independence analysis costs: seconds for plans of 10, 200, 400 and 1,000 tasks.

The tasks are the labelled requests of the test-suite, one after the other, so that verbs, subjects
and pointing words are as varied as people write them. A second column is a plan in which every
task leans on all others, which is as slow as it gets. The best of five rounds; plans of 1,000 tasks
take long and have one.

    make bench
"""

import json
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan, Task

LABELLED = Path(__file__).parent.parent / "tests" / "engine" / "labelled_requests.jsonl"
SIZES = (10, 200, 400, 1000)
ROUNDS = 5


def main() -> None:
    """Measure and print a table."""
    lines = LABELLED.read_text(encoding="utf-8").splitlines()
    texts = [task["text"] for line in lines for task in json.loads(line)["tasks"]]
    kinds: dict[str, Callable[[int], list[str]]] = {
        "as people write": lambda count: list(islice(cycle(texts), count)),
        "all lean on all": lambda count: [
            f"Combine all the results, part {n}" for n in range(count)
        ],
    }
    print("| tasks | " + " | ".join(f"{kind}, ms" for kind in kinds) + " |")
    print("|---|" + "---|" * len(kinds))
    for size in SIZES:
        print(
            f"| {size} | " + " | ".join(f"{best(make(size)):.1f}" for make in kinds.values()) + " |"
        )


def best(prompts: list[str]) -> float:
    """Milliseconds of the quickest round."""
    plan = Plan(tasks=tuple(Task(id=f"t{n}", prompt=text) for n, text in enumerate(prompts)))
    rounds = []
    for _ in range(ROUNDS if len(prompts) < 1000 else 1):
        began = time.perf_counter()
        check(plan)
        rounds.append(time.perf_counter() - began)
    return 1000 * min(rounds)


if __name__ == "__main__":
    main()
