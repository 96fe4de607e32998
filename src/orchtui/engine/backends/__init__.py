"""Ways to run a specialist: one file for each, all behind `base.Backend`.

A backend turns one Assignment into a stream of BackendEvents. It never
retries, never limits how many run at once, and never writes a file: that is
the executor's and the report's work.
"""
