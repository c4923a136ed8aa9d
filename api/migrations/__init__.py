"""The schema's history, applied when a store opens."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

LOCK = 7_203_118  # any number that no other software on the same PostgreSQL takes


def upgrade(engine: sa.Engine) -> None:
    """Bring the schema to the newest revision; processes that start together take turns."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
