"""Why a plan can not start as it is.

All reasons at once, so that nobody mends them one by one. This module never
looks at what is only unwise: that is the independence report's.
"""

from collections import Counter

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.plans.graph import find_cycle
from orchtui.engine.plans.plan import Plan


def refuse(plan: Plan) -> None:
    """Let a plan pass that can start.

    Raises:
        InputError: with every reason why the plan can not start.
    """
    reasons = [f"the request leaves something open: {missing}" for missing in plan.missing]
    if not plan.tasks:
        reasons.append("the plan has no tasks")
    elif not any(task.enabled for task in plan.tasks):
        reasons.append("every task is switched off; enable one")
    by_id = {task.id: task for task in plan.tasks}
    if len(by_id) < len(plan.tasks):
        twice = [name for name, count in Counter(t.id for t in plan.tasks).items() if count > 1]
        reasons.append(f"several tasks have the id {', '.join(twice)}")
    for task in plan.tasks:
        if not task.enabled:
            continue
        if not task.prompt.strip() and not task.command:
            reasons.append(f"task '{task.id}' has no prompt and no command")
        for needed in task.after:
            if needed not in by_id:
                reasons.append(f"task '{task.id}' comes after '{needed}', which is not in the plan")
            elif not by_id[needed].enabled:
                reasons.append(
                    f"task '{task.id}' comes after '{needed}', which is switched off; "
                    f"enable it or remove it from `after`"
                )
    if cycle := find_cycle({task.id: task.after for task in plan.tasks}):
        reasons.append(f"tasks wait for each other in a circle: {' → '.join(cycle)}")
    if reasons:
        raise InputError([Problem("", 0, 0, reason) for reason in reasons])
