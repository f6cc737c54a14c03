"""Standards (整改要求): what "solved" means for each category, unless somebody writes another.

The words stand in standards.toml; the five core aspects are those of S000-23 and S000-30.
"""

import tomllib
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("standards.toml")


@lru_cache(maxsize=1)
def standards() -> dict[str, str]:
    """The requirement of each category."""
    return {
        str(category): str(words)
        for category, words in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
    }


def standard_of(category: str) -> str:
    """To what standard an issue of that category is to be solved; '' for one without category."""
    return standards().get(category, "")
