"""Conversations: `answer` is the one door for everything a person sends."""

from handlers.front import answer
from handlers.talk import Room

__all__ = ["Room", "answer"]
