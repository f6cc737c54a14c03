"""One copy at a time: a lock on a side file, taken before the database is opened."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import ForOperator


class AlreadyRunning(ForOperator):
    """Another copy holds this data folder."""


@contextmanager
def only_copy(path: Path) -> Iterator[None]:
    """Hold the lock as long as the block runs; the kernel frees it even after kill -9."""
    with path.with_suffix(".lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning(
                f"{path} 正由另一个驻村通使用。请先停掉那一个，或换一个数据目录。"
            ) from error
        yield
