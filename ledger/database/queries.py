"""Loads `ledger/<noun>.sql` once, through aiosql, as functions of the same names."""

from functools import cache
from importlib.resources import files
from typing import Any

import aiosql
import aiosqlite
from aiosql.adapters.aiosqlite import AioSQLiteAdapter


class OneHop(AioSQLiteAdapter):
    """Each select is one hop to the connection's thread; the stock adapter takes three."""

    async def select(
        self,
        conn: aiosqlite.Connection,
        _name: str,
        sql: str,
        parameters: Any,
        _class: Any = None,
    ) -> Any:
        """Yield the rows, fetched in one go."""
        for row in await conn.execute_fetchall(sql, parameters):
            yield row

    async def select_one(
        self,
        conn: aiosqlite.Connection,
        _name: str,
        sql: str,
        parameters: Any,
        _class: Any = None,
    ) -> Any:
        """The first row, or None."""
        return next(iter(await conn.execute_fetchall(sql, parameters)), None)

    async def select_value(
        self, conn: aiosqlite.Connection, _name: str, sql: str, parameters: Any
    ) -> Any:
        """The first column of the first row, or None."""
        row = next(iter(await conn.execute_fetchall(sql, parameters)), None)
        return row[0] if row else None


@cache
def queries(noun: str) -> Any:
    """The statements of `ledger/<noun>.sql`; a parameter list is mandatory on each."""
    text = files("ledger").joinpath(f"{noun}.sql").read_text(encoding="utf-8")
    return aiosql.from_str(text, OneHop)
