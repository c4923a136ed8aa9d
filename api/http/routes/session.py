"""Signing in and out of the pages. What is shown is `api.pages`'."""

from __future__ import annotations

import logging
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http.deps import Db, Viewer
from api.http.guard import COOKIE, require_same_origin
from api.http.problems import ProblemError, request_id
from api.http.service import Service
from api.ids import digest
from api.pages.language import own_path
from api.pages.sign_in_page import sign_in_page
from api.passwords import verified
from api.records import people, sessions

log = logging.getLogger("ems.http")
router = APIRouter(include_in_schema=False)
ShortText = Annotated[str, Form(max_length=200)]


@router.post("/sign-in")
async def sign_in(
    request: Request, db: Db, name: ShortText = "", password: ShortText = "", next: Annotated[str, Form()] = "/"
) -> Response:
    """Begin a session with a password."""
    require_same_origin(request)
    address = _address(request)
    try:
        db.limits.sign_in(address)
        cookie = await db.limits.slowly(partial(_session_by_password, db, name, password, request_id(request)))
    except ProblemError as refused:
        page = await run_in_threadpool(
            sign_in_page, request, next=next, error="throttled", name=name, status=refused.status
        )
        page.headers.update(refused.headers)
        return page
    if cookie is None:
        log.warning("failed sign-in", extra={"told": {"from": address, "request": request_id(request)}})
        return await run_in_threadpool(sign_in_page, request, next=next, error="credentials", name=name, status=401)
    db.limits.signed_in(address)
    return _with_cookie(db, RedirectResponse(own_path(next), 303), cookie)


@router.get("/sign-in/{secret}")
def use_sign_in_link(request: Request, db: Db, secret: str) -> Response:
    """Begin a session with a link that works once. The address is left at once, so that it stays in no history."""
    db.limits.sign_in(_address(request))
    with db.store.write() as c:
        user = sessions.use_link(c, secret)
        cookie = None if user is None else sessions.open(c, user, "link", request=request_id(request))
    if cookie is None:
        return sign_in_page(request, error="link", status=401)
    db.limits.signed_in(_address(request))
    return _with_cookie(db, RedirectResponse("/", 303), cookie)


@router.post("/sign-out")
def sign_out(request: Request, db: Db, caller: Viewer) -> Response:
    """End the session of this browser."""
    cookie = request.cookies.get(COOKIE, "")
    with db.store.write() as c:
        sessions.close(c, digest(cookie.encode()), caller.name, request=request_id(request))
    db.identities.forget()
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=db.settings.secure)
    return answer


def _session_by_password(db: Service, name: str, password: str, request: str) -> str | None:
    """The cookie of a new session, or None. The slow comparison is made outside any transaction."""
    with db.store.read() as c:
        known = people.password_hash(c, name)
    if not verified(password, known):
        return None
    with db.store.write() as c:
        if people.password_hash(c, name) != known:  # changed or disabled meanwhile
            return None
        return sessions.open(c, name, "password", request=request)


def _with_cookie(db: Service, answer: Response, cookie: str) -> Response:
    """The cookie ends with the browser; how long the session lasts is known to the store alone."""
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=db.settings.secure)
    return answer


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
