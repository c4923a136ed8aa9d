"""How often a park is re-planned by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rolling",
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("last_due", sa.BigInteger(), nullable=True),
        sa.Column("job", sa.String(length=36), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name=op.f("fk_rolling_site_sites")),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_rolling")),
    )
