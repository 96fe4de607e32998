"""Attempts on the workers of a Dask cluster, as one more Backend around the others.

`ClusterBackend` is the coordinator's side and `far_work` the worker's; between them go
only the letters of `wire`. Only `dask_link` and `worker_entry` know Dask. Nothing here
orders, limits, retries or writes down anything: that stays with the coordinator.
"""
