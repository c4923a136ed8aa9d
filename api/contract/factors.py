"""Emission factors as they are registered."""

from __future__ import annotations

from pydantic import Field

from api.contract.base import Told


class EmissionFactor(Told):
    """A factor under the announcement that it comes from."""

    id: str
    value: float
    unit: str
    use: str = Field(description="what the factor stands for")
    region: str | None = None
    data_year: int | None = Field(None, description="year the statistics are of")
    issuer: str
    announcement: str
    published: str | None = None
    status: str = Field(description="sourced, computed or assumption")
    source: str
    uncertainty: float | None = Field(None, description="half width of the 95 % interval over the value")
    uncertainty_source: str = ""
    digest: str = Field(description="of all fields: the version of this entry")
    newest: str = Field(description="id of the factor of the same region and use with the latest statistics")
