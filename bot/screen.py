"""What every command shares: the screen, errors in plain words, a bar for long work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from ledger.errors import ForOperator, Misunderstood, Refused

console = Console(highlight=False, markup=False)
errors = Console(stderr=True, highlight=False, markup=False)


def say_error(what: str) -> None:
    """Print it where errors belong; two lines are two lines."""
    errors.print(what, soft_wrap=True)


class Wrong(typer.Exit):
    """Something the operator has to change; said in plain words, exit code 1."""

    def __init__(self, what: str) -> None:
        say_error(what)
        super().__init__(1)


@contextmanager
def plainly() -> Iterator[None]:
    """Errors an operator can mend are said without a traceback."""
    try:
        yield
    except ForOperator as error:
        raise Wrong(str(error)) from error
    except (Refused, Misunderstood) as error:
        from templates.words import Words

        raise Wrong(Words().say(error.block, **error.facts)) from error


@contextmanager
def bar(text: str, total: int, *, shown: bool = True) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error; yields the function that moves it by one."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not shown) as progress:
        task = progress.add_task(text, total=total)
        yield lambda: progress.advance(task)
