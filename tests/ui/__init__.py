"""Tests of the screens, driven from the keyboard."""
