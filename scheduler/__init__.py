"""Remembers the time: what is due, to whom, and never twice."""
