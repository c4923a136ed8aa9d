"""Emission factors that come with this software, by announcement."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Path

from api.contract.factors import EmissionFactor
from api.http.deps import Viewer
from api.http.problems import not_found
from ems.site import sites_folder
from forecasting.factors import newest, registry

router = APIRouter(tags=["factors"])
FactorId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,119}$", description="id of the factor")]


@cache
def registered() -> Mapping[str, EmissionFactor]:
    """Every factor that is shipped, by its id; parks may have files of their own that go before them."""
    known = registry(sites_folder() / "factors")
    return {
        id: EmissionFactor.model_validate(
            f.model_dump(mode="json") | {"digest": f.digest, "newest": newest(f, known).id}
        )
        for id, f in sorted(known.items())
    }


@router.get("/factors")
def list_factors(who: Viewer) -> list[EmissionFactor]:
    """Every factor with its announcement, status and source, by id."""
    return list(registered().values())


@router.get("/factors/{id}")
def get_factor(id: FactorId, who: Viewer) -> EmissionFactor:
    """A factor."""
    found = registered().get(id)
    if found is None:
        raise not_found(f"factor {id}")
    return found
