"""The only dice. Every draw has a name and a seed, so that anyone can draw it again.

The algorithm (HMAC-SHA256 tickets, rejection sampling) is the one described in
docs/decisions/0004-named-draws.md; the golden vectors stand in tests/ledger/test_chance.py.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

SPAN = 1 << 256


class Lots:
    """Tickets drawn from one secret: same secret, same name, same answer, on any machine."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ticket(self, *parts: object) -> int:
        """A number below 2**256 that belongs to these words and to nothing else."""
        words = [str(part) for part in parts]
        if any("|" in word for word in words):
            raise ValueError(f"a ticket's words must not contain '|': {words}")
        return int.from_bytes(hmac.digest(self._key, "|".join(words).encode(), "sha256"))

    def pick(self, name: str, ids: Iterable[str], count: int) -> list[str]:
        """The `count` ids with the smallest tickets, whatever order they came in."""
        pool = list(ids)
        if len(set(pool)) != len(pool):
            raise ValueError("an id stands twice in the list that is drawn from")
        return sorted(pool, key=lambda one: (self.ticket(*name.split("|"), one), one))[:count]

    def below(self, limit: int, *parts: object) -> int:
        """A fair number from 0 to limit - 1, without modulo bias."""
        fair = SPAN - SPAN % limit
        counter = 0
        while (drawn := self.ticket(*parts, counter)) >= fair:
            counter += 1
        return drawn % limit


class Seeds:
    """Seeds one after the other from a name: a rehearsal draws the same every time."""

    def __init__(self, name: str) -> None:
        self._lots, self._count = Lots(name.encode()), 0

    def __call__(self) -> bytes:
        """The next seed."""
        self._count += 1
        return self._lots.ticket("seed", self._count).to_bytes(32)


def fresh_seed() -> bytes:
    """Thirty-two bytes nobody can foresee."""
    return secrets.token_bytes(32)


def period_key(seed: bytes, period: str, roster_hash: str, beacon: str) -> bytes:
    """The key of one period's draws: nobody has it before seed, roster and beacon meet."""
    return hmac.digest(seed, f"key|{period}|{roster_hash}|{beacon}".encode(), "sha256")


def roster_hash(canonical: str) -> str:
    """SHA-256 of the list that is drawn from, in canonical form."""
    return hashlib.sha256(canonical.encode()).hexdigest()
