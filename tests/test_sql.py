"""Every statement of ledger/*.sql prepares against a migrated database, and how it finds rows."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from source import ROOT, modules

from ledger.database import queries
from ledger.database.schema import upgrade

FILES = sorted((ROOT / "ledger").glob("*.sql"))
FACTS = {
    "record", "study", "visit", "issue", "progress", "attachment", "file", "leave", "spotcheck",
    "team_period", "inbox", "outbox", "card", "chat_line", "due", "schedule_slot", "report", "ev",
    "ev_body",
}  # fmt: skip
# Reading a whole table of facts, or a whole index of them, needs a reason.
MAY_SCAN = {
    "audit.last": "one row, the last by its key",
    "stationed.begun": "one row, the first by its key",
    "audit.chain": "verify walks the whole log, that is its purpose",
    "inbox.counts": "the operator's figures, asked by hand",
    "inbox.conversations": "only the index of unanswered messages, at a start",
    "inbox.waiting": "only the index of unanswered messages",
    "outbox.counts": "the operator's figures, asked by hand",
    "outbox.expire": "only the index of waiting messages",
    "due.expire": "only the index of waiting reminders",
    "kept.counts": "the operator's compliance sheet, asked by hand",
    "issue_rows.rows": "the export walks its scope, that is its purpose",
    "issue_lists.wall": "the wall chart counts every issue of its scope",
    "issues.due_between": "only the index of open issues, once a day",
    "leave.away": "a few rows a person and year",
    "check_windows.close_due": "only the index of open checks",
    **dict.fromkeys(
        (
            "issue_proof.every",
            "issue_proof.told_of",
            "issue_proof.unproven",
        ),
        "a rehearsal is counted once, at its end",
    ),
    **dict.fromkeys(
        (
            "rewind.records",
            "rewind.visits",
            "rewind.issues_unknown",
            "rewind.issues_reopened",
            "rewind.issues_not_submitted",
            "rewind.leave_not_decided",
            "rewind.leave_not_asked",
        ),
        "the dry run takes a throw-away copy back",
    ),
}
DIALECT = {
    "a JSON function": r"\bjson_\w+\s*\(|\bjsonb?\b|->>",
    "strftime": r"\bstrftime\b|\bdate\s*\(|\bdatetime\s*\(|\bjulianday\b|\bunixepoch\b",
    "ILIKE": r"\bILIKE\b|\bGLOB\b|\bREGEXP\b|\bSIMILAR TO\b",
    "a dialect's upsert": r"\bINSERT OR\b|\bREPLACE INTO\b|\bON DUPLICATE\b",
    "a dialect's word": r"\bIFNULL\b|\bISNULL\b|\browid\b|\bAUTOINCREMENT\b|\bPRAGMA\b|::\w+|\bnow\(\)",
    "a bare LIMIT": r"\bLIMIT \d+, ?\d+",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One named statement."""

    noun: str
    name: str
    mark: str
    sql: str

    @property
    def full_name(self) -> str:
        return f"{self.noun}.{self.name}"

    @property
    def parameters(self) -> dict[str, int]:
        """Every bound name with a value of the commonest type."""
        return dict.fromkeys(re.findall(r"(?<![\w:]):(\w+)", bare(self.sql)), 1)


def bare(sql: str) -> str:
    """Without remarks and quoted text."""
    return re.sub(r"--[^\n]*|'[^']*'", " ", sql)


@cache
def statements() -> tuple[Statement, ...]:
    """All of them, as aiosql understands them."""
    return tuple(_read())


def _read() -> Iterator[Statement]:
    for path in FILES:
        loaded = queries(path.stem)
        heads = re.findall(
            r"^-- name: (\w+)\(.*?\)(\S*)", path.read_text(encoding="utf-8"), re.M
        )
        for name, mark in heads:
            yield Statement(path.stem, name, mark, getattr(loaded, name).sql)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A migrated, empty database."""
    path = tmp_path_factory.mktemp("sql") / "zhucun.db"
    upgrade(path)
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def each(statement: Statement) -> str:
    return statement.full_name


# preparing
@pytest.mark.parametrize("statement", statements(), ids=each)
def test_the_statement_prepares(store: sqlite3.Connection, statement: Statement) -> None:
    store.execute(f"EXPLAIN {statement.sql}", statement.parameters)


@pytest.mark.parametrize("statement", statements(), ids=each)
def test_the_statement_speaks_both_dialects(statement: Statement) -> None:
    sql = bare(statement.sql)

    assert not [what for what, form in DIALECT.items() if re.search(form, sql, re.I)]


def test_the_rule_of_dialect_finds_what_is_planted() -> None:
    for bad in (
        "SELECT json_extract(x, y)", "SELECT strftime(a)", "SELECT date(a)", "a ILIKE b", "x->>y",
        "INSERT OR IGNORE INTO t", "SELECT rowid FROM t", "SELECT 1::text", "LIMIT 1, 2",
    ):  # fmt: skip
        assert any(re.search(pattern, bad, re.I) for pattern in DIALECT.values()), bad


@pytest.mark.parametrize("statement", statements(), ids=each)
def test_the_mark_fits_what_comes_back(statement: Statement) -> None:
    """`!` for statements that return nothing, `^` and `$` for one row; many rows are ordered."""
    returns = (
        re.match(r"\s*(SELECT|WITH)\b", bare(statement.sql), re.I)
        or "RETURNING" in statement.sql
    )
    assert bool(returns) == (statement.mark not in {"!", "*!"})
    changes = not re.match(r"\s*(SELECT|WITH)\b", bare(statement.sql), re.I)
    if statement.mark == "" and not changes:
        assert re.search(r"\bORDER BY\b", statement.sql) or statement.full_name in AS_SETS


# Read into a set: their order means nothing.
AS_SETS = {"draws.busy", "draws.bound"}


# A module loads its noun's statements, or takes them from the module that does.
OWNS_SQL = r'^sql = queries\("(\w+)"\)|^from ledger\.(?:reports\.)?(\w+) import (?:\w+, )*sql\b'


def test_every_statement_is_used_and_every_use_has_one() -> None:
    nouns: dict[str, str] = {path.stem: "" for path in FILES}
    for module in modules():
        for own, taken in re.findall(OWNS_SQL, module.text, re.M):
            nouns[own or {"sheet": "reports"}.get(taken, taken)] += module.text
    for noun, text in nouns.items():
        written = {one.name for one in statements() if one.noun == noun}
        assert written == set(re.findall(r"\bsql\.(\w+)", text)), noun


def test_no_parameter_is_written_into_the_text() -> None:
    assert not [one.full_name for one in statements() if re.search(r"[%{}]s?\b", bare(one.sql))]


# finding rows
def scans(store: sqlite3.Connection, sql: str, parameters: dict[str, int]) -> set[str]:
    """The tables of facts a statement reads from one end to the other."""
    plan = store.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    names = aliases(store, sql)
    read = {row[3].split()[1] for row in plan if row[3].startswith("SCAN ")}
    return {names.get(one, one) for one in read} & FACTS


def aliases(store: sqlite3.Connection, sql: str) -> dict[str, str]:
    """What short names stand for, those inside the views too."""
    views = dict(
        store.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'view'").fetchall()
    )
    pattern = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(\w+)(?:\s+AS)?\s+(\w+)\b", re.I)
    found = [pair for text in (*views.values(), sql) for pair in pattern.findall(text)]
    return {short: table for table, short in found if table not in views}


@pytest.mark.parametrize("statement", statements(), ids=each)
def test_the_statement_scans_no_table_of_facts(
    store: sqlite3.Connection, statement: Statement
) -> None:
    found = scans(store, statement.sql, statement.parameters)

    assert not found or statement.full_name in MAY_SCAN


def test_every_exception_is_still_needed(store: sqlite3.Connection) -> None:
    scanning = {one.full_name for one in statements() if scans(store, one.sql, one.parameters)}

    assert scanning == set(MAY_SCAN)


def test_a_planted_scan_is_found_under_any_name(store: sqlite3.Connection) -> None:
    assert scans(store, "SELECT * FROM record", {}) == {"record"}
    assert scans(store, "SELECT * FROM visit v WHERE v.found = :x", {"x": 1}) == {"visit"}
    assert scans(store, "SELECT * FROM issue_line WHERE text = :x", {"x": 1}) == {"issue"}
    assert not scans(store, "SELECT * FROM entry WHERE id = :x", {"x": 1})


# the schema
def test_every_table_is_strict(store: sqlite3.Connection) -> None:
    tables = store.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    loose = {name for name, sql in tables if not sql.rstrip().endswith("STRICT")}

    assert loose <= {"alembic_version"}
    assert len(tables) > 25


def test_every_pointer_has_its_table(store: sqlite3.Connection) -> None:
    assert store.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_second_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "zhucun.db"
    upgrade(path)
    before = path.read_bytes()
    upgrade(path)

    assert path.read_bytes() == before
