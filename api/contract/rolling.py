"""Re-planning of a park by itself, again and again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.contract.base import WHOLE, Asked, Id, Instant, SiteName, Told
from api.contract.jobs import JobState

Minutes = Literal[15, 30, 60, 120, 180, 240, 360]  # divide the day, so that due times are the same every day
EVERY = "minutes between two re-plans, counted from the park's midnight; null: off"


class RollingRequest(Asked):
    """How often the rest of the day is planned anew without anybody asking."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes": 30}]})

    minutes: Annotated[Minutes, WHOLE] | None = Field(description=EVERY)


class Rolling(Told):
    """The setting, and how it goes."""

    site: SiteName
    minutes: Minutes | None = Field(description=EVERY)
    changed_at: Instant | None = Field(None, description="null: never set, which is off")
    changed_by: str | None = None
    next_due: Instant | None = Field(
        None, description="null where off; a time that is past: as soon as no re-plan of the park waits or runs"
    )
    last_due: Instant | None = Field(None, description="time that the newest of these re-plans was due")
    job: Id | None = Field(None, description="job of the newest of these re-plans")
    state: JobState | None = Field(None, description="of that job")
    plan: Id | None = Field(None, description="the plan it made")
    fault: str | None = Field(None, description="why the newest due re-plan could not be asked for; tried on")
