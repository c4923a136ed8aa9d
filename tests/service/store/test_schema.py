"""The history of the schema leads to the tables that the code knows, on both databases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from api import migrations
from api.store import Store
from api.tables import metadata


def test_migrations_and_tables_say_the_same(store: Store) -> None:
    with store.read() as c:
        context = MigrationContext.configure(c, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert migrations.revision(c) == migrations.NEWEST


def test_indexes_over_some_rows_are_over_the_same_rows(store: Store) -> None:
    """Which `compare_metadata` does not compare."""

    def normal(text: object) -> str:
        return str(text).replace("(", "").replace(")", "").replace("::text", "").replace('"', "").split(".")[-1]

    with store.read() as c:
        found = {
            index["name"]: normal(where)
            for table in metadata.tables
            for index in sa.inspect(c).get_indexes(table)
            if (where := index.get("dialect_options", {}).get(f"{c.dialect.name}_where")) is not None
        }
        wanted = {
            index.name: normal(where.compile(c, compile_kwargs={"literal_binds": True}))
            for table in metadata.tables.values()
            for index in table.indexes
            if (where := index.dialect_options[c.dialect.name]["where"]) is not None
        }
    assert len(wanted) >= 2
    assert {k: v.replace("character varying", "").replace("::", "") for k, v in found.items()} == wanted


def test_the_newest_revision_is_the_head_of_the_history() -> None:
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert script.get_heads() == [migrations.NEWEST]


def test_a_store_that_is_up_to_date_opens_without_the_history(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ems.db'}"
    code = f"import sys\nfrom api.store import Store\nStore({url!r}).close()\nprint('alembic' in sys.modules)"
    said = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(2)]
    assert said == ["True\n", "False\n"]


def test_a_store_of_the_revision_before_keeps_its_rows(tmp_path: Path) -> None:
    """Older schemas are brought on; none is brought back: that is what the backup made before is for."""
    from alembic import command

    url, engine = f"sqlite:///{tmp_path / 'ems.db'}", sa.create_engine(f"sqlite:///{tmp_path / 'ems.db'}")
    config = migrations._config()
    with engine.begin() as c:
        config.attributes["connection"] = c
        command.upgrade(config, "0002")
        c.execute(metadata.tables["sites"].insert().values(name="demo", version=1))
        assert not sa.inspect(c).has_table("rolling")
    engine.dispose()
    with Store(url) as opened, opened.read() as c:
        assert migrations.revision(c) == migrations.NEWEST
        assert c.execute(sa.select(metadata.tables["sites"].c.name)).scalars().all() == ["demo"]
        assert c.execute(sa.select(metadata.tables["rolling"])).all() == []
