"""Reading: what a sentence in plain Chinese says. Start at reader.py."""
