"""Attempts on the workers of a Dask cluster, as one more Backend around the others.

`ClusterBackend` is the coordinator's side and `far_work` the worker's; between them go
only the letters of `wire`. Only `dask_link`, `dask_sending`, `dask_connection`, `worker_entry`,
`workers_here` and `here_process` know Dask. Nothing here orders, limits, retries or writes down
anything: that stays with the coordinator.
"""
