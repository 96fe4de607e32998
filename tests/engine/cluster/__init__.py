"""Attempts on a cluster: what goes over the wire, both of its sides, and Dask where it is here."""
