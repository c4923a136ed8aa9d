"""The application: endpoints, pages, errors, and the layer around them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool

from api.housekeeper import Housekeeper
from api.http.edge import Edge
from api.http.errors import install
from api.http.openapi import TITLE, document
from api.http.replanning import roll
from api.http.routes import (
    alarms,
    audit_log,
    backups,
    factors,
    forecasts,
    inventories,
    jobs,
    meta,
    people,
    plans,
    reports,
    rolling,
    series,
    session,
    sites,
    studies,
)
from api.http.service import Service
from api.pages.router import router as pages
from api.records import sessions
from api.settings import Settings
from api.store import Store

log = logging.getLogger("ems.http")
RESOURCES = (  # those asked for most come first: a request is matched against one after the other
    plans.router,
    jobs.router,
    series.router,
    alarms.router,
    sites.router,
    rolling.router,
    forecasts.router,
    studies.router,
    reports.router,
    inventories.router,
    factors.router,
    people.router,
    audit_log.router,
    backups.router,
)
THREADS = 8  # for endpoints that read and write; more only wait for the interpreter's lock, and make all the rest wait
WRITE_DOWN_S = 15.0
SWEEP_S = 3600.0


def create_app(settings: Settings, store: Store, local_key: str | None = None) -> FastAPI:
    """The service over HTTP. ``local_key`` is a bearer secret of the owner of this machine's account, if any."""
    service = Service(settings, store, local_key)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        ended = asyncio.Event()
        task = asyncio.create_task(_housekeeping(service, ended))
        housekeeper = Housekeeper(store, settings, lambda: roll(service))
        housekeeper.start()
        try:
            yield
        finally:
            await run_in_threadpool(housekeeper.stop)
            ended.set()  # not cancelled: a thread of it may be writing
            await task
            await run_in_threadpool(service.identities.write_down)

    app = FastAPI(
        title=TITLE,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    app.state.service = service
    for router in RESOURCES:
        app.include_router(router, prefix="/api/v1")
    for router in (meta.router, session.router, pages):
        app.include_router(router)
    install(app)
    vars(app)["openapi"] = cache(lambda: document(app))

    @cache
    def templates() -> dict[Any, str]:
        return {context.endpoint: context.path or "" for context in iter_route_contexts(app.routes)}

    app.add_middleware(Edge, service=service, templates=templates)
    return app


async def _housekeeping(service: Service, ended: asyncio.Event) -> None:
    """Write down what was noted in memory, forget what is over."""
    rounds = 0
    while not ended.is_set():
        try:
            await run_in_threadpool(service.identities.write_down)
            if rounds % int(SWEEP_S / WRITE_DOWN_S) == 0:
                await run_in_threadpool(_sweep, service.store)
        except Exception:
            log.exception("housekeeping failed, next try in %.0f s", WRITE_DOWN_S)
        rounds += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), WRITE_DOWN_S)


def _sweep(store: Store) -> None:
    with store.write() as c:
        sessions.sweep(c)
