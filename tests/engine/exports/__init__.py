"""Exports of runs, and what comes back in."""
