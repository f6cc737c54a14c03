"""The command line: `zhucun`. Each command is a few lines that call what lies below.

The order of the imports is the order in `zhucun --help`.
"""

# isort: off
from bot.commands import (
    cli,
    serving,
    people,
    catalogues,
    work,
    issues,
    keeping,
    draws,
    compliance,
    wecom_members,
)

# isort: on

__all__ = [
    "catalogues",
    "cli",
    "compliance",
    "draws",
    "issues",
    "keeping",
    "people",
    "serving",
    "wecom_members",
    "work",
]


def main() -> None:
    """The entry point `zhucun`."""
    cli()


if __name__ == "__main__":
    main()
