"""Brings a database file to the schema of this release, in one transaction or not at all."""

import logging
import sqlite3
from pathlib import Path

HEAD = "0007"


def upgrade(path: Path) -> None:
    """Migrate to HEAD. Alembic (and SQLAlchemy behind it) is imported only when needed."""
    if _revision(path) == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    logging.getLogger("alembic").setLevel(logging.WARNING)
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(path, isolation_level=None),
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config = Config()
        config.set_main_option("script_location", "ledger:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
            raise RuntimeError(f"{path}: the migration would leave rows that point nowhere")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _revision(path: Path) -> str | None:
    """The schema a file has, read without Alembic; None for a new or empty file."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return str(row[0]) if row else None
