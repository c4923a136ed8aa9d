"""Sending what does not change: entity tags, 304, and bytes that are compressed once."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from api.http.contents import Contents
from api.http.edge import REPORT_POLICY
from api.http.problems import ProblemError

LEVEL = 5
REVALIDATE = "private, no-cache"  # may be kept, but not used without asking


def quoted(tag: str) -> str:
    return f'"{tag}"'


def matches(header: str | None, tags: Sequence[str]) -> bool:
    """Whether an If-None-Match or If-Match header names one of these tags."""
    if header is None:
        return False
    given = {word.strip().removeprefix("W/") for word in header.split(",")}
    return "*" in given or not given.isdisjoint(map(quoted, tags))


def takes_gzip(request: Request) -> bool:
    return _quality(request.headers.get("accept-encoding", ""), ("gzip", "*")) > 0


def send(
    request: Request,
    contents: Contents,
    tag: str,
    media_type: str,
    make: Callable[[], bytes],
    if_none_match: str | None,
    *,
    pack: Callable[[], bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A representation under its entity tag, made at most once, in gzip where the client takes it.

    ``tag`` must change whenever the bytes do. ``pack`` gives the bytes in gzip where they are there already.
    """
    told = {"Cache-Control": REVALIDATE, "Vary": "Accept, Accept-Encoding, Cookie", **(headers or {})}
    packed = takes_gzip(request)
    told["ETag"] = quoted(f"{tag}-gzip" if packed else tag)
    if matches(if_none_match, (tag, f"{tag}-gzip")):
        return Response(status_code=304, headers=told)
    if not packed:
        return Response(contents.kept(("plain", tag), make, len), headers=told, media_type=media_type)
    body = contents.kept(("gzip", tag), pack or (lambda: gzip.compress(make(), LEVEL, mtime=0)), len)
    return Response(body, headers=told | {"Content-Encoding": "gzip"}, media_type=media_type)


def send_page(
    request: Request, contents: Contents, digest: str, lang: str, html: Callable[[], str], if_none_match: str | None
) -> Response:
    """One HTML file that needs nothing else, in one language, of a result whose digest is given."""
    told = {"Content-Security-Policy": REPORT_POLICY, "Content-Language": lang}
    tag = f"{digest[:32]}-html-{lang}"
    kind = "text/html; charset=utf-8"
    return send(request, contents, tag, kind, lambda: html().encode(), if_none_match, headers=told)


def chosen(request: Request, format: str | None, formats: Mapping[str, str]) -> str:
    """Which of ``formats`` (name -> media type) is wanted: by name, else by Accept, else the first.

    Raises a 406 problem where Accept allows none of them.
    """
    if format is not None:
        return format
    accept = request.headers.get("accept", "*/*")
    best, found = 0.0, ""
    for name, media_type in formats.items():
        kind = media_type.split(";")[0]
        quality = _quality(accept, (kind, f"{kind.split('/')[0]}/*", "*/*"))
        if quality > best:
            best, found = quality, name
    if not found:
        raise ProblemError("not-acceptable", f"Accept is {accept[:200]}; there is {', '.join(formats.values())}.")
    return found


def _quality(header: str, names: Sequence[str]) -> float:
    """The weight that a header gives to the first of these names that it holds; 0 where it holds none."""
    given: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            given[name] = float(weight)
        except ValueError:
            given[name] = 0.0
    return next((given[name] for name in names if name in given), 0.0)
