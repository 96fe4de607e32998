"""A model turns a request into a plan, or refines one: only when asked, and only into a Plan.

Start with `planner`, which asks, has an answer mended once, and gives up in
words. `surroundings` is what it is told of the project, `answer_form` the form of
a task in every answer. `plan_question` and `plan_answer` are of whole plans,
`refinement_question` and `refinement_answer` of one plan's tasks; `task_entries`
reads the tasks of all of them, `refining` puts them into the plan. This package
never runs a task, and never writes a file.
"""
