"""Where the seeds of running draws lie: files outside the database and its backups.

Whoever reads the database, a backup or the log cannot compute a draw that is still to come
(fair-draws §2). A seed is written and flushed before its commitment is stored, so that a crash
between the two loses nothing: the next try finds the file.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger import chance

NAME = re.compile(r"[0-9A-Za-z-]{1,40}")
LENGTH = 32  # bytes


class SeedLost(LookupError):
    """The seed of a period is gone or damaged: its draws can neither be made nor verified."""


@dataclass(frozen=True)
class Vault:
    """The folder of the seeds; `lots` throws a new one."""

    folder: Path
    lots: Callable[[], bytes] = chance.fresh_seed

    def make(self, name: str) -> bytes:
        """The seed of that name, thrown and kept when there is none yet; OSError: it cannot be.

        Only for a month that has promised nothing yet: half a file is thrown again.
        """
        path = self._path(name)
        if path.exists() and len(kept := path.read_bytes()) == LENGTH:
            return kept
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        seed = self.lots()
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(seed)
            out.flush()
            os.fsync(out.fileno())
        half.rename(path)
        self._flush_folder()
        return seed

    def read(self, name: str) -> bytes:
        """The seed of that name; `SeedLost` when it is gone or damaged."""
        try:
            seed = self._path(name).read_bytes()
        except OSError as error:
            raise SeedLost(name) from error
        if len(seed) != LENGTH:
            raise SeedLost(name)
        return seed

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError(f"no name of a seed: {name!r}")
        return self.folder / f"{name}.seed"

    def _flush_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
