"""Seconds, for people: nothing here asserts a time. `python -m tests.bench` measures whole processes."""
