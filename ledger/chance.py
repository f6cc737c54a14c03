"""The only dice. Every draw has a name and a seed, so that anyone can draw it again.

The algorithm (HMAC-SHA256 tickets, rejection sampling) is the one described in
docs/decisions/0004-named-draws.md; the golden vectors stand in tests/ledger/test_chance.py.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence

SPAN = 1 << 256
BLOCK = 64  # bytes SHA-256 works on at a time


def _words(parts: Sequence[object]) -> bytes:
    text = "|".join(map(str, parts))
    if text.count("|") >= max(1, len(parts)):
        raise ValueError(f"a ticket's words must not contain '|': {parts}")
    return text.encode()


class Lots:
    """Tickets drawn from one secret: same secret, same name, same answer, on any machine."""

    def __init__(self, key: bytes) -> None:
        # HMAC (RFC 2104) by its two hashes: keyed once and copied, a third of the price
        short = key if len(key) <= BLOCK else hashlib.sha256(key).digest()
        block = short.ljust(BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(one ^ 0x36 for one in block))
        self._outer = hashlib.sha256(bytes(one ^ 0x5C for one in block))

    def ticket(self, *parts: object) -> int:
        """A number below 2**256 that belongs to these words and to nothing else."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(_words(parts))
        outer.update(inner.digest())
        return int.from_bytes(outer.digest())

    def tickets(self, *parts: object, each: Collection[str]) -> list[int]:
        """The tickets of these words with one more each: as `ticket`, for many at less cost."""
        begun, found = self._inner.copy(), []
        begun.update(_words((*parts, "")))
        for last in _words(tuple(each)).split(b"|") if each else ():
            inner, outer = begun.copy(), self._outer.copy()
            inner.update(last)
            outer.update(inner.digest())
            found.append(int.from_bytes(outer.digest()))
        return found

    def pick(self, name: str, ids: Iterable[str], count: int) -> list[str]:
        """The `count` ids with the smallest tickets, whatever order they came in."""
        pool = list(ids)
        if len(set(pool)) != len(pool):
            raise ValueError("an id stands twice in the list that is drawn from")
        return sorted(pool, key=lambda one: (self.ticket(*name.split("|"), one), one))[:count]

    def spread(self, name: str, strata: Mapping[str, str], count: int) -> list[str]:
        """`count` ids spread over their strata in proportion, each id with the same chance.

        A systematic sample: strata and ids stand in the order of their tickets, and from a
        fair start every (n / count)-th is taken (docs/decisions/0011-verifiable-draws.md).
        """
        words = name.split("|")
        line = sorted(
            strata,
            key=lambda one: (
                self.ticket(*words, "stratum", strata[one]),
                strata[one],
                self.ticket(*words, one),
                one,
            ),
        )
        wanted = min(count, len(line))
        if wanted < 1:
            return []
        start = self.below(len(line), *words, "start")
        return [line[(start + place * len(line)) // wanted] for place in range(wanted)]

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


def commitment(seed: bytes, period: str) -> str:
    """What is published before a period: it binds the seed and does not show it."""
    return hashlib.sha256(f"spotcheck/v1|{period}|".encode() + seed).hexdigest()


def period_key(seed: bytes, period: str, roster_hash: str, beacon: str) -> bytes:
    """The key of one period's draws: nobody has it before seed, roster and beacon meet."""
    return hmac.digest(seed, f"key|{period}|{roster_hash}|{beacon}".encode(), "sha256")


def roster_hash(canonical: str) -> str:
    """SHA-256 of the list that is drawn from, in canonical form."""
    return hashlib.sha256(canonical.encode()).hexdigest()
