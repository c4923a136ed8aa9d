"""The audit log: who did what, when, and what it was before and after."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from api.contract.people import AuditEntry
from api.http.deps import Db, Engineer
from api.pages.audit_diff import changes
from api.pages.environment import Words, render
from api.pages.language import lang_of
from api.pages.moments import shown, zones
from api.pages.words_operation import AUDIT_LOG
from api.records import audit_log, sites
from api.tables import audit_log as table

router = APIRouter(include_in_schema=False)
PAGE = 50


@router.get("/audit-log")
def audit_log_page(
    request: Request,
    who: Engineer,
    db: Db,
    user: str = "",
    action: str = "",
    object: str = "",
    site: str = "",
    before: str = "",
) -> Response:
    chosen = {"user": user.strip(), "action": action, "object": object.strip(), "site": site}
    cursor = int(before) if before.isdecimal() and before.isascii() and len(before) < 19 else None
    w = Words(lang_of(request), AUDIT_LOG)
    with db.store.read() as c:
        found = audit_log.entries(
            c,
            who.site_list,
            cursor,
            PAGE + 1,
            site=site or None,
            who=chosen["user"] or None,
            action=action or None,
            object=chosen["object"] or None,
        )
        times = zones(c)
        titles = {s.site: w.pick(s.title) for s in sites.current(c, who.site_list)}
        actions = c.execute(sa.select(table.c.action).distinct().order_by(table.c.action)).scalars().all()
    usual = next(iter(times.values()), "UTC")
    kept = {key: value for key, value in chosen.items() if value}
    return render(
        request,
        "audit_log.html",
        who=who,
        nav="audit_log",
        words=AUDIT_LOG,
        entries=[_row(e, times.get(e.site or "", usual), w) for e in found[:PAGE]],
        actions=[(action, _action(action, w)) for action in actions],
        sites=titles,
        chosen=chosen,
        filtered=bool(kept),
        older="?" + urlencode(kept | {"before": found[PAGE - 1].id}) if len(found) > PAGE else None,
        newest="?" + urlencode(kept) if before else None,
    )


def _row(e: AuditEntry, timezone: str, w: Words) -> dict[str, Any]:
    return {
        "entry": e,
        "at": shown(e.at, timezone, seconds=True),
        "action": _action(e.action, w),
        "changes": changes(e.before, e.after, timezone),
    }


def _action(action: str, w: Words) -> str:
    """The reader's words for a deed; one that has none is shown as it is written."""
    key = f"log_do_{action}"
    return w(key) if key in AUDIT_LOG else action
