"""Settings: language, who I am, tokens and users for administrators, the state of the service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

from fastapi import APIRouter, Request, Response

from api import jobs
from api.contract.base import Role
from api.contract.people import Token
from api.http.deps import Db, Viewer
from api.http.routes.meta import running_version
from api.http.routes.people import list_tokens, list_users
from api.http.service import Service
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.words_administration import SETTINGS
from api.records import sites

router = APIRouter(include_in_schema=False)
ROLES: tuple[Role, ...] = get_args(Role)


@router.get("/settings")
def settings_page(request: Request, who: Viewer, db: Db) -> Response:
    w = Words(lang_of(request), SETTINGS)
    admin = who.has("admin")
    with db.store.read() as c:
        titles = {s.site: w.pick(s.title) for s in sites.current(c, who.site_list)}
        zone = next(iter(zones(c).values()), "UTC")
        waiting = len(jobs.jobs(c, sites=None, state="queued", limit=db.settings.queue_limit))
    return render(
        request,
        "settings.html",
        who=who,
        nav="settings",
        words=SETTINGS,
        me=who,
        my_sites=[titles.get(s, s) for s in who.sites] if who.sites is not None else None,
        may=ROLES[: ROLES.index(who.role) + 1],
        admin=admin,
        roles=ROLES,
        sites=titles,
        tokens=[_token(t, zone) for t in list_tokens(who, db)] if admin else [],
        users=[(u, shown(u.created_at, zone)) for u in list_users(who, db)] if admin else [],
        service=_service(db, waiting),
    )


def _token(t: Token, zone: str) -> dict[str, Any]:
    ended = t.expires_at is not None and t.expires_at <= datetime.now(UTC)
    return {
        "token": t,
        "state": "revoked" if t.revoked_at else "expired" if ended else "active",
        "created": shown(t.created_at, zone),
        "expires": shown(t.expires_at, zone),
        "used": shown(t.last_used_at, zone),
    }


def _service(db: Service, waiting: int) -> dict[str, Any]:
    """What `/version` and `/readyz` say, for readers."""
    return {
        "version": running_version(),
        "ready": not db.draining and (db.workers is None or db.workers.alive()),
        "workers": db.settings.workers if db.workers is not None else 0,
        "database": "SQLite" if db.store.sqlite else "PostgreSQL",
        "waiting": waiting,
    }
