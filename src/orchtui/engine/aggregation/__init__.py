"""Aggregation: how the results of a run become one result that can be trusted.

`synthesizing` has one text made of all results, `synthesis_check` says whether that may
stand; `telling/run_result` writes it down. This package never runs a task of the plan, and
nothing in it changes a Run.
"""
