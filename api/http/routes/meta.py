"""The service about itself: alive, ready, figures, version."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api.contract.people import Version
from api.http.deps import Db
from api.http.guard import authenticated
from api.http.metrics import MEDIA_TYPE
from api.http.problems import responses, unavailable
from api.settings import LOOPBACK
from ems.plan_file import SCHEMA_VERSION

router = APIRouter(tags=["service"])
SHOWN = ("fastapi", "highspy", "numpy", "pandas", "pvlib", "pyomo", "sqlalchemy")


@router.get("/healthz")
async def get_health() -> dict[str, Literal["ok"]]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=responses(503))
def get_readiness(db: Db) -> dict[str, Literal["ok"]]:
    """Requests can be served: the database answers, the workers of this process live, no stop has been asked for."""
    if db.draining:
        raise unavailable("The service is stopping.")
    db.store.ready()
    if db.workers is not None and not db.workers.alive():
        raise unavailable("No worker is alive.")
    return {"status": "ok"}


async def _scraper(request: Request, db: Db) -> None:
    """Whoever is on this machine, while no proxy hides who that is; else any token."""
    near = request.client is not None and request.client.host in LOOPBACK
    if not near or db.settings.behind_proxy:
        await authenticated(request)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(db: Db, _: Annotated[None, Depends(_scraper)]) -> Response:
    """Figures for Prometheus; from other machines with a token of any role."""
    return Response(db.metrics.text(), media_type=MEDIA_TYPE)


@router.get("/version")
async def get_version() -> Version:
    """What runs here."""
    return running_version()


@cache
def running_version() -> Version:
    return Version(
        version=version("park-ems"), plan_schema=SCHEMA_VERSION, packages={name: version(name) for name in SHOWN}
    )
