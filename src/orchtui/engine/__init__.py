"""The engine: a Plan goes in, RunEvents come out, a Run is folded from them.

Read the modules in the order of the pipeline: `request`, `plan`, `plan_file`,
`schedule`, `executor`, `events`, `run`, `journal`, `report`, `orchestrator`.
The engine never imports textual, rich or the configuration, and imports the
anthropic SDK only when the Anthropic backend is first used.
"""
