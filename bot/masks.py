"""What must not stand in a log: bot tokens, phone numbers, ID and bank numbers."""

import re

TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
LONG_NUMBER = re.compile(r"(?<!\d)(\d{3})\d{5,13}(\d{2}[\dXx]{2})(?![\dXx])")


def masked(text: str) -> str:
    """The text with secrets and long numbers made unreadable."""
    return LONG_NUMBER.sub(r"\1****\2", TOKEN.sub("***", text)).replace("\x1b", "")
