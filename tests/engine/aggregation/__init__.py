"""Joining results."""
