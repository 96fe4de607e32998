"""A Schedule in, RunEvents out: order, limits, retries, budget, and what a person changes.

`executor` is the loop; `board` knows where every task stands, `supervisor` and `attempt` run one,
`lanes` and `limiter` say what may start. Nothing here writes a file or knows a screen.
"""
