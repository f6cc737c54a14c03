"""The house rules of style.md §4–§8 that read Python. Each proves itself on planted bad lines.

The rules that read the files of the checkout stand in test_tracked_files.py.
"""

import ast
import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from source import Function, Module, docstrings, dotted, length, modules, named

LONGEST_FUNCTION, MEDIAN, LONGEST_FILE = 50, 8, 400
Check = Callable[[Module], Iterator[str]]


@dataclass(frozen=True)
class Rule:
    """One rule: what it finds, lines it must find, lines it must leave alone."""

    name: str
    check: Check
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()
    path: str = "handlers/planted.py"


# shape
def long_functions(module: Module) -> Iterator[str]:
    for one in module.functions:
        if length(one) > LONGEST_FUNCTION and not module.migration:
            yield f"{module.at(one)}: {one.name} has {length(one)} lines"


def long_files(module: Module) -> Iterator[str]:
    lines = module.text.count("\n")
    if lines > LONGEST_FILE and not module.migration:
        yield f"{module.path}: {lines} lines"


def undocumented(module: Module) -> Iterator[str]:
    if ast.get_docstring(module.tree) is None:
        yield f"{module.path}: no docstring"
    yield from _undocumented_in(module, module.tree)


def _undocumented_in(module: Module, parent: ast.Module | ast.ClassDef) -> Iterator[str]:
    for one in parent.body:
        if not isinstance(one, ast.ClassDef | Function) or one.name.startswith("_"):
            continue
        if ast.get_docstring(one) is None:
            yield f"{module.at(one)}: {one.name} has no docstring"
        if isinstance(one, ast.ClassDef):
            yield from _undocumented_in(module, one)


def unannotated(module: Module) -> Iterator[str]:
    for one in module.functions:
        given = one.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        bare = [
            arg.arg
            for arg in every
            if arg and arg.annotation is None and arg.arg not in {"self", "cls"}
        ]
        if bare or one.returns is None:
            yield f"{module.at(one)}: {one.name} lacks types of {bare or 'its return'}"


# time and chance
CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "time.strftime", "time.ctime",
}  # fmt: skip
DICE = ("random", "uuid.uuid1", "uuid.uuid4", "os.urandom", "os.getrandom", "numpy.random")
SECRETS = ("bot/", "ledger/chance.py", "ledger/invites.py", "ledger/audit.py")


def _is_or_in(name: str, things: tuple[str, ...]) -> bool:
    return any(name == thing or name.startswith(f"{thing}.") for thing in things)


def clocks(module: Module) -> Iterator[str]:
    if module.path == "ledger/clock.py":
        return
    for one, name in named(module):
        if name in CLOCKS:
            yield f"{module.at(one)}: {name} (time is an argument)"


def dice(module: Module) -> Iterator[str]:
    if module.path == "ledger/chance.py":
        return
    for one, name in named(module):
        if _is_or_in(name, DICE):
            yield f"{module.at(one)}: {name} (chance is an argument)"
        if _is_or_in(name, ("secrets",)) and not module.path.startswith(SECRETS):
            yield f"{module.at(one)}: {name} (only where a token or a seed is made)"


# storage
OPENERS = {"begin", "begin_nested", "commit", "rollback", "transaction"}
MAY_OPEN = (
    "bot/", "scheduler/runner.py", "scheduler/rehearsal.py", "ledger/database/",
    "scheduler/exports.py", "scheduler/papers.py", "scheduler/pictures.py",  # work done between two
)  # fmt: skip
RUNS_SQL = {
    "execute", "executemany", "executescript", "execute_fetchall", "execute_insert",
    "exec_driver_sql",
}  # fmt: skip
SAVEPOINT = re.compile(r"(SAVEPOINT|ROLLBACK TO|RELEASE) $")  # its name cannot be a parameter


def transactions(module: Module) -> Iterator[str]:
    if module.path.startswith(MAY_OPEN):
        return
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in OPENERS:
            yield f"{module.at(call)}: .{call.func.attr}( below the drivers"


def glued_sql(module: Module) -> Iterator[str]:
    for call in module.calls:
        name = dotted(call.func).rsplit(".", 1)[-1]
        if name in RUNS_SQL and call.args and _glued(call.args[0]) and not module.migration:
            yield f"{module.at(call)}: SQL put together in {name}("


def _glued(sql: ast.expr) -> bool:
    if isinstance(sql, ast.JoinedStr):
        first = sql.values[0]
        words = first.value if isinstance(first, ast.Constant) else ""
        return not SAVEPOINT.match(str(words))
    if isinstance(sql, ast.Call):
        return isinstance(sql.func, ast.Attribute) and sql.func.attr in {"format", "join"}
    return isinstance(sql, ast.BinOp)


def sql_outside_ledger(module: Module) -> Iterator[str]:
    if module.path.startswith("ledger/"):
        return
    for one in module.texts:
        if re.match(r"\s*(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b", one.value):
            yield f"{module.at(one)}: SQL outside ledger"


# names and leftovers
EMPTY_NAMES = re.compile(r"utils?|helpers?|managers?|services?|common|misc|base_\w+", re.I)
EMPTY_TAILS = re.compile(r"\w*(Utils?|Helper|Manager|Service|Common)")
LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def empty_names(module: Module) -> Iterator[str]:
    for part in module.path.removesuffix(".py").split("/"):
        if EMPTY_NAMES.fullmatch(part):
            yield f"{module.path}: {part} says nothing"
    for one in ast.walk(module.tree):
        if isinstance(one, ast.ClassDef) and EMPTY_TAILS.fullmatch(one.name):
            yield f"{module.at(one)}: {one.name} says nothing"


def leftovers(module: Module) -> Iterator[str]:
    for number, line in enumerate(module.text.splitlines(), 1):
        if LATER.search(line):
            yield f"{module.path}:{number}: {line.strip()}"
    for one in ast.walk(module.tree):
        if isinstance(one, ast.Raise) and one.exc:
            raised = one.exc.func if isinstance(one.exc, ast.Call) else one.exc
            if dotted(raised) == "NotImplementedError":
                yield f"{module.at(one)}: a stub"


# code from data
NEVER = ("pickle", "marshal", "shelve", "dill", "os.system", "os.popen", "yaml.load")


def code_from_data(module: Module) -> Iterator[str]:
    for one, name in named(module):
        if _is_or_in(name, NEVER):
            yield f"{module.at(one)}: {name}"
    for call in module.calls:
        if isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec", "compile"}:
            yield f"{module.at(call)}: {call.func.id}("
        if any(word.arg == "shell" and not _is_false(word.value) for word in call.keywords):
            yield f"{module.at(call)}: shell="


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


SECRET_NAMES = re.compile(r"(mac|digest|signature|secret|password)$")


def unsteady_comparison(module: Module) -> Iterator[str]:
    """`==` on a secret tells by its time how much of it was right (security §5 #11)."""
    for one in ast.walk(module.tree):
        if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq | ast.NotEq):
            sides = [dotted(side).lower() for side in (one.left, *one.comparators)]
            if sum(bool(SECRET_NAMES.search(side)) for side in sides):
                yield f"{module.at(one)}: {' == '.join(sides)}: use hmac.compare_digest"


# words
SENTENCE = re.compile(r"[一-鿿]")
OPERATORS = ("bot/settings.py", "bot/cli", "bot/commands/", "bot/doctor", "templates/")
READS = ("ledger/reading/",)  # what people write is read there, nothing is said
FOR_PEOPLE = {"Refused", "Misunderstood", "Problem"}


def sentences(module: Module) -> Iterator[str]:
    """Words for people stand in templates; operators read exceptions, settings, commands."""
    if module.path.startswith((*OPERATORS, *READS)):
        return
    errors = {id(part) for one in _operator_errors(module) for part in ast.walk(one)}
    for one in module.texts:
        han = len(SENTENCE.findall(one.value))
        pattern = "(?" in one.value  # what people write is read with these
        if (
            han > 12
            and re.search("[。，；]", one.value)
            and not pattern
            and id(one.node) not in errors
        ):
            yield f"{module.at(one)}: {one.value[:30]}"


def _operator_errors(module: Module) -> Iterator[ast.expr]:
    for one in ast.walk(module.tree):
        made = one.exc if isinstance(one, ast.Raise) else one
        if isinstance(made, ast.Call):
            name = dotted(made.func).split(".")[-1]
            if name.endswith("Error") or (made is not one and name not in FOR_PEOPLE):
                yield made


def tracking_words(module: Module) -> Iterator[str]:
    """打卡 is understood when people write it (学习打卡), and never ours."""
    for one in module.texts:
        understood = one.value == "学习打卡" or module.path.startswith(READS)
        if "打卡" in one.value and not understood:
            yield f"{module.at(one)}: {one.value[:30]}"
    if re.search(r"\bdaka\b|da_ka", module.text):
        yield f"{module.path}: 打卡 in an identifier"


HEAD, LINE = "def f() -> None:\n", "    x = 1\n"
RULES = (
    Rule("no function over 50 lines", long_functions, (HEAD + LINE * 50,), (HEAD + LINE * 49,)),
    Rule("no file over 400 lines", long_files, ("x = 1\n" * 401,), ("x = 1\n" * 400,)),
    Rule(
        "a docstring on everything public",
        undocumented,
        ("x = 1", '"""M."""\nclass A: ...', '"""M."""\ndef f(): ...',
         '"""M."""\nclass A:\n    """A."""\n    def f(self): ...'),
        ('"""M."""\ndef _f(): ...', '"""M."""\nclass A:\n    """A."""\n    def __init__(self): ...'),
    ),
    Rule(
        "every function annotated",
        unannotated,
        ("def f(): ...", "def f(x) -> int: ...", "def f(*, x) -> int: ...",
         "async def f(*args) -> int: ...", "class A:\n    def f(self, **more) -> int: ..."),
        ("def f(x: int, /, *args: int, **more: int) -> int: ...",
         "class A:\n    def f(self) -> None: ..."),
    ),
    Rule(
        "only ledger/clock.py reads the clock",
        clocks,
        ("import datetime\ndatetime.datetime.now()", "from datetime import datetime\ndatetime.now(zone)",
         "from datetime import datetime as dt\ndt.utcnow()", "import datetime as d\nd.date.today()",
         "from datetime import date\ndate.today()", "import time\ntime.time()", "from time import time",
         "import time as t\nread = t.time_ns", "from datetime import datetime\ndatetime.today()"),
        ("import time\ntime.monotonic()", "from datetime import date\ndate(2026, 1, 1)",
         "now = clock.now()"),
    ),
    Rule(
        "only ledger/chance.py throws dice",
        dice,
        ("import random", "from random import choice", "import uuid\nuuid.uuid4()",
         "from uuid import uuid4", "import os\nos.urandom(8)", "import secrets",
         "from secrets import token_hex as t"),
        ("import uuid\nuuid.UUID(x)", "from ledger import chance\nchance.fresh_seed()"),
    ),
    Rule(
        "a transaction is opened by the drivers only",
        transactions,
        ("await db.begin()", "await db.connection.commit()", "connection.rollback()",
         "async def f():\n    async with database.transaction() as db: ..."),
        ("async def f():\n    async with db.savepoint(): ...", "sql.begin_work(db)"),
    ),
    Rule(
        "no SQL is put together",
        glued_sql,
        ('db.execute(f"SELECT {x}")', 'db.execute("SELECT %s" % x)', 'db.execute("A " + x)',
         'db.executemany("{}".format(x), [])', 'c.execute_fetchall(" ".join(x))'),
        ('db.execute("SELECT :x", {"x": x})', "db.execute(pragma)",
         'db.execute(f"SAVEPOINT {name}")'),
        "ledger/planted.py",
    ),
    Rule(
        "SQL stands in ledger",
        sql_outside_ledger,
        ('x = "SELECT a FROM b"', 'x = "UPDATE person SET name = 1"', 'x = "DELETE FROM ev"'),
        ('x = "select one from the list"', 'x = "UPDATE_CHAT"'),
    ),
    Rule(
        "no empty names",
        empty_names,
        ("class VisitManager: ...", "class Helper: ...", "class DateUtils: ..."),
        ("class Commonplace: ...", "class Serviced: ..."),
    ),
    Rule(
        "nothing left for later",
        leftovers,
        ("x = 1  # TODO later", "# FIXME", "raise NotImplementedError",
         "def f():\n    raise NotImplementedError('x')"),
        ("try: ...\nexcept NotImplementedError: ...",),
    ),
    Rule(
        "no code from data",
        code_from_data,
        ("import pickle", "from pickle import loads", "eval(x)", "exec(x)",
         "import subprocess\nsubprocess.run(x, shell=True)", "import os\nos.system(x)",
         "import yaml\nyaml.load(x)", "import marshal as m\nm.loads(x)"),
        ("import re\nre.compile(x)", "import subprocess\nsubprocess.run([x], shell=False)"),
    ),
    Rule(
        "secrets are compared in constant time",
        unsteady_comparison,
        ("given == secret", "request.signature != expected", "self.mac == mac"),
        ("hmac.compare_digest(secret, given)", "kind == 'x'"),
    ),
    Rule(
        "words for people stand in templates",
        sentences,
        ('x = "您好，这条消息太长了，请分成几条发"',
         'raise Refused("问题已经销号，不能再改了，请报一个新问题")',
         'x = f"今天还有 {n} 人没有登记学习，请提醒一下他们。"'),
        ('x = "学习登记"', '"""一个很长的说明，读的人是开发者，不是用户。"""',
         'raise RuntimeError("数据目录正由另一个程序使用，请先停掉那一个")'),
    ),
    Rule(
        "打卡 is no word of ours",
        tracking_words,
        ('x = "今日打卡"', "daka = 1"),
        ('words = ("学习打卡", "学习登记")',),
    ),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    found = [line for module in modules() for line in rule.check(module)]

    assert not found, f"{rule.name}:\n" + "\n".join(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_rule_finds_what_is_planted_and_nothing_else(rule: Rule) -> None:
    for bad in rule.bad:
        assert list(rule.check(Module(rule.path, bad))), f"not found:\n{bad}"
    for good in rule.good:
        assert not list(rule.check(Module(rule.path, good))), f"found wrongly:\n{good}"


def test_a_module_called_utils_is_found_in_any_folder() -> None:
    for path in ("ledger/utils.py", "bot/common/x.py", "handlers/base_talk.py"):
        assert list(empty_names(Module(path, "")))


def test_half_of_all_functions_are_eight_lines_or_shorter() -> None:
    lengths = [length(one) for module in modules() for one in module.functions]

    assert statistics.median(lengths) <= MEDIAN
    assert len(lengths) > 500


def test_the_rules_have_read_the_whole_source() -> None:
    paths = {module.path for module in modules()}

    assert {
        "bot/inbox.py",
        "handlers/talk.py",
        "ledger/audit.py",
        "templates/words.py",
    } <= paths
    assert sum(1 for module in modules() for _ in docstrings(module.tree)) > 300
