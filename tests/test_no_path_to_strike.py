"""No timed work reaches a decision: neither in the calls of the source nor in the tables.

The calls are read from the source: whatever a function names, it may call. A name that cannot be
followed (`x.decide`) stands for every method of that name. The search proves itself on planted
paths; the tables prove themselves by statements that must fail.
"""

import ast
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from source import ROOT, Function, Module, dotted, modules, origins

DECIDING = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+strike\b|\bDELETE\s+FROM\s+finding\b"
    r"|\bUPDATE\s+finding\s+SET\b(?:(?!\bWHERE\b)[^;])*\b(?:state|decided_by|decided_at|reason)\s*=",
    re.IGNORECASE,
)
HEAD = re.compile(r"^-- name: (\w+)\(.*?\)\S*$", re.MULTILINE)
Graph = dict[str, set[str]]


# the calls
def statements() -> Iterator[tuple[str, str]]:
    """Every named statement of ledger/*.sql: `sql:findings.decide` and its text."""
    for path in sorted((ROOT / "ledger").glob("*.sql")):
        parts = HEAD.split(path.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            yield f"sql:{path.stem}.{name}", re.sub(r"--[^\n]*", "", text)


def deciding() -> set[str]:
    """The statements that make a step or decide on a finding."""
    return {name for name, text in statements() if DECIDING.search(text)}


def dotted_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def graph(every: Iterable[Module]) -> Graph:
    """What each function, method and top-level name mentions."""
    found: Graph = defaultdict(set)
    methods: Graph = defaultdict(set)
    loose: Graph = defaultdict(set)
    for module in every:
        for name, node, owner in _named_parts(module):
            if owner:
                methods[name.rsplit(".", 1)[-1]].add(name)
                found[owner].add(name)
            firm, free = _mentions(module, node)
            found[name] |= firm
            loose[name] |= free
    for name, free in loose.items():
        for one in free:
            found[name] |= methods.get(one, set())
    return found


def _named_parts(module: Module) -> Iterator[tuple[str, ast.AST, str]]:
    """Every top-level part with its full name; a method also with its class."""
    stem = dotted_name(module.path)
    for one in module.tree.body:
        if isinstance(one, Function):
            yield f"{stem}.{one.name}", one, ""
        elif isinstance(one, ast.ClassDef):
            for part in one.body:
                if isinstance(part, Function):
                    yield f"{stem}.{one.name}.{part.name}", part, f"{stem}.{one.name}"
        elif isinstance(one, ast.Assign | ast.AnnAssign) and one.value:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            for target in targets:
                yield f"{stem}.{dotted(target)}", one.value, ""


def _mentions(module: Module, node: ast.AST) -> tuple[set[str], set[str]]:
    """Full names that can be followed; last names of those that cannot."""
    stem, known = dotted_name(module.path), origins(module.tree)
    firm, free = set(), set()
    for one in ast.walk(node):
        if not isinstance(one, ast.Attribute | ast.Name):
            continue
        head, _, rest = dotted(one).partition(".")
        whole = known.get(head, f"{stem}.{head}") + (f".{rest}" if rest else "")
        if said := re.fullmatch(r"ledger\.(\w+)\.sql\.(\w+)", whole):
            firm.add(f"sql:{said[1]}.{said[2]}")
        firm.add(whole)
        if isinstance(one, ast.Attribute) and head not in known:
            free.add(one.attr)
    return firm, free


def path_to(found: Graph, starts: Iterable[str], ends: set[str]) -> list[str]:
    """One way from some start to some end; empty: there is none."""
    came: dict[str, str] = dict.fromkeys(starts, "")
    waiting = list(came)
    while waiting:
        here = waiting.pop()
        if here in ends:
            way = [here]
            while came[way[-1]]:
                way.append(came[way[-1]])
            return way[::-1]
        for one in found.get(here, ()):
            if one not in came:
                came[one] = here
                waiting.append(one)
    return []


def timed(found: Graph) -> list[str]:
    return [name for name in found if name.startswith("scheduler.")]


def test_the_deciding_statements_are_known() -> None:
    assert deciding() == {
        "sql:findings.decide", "sql:strikes.add", "sql:strikes.appeal", "sql:strikes.answer",
    }  # fmt: skip


def test_no_timed_work_reaches_a_decision() -> None:
    found = graph(modules())
    starts = timed(found)

    assert len(starts) > 100
    assert path_to(found, starts, deciding()) == []


def test_what_timed_work_really_does_is_found() -> None:
    found = graph(modules())

    assert path_to(found, timed(found), {"sql:finding_steps.told"})
    assert path_to(found, timed(found), {"sql:findings.open"})
    assert path_to(found, ["handlers.topics.TOPICS"], {"sql:strikes.add"})
    assert path_to(found, ["handlers.topics.TOPICS"], {"sql:findings.decide"})


PLANTED = (
    "from ledger import findings\nasync def tick(db):\n    await findings.decide(db)",
    "from ledger.findings import decide as go\nasync def tick(db):\n    await step(db)\n"
    "async def step(db):\n    await go(db)",
    "from ledger import strikes\nWORK = {'x': strikes.make}\nasync def tick(db):\n"
    "    await WORK['x'](db)",
    "from functools import partial\nfrom ledger import strikes\nJOB = partial(strikes.answer)\n"
    "class Beat:\n    async def run(self, db):\n        await JOB(db)\n"
    "async def tick(one):\n    await one.run()",
    "from ledger.strikes import sql\nasync def tick(db):\n    await sql.add(db)",
)


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_path_is_found(text: str) -> None:
    found = graph([*modules(), Module("scheduler/planted.py", text)])

    assert path_to(found, ["scheduler.planted.tick"], deciding())


def test_the_sql_of_decisions_stands_nowhere_else() -> None:
    elsewhere = {
        module.path
        for module in modules()
        if not module.migration and any(DECIDING.search(one.value) for one in module.texts)
    }

    assert not elsewhere


DECISIONS = {"findings.decide", "strikes.make", "strikes.answer", "strikes.appeal"}


def test_a_decision_is_always_the_asker_s_own() -> None:
    calls = [
        (module.path, ast.unparse(call.args[1]))
        for module in modules()
        for call in module.calls
        if dotted(call.func) in DECISIONS
    ]

    assert {path for path, _ in calls} == {"handlers/findings.py", "handlers/strikes.py"}
    assert {by for _, by in calls} == {"talk.asker"}


# the tables
PEOPLE = """
INSERT INTO county (id, name) VALUES (1, '安和县');
INSERT INTO township (id, county_id, name) VALUES (1, 1, '清水镇');
INSERT INTO team (id, county_id, township_id, village) VALUES (1, 1, 1, '永安村');
INSERT INTO person (id, county_id, township_id, team_id, name, role) VALUES
  (1, 1, 1, 1, '甲', 'member'), (2, 1, 1, NULL, '乙', 'township'), (3, 1, NULL, NULL, '丙', 'county'),
  (4, 1, NULL, NULL, '丁', 'county'), (5, 1, 1, 1, '戊', 'member');
"""
FINDING = """
INSERT INTO finding (id, county_id, township_id, team_id, person_id, source, source_id, category, facts,
                     day, found_by, opened_at, reply_until, reply)
VALUES (:id, 1, 1, 1, 1, 'visit', :id, '脱岗走读', '未见人', '2026-11-23', 3, 1000, 5000, :reply)
"""
CONFIRM = """UPDATE finding SET state = 'confirmed', decided_by = 2, decided_at = 6000, reason = '问过'
              WHERE id = """
STRIKE = """
INSERT INTO strike (finding_id, person_id, step, clause, by_id, at, day, expires_day, appeal_until)
VALUES (:finding, :person, '通报批评', :clause, :by, 7000, '2026-11-25', '2027-11-25', '2026-12-09')
"""


@pytest.fixture
def ledger(migrated: Path) -> Iterator[sqlite3.Connection]:
    """1: open; 2: confirmed; 3: lifted; 4: confirmed, with a step."""
    with sqlite3.connect(":memory:") as connection:
        sqlite3.connect(migrated).backup(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(PEOPLE)
        for id in (1, 2, 3, 4, 5):
            connection.execute(FINDING, {"id": id, "reply": "请过假" if id == 5 else ""})
        for id in (2, 4):
            connection.execute(f"{CONFIRM}{id}")
        connection.execute(f"{CONFIRM}3".replace("confirmed", "lifted"))
        connection.execute(STRIKE, {"finding": 4, "person": 1, "clause": "第十二条", "by": 3})
        yield connection


GOOD = {"finding": 2, "person": 1, "clause": "第十二条", "by": 3}
BAD = (
    {"finding": 1}, {"finding": 3}, {"finding": 4}, {"finding": 99}, {"person": 5},
    {"clause": ""}, {"clause": "  "}, {"by": 1}, {"by": None}, {"by": 99}, {"finding": None},
)  # fmt: skip


@pytest.mark.parametrize("change", BAD, ids=str)
def test_a_step_needs_a_confirmed_finding_a_person_and_a_clause(
    ledger: sqlite3.Connection, change: dict[str, object]
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        ledger.execute(STRIKE, {**GOOD, **change})


def test_a_sound_step_is_taken(ledger: sqlite3.Connection) -> None:
    ledger.execute(STRIKE, GOOD)


UNSOUND = {
    "by nobody": "UPDATE finding SET state = 'confirmed', decided_at = 9000, reason = 'x' WHERE id = 1",
    "by the finder": f"{CONFIRM}1".replace("decided_by = 2", "decided_by = 3"),
    "by himself": f"{CONFIRM}1".replace("decided_by = 2", "decided_by = 1"),
    "without a reason": f"{CONFIRM}1".replace("'问过'", "''"),
    "before his time is over": f"{CONFIRM}1".replace("6000", "4999"),
    "lifted under a step": f"{CONFIRM}4".replace("confirmed", "lifted"),
    "a finding born confirmed": FINDING.replace(
        "opened_at, reply_until, reply", "opened_at, reply_until, reply, state"
    ).replace(":reply)", ":reply, 'confirmed')"),
    "an appeal answered by the maker": "UPDATE strike SET upheld = 1, answer = 'x', answered_by = 3,"
    " answered_at = 9 WHERE finding_id = 4",
    "an appeal answered by himself": "UPDATE strike SET upheld = 0, answer = 'x', answered_by = 1,"
    " answered_at = 9 WHERE finding_id = 4",
    "an appeal answered by nobody": "UPDATE strike SET upheld = 0, answer = 'x' WHERE finding_id = 4",
    "an answer without a reason": "UPDATE strike SET upheld = 0, answered_by = 4 WHERE finding_id = 4",
}  # fmt: skip


@pytest.mark.parametrize("statement", UNSOUND.values(), ids=UNSOUND.keys())
def test_the_tables_refuse(ledger: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        ledger.execute(statement, {"id": 9, "reply": ""} if ":id" in statement else {})


def test_a_reply_lets_the_township_decide_at_once(ledger: sqlite3.Connection) -> None:
    ledger.execute(f"{CONFIRM}5".replace("6000", "4999"))


def test_every_way_into_the_steps_asks_for_a_person(ledger: sqlite3.Connection) -> None:
    """Each key that leads into `strike` is wanted, and no trigger writes there or decides."""
    keys = {
        (row[3], row[2]) for row in ledger.execute("PRAGMA foreign_key_list(strike)").fetchall()
    }
    wanted = {
        row[1] for row in ledger.execute("PRAGMA table_info(strike)").fetchall() if row[3]
    }
    triggers = [
        row[0] for row in ledger.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
    ]

    assert {("finding_id", "finding"), ("person_id", "person"), ("by_id", "person")} <= keys
    assert {"finding_id", "person_id", "by_id", "clause"} <= wanted
    assert [one for one in triggers if DECIDING.search(one.partition("BEGIN")[2])] == []
    assert any("BEFORE INSERT ON strike" in one for one in triggers)
