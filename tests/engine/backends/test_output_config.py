"""The protocol server refuses an `output_config` that is not of the SDK's form; ours are."""

from typing import Any

import pytest

from orchtui.engine.planning.plan_question import question as plan_question
from orchtui.engine.planning.refinement_question import Refinement
from orchtui.engine.planning.refinement_question import question as refinement_question
from orchtui.engine.planning.surroundings import Surroundings
from orchtui.engine.plans.plan import PRIORITIES, Plan, Task
from tests.server.output_config import why_not

PLAN = Plan(tasks=(Task(id="a", prompt="Describe a"), Task(id="b", prompt="Describe b")))
OBJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string", "enum": list(PRIORITIES)}},
    "required": ["a"],
    "additionalProperties": False,
}


def of(schema: object, **more: object) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema, **more}}}


@pytest.mark.parametrize(
    "schema",
    [
        plan_question("Find out a and b", Surroundings()).schema,
        refinement_question(PLAN, Refinement(kind="split", task="a"), Surroundings()).schema,
        refinement_question(PLAN, Refinement(kind="rewrite", task="a"), Surroundings()).schema,
        refinement_question(PLAN, Refinement(kind="missing"), Surroundings()).schema,
        OBJECT,
    ],
)
def test_what_is_asked_for_is_taken(schema: dict[str, Any]) -> None:
    assert why_not(of(schema)) == ""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"output_format": {"type": "json_schema"}}, "output_format"),
        ({"output_config": []}, "output_config: Input"),
        ({"output_config": {"form": 1}}, "output_config.form: Extra"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"output_config": {"format": "json"}}, "output_config.format: Input"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "schema: Field required"),
        ({"output_config": {"format": {"schema": OBJECT}}}, "type: Field required"),
        (of(OBJECT, type="json"), "type: Input should be 'json_schema'"),
        (of(OBJECT, strict=True), "format.strict: Extra"),
        (of({}), "schema: Schema must have a 'type'"),
        (of([]), "schema: Input"),
        (of({**OBJECT, "additionalProperties": True}), "does not take"),
        (of({**OBJECT, "minProperties": 1}), "does not take"),
        (of({**OBJECT, "properties": {"a": {"type": "string", "maxLength": 3}}}), "does not take"),
    ],
)
def test_other_forms_are_refused(body: dict[str, Any], why: str) -> None:
    assert why in why_not(body)


@pytest.mark.parametrize("body", [{}, {"output_config": {}}, {"output_config": {"effort": "low"}}])
def test_a_request_without_one_passes(body: dict[str, Any]) -> None:
    assert why_not(body) == ""
