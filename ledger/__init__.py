"""Knows the facts and the rules: records, people, deadlines, draws, the log."""
