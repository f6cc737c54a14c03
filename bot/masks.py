"""What must not stand in a log: bot tokens, passes to pages, phone, ID and bank numbers."""

import re

TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
PASS = re.compile(r"(?<=/pages/)[0-9a-f]{64}")
LONG_NUMBER = re.compile(r"(?<!\d)(\d{3})\d{5,13}(\d{2}[\dXx]{2})(?![\dXx])")


def masked(text: str) -> str:
    """The text with secrets and long numbers made unreadable."""
    unsigned = PASS.sub("***", TOKEN.sub("***", text))
    return LONG_NUMBER.sub(r"\1****\2", unsigned).replace("\x1b", "")
