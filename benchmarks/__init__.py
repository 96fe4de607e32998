"""Measurements: each compares side by side in one run and prints medians."""
