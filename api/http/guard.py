"""Who sends a request, and whether a browser was tricked into sending it."""

from __future__ import annotations

from secrets import compare_digest
from urllib.parse import urlsplit

from starlette.requests import Request

from api.http.principal import Principal
from api.http.problems import ProblemError

COOKIE = "ems_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"


async def authenticated(request: Request) -> Principal:
    """The caller, or a problem: 401 without proof, 403 for a change that no page of ours asked for."""
    principal = await recognised(request)
    if principal is None:
        raise _unauthenticated(request)
    if principal.how == "session" and request.method not in SAFE:
        require_same_origin(request)
        await _require_csrf(request, principal)
    return principal


async def recognised(request: Request) -> Principal | None:
    """The caller by bearer token, else by session cookie; None without one that holds."""
    identities = request.app.state.service.identities
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    principal: Principal | None = None
    if scheme:
        if scheme.lower() == "bearer" and secret:
            principal = await identities.of_token(secret.strip())
    elif cookie := request.cookies.get(COOKIE):
        principal = await identities.of_session(cookie)
    if principal is not None and (trace := request.scope.get("ems")) is not None:
        trace.who = principal.name
    return principal


def require_same_origin(request: Request) -> None:
    """Refuse what a page of another origin sends, as far as the browser says so."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not same:
        raise ProblemError("csrf", f"A page of {origin or 'another origin'} has sent this.")


async def _require_csrf(request: Request, principal: Principal) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").partition(";")[0].strip() == FORM:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if not compare_digest((given or "").encode(), (principal.csrf or "").encode()):
        raise ProblemError("csrf", f"A change from a page needs the header {CSRF_HEADER}; reload the page.")


def _unauthenticated(request: Request) -> ProblemError:
    challenge = 'Bearer realm="park-ems"'
    if "authorization" in request.headers:
        challenge += ', error="invalid_token"'
        detail = "This token is unknown, expired or revoked."
    elif COOKIE in request.cookies:
        detail = "This session is over: sign in again."
    else:
        detail = "Give a token as `Authorization: Bearer …`, or sign in."
    return ProblemError("unauthenticated", detail, headers={"WWW-Authenticate": challenge})
