"""Tiers (S000-13): how soon an issue is to be solved, and what the sources call it."""

from enum import StrEnum


class Tier(StrEnum):
    """How soon (S000-13): 立行立改, 一般问题, 复杂问题."""

    AT_ONCE = "at_once"
    GENERAL = "general"
    COMPLEX = "complex"


NAMES = {Tier.AT_ONCE: "立行立改", Tier.GENERAL: "一般问题", Tier.COMPLEX: "复杂问题"}


def among(tier: str, names: tuple[str, ...]) -> bool:
    """Whether the tier is one of those a county has named."""
    return NAMES[Tier(tier)] in names
