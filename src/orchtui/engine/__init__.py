"""The engine: a Plan goes in, RunEvents come out, a Run is folded from them.

Each package is a floor, which stands on those below it and never on one above: `plans`,
`independence`, `scheduling`, `run_events`, `runs`, `execution`, `run_folders`, `sessions`, and
those between them; ARCHITECTURE.md has them in order, and pyproject.toml holds them.
The engine never imports textual, rich or the configuration, and imports the
anthropic SDK only when the Anthropic backend is first used.
"""
