"""Exports: one run as one file for somebody else, and back again.

`export` is the door: it knows the forms and writes them. Each form has a room:
`run_document` (markdown), `run_page` (HTML), `run_object` (JSON), `run_archive`
(zip), `trace_events` (Chrome, Perfetto), `timeline_svg`. What an archive may hold
stands in `archive_names`; `archive_reading` takes nothing for granted, and
`archive_import` brings a run home. This package never changes the run it exports.
"""
