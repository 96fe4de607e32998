"""Comparison: two texts, or many, and what is different between them.

Read the rooms in this order: `sides` (what is compared), `tiling` (the units of a text),
`comparing` (two texts into a Diff), `difference` (what comes out), `side_rows` (a Diff as rows for
a screen), `similarity` (many texts at once). This package never writes a file and never draws.
"""
