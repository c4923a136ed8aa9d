"""The page to sign in on, and the switch of the language. Signing in itself is `api.http`'s."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.pages.environment import render
from api.pages.language import COOKIE, YEAR_S, lang_of, own_path

Failed = Literal["credentials", "throttled", "link", "ended"]
router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def sign_in(request: Request, next: str = "/", error: Failed | None = None) -> Response:
    return sign_in_page(request, next=next, error=error)


def sign_in_page(
    request: Request, *, next: str = "/", error: Failed | None = None, name: str = "", status: int = 200
) -> Response:
    """The form, with the reason why the last attempt failed; the password is never given back."""
    return render(request, "sign_in.html", status=status, next=own_path(next), error=error, name=name)


@router.get("/language")
def language(request: Request, next: str = "/") -> Response:
    """Change to the other language and go back to where the reader was."""
    other = "en" if lang_of(request) == "zh" else "zh"
    answer = RedirectResponse(own_path(next), 303)
    answer.set_cookie(COOKIE, other, max_age=YEAR_S, samesite="lax")
    return answer
