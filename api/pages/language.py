"""Which language a reader gets: the cookie that the switch sets, else `?lang=`, else what the browser asks for."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from fastapi import Request

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
COOKIE = "ems_lang"
YEAR_S = 365 * 24 * 3600


def lang_of(request: Request) -> Lang:
    """Chinese where nothing says otherwise."""
    for said in (request.cookies.get(COOKIE), request.query_params.get("lang")):
        if said in LANGS:
            return said
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> Lang:
    """The language of ours with the greatest weight in an Accept-Language header (RFC 9110, 12.5.4)."""
    best: Lang = "zh"
    weight = 0.0
    for part in header.split(","):
        tag, _, rest = part.strip().partition(";")
        name = tag.strip().lower()[:2]
        q = _weight(rest)
        for lang in LANGS:
            if name == lang and q > weight:
                best, weight = lang, q
    return best


def _weight(rest: str) -> float:
    text = rest.strip().removeprefix("q=").strip()
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def own_path(path: str | None) -> str:
    """A path of this service to go on to; anything that could lead elsewhere becomes the start page."""
    if not path or not path.startswith("/") or "\\" in path or not path.isprintable():
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"
