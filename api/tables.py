"""The tables of the store, the same on SQLite and PostgreSQL.

Moments are whole microseconds since 1970-01-01T00:00Z, so that both databases compare and return them alike.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(sa.TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no offset from UTC")
        return (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


def moment(at: datetime) -> sa.ColumnElement[datetime]:
    """A moment within an expression, where its type would be guessed."""
    return sa.literal(at, Moment)


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(36), primary_key=True)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- parks -------------------------------------------------------------------------------------------------------

sites = sa.Table(
    "sites",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),  # the current one
)

site_versions = sa.Table(
    "site_versions",
    metadata,
    sa.Column("site", sa.ForeignKey("sites.name"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),  # of text and files: the ETag
    sa.Column("yaml", sa.Text, nullable=False),
    sa.Column("files", sa.JSON, nullable=False),  # path from the folder of all sites -> digest of the content
    sa.Column("title", sa.JSON, nullable=False),  # {"zh": …, "en": …}
    sa.Column("timezone", sa.String(64), nullable=False),
    sa.Column("comment", sa.Text, nullable=False, default=""),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
)

rolling = sa.Table(  # re-planning by itself; no row: off
    "rolling",
    metadata,
    sa.Column("site", sa.ForeignKey("sites.name"), primary_key=True),
    sa.Column("minutes", sa.Integer),  # from one due time to the next; null: off
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.String(120), nullable=False),
    sa.Column("last_due", Moment),  # the newest due time that was served
    sa.Column("job", sa.String(36)),  # which served it
    sa.Column("fault", sa.Text),  # why the one that is due could not be asked for
)

blobs = sa.Table(  # files of sites, once each
    "blobs",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),  # zlib
)

# --- measurements and forecasts ----------------------------------------------------------------------------------

series = sa.Table(
    "series",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("site", sa.ForeignKey("sites.name"), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),  # measurement | forecast
    sa.Column("unit", sa.String(32), nullable=False),
    sa.Column("resolution_s", sa.Integer, nullable=False),
    sa.Column("column", sa.String(120)),  # column of the inputs table that a forecast replaces
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_time", Moment),  # start of the newest interval
    sa.Column("received_at", Moment),
    sa.UniqueConstraint("site", "name"),
)

points = sa.Table(
    "points",
    metadata,
    sa.Column("series", sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("time", Moment, primary_key=True),  # start of the interval
    sa.Column("issued", Moment, primary_key=True),  # when a forecast was issued; 1970 for measurements
    sa.Column("value", sa.Float),  # null: missing
    sa.Column("quality", sa.String(10), nullable=False),  # good | estimated | suspect | missing
    sqlite_with_rowid=False,
)

# --- jobs and what they make -------------------------------------------------------------------------------------

jobs = sa.Table(
    "jobs",
    metadata,
    _id(),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # queued | running | succeeded | failed | cancelled
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("fence", sa.Integer, nullable=False, default=0),  # goes up with every claim; only its holder may finish
    sa.Column("worker", sa.String(120)),
    sa.Column("lease_until", Moment),
    sa.Column("cancel_requested_at", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("progress", sa.JSON(none_as_null=True)),  # the newest word: {"phase", "seconds", …}
    sa.Column("reason", sa.JSON(none_as_null=True)),  # {"type", "text": {"zh", "en"}} where failed
    sa.Column("result", sa.String(36)),  # id of what it made
    sa.Index("ix_jobs_state_id", "state", "id"),
    sa.Index("ix_jobs_site_id", "site", "id"),
)

job_events = sa.Table(
    "job_events",
    metadata,
    sa.Column("job", sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),  # 1, 2, … within a job: the id of a server-sent event
    sa.Column("at", Moment, nullable=False),
    sa.Column("type", sa.String(16), nullable=False),  # queued | started | progress | row | retry | finished
    sa.Column("data", sa.JSON, nullable=False),
)
sa.Index(  # a job ends once
    "uq_job_events_finished",
    job_events.c.job,
    unique=True,
    sqlite_where=job_events.c.type == "finished",
    postgresql_where=job_events.c.type == "finished",
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("who", sa.String(160), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("request", sa.String(64), nullable=False),  # digest of route and body
    sa.Column("job", sa.ForeignKey("jobs.id"), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

results = sa.Table(  # immutable, one per succeeded job
    "results",
    metadata,
    _id(),
    sa.Column("job", sa.ForeignKey("jobs.id"), nullable=False, unique=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # of the JSON text: the ETag
    sa.Column("content", sa.LargeBinary, nullable=False),  # JSON text, gzip
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_results_kind_id", "kind", "id"),
)

plans = sa.Table(  # what lists show of a plan, and what was decided about it
    "plans",
    metadata,
    sa.Column("id", sa.ForeignKey("results.id"), primary_key=True),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("site_version", sa.Integer, nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment, nullable=False),
    sa.Column("step_minutes", sa.Integer, nullable=False),
    sa.Column("objective", sa.String(12), nullable=False),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("gap", sa.Float),
    sa.Column("total_cost_cny", sa.Float, nullable=False),
    sa.Column("baseline_cost_cny", sa.Float, nullable=False),
    sa.Column("emissions_kgco2e", sa.Float, nullable=False),
    sa.Column("baseline_emissions_kgco2e", sa.Float, nullable=False),
    sa.Column("weather", sa.JSON, nullable=False),  # {"kind", "source", "issued_at"}
    sa.Column("changes", sa.JSON(none_as_null=True)),  # what-if: what differs from the park as it is
    sa.Column("what_if_of", sa.String(36)),  # the plan that it is compared with
    sa.Column("label", sa.String(120), nullable=False, default=""),
    sa.Column("status", sa.String(10), nullable=False),  # proposed | approved | rejected | superseded
    sa.Column("decided_at", Moment),
    sa.Column("decided_by", sa.String(120)),
    sa.Column("comment", sa.Text, nullable=False, default=""),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Index("ix_plans_site_day", "site", "day"),
    sa.Index("ix_plans_site_id", "site", "id"),
)
sa.Index(  # one approved plan of a site and day
    "uq_plans_approved",
    plans.c.site,
    plans.c.day,
    unique=True,
    sqlite_where=plans.c.status == "approved",
    postgresql_where=plans.c.status == "approved",
)

studies = sa.Table(  # what lists show of a study of sizes; its id is that of the job that made it
    "studies",
    metadata,
    sa.Column("id", sa.ForeignKey("results.id"), primary_key=True),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),  # of the design: name -> number, null where undefined
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_studies_site_id", "site", "id"),
)

study_rows = sa.Table(  # scenarios of a study as they end, before the study has ended and after
    "study_rows",
    metadata,
    sa.Column("job", sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),  # 1, 2, … within a job
    sa.Column("name", sa.String(64), nullable=False),  # digest of scenario and name: told again, it is there
    sa.Column("content", sa.LargeBinary, nullable=False),  # JSON text, gzip
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("job", "name"),
)

reports = sa.Table(  # what lists show of an emission report, and its evidence; its id is that of the job that made it
    "reports",
    metadata,
    sa.Column("id", sa.ForeignKey("results.id"), primary_key=True),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),  # name -> number
    sa.Column("bundle", sa.LargeBinary, nullable=False),  # the evidence, zip
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_reports_site_id", "site", "id"),
)

inventories = sa.Table(  # corporate inventories that were checked; immutable
    "inventories",
    metadata,
    _id(),
    sa.Column("site", sa.ForeignKey("sites.name"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.JSON, nullable=False),  # {"zh": …, "en": …}
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("label", sa.String(120), nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),  # findings by grade
    sa.Column("yaml", sa.Text, nullable=False),  # as it was sent
    sa.Column("digest", sa.String(64), nullable=False),  # of the JSON text: the ETag
    sa.Column("content", sa.LargeBinary, nullable=False),  # inventory.json, gzip
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Index("ix_inventories_site_id", "site", "id"),
)

alarms = sa.Table(
    "alarms",
    metadata,
    _id(),
    sa.Column("site", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("about", sa.String(160), nullable=False, default=""),  # what it is about: one active alarm each
    sa.Column("severity", sa.String(8), nullable=False),  # info | warning | critical
    sa.Column("text", sa.JSON, nullable=False),  # {"zh": …, "en": …}
    sa.Column("link", sa.String(160), nullable=False, default=""),
    sa.Column("raised_at", Moment, nullable=False),
    sa.Column("cleared_at", Moment),
    sa.Column("acknowledged_at", Moment),
    sa.Column("acknowledged_by", sa.String(120)),
    sa.Index("ix_alarms_site_id", "site", "id"),
)

# --- who may do what, and who did ----------------------------------------------------------------------------------

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("sites", sa.JSON(none_as_null=True)),  # list of names; null: all
    sa.Column("password", sa.String(255)),  # argon2id; null: signs in by link only
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("disabled_at", Moment),
)

sign_in_links = sa.Table(
    "sign_in_links",
    metadata,
    sa.Column("secret", sa.String(64), primary_key=True),  # SHA-256
    sa.Column("user", sa.ForeignKey("users.name"), nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("secret", sa.String(64), primary_key=True),  # SHA-256 of the cookie
    sa.Column("user", sa.ForeignKey("users.name"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    _id(),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("secret", sa.String(64), nullable=False, unique=True),  # SHA-256 of 256 random bits
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("sites", sa.JSON(none_as_null=True)),  # list of names; null: all
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.String(120), nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("revoked_at", Moment),
    sa.Column("last_used_at", Moment),
)

audit_log = sa.Table(  # triggers refuse every change and deletion
    "audit_log",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", sa.String(120), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("object", sa.String(160), nullable=False),
    sa.Column("site", sa.String(64)),
    sa.Column("before", sa.JSON(none_as_null=True)),
    sa.Column("after", sa.JSON(none_as_null=True)),
    sa.Column("request", sa.String(36)),
    sa.Index("ix_audit_log_site_id", "site", "id"),
)
