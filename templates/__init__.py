"""Finds the words: chat sentences, bulletins, pages. Imports nothing else of ours."""
