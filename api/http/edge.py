"""The outermost layer: request ids, host names, body sizes, security headers, one log line and one count a request."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.errors import UNREACHABLE, database_failed
from api.http.guard import recognised
from api.http.problems import ProblemError, error_response
from api.http.service import Service
from api.ids import new_id
from api.settings import LOOPBACK

log = logging.getLogger("ems.http")
HEADERS: dict[bytes, bytes] = {  # on every answer that does not say otherwise
    b"content-security-policy": (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
REPORT_POLICY = (  # a page that carries its own scripts: opened by itself it may not reach anything
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "frame-ancestors 'self'; sandbox allow-scripts allow-downloads allow-popups"
)
SMALL_BYTES = 65_536  # of a body from someone unknown
CLOSE = {"Connection": "close"}  # the rest of the body is not read
SECRET_PATH = "/sign-in/"  # a one-time link: what follows is a secret


class Trace:
    """What the log line of a request needs to know, at ``scope["ems"]``."""

    __slots__ = ("id", "method", "who")

    def __init__(self, method: str) -> None:
        self.id = new_id()
        self.method = method
        self.who = ""


class Edge:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, service: Service, templates: Callable[[], Mapping[Any, str]]) -> None:
        self._app = app
        self._service = service
        self._templates = templates
        self._most_bytes = int(service.settings.body_limit_mb * 1024 * 1024)
        self._hosts = _hosts(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        trace = scope["ems"] = Trace(scope["method"])
        answer = {"status": 0, "seconds": 0.0}
        if trace.method == "HEAD":  # as GET, without the body: every resource has both
            scope["method"] = "GET"
            send = _bodiless(send)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"], answer["seconds"] = message["status"], time.perf_counter() - begun
                message["headers"] = _dressed(message.get("headers", []), trace.id)
            await send(message)

        try:
            await self._checked(scope, receive, dressed)
        except Exception:
            log.exception("request failed", extra={"told": {"request": trace.id}})
            if answer["status"]:
                raise  # half an answer is out: the server must cut the connection
            await error_response(Request(scope), ProblemError("internal"))(scope, receive, dressed)
        finally:
            self._tell(scope, trace, int(answer["status"]), answer["seconds"], time.perf_counter() - begun)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            if "transfer-encoding" in headers:
                receive = _counted(receive, await self._most(scope))
            elif (length := _length(headers)) > SMALL_BYTES and length > await self._most(scope):
                raise ProblemError("too-large", "The body is larger than this service takes here.", headers=CLOSE)
        except (ProblemError, *UNREACHABLE) as error:
            refused = error if isinstance(error, ProblemError) else database_failed(self._service, error)
            await error_response(Request(scope), refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            raise ProblemError("misdirected", "Ask for localhost, or for the name that the service was given.")

    async def _most(self, scope: Scope) -> int:
        """How many bytes a body may have: more than a form only for the API and from someone who is known."""
        known = scope["path"].startswith("/api/") and await recognised(Request(scope)) is not None
        return self._most_bytes if known else SMALL_BYTES

    def _tell(self, scope: Scope, trace: Trace, status: int, answered_s: float, total_s: float) -> None:
        route = self._templates().get(scope.get("endpoint"), "none")
        self._service.metrics.answered(trace.method, route, status, answered_s)
        path: str = scope["path"]
        told = {
            "request": trace.id,
            "who": trace.who,
            "from": scope["client"][0] if scope.get("client") else "",
            "method": trace.method,
            "path": SECRET_PATH + "…" if path.startswith(SECRET_PATH) else path,
            "route": route,
            "status": status,
            "ms": round(total_s * 1000, 1),
        }
        log.info("answered", extra={"told": told})


def _bodiless(send: Send) -> Send:
    """The answer ends with its header; whoever still makes a body learns that nobody listens."""

    async def bodiless(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})

    return bodiless


def _dressed(headers: Any, id: str) -> list[tuple[bytes, bytes]]:
    given = list(headers)
    names = {name for name, _ in given}
    given.append((b"x-request-id", id.encode()))
    given.extend(item for item in HEADERS.items() if item[0] not in names)
    return given


def _hosts(service: Service) -> frozenset[str] | None:
    """Names under which the service may be asked; None where TLS or the proxy vouches for the name.

    A service on a loopback address refuses other names, so that no page of the internet can reach it by letting its
    own name point to 127.0.0.1 (DNS rebinding).
    """
    settings = service.settings
    if settings.secure:
        return None
    return frozenset({*LOOPBACK, settings.host})


def _name(host: str) -> str:
    """The host name without its port: "[::1]:8765" is "::1"."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host


def _length(headers: Headers) -> int:
    given = headers.get("content-length", "0")
    if not (given.isascii() and given.isdecimal()):
        raise ProblemError("bad-request", "Content-Length is no number.", headers=CLOSE)
    return int(given)


def _counted(receive: Receive, most: int) -> Receive:
    """Bodies without a length are counted as they come."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413)
        return message

    return counted
