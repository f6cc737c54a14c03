"""Alembic's entry: runs inside the transaction that `ledger.database.schema` has begun."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    transaction_per_migration=False,
    transactional_ddl=False,
)
context.run_migrations()
