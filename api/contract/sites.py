"""Parks."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Fault, Instant, SiteName, Text, Told
from api.contract.plans import Column

FilePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", max_length=200)]
YamlText = Annotated[str, Field(max_length=5_000_000)]


class SiteSummary(Told):
    name: SiteName
    title: Text
    timezone: str
    version: int
    updated_at: Instant
    updated_by: str


class SiteText(Asked):
    """A site file, and files that it refers to (path from the folder of all sites -> text)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"yaml": "name: qingdao\ntitle: {zh: 青岛, en: Qingdao}\n# …", "comment": "new battery"}]
        }
    )

    yaml: YamlText
    files: Annotated[
        dict[FilePath, YamlText],
        Field(json_schema_extra={"additionalProperties": False, "propertyNames": {"maxLength": 200}}),
    ] = Field(default_factory=dict)
    comment: Annotated[str, Field(max_length=2000)] = ""


class Site(SiteSummary):
    yaml: str
    files: dict[str, str] = Field(description="path from the folder of all sites -> SHA-256 of the content")
    definition: dict[str, Any] = Field(description="the validated site; empty where there are `faults`")
    figures: dict[str, int] = Field(description="how many of its figures are sourced, computed, assumption …")
    comment: str = ""
    faults: list[Fault] = Field(
        default_factory=list, description="what this software objects to in a file that an older one accepted"
    )
    tag: str = Field(description="entity tag: give it in `If-Match` to replace exactly this version")


class Verdict(Told):
    """What validation says. `figures` and `assumptions` only where the site is valid."""

    valid: bool
    faults: list[Fault]
    figures: dict[str, int] = Field(default_factory=dict)
    assumptions: list[dict[str, Any]] = Field(default_factory=list, description="name, value, source")


class SiteVersion(Told):
    """One version of a site, as lists show it."""

    version: int
    digest: str = Field(description="SHA-256 of text and files")
    comment: str
    created_at: Instant
    created_by: str


class SiteColumns(Told):
    """Every column that plans of this site have, and every column of their inputs."""

    series: dict[str, Column]
    inputs: dict[str, Column]
