"""What a file is made from and what it is: plain facts, what a county has of its own, its bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Looks:
    """What a county has of its own, and where kept files lie: both may be missing."""

    county: Path | None = None  # its paper.toml, its fonts/
    files: Path | None = None  # photos and its Word page, under their hashes

    def kept(self, sha256: str) -> Path | None:
        """Where a kept file lies (the layout of ledger/files.py); None when it is gone."""
        path = self.files / sha256[:2] / sha256 if self.files else None
        return path if path and path.is_file() else None


@dataclass(frozen=True)
class Made:
    """A file's bytes, what they are, and the ending of its name."""

    data: bytes
    mime: str
    ending: str
