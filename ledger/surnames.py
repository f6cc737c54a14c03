"""Surnames, and the ordinary words that look like a name (surnames.toml). Facts only, no rules."""

import tomllib
from importlib.resources import files


def _read() -> tuple[dict[str, str], dict[str, str], frozenset[str], dict[str, frozenset[str]]]:
    said = tomllib.loads(files("ledger").joinpath("surnames.toml").read_text(encoding="utf-8"))
    letters = {kind: "".join(said[kind].split()) for kind in ("strong", "weak", "families")}
    words = {kind: frozenset(given.split()) for kind, given in said["words"].items()}
    return letters, said["readings"], frozenset(said["compound"].split()), words


_letters, READINGS, COMPOUND, _words = _read()
STRONG = frozenset(_letters["strong"])
WEAK = frozenset(_letters["weak"]) - STRONG
FAMILIES = frozenset(_letters["families"])
SINGLE = STRONG | WEAK
WORDS, HOMES, STICKY = _words["names"], _words["home"], _words["sticky"]


def surname_of(name: str) -> str:
    """The surname a Chinese name begins with: 欧阳 of 欧阳建国, 张 of 张大山.

    Its first character when it is in no list (巴图 → 巴): a ledger may hold any name.
    """
    if len(name) > 2 and name[:2] in COMPOUND:
        return name[:2]
    return name[:1]
