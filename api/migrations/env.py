"""Run by Alembic; the connection is the caller's, inside its transaction."""

from alembic import context

from api.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
