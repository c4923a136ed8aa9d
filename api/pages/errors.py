"""Errors of pages as pages. The API answers the same errors as `application/problem+json`."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.pages.environment import render
from api.pages.language import own_path

EXPLAINED = (403, 404, 422, 503)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, so that an error has to be one too."""
    path = request.url.path
    return not path.startswith(("/api/", "/static/")) and "text/html" in request.headers.get("accept", "")


def error_page(request: Request, status: int, detail: str = "", instance: str = "") -> Response:
    """The page of an error; who has not signed in is sent to do so and comes back here."""
    if status == 401:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(own_path(here), safe='')}", 303)
    kind = str(status) if status in EXPLAINED else "other"
    return render(request, "error.html", status=status, kind=kind, detail=detail, instance=instance)
