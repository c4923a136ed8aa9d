"""Where a figure comes from."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["sourced", "computed", "assumption"]


class Strict(BaseModel):
    """Frozen, with unknown keys, infinities and NaN refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sourced(Strict):
    """Anything whose origin is told: read in a source, computed from sourced figures, or assumed."""

    status: Status
    source: str = Field(min_length=3, description="where it comes from, in English")
    source_zh: str = Field("", description="the same in Chinese; the English text serves where it is empty")
