"""Alembic's entry point: runs the migrations on the given connection, inside its transaction."""

from alembic import context

from mediation.store.migrations import triggers
from mediation.store.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
context.run_migrations()
triggers.create(connection)
