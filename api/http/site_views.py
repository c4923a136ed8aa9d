"""What the resources of a park say."""

from __future__ import annotations

from collections import Counter
from typing import Any

from api.contract.base import Text
from api.contract.plans import Column
from api.contract.sites import Site, SiteColumns, SiteSummary, SiteVersion, Verdict
from api.http.problems import ProblemError
from api.http.site_checks import Checked
from api.http.site_files import SiteFiles
from api.records import sites
from ems.columns import input_columns, series_columns
from ems.site import Site as Park
from ems.site_file import SiteFile


def tag(row: sites.SiteVersion) -> str:
    """The entity tag of a version, which no other version has, not even one of the same content."""
    return f"{row.version}-{row.digest[:32]}"


def summary(row: sites.SiteVersion) -> SiteSummary:
    return SiteSummary.model_validate(_summary(row))


def whole(row: sites.SiteVersion, files: SiteFiles) -> Site:
    """Text and definition of a version; where this software cannot use it, what is wrong, so that it can be mended."""
    told = _summary(row) | {"yaml": row.yaml, "files": dict(row.files), "comment": row.comment, "tag": tag(row)}
    try:
        file = files.version(row)
    except ProblemError as error:
        return Site.model_validate(told | {"definition": {}, "figures": {}, "faults": error.errors})
    return Site.model_validate(told | {"definition": file.site.model_dump(mode="json"), "figures": figures(file)})


def version(row: sites.SiteVersion) -> SiteVersion:
    return SiteVersion(
        version=row.version,
        digest=row.digest,
        comment=row.comment,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def audited(row: sites.SiteVersion) -> dict[str, Any]:
    """What the audit log keeps of a version; its text is kept under its number."""
    return {"version": row.version, "digest": row.digest, "comment": row.comment}


def verdict(found: Checked) -> Verdict:
    if found.file is None:
        return Verdict(valid=False, faults=found.faults)
    assumptions = [
        {"name": figure.name, "value": figure.value, "source": figure.provenance.source}
        for figure in found.file.figures()
        if figure.provenance.status == "assumption"
    ]
    return Verdict(valid=True, faults=[], figures=figures(found.file), assumptions=assumptions)


def figures(file: SiteFile) -> dict[str, int]:
    """How many figures of a site are sourced, computed, assumed …"""
    return dict(sorted(Counter(figure.provenance.status for figure in file.figures()).items()))


def columns(park: Park) -> SiteColumns:
    """Columns of the plans of a park, described as in `plan.json`, and of their inputs."""
    return SiteColumns(
        series={name: Column.model_validate(x) for name, x in series_columns(park).items()},
        inputs={name: Column.model_validate(x) for name, x in input_columns(park).items()},
    )


def _summary(row: sites.SiteVersion) -> dict[str, Any]:
    return {
        "name": row.site,
        "title": Text(**row.title),
        "timezone": row.timezone,
        "version": row.version,
        "updated_at": row.created_at,
        "updated_by": row.created_by,
    }
