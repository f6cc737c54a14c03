"""The source as the house rules read it: every module parsed, every file of the checkout listed."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("bot", "handlers", "ledger", "scheduler", "templates")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Text:
    """One string of the source."""

    node: ast.Constant
    value: str
    lineno: int


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def migration(self) -> bool:
        return self.path.startswith("ledger/migrations/")

    @cached_property
    def functions(self) -> list[Function]:
        return [one for one in ast.walk(self.tree) if isinstance(one, Function)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [one for one in ast.walk(self.tree) if isinstance(one, ast.Call)]

    @cached_property
    def texts(self) -> list[Text]:
        """Every string that is no docstring, the pieces of f-strings too."""
        documents = {id(one) for one in docstrings(self.tree)}
        return [
            Text(one, one.value, one.lineno)
            for one in ast.walk(self.tree)
            if isinstance(one, ast.Constant)
            and isinstance(one.value, str)
            and id(one) not in documents
        ]

    def at(self, node: ast.AST | Text) -> str:
        """Where, as an editor understands it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """The docstring nodes of a module, its classes and functions."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Module | ast.ClassDef | Function) and one.body:
            first = one.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def length(function: Function) -> int:
    """Lines from `def` to the end, the docstring left out."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; what is no name is an underscore."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "_"


def origins(tree: ast.Module) -> dict[str, str]:
    """What every imported name stands for: `dt` -> `datetime.datetime`."""
    names: dict[str, str] = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            for alias in one.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                names[alias.asname or whole] = whole
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            for alias in one.names:
                names[alias.asname or alias.name] = f"{one.module}.{alias.name}"
    return names


@cache
def named(module: Module) -> list[tuple[ast.AST, str]]:
    """Every use of an imported name under its full name, the imports themselves too."""
    return list(_named(module.tree))


def _named(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    known = origins(tree)
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute | ast.Name):
            head, _, rest = dotted(one).partition(".")
            if head in known:
                yield one, known[head] + (f".{rest}" if rest else "")
        elif isinstance(one, ast.Import):
            yield from ((one, alias.name) for alias in one.names)
        elif isinstance(one, ast.ImportFrom) and one.module:
            yield from ((one, f"{one.module}.{alias.name}") for alias in one.names)


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the five folders."""
    paths = sorted(path for name in FOLDERS for path in (ROOT / name).rglob("*.py"))
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
    )


@cache
def files() -> tuple[Path, ...]:
    """Every file that is committed or could be by `git add .`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    found = (ROOT / name for name in sorted(listed.split("\0")) if name)
    return tuple(path for path in found if path.is_file())


def text_of(path: Path) -> str:
    """A file's text; an empty one for pictures and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
