"""Schedules of plans without a project: who works is said, or nobody was asked."""

from collections.abc import Mapping

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.independence.report import IndependenceReport
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.scheduling import schedule
from orchtui.engine.scheduling.resolve import (
    Fit,
    Knows,
    Overrides,
    Resolver,
    knows_all,
    nobody_asked,
)
from orchtui.engine.scheduling.schedule import NO_LIMITS, NO_OVERRIDES, Schedule

NOBODY: Mapping[str, Specialist] = {}


def build(
    plan: Plan,
    *,
    backend: str,
    overrides: Overrides = NO_OVERRIDES,
    defaults: Limits = NO_LIMITS,
    specialists: Mapping[str, Specialist] = NOBODY,
    fit: Fit = nobody_asked,
    knows: Knows = knows_all,
    report: IndependenceReport | None = None,
) -> Schedule:
    """`schedule.build`, of a plan that is resolved by this alone."""
    resolver = Resolver(
        plan,
        overrides=overrides,
        defaults=defaults,
        specialists=specialists,
        fit=fit,
        knows=knows,
    )
    return schedule.build(resolver, backend=backend, report=report)
